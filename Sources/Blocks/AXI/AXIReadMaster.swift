import RTL

/// A read of consecutive beats.
public struct AXIReadRequest: Bundle {
    /// Byte address; what lies below a beat's width is ignored.
    public let address: Unsigned
    /// Beats less one.
    public let beats: Unsigned
    /// Comes back with each beat, and is the AXI id.
    public let tag: Unsigned

    public init(address: Unsigned, beats: Unsigned, tag: Unsigned) {
        (self.address, self.beats, self.tag) = (address, beats, tag)
    }

    public static func shape(addressBits: Int, beatBits: Int, tagBits: Int) -> Shape<AXIReadRequest> {
        Shape { AXIReadRequest(address: $0.make(.unsigned(addressBits)), beats: $0.make(.unsigned(beatBits)),
                               tag: $0.make(.unsigned(tagBits))) }
    }
}

/// One beat of read data. Beats of one tag come in the order they were asked for.
public struct AXIReadBeat: Bundle {
    public let data: Unsigned
    public let tag: Unsigned

    public static func shape(dataBits: Int, tagBits: Int) -> Shape<AXIReadBeat> {
        Shape { AXIReadBeat(data: $0.make(.unsigned(dataBits)), tag: $0.make(.unsigned(tagBits))) }
    }
}

/// Turns requests into AXI4 bursts and brings their beats back.
///
/// A request is cut where a burst must end: at multiples of the longest burst, so that none crosses 4 KiB. One address a
/// cycle, 2 cycles after its request; one beat a cycle. The slave may reorder and interleave beats of different tags.
///
/// With a buffer, an address is only issued once there is room for all of its beats: `rready` never falls. Without, the
/// one who asks must itself have room for what it asked for, or hold up all who share the interface.
///
/// A beat with an error keeps its place in `response`. `fault` names the burst, once for a burst, and keeps what it has
/// until that is taken; what comes meanwhile is dropped.
public struct AXIReadMaster: Module, Sendable {
    public let axi: AXIParameters
    public let beatBits, tagBits: Int
    public let outstanding: Int
    public let buffer: Int

    /// - Parameters:
    ///   - beatBits: Of the length of a request less one: 1 to 16.
    ///   - tagBits: 1 to `idBits`; the bits of an id above are 0.
    ///   - outstanding: Most bursts at a time: a power of two, 1 to 256.
    ///   - buffer: Beats: a power of two, at least the longest burst; 0: none.
    public init(_ axi: AXIParameters, beatBits: Int, tagBits: Int, outstanding: Int, buffer: Int = 0) {
        precondition((1...16).contains(beatBits), "the length of a request has 1 to 16 bits")
        precondition((1...axi.idBits).contains(tagBits), "a tag has 1 bit at least and is no wider than an id")
        precondition((1...256).contains(outstanding) && outstanding & (outstanding - 1) == 0, "1 to 256 bursts, a power of two")
        precondition(buffer == 0 || buffer >= axi.burstBeats && buffer & (buffer - 1) == 0, "a buffer holds the longest burst")
        self.axi = axi
        self.beatBits = beatBits
        self.tagBits = tagBits
        self.outstanding = outstanding
        self.buffer = buffer
    }

    public struct Ports {
        public let request: Stream<AXIReadRequest>
        public let response: Stream<AXIReadBeat>
        public let fault: Stream<AXIFault>
        /// Bursts that may be outstanding, up to `outstanding`; 0: no new address.
        public let outstandingLimit: Unsigned
        /// A pulse: no new address, what was asked for is taken from the bus and thrown away. `response` and `request`
        /// rest until `idle`; the one who asks is reset meanwhile.
        public let abandon: Bit
        /// Nothing is outstanding, at hand or offered.
        public let idle: Bit
        public let mAxi: AXIReadPort
    }

    public var suffix: String { "\(axi.suffix)_n\(beatBits)_t\(tagBits)_o\(outstanding)_b\(buffer)" }

    public func ports(_ io: Interface) -> Ports {
        Ports(
            request: io.sink(AXIReadRequest.shape(addressBits: axi.addressBits, beatBits: beatBits, tagBits: tagBits)),
            response: io.source(AXIReadBeat.shape(dataBits: axi.dataBits, tagBits: tagBits)),
            fault: io.source(AXIFault.shape(addressBits: axi.addressBits)),
            outstandingLimit: io.input(.unsigned(bitsToCount(outstanding))), abandon: io.input(.bit),
            idle: io.output(.bit), mAxi: io.axiReadMaster(axi))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let abandoning = c.register("abandoning", .bit, reset: 0)
        let splitter = c.instance("splitter", BurstSplitter(
            addressBits: axi.beatAddressBits, beatBits: beatBits, infoBits: tagBits, burstBeats: axi.burstBeats))
        let request = io.request.payload
        c.send(BeatRun(address: request.address[axi.byteBits..<axi.addressBits], beats: request.beats, info: request.tag),
               when: io.request.valid & !abandoning.q, to: splitter.runs)
        c.drive(io.request.ready, splitter.runs.ready & !abandoning.q)
        c.discard(request.address[0..<axi.byteBits])
        c.drive(splitter.clear, abandoning.q)

        let count = c.register("outstanding", .unsigned(bitsToCount(outstanding)), reset: 0)
        let room = c.wire("has_room", .bit)
        let burst = splitter.bursts.payload
        let mayIssue = !count.q[bitsToCount(outstanding) - 1] & (count.q < io.outstandingLimit) & room & !abandoning.q
        let issue = issueAddress(c, io.mAxi, splitter.bursts, when: c.named("may_issue", mayIssue))
        c.discard(burst.isFirst)
        c.discard(burst.isLast)

        let arrives = c.named("arrives", io.mAxi.rvalid & io.mAxi.rready)
        let ends = c.named("ends", arrives & io.mAxi.rlast)
        c.when(issue & !ends) {
            count.next(count.q &+ 1)
        }.elsewhen(ends & !issue) {
            count.next(count.q &- 1)
        }
        let isEmpty = buffer == 0
            ? passOn(c, io, room: room, abandoning.q) : store(c, io, issue, burst.beats, room: room, abandoning.q)
        let reports = reportFaults(c, io, issue, burst, arrives, ends, abandoning.q)

        let rests = c.named("rests", !count.q.isNonzero & isEmpty & !reports)
        c.when(io.abandon) {
            abandoning.set()
        }.elsewhen(rests) {
            abandoning.clear()
        }
        c.drive(io.idle, rests & !splitter.busy & !abandoning.q & !io.abandon)
    }

    /// The address channel comes from registers. Returns that a burst goes into them.
    private func issueAddress(_ c: Circuit, _ port: AXIReadPort, _ bursts: Stream<BeatBurst>, when may: Bit) -> Bit {
        let valid = c.register("address_held", .bit, reset: 0)
        let free = c.named("address_free", !valid.q | port.arready)
        let issue = c.named("issue", bursts.valid & may & free)
        c.drive(bursts.ready, may & free)
        c.when(issue) { valid.set() }.elsewhen(port.arready) { valid.clear() }
        let address = c.stage("issued_address", bursts.payload.address, enable: issue)
        let beats = c.stage("issued_beats", bursts.payload.beats, enable: issue)
        let tag = c.stage("issued_tag", bursts.payload.info, enable: issue)
        c.drive(port.arvalid, valid.q)
        c.drive(port.arid, tag.extended(to: axi.idBits))
        c.drive(port.araddr, concatenate(address, c.constant(0, .unsigned(axi.byteBits))))
        c.drive(port.arlen, beats.extended(to: 8))
        c.driveAttributes(of: port, bytes: axi.bytes)
        return issue
    }

    /// What is kept of a beat.
    private func beat(_ port: AXIReadPort) -> AXIReadBeat {
        AXIReadBeat(data: port.rdata, tag: port.rid.truncated(to: tagBits))
    }

    /// Beats go to whoever asked as they come. Returns that none is under way.
    private func passOn(_ c: Circuit, _ io: Ports, room: Bit, _ abandoning: Bit) -> Bit {
        let skid = c.instance("skid", SkidBuffer(bits: io.response.shape.width))
        c.drive(room, true)
        c.drive(io.mAxi.rready, skid.input.ready | abandoning)
        c.drive(skid.input.valid, io.mAxi.rvalid & !abandoning)
        c.drive(skid.input.payload, concatenate(beat(io.mAxi)))
        c.drive(skid.output.ready, io.response.ready | abandoning)
        c.send(io.response.shape.unpack(skid.output.payload), when: skid.output.valid & !abandoning, to: io.response)
        return !skid.output.valid
    }

    /// Beats go into a buffer that has room for all that was asked for. Returns that it is empty and will be.
    private func store(_ c: Circuit, _ io: Ports, _ issue: Bit, _ beats: Unsigned, room: Bit, _ abandoning: Bit) -> Bit {
        let fifo = c.instance("beat_buffer", Fifo(bits: io.response.shape.width, depth: buffer))
        let free = c.register("free_beats", .unsigned(bitsToCount(buffer)), reset: buffer)
        c.drive(room, free.q > beats)
        c.drive(io.mAxi.rready, true)
        c.discard(fifo.input.ready)
        c.drive(fifo.input.valid, io.mAxi.rvalid)
        c.drive(fifo.input.payload, concatenate(beat(io.mAxi)))
        let takes = c.named("takes", io.response.ready | abandoning)
        c.drive(fifo.output.ready, takes)
        c.send(io.response.shape.unpack(fifo.output.payload), when: fifo.output.valid & !abandoning, to: io.response)
        let asked = mux(issue, beats.extended(to: free.q.width) &+ 1, 0)
        free.next(free.q &- asked &+ (fifo.output.valid & takes).asUnsigned.extended(to: free.q.width))
        return free.q == Unsigned(buffer)
    }

    /// Keeps the addresses of what is outstanding, for each tag in order, and looks up that of a beat with an error.
    /// Returns that a look-up is under way.
    private func reportFaults(
        _ c: Circuit, _ io: Ports, _ issue: Bit, _ burst: BeatBurst, _ arrives: Bit, _ ends: Bit, _ abandoning: Bit
    ) -> Bit {
        let tags = 1 << tagBits, indexBits = bitsToIndex(outstanding)
        let addresses = c.memory("addresses", depth: tags << indexBits, width: axi.beatAddressBits, collision: .undefined)
        let tag = c.named("arriving_tag", io.mAxi.rid.truncated(to: tagBits))
        if axi.idBits > tagBits { c.discard(io.mAxi.rid[tagBits..<axi.idBits]) }
        let isError = c.named("is_error", arrives & io.mAxi.rresp[1])
        c.discard(io.mAxi.rresp[0])

        var heads: [Unsigned] = [], tails: [Unsigned] = [], known: [Bit] = []
        for number in 0..<tags {
            let head = c.register("head_\(number)", .unsigned(indexBits), reset: 0)
            let tail = c.register("tail_\(number)", .unsigned(indexBits), reset: 0)
            // The burst at the head has been reported.
            let isKnown = c.register("is_known_\(number)", .bit, reset: 0)
            let isHere = c.named("is_\(number)", tag == Unsigned(number))
            c.when(issue & (burst.info == Unsigned(number))) { tail.next(tail.q &+ 1) }
            c.when(ends & isHere) {
                head.next(head.q &+ 1)
                isKnown.clear()
            }.elsewhen(isError & isHere) {
                isKnown.set()
            }
            heads.append(head.q)
            tails.append(tail.q)
            known.append(isKnown.q)
        }
        c.when(issue) { addresses.write(concatenate(burst.info, select(burst.info, tails)), burst.address) }
        let reports = c.named("reports", isError & !select(tag, known) & !abandoning)
        let address = addresses.read("faulty_address", concatenate(tag, select(tag, heads)), enable: reports)
        let found = c.stage("found", reports, reset: 0)
        let code = c.stage("found_code", io.mAxi.rresp, enable: reports)
        c.hold(AXIFault(code: code, address: concatenate(address, c.constant(0, .unsigned(axi.byteBits)))),
               when: found, in: io.fault)
        return found
    }
}

extension Circuit {
    /// A fault stays until it is taken; one that comes meanwhile is dropped.
    func hold(
        _ fault: AXIFault, when comes: Bit, in stream: Stream<AXIFault>, fileID: String = #fileID, line: Int = #line
    ) {
        let held = register("fault_held", .bit, reset: 0, fileID: fileID, line: line)
        let takes = named("fault_taken", comes & (!held.q | stream.ready), fileID: fileID, line: line)
        when(takes, fileID: fileID, line: line) {
            held.set(fileID: fileID, line: line)
        }.elsewhen(stream.ready, fileID: fileID, line: line) {
            held.clear(fileID: fileID, line: line)
        }
        let code = stage("fault_code", fault.code, enable: takes, fileID: fileID, line: line)
        let address = stage("fault_address", fault.address, enable: takes, fileID: fileID, line: line)
        send(AXIFault(code: code, address: address), when: held.q, to: stream, fileID: fileID, line: line)
    }
}
