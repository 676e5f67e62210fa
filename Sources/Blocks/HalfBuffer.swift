import RTL

/// Cuts the paths through a stream in both directions with one register: a transfer in every second cycle.
///
/// Latency 1. `input.ready` and `output.valid` come from a register: they say that the buffer holds nothing, or a word. For wide words
/// that come seldom: a `SkidBuffer` has a multiplexer as wide as the word, and a `Fifo` a memory.
public struct HalfBuffer: Module {
    /// Width of the payload in bits.
    public let bits: Int

    public init(bits: Int) { self.bits = bits }

    public var suffix: String { "w\(bits)" }

    public func ports(_ io: Interface) -> BufferPorts { BufferPorts(io, bits: bits) }

    public func body(_ c: Circuit, _ io: BufferPorts) {
        let full = c.register("full", .bit, reset: 0)
        let held = c.register("held", .unsigned(bits))
        c.drive(io.input.ready, !full.q)
        c.when(!full.q) { held.next(io.input.payload) }
        c.when(io.input.fires) {
            full.set()
        }.elsewhen(io.output.ready) {
            full.clear()
        }
        c.send(held.q, when: full.q, to: io.output)
    }
}
