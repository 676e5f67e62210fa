import RTL

/// A queue in a memory, with its output in a register: one transfer a cycle in and out.
///
/// Latency 2 cycles from an accepted word to `output.valid`. `input.ready` and `output.valid` come from registers.
/// Holds `depth` words in the memory and up to one more in the output register.
public struct Fifo: Module {
    /// Width of a word in bits.
    public let bits: Int
    /// Words in the memory: a power of two, at least 2.
    public let depth: Int

    public init(bits: Int, depth: Int) {
        precondition(depth >= 2 && depth & (depth - 1) == 0, "a Fifo's depth is a power of two")
        self.bits = bits
        self.depth = depth
    }

    public var suffix: String { "w\(bits)_d\(depth)" }

    public func ports(_ io: Interface) -> BufferPorts { BufferPorts(io, bits: bits) }

    public func body(_ c: Circuit, _ io: BufferPorts) {
        let indexBits = bitsToIndex(depth)
        let memory = c.memory("words", depth: depth, width: bits, collision: .undefined)
        let head = c.register("head", .unsigned(indexBits), reset: 0)
        let tail = c.register("tail", .unsigned(indexBits), reset: 0)
        let stored = c.register("stored", .unsigned(indexBits + 1), reset: 0)
        let outputValid = c.register("output_held", .bit, reset: 0)

        let accept = c.named("accept", io.input.valid & io.input.ready)
        let fetch = c.named("fetch", stored.q.isNonzero & (!outputValid.q | io.output.ready))
        c.when(accept) {
            memory.write(tail.q, io.input.payload)
            tail.next(tail.q &+ 1)
        }
        c.when(fetch) {
            head.next(head.q &+ 1)
            outputValid.set()
        }.elsewhen(io.output.ready) {
            outputValid.clear()
        }
        c.when(accept & !fetch) {
            stored.next(stored.q &+ 1)
        }.elsewhen(fetch & !accept) {
            stored.next(stored.q &- 1)
        }
        c.drive(io.input.ready, !stored.q[indexBits])
        c.drive(io.output.valid, outputValid.q)
        c.drive(io.output.payload, memory.read("word", head.q, enable: fetch))
    }
}

/// A `Fifo` of any payload inside a circuit: push at one end, read a stream at the other.
public struct Queue<Payload: Value> {
    private let circuit: Circuit
    private let fifo: BufferPorts
    /// The oldest entry; drive its `ready`.
    public let output: Stream<Payload>

    /// There is room; comes from a register.
    public var ready: Bit { fifo.input.ready }

    /// - Parameter clear: Empties the queue while it is set.
    public init(
        _ circuit: Circuit, _ name: String, _ shape: Shape<Payload>, depth: Int, clear: Register<Bit>? = nil,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.circuit = circuit
        fifo = circuit.instance(name, Fifo(bits: shape.width, depth: depth), clear: clear, fileID: fileID, line: line)
        output = Stream(valid: fifo.output.valid, ready: fifo.output.ready,
                        payload: shape.unpack(fifo.output.payload), shape: shape)
    }

    /// Takes `payload` when both `valid` and `ready` are set.
    public func push(_ payload: Payload, when valid: Bit, fileID: String = #fileID, line: Int = #line) {
        circuit.drive(fifo.input.valid, valid, fileID: fileID, line: line)
        circuit.drive(fifo.input.payload, concatenate(payload), fileID: fileID, line: line)
    }
}
