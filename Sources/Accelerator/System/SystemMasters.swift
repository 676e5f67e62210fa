import Blocks
import Configuration
import RTL

/// The bus side of a `LeanSpAtten`: read masters for each lane and for what jobs name, and the write master. One lane shares AR
/// and R with what jobs name.
struct SystemMasters {
    let lanes: [AXIReadMaster.Ports]
    let control: AXIReadMaster.Ports
    let write: AXIWriteMaster.Ports
    private let shared: AXIReadPort
    private let ofLanes: [AXIReadPort]
    private let idBits: Int

    private static func arbiter(_ bus: BusParameters) -> AXIReadArbiter { AXIReadArbiter(bus.axi, masters: 2) }

    /// Of `m_axi`.
    static func port(_ bus: BusParameters) -> AXIParameters { bus.lanes == 1 ? arbiter(bus).outer : bus.axi }

    init(
        _ c: Circuit, _ bus: BusParameters, _ registers: AXILiteRegisters.Ports, _ supervisor: Supervisor.Ports,
        _ io: LeanSpAtten.Ports
    ) {
        let axi = bus.axi
        (shared, ofLanes, idBits) = (io.mAxi.read, io.mAxiLane, axi.idBits)
        lanes = (0..<bus.lanes).map { lane in
            c.instance(bus.lanes == 1 ? "lane_reads" : "lane_reads_\(lane)", AXIReadMaster(
                axi, beatBits: bitsToIndex(MemoryPort.burstBeats), tagBits: MemoryPort.tagBits, outstanding: bus.readOutstanding))
        }
        // Keys and values are taken whenever they come; a buffer does the same for the rest, so neither holds up the other.
        control = c.instance("control_reads_master", AXIReadMaster(
            axi, beatBits: bus.controlBeatBits, tagBits: 1, outstanding: bus.controlOutstanding, buffer: bus.controlBuffer))
        write = c.instance("writes", AXIWriteMaster(
            Self.port(bus), lengthBits: bus.packetLengthBits, tagBits: 1, outstanding: bus.writeOutstanding))
        if bus.lanes == 1 {
            let arbiter = c.instance("read_arbiter", Self.arbiter(bus))
            c.connect(lanes[0].mAxi, to: arbiter.sAxi[0])
            c.connect(control.mAxi, to: arbiter.sAxi[1])
            c.connect(arbiter.mAxi, to: shared)
        } else {
            for (lane, port) in zip(lanes, ofLanes) { c.connect(lane.mAxi, to: port) }
            c.connect(control.mAxi, to: shared)
        }
        c.connect(write.mAxi, to: io.mAxi.write)

        let reads = registers.value["outstanding", "reads"], most = Unsigned(bus.controlOutstanding)
        for (lane, fault) in zip(lanes, supervisor.readFault) {
            c.drive(lane.outstandingLimit, limited(reads, to: bus.readOutstanding))
            c.connect(lane.fault, to: fault)
        }
        c.drive(control.outstandingLimit, mux(reads < most, reads, most).truncated(to: bitsToCount(bus.controlOutstanding)))
        c.drive(write.outstandingLimit, limited(registers.value["outstanding", "writes"], to: bus.writeOutstanding))
        c.connect(control.fault, to: supervisor.readFault[bus.lanes])
        c.connect(write.fault, to: supervisor.writeFault)
        for abandon in lanes.map(\.abandon) + [control.abandon, write.abandon] { c.drive(abandon, supervisor.abandon) }
        c.drive(supervisor.mastersIdle, lanes.map(\.idle).allSet & control.idle & write.idle)
    }

    private func limited(_ wanted: Unsigned, to most: Int) -> Unsigned {
        mux(wanted > Unsigned(most), Unsigned(most), wanted).truncated(to: bitsToCount(most))
    }

    /// Which of the beats on R, first of `m_axi` and then of the lanes, are of that plane.
    func isOf(_ plane: MemoryPort.Tag, _ beats: [Bit]) -> [Bit] {
        func isPlane(_ id: Unsigned) -> Bit { id.truncated(to: idBits) == Unsigned(plane.rawValue) }
        if ofLanes.isEmpty { return [beats[0] & !shared.rid[idBits] & isPlane(shared.rid)] }
        return zip(ofLanes, beats.dropFirst()).map { isPlane($0.rid) & $1 }
    }

    /// Keys and values of each lane.
    func connect(_ c: Circuit, lanes request: [Stream<MemoryRequest>], _ response: [Stream<MemoryResponse>]) {
        for ((request, response), master) in zip(zip(request, response), lanes) {
            c.send(AXIReadRequest(address: request.payload.address, beats: request.payload.beats, tag: request.payload.tag),
                   when: request.valid, to: master.request)
            c.drive(request.ready, master.request.ready)
            c.send(MemoryResponse(data: master.response.payload.data, tag: master.response.payload.tag),
                   when: master.response.valid, to: response)
            c.drive(master.response.ready, response.ready)
        }
    }

    /// What jobs name, and what they write.
    func connect(_ c: Circuit, _ reads: ControlReads.Ports, _ arbiter: PacketArbiter.Ports) {
        c.connect(reads.request, to: control.request)
        c.connect(control.response, to: reads.response)
        c.connect(arbiter.command, to: write.command)
        c.connect(arbiter.data, to: write.data)
        c.drive(write.regionFirst, arbiter.regionFirst)
        c.drive(write.regionLast, arbiter.regionLast)
        c.drive(write.done.ready, true)
        c.drive(arbiter.done, write.done.valid)
        c.discard(concatenate(write.done.payload.tag, write.done.payload.failed))
    }

    var isOfControl: Bit { ofLanes.isEmpty ? shared.rid[idBits] : true }
}

/// The units between the registers and the bus, all reset by `clear`.
struct SystemUnits {
    let processor: CommandProcessor.Ports
    let rowWriter: RowWriter.Ports
    let listSaver: ListSaver.Ports
    let arbiter: PacketArbiter.Ports
    private let lane: CascadeLane.Ports
    private let reads: ControlReads.Ports

    /// Jobs whose rows are under way.
    private static let waitingJobs = 4

    init(_ c: Circuit, _ system: SystemConfiguration, clear: Register<Bit>) {
        let lane = c.instance("lane", CascadeLane(
            system.lane, maximumHeads: system.maximumHeads, isShared: true, lanes: system.lanes, slots: system.slots), clear: clear)
        let processor = c.instance("command_processor", CommandProcessor(system: system), clear: clear)
        let reads = c.instance("control_reads", ControlReads(bus: system.bus, readers: ControlReader.allCases.count), clear: clear)
        let feeder = c.instance("head_feeder", HeadFeeder(system: system), clear: clear)
        let listLoader = c.instance("list_loader", ListLoader(system: system), clear: clear)
        let stateLoader = c.instance("state_loader", StateLoader(system: system), clear: clear)
        let rowWriter = c.instance("row_writer", RowWriter(system: system), clear: clear)
        let stateSaver = c.instance("state_saver", StateSaver(system: system), clear: clear)
        let listSaver = c.instance("list_saver", ListSaver(system: system), clear: clear)
        let arbiter = c.instance("packet_arbiter", PacketArbiter(bus: system.bus, sources: 3), clear: clear)
        (self.lane, self.processor, self.reads, self.rowWriter) = (lane, processor, reads, rowWriter)
        (self.listSaver, self.arbiter) = (listSaver, arbiter)

        // What jobs name is read.
        let readers: [(ControlReader, Stream<ControlRead>, Stream<Unsigned>)] = [
            (.descriptor, processor.read, processor.beat), (.heads, feeder.read, feeder.beat),
            (.list, listLoader.read, listLoader.beat), (.state, stateLoader.read, stateLoader.beat),
        ]
        for (reader, read, beat) in readers {
            c.connect(read, to: reads.read[reader.rawValue])
            c.connect(reads.beat[reader.rawValue], to: beat)
        }
        for words in [feeder.words, listLoader.words, listSaver.words] { c.drive(words, processor.words) }
        c.connect(processor.feed, to: feeder.feed)
        c.connect(processor.loadList, to: listLoader.load)
        c.connect(processor.restore, to: stateLoader.move)
        c.connect(processor.save, to: stateSaver.move)

        // The lane works.
        let direct = lane.direct!, selected = lane.selected!
        c.connect(processor.command, to: lane.command)
        c.connect(lane.status, to: processor.status)
        let isDirect = c.named("row_is_direct", processor.feed.payload)
        if let turns = lane.turns, let statusSlot = processor.statusSlot, let slot = rowWriter.slot {
            c.drive(statusSlot, turns.answers)
            c.drive(turns.job, JobDescriptorWords(bits: processor.words)["slot"].truncated(to: system.slotBits))
            c.drive(turns.hands, processor.feed.valid & !isDirect)
            c.drive(turns.writes, slot)
        }
        part(c, feeder.query, isDirect, to: direct.query, or: lane.query)
        c.send(feeder.job.payload.job, when: feeder.job.valid & isDirect, to: direct.job)
        c.send(feeder.job.payload, when: feeder.job.valid & !isDirect, to: lane.job)
        c.drive(feeder.job.ready, mux(isDirect, direct.job.ready, lane.job.ready))
        c.connect(listLoader.list, to: direct.list)
        c.connect(stateLoader.restored, to: lane.restored)

        // Results are written.
        let jobs = Queue(c, "jobs", processor.rows.shape, depth: Self.waitingJobs, clear: clear)
        jobs.push(processor.rows.payload, when: processor.rows.valid)
        c.drive(processor.rows.ready, jobs.ready)
        c.connect(jobs.output, to: rowWriter.job)
        c.connect(lane.output, to: rowWriter.output)
        c.connect(lane.report, to: rowWriter.report)
        c.connect(lane.skipped, to: rowWriter.skipped)
        let kept = Queue(c, "kept_counts", .unsigned(system.lane.rowKeyBits), depth: 2 * Self.waitingJobs, clear: clear)
        kept.push(listSaver.count, when: processor.handedOut)
        c.discard(kept.ready)
        c.connect(kept.output, to: rowWriter.kept)
        c.drive(rowWriter.stateSaved, processor.save.fires)
        c.drive(rowWriter.allWritten, arbiter.allWritten)
        c.connect(lane.saved, to: stateSaver.saved)
        let words = JobDescriptorWords(bits: processor.words)
        c.drive(stateSaver.regionFirst, words.address("region_first"))
        c.drive(stateSaver.regionLast, words.address("region_last"))
        c.connect(selected.entry, to: listSaver.list)
        c.drive(listSaver.layer, processor.layer)
        c.drive(listSaver.listing, selected.listing)
        if let isRepeated = selected.isRepeated, let target = listSaver.isRepeated { c.drive(target, isRepeated) }
        c.drive(processor.selects, listSaver.selects)
        c.drive(listSaver.handedOut, processor.handedOut)
        for (packet, own) in zip(arbiter.packet, [rowWriter.packet, stateSaver.packet, listSaver.packet]) {
            c.connect(own.command, to: packet.command)
            c.connect(own.data, to: packet.data)
        }
    }

    /// To one target or the other.
    private func part<P>(_ c: Circuit, _ source: Stream<P>, _ first: Bit, to target: Stream<P>, or other: Stream<P>) {
        c.send(source.payload, when: source.valid & first, to: target)
        c.send(source.payload, when: source.valid & !first, to: other)
        c.drive(source.ready, mux(first, target.ready, other.ready))
    }

    func connect(_ c: Circuit, to masters: SystemMasters) {
        masters.connect(c, lanes: lane.request, lane.response)
        masters.connect(c, reads, arbiter)
    }
}
