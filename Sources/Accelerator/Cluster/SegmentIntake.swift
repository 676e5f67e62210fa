import Blocks
import Configuration
import RTL

/// Where the segments of a lane come in: whoever is told of them has a queue, and a segment is taken once all have room.
///
/// The queries of a segment are asked for, and what is to become of its states is told, in every kind of lane.
struct SegmentIntake {
    private let c: Circuit
    private let segment: Stream<LeanSegment>
    private let take: Bit
    private var ready: [Bit] = []

    /// Segments that may wait for the lane, and whose queries may be on the way.
    static let waitingSegments = 4
    /// Segments that may be anywhere between the walker and the router.
    static let segmentsUnderWay = 16

    /// - Parameter lane: The lane's own number.
    init(
        _ c: Circuit, _ segment: Stream<LeanSegment>, lane: Unsigned, requests: Stream<QueryRequest>, tags: Stream<PartialTag>
    ) {
        self.c = c
        self.segment = segment
        take = c.wire("take_segment", .bit)
        let payload = segment.payload
        let request = QueryRequest(output: payload.output, epoch: payload.epoch)
        c.connect(queue("requests", request, requests.shape), to: requests)
        c.connect(queue("tags", PartialTag(payload, lane: lane), tags.shape, depth: Self.segmentsUnderWay), to: tags)
    }

    /// A queue that is given a part of each segment.
    mutating func queue<P>(_ name: String, _ part: P, _ shape: Shape<P>, depth: Int = waitingSegments) -> Stream<P> {
        let queue = Queue(c, name, shape, depth: depth)
        queue.push(part, when: take)
        ready.append(queue.ready)
        return queue.output
    }

    /// Takes segments, now that all queues are there.
    func close() {
        let settings = segment.payload.settings
        for unused in [settings.keyMSBStride, settings.keyLSBStride, settings.valueStride, settings.sequences] {
            c.discard(unused)
        }
        let room = c.named("room_for_segment", ready.allSet)
        c.drive(segment.ready, room)
        c.drive(take, segment.valid & room)
    }
}
