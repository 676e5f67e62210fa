import Blocks
import Configuration
import FixedPoint
import RTL

/// One lane of a cluster: works through its range of each launch, whatever outputs or parts of outputs lie in it
/// (Docs/cluster.md).
///
/// A lane for prefill whose groups are the query rows that share a key-value head. Outputs that lie in the range as a whole
/// come out; of those at its ends the states go to the reduction, and come back merged to the lane that has the
/// output's first tile.
package struct LeanLane: Module {
    package let prefill: PrefillConfiguration

    package init(prefill: PrefillConfiguration) { self.prefill = prefill }

    package struct Ports {
        /// Its own; constant.
        let lane: Unsigned
        /// The table of sequences, entry by entry.
        let table: Flow<SequenceWrite>
        let range: Stream<LaneRange>
        let queryRequest: Stream<QueryRequest>
        let query: Stream<ClusterQuery>
        let request: Stream<MemoryRequest>
        let response: Stream<MemoryResponse>
        let partial: Stream<PartialBeat>
        let merged: Stream<PartialBeat>
        let output: Stream<ClusterOutputBeat>
    }

    package var suffix: String { prefill.suffix }

    package func ports(_ io: Interface) -> Ports {
        let lane = prefill.lane
        return Ports(
            lane: io.input(.unsigned(LaneRange.laneBits)), table: io.input(.flow(SequenceWrite.shape(lane))),
            range: io.sink(LaneRange.shape(prefill)), queryRequest: io.source(QueryRequest.shape),
            query: io.sink(ClusterQuery.shape(lane)), request: io.source(MemoryRequest.shape),
            response: io.sink(MemoryResponse.shape(lane)), partial: io.source(PartialBeat.shape(prefill)),
            merged: io.sink(PartialBeat.shape(prefill)), output: io.source(ClusterOutputBeat.shape(prefill)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let walker = c.instance("walker", SegmentWalker(prefill))
        c.drive(walker.table, io.table)
        c.connect(io.range, to: walker.range)

        let issuer = c.instance("issuer", SegmentIssuer(prefill: prefill))
        c.drive(issuer.lane, io.lane)
        c.connect(walker.segment, to: issuer.segment)
        c.connect(issuer.request, to: io.queryRequest)
        c.connect(io.query, to: issuer.query)

        let core = c.instance("core", PrefillLane(prefill: prefill, emitsStates: true))
        c.connect(issuer.group, to: core.group)
        c.connect(issuer.row, to: core.row)
        c.connect(issuer.rowQuery, to: core.query)
        c.connect(core.request, to: io.request)
        c.connect(io.response, to: core.response)

        let sinks = c.instance("sinks", SinkMerger(lane: prefill.lane))
        c.connect(issuer.sink, to: sinks.sink)
        c.connect(core.state!, to: sinks.state)
        // The rows of a group have the same tiles, so they close in order.
        c.drive(core.closed!.ready, true)
        c.discard(core.closed!.valid)
        c.discard(core.closed!.payload)

        let router = c.instance("router", StateRouter(prefill: prefill))
        c.connect(issuer.tag, to: router.tag)
        c.connect(sinks.merged, to: router.state)
        c.connect(router.partial, to: io.partial)
        c.connect(io.merged, to: router.merged)
        c.connect(router.output, to: io.output)
    }
}
