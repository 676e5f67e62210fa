import Configuration
import Verification

/// The kinds of memory that a simulation can have, by the names of the command line and of reports.
public enum MemoryKind: String, Codable, CaseIterable, Sendable {
    /// A latency, and a bandwidth if one is given.
    case fixed
    /// Pseudo-channels of HBM2.
    case hbm2
}

/// A memory as it is asked for on the command line.
public struct MemoryChoice: Hashable, Sendable {
    public var kind: MemoryKind
    /// Cycles from a request to its first beat; of HBM2: of the way to its controllers and back. Nil: 100, or 60.
    public var latency: Int?
    /// Bytes a cycle; nil: those of the port.
    public var bandwidth: Int?
    /// Requests on the way; nil: no limit.
    public var outstanding: Int?

    public static let latencies = 1...100_000
    public static let bandwidths = 1...4096
    public static let outstandings = 1...4096

    public init(_ kind: MemoryKind = .fixed, latency: Int? = nil, bandwidth: Int? = nil, outstanding: Int? = nil) {
        self.kind = kind
        self.latency = latency
        self.bandwidth = bandwidth
        self.outstanding = outstanding
    }

    /// Bytes that a pseudo-channel of HBM2 moves in a cycle, at 2 Gb/s a pin and 1 GHz.
    private static let pseudoChannelBytes = 16

    /// - Throws: `SessionError` for a bandwidth that is not of whole pseudo-channels.
    public func timing(_ lane: LaneConfiguration) throws(SessionError) -> MemoryTiming {
        let limit = outstanding.map { MemoryTiming.Outstanding.requests($0) }
        switch kind {
        case .fixed:
            let latency = latency ?? 100
            guard let bandwidth else { return MemoryTiming(.fixed(latency: latency), outstanding: limit) }
            return .bandwidth(latency: latency, bytesPerCycle: bandwidth, outstanding: limit)
        case .hbm2:
            var timing = HBM2Timing()
            if let latency { timing.pathCycles = latency }
            let bytes = bandwidth ?? max(lane.portBytes, Self.pseudoChannelBytes)
            timing.channels = bytes / Self.pseudoChannelBytes
            guard timing.channels * Self.pseudoChannelBytes == bytes, timing.channels & (timing.channels - 1) == 0 else {
                throw .badArgument(
                    argument: "--memory-bandwidth", value: "\(bytes)",
                    reason: "HBM2 moves 16 bytes a cycle in each of 1, 2, 4, 8, ... pseudo-channels: 16, 32, 64, 128, ...")
            }
            return .hbm2(timing, outstanding: limit)
        }
    }
}
