import Simulation

/// How the ends of a module's streams hesitate.
public struct StreamTiming: Sendable, CustomStringConvertible {
    private enum Rates: Sendable {
        case none
        case random
        case slow(String)
        case cycles([String: [Range<Int>]])
    }

    /// What all randomness of a run is derived from: stalls, power-up state, noise where a payload means nothing.
    public let seed: UInt64
    private let rates: Rates

    /// Items follow each other without a gap and every beat is taken at once.
    public static let steady = StreamTiming(seed: 0, rates: .none)

    /// Every stream hesitates at random, each at a rate of its own: never, seldom, half the time or nearly always.
    public static func random(seed: UInt64) -> StreamTiming { StreamTiming(seed: seed, rates: .random) }

    /// One stream nearly always hesitates, the others never: all behind it run dry, all ahead of it fill up.
    public static func slow(_ stream: String, seed: UInt64) -> StreamTiming { StreamTiming(seed: seed, rates: .slow(stream)) }

    /// Each stream hesitates in given cycles after the reset, ascending and disjoint.
    public static func stalls(_ cycles: [String: [Range<Int>]], seed: UInt64 = 0) -> StreamTiming {
        StreamTiming(seed: seed, rates: .cycles(cycles))
    }

    public var isSteady: Bool { if case .none = rates { true } else { false } }

    public func pattern(of stream: String) -> StallPattern {
        switch rates {
        case .none: return .none
        case .slow(let slow): return slow == stream ? StallPattern(seed: seed, probability: 0.85) : .none
        case .random:
            let own = stream.utf8.reduce(seed &* 0x9e37_79b9_7f4a_7c15) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            return StallPattern(seed: own, probability: [0, 0.1, 0.5, 0.85][Int(own >> 33 & 3)])
        case .cycles(let cycles): return StallPattern(cycles: cycles[stream] ?? [])
        }
    }

    public var description: String {
        switch rates {
        case .none: "no stalls"
        case .random: "random stalls, seed \(seed)"
        case .slow(let stream): "`\(stream)` nearly always stalls, seed \(seed)"
        case .cycles(let cycles):
            cycles.isEmpty ? "no stalls" : cycles.sorted { $0.key < $1.key }.map { stream, ranges in
                let shown = ranges.prefix(12).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)...\($0.upperBound - 1)" }
                return "`\(stream)` stalls in cycle " + shown.joined(separator: ", ")
                    + (ranges.count > shown.count ? ", and \(ranges.count - shown.count) times more" : "")
            }.joined(separator: "; ")
        }
    }
}
