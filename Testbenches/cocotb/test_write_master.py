"""Random packets into cocotbext-axi's RAM: what lies there afterwards."""

import random

import cocotb
from cocotbext.axi import AxiRamWrite, AxiWriteBus

from axi_monitor import check, write_monitors
from bench import hesitation, receive, send, start, until

BYTES = 16
SIZE = 1 << 16
FIRST, LAST = 0x1003, 0xEFF5


async def writes(dut, seed, stalls):
    generator = random.Random(seed)
    await start(
        dut, command_valid=0, data_valid=0, done_ready=0, fault_ready=1, abandon=0, outstanding_limit=8, region_first=FIRST,
        region_last=LAST)
    monitors = write_monitors(dut)
    ram = AxiRamWrite(AxiWriteBus.from_prefix(dut, "m_axi"), dut.clock, dut.reset, size=SIZE)
    image = bytearray(generator.randbytes(SIZE))
    ram.write(0, bytes(image))
    ram.aw_channel.set_pause_generator(hesitation(seed + 1, stalls))
    ram.w_channel.set_pause_generator(hesitation(seed + 2, stalls))
    ram.b_channel.set_pause_generator(hesitation(seed + 3, stalls))

    commands, beats, expected = [], [], []
    for number in range(60):
        length = generator.choice([1, 2, 15, 16, 17, generator.randint(1, 300), generator.randint(1, 2500)])
        address = generator.randrange(SIZE - length + 1)
        commands.append({"address": address, "bytes": length - 1, "tag": number % 8})
        is_inside = FIRST <= address and address + length - 1 <= LAST
        expected.append((number % 8, int(not is_inside)))
        for start_of_beat in range(address // BYTES * BYTES, address + length, BYTES):
            data, strobes = generator.randbytes(BYTES), generator.choice([0xFFFF, generator.getrandbits(16)])
            beats.append({"data": int.from_bytes(data, "little"), "strobes": strobes})
            for lane in range(BYTES):
                if is_inside and strobes >> lane & 1 and address <= start_of_beat + lane < address + length:
                    image[start_of_beat + lane] = data[lane]
    done, faults = [], []
    cocotb.start_soon(receive(dut, "done", ["tag", "failed"], done, random.Random(seed + 4), stalls))
    cocotb.start_soon(receive(dut, "fault", ["code", "address"], faults, random.Random(seed + 5), 0))
    data = cocotb.start_soon(send(dut, "data", beats, random.Random(seed + 6), stalls))
    await send(dut, "command", commands, generator, stalls)
    await data
    await until(dut, lambda: len(done) == len(commands) and int(dut.idle.value))
    assert done == expected
    assert ram.read(0, SIZE) == bytes(image)
    outside = [command["address"] // BYTES * BYTES for command, (_, failed) in zip(commands, expected) if failed]
    assert faults == [(1, address) for address in outside] and outside
    check(monitors)


@cocotb.test(timeout_time=300, timeout_unit="us")
async def without_a_stall(dut):
    await writes(dut, 1, 0)


@cocotb.test(timeout_time=300, timeout_unit="us")
async def with_stalls(dut):
    await writes(dut, 2, 0.4)
