import RTL

/// A clock of a simulated top.
public struct SimulatedClock: Hashable, Sendable {
    /// Its port.
    public let name: String
    /// The port of its synchronous, active-high reset; nil: nothing on this clock is reset.
    public let reset: String?

    public init(name: String, reset: String?) {
        self.name = name
        self.reset = reset
    }

    /// The clocks of `module` in the order of its ports.
    public static func list(of module: ModuleGraph) -> [SimulatedClock] {
        module.domains.map { SimulatedClock(name: $0.domain.clock, reset: $0.usesReset ? $0.domain.reset : nil) }
    }
}

/// Some clocks of a simulator: bit n stands for `Simulator.clocks[n]`. A design has 64 at most.
public struct ClockSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The clock at `index` of `Simulator.clocks` alone.
    public init(index: Int) { rawValue = 1 << UInt64(index) }

    /// The first `count` clocks.
    public init(count: Int) { rawValue = count >= 64 ? .max : (1 << UInt64(count)) - 1 }

    /// Every clock, however many there are.
    public static let all = ClockSet(rawValue: .max)

    /// Whether the clock at `index` of `Simulator.clocks` is among them.
    public func contains(index: Int) -> Bool { rawValue >> UInt64(index) & 1 == 1 }
}

extension Simulator {
    /// The clock of that port, as a set to give edges to or to hold in reset.
    public func clock(_ name: String) throws(UnknownName) -> ClockSet {
        guard let index = clocks.firstIndex(where: { $0.name == name }) else {
            throw UnknownName(name, kind: "clock", among: clocks.map(\.name))
        }
        return ClockSet(index: index)
    }

    /// The clock of a domain.
    public func clock(_ domain: ClockDomain) throws(UnknownName) -> ClockSet { try clock(domain.clock) }
}
