"""Random reads from cocotbext-axi's RAM: every beat, in order within its tag."""

import random

import cocotb
from cocotbext.axi import AxiRamRead, AxiReadBus

from axi_monitor import check, read_monitors
from bench import hesitation, receive, send, start, until

BYTES = 8
SIZE = 1 << 16


async def reads(dut, seed, stalls):
    generator = random.Random(seed)
    await start(dut, request_valid=0, response_ready=0, fault_ready=1, abandon=0, outstanding_limit=16)
    monitors = read_monitors(dut)
    ram = AxiRamRead(AxiReadBus.from_prefix(dut, "m_axi"), dut.clock, dut.reset, size=SIZE)
    image = generator.randbytes(SIZE)
    ram.write(0, image)
    ram.ar_channel.set_pause_generator(hesitation(seed + 1, stalls))
    ram.r_channel.set_pause_generator(hesitation(seed + 2, stalls))

    expected = {tag: [] for tag in range(4)}
    requests = []
    for _ in range(40):
        beats = generator.choice([1, 1, 2, 3, 16, generator.randint(1, 60), 512])
        address = generator.randrange(SIZE // BYTES - beats + 1) * BYTES
        tag = generator.randrange(4)
        requests.append({"address": address, "beats": beats - 1, "tag": tag})
        expected[tag] += [int.from_bytes(image[a:a + BYTES], "little") for a in range(address, address + BYTES * beats, BYTES)]
    taken, faults = [], []
    cocotb.start_soon(receive(dut, "fault", ["code"], faults, generator, 0))
    cocotb.start_soon(receive(dut, "response", ["data", "tag"], taken, random.Random(seed + 3), stalls))
    await send(dut, "request", requests, generator, stalls)
    await until(dut, lambda: int(dut.idle.value))
    for tag, words in expected.items():
        assert [data for data, of in taken if of == tag] == words, f"tag {tag}"
    assert not faults
    assert monitors[0].count >= len(requests)
    check(monitors)


@cocotb.test(timeout_time=300, timeout_unit="us")
async def without_a_stall(dut):
    await reads(dut, 1, 0)


@cocotb.test(timeout_time=300, timeout_unit="us")
async def with_stalls(dut):
    await reads(dut, 2, 0.4)
