import Blocks
import Configuration
import RTL

/// Reads the kept list of a direct job and gives it to the lane, an entry a cycle: 32-bit tokens, ascending.
struct ListLoader: Module {
    let system: SystemConfiguration

    struct Ports {
        /// The descriptor at hand.
        let words: Unsigned
        /// Place of the last entry; done when that is on its way to the lane.
        let load: Stream<Unsigned>
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        let list: Stream<KeptListEntry>
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(words: io.input(.unsigned(JobDescriptorWords.width)), load: io.sink(.unsigned(system.lane.rowKeyBits)),
              read: io.source(ControlRead.shape(system)), beat: io.sink(.unsigned(system.dataBits)),
              list: io.source(KeptListEntry.shape(system.lane.lane)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let entryBits = 32, tokenBits = io.list.payload.token.width
        let beatEntries = bitsToIndex(system.dataBits / entryBits)
        let asked = c.register("asked", .bit, reset: 0)
        c.when(io.load.fires) { asked.clear() }.elsewhen(io.read.fires) { asked.set() }
        let lastEntry = io.load.payload
        c.send(ControlRead(address: JobDescriptorWords(bits: io.words).address("list_address"),
                           beats: (lastEntry >> beatEntries).resized(to: system.controlBeatBits)),
               when: io.load.valid & !asked.q, to: io.read)

        let index = c.register("entry", .unsigned(system.lane.rowKeyBits), reset: 0)
        let isLast = c.named("is_last", index.q == lastEntry)
        let entry = c.part(index.q.truncated(to: beatEntries), of: io.beat.payload, bits: entryBits)
        let high = entry[tokenBits..<entryBits]
        // A token beyond all contexts is none; the highest one stands for it, and whoever reads it finds out.
        let entries = Queue(c, "entries", io.list.shape, depth: 2)
        entries.push(KeptListEntry(token: mux(high.isNonzero, Unsigned((1 << tokenBits) - 1), entry.truncated(to: tokenBits)), last: isLast),
                     when: io.beat.valid)
        c.connect(entries.output, to: io.list)
        let passes = c.named("passes_entry", io.beat.valid & entries.ready)
        c.drive(io.beat.ready, entries.ready & (isLast | index.q.truncated(to: beatEntries).isAllOnes))
        c.when(passes) { index.next(mux(isLast, 0, index.q &+ 1)) }
        c.drive(io.load.ready, passes & isLast)
        c.discard(io.words)
    }
}

/// Counts the entries of the list that a layer selects, and writes them if its job says so: 32-bit tokens.
///
/// A list of another layer than the one whose rows are handed out waits. One that only repeats what the layer before had passes uncounted.
struct ListSaver: Module {
    let system: SystemConfiguration

    struct Ports {
        /// The descriptor at hand.
        let words: Unsigned
        /// The layer whose rows are handed out.
        let layer: Flow<Unsigned>
        /// A list is being selected, of the layer in the payload.
        let listing: Flow<Unsigned>
        /// If there are several slots: it is what the layer before had.
        let isRepeated: Bit?
        let list: Stream<KeptListEntry>
        /// A list of the layer is not written whole.
        let selects: Bit
        /// A pulse: the next job's list counts.
        let handedOut: Bit
        let count: Unsigned
        /// A pulse: it counts an entry.
        let counts: Bit
        let packet: PacketPort
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(words: io.input(.unsigned(JobDescriptorWords.width)), layer: io.input(.flow(.unsigned(layerBits))),
              listing: io.input(.flow(.unsigned(layerBits))), isRepeated: system.slots > 1 ? io.input(.bit) : nil, list: io.sink(KeptListEntry.shape(system.lane.lane)),
              selects: io.output(.bit), handedOut: io.input(.bit), count: io.output(.unsigned(system.lane.rowKeyBits)),
              counts: io.output(.bit), packet: .source(io, system))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let job = JobDescriptorWords(bits: io.words), entries = system.dataBits / 32
        let isMine = c.named("list_is_mine", io.layer.valid & io.listing.valid & (io.layer.payload == io.listing.payload))
        let full = c.register("beat_is_full", .bit, reset: 0)
        let passes = c.named("passes_entry", io.list.valid & isMine & !full.q)
        var takes = passes
        if let isRepeated = io.isRepeated { takes = c.named("takes_entry", passes & !isRepeated) }
        c.drive(io.list.ready, isMine & !full.q)

        let place = c.register("place", .unsigned(bitsToIndex(entries)), reset: 0)
        let held = (0..<entries).map { c.register("held_\($0)", .unsigned(32)) }
        for (number, register) in held.enumerated() {
            c.when(takes & (place.q == Unsigned(number))) { register.next(io.list.payload.token.extended(to: 32)) }
        }
        let completes = c.named("completes_beat", takes & job.flag("writes_list") & (io.list.payload.last | place.q.isAllOnes))
        c.when(takes) { place.next(mux(io.list.payload.last, 0, place.q &+ 1)) }
        let bytes = c.register("packet_bytes", .unsigned(bitsToIndex(system.axi.bytes)))
        c.when(completes) { bytes.next(concatenate(place.q, c.constant(3, .unsigned(2)))) }

        // Each beat is a packet.
        let address = c.register("address", .unsigned(MemoryPort.addressBits))
        let sent = c.register("command_sent", .bit, reset: 0)
        let dataSent = c.register("data_sent", .bit, reset: 0)
        let command = io.packet.command, data = io.packet.data
        c.send(PacketCommand(address: address.q, bytes: bytes.q.extended(to: system.packetLengthBits),
                             regionFirst: job.address("region_first"), regionLast: job.address("region_last")),
               when: full.q & !sent.q, to: command)
        c.send(PacketBeat(data: concatenate(held.reversed().map(\.q)), last: c.constant(1, .bit)),
               when: full.q & !dataSent.q, to: data)
        let done = c.named("beat_written", full.q & (sent.q | command.ready) & (dataSent.q | data.ready))
        c.when(done) { sent.clear() }.elsewhen(command.fires) { sent.set() }
        c.when(done) { dataSent.clear() }.elsewhen(data.fires) { dataSent.set() }
        c.when(completes) { full.set() }.elsewhen(done) { full.clear() }
        let count = c.register("entries", .unsigned(system.lane.rowKeyBits), reset: 0)
        c.when(io.handedOut) { count.next(0) }.elsewhen(takes) { count.next(count.q &+ 1) }
        c.when(io.handedOut | !io.layer.valid) {
            address.next(job.address("kept_address"))
        }.elsewhen(done) {
            address.next(address.q &+ Unsigned(system.axi.bytes))
        }
        c.drive(io.count, count.q)
        c.drive(io.counts, takes)
        c.drive(io.selects, isMine | full.q)
        c.discard(io.words)
    }
}
