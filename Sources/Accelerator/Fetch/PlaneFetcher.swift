import Blocks
import Configuration
import RTL

/// Where a row's part of a plane lies.
struct FetchCommand: Bundle {
    let address: Unsigned
    /// Port beats to read; 0: nothing.
    let beats: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<FetchCommand> {
        Shape { FetchCommand(address: $0.make(.unsigned(MemoryPort.addressBits)),
                             beats: $0.make(.unsigned(lane.planeBeatBits))) }
    }
}

/// Asks for the beats of a plane in aligned bursts, never for more than its buffer has room for.
package struct PlaneFetcher: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        let command: Stream<FetchCommand>
        let request: Stream<BurstRequest>
        /// A beat has left the buffer.
        let released: Bit
    }

    package var suffix: String { lane.fetchSuffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(FetchCommand.shape(lane)), request: io.source(BurstRequest.shape),
              released: io.input(.bit))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let burst = MemoryPort.burstBeats
        let beatShift = bitsToIndex(lane.portBytes)
        let beatAddressBits = MemoryPort.addressBits - beatShift
        let address = c.register("beat_address", .unsigned(beatAddressBits))
        let remaining = c.register("remaining", .unsigned(lane.planeBeatBits), reset: 0)
        let free = c.register("free_beats", .unsigned(bitsToCount(lane.fetchBufferBeats)), reset: lane.fetchBufferBeats)

        // Up to the next burst boundary, or to the end.
        let untilBoundary = c.named(
            "until_boundary", Unsigned(burst) - address.q.truncated(to: bitsToIndex(burst)))
        let boundary = untilBoundary.asUnsigned.truncated(to: bitsToCount(burst))
        let isEnd = c.named("is_end", remaining.q <= boundary)
        let length = c.named("length", mux(isEnd, remaining.q.truncated(to: bitsToCount(burst)), boundary))

        let ask = c.named("ask", remaining.q.isNonzero & (free.q >= length))
        let asked = c.named("asked", ask & io.request.ready)
        c.send(BurstRequest(
            address: concatenate(address.q, c.constant(0, .unsigned(beatShift))),
            beats: (length &- 1).truncated(to: bitsToIndex(burst))), when: ask, to: io.request)

        let idle = c.named("idle", remaining.q == 0)
        c.drive(io.command.ready, idle)
        c.when(io.command.valid & idle) {
            address.next(io.command.payload.address >> beatShift)
            remaining.next(io.command.payload.beats)
        }.elsewhen(asked) {
            address.next(address.q &+ length.extended(to: beatAddressBits))
            remaining.next(remaining.q &- length.extended(to: lane.planeBeatBits))
        }
        c.discard(io.command.payload.address[0..<beatShift])

        let taken = mux(asked, length.extended(to: free.q.width), 0)
        free.next(free.q &- taken &+ io.released.asUnsigned.extended(to: free.q.width))
    }
}

extension LaneConfiguration {
    /// Names a unit by what shapes the fetch path.
    var fetchSuffix: String { "\(arraySuffix)_p\(portBytes)_n\(maximumContext)_b\(fetchBufferBeats)" }
}
