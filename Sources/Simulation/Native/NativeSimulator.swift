import RTL
import SeededRandom

/// Simulates a design in process: compiled to instructions over 64-bit words, two-valued, cycle by cycle.
///
/// Registers, memories and read data start with random contents of `seed`: a test that passes under several seeds
/// does not lean on power-up values. Noise also comes out of a read that collides with a write of an `.undefined`
/// memory and of a read beyond the depth.
public final class NativeSimulator: Simulator {
    public let ports: [SimulatedPort]
    public let values: UnsafeMutableBufferPointer<UInt64>
    public let clocks: [SimulatedClock]
    private let allClocks: ClockSet
    public var resets = ClockSet.all
    public private(set) var cycle = 0
    public private(set) var lastEdge: ClockSet = []

    let program: Program
    let arena: UnsafeMutableBufferPointer<UInt64>
    /// The words of the ports when last settled.
    private let settledPorts: UnsafeMutableBufferPointer<UInt64>
    private let afterState, afterInputs: UnsafeMutableBufferPointer<Instruction>
    let observation: UnsafeMutableBufferPointer<Instruction>
    private let terms: UnsafeMutableBufferPointer<Term>
    private let tables: UnsafeMutableBufferPointer<UInt64>
    private let isLoading: UnsafeMutableBufferPointer<Bool>
    let interpreter: Interpreter
    let memories: SimulatedMemories
    private var noise: SeededGenerator
    var stateChanged = true
    /// The values that only observers need are those of the settled state.
    var isObserved = false
    let signalIndex: [String: Int]

    public init(_ design: Design, seed: UInt64) {
        ports = SimulatedPort.layout(of: design.top)
        clocks = SimulatedClock.list(of: design.top)
        allClocks = ClockSet(count: clocks.count)
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
        isLoading = copied(program.guardedLoads.map { _ in false })
        interpreter = Interpreter(
            arena: Arena(base: UnsafeMutableRawPointer(arena.baseAddress!)), terms: UnsafePointer(terms.baseAddress!),
            tables: UnsafePointer(tables.baseAddress!))
        for (word, words) in program.constants { for (index, value) in words.enumerated() { arena[word + index] = value } }
        noise = SeededGenerator(seed: seed)
        var word = program.stateWord
        for width in program.stateWidths {
            for low in stride(from: 0, to: width, by: 64) {
                arena[word] = noise.next() & lowMask(width - low)
                arena[word + program.stateWords] = arena[word]
                word += 1
            }
        }
        memories = SimulatedMemories(program.memories, noise: &noise)
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
        isLoading.deallocate()
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

    public func clockEdge(of clocks: ClockSet) {
        let base = arena.baseAddress!
        memories.read(base, clocks, &noise)
        memories.write(base, clocks)
        // A guard may be state itself: all are read before any state changes.
        for (index, guarded) in program.guardedLoads.enumerated() {
            isLoading[index] = !guarded.clocks.isDisjoint(with: clocks) && guarded.condition.isSet(base)
        }
        for always in program.alwaysLoaded where !always.clocks.isDisjoint(with: clocks) { load(always.words) }
        for (index, guarded) in program.guardedLoads.enumerated() where isLoading[index] { load(guarded.words) }
        let inReset = resets.intersection(clocks)
        if !inReset.isEmpty {
            for reset in program.resets where !reset.clocks.isDisjoint(with: inReset) {
                for (index, value) in reset.words.enumerated() { arena[reset.word + index] = value }
            }
        }
        stateChanged = true
        lastEdge = clocks.intersection(allClocks)
        cycle += 1
    }

    private func load(_ words: Range<Int>) {
        let state = arena.baseAddress! + words.lowerBound
        state.update(from: state + program.stateWords, count: words.count)
    }

    /// Every kind of instruction there is.
    package static let instructionKinds = Opcode.allCases.map { "\($0)" }

    /// How many instructions of each kind a cycle executes, by name.
    /// Terms of lists count under `terms`.
    package var instructionCounts: [String: Int] {
        var counts: [String: Int] = [:]
        for instruction in program.afterState + program.afterInputs { counts["\(instruction.opcode)", default: 0] += 1 }
        counts["terms"] = program.terms.count
        return counts
    }
}

func copied<T>(_ array: [T]) -> UnsafeMutableBufferPointer<T> {
    let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: array.count)
    _ = buffer.initialize(from: array)
    return buffer
}
