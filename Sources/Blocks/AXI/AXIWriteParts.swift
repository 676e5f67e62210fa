import RTL

/// Works out the beats of a packet and whether all of it lies in the region; one a cycle, latency 1.
struct WriteRegionGuard: Module {
    let master: AXIWriteMaster

    init(_ master: AXIWriteMaster) { self.master = master }

    struct Ports {
        let command: Stream<AXIWriteCommand>
        let regionFirst, regionLast: Unsigned
        /// Drops what is at hand.
        let clear: Bit
        let runs: Stream<BeatRun>
        /// Something is at hand or being offered.
        let busy: Bit
    }

    var suffix: String { master.suffix }

    func ports(_ io: Interface) -> Ports {
        let axi = master.axi
        return Ports(
            command: io.sink(master.commandShape),
            regionFirst: io.input(.unsigned(axi.addressBits)), regionLast: io.input(.unsigned(axi.addressBits)),
            clear: io.input(.bit),
            runs: io.source(BeatRun.shape(
                addressBits: axi.beatAddressBits, beatBits: master.beatBits, infoBits: master.infoShape.width)),
            busy: io.output(.bit))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let axi = master.axi
        let held = c.register("held", .bit, reset: 0)
        let free = c.named("free", !held.q | io.runs.ready)
        let takes = c.named("takes", io.command.valid & free)
        c.drive(io.command.ready, free)
        c.when(io.clear) {
            held.clear()
        }.elsewhen(free) {
            held.next(io.command.valid)
        }
        let command = io.command.payload
        let address = c.stage("address", command.address, enable: takes)
        let end = c.stage("last_address", command.address + command.bytes, enable: takes)
        // Counted from the beginning of the first beat.
        let reach = command.address.truncated(to: axi.byteBits) + command.bytes
        let beats = c.stage("beats", reach[axi.byteBits..<reach.width], enable: takes)
        let tag = c.stage("tag", command.tag, enable: takes)

        let isOutside = c.named(
            "is_outside", (address < io.regionFirst) | (end > io.regionLast.extended(to: end.width)))
        let info = WriteInfo(
            firstByte: address.truncated(to: axi.byteBits), lastByte: end.truncated(to: axi.byteBits), isOutside: isOutside,
            tag: tag)
        c.send(BeatRun(address: address[axi.byteBits..<axi.addressBits], beats: beats, info: concatenate(info)),
               when: held.q, to: io.runs)
        c.drive(io.busy, held.q | io.command.valid)
    }
}

/// Sends the beats of bursts, one a cycle, and drops those of bursts outside the region.
struct WriteDataSender: Module {
    let master: AXIWriteMaster

    init(_ master: AXIWriteMaster) { self.master = master }

    struct Ports {
        /// One for each burst, in order; comes no later than its address is offered.
        let burst: Stream<BeatBurst>
        let data: Stream<AXIWriteBeat>
        /// Bursts end at once, with beats that write nothing; data is dropped.
        let abandoning: Bit
        let beat: Stream<AXIWriteBeat>
        /// The beat is the last of its burst.
        let beatLast: Bit
        /// A burst has not been sent.
        let busy: Bit
    }

    /// Bursts whose addresses may be ahead of their data.
    private static let ahead = 4

    var suffix: String { master.suffix }

    func ports(_ io: Interface) -> Ports {
        let axi = master.axi, beat = AXIWriteBeat.shape(bytes: master.axi.bytes)
        return Ports(
            burst: io.sink(BeatBurst.shape(
                addressBits: axi.beatAddressBits, burstBeats: axi.burstBeats, infoBits: master.infoShape.width)),
            data: io.sink(beat), abandoning: io.input(.bit), beat: io.source(beat), beatLast: io.output(.bit),
            busy: io.output(.bit))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let axi = master.axi
        let queue = Queue(c, "bursts", sentShape, depth: Self.ahead)
        let given = io.burst.payload, givenInfo = master.infoShape.unpack(given.info)
        queue.push(
            SentBurst(beats: given.beats, isFirst: given.isFirst, isLast: given.isLast, firstByte: givenInfo.firstByte,
                      lastByte: givenInfo.lastByte, isOutside: givenInfo.isOutside), when: io.burst.valid)
        c.drive(io.burst.ready, queue.ready)
        c.discard(given.address)
        c.discard(givenInfo.tag)
        let burst = queue.output.payload

        let skid = c.instance("data_skid", SkidBuffer(bits: axi.dataBits + axi.bytes))
        c.drive(skid.input.valid, io.data.valid)
        c.drive(skid.input.payload, concatenate(io.data.payload))
        c.drive(io.data.ready, skid.input.ready)
        let data = io.data.shape.unpack(skid.output.payload)

        let held = c.register("held", .bit, reset: 0)
        let free = c.named("free", !held.q | io.beat.ready)
        let number = c.register("number", .unsigned(given.beats.width), reset: 0)
        let isEnd = c.named("is_end", number.q == burst.beats)
        let passes = c.named(
            "passes", queue.output.valid & (skid.output.valid | io.abandoning) & (free | burst.isOutside))
        let sends = c.named("sends", passes & !burst.isOutside)
        c.drive(skid.output.ready, passes | io.abandoning)
        c.drive(queue.output.ready, passes & isEnd)
        c.when(passes) { number.next(mux(isEnd, 0, number.q &+ 1)) }
        c.when(sends) { held.set() }.elsewhen(io.beat.ready) { held.clear() }

        let isFirst = c.named("is_first", burst.isFirst & !number.q.isNonzero)
        let isLast = c.named("is_last", burst.isLast & isEnd)
        let strobes = (0..<axi.bytes).map { byte -> Bit in
            var enable = data.strobes[byte] & !io.abandoning
            if byte < axi.bytes - 1 { enable = enable & (!isFirst | (burst.firstByte <= Unsigned(byte))) }
            if byte > 0 { enable = enable & (!isLast | (burst.lastByte >= Unsigned(byte))) }
            return enable
        }
        c.send(AXIWriteBeat(data: c.stage("held_data", data.data, enable: sends),
                            strobes: c.stage("held_strobes", concatenate(strobes.reversed()), enable: sends)),
               when: held.q, to: io.beat)
        c.drive(io.beatLast, c.stage("held_last", isEnd, enable: sends))

        let waiting = c.register("waiting", .unsigned(bitsToCount(Self.ahead + 1)), reset: 0)
        let comes = c.named("comes", io.burst.valid & queue.ready), goes = c.named("goes", passes & isEnd)
        c.when(comes & !goes) {
            waiting.next(waiting.q &+ 1)
        }.elsewhen(goes & !comes) {
            waiting.next(waiting.q &- 1)
        }
        c.drive(io.busy, held.q | waiting.q.isNonzero)
    }

    private var sentShape: Shape<SentBurst> {
        let burstBits = bitsToIndex(master.axi.burstBeats), byteBits = master.axi.byteBits
        return Shape { SentBurst(
            beats: $0.make(.unsigned(burstBits)), isFirst: $0.make(.bit), isLast: $0.make(.bit),
            firstByte: $0.make(.unsigned(byteBits)), lastByte: $0.make(.unsigned(byteBits)), isOutside: $0.make(.bit)) }
    }
}

/// What remains of a burst once its address is out.
private struct SentBurst: Bundle {
    let beats: Unsigned
    /// Of its packet.
    let isFirst, isLast: Bit
    let firstByte, lastByte: Unsigned
    let isOutside: Bit
}
