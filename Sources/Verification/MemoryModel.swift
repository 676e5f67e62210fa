import Simulation

/// A memory behind a streaming read port: one stream asks for bursts of beats, the other brings them.
///
/// Beats of one tag come in the order they were asked for; of several tags whose next beat is there, the one asked for
/// first comes first. When a beat is there is the matter of `MemoryTiming`. Reads outside the image end the run with an
/// error.
///
/// A cycle: `drive`, `settle()` of the simulator, `observe`.
public final class MemoryModel {
    /// What has passed through the port.
    public struct Traffic: Hashable, Sendable {
        public internal(set) var requests = 0
        /// Beats delivered, by tag.
        public internal(set) var beats: [Int]
        /// Cycle of the first request.
        public internal(set) var firstRequestCycle: Int?
        /// Cycle of the last beat.
        public internal(set) var lastBeatCycle: Int?
        /// Bytes of the sectors that the requests touch.
        public internal(set) var bytesMoved = 0
        /// Beats that a fault befell.
        public internal(set) var faults = 0
        /// Of HBM2.
        public internal(set) var rowBuffers: HBM2Counts?
        public var totalBeats: Int { beats.reduce(0, +) }

        /// What passed through two ports with the same tags; row buffers are not summed.
        public static func + (left: Traffic, right: Traffic) -> Traffic {
            var sum = left
            sum.requests += right.requests
            for tag in sum.beats.indices { sum.beats[tag] += right.beats[tag] }
            sum.firstRequestCycle = [left.firstRequestCycle, right.firstRequestCycle].compactMap { $0 }.min()
            sum.lastBeatCycle = [left.lastBeatCycle, right.lastBeatCycle].compactMap { $0 }.max()
            sum.bytesMoved += right.bytesMoved
            sum.faults += right.faults
            return sum
        }

        package init(
            requests: Int = 0, beats: [Int], firstRequestCycle: Int? = nil, lastBeatCycle: Int? = nil, bytesMoved: Int = 0
        ) {
            self.requests = requests
            self.beats = beats
            self.firstRequestCycle = firstRequestCycle
            self.lastBeatCycle = lastBeatCycle
            self.bytesMoved = bytesMoved
        }
    }

    private var state: MemoryPortState

    /// - Parameters:
    ///   - memory: What it holds and how it behaves; its ports are those of `simulator`.
    ///   - requestStalls, responseStalls: Hesitation of either stream.
    public init(
        _ memory: StreamScenario.Memory, of simulator: any Simulator, requestStalls: StallPattern = .none,
        responseStalls: StallPattern = .none
    ) {
        state = MemoryPortState(memory, of: simulator, requestStalls: requestStalls, responseStalls: responseStalls)
    }

    public var traffic: Traffic { state.traffic }
    /// Cycle of the last beat.
    public var lastBeatCycle: Int? { state.lastBeatCycle }
    /// Cycle of the first request.
    public var firstRequestCycle: Int? { state.firstRequestCycle }
    /// Nothing asked for is outstanding.
    public var isIdle: Bool { state.isIdle }
    /// A beat waits to be taken.
    public var isOffering: Bool { state.isOffering }
    /// Beats were asked for, and the next is not there yet.
    public var isFetching: Bool { state.isFetching }

    /// Before `settle()`: offers a beat, says whether a request can come.
    public func drive(cycle: Int) { state.drive(cycle: cycle) }

    /// After `settle()`: takes a request, retires a beat. Throws if the request leaves the image.
    public func observe(cycle: Int) throws(MemoryModelError) { try state.observe(cycle: cycle) }
}

/// A read that the memory cannot serve.
public struct MemoryModelError: Error, CustomStringConvertible {
    /// Of the requests.
    public let stream: String
    public let address, beats, imageBytes, alignment, cycle: Int

    public var description: String {
        "cycle \(cycle): `\(stream)` reads \(beats) beats at byte \(address), outside the \(imageBytes) bytes of memory or "
            + "not aligned to \(alignment) bytes: check the addresses and counts that the design was given"
    }
}
