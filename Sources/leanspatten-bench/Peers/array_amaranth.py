"""The Q.K array of `make bench` in Amaranth, written to Verilog.

usage: array_amaranth.py KEYS ELEMENTS BITS FILE
"""

import sys

from amaranth.back import verilog
from amaranth.hdl import Module, Signal, signed
from amaranth.lib.data import ArrayLayout
from amaranth.lib.wiring import Component, In, Out


class QueryKeyArray(Component):
    """Dot products of one query with `keys` keys: a register behind every product and every level of sums."""

    def __init__(self, keys, elements, bits):
        self.keys, self.elements, self.bits = keys, elements, bits
        vector = ArrayLayout(signed(bits), elements)
        score = signed(2 * bits + (elements - 1).bit_length())
        super().__init__(
            {"query": In(vector)}
            | {f"key_{key}": In(vector) for key in range(keys)}
            | {f"score_{key}": Out(score) for key in range(keys)}
        )

    def elaborate(self, platform):
        m = Module()

        def stage(name, value):
            register = Signal(value.shape(), name=name, reset_less=True)
            m.d.sync += register.eq(value)
            return register

        for key in range(self.keys):
            elements = getattr(self, f"key_{key}")
            level = [
                stage(f"product_{key}_{i}", self.query[i] * elements[i])
                for i in range(self.elements)
            ]
            depth = 0
            while len(level) > 1:
                depth += 1
                level = [
                    stage(f"sum{depth}_{key}_{i}", level[2 * i] + level[2 * i + 1])
                    for i in range(len(level) // 2)
                ]
            m.d.comb += getattr(self, f"score_{key}").eq(level[0])
        return m


if __name__ == "__main__":
    keys, elements, bits = map(int, sys.argv[1:4])
    text = verilog.convert(QueryKeyArray(keys, elements, bits), name="array_amaranth")
    with open(sys.argv[4], "w") as file:
        file.write(text)
