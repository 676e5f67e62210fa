import RTL

/// Simulates a design in process: compiled to instructions over 64-bit words, two-valued, cycle by cycle.
///
/// Registers, memories and read data start with random contents of `seed`: a test that passes under several seeds
/// does not lean on power-up values. Noise also comes out of a read that collides with a write of an `.undefined`
/// memory and of a read beyond the depth.
public final class NativeSimulator: Simulator {
    public let ports: [SimulatedPort]
    public let values: UnsafeMutableBufferPointer<UInt64>
    public var reset = true
    public private(set) var cycle = 0

    private let program: Program
    private let arena: UnsafeMutableBufferPointer<UInt64>
    /// The words of the ports when last settled.
    private let settledPorts: UnsafeMutableBufferPointer<UInt64>
    private let afterState, afterInputs, observation: UnsafeMutableBufferPointer<Instruction>
    private let terms: UnsafeMutableBufferPointer<Term>
    private let tables: UnsafeMutableBufferPointer<UInt64>
    private let interpreter: Interpreter
    private let memories: [SimulatedMemory]
    private var noise: SplitMix64
    private var stateChanged = true
    private var isObserved = false
    private let signalIndex: [String: Int]

    public init(_ design: Design, seed: UInt64) {
        ports = SimulatedPort.layout(of: design.top)
        program = Compiler(FlatDesign(design), ports: ports).program
        // Two spare words: fields are fetched by the word from any byte.
        arena = .allocate(capacity: program.words + 2)
        arena.initialize(repeating: 0)
        let portWords = ports.reduce(0) { $0 + $1.wordCount }
        values = UnsafeMutableBufferPointer(rebasing: arena[0..<portWords])
        settledPorts = .allocate(capacity: portWords)
        settledPorts.initialize(repeating: 0)
        afterState = copied(program.afterState)
        afterInputs = copied(program.afterInputs)
        observation = copied(program.observation)
        terms = copied(program.terms + [Term(byte: 0, left: 0, right: 0, mask: 0)])
        tables = copied(program.tables + [0])
        interpreter = Interpreter(
            arena: Arena(base: UnsafeMutableRawPointer(arena.baseAddress!)), terms: UnsafePointer(terms.baseAddress!),
            tables: UnsafePointer(tables.baseAddress!))
        for (word, words) in program.constants { for (index, value) in words.enumerated() { arena[word + index] = value } }
        noise = SplitMix64(seed: seed)
        var word = program.stateWord
        for width in program.stateWidths {
            for low in stride(from: 0, to: width, by: 64) {
                arena[word] = noise.next() & lowMask(width - low)
                arena[word + program.stateWords] = arena[word]
                word += 1
            }
        }
        var made: [SimulatedMemory] = []
        for layout in program.memories { made.append(SimulatedMemory(layout, noise: &noise)) }
        memories = made
        signalIndex = Dictionary(
            program.signals.enumerated().map { (($1.signal.scope + [$1.signal.name]).joined(separator: "."), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    deinit {
        arena.deallocate()
        settledPorts.deallocate()
        afterState.deallocate()
        afterInputs.deallocate()
        observation.deallocate()
        terms.deallocate()
        tables.deallocate()
    }

    public func settle() {
        if stateChanged || outputsWereWritten() {
            interpreter.run(UnsafeBufferPointer(afterState))
            interpreter.run(UnsafeBufferPointer(afterInputs))
        } else if portsChanged() {
            interpreter.run(UnsafeBufferPointer(afterInputs))
        } else {
            return
        }
        stateChanged = false
        isObserved = false
        settledPorts.baseAddress?.update(from: values.baseAddress!, count: values.count)
    }

    private func portsChanged() -> Bool {
        var difference: UInt64 = 0
        for word in 0..<values.count { difference |= values[word] ^ settledPorts[word] }
        return difference != 0
    }

    private func outputsWereWritten() -> Bool {
        var difference: UInt64 = 0
        for port in ports where !port.isInput {
            for word in port.firstWord..<port.firstWord + port.wordCount { difference |= values[word] ^ settledPorts[word] }
        }
        return difference != 0
    }

    public func clockEdge() {
        let base = arena.baseAddress!
        for memory in memories { memory.read(base, &noise) }
        for memory in memories { memory.write(base) }
        let state = base + program.stateWord
        state.update(from: state + program.stateWords, count: program.stateWords)
        if reset {
            for (index, word) in program.resetWords.enumerated() { state[index] = word }
        }
        stateChanged = true
        cycle += 1
    }

    /// How many instructions of each kind a cycle executes, by name.
    package var instructionCounts: [String: Int] {
        var counts: [String: Int] = [:]
        for instruction in program.afterState + program.afterInputs { counts["\(instruction.opcode)", default: 0] += 1 }
        return counts
    }

    // MARK: Looking inside

    /// Named signals of the whole hierarchy.
    var signals: [(signal: FlatDesign.Signal, view: View)] { program.signals }

    /// The words of a signal in its settled state, least significant first.
    func read(_ view: View, into words: inout [UInt64]) {
        settle()
        if !isObserved {
            interpreter.run(UnsafeBufferPointer(observation))
            isObserved = true
        }
        words.removeAll(keepingCapacity: true)
        for low in stride(from: 0, to: view.width, by: 64) { words.append(bits(of: view, low: low)) }
    }

    private func bits(of view: View, low: Int) -> UInt64 {
        var word: UInt64 = 0
        for bit in low..<min(view.width, low + 64) {
            let stored = bit < view.bits ? view.bit + bit : view.signFilled ? view.bit + view.bits - 1 : nil
            guard let stored else { break }
            word |= (arena[stored / 64] >> UInt64(stored % 64) & 1) << UInt64(bit - low)
        }
        return word
    }

    /// The paths `peek` knows, in declaration order.
    public var signalPaths: [String] { signals.map { ($0.signal.scope + [$0.signal.name]).joined(separator: ".") } }

    /// The value of a signal anywhere in the hierarchy, settled first: `skid.full`, `input_valid`.
    /// - Returns: its words, least significant first.
    /// - Throws: `UnknownName` with the names there are.
    public func peek(_ path: String) throws(UnknownName) -> [UInt64] {
        guard let index = signalIndex[path] else {
            throw UnknownName(path, kind: "signal", among: signalPaths)
        }
        var words: [UInt64] = []
        read(program.signals[index].view, into: &words)
        return words
    }
}

private func copied<T>(_ array: [T]) -> UnsafeMutableBufferPointer<T> {
    let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: array.count)
    _ = buffer.initialize(from: array)
    return buffer
}
