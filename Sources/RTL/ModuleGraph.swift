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
    public internal(set) var usesClock = false
    public internal(set) var usesReset = false
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
        public let location: SourceLocation
    }

    public struct MemoryInfo: Sendable {
        public let name: String
        public let depth: Int
        public let width: Int
        public let collision: Collision
        public let domain: ClockDomain
        public let location: SourceLocation
        /// Nodes of operation `memoryRead`: operands are address and enable.
        public internal(set) var reads: [NodeID] = []
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
        public let location: SourceLocation
    }
}

/// A clock with its synchronous, active-high reset.
public struct ClockDomain: Hashable, Sendable {
    public let clock: String
    public let reset: String

    public static let main = ClockDomain(clock: "clock", reset: "reset")
}

/// What a memory reads at the address being written in the same cycle.
public enum Collision: Sendable, Hashable {
    /// The old word.
    case readFirst
    /// Must not happen: simulators return noise, synthesis may choose any RAM.
    case undefined
}
