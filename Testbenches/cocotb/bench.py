"""What the tests share: clock and reset, streams, hesitation."""

import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge


async def start(dut, **inputs):
    """Starts the clock, holds the inputs and resets."""
    for name, value in inputs.items():
        getattr(dut, name).value = value
    dut.reset.value = 1
    cocotb.start_soon(Clock(dut.clock, 10, unit="ns").start())
    for _ in range(3):
        await RisingEdge(dut.clock)
    dut.reset.value = 0
    await RisingEdge(dut.clock)


def hesitation(seed, probability):
    """A pause generator for a channel of cocotbext-axi."""
    generator = random.Random(seed)
    while True:
        yield generator.random() < probability


async def send(dut, name, beats, generator, gaps):
    """Gives dictionaries of payload fields to an input stream, with gaps."""
    valid, ready = getattr(dut, name + "_valid"), getattr(dut, name + "_ready")
    for beat in beats:
        while generator.random() < gaps:
            valid.value = 0
            await RisingEdge(dut.clock)
        for field, value in beat.items():
            getattr(dut, f"{name}_payload_{field}").value = value
        valid.value = 1
        await RisingEdge(dut.clock)
        while not int(ready.value):
            await RisingEdge(dut.clock)
    valid.value = 0


async def receive(dut, name, fields, taken, generator, stalls):
    """Takes from an output stream for ever, with stalls."""
    valid, ready = getattr(dut, name + "_valid"), getattr(dut, name + "_ready")
    while True:
        ready.value = int(generator.random() >= stalls)
        await RisingEdge(dut.clock)
        if int(valid.value) and int(ready.value):
            taken.append(tuple(int(getattr(dut, f"{name}_payload_{field}").value) for field in fields))


async def until(dut, holds):
    while not holds():
        await RisingEdge(dut.clock)
