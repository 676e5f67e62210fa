#!/usr/bin/env python3
"""Gives nextpnr a floorplan: fixes the multipliers, block memories and some flip-flops of a netlist for an ECP5-85F.

nextpnr solves a placement that it then spreads. Out of context no cell is fixed by a pin, so that its first solution is a single
point, and what the spreading makes of a point has no order. Here the netlist is mapped onto a grid of regions first, by the wire
between them (Mt-KaHyPar, Steiner trees); each array of multipliers lies in order along rows of DSP blocks; the other multipliers and
the block memories take the sites next to their regions; and a few flip-flops of each region are fixed in it, as pins would be.

    floorplan.py NETLIST PLANNED
"""

import sys

import mtkahypar
import numpy
from scipy.optimize import linear_sum_assignment

import device
from netlist import FLIP_FLOP, MEMORY, MULTIPLIER, Netlist

# Regions across and down: Mt-KaHyPar maps onto 64 at most.
ACROSS, DOWN = 8, 6
# More than this share over its part of the area may not lie in a region.
IMBALANCE = 0.05
# Fixed flip-flops of a region: a square of so many.
FIXED_EACH_WAY = 3


class Grid:
    """Regions of equal size, by number, row by row."""

    def __init__(self):
        self.origin = (device.COLUMNS[0], device.ROWS[0])
        self.pitch = ((device.COLUMNS[1] - device.COLUMNS[0] + 1) / ACROSS, (device.ROWS[1] - device.ROWS[0] + 1) / DOWN)

    def region(self, site):
        across, down = (int((site[axis] - self.origin[axis]) / self.pitch[axis]) for axis in (0, 1))
        return min(down, DOWN - 1) * ACROSS + min(across, ACROSS - 1)

    def place(self, region, across, down):
        """The tile at a part of a region's width and height."""
        return (round(self.origin[0] + self.pitch[0] * (region % ACROSS + across)),
                round(self.origin[1] + self.pitch[1] * (region // ACROSS + down)))

    def neighbours(self):
        """Pairs of regions, and how far apart they are."""
        for region in range(ACROSS * DOWN):
            if region % ACROSS + 1 < ACROSS:
                yield (region, region + 1), round(self.pitch[0])
            if region + ACROSS < ACROSS * DOWN:
                yield (region, region + ACROSS), round(self.pitch[1])


class Mapping:
    """Regions for the nodes of a netlist, by the least wire between them."""

    def __init__(self, netlist, grid):
        self.grid = grid
        self.nodes = len(netlist.areas)
        library = mtkahypar.initialize(1)
        mtkahypar.set_seed(1)
        self.context = library.context_from_preset(mtkahypar.PresetType.QUALITY)
        self.context.set_mapping_parameters(ACROSS * DOWN, IMBALANCE)
        self.graph = library.create_hypergraph(
            self.context, self.nodes, len(netlist.edges), list(netlist.edges), [max(area, 1) for area in netlist.areas],
            list(netlist.edges.values()))
        pairs = list(grid.neighbours())
        self.target = library.create_target_graph(
            self.context, ACROSS * DOWN, len(pairs), [pair for pair, _ in pairs], [distance for _, distance in pairs])

    def _fix(self, sites):
        self.graph.remove_fixed_vertices()
        if sites:
            fixed = [-1] * self.nodes
            for node, site in sites.items():
                fixed[node] = self.grid.region(site)
            self.graph.add_fixed_vertices(fixed, ACROSS * DOWN)

    def solve(self, sites):
        """Regions by node, and their wire, with the nodes of `sites` where those lie."""
        self._fix(sites)
        parts = self.graph.map_onto_graph(self.target, self.context)
        return parts.get_partition(), parts.steiner_tree(self.target)

    def improve(self, regions, sites):
        """The same, from regions that are known."""
        self._fix(sites)
        regions = [self.grid.region(sites[node]) if node in sites else region for node, region in enumerate(regions)]
        parts = self.graph.create_partitioned_hypergraph(self.context, ACROSS * DOWN, regions)
        parts.improve_mapping(self.target, self.context, 1)
        return parts.get_partition(), parts.steiner_tree(self.target)


def arrangements(arrays):
    """Ways to lay arrays of multipliers along the rows of DSP blocks: sites by name.

    One lies in two neighbouring rows, two elements a column; the others follow in what is left, row by row.
    """
    rows = device.multipliers()
    for folded in arrays:
        for upper in range(len(rows) - 1):
            sites = dict(zip(folded, [site for pair in zip(rows[upper], rows[upper + 1]) for site in pair]))
            others = [name for array in arrays if array is not folded for name in array]
            taken = set(sites.values())
            sites.update(zip(others, [site for row in rows for site in row if site not in taken]))
            if len(sites) == len(folded) + len(others):
                yield sites


def assign(netlist, grid, regions, kind, sites, taken):
    """Those of a kind that have no site yet take the free ones next to their regions."""
    names = [name for name in netlist.of_kind(kind) if name not in taken]
    used = set(taken.values())
    free = [site for site in sites if site not in used]
    if len(free) < len(names):
        sys.exit(f"{len(names)} cells of {kind} want a site, {len(free)} are free: the design does not fit an ECP5-85F")
    centres = [grid.place(regions[netlist.node[name]], 0.5, 0.5) for name in names]
    cost = numpy.array([[abs(site[0] - x) + abs(site[1] - y) for site in free] for x, y in centres]).reshape(len(names), len(free))
    return {names[row]: free[column] for row, column in zip(*linear_sum_assignment(cost))}


def fix_flip_flops(netlist, grid, regions):
    """Those that take their data from no logic: nextpnr joins others with what feeds them."""
    direct = [[] for _ in range(ACROSS * DOWN)]
    for name in netlist.of_kind(FLIP_FLOP):
        feeder = netlist.feeder(name)
        if feeder and netlist.kind(feeder) in (FLIP_FLOP, MULTIPLIER, MEMORY):
            direct[regions[netlist.node[name]]].append(name)
    parts = [(part + 0.5) / FIXED_EACH_WAY for part in range(FIXED_EACH_WAY)]
    fixed = 0
    for region, names in enumerate(direct):
        places = [grid.place(region, across, down) for across in parts for down in parts]
        # Spread over the region's own, which lie in the order of their units.
        step = max(1, len(names) // len(places))
        for name, place in zip(names[::step], places):
            netlist.fix(name, device.bel(device.flip_flop(*place)))
            fixed += 1
    return fixed


def main(source, target):
    netlist, grid = Netlist(source), Grid()
    mapping = Mapping(netlist, grid)
    print(f"{len(netlist.names)} cells in {mapping.nodes} nodes, {len(netlist.edges)} nets", flush=True)

    def by_node(sites):
        return {netlist.node[name]: site for name, site in sites.items()}

    best = None
    for arrays in list(arrangements(netlist.arrays())) or [{}]:
        regions, wire = mapping.solve(by_node(arrays))
        print(f"arrays fixed: wire {wire} between regions", flush=True)
        if best is None or wire < best[0]:
            best = (wire, arrays, regions)
    _, arrays, regions = best
    for _ in range(2):
        sites = dict(arrays)
        sites.update(assign(netlist, grid, regions, MULTIPLIER, [site for row in device.multipliers() for site in row], sites))
        sites.update(assign(netlist, grid, regions, MEMORY, device.memories(), sites))
        regions, wire = mapping.improve(regions, by_node(sites))
        print(f"multipliers and memories fixed: wire {wire}", flush=True)
    for name, site in sites.items():
        netlist.fix(name, device.bel(site))
    print(f"{len(sites)} multipliers and memories and {fix_flip_flops(netlist, grid, regions)} flip-flops fixed")
    netlist.write(target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
