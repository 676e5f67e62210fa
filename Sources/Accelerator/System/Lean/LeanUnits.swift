import Blocks
import Configuration
import RTL

/// The units between the registers and the bus of a cluster of dense lanes, all reset by `clear`.
///
/// ```
///   LaunchProcessor -- DescriptorFetcher, LaunchCheck
///        |       |
///        |   QueryFeeder                  (ControlReads: one read master for both)
///        |       |
///       LeanCluster --------------------- (a read master a lane for keys and values)
///           |
///   RowCollector a lane
///           |
///      LaunchWriter                       (PacketArbiter: one write master)
/// ```
struct LeanUnits: SystemCore {
    private let processor: LaunchProcessor.Ports
    private let cluster: LeanCluster.Ports
    private let feeder: QueryFeeder.Ports
    private let writer: LaunchWriter.Ports
    private let reads: ControlReads.Ports
    private let arbiter: PacketArbiter.Ports
    let fault: Flow<FaultReport>
    let rowSkipped, tokenKept: Bit

    init(_ c: Circuit, _ system: LeanSystemConfiguration, clear: Register<Bit>) {
        let cluster = c.instance("cluster", LeanCluster(cluster: system.cluster), clear: clear)
        let processor = c.instance("launch_processor", LaunchProcessor(system: system), clear: clear)
        let reads = c.instance("control_reads", ControlReads(bus: system.bus, readers: LaunchReader.allCases.count), clear: clear)
        let feeder = c.instance("query_feeder", QueryFeeder(system: system), clear: clear)
        let writer = c.instance("launch_writer", LaunchWriter(system: system), clear: clear)
        let arbiter = c.instance("packet_arbiter", PacketArbiter(bus: system.bus, sources: 2), clear: clear)
        (self.processor, self.cluster, self.feeder, self.writer) = (processor, cluster, feeder, writer)
        (self.reads, self.arbiter) = (reads, arbiter)

        // What launches name is read.
        let readers: [(LaunchReader, Stream<ControlRead>, Stream<Unsigned>)] = [
            (.descriptor, processor.read, processor.beat), (.sequences, processor.tableRead, processor.tableBeat),
            (.queries, feeder.read, feeder.beat),
        ]
        for (reader, read, beat) in readers {
            c.connect(read, to: reads.read[reader.rawValue])
            c.connect(reads.beat[reader.rawValue], to: beat)
        }
        for begins in [feeder.begins, writer.begins] { c.drive(begins, processor.begins) }
        for place in [feeder.place, writer.place] { c.drive(place, processor.place) }
        c.drive(processor.isFree, writer.isFree)

        // The cluster works.
        c.connect(processor.launch, to: cluster.launch)
        c.connect(processor.sequences, to: cluster.sequences)
        for lane in 0..<system.lanes {
            c.connect(cluster.queryRequest[lane], to: feeder.request[lane])
            c.connect(feeder.query[lane], to: cluster.query[lane])
            let collector = c.instance("row_collector_\(lane)", RowCollector(system: system), clear: clear)
            c.drive(collector.lane, Unsigned(lane))
            c.connect(cluster.output[lane], to: collector.output)
            c.connect(collector.row, to: writer.row[lane])
            c.connect(collector.beat, to: writer.beat[lane])
        }

        // Results are written, records before rows.
        for (packet, own) in zip(arbiter.packet, [writer.recordPacket, writer.rowPacket]) {
            c.connect(own.command, to: packet.command)
            c.connect(own.data, to: packet.data)
        }
        c.drive(writer.packetDone, arbiter.done)

        rowSkipped = c.constant(0, .bit)
        tokenKept = c.constant(0, .bit)

        // What was checked the scheduler finds nothing in, and states of one output belong together.
        let disagree = c.named("units_disagree", cluster.launchFault.valid | cluster.mergeFault)
        c.discard(concatenate(cluster.launchFault.payload))
        let own = processor.fault.payload, query = feeder.fault.payload
        let code = mux(processor.fault.valid, own.code, mux(feeder.fault.valid, query.code, SystemFault.internalFault.code))
        fault = c.wire("core_fault", .flow(FaultReport.shape))
        c.drive(fault.valid, processor.fault.valid | feeder.fault.valid | disagree)
        c.drive(fault.payload, FaultReport(
            code: code, address: mux(processor.fault.valid, own.address, mux(feeder.fault.valid, query.address, writer.descriptorAddress))))
    }

    var ring: RingState { processor.ring }
    var jobDone: Bit { writer.jobDone }
    var interrupts: Bit { writer.interrupts }
    var endsChain: Bit { writer.endsChain }
    var rowDone: Bit { writer.rowDone }
    var busy: Bit { processor.busy | !writer.isFree.elements.allSet | !arbiter.allWritten }
    var descriptorAddress: Unsigned { mux(writer.isFree.elements.allSet, processor.descriptorAddress, writer.descriptorAddress) }
    var faultyJob: Unsigned {
        let epoch = mux(feeder.fault.valid, feeder.faultEpoch, writer.oldest)
        return mux(processor.fault.valid | writer.isFree.elements.allSet, processor.id, mux(epoch, writer.ids[1], writer.ids[0]))
    }

    func connect(_ c: Circuit, to masters: SystemMasters) {
        masters.connect(c, lanes: cluster.request, cluster.response)
        masters.connect(c, reads, arbiter)
    }
}
