"""The Q.K array of `make bench` in PyRTL, written to Verilog.

usage: array_pyrtl.py KEYS ELEMENTS BITS FILE
"""

import sys

import pyrtl


def stage(name, value):
    register = pyrtl.Register(len(value), name)
    register.next <<= value
    return register


def query_key_array(keys, elements, bits):
    """Dot products of one query with `keys` keys: a register behind every product and every level of sums."""
    query = pyrtl.Input(elements * bits, "query")
    for key in range(keys):
        vector = pyrtl.Input(elements * bits, f"key_{key}")
        level = [
            stage(
                f"product_{key}_{i}",
                pyrtl.signed_mult(query[i * bits : (i + 1) * bits], vector[i * bits : (i + 1) * bits]),
            )
            for i in range(elements)
        ]
        depth = 0
        while len(level) > 1:
            depth += 1
            level = [
                stage(f"sum{depth}_{key}_{i}", pyrtl.signed_add(level[2 * i], level[2 * i + 1]))
                for i in range(len(level) // 2)
            ]
        score = pyrtl.Output(len(level[0]), f"score_{key}")
        score <<= level[0]


if __name__ == "__main__":
    keys, elements, bits = map(int, sys.argv[1:4])
    query_key_array(keys, elements, bits)
    with open(sys.argv[4], "w") as file:
        pyrtl.output_to_verilog(file, add_reset=False, module_name="array_pyrtl")
