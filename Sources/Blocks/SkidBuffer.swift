import RTL

/// Cuts the path from `output.ready` back to `input.ready` and keeps one transfer a cycle.
///
/// Latency 0 when the buffer is empty. `input.ready` comes from a register: it says that the buffer holds nothing.
public struct SkidBuffer: Module {
    /// Width of the payload in bits.
    public let bits: Int

    public init(bits: Int) { self.bits = bits }

    public var suffix: String { "w\(bits)" }

    public func ports(_ io: Interface) -> BufferPorts { BufferPorts(io, bits: bits) }

    public func body(_ c: Circuit, _ io: BufferPorts) {
        let full = c.register("full", .bit, reset: 0)
        let held = c.register("held", .unsigned(bits))
        c.drive(io.input.ready, !full.q)
        // Also what does not come: the enable of as many bits as a word has is then a register.
        c.when(!full.q) { held.next(io.input.payload) }
        c.when(io.input.fires & !io.output.ready) {
            full.set()
        }.elsewhen(io.output.ready) {
            full.clear()
        }
        c.drive(io.output.valid, full.q | io.input.valid)
        c.drive(io.output.payload, mux(full.q, held.q, io.input.payload))
    }
}

/// The end of a pipeline: a `SkidBuffer` in front of an output stream. The pipeline moves while `ready` is set.
public struct OutputSkid<Payload: Value> {
    private let circuit: Circuit
    private let buffer: BufferPorts

    /// Comes from a register.
    public var ready: Bit { buffer.input.ready }

    public init(
        _ circuit: Circuit, _ name: String, to target: Stream<Payload>, fileID: String = #fileID, line: Int = #line
    ) {
        self.circuit = circuit
        buffer = circuit.instance(name, SkidBuffer(bits: target.shape.width), fileID: fileID, line: line)
        circuit.connect(words: buffer.output, to: target, fileID: fileID, line: line)
    }

    /// Offers `payload` while `valid` is set; it is taken when `ready` is.
    public func send(_ payload: Payload, when valid: Bit, fileID: String = #fileID, line: Int = #line) {
        circuit.drive(buffer.input.valid, valid, fileID: fileID, line: line)
        circuit.drive(buffer.input.payload, concatenate(payload), fileID: fileID, line: line)
    }
}
