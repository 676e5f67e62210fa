"""A client of the whole accelerator: a job's memory and descriptors, the doorbell, the interrupt, and what is in memory then.

Registers by cocotbext-axi's AXI4-Lite master, memory by its AXI4 RAM; the job and what the golden model makes of it come from
`system/job.json`, offsets and masks from the C header of the registers.
"""

import json
import os
import random
import re

import cocotb
from cocotb.triggers import RisingEdge, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam, AxiResp

from axi_monitor import check, lite_monitors, read_monitors, write_monitors
from bench import hesitation, start

SIZE = 1 << 17


def header():
    with open(os.environ["SYSTEM_HEADER"]) as file:
        return {name: int(value, 0) for name, value in re.findall(r"#define LEANSPATTEN_(\w+) (0x[0-9a-f]+|\d+)u", file.read())}


class Registers:
    """Registers by their names in the header."""

    def __init__(self, dut, names):
        self.names = names
        self.master = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clock, dut.reset)

    async def read(self, register):
        answer = await self.master.read(self.names[register + "_OFFSET"], 4)
        assert answer.resp == AxiResp.OKAY
        return int.from_bytes(answer.data, "little")

    async def write(self, register, value):
        answer = await self.master.write(self.names[register + "_OFFSET"], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY


async def run_job(dut, seed, stalls):
    with open(os.environ["SYSTEM_JOB"]) as file:
        job = json.load(file)
    names = header()
    await start(dut, **{pin: 0 for pin in [
        "m_axi_arready", "m_axi_rvalid", "m_axi_awready", "m_axi_wready", "m_axi_bvalid", "s_axil_awvalid", "s_axil_wvalid", "s_axil_bready",
        "s_axil_arvalid", "s_axil_rready"]})
    monitors = read_monitors(dut) + write_monitors(dut) + lite_monitors(dut)
    registers = Registers(dut, names)
    ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clock, dut.reset, size=SIZE)
    channels = [ram.write_if.aw_channel, ram.write_if.w_channel, ram.write_if.b_channel, ram.read_if.ar_channel, ram.read_if.r_channel]
    for number, channel in enumerate(channels):
        channel.set_pause_generator(hesitation(seed + number, stalls))
    expected = bytearray(random.Random(seed).randbytes(SIZE))
    for part in job["memory"]:
        expected[part["address"]:part["address"] + len(part["bytes"]) // 2] = bytes.fromhex(part["bytes"])
    ram.write(0, bytes(expected))

    assert await registers.read("ID") == names["ID_VALUE_RESET"]
    found = await registers.read("CONFIG_HASH_LOW") | await registers.read("CONFIG_HASH_HIGH") << 32
    assert found == int(job["configHash"], 16)
    await registers.write("RING_BASE_LOW", job["ring"])
    await registers.write("RING_BASE_HIGH", 0)
    await registers.write("RING_SIZE", job["ringSizeLog2"])
    await registers.write("IRQ_ENABLE", names["IRQ_ENABLE_RING_EMPTY_MASK"] | names["IRQ_ENABLE_ERROR_MASK"])
    await registers.write("CONTROL", names["CONTROL_ENABLE_MASK"])
    await registers.write("DOORBELL", 1)
    await with_timeout(interrupt(dut), 400, "us")

    assert await registers.read("STATUS") & names["STATUS_STOPPED_MASK"] == 0, await registers.read("ERROR_CODE")
    causes = await registers.read("IRQ_STATUS")
    assert causes == names["IRQ_STATUS_JOB_DONE_MASK"] | names["IRQ_STATUS_RING_EMPTY_MASK"]
    await registers.write("IRQ_STATUS", causes)
    await RisingEdge(dut.clock)
    assert not int(dut.irq.value)
    assert await registers.read("RING_HEAD") == 1

    for part in job["written"] + job["completions"]:
        content = bytes.fromhex(part["bytes"])
        end = part["address"] + len(content)
        if part in job["completions"]:
            content = content[:-4] + ram.read(end - 4, 4)
            assert int.from_bytes(content[-4:], "little") > 0, part["what"]
        expected[part["address"]:end] = content
        assert ram.read(part["address"], len(content)) == content, part["what"]
    assert ram.read(0, SIZE) == bytes(expected), "something was written that no job has to write"

    await registers.write("CONTROL", names["CONTROL_ENABLE_MASK"] | names["CONTROL_SNAPSHOT_MASK"])
    assert await registers.read("JOBS_LOW") == len(job["completions"])
    for counter, monitor in zip(["READ_BURSTS", "READ_BEATS", "WRITE_BURSTS", "WRITE_BEATS"], monitors):
        counted = await registers.read(counter + "_LOW")
        assert counted == monitor.count, f"{counter}: {counted} instead of {monitor.count}"
    check(monitors)


async def interrupt(dut):
    while not int(dut.irq.value):
        await RisingEdge(dut.clock)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def without_a_stall(dut):
    await run_job(dut, 1, 0)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def with_stalls(dut):
    await run_job(dut, 2, 0.3)
