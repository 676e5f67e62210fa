import Blocks
import Configuration
import RTL

/// Lets the units that write share one write master, a whole packet at a time; the first of them goes before the others.
struct PacketArbiter: Module {
    let bus: BusParameters
    let sources: Int

    struct Ports {
        let packet: [PacketPort]
        let command: Stream<AXIWriteCommand>
        let data: Stream<AXIWriteBeat>
        /// Of the packet under way.
        let regionFirst, regionLast: Unsigned
        /// A packet has come to its end.
        let done: Bit
        /// Everything that has been taken is in memory.
        let allWritten: Bit
    }

    /// Counts packets on their way; far more than the write master takes.
    private static let countBits = 10

    var suffix: String { "\(bus.suffix)_n\(sources)" }

    func ports(_ io: Interface) -> Ports {
        let axi = bus.axi
        func address() -> Unsigned { io.output(.unsigned(MemoryPort.addressBits)) }
        return Ports(
            packet: (0..<sources).map { _ in .sink(io, bus) },
            command: io.source(AXIWriteCommand.shape(addressBits: axi.addressBits, lengthBits: bus.packetLengthBits, tagBits: 1)),
            data: io.source(AXIWriteBeat.shape(bytes: axi.bytes)), regionFirst: address(), regionLast: address(),
            done: io.input(.bit), allWritten: io.output(.bit))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let busy = c.register("busy", .bit, reset: 0)
        let source = c.register("source", .unsigned(bitsToIndex(sources)))
        let command = c.register("held_command", PacketCommand.shape(bus))
        let offers = c.register("offers_command", .bit, reset: 0)
        let dataDone = c.register("data_is_done", .bit, reset: 0)
        var isEarlier: Bit = false, chosen = io.packet[0].command.payload, number = c.constant(0, .unsigned(source.q.width))
        var grants: [Bit] = []
        for (index, packet) in io.packet.enumerated() {
            let grant = c.named("grant_\(index)", index == 0 ? packet.command.valid & !busy.q : packet.command.valid & !busy.q & !isEarlier)
            isEarlier = index == 0 ? packet.command.valid : isEarlier | packet.command.valid
            c.drive(packet.command.ready, grant)
            grants.append(grant)
        }
        for (index, packet) in io.packet.enumerated().dropFirst() {
            let payload = packet.command.payload
            chosen = PacketCommand(
                address: mux(grants[index], payload.address, chosen.address), bytes: mux(grants[index], payload.bytes, chosen.bytes),
                regionFirst: mux(grants[index], payload.regionFirst, chosen.regionFirst),
                regionLast: mux(grants[index], payload.regionLast, chosen.regionLast))
            number = mux(grants[index], Unsigned(index), number)
        }
        let begins = c.named("begins", grants.anySet)
        c.when(begins) {
            command.next(chosen)
            source.next(number)
        }
        c.send(AXIWriteCommand(address: command.q.address, bytes: command.q.bytes, tag: c.constant(0, .unsigned(1))),
               when: offers.q, to: io.command)
        c.when(begins) { offers.set() }.elsewhen(io.command.ready) { offers.clear() }
        c.drive(io.regionFirst, command.q.regionFirst)
        c.drive(io.regionLast, command.q.regionLast)

        // Those who write and the bus do not wait for each other in the same cycle.
        let data = Queue(c, "data_queue", io.data.shape, depth: 2)
        c.connect(data.output, to: io.data)
        let passes = c.named("data_passes", busy.q & !dataDone.q)
        for (index, packet) in io.packet.enumerated() {
            c.drive(packet.data.ready, passes & data.ready & (source.q == Unsigned(index)))
        }
        let beat = select(source.q, io.packet.map(\.data.payload.data)), last = select(source.q, io.packet.map(\.data.payload.last))
        let valid = select(source.q, io.packet.map(\.data.valid))
        let pushes = c.named("pushes", passes & valid & data.ready)
        data.push(AXIWriteBeat(data: beat, strobes: ~c.constant(0, .unsigned(bus.axi.bytes))), when: pushes)
        let dataEnds = c.named("data_ends", pushes & last)
        // The region is the packet's until the master has taken the last of it.
        let queued = c.register("beats_queued", .unsigned(2), reset: 0)
        queued.next(queued.q &+ pushes.asUnsigned.extended(to: 2) &- io.data.fires.asUnsigned.extended(to: 2))
        let ends = c.named("ends", busy.q & (!offers.q | io.command.ready) & dataDone.q & !queued.q.isNonzero)
        c.when(ends) { dataDone.clear() }.elsewhen(dataEnds) { dataDone.set() }
        c.when(begins) { busy.set() }.elsewhen(ends) { busy.clear() }

        let count = c.register("under_way", .unsigned(Self.countBits), reset: 0)
        count.next(count.q &+ begins.asUnsigned.extended(to: Self.countBits) &- io.done.asUnsigned.extended(to: Self.countBits))
        c.drive(io.allWritten, !count.q.isNonzero)
    }
}
