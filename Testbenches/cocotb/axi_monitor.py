"""Watches AXI channels for breaches of the hand-shake that cocotbext-axi tolerates."""

import cocotb
from cocotb.triggers import RisingEdge


class ChannelMonitor:
    """VALID stays until READY, and so does everything else on the channel.

    `count` is the number of transfers; `violations` says what was wrong.
    """

    def __init__(self, dut, prefix, channel, fields):
        self.name = f"{prefix}_{channel}"
        self.clock = dut.clock
        self.reset = dut.reset
        self.valid = getattr(dut, self.name + "valid")
        self.ready = getattr(dut, self.name + "ready")
        self.fields = [getattr(dut, self.name + field) for field in fields]
        self.count = 0
        self.violations = []
        cocotb.start_soon(self.watch())

    async def watch(self):
        offered = None
        while True:
            await RisingEdge(self.clock)
            if self.reset.value != 0:
                offered = None
                continue
            valid = str(self.valid.value) == "1"
            ready = str(self.ready.value) == "1"
            # As text: bytes that are not written may be unknown.
            payload = [str(field.value) for field in self.fields] if valid else None
            if offered is not None and payload != offered:
                what = "VALID has fallen" if payload is None else "the payload has changed"
                self.violations.append(f"{self.name}: {what} before READY")
            offered = payload if valid and not ready else None
            self.count += valid and ready


ADDRESS = ["id", "addr", "len", "size", "burst"]


def read_monitors(dut, prefix="m_axi"):
    return [ChannelMonitor(dut, prefix, "ar", ADDRESS), ChannelMonitor(dut, prefix, "r", ["id", "data", "resp", "last"])]


def write_monitors(dut, prefix="m_axi"):
    return [
        ChannelMonitor(dut, prefix, "aw", ADDRESS),
        ChannelMonitor(dut, prefix, "w", ["data", "strb", "last"]),
        ChannelMonitor(dut, prefix, "b", ["id", "resp"]),
    ]


def lite_monitors(dut, prefix="s_axil"):
    return [
        ChannelMonitor(dut, prefix, "b", ["resp"]),
        ChannelMonitor(dut, prefix, "r", ["data", "resp"]),
    ]


def check(monitors):
    """Fails with the first breach that any of them has seen."""
    for monitor in monitors:
        assert not monitor.violations, monitor.violations[0]
