import Blocks
import Configuration
import FixedPoint
import RTL

/// `LeanCluster` of lanes that prune (Docs/cluster.md).
///
/// Positions of a sequence are those of its kept list, if it has one: its `keys` are the entries, and the rows that are asked
/// for say that they are gathered, the first in each lane with its list. Each row has a report beside its elements.
package struct SpAttenCluster: Module {
    package let cluster: ClusterConfiguration
    package let lane: SpAttenConfiguration

    /// - Precondition: the cluster's lanes prune.
    package init(cluster: ClusterConfiguration) {
        guard let lane = cluster.spAtten else { preconditionFailure("the lanes of this cluster do not prune") }
        self.cluster = cluster
        self.lane = lane
    }

    package struct Ports {
        let launch: Stream<ClusterLaunch>
        let sequences: Stream<SequenceEntry>
        // One a lane, each.
        let queryRequest: [Stream<QueryRequest>]
        let query: [Stream<SpAttenQuery>]
        let list: [Stream<KeptListEntry>]
        /// Of each lane's channels: lane 0's, then lane 1's, and so on.
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        // One a lane, each.
        let output: [Stream<ClusterOutputBeat>]
        let report: [Stream<ClusterReport>]
        /// A launch that is not carried out as given.
        let launchFault: Flow<LaunchFault>
        /// Partial states met that do not belong together. Set until reset.
        let mergeFault: Bit
    }

    package var suffix: String { "\(lane.suffix)_l\(cluster.lanes)" + (cluster.reduction == .tree ? "_tree" : "") }

    package func ports(_ io: Interface) -> Ports {
        let segments = cluster.lane, lanes = 0..<cluster.lanes, channels = 0..<cluster.lanes * lane.channels
        return Ports(
            launch: io.sink(ClusterLaunch.shape(segments)), sequences: io.sink(SequenceEntry.shape(lane.lane)),
            queryRequest: lanes.map { _ in io.source(QueryRequest.shape) },
            query: lanes.map { _ in io.sink(SpAttenQuery.shape(lane.lane)) },
            list: lanes.map { _ in io.sink(KeptListEntry.shape(lane.lane)) },
            request: channels.map { _ in io.source(MemoryRequest.shape) },
            response: channels.map { _ in io.sink(MemoryResponse.shape(bytes: lane.sectorBytes)) },
            output: lanes.map { _ in io.source(ClusterOutputBeat.shape(segments)) },
            report: lanes.map { _ in io.source(ClusterReport.shape(segments)) },
            launchFault: io.output(.flow(LaunchFault.shape)), mergeFault: io.output(.bit))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let scheduler = c.instance("scheduler", StreamKScheduler(cluster))
        c.connect(io.launch, to: scheduler.launch)
        c.connect(io.sequences, to: scheduler.sequences)
        c.drive(io.launchFault, scheduler.fault)
        let reduction = c.instance("reduction", ReductionUnit(
            prefill: cluster.lane, lanes: cluster.lanes, topology: cluster.reduction, extraBeats: LeafCompletion.massBeats))
        c.drive(io.mergeFault, reduction.fault)
        for index in 0..<cluster.lanes {
            let unit = c.instance("lane_\(index)", SpAttenLeanLane(lane))
            c.drive(unit.lane, Unsigned(index))
            c.drive(unit.table, scheduler.table)
            c.connect(scheduler.ranges[index], to: unit.range)
            c.connect(unit.queryRequest, to: io.queryRequest[index])
            c.connect(io.query[index], to: unit.query)
            c.connect(io.list[index], to: unit.list)
            for channel in 0..<lane.channels {
                c.connect(unit.request[channel], to: io.request[index * lane.channels + channel])
                c.connect(io.response[index * lane.channels + channel], to: unit.response[channel])
            }
            c.connect(unit.partial, to: reduction.partial[index])
            c.connect(reduction.merged[index], to: unit.merged)
            c.connect(unit.output, to: io.output[index])
            c.connect(unit.report, to: io.report[index])
        }
    }
}
