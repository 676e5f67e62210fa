import Blocks
import Configuration
import FixedPoint
import RTL

/// One lane of a cluster that prunes: `LeanLane` with SpAtten's decisions (Docs/cluster.md).
///
/// A lane that prunes whose rows are segments. Decisions are made within a tile, and ranges are cut between tiles, so what is
/// left out of a row does not depend on how it is cut.
package struct SpAttenLeanLane: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        /// Its own; constant.
        let lane: Unsigned
        /// The table of sequences, entry by entry.
        let table: Flow<SequenceWrite>
        let range: Stream<LaneRange>
        let queryRequest: Stream<QueryRequest>
        let query: Stream<SpAttenQuery>
        /// The kept lists of the rows that ask for one, in order.
        let list: Stream<KeptListEntry>
        /// Of each channel.
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        let partial: Stream<PartialBeat>
        let merged: Stream<PartialBeat>
        let output: Stream<ClusterOutputBeat>
        let report: Stream<ClusterReport>
    }

    package var suffix: String { configuration.suffix }

    package func ports(_ io: Interface) -> Ports {
        let lane = configuration.lane, segments = configuration.segments, channels = 0..<configuration.channels
        let partial = PartialBeat.shape(segments, reports: true)
        return Ports(
            lane: io.input(.unsigned(LaneRange.laneBits)), table: io.input(.flow(SequenceWrite.shape(lane))),
            range: io.sink(LaneRange.shape(segments)), queryRequest: io.source(QueryRequest.shape),
            query: io.sink(SpAttenQuery.shape(lane)), list: io.sink(KeptListEntry.shape(lane)),
            request: channels.map { _ in io.source(MemoryRequest.shape) },
            response: channels.map { _ in io.sink(MemoryResponse.shape(bytes: configuration.sectorBytes)) },
            partial: io.source(partial), merged: io.sink(partial), output: io.source(ClusterOutputBeat.shape(segments)),
            report: io.source(ClusterReport.shape(segments)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let walker = c.instance("walker", SegmentWalker(configuration.segments))
        c.drive(walker.table, io.table)
        c.connect(io.range, to: walker.range)

        let issuer = c.instance("issuer", SpAttenIssuer(configuration))
        c.drive(issuer.lane, io.lane)
        c.connect(walker.segment, to: issuer.segment)
        c.connect(issuer.request, to: io.queryRequest)
        c.connect(io.query, to: issuer.query)

        let core = c.instance("core", SpAttenLane(configuration, emitsStates: true))
        c.connect(issuer.job, to: core.job)
        c.connect(issuer.rowQuery, to: core.query)
        c.connect(io.list, to: core.list)
        for (request, own) in zip(core.request, io.request) { c.connect(request, to: own) }
        for (own, response) in zip(io.response, core.response) { c.connect(own, to: response) }

        let router = c.instance("router", StateRouter(prefill: configuration.segments, reports: true))
        let tag = issuer.tag, fault = core.fault!
        c.send(tag.payload.reported(fault: fault.payload), when: tag.valid & fault.valid, to: router.tag)
        c.drive(tag.ready, router.tag.ready & fault.valid)
        c.drive(fault.ready, router.tag.ready & tag.valid)
        c.connect(core.state!, to: router.state)
        c.connect(router.partial, to: io.partial)
        c.connect(io.merged, to: router.merged)
        c.connect(router.output, to: io.output)
        c.connect(router.report!, to: io.report)
    }
}
