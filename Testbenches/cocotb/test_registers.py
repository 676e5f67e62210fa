"""The registers as their C header describes them, through cocotbext-axi's AXI4-Lite master."""

import os
import random
import re

import cocotb
from cocotb.triggers import RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp
from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegNode

from axi_monitor import check, lite_monitors
from bench import hesitation, start

HEADER = os.environ["REGISTER_HEADER"]
PREFIX = "SAMPLE_CORE_"


def constants():
    with open(HEADER) as file:
        return {
            name: int(value, 16) for name, value in re.findall(rf"#define {PREFIX}(\w+) 0x([0-9a-f]+)u", file.read())
        } | {"shifts": shifts()}


def shifts():
    with open(HEADER) as file:
        return {name: int(value) for name, value in re.findall(rf"#define {PREFIX}(\w+)_SHIFT (\d+)u", file.read())}


@cocotb.test(timeout_time=200, timeout_unit="us")
async def random_accesses(dut):
    names = constants()
    inputs = {name: 0 for name in ["read_status_busy", "read_status_place", "read_cycles_count", "set_events_done", "set_events_errors"]}
    await start(dut, **inputs)
    monitors = lite_monitors(dut)
    master = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clock, dut.reset)
    generator = random.Random(7)
    channels = [master.write_if.aw_channel, master.write_if.w_channel, master.write_if.b_channel, master.read_if.ar_channel,
                master.read_if.r_channel]
    for seed, channel in enumerate(channels):
        channel.set_pause_generator(hesitation(seed, 0.3))

    async def read(register):
        return int.from_bytes((await master.read(names[register + "_OFFSET"], 4)).data, "little")

    assert await read("IDENTITY") == names["IDENTITY_VERSION_RESET"] | names["IDENTITY_NAME_RESET"] << names["shifts"]["IDENTITY_NAME"]
    assert await read("BASE_LOW") == names["BASE_LOW_ADDRESS_RESET"]
    dut.read_status_busy.value, dut.read_status_place.value = 1, 0xABCDE
    assert await read("STATUS") == 1 | 0xABCDE << names["shifts"]["STATUS_PLACE"]

    control = names["CONTROL_MODE_RESET"] << names["shifts"]["CONTROL_MODE"] | names["CONTROL_COUNT_RESET"] << names["shifts"]["CONTROL_COUNT"]
    writable = names["CONTROL_MODE_MASK"] | names["CONTROL_COUNT_MASK"]
    pulses = []

    async def watch():
        while True:
            await RisingEdge(dut.clock)
            pulses.append((int(dut.pulse_control_start.value), int(dut.pulse_control_stop.value)))

    cocotb.start_soon(watch())
    given = [0, 0]
    for _ in range(80):
        # Any bytes of the word: cocotbext-axi makes the strobes.
        first = generator.randrange(4)
        data = generator.randbytes(generator.randint(1, 4 - first))
        answer = await master.write(names["CONTROL_OFFSET"] + first, data)
        assert answer.resp == AxiResp.OKAY
        value = int.from_bytes(data, "little") << 8 * first
        mask = (1 << 8 * len(data)) - 1 << 8 * first
        control = control & ~(mask & writable) | value & mask & writable
        given[0] += bool(value & names["CONTROL_START_MASK"])
        given[1] += bool(value & names["CONTROL_STOP_MASK"])
        assert await read("CONTROL") == control
    assert [sum(pulse[i] for pulse in pulses) for i in range(2)] == given

    # Set by a pulse, cleared by writing ones, set again where both meet.
    dut.set_events_errors.value = 0b10101
    await RisingEdge(dut.clock)
    dut.set_events_errors.value = 0
    await RisingEdge(dut.clock)
    assert await read("EVENTS") == 0b10101 << names["shifts"]["EVENTS_ERRORS"]
    await master.write(names["EVENTS_OFFSET"], (0b00111 << names["shifts"]["EVENTS_ERRORS"]).to_bytes(4, "little"))
    assert await read("EVENTS") == 0b10000 << names["shifts"]["EVENTS_ERRORS"]
    dut.set_events_done.value = 1
    await RisingEdge(dut.clock)
    await master.write(names["EVENTS_OFFSET"], b"\xff\xff\xff\xff")
    assert await read("EVENTS") == names["EVENTS_DONE_MASK"]

    for hole in [0x10, 0x24, 0x7C]:
        assert (await master.read(hole, 4)).resp == AxiResp.SLVERR
        assert (await master.write(hole, b"1234")).resp == AxiResp.SLVERR
    assert await read("CONTROL") == control
    check(monitors)


@cocotb.test()
async def the_same_in_systemrdl(dut):
    """The SystemRDL says what the C header says."""
    names = constants()
    compiler = RDLCompiler()
    compiler.compile_file(os.environ["REGISTER_RDL"])
    found = 0
    for register in compiler.elaborate().top.children():
        assert isinstance(register, RegNode)
        base = register.inst_name.upper()
        assert names[base + "_OFFSET"] == register.address_offset
        for field in register.children():
            assert isinstance(field, FieldNode)
            name = f"{base}_{field.inst_name.upper()}"
            assert names["shifts"][name] == field.lsb
            assert names[name + "_MASK"] == ((1 << field.width) - 1) << field.lsb
            if name + "_RESET" in names:
                assert names[name + "_RESET"] == field.get_property("reset")
            found += 1
    assert found == len(names["shifts"])
