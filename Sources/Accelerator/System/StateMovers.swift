import Blocks
import Configuration
import RTL

// A word of a sequence's state lies in memory as numbers of 32 bits, and then as many births: 16 each, behind a narrow port 4.

/// Reads a sequence's state and gives it to the cascade.
struct StateLoader: Module {
    let system: SystemConfiguration

    struct Ports {
        /// Done when the cascade has the last word.
        let move: Stream<StateMove>
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        let restored: Stream<StateWord>
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(move: io.sink(StateMove.shape(system)), read: io.source(ControlRead.shape(system)),
              beat: io.sink(.unsigned(system.dataBits)), restored: io.source(StateWord.shape(system.lane)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let beats = system.stateWordBeats, move = io.move.payload
        let asked = c.register("words_asked", .unsigned(system.stateWordBits + 1), reset: 0)
        let asks = c.named("asks", io.move.valid & (asked.q <= move.words.extended(to: asked.q.width)))
        let offset = concatenate(asked.q, c.constant(0, .unsigned(system.stateWordBytes.trailingZeroBitCount)))
        c.send(ControlRead(address: move.address &+ offset.extended(to: MemoryPort.addressBits),
                           beats: c.constant(beats - 1, .unsigned(system.controlBeatBits))), when: asks, to: io.read)
        c.when(io.move.fires) { asked.next(0) }.elsewhen(io.read.fires) { asked.next(asked.q &+ 1) }

        let reader = c.instance("record_reader", RecordReader(dataBits: system.dataBits, beats: beats))
        c.connect(io.beat, to: reader.beat)
        let word = reader.record
        c.drive(word.ready, io.restored.ready)
        let given = c.register("words_given", .unsigned(system.stateWordBits), reset: 0)
        let isLast = c.named("is_last", given.q == move.words)
        c.when(io.restored.fires) { given.next(mux(isLast, 0, given.q &+ 1)) }
        let lanes = system.lane.importanceLanes
        func numbers(_ half: Int) -> [Unsigned] {
            (0..<lanes).map { word.payload[32 * (lanes * half + $0)..<32 * (lanes * half + $0 + 1)] }
        }
        c.drive(io.restored.valid, word.valid)
        c.drive(io.restored.payload.numbers, numbers(0))
        c.drive(io.restored.payload.born, numbers(1))
        c.drive(io.restored.payload.last, isLast)
        c.drive(io.move.ready, io.restored.fires & isLast)
    }
}

/// Writes a sequence's state, a packet a word.
struct StateSaver: Module {
    let system: SystemConfiguration

    struct Ports {
        /// Done when the last word is on its way.
        let move: Stream<StateMove>
        let saved: Stream<StateWord>
        let regionFirst, regionLast: Unsigned
        let packet: PacketPort
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        func address() -> Unsigned { io.input(.unsigned(MemoryPort.addressBits)) }
        return Ports(move: io.sink(StateMove.shape(system)), saved: io.sink(StateWord.shape(system.lane)), regionFirst: address(),
                     regionLast: address(), packet: .source(io, system))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let beats = system.stateWordBeats, move = io.move.payload
        let word = c.register("word", .unsigned(8 * system.stateWordBytes))
        let isHeld = c.register("word_is_held", .bit, reset: 0)
        let isLastWord = c.register("is_last_word", .bit)
        let takes = c.named("takes_word", io.move.valid & io.saved.valid & !isHeld.q)
        c.drive(io.saved.ready, io.move.valid & !isHeld.q)
        let payload = io.saved.payload
        c.when(takes) {
            word.next(concatenate(payload.born, payload.numbers))
            isLastWord.next(payload.last)
        }
        let sent = c.register("command_sent", .bit, reset: 0)
        let dataSent = c.register("data_sent", .bit, reset: 0)
        let place = c.register("place", .unsigned(bitsToIndex(beats)), reset: 0)
        let isLastBeat = c.named("is_last_beat", place.q == Unsigned(beats - 1))
        let offset = c.register("offset", .unsigned(MemoryPort.addressBits), reset: 0)
        let command = io.packet.command, data = io.packet.data
        c.send(PacketCommand(
            address: move.address &+ offset.q, bytes: c.constant(system.stateWordBytes - 1, .unsigned(system.packetLengthBits)),
            regionFirst: io.regionFirst, regionLast: io.regionLast), when: isHeld.q & !sent.q, to: command)
        c.send(PacketBeat(data: c.part(place.q, of: word.q, bits: system.dataBits), last: isLastBeat),
               when: isHeld.q & !dataSent.q, to: data)
        let endsData = c.named("ends_data", data.fires & isLastBeat)
        let done = c.named("word_done", isHeld.q & (sent.q | command.ready) & (dataSent.q | endsData))
        c.when(data.fires) { place.next(mux(isLastBeat, 0, place.q &+ 1)) }
        c.when(done) { sent.clear() }.elsewhen(command.fires) { sent.set() }
        c.when(done) { dataSent.clear() }.elsewhen(endsData) { dataSent.set() }
        c.when(takes) { isHeld.set() }.elsewhen(done) { isHeld.clear() }
        let ends = c.named("ends", done & isLastWord.q)
        c.when(ends) { offset.next(0) }.elsewhen(done) { offset.next(offset.q &+ Unsigned(system.stateWordBytes)) }
        c.drive(io.move.ready, ends)
        c.discard(move.words)
    }
}
