import Blocks
import Configuration
import FixedPoint
import RTL

/// Attention of one layer of many sequences on several lanes, each with a memory port of its own (Docs/cluster.md).
///
/// Give a `launch` and its `sequences`, answer what each lane asks for on `queryRequest` with the queries of the group, and
/// take the rows of all outputs, each from the lane that has its first tile. The next launch may be given while the lanes
/// work on this one; a third one once all outputs of the first have come.
package struct LeanCluster: Module {
    package let cluster: ClusterConfiguration

    package init(cluster: ClusterConfiguration) { self.cluster = cluster }

    package struct Ports {
        let launch: Stream<ClusterLaunch>
        let sequences: Stream<SequenceEntry>
        // One a lane, each.
        let queryRequest: [Stream<QueryRequest>]
        let query: [Stream<ClusterQuery>]
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        let output: [Stream<ClusterOutputBeat>]
        /// A launch that is not carried out as given.
        let launchFault: Flow<LaunchFault>
        /// Partial states met that do not belong together. Set until reset.
        let mergeFault: Bit
    }

    package var suffix: String { cluster.suffix }

    package func ports(_ io: Interface) -> Ports {
        let prefill = cluster.lane, lanes = 0..<cluster.lanes
        return Ports(
            launch: io.sink(ClusterLaunch.shape(prefill)), sequences: io.sink(SequenceEntry.shape(prefill.lane)),
            queryRequest: lanes.map { _ in io.source(QueryRequest.shape) },
            query: lanes.map { _ in io.sink(ClusterQuery.shape(prefill.lane)) },
            request: lanes.map { _ in io.source(MemoryRequest.shape) },
            response: lanes.map { _ in io.sink(MemoryResponse.shape(prefill.lane)) },
            output: lanes.map { _ in io.source(ClusterOutputBeat.shape(prefill)) },
            launchFault: io.output(.flow(LaunchFault.shape)), mergeFault: io.output(.bit))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let scheduler = c.instance("scheduler", StreamKScheduler(cluster))
        c.connect(io.launch, to: scheduler.launch)
        c.connect(io.sequences, to: scheduler.sequences)
        c.drive(io.launchFault, scheduler.fault)
        let reduction = c.instance("reduction", ReductionUnit(
            prefill: cluster.lane, lanes: cluster.lanes, topology: cluster.reduction))
        c.drive(io.mergeFault, reduction.fault)
        for index in 0..<cluster.lanes {
            let lane = c.instance("lane_\(index)", LeanLane(prefill: cluster.lane))
            c.drive(lane.lane, Unsigned(index))
            c.drive(lane.table, scheduler.table)
            c.connect(scheduler.ranges[index], to: lane.range)
            c.connect(lane.queryRequest, to: io.queryRequest[index])
            c.connect(io.query[index], to: lane.query)
            c.connect(lane.request, to: io.request[index])
            c.connect(io.response[index], to: lane.response)
            c.connect(lane.partial, to: reduction.partial[index])
            c.connect(reduction.merged[index], to: lane.merged)
            c.connect(lane.output, to: io.output[index])
        }
    }
}

extension ClusterConfiguration {
    /// Names a unit by all parameters of the cluster.
    var suffix: String { "\(lane.suffix)_l\(lanes)" + (reduction == .tree ? "_tree" : "") }
}
