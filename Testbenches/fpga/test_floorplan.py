#!/usr/bin/env python3
"""What floorplan.py makes of small netlists: every multiplier and memory on a site of its own, arrays in order, and what does not fit said."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import device

HERE = os.path.dirname(os.path.abspath(__file__))
BITS = 18


class Design:
    """A netlist as Yosys writes it, of cells that are joined bit by bit."""

    def __init__(self):
        self.cells = {}
        self.bits = 1

    def wires(self, count=1):
        self.bits += count
        return list(range(self.bits - count + 1, self.bits + 1))

    def add(self, name, kind, inputs, outputs):
        connections = {**inputs, **outputs}
        self.cells[name] = {
            "type": kind, "connections": connections,
            "port_directions": {port: "output" if port in outputs else "input" for port in connections},
        }
        return self

    def array(self, name, count):
        """Multipliers with a register before each; what leaves one is what the next is given. Returns what leaves them."""
        products = [self.wires(BITS)]
        for element in range(count):
            operand = self.wires(BITS)
            for bit in range(BITS):
                self.add(f"{name}.operand_{element}_TRELLIS_FF_Q_{bit}", "TRELLIS_FF", {"DI": [products[-1][bit]]}, {"Q": [operand[bit]]})
            products.append(self.multiplier(f"{name}_products_{element}_MULT18X18D_P", operand))
        return products[1:]

    def multiplier(self, name, operand):
        product = self.wires(BITS)
        self.add(name, "MULT18X18D", {"A": operand, "B": operand}, {"P": product})
        return product

    def memory(self, name, address):
        data = self.wires(BITS)
        self.add(name, "DP16KD", {"ADA": address}, {"DOA": data})
        return data

    def floorplan(self):
        """The finished process, and the sites by cell if it went well."""
        with tempfile.TemporaryDirectory() as directory:
            source, target = (os.path.join(directory, name) for name in ("netlist.json", "planned.json"))
            with open(source, "w") as file:
                json.dump({"modules": {"top": {"cells": self.cells, "netnames": {}}}}, file)
            run = subprocess.run(
                [sys.executable, os.path.join(HERE, "floorplan.py"), source, target], capture_output=True, text=True)
            if run.returncode:
                return run, {}
            with open(target) as file:
                cells = json.load(file)["modules"]["top"]["cells"]
            return run, {name: cell["attributes"]["BEL"] for name, cell in cells.items() if "BEL" in cell.get("attributes", {})}


def sites(rows):
    return {device.bel(site) for site in rows}


class FloorplanTests(unittest.TestCase):
    def setUp(self):
        self.design = Design()
        products = self.design.array("query_key", 20)
        for number, product in enumerate(products[:8]):
            self.design.multiplier(f"square_{number}", product)
            self.design.memory(f"buffer_{number}", product)
        self.design.array("probability_value", 16)

    def count(self, kind):
        return sum(cell["type"] == kind for cell in self.design.cells.values())

    def test_all_have_sites_of_their_own(self):
        run, places = self.design.floorplan()
        self.assertEqual(run.returncode, 0, run.stderr)
        for kind, legal in (("MULT18X18D", sites(site for row in device.multipliers() for site in row)),
                            ("DP16KD", sites(device.memories()))):
            found = [places.get(name) for name, cell in self.design.cells.items() if cell["type"] == kind]
            self.assertEqual(len(set(found)), len(found), "two cells on a site")
            self.assertLessEqual(set(found), legal)
        fixed = [place for name, place in places.items() if self.design.cells[name]["type"] == "TRELLIS_FF"]
        self.assertTrue(fixed)
        self.assertEqual(len(set(fixed)), len(fixed), "two flip-flops on a site")

    def test_an_array_lies_in_order(self):
        _, places = self.design.floorplan()
        order = [device.bel(site) for row in device.multipliers() for site in row]
        columns = {
            name: [int(places[f"{name}_products_{element}_MULT18X18D_P"].split("/")[0][1:]) for element in range(count)]
            for name, count in (("query_key", 20), ("probability_value", 16))}
        folded = [name for name, found in columns.items() if found[0::2] == found[1::2] and found == sorted(found)]
        self.assertEqual(len(folded), 1, f"one array lies in two rows, two elements a column: {columns}")
        other = ({"query_key", "probability_value"} - set(folded)).pop()
        numbers = [order.index(places[f"{other}_products_{element}_MULT18X18D_P"]) for element in range(len(columns[other]))]
        self.assertEqual(numbers, sorted(numbers), "the other goes along the rows")

    def test_the_same_twice(self):
        self.assertEqual(self.design.floorplan()[1], self.design.floorplan()[1])

    def test_one_multiplier_too_many(self):
        self.design.array("third", sum(map(len, device.multipliers())) + 1 - self.count("MULT18X18D"))
        run, _ = self.design.floorplan()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("the design does not fit an ECP5-85F", run.stderr)
        self.assertNotIn("Traceback", run.stderr)

    def test_one_memory_too_many(self):
        for number in range(len(device.memories()) + 1 - self.count("DP16KD")):
            self.design.memory(f"more_{number}", self.design.wires())
        run, _ = self.design.floorplan()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(f"{len(device.memories()) + 1} cells of DP16KD want a site", run.stderr)


if __name__ == "__main__":
    unittest.main()
