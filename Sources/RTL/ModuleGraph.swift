/// One elaborated module: what printers and simulators read.
public final class ModuleGraph {
    /// Verilog name, with its parameter suffix.
    public let name: String
    public internal(set) var graph = Graph()
    public internal(set) var ports: [Port] = []
    public internal(set) var registers: [RegisterInfo] = []
    public internal(set) var memories: [MemoryInfo] = []
    public internal(set) var instances: [InstanceInfo] = []
    /// The body's statements.
    public let body = Block()
    /// Nodes the user declared unneeded.
    public internal(set) var discarded: [NodeID] = []
    /// The value each wire carries and each register loads, all conditions folded into muxes (see `resolveDrivers`).
    public internal(set) var drivers: [NodeID: NodeID] = [:]
    /// Nodes from here on were made by `resolveDrivers`.
    public internal(set) var firstResolvedNode = 0
    /// For each output port, the input ports it depends on within a cycle (indices into `ports`).
    public internal(set) var combinationalInputs: [Int: [Int]] = [:]
    /// The domains it needs, itself or through its instances: those of its registers, its memories, its instances, each in
    /// the order of their first use. Each has a clock port and, if something in it is reset, a reset port.
    public internal(set) var domains: [DomainUse] = []
    public var usesClock: Bool { !domains.isEmpty }
    public var usesReset: Bool { domains.contains(where: \.usesReset) }
    /// Made when a module of several clocks asks for it.
    lazy var domainPaths = DomainPaths(module: self)
    public let location: SourceLocation

    init(name: String, location: SourceLocation) {
        self.name = name
        self.location = location
    }

    public struct Port: Sendable {
        public let name: String
        public let isInput: Bool
        public let width: Int
        public let isSigned: Bool
        public let node: NodeID
    }

    public struct RegisterInfo: Sendable {
        public let node: NodeID
        /// Value under synchronous reset; nil: not reset.
        public let reset: Constant?
        public let domain: ClockDomain
        /// May load state of another clock.
        public let isCrossing: Bool
        public let location: SourceLocation
    }

    public struct MemoryInfo: Sendable {
        public let name: String
        public let depth: Int
        public let width: Int
        public let collision: Collision
        /// In which it is written.
        public let domain: ClockDomain
        public let location: SourceLocation
        /// Nodes of operation `memoryRead`: operands are address and enable.
        public internal(set) var reads: [NodeID] = []
        /// For each of `reads`, in which it reads.
        public internal(set) var readDomains: [ClockDomain] = []
        /// Filled by `resolveDrivers`.
        public internal(set) var writes: [Write] = []

        public struct Write: Sendable {
            /// All conditions around the write; nil: every cycle.
            public let enable: NodeID?
            public let address: NodeID
            public let data: NodeID
            public let location: SourceLocation
        }
    }

    public struct InstanceInfo {
        public let name: String
        public let module: ModuleGraph
        /// For each port of `module`, the node in this graph: a wire for an input, an `instanceOutput` for an output.
        public let connections: [NodeID]
        let domains: [ClockDomain: ClockDomain]
        /// A register of this graph that resets the instance while it is set, as the reset of its domain does.
        public let clear: NodeID?
        public let location: SourceLocation

        /// The domain of this graph that stands for `domain` of the instance's module: itself unless it was given another.
        public func domain(_ domain: ClockDomain) -> ClockDomain { domains[domain] ?? domain }
    }
}

/// A clock with its synchronous, active-high reset.
///
/// A domain's clock and reset are ports of every module that has state of the domain in or below it. One clock has one
/// reset. Ports carry no domain: what comes through the top's inputs is taken to belong to whatever clock reads it.
public struct ClockDomain: Hashable, Sendable {
    /// Names of the ports.
    public let clock: String
    public let reset: String

    public init(clock: String, reset: String) {
        self.clock = clock
        self.reset = reset
    }

    /// `clock` and `reset`: the domain of everything that names none.
    public static let main = ClockDomain(clock: "clock", reset: "reset")
}

/// A domain that a module needs.
public struct DomainUse: Hashable, Sendable {
    public let domain: ClockDomain
    /// Something in it is reset.
    public internal(set) var usesReset: Bool
}

/// What a memory reads at the address being written in the same cycle.
public enum Collision: Sendable, Hashable {
    /// The old word.
    case readFirst
    /// Must not happen: simulators return noise, synthesis may choose any RAM.
    case undefined
}
