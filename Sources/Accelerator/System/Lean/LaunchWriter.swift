import Blocks
import Configuration
import RTL

/// Writes the rows of up to two launches as the lanes have them, and when all rows of a launch are in memory its completion record:
/// in the order of the launches.
struct LaunchWriter: Module {
    let system: LeanSystemConfiguration

    struct Ports {
        let begins: Flow<LaunchContext>
        let place: Flow<SequencePlace>
        // One a lane, from its `RowCollector`.
        let row: [Stream<LaunchRow>]
        let beat: [Stream<PacketBeat>]
        /// Of either epoch: no launch of it is under way.
        let isFree: Vector<Bit>
        let rowPacket, recordPacket: PacketPort
        /// A packet of either is in memory, in the order in which they were taken.
        let packetDone: Bit
        // Pulses.
        let rowDone, jobDone: Bit
        /// Of the oldest launch: with `jobDone` of the one that is done.
        let interrupts, endsChain: Bit
        let descriptorAddress: Unsigned
        let oldest: Bit
        /// `job_id` of either epoch.
        let ids: Vector<Unsigned>
    }

    /// Counts packets on their way, as in `PacketArbiter`.
    private static let packetBits = 10

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        let lanes = 0..<system.lanes
        return Ports(
            begins: io.input(.flow(LaunchContext.shape(system))), place: io.input(.flow(SequencePlace.shape)),
            row: lanes.map { _ in io.sink(LaunchRow.shape(system)) }, beat: lanes.map { _ in io.sink(PacketBeat.shape(system)) },
            isFree: io.output(.bits(2)), rowPacket: .source(io, system), recordPacket: .source(io, system), packetDone: io.input(.bit),
            rowDone: io.output(.bit), jobDone: io.output(.bit), interrupts: io.output(.bit), endsChain: io.output(.bit),
            descriptorAddress: io.output(.unsigned(MemoryPort.addressBits)), oldest: io.output(.bit),
            ids: io.output(.vector(2, unsigned: 32)))
    }

    enum Phase: Int, CaseIterable {
        case rows, record, recordWritten, finish
    }

    /// One of two launches in turn.
    private struct Launch {
        let context: Register<LaunchContext>
        let isActive: Register<Bit>
        let rowsLeft: Register<Unsigned>
        /// Packets of before that are still on their way: counted from its last row on.
        let packetsLeft: Register<Unsigned>

        /// All of its rows are in memory.
        var isWritten: Bit { isActive.q & !rowsLeft.q.isNonzero & !packetsLeft.q.isNonzero }
    }

    func body(_ c: Circuit, _ io: Ports) {
        let launches = (0..<2).map { number in
            Launch(
                context: c.register("launch_\(number)", LaunchContext.shape(system)),
                isActive: c.register("is_active_\(number)", .bit, reset: 0), rowsLeft: c.register("rows_left_\(number)", .unsigned(system.rowBits)),
                packetsLeft: c.register("packets_left_\(number)", .unsigned(Self.packetBits)))
        }
        let (rowEpoch, rowDone) = writeRows(c, io, launches)
        let oldest = c.register("oldest_epoch", .bit, reset: 0)
        let shape = LaunchContext.shape(system)
        let job = shape.unpack(c.named("oldest_launch", mux(
            oldest.q, concatenate(launches[1].context.q), concatenate(launches[0].context.q))))

        // The completion record, and the end.
        let phase = PhaseRegister<Phase>(c)
        let isWritten = c.named("is_written", mux(oldest.q, launches[1].isWritten, launches[0].isWritten))
        let data = io.recordPacket.data, command = io.recordPacket.command
        let recordDone = c.named("record_done", phase.is(.record) & data.fires)
        c.when(phase.is(.rows) & isWritten) {
            phase.go(.finish)
            c.when(job.completionAddress.isNonzero) { phase.go(.record) }
        }
        c.when(recordDone) { phase.go(.recordWritten) }
        c.when(phase.is(.recordWritten) & isWritten) { phase.go(.finish) }
        c.when(phase.is(.finish)) {
            phase.go(.rows)
            oldest.next(!oldest.q)
        }
        let commandSent = c.register("record_command_sent", .bit, reset: 0)
        c.when(recordDone) { commandSent.clear() }.elsewhen(command.fires) { commandSent.set() }
        c.send(PacketCommand(
            address: job.completionAddress, bytes: c.constant(RecordLayout.completionRecord.bytes - 1, .unsigned(system.packetLengthBits)),
            regionFirst: job.regionFirst, regionLast: job.regionLast), when: phase.is(.record) & !commandSent.q, to: command)
        c.send(PacketBeat(data: record(c, job, launches, oldest: oldest.q).resized(to: system.dataBits), last: c.constant(1, .bit)),
               when: phase.is(.record), to: data)

        // How far each launch is.
        let taken = c.named("packet_taken", rowDone | recordDone)
        let count = c.register("packets_under_way", .unsigned(Self.packetBits), reset: 0)
        let left = c.named("packets_left", count.q &+ taken.asUnsigned.extended(to: Self.packetBits)
            &- io.packetDone.asUnsigned.extended(to: Self.packetBits))
        count.next(left)
        for (number, launch) in launches.enumerated() {
            let begins = c.named("begins_\(number)", io.begins.valid & io.begins.payload.epoch.is(number))
            let isRow = c.named("row_of_\(number)", rowDone & rowEpoch.is(number))
            let isRecord = c.named("record_of_\(number)", recordDone & oldest.q.is(number))
            let ends = c.named("ends_\(number)", phase.is(.finish) & oldest.q.is(number))
            c.when(begins) {
                launch.context.next(io.begins.payload)
                launch.rowsLeft.next(io.begins.payload.rows)
            }.elsewhen(isRow) {
                launch.rowsLeft.next(launch.rowsLeft.q &- 1)
            }
            c.when(begins) { launch.isActive.set() }.elsewhen(ends) { launch.isActive.clear() }
            c.when(isRow | isRecord) {
                launch.packetsLeft.next(left)
            }.elsewhen(io.packetDone & launch.packetsLeft.q.isNonzero) {
                launch.packetsLeft.next(launch.packetsLeft.q &- 1)
            }
        }
        c.drive(io.isFree, launches.map { !$0.isActive.q })
        c.drive(io.rowDone, rowDone)
        c.drive(io.jobDone, phase.is(.finish))
        c.drive(io.interrupts, job.interrupts)
        c.drive(io.endsChain, job.endsChain)
        c.drive(io.ids, launches.map(\.context.q.id))
        c.drive(io.oldest, oldest.q)
        c.drive(io.descriptorAddress, job.descriptorAddress)
        c.discard(concatenate(job, io.begins.payload))
    }

    /// The rows of all lanes in turn; of each that has been taken whole, its epoch.
    private func writeRows(_ c: Circuit, _ io: Ports, _ launches: [Launch]) -> (epoch: Bit, done: Bit) {
        let begins = io.begins.payload, place = io.place.payload, shape = LaunchRow.shape(system)
        let arbiter = c.instance("arbiter", RoundRobinArbiter(inputs: system.lanes, bits: shape.width))
        for (own, request) in zip(io.row, arbiter.request) {
            c.send(concatenate(own.payload), when: own.valid, to: request)
            c.drive(own.ready, request.ready)
        }
        let locator = c.instance("locator", LaunchRowLocator(system: system))
        locator.learn(c, io.begins, strides: begins.outputs, io.place, address: place.outputs)
        c.discard(place.queries)
        c.send(shape.unpack(arbiter.granted.payload), when: arbiter.granted.valid, to: locator.row)
        c.drive(arbiter.granted.ready, locator.row.ready)

        let located = locator.located, row = located.payload
        let command = io.rowPacket.command, data = io.rowPacket.data
        let sent = c.register("row_command_sent", .bit, reset: 0)
        func region(_ part: (LaunchContext) -> Unsigned) -> Unsigned {
            mux(row.epoch, part(launches[1].context.q), part(launches[0].context.q))
        }
        c.send(PacketCommand(
            address: concatenate(row.address, c.constant(0, .unsigned(bitsToIndex(RecordLayout.alignment)))),
            bytes: c.constant(system.rowBeats * system.dataBits / 8 - 1, .unsigned(system.packetLengthBits)),
            regionFirst: region(\.regionFirst), regionLast: region(\.regionLast)), when: located.valid & !sent.q, to: command)
        let beat = select(row.lane, io.beat.map(\.payload.data)), last = select(row.lane, io.beat.map(\.payload.last))
        c.send(PacketBeat(data: beat, last: last), when: sent.q & select(row.lane, io.beat.map(\.valid)), to: data)
        for (number, source) in io.beat.enumerated() {
            c.drive(source.ready, sent.q & data.ready & (row.lane == Unsigned(number)))
        }
        let done = c.named("row_ends", data.fires & last)
        c.when(done) { sent.clear() }.elsewhen(command.fires) { sent.set() }
        c.drive(located.ready, done)
        return (row.epoch, done)
    }

    private func record(_ c: Circuit, _ job: LaunchContext, _ launches: [Launch], oldest: Bit) -> Unsigned {
        let cycles = launches.enumerated().map { number, launch in
            let register = c.register("cycles_\(number)", .unsigned(32))
            c.when(launch.isActive.q) { register.next(register.q &+ 1) }.otherwise { register.next(0) }
            return register.q
        }
        let none = c.constant(0, .unsigned(1))
        return RecordLayout.completionRecord.packed(c, [
            "magic": c.constant(RecordLayout.completionMagic, .unsigned(32)), "job_id": job.id, "rows": job.rows, "skipped_rows": none,
            "faulty_rows": none, "kept_tokens": none, "unrefined_mass": none, "dropped_mass": none,
            "cycles": mux(oldest, cycles[1], cycles[0]),
        ])
    }
}
