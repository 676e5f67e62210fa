import Foundation
import RTL
import Simulation

/// One instance of an `IcarusModel`: the same API as the other engines, with four-state values inside.
///
/// What nothing initialises stays unknown here until it is written, where the seeded engines hold noise; so a design whose
/// outputs depend on it is found in one run. An output bit that is unknown after the reset is recorded in `unknowns` and
/// thrown by `check()`; unknown bits read as 0. A stream's payload counts only while its `valid` is 1; every other output
/// counts always. A module without reset counts from its beginning.
///
/// The simulation is a process of its own, and each `settle`, `run` and `run(until:)` is one round trip of some 50 us to
/// it. Without it - killed, or without an answer for `timeout` - outputs are 0 and `check()` throws `engineLost`.
public final class IcarusSimulator: Simulator {
    public enum Policy: Sendable {
        /// `check()` throws on an unknown output.
        case fail
        /// They are only recorded.
        case record
    }

    public let model: IcarusModel
    public let values: UnsafeMutableBufferPointer<UInt64>
    public var resets = ClockSet.all
    public private(set) var cycle = 0
    public private(set) var lastEdge: ClockSet = []
    /// The first time that each output was unknown, in order of time.
    public private(set) var unknowns: [UnknownOutput] = []
    private let policy: Policy
    private let ignoredOutputs: Set<String>
    private let timeout: Duration
    private var process: IcarusProcess?
    private var failure: CosimulationError?
    /// The clocks that rise with the next command; nil: there is no edge.
    private var dueEdge: ClockSet?
    private var command: [UInt64]
    private var answer: [UInt32]

    public var ports: [SimulatedPort] { model.ports }
    public var clocks: [SimulatedClock] { model.clocks }
    /// Of the simulation; nil once it is lost.
    package var processIdentifier: pid_t? { process?.child }

    /// - Parameters:
    ///   - policy: what `check()` makes of an unknown output.
    ///   - ignoredOutputs: ports that may be unknown at any time.
    ///   - timeout: limit for each call.
    /// - Throws: `cannotStart`, `fileSystem`.
    public init(
        _ model: IcarusModel, policy: Policy = .fail, ignoredOutputs: Set<String> = [], timeout: Duration = .seconds(600)
    ) throws(CosimulationError) {
        self.model = model
        self.policy = policy
        self.ignoredOutputs = ignoredOutputs
        self.timeout = timeout
        command = [UInt64](repeating: 0, count: model.harness.commandBytes / 8)
        answer = [UInt32](repeating: 0, count: model.harness.answerBytes / 4)
        process = try IcarusProcess(model.runtime, program: model.program)
        values = .allocate(capacity: model.ports.reduce(0) { $0 + $1.wordCount })
        values.initialize(repeating: 0)
    }

    /// Emits `design`, compiles it or takes it from the cache, and makes one instance.
    public convenience init(_ design: Design, policy: Policy = .fail, cache: BuildCache = .standard) throws(CosimulationError) {
        try self.init(try IcarusModel.build(design, cache: cache), policy: policy)
    }

    deinit { values.deallocate() }

    public func settle() {
        _ = perform(cycles: 1, pin: nil)
    }

    public func clockEdge(of clocks: ClockSet) {
        // Two edges without a `settle` between.
        if dueEdge != nil { settle() }
        due(clocks)
        cycle += 1
    }

    private func due(_ clocks: ClockSet) {
        dueEdge = clocks
        lastEdge = clocks.intersection(ClockSet(count: model.clocks.count))
    }

    public func run(_ count: Int) {
        guard count > 0 else { return }
        _ = perform(cycles: UInt64(count), pin: nil)
        due(.all)
        cycle += count
    }

    public func run(until pin: SimulatedPort, limit: Int) -> Int? {
        guard limit > 0, let output = model.harness.outputs.first(where: { $0.port.name == pin.name }) else { return nil }
        if let count = perform(cycles: UInt64(limit), pin: output.word * 64) {
            cycle += count
            if count > 0 { lastEdge = ClockSet(count: model.clocks.count) }
            return count
        }
        due(.all)
        cycle += limit
        return nil
    }

    /// - Throws: `engineLost`; `UnknownOutputs` under the policy `.fail`.
    public func check() throws {
        if let failure { throw failure }
        if policy == .fail, !unknowns.isEmpty { throw UnknownOutputs(top: model.harness.top, outputs: unknowns) }
    }

    /// The due edge, then `cycles` settled cycles with the inputs as they are and an edge between each two; stops in the
    /// cycle in which bit `pin` of the outputs is set, and returns the edges before it.
    private func perform(cycles: UInt64, pin: Int?) -> Int? {
        guard let process else { return nil }
        let harness = model.harness
        var flags = dueEdge == nil ? 0 : IcarusHarness.edgeFlag
        if pin != nil { flags |= IcarusHarness.untilFlag }
        let rising = dueEdge?.rawValue ?? 0
        dueEdge = nil
        // Verilog reads the highest byte first.
        let last = command.count - 1
        command[last] = (flags | UInt64(pin ?? 0) << 32).byteSwapped
        command[last - 1] = cycles.byteSwapped
        command[last - 2] = rising.byteSwapped
        command[last - 3] = resets.rawValue.byteSwapped
        for input in harness.inputs {
            for word in 0..<input.port.wordCount {
                command[last - IcarusHarness.commandHeaderWords - input.word - word] = values[input.port.firstWord + word].byteSwapped
            }
        }
        if let reason = command.withUnsafeBytes(process.send) {
            lose(reason)
            return nil
        }
        while true {
            if let reason = answer.withUnsafeMutableBytes({ process.receive($0, timeout: timeout) }) {
                lose(reason)
                return nil
            }
            let status = UInt64(known(0)), count = Int(known(1))
            if status == IcarusHarness.unknown {
                record(at: cycle + count)
                continue
            }
            for output in harness.outputs {
                for word in 0..<output.port.wordCount {
                    values[output.port.firstWord + word] = known(IcarusHarness.answerHeaderWords + output.word + word)
                }
            }
            return status == IcarusHarness.pinSet ? count : nil
        }
    }

    private func lose(_ reason: String) {
        failure = .engineLost(engine: "Icarus Verilog", cycle: cycle, reason: reason)
        process = nil
        for output in model.harness.outputs {
            for word in 0..<output.port.wordCount { values[output.port.firstWord + word] = 0 }
        }
    }

    /// Word `index` of the answer with unknown bits as 0.
    private func known(_ index: Int) -> UInt64 {
        let low = answer[4 * index] & ~answer[4 * index + 1], high = answer[4 * index + 2] & ~answer[4 * index + 3]
        return UInt64(high) << 32 | UInt64(low)
    }

    /// Takes the unknown outputs of an answer that were not met before.
    private func record(at cycle: Int) {
        for output in model.harness.outputs where !ignoredOutputs.contains(output.port.name) {
            let name = output.port.name
            if unknowns.contains(where: { $0.port == name }) { continue }
            let first = 2 * (IcarusHarness.answerHeaderWords + output.word)
            let digits = (0..<output.port.width).reversed().map { bit -> Character in
                let word = 2 * (first + bit / 32), shift = UInt32(bit % 32)
                return switch (answer[word + 1] >> shift & 1, answer[word] >> shift & 1) {
                case (0, 0): "0"
                case (0, _): "1"
                case (_, 0): "z"
                default: "x"
                }
            }
            if !digits.contains(where: { $0 == "x" || $0 == "z" }) { continue }
            if let valid = model.harness.valid(of: output.port), known(IcarusHarness.answerHeaderWords + valid.word) != 1 { continue }
            unknowns.append(UnknownOutput(port: name, bits: String(digits), cycle: cycle))
        }
    }
}
