import RTL

/// A queue between two clocks: a memory written on one and read on the other, its output in a register; up to one
/// transfer a cycle of each clock.
///
/// Each side sees the other's pointer in Gray code through two registers, so late but never wrong: `input.ready` falls in
/// time and rises late, `output.valid` the same. Latency from an accepted word to `output.valid`: the third edge of the
/// reading clock after the one that accepts, a fourth if the first of them comes too close for its register.
/// `input.ready` and `output.valid` come from registers. Holds `depth` words in the memory and one more in the output
/// register; a depth of 8 keeps two clocks of like frequency going without a pause.
///
/// Both resets must be set together until each clock has had an edge. They may be released in any order; no word is to be
/// offered before both are.
public struct AsynchronousFifo: Module {
    /// Width of a word in bits.
    public let bits: Int
    /// Words in the memory: a power of two, at least 2.
    public let depth: Int
    public let writing, reading: ClockDomain

    /// - Parameters:
    ///   - writing: clock of `input`.
    ///   - reading: clock of `output`.
    public init(
        bits: Int, depth: Int, writing: ClockDomain = ClockDomain(clock: "write_clock", reset: "write_reset"),
        reading: ClockDomain = ClockDomain(clock: "read_clock", reset: "read_reset")
    ) {
        precondition(depth >= 2 && depth & (depth - 1) == 0, "a fifo's depth is a power of two")
        self.bits = bits
        self.depth = depth
        self.writing = writing
        self.reading = reading
    }

    public var suffix: String { "w\(bits)_d\(depth)_\(writing.clock)_\(reading.clock)" }

    public func ports(_ io: Interface) -> BufferPorts { BufferPorts(io, bits: bits) }

    public func body(_ c: Circuit, _ io: BufferPorts) {
        let indexBits = bitsToIndex(depth)
        let memory = c.memory("words", depth: depth, width: bits, collision: .undefined, domain: writing)
        let tail = GrayCounter(c, "tail", bits: indexBits + 1, domain: writing)
        let head = GrayCounter(c, "head", bits: indexBits + 1, domain: reading)

        // A whole memory ahead: in Gray code the two highest bits differ, and no other.
        let headSeen = c.synchronised("head_seen", head.gray, in: writing, reset: 0)
        let full = c.named("full", tail.gray == headSeen ^ c.constant(3 << (indexBits - 1), .unsigned(indexBits + 1)))
        let accept = c.named("accept", io.input.valid & !full)
        c.when(accept) {
            memory.write(tail.count[0..<indexBits], io.input.payload)
            tail.advance()
        }
        c.drive(io.input.ready, !full)

        let tailSeen = c.synchronised("tail_seen", tail.gray, in: reading, reset: 0)
        let outputValid = c.register("output_held", .bit, reset: 0, domain: reading)
        let fetch = c.named("fetch", (head.gray != tailSeen) & (!outputValid.q | io.output.ready))
        c.when(fetch) {
            head.advance()
            outputValid.set()
        }.elsewhen(io.output.ready) {
            outputValid.clear()
        }
        c.drive(io.output.valid, outputValid.q)
        c.drive(io.output.payload, memory.read("word", head.count[0..<indexBits], enable: fetch, domain: reading))
    }
}

/// A counter with its Gray code, of which one bit changes a step, in a register of its own.
private struct GrayCounter {
    private let binary, coded: Register<Unsigned>
    var count: Unsigned { binary.q }
    var gray: Unsigned { coded.q }

    init(_ c: Circuit, _ name: String, bits: Int, domain: ClockDomain) {
        binary = c.register(name, .unsigned(bits), reset: 0, domain: domain)
        coded = c.register("\(name)_gray", .unsigned(bits), reset: 0, domain: domain)
    }

    func advance() {
        let next = binary.q &+ 1
        binary.next(next)
        coded.next(next ^ (next >> 1).extended(to: next.width))
    }
}
