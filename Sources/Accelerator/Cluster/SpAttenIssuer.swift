import Blocks
import Configuration
import FixedPoint
import RTL

/// Makes jobs of a lane that prunes out of the segments of a launch, and asks for their queries ahead of their use.
///
/// A segment is the job of a row over the positions of the segment; what the row leaves out comes with its query, which is
/// asked for as soon as the segment comes, while those before it are being worked on. What is to become of the state is told to
/// those who meet it: one tag a segment. One segment and one query a cycle; latency 2 cycles.
package struct SpAttenIssuer: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        /// The lane's own; constant.
        let lane: Unsigned
        let segment: Stream<LeanSegment>
        let request: Stream<QueryRequest>
        /// One for each asked for, in order.
        let query: Stream<SpAttenQuery>
        let job: Stream<SpAttenJob>
        let rowQuery: Stream<Vector<Signed>>
        let tag: Stream<PartialTag>
    }

    package var suffix: String { configuration.lane.laneSuffix }

    package func ports(_ io: Interface) -> Ports {
        let lane = configuration.lane, segments = configuration.segments
        return Ports(
            lane: io.input(.unsigned(LaneRange.laneBits)), segment: io.sink(LeanSegment.shape(segments)),
            request: io.source(QueryRequest.shape), query: io.sink(SpAttenQuery.shape(lane)), job: io.source(SpAttenJob.shape(lane)),
            rowQuery: io.source(.vector(lane.headSize, signed: NumericFormats.queryBits)),
            tag: io.source(PartialTag.shape(segments)))
    }

    /// What a job takes from its segment.
    private struct Span: Bundle {
        let first, end: Unsigned
        let tileSize: Unsigned
        let msbBits, lsbBits, valueBits: Unsigned
        let keyMSBAddress, keyLSBAddress, valueAddress: Unsigned

        static func shape(_ lane: LaneConfiguration) -> Shape<Span> {
            Shape { fields in
                func unsigned(_ bits: Int) -> Unsigned { fields.make(.unsigned(bits)) }
                return Span(
                    first: unsigned(lane.contextBits), end: unsigned(lane.contextBits), tileSize: unsigned(2),
                    msbBits: unsigned(formatBits), lsbBits: unsigned(formatBits), valueBits: unsigned(formatBits),
                    keyMSBAddress: unsigned(MemoryPort.addressBits), keyLSBAddress: unsigned(MemoryPort.addressBits),
                    valueAddress: unsigned(MemoryPort.addressBits))
            }
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let segment = io.segment.payload, settings = segment.settings
        var intake = SegmentIntake(c, io.segment, lane: io.lane, requests: io.request, tags: io.tag)
        let spans = intake.queue(
            "spans", Span(
                first: segment.first, end: segment.end, tileSize: settings.tileSize, msbBits: settings.msbBits,
                lsbBits: settings.lsbBits, valueBits: settings.valueBits, keyMSBAddress: segment.keyMSBAddress,
                keyLSBAddress: segment.keyLSBAddress, valueAddress: segment.valueAddress), Span.shape(configuration.lane))
        intake.close()
        issueJobs(c, io, spans)
    }

    /// Gives each query that comes the positions of its segment.
    private func issueJobs(_ c: Circuit, _ io: Ports, _ spans: Stream<Span>) {
        let jobs = Queue(c, "jobs", io.job.shape, depth: 2)
        let queries = Queue(c, "queries", io.rowQuery.shape, depth: 2)
        let room = c.named("room_for_row", jobs.ready & queries.ready)
        let take = c.named("take_row", io.query.valid & spans.valid & room)
        c.drive(io.query.ready, spans.valid & room)
        c.drive(spans.ready, take)
        let query = io.query.payload, span = spans.payload
        jobs.push(SpAttenJob(
            first: span.first, end: span.end, gathered: query.gathered, loadsList: query.loadsList,
            accumulates: c.constant(0, .bit), tileSize: span.tileSize.extended(to: SpAttenConfiguration.tileSizeBits),
            msbBits: span.msbBits, lsbBits: span.lsbBits, valueBits: span.valueBits, scale: query.scale, refine: query.refine,
            confidence: query.confidence, valueRule: query.valueRule, valueLimit: query.valueLimit,
            renormalise: query.renormalise, keyMSBAddress: span.keyMSBAddress, keyLSBAddress: span.keyLSBAddress,
            valueAddress: span.valueAddress), when: take)
        queries.push(query.query, when: take)
        c.connect(jobs.output, to: io.job)
        c.connect(queries.output, to: io.rowQuery)
    }
}
