import Blocks
import Configuration
import FixedPoint
import RTL

/// Makes groups of a lane for prefill out of the segments of a launch, and asks for their queries ahead of their use.
///
/// A segment is a group whose rows all see the positions of the segment. Its queries are asked for as soon as it comes, while
/// those before it are being worked on. What is to become of the states is told to those who meet them: one tag a
/// segment, one sink a row. One segment and one query a cycle; latency 2 cycles.
package struct SegmentIssuer: Module {
    package let prefill: PrefillConfiguration

    package init(prefill: PrefillConfiguration) { self.prefill = prefill }

    package struct Ports {
        /// The lane's own; constant.
        let lane: Unsigned
        let segment: Stream<LeanSegment>
        let request: Stream<QueryRequest>
        /// The rows of each group asked for, in order.
        let query: Stream<ClusterQuery>
        let group: Stream<GroupJob>
        let row: Stream<RowSpan>
        let rowQuery: Stream<Vector<Signed>>
        /// One a row; occupied only where the row begins.
        let sink: Stream<AttentionSink>
        let tag: Stream<PartialTag>
    }

    package var suffix: String { prefill.suffix }

    package func ports(_ io: Interface) -> Ports {
        let lane = prefill.lane
        return Ports(
            lane: io.input(.unsigned(LaneRange.laneBits)), segment: io.sink(LeanSegment.shape(prefill)),
            request: io.source(QueryRequest.shape), query: io.sink(ClusterQuery.shape(lane)),
            group: io.source(GroupJob.shape(prefill)), row: io.source(RowSpan.shape(lane)),
            rowQuery: io.source(.vector(lane.headSize, signed: NumericFormats.queryBits)),
            sink: io.source(AttentionSink.shape), tag: io.source(PartialTag.shape(prefill)))
    }

    /// What the rows of a segment have in common.
    private struct Span: Bundle {
        let range: RowRange
        let rows: Unsigned
        let opens: Bit
    }

    private var spanShape: Shape<Span> {
        Shape { Span(
            range: $0.make(RowRange.shape(prefill.lane)), rows: $0.make(.unsigned(prefill.slotBits)), opens: $0.make(.bit)) }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let segment = io.segment.payload, settings = segment.settings
        var intake = SegmentIntake(c, io.segment, lane: io.lane, requests: io.request, tags: io.tag)
        c.connect(intake.queue(
            "groups", GroupJob(
                rows: settings.rows, tileSize: settings.tileSize.truncated(to: prefill.tileSizeBits),
                msbBits: settings.msbBits, lsbBits: settings.lsbBits, valueBits: settings.valueBits,
                keyMSBAddress: segment.keyMSBAddress, keyLSBAddress: segment.keyLSBAddress,
                valueAddress: segment.valueAddress), GroupJob.shape(prefill)), to: io.group)
        let spans = intake.queue(
            "spans", Span(
                range: RowRange(first: segment.first, end: segment.end), rows: settings.rows, opens: segment.opens), spanShape)
        intake.close()
        issueRows(c, io, spans)
    }

    /// Gives each query that comes the positions of its segment.
    private func issueRows(_ c: Circuit, _ io: Ports, _ spans: Stream<Span>) {
        let depth = max(2, prefill.residentRows)
        let rows = Queue(c, "rows", io.row.shape, depth: depth)
        let queries = Queue(c, "queries", io.rowQuery.shape, depth: depth)
        let sinks = Queue(c, "sinks", AttentionSink.shape, depth: SegmentIntake.segmentsUnderWay * prefill.residentRows)
        let room = c.named("room_for_row", rows.ready & queries.ready & sinks.ready)
        let take = c.named("take_row", io.query.valid & spans.valid & room)
        c.drive(io.query.ready, spans.valid & room)
        let query = io.query.payload, span = spans.payload
        rows.push(RowSpan(range: span.range, scale: query.scale), when: take)
        queries.push(query.query, when: take)
        sinks.push(AttentionSink(
            occupied: query.sink.occupied & span.opens, reference: query.sink.reference, weight: query.sink.weight), when: take)
        c.connect(rows.output, to: io.row)
        c.connect(queries.output, to: io.rowQuery)
        c.connect(sinks.output, to: io.sink)

        let index = c.register("row_index", .unsigned(prefill.slotBits), reset: 0)
        let isLast = c.named("is_last_row", index.q == span.rows)
        c.drive(spans.ready, take & isLast)
        c.when(take) {
            index.next(index.q &+ 1)
            c.when(isLast) { index.next(0) }
        }
    }
}
