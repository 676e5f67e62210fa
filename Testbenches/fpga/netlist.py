"""A flattened netlist of `synth_ecp5` as a hypergraph: what is placed together is one node."""

import collections
import json
import re

# Of the area that a cell takes: a flip-flop finds room beside a look-up table, a small memory takes four and its writing port.
AREA = {"LUT4": 5, "CCU2C": 10, "TRELLIS_DPR16X4": 25, "TRELLIS_FF": 2}
MULTIPLIER, MEMORY, FLIP_FLOP = "MULT18X18D", "DP16KD", "TRELLIS_FF"
# Nets of more nodes (clock, reset, widest enables) say nothing of where their readers belong.
WIDEST_NET = 200
# Fewer equal multipliers than these are no array.
SMALLEST_ARRAY = 16


class Netlist:
    def __init__(self, path):
        with open(path) as file:
            self.document = json.load(file)
        top = max(self.document["modules"].values(), key=lambda module: len(module["cells"]))
        self.cells = top["cells"]
        self.names = list(self.cells)
        self._readers = collections.defaultdict(set)
        self._driver = {}
        for number, cell in enumerate(self.cells.values()):
            for port, bits in cell["connections"].items():
                for bit in bits:
                    if isinstance(bit, int):
                        self._readers[bit].add(number)
                        if cell["port_directions"][port] == "output":
                            self._driver[bit] = (number, port)
        self._join()

    def _join(self):
        """Carry chains become nodes, and flip-flops with the logic that feeds nothing else."""
        parent = list(range(len(self.names)))

        def find(cell):
            while parent[cell] != cell:
                parent[cell] = parent[parent[cell]]
                cell = parent[cell]
            return cell

        for bit, (driver, port) in self._driver.items():
            if port == "COUT":
                for cell in self._readers[bit]:
                    parent[find(driver)] = find(cell)
        for number, name in enumerate(self.names):
            feeder = self.feeder(name)
            if feeder and self.kind(feeder) in ("LUT4", "CCU2C") and len(self._readers[self._data(name)]) == 2:
                parent[find(number)] = find(self._driver[self._data(name)][0])
        roots = {root: node for node, root in enumerate(sorted({find(cell) for cell in range(len(self.names))}))}
        nodes = [roots[find(cell)] for cell in range(len(self.names))]
        self.node = dict(zip(self.names, nodes))
        self.areas = [0] * len(roots)
        for name, node in self.node.items():
            self.areas[node] += AREA.get(self.kind(name), 0)
        edges = collections.Counter()
        for cells in self._readers.values():
            edge = tuple(sorted({nodes[cell] for cell in cells}))
            if 2 <= len(edge) <= WIDEST_NET:
                edges[edge] += 1
        self.edges = edges

    def kind(self, name):
        return self.cells[name]["type"]

    def of_kind(self, kind):
        return [name for name in self.names if self.kind(name) == kind]

    def _data(self, name):
        bits = self.cells[name]["connections"].get("DI") if self.kind(name) == FLIP_FLOP else None
        return bits[0] if bits else None

    def feeder(self, name):
        """The cell that a flip-flop's data come from; none of anything else."""
        driver = self._driver.get(self._data(name))
        return driver and self.names[driver[0]]

    def arrays(self):
        """The multipliers of arrays, those of one array by their number, the array of the first name first."""
        arrays = collections.defaultdict(list)
        for name in self.of_kind(MULTIPLIER):
            number = re.search(r"_(\d+)_MULT18X18D", name)
            if number:
                arrays[name[:number.start()]].append((int(number[1]), name))
        return [[name for _, name in sorted(arrays[key])] for key in sorted(arrays) if len(arrays[key]) >= SMALLEST_ARRAY]

    def fix(self, name, bel):
        self.cells[name].setdefault("attributes", {})["BEL"] = bel

    def write(self, path):
        with open(path, "w") as file:
            json.dump(self.document, file)
