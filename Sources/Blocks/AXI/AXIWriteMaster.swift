import RTL

/// A packet of bytes to be written.
public struct AXIWriteCommand: Bundle {
    /// Of the first byte; need not be aligned.
    public let address: Unsigned
    /// Bytes less one.
    public let bytes: Unsigned
    /// Comes back when it is done.
    public let tag: Unsigned

    public init(address: Unsigned, bytes: Unsigned, tag: Unsigned) {
        (self.address, self.bytes, self.tag) = (address, bytes, tag)
    }

    public static func shape(addressBits: Int, lengthBits: Int, tagBits: Int) -> Shape<AXIWriteCommand> {
        Shape { AXIWriteCommand(address: $0.make(.unsigned(addressBits)), bytes: $0.make(.unsigned(lengthBits)),
                                tag: $0.make(.unsigned(tagBits))) }
    }
}

/// The part of a packet in one beat of memory, each byte where it lies there.
public struct AXIWriteBeat: Bundle {
    public let data: Unsigned
    /// A bit a byte. What lies outside the packet is not written in any case.
    public let strobes: Unsigned

    public init(data: Unsigned, strobes: Unsigned) { (self.data, self.strobes) = (data, strobes) }

    public static func shape(bytes: Int) -> Shape<AXIWriteBeat> {
        Shape { AXIWriteBeat(data: $0.make(.unsigned(8 * bytes)), strobes: $0.make(.unsigned(bytes))) }
    }
}

/// A packet that lies in memory, or has failed.
public struct AXIWriteDone: Bundle {
    public let tag: Unsigned
    /// A slave has refused one of its bursts, or it lies outside the region and was not written at all.
    public let failed: Bit
}

/// Writes packets of bytes over AXI4 and says when each is in memory.
///
/// Give each packet a command, and as many beats of data as memory beats that it touches: they are counted, so no mark ends a
/// packet. A packet is cut where a burst must end: at multiples of the longest burst, so that none crosses 4 KiB. One
/// address and one beat a cycle; an address does not wait for its data, nor data for the address to be taken. All bursts
/// have the id 0, so packets are done in order: when all of their responses have come.
///
/// A packet that is not within the region keeps off the bus: its data is dropped, and it is done, failed. `fault` names
/// every burst that a slave refused, and of a packet outside the region the first beat; it keeps what it has until that is
/// taken, and what comes meanwhile is dropped.
public struct AXIWriteMaster: Module, Sendable {
    public let axi: AXIParameters
    public let lengthBits, tagBits: Int
    public let outstanding: Int

    /// - Parameters:
    ///   - lengthBits: Of the bytes of a packet less one: 1 to 20.
    ///   - tagBits: At least 1; not the AXI id.
    ///   - outstanding: Most bursts at a time: a power of two, 1 to 256.
    public init(_ axi: AXIParameters, lengthBits: Int, tagBits: Int, outstanding: Int) {
        precondition((1...20).contains(lengthBits), "the length of a packet has 1 to 20 bits")
        precondition(tagBits >= 1, "a tag has 1 bit at least")
        precondition((1...256).contains(outstanding) && outstanding & (outstanding - 1) == 0, "1 to 256 bursts, a power of two")
        self.axi = axi
        self.lengthBits = lengthBits
        self.tagBits = tagBits
        self.outstanding = outstanding
    }

    public struct Ports {
        public let command: Stream<AXIWriteCommand>
        public let data: Stream<AXIWriteBeat>
        public let done: Stream<AXIWriteDone>
        public let fault: Stream<AXIFault>
        /// First and last byte that may be written; constant while a packet is under way.
        public let regionFirst, regionLast: Unsigned
        /// Bursts that may be outstanding, up to `outstanding`; 0: no new address.
        public let outstandingLimit: Unsigned
        /// A pulse: no new address; bursts whose address is out are finished with beats that write nothing. `command`,
        /// `data` and `done` rest until `idle`; the one who writes is reset meanwhile.
        public let abandon: Bit
        /// Nothing is outstanding, at hand or offered.
        public let idle: Bit
        public let mAxi: AXIWritePort
    }

    public var suffix: String { "\(axi.suffix)_n\(lengthBits)_t\(tagBits)_o\(outstanding)" }

    public func ports(_ io: Interface) -> Ports {
        let tagBits = tagBits
        return Ports(
            command: io.sink(commandShape), data: io.sink(AXIWriteBeat.shape(bytes: axi.bytes)),
            done: io.source(Shape { AXIWriteDone(tag: $0.make(.unsigned(tagBits)), failed: $0.make(.bit)) }),
            fault: io.source(AXIFault.shape(addressBits: axi.addressBits)),
            regionFirst: io.input(.unsigned(axi.addressBits)), regionLast: io.input(.unsigned(axi.addressBits)),
            outstandingLimit: io.input(.unsigned(bitsToCount(outstanding))), abandon: io.input(.bit),
            idle: io.output(.bit), mAxi: io.axiWriteMaster(axi))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let abandoning = c.register("abandoning", .bit, reset: 0)
        let guarded = c.instance("region_guard", WriteRegionGuard(self))
        c.send(io.command.payload, when: io.command.valid & !abandoning.q, to: guarded.command)
        c.drive(io.command.ready, guarded.command.ready & !abandoning.q)
        c.drive(guarded.regionFirst, io.regionFirst)
        c.drive(guarded.regionLast, io.regionLast)
        c.drive(guarded.clear, abandoning.q)
        let splitter = c.instance("splitter", BurstSplitter(
            addressBits: axi.beatAddressBits, beatBits: beatBits, infoBits: infoShape.width, burstBeats: axi.burstBeats))
        c.connect(guarded.runs, to: splitter.runs)
        c.drive(splitter.clear, abandoning.q)
        let burst = splitter.bursts.payload, info = infoShape.unpack(burst.info)

        let count = c.register("outstanding", .unsigned(bitsToCount(outstanding)), reset: 0)
        let sender = c.instance("sender", WriteDataSender(self))
        let address = c.register("address_held", .bit, reset: 0)
        let free = c.named("address_free", !address.q | io.mAxi.awready)
        let mayIssue = c.named(
            "may_issue", !count.q[bitsToCount(outstanding) - 1] & (count.q < io.outstandingLimit) & !abandoning.q & free
                & sender.burst.ready)
        let issue = c.named("issue", splitter.bursts.valid & mayIssue)
        let asks = c.named("asks", issue & !info.isOutside)
        c.drive(splitter.bursts.ready, mayIssue)
        c.when(asks) { address.set() }.elsewhen(io.mAxi.awready) { address.clear() }
        let beatAddress = c.stage("issued_address", burst.address, enable: asks)
        let beats = c.stage("issued_beats", burst.beats, enable: asks)
        c.drive(io.mAxi.awvalid, address.q)
        c.drive(io.mAxi.awid, 0)
        c.drive(io.mAxi.awaddr, concatenate(beatAddress, c.constant(0, .unsigned(axi.byteBits))))
        c.drive(io.mAxi.awlen, beats.extended(to: 8))
        c.driveAttributes(of: io.mAxi, bytes: axi.bytes)

        c.send(burst, when: issue, to: sender.burst)
        c.send(io.data.payload, when: io.data.valid & !abandoning.q, to: sender.data)
        c.drive(io.data.ready, sender.data.ready & !abandoning.q)
        c.drive(sender.abandoning, abandoning.q)
        c.drive(io.mAxi.wvalid, sender.beat.valid)
        c.drive(io.mAxi.wdata, sender.beat.payload.data)
        c.drive(io.mAxi.wstrb, sender.beat.payload.strobes)
        c.drive(io.mAxi.wlast, sender.beatLast)
        c.drive(sender.beat.ready, io.mAxi.wready)

        let settles = settle(c, io, issue, burst, info, abandoning.q)
        c.when(issue & !settles) {
            count.next(count.q &+ 1)
        }.elsewhen(settles & !issue) {
            count.next(count.q &- 1)
        }
        let rests = c.named("rests", !count.q.isNonzero & !sender.busy)
        c.when(io.abandon) {
            abandoning.set()
        }.elsewhen(rests) {
            abandoning.clear()
        }
        c.drive(io.idle, rests & !guarded.busy & !splitter.busy & !io.done.valid & !abandoning.q & !io.abandon)
    }

    /// Takes a response for each burst, in order, and makes of them what becomes of the packets. Returns that a burst is
    /// settled.
    private func settle(
        _ c: Circuit, _ io: Ports, _ issue: Bit, _ burst: BeatBurst, _ info: WriteInfo, _ abandoning: Bit
    ) -> Bit {
        let issued = Queue(c, "issued", issuedShape, depth: max(2, outstanding))
        issued.push(IssuedBurst(address: burst.address, isLast: burst.isLast, isOutside: info.isOutside, tag: info.tag),
                    when: issue)
        c.discard(issued.ready)
        let oldest = issued.output.payload
        let skid = c.instance("done_skid", SkidBuffer(bits: io.done.shape.width))
        let canEnd = c.named("can_end", issued.output.valid & (skid.input.ready | !oldest.isLast | abandoning))
        let settles = c.named("settles", canEnd & (oldest.isOutside | io.mAxi.bvalid))
        c.drive(issued.output.ready, settles)
        c.drive(io.mAxi.bready, canEnd & !oldest.isOutside)
        c.discard(io.mAxi.bid)
        c.discard(io.mAxi.bresp[0])

        let isRefused = c.named("is_refused", oldest.isOutside | io.mAxi.bresp[1])
        let hasFailed = c.register("has_failed", .bit, reset: 0)
        c.when(abandoning | (settles & oldest.isLast)) {
            hasFailed.clear()
        }.elsewhen(settles & isRefused) {
            hasFailed.set()
        }
        c.drive(skid.input.valid, settles & oldest.isLast & !abandoning)
        c.drive(skid.input.payload, concatenate(oldest.tag, hasFailed.q | isRefused))
        c.drive(skid.output.ready, io.done.ready | abandoning)
        c.send(io.done.shape.unpack(skid.output.payload), when: skid.output.valid & !abandoning, to: io.done)

        let outside = c.constant(AXIFault.outsideRegion, .unsigned(2))
        c.hold(
            AXIFault(code: mux(oldest.isOutside, outside, io.mAxi.bresp),
                     address: concatenate(oldest.address, c.constant(0, .unsigned(axi.byteBits)))),
            when: settles & isRefused & !(oldest.isOutside & hasFailed.q) & !abandoning, in: io.fault)
        return settles
    }

    var commandShape: Shape<AXIWriteCommand> {
        AXIWriteCommand.shape(addressBits: axi.addressBits, lengthBits: lengthBits, tagBits: tagBits)
    }

    /// Of the beats of a packet less one.
    var beatBits: Int { max(1, max(lengthBits, axi.byteBits) + 1 - axi.byteBits) }

    var infoShape: Shape<WriteInfo> {
        let byteBits = axi.byteBits, tagBits = tagBits
        return Shape { WriteInfo(
            firstByte: $0.make(.unsigned(byteBits)), lastByte: $0.make(.unsigned(byteBits)), isOutside: $0.make(.bit),
            tag: $0.make(.unsigned(tagBits))) }
    }

    private var issuedShape: Shape<IssuedBurst> {
        let addressBits = axi.beatAddressBits, tagBits = tagBits
        return Shape { IssuedBurst(
            address: $0.make(.unsigned(addressBits)), isLast: $0.make(.bit), isOutside: $0.make(.bit),
            tag: $0.make(.unsigned(tagBits))) }
    }
}

/// What goes with the bursts of a packet.
struct WriteInfo: Bundle {
    /// Where the packet begins in its first beat and ends in its last.
    let firstByte, lastByte: Unsigned
    let isOutside: Bit
    let tag: Unsigned
}

/// A burst that waits for its response.
private struct IssuedBurst: Bundle {
    let address: Unsigned
    /// Of its packet.
    let isLast: Bit
    let isOutside: Bit
    let tag: Unsigned
}
