import Simulation

/// Several engines of one design as one: all get the same inputs, and every output is compared in every cycle.
///
/// Reads and results are those of the first engine. The payload of an output stream is compared while it is valid.
/// State that no reset sets is different noise in each engine: outputs that show it differ rightly.
public final class Lockstep: Simulator {
    private struct Comparison {
        let port: SimulatedPort
        /// A payload's `valid`.
        let condition: SimulatedPort?
    }

    public let ports: [SimulatedPort]
    public let values: UnsafeMutableBufferPointer<UInt64>
    public var clocks: [SimulatedClock] { first.clocks }
    public var resets = ClockSet.all
    public var cycle: Int { first.cycle }
    public var lastEdge: ClockSet { first.lastEdge }
    /// Where an engine first differed from the first one; `path` begins with the engine's name.
    public private(set) var divergence: Divergence?
    private let first: any Simulator
    private let others: [(name: String, simulator: any Simulator)]
    private let comparisons: [Comparison]
    private var firstCycle = 0

    /// - Throws: `LockstepError` if the engines do not have the same ports.
    public init(_ first: any Simulator, against others: [(name: String, simulator: any Simulator)]) throws(LockstepError) {
        self.first = first
        self.others = others
        ports = first.ports
        values = first.values
        for (name, other) in others {
            let own = first.ports.map { "\($0.isInput ? "input" : "output") [\($0.width)] \($0.name)" }
            let theirs = other.ports.map { "\($0.isInput ? "input" : "output") [\($0.width)] \($0.name)" }
            guard own == theirs else { throw LockstepError(engine: name, first: own, engineHas: theirs) }
        }
        let streams = StreamPins.all(among: first.ports).filter(\.isOutput)
        comparisons = first.ports.filter { !$0.isInput }.map { port in
            let stream = streams.first { port.name == $0.name + "_payload" || port.name.hasPrefix($0.name + "_payload_") }
            return Comparison(port: port, condition: stream?.valid)
        }
    }

    public var waveSignals: [WaveSignal] { first.waveSignals }

    public func settle() {
        first.resets = resets
        first.settle()
        for (name, other) in others {
            other.resets = resets
            for port in ports where port.isInput {
                for word in port.firstWord..<port.firstWord + port.wordCount { other.values[word] = values[word] }
            }
            other.settle()
            if resets.isEmpty, divergence == nil { compare(name, other) }
        }
        if !resets.isEmpty { firstCycle = cycle + 1 }
    }

    private func compare(_ name: String, _ other: any Simulator) {
        for comparison in comparisons {
            if let condition = comparison.condition, values[condition.firstWord] & 1 == 0 { continue }
            let words = comparison.port.firstWord..<comparison.port.firstWord + comparison.port.wordCount
            guard words.contains(where: { values[$0] != other.values[$0] }) else { continue }
            func text(_ values: UnsafeMutableBufferPointer<UInt64>) -> String {
                number(words.map { values[$0] }, width: comparison.port.width, isSigned: comparison.port.isSigned)
            }
            divergence = Divergence(
                port: comparison.port.name, path: "\(name): \(comparison.port.name)", cycle: cycle - firstCycle,
                expected: text(values), seen: text(other.values))
            return
        }
    }

    public func clockEdge(of clocks: ClockSet) {
        first.clockEdge(of: clocks)
        for (_, other) in others { other.clockEdge(of: clocks) }
    }

    /// - Throws: the first `Divergence`, and what an engine finds amiss.
    public func check() throws {
        if let divergence { throw divergence }
        try first.check()
        for (_, other) in others { try other.check() }
    }
}

/// Engines that cannot run in lockstep.
public struct LockstepError: Error, CustomStringConvertible {
    public let engine: String
    public let first, engineHas: [String]

    public var description: String {
        let missing = first.filter { !engineHas.contains($0) }, strange = engineHas.filter { !first.contains($0) }
        return "\(engine) simulates another design: it has no \(missing.joined(separator: ", ")), but \(strange.joined(separator: ", ")), "
            + "or its ports are in another order"
    }
}
