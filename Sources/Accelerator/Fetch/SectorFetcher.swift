import Blocks
import Configuration
import RTL

/// Merges the spans of one channel into aligned bursts and asks for them, never for more than its buffer has room for.
///
/// A span a cycle while it continues the burst at hand; a request a cycle. A burst is asked for as soon as nothing can
/// continue it any more: a span that lies elsewhere has come, the burst has reached the next multiple of `burstBeats`, or
/// the row or block of positions has ended. So requests do not depend on time. They leave through a queue: whoever chooses among
/// fetchers does not make their spans wait in the same cycle.
package struct SectorFetcher: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let spans: Stream<SectorSpan>
        let request: Stream<BurstRequest>
        /// A sector has left the buffer.
        let released: Bit
    }

    package var suffix: String { configuration.gatherSuffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(spans: io.sink(SectorSpan.shape(configuration)), request: io.source(BurstRequest.shape),
              released: io.input(.bit))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let burst = MemoryPort.burstBeats, burstBits = bitsToIndex(burst), lengthBits = bitsToCount(burst)
        let room = configuration.lane.fetchBufferBeats
        let span = io.spans.payload

        // The burst at hand, and how much of the span is in it already.
        let start = c.register("burst_start", .like(span.first))
        let end = c.register("burst_end", .like(span.first))
        let length = c.register("burst_length", .unsigned(lengthBits), reset: 0)
        let due = c.register("due", .bit, reset: 0)
        let rest = c.register("has_rest", .bit, reset: 0)
        let left = c.register("span_left", .like(span.count))

        let next = c.named("next_sector", mux(rest.q, end.q, span.first))
        let count = c.named("count", mux(rest.q, left.q, span.count))
        let isFull = end.q.truncated(to: burstBits) == 0
        let isElsewhere = c.named("is_elsewhere", io.spans.valid & (span.first != end.q))
        let isComplete = c.named("is_complete", length.q.isNonzero & (due.q | isFull | isElsewhere))
        let free = c.register("free_beats", .unsigned(bitsToCount(room)), reset: room)
        let ask = c.named("ask", isComplete & (free.q >= length.q))
        let requests = Queue(c, "requests", io.request.shape, depth: 2)
        let asked = c.named("asked", ask & requests.ready)
        requests.push(BurstRequest(
            address: concatenate(start.q, c.constant(0, .unsigned(bitsToIndex(configuration.sectorBytes))))
                .resized(to: MemoryPort.addressBits),
            beats: (length.q &- 1).truncated(to: burstBits)), when: ask)
        c.connect(requests.output, to: io.request)

        // As much of the span as lies before the next boundary.
        let boundary = (Unsigned(burst) - next.truncated(to: burstBits)).asUnsigned.truncated(to: lengthBits)
        let fits = c.named("fits", count.extended(to: lengthBits) <= boundary)
        let part = c.named("part", mux(fits, count.extended(to: lengthBits), boundary))
        let take = c.named("take", io.spans.valid & (!isComplete | asked))
        let isNew = c.named("is_new", asked | !length.q.isNonzero)
        c.drive(io.spans.ready, (!isComplete | asked) & fits)
        c.when(take) {
            c.when(isNew) { start.next(next) }
            end.next(next &+ part.extended(to: next.width))
            length.next(mux(isNew, 0, length.q) &+ part)
            left.next(count &- part.truncated(to: count.width))
            rest.next(!fits)
            due.next(fits & span.isLast)
        }.elsewhen(asked) {
            length.next(0)
        }

        let taken = mux(asked, length.q.extended(to: free.q.width), 0)
        free.next(free.q &- taken &+ io.released.asUnsigned.extended(to: free.q.width))
    }
}
