import RTL

/// Cuts the path from `output.ready` back to `input.ready` and keeps one transfer a cycle.
///
/// Latency 0 when the buffer is empty. `input.ready` comes from a register: it says that the buffer holds nothing.
public struct SkidBuffer: Module {
    /// Width of the payload in bits.
    public let bits: Int

    public init(bits: Int) { self.bits = bits }

    public struct Ports {
        public let input, output: Stream<Unsigned>
    }

    public var suffix: String { "w\(bits)" }

    public func ports(_ io: Interface) -> Ports {
        Ports(input: io.sink(.unsigned(bits)), output: io.source(.unsigned(bits)))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let full = c.register("full", .bit, reset: 0)
        let held = c.register("held", .unsigned(bits))
        c.drive(io.input.ready, !full.q)
        c.when(io.input.fires & !io.output.ready) {
            held.next(io.input.payload)
            full.set()
        }.elsewhen(io.output.ready) {
            full.clear()
        }
        c.drive(io.output.valid, full.q | io.input.valid)
        c.drive(io.output.payload, mux(full.q, held.q, io.input.payload))
    }
}
