import Blocks
import Configuration
import RTL

/// Fetches launch descriptors from the ring and along their chains, checks them, and gives each to the cluster with its
/// sequences.
///
/// It runs ahead: a launch is given while the one before it is computed and written, the next but one when that is done. A
/// table of sequences is asked for only when the scheduler is ready for it, as its beats hold up those of queries; a sequence
/// a cycle then.
struct LaunchProcessor: Module {
    let system: LeanSystemConfiguration

    struct Ports {
        let ring: RingState
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        let tableRead: Stream<ControlRead>
        let tableBeat: Stream<Unsigned>
        let launch: Stream<ClusterLaunch>
        let sequences: Stream<SequenceEntry>
        /// A launch is given; where each of its sequences lies, before the scheduler knows of it.
        let begins: Flow<LaunchContext>
        let place: Flow<SequencePlace>
        /// Of either epoch: no launch of it is under way.
        let isFree: Vector<Bit>
        let fault: Flow<FaultReport>
        let busy: Bit
        /// Of the descriptor at hand.
        let descriptorAddress: Unsigned
        let id: Unsigned
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        func read() -> Stream<ControlRead> { io.source(ControlRead.shape(system)) }
        func beat() -> Stream<Unsigned> { io.sink(.unsigned(system.dataBits)) }
        return Ports(
            ring: io.input(RingState.shape), read: read(), beat: beat(), tableRead: read(), tableBeat: beat(),
            launch: io.source(ClusterLaunch.shape(system.cluster.lane)), sequences: io.source(SequenceEntry.shape(system.laneGeometry)),
            begins: io.output(.flow(LaunchContext.shape(system))), place: io.output(.flow(SequencePlace.shape)),
            isFree: io.input(.bits(2)), fault: io.output(.flow(FaultReport.shape)), busy: io.output(.bit),
            descriptorAddress: io.output(.unsigned(MemoryPort.addressBits)), id: io.output(.unsigned(32)))
    }

    enum Phase: Int, CaseIterable {
        case fetch, check, judge, give, askTable, table, next, halted
    }

    func body(_ c: Circuit, _ io: Ports) {
        let phase = PhaseRegister<Phase>(c)
        let fetcher = c.instance("descriptor_fetcher", DescriptorFetcher(bus: system.bus))
        c.drive(fetcher.ring, io.ring)
        c.connect(fetcher.read, to: io.read)
        c.connect(io.beat, to: fetcher.beat)
        c.drive(fetcher.isDone, phase.is(.next))
        let job = LaunchDescriptorWords(bits: fetcher.words), address = fetcher.address
        let check = c.instance("launch_check", LaunchCheck(system: system))
        c.drive(check.words, fetcher.words)

        c.when(phase.is(.fetch) & fetcher.comes) { phase.go(.check) }
        c.when(phase.is(.check)) { phase.go(.judge) }
        c.when(phase.is(.judge)) { phase.go(.give) }

        let epoch = c.register("epoch", .bit, reset: 0)
        let isFree = c.named("epoch_is_free", mux(epoch.q, io.isFree[1], io.isFree[0]))
        c.send(launch(c, job), when: phase.is(.give) & isFree, to: io.launch)
        c.drive(io.begins.valid, io.launch.fires)
        c.drive(io.begins.payload, context(c, job, epoch: epoch.q, address: address))
        c.when(io.launch.fires) { phase.go(.askTable) }

        let last = c.named("last_sequence", (job["sequences"] &- 1).truncated(to: OutputID.sequenceBits))
        c.send(ControlRead(address: job.address("sequence_table"), beats: last.resized(to: system.controlBeatBits)),
               when: phase.is(.askTable), to: io.tableRead)
        c.when(io.tableRead.fires) { phase.go(.table) }
        let table = sequences(c, io, epoch: epoch.q, last: last, isComing: phase.is(.table))
        c.when(table.ends) {
            epoch.next(!epoch.q)
            phase.go(.next)
        }
        c.when(phase.is(.next)) { phase.go(.fetch) }

        let isBad = c.named("is_bad", phase.is(.judge) & check.code.isNonzero)
        c.when(isBad | table.isBad) { phase.go(.halted) }
        c.drive(io.fault.valid, isBad | table.isBad)
        let tableWord = job.address("sequence_table") &+ table.offset.extended(to: MemoryPort.addressBits)
        let word = address &+ concatenate(check.word, c.constant(0, .unsigned(2))).extended(to: MemoryPort.addressBits)
        c.drive(io.fault.payload, FaultReport(
            code: mux(table.isBad, table.code, check.code), address: mux(table.isBad, tableWord, word)))
        c.drive(io.busy, fetcher.busy & !phase.is(.halted))
        c.drive(io.descriptorAddress, address)
        c.drive(io.id, job["job_id"])
        c.discard(fetcher.words)
    }

    private func launch(_ c: Circuit, _ job: LaunchDescriptorWords) -> ClusterLaunch {
        func lessOne(_ name: String, _ bits: Int) -> Unsigned { (job[name] &- 1).truncated(to: bits) }
        func stride(_ name: String) -> Unsigned { job[name].extended(to: MemoryPort.addressBits) }
        return ClusterLaunch(
            settings: LaunchSettings(
                rows: lessOne("rows", system.cluster.lane.slotBits), sequences: lessOne("sequences", OutputID.sequenceBits),
                tileSize: job["tile_size"].truncated(to: 2), msbBits: job["key_msb_bits"], lsbBits: job["key_lsb_bits"],
                valueBits: job["value_bits"], keyMSBStride: stride("key_msb_stride"), keyLSBStride: stride("key_lsb_stride"),
                valueStride: stride("value_stride")),
            lanes: lessOne("lanes", LaneRange.laneBits), heads: lessOne("heads", OutputID.headBits), policy: job["policy"],
            splits: job["splits"], byKeys: job.flag("by_keys"))
    }

    /// - Precondition: the descriptor has been at hand for two cycles.
    private func context(_ c: Circuit, _ job: LaunchDescriptorWords, epoch: Bit, address: Unsigned) -> LaunchContext {
        func strides(_ name: String) -> GroupStrides {
            let low = 32 - GroupStrides.bits
            return GroupStrides(head: job["\(name)_head_stride"][low..<32], row: job["\(name)_stride"][low..<32])
        }
        let count = bitsToCount(ClusterConfiguration.maximumSequences)
        let outputs = c.stage("outputs", job["heads"].truncated(to: count) * job["sequences"].truncated(to: count))
        let rows = c.stage("rows", outputs * job["rows"].truncated(to: bitsToCount(system.groupRows)))
        return LaunchContext(
            epoch: epoch, groupRows: (job["rows"] &- 1).truncated(to: system.cluster.lane.slotBits), rows: rows.resized(to: system.rowBits),
            queries: strides("query"), outputs: strides("output"), regionFirst: job.address("region_first"),
            regionLast: job.address("region_last"), completionAddress: job.address("completion_address"), id: job["job_id"],
            interrupts: job.flag("interrupts"), endsChain: !job["next"].isNonzero, descriptorAddress: address)
    }

    /// The sequences of a launch as they come.
    private struct Table {
        /// The last one has been given.
        let ends: Bit
        /// The one at hand cannot be: why, and which byte of the table says so.
        let isBad: Bit
        let code, offset: Unsigned
    }

    private func sequences(_ c: Circuit, _ io: Ports, epoch: Bit, last: Unsigned, isComing: Bit) -> Table {
        precondition(system.dataBits == SequenceRecordWords.width, "a sequence record is a beat")
        let held = c.register("held_sequence", .unsigned(SequenceRecordWords.width))
        let isHeld = c.register("has_sequence", .bit, reset: 0)
        let record = SequenceRecordWords(bits: held.q)
        let (code, word) = record.first(
            c, of: [RecordFinding(record["keys"] > Unsigned(system.laneGeometry.maximumContext), .contextLimit, "keys")]
                + record.misalignedAddresses())
        let isBad = c.named("sequence_is_bad", isHeld.q & code.isNonzero)
        c.send(SequenceEntry(
            keys: record["keys"].truncated(to: system.laneGeometry.contextBits), keyMSBAddress: record.address("key_msb_address"),
            keyLSBAddress: record.address("key_lsb_address"), valueAddress: record.address("value_address")),
            when: isHeld.q & !isBad, to: io.sequences)
        let given = c.named("sequence_given", io.sequences.fires)
        let room = !isHeld.q | given
        c.drive(io.tableBeat.ready, room)
        c.when(room) {
            isHeld.next(io.tableBeat.valid)
            held.next(io.tableBeat.payload)
        }
        let index = c.register("sequence_index", .unsigned(OutputID.sequenceBits), reset: 0)
        let isLast = c.named("is_last_sequence", index.q == last)
        c.when(given) { index.next(mux(isLast, 0, index.q &+ 1)) }
        func place(_ name: String) -> Unsigned { record.address(name)[bitsToIndex(RecordLayout.alignment)..<MemoryPort.addressBits] }
        c.drive(io.place.valid, given)
        c.drive(io.place.payload, SequencePlace(
            epoch: epoch, sequence: index.q, queries: place("query_table"), outputs: place("output_address")))
        c.discard(held.q)
        return Table(
            ends: isComing & given & isLast, isBad: isBad, code: code,
            offset: concatenate(index.q, word, c.constant(0, .unsigned(2))))
    }
}
