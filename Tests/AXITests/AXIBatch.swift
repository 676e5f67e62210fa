import Blocks
import RTL

/// Read and write masters of every width side by side, and an arbiter with its masters: one model to build for all tests.
struct AXIBatch: Module {
    static let reads = [
        AXIReadMaster(AXIParameters(dataBits: 64, idBits: 2), beatBits: 9, tagBits: 2, outstanding: 256),
        AXIReadMaster(AXIParameters(dataBits: 128, idBits: 4), beatBits: 4, tagBits: 2, outstanding: 16, buffer: 256),
        AXIReadMaster(AXIParameters(addressBits: 64, dataBits: 256, idBits: 1), beatBits: 10, tagBits: 1, outstanding: 1, buffer: 128),
        AXIReadMaster(AXIParameters(dataBits: 512, idBits: 3), beatBits: 7, tagBits: 2, outstanding: 32),
    ]
    static let writes = [
        AXIWriteMaster(AXIParameters(dataBits: 64, idBits: 1), lengthBits: 12, tagBits: 3, outstanding: 16),
        AXIWriteMaster(AXIParameters(dataBits: 128, idBits: 2), lengthBits: 3, tagBits: 5, outstanding: 4),
        AXIWriteMaster(AXIParameters(dataBits: 256, idBits: 1), lengthBits: 13, tagBits: 3, outstanding: 1),
        AXIWriteMaster(AXIParameters(addressBits: 64, dataBits: 512, idBits: 1), lengthBits: 14, tagBits: 3, outstanding: 256),
    ]

    struct Ports {
        let reads: [AXIReadMaster.Ports]
        let writes: [AXIWriteMaster.Ports]
        let shared: SharedReads.Ports
    }

    func ports(_ io: Interface) -> Ports {
        Ports(reads: Self.reads.map { $0.ports(io) }, writes: Self.writes.map { $0.ports(io) }, shared: SharedReads().ports(io))
    }

    func body(_ c: Circuit, _ io: Ports) {
        for (number, (outer, master)) in zip(io.reads, Self.reads).enumerated() {
            let inner = c.instance("read_\(number)", master)
            c.connect(inner.streams, to: outer.streams)
            c.connect(inner.mAxi, to: outer.mAxi)
        }
        for (number, (outer, master)) in zip(io.writes, Self.writes).enumerated() {
            let inner = c.instance("write_\(number)", master)
            c.connect(outer.command, to: inner.command)
            c.connect(outer.data, to: inner.data)
            c.connect(inner.done, to: outer.done)
            c.connect(inner.fault, to: outer.fault)
            c.drive(inner.regionFirst, outer.regionFirst)
            c.drive(inner.regionLast, outer.regionLast)
            c.drive(inner.outstandingLimit, outer.outstandingLimit)
            c.drive(inner.abandon, outer.abandon)
            c.drive(outer.idle, inner.idle)
            c.connect(inner.mAxi, to: outer.mAxi)
        }
        let shared = c.instance("arbitrated", SharedReads())
        for (inner, outer) in zip(shared.masters, io.shared.masters) { c.connect(inner, to: outer) }
        c.connect(shared.mAxi, to: io.shared.mAxi)
    }
}

/// Three read masters behind an arbiter.
struct SharedReads: Module {
    static let axi = AXIParameters(dataBits: 64, idBits: 2)
    /// One without a buffer, which holds up the others.
    static let masters = [256, 0, 256].map { AXIReadMaster(axi, beatBits: 5, tagBits: 2, outstanding: 8, buffer: $0) }
    static let arbiter = AXIReadArbiter(axi, masters: masters.count)

    struct Ports {
        let masters: [ReadStreams]
        let mAxi: AXIReadPort
    }

    func ports(_ io: Interface) -> Ports {
        Ports(masters: Self.masters.map { ReadStreams($0, io) }, mAxi: io.axiReadMaster(Self.arbiter.outer))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let arbiter = c.instance("arbiter", Self.arbiter)
        for (number, outer) in io.masters.enumerated() {
            let inner = c.instance("master_\(number)", Self.masters[number])
            c.connect(inner.streams, to: outer)
            c.connect(inner.mAxi, to: arbiter.sAxi[number])
        }
        c.connect(arbiter.mAxi, to: io.mAxi)
    }
}

/// A read master's side of whoever asks.
struct ReadStreams {
    let request: Stream<AXIReadRequest>
    let response: Stream<AXIReadBeat>
    let fault: Stream<AXIFault>
    let outstandingLimit: Unsigned
    let abandon, idle: Bit
}

extension ReadStreams {
    init(_ master: AXIReadMaster, _ io: Interface) {
        self.init(
            request: io.sink(AXIReadRequest.shape(
                addressBits: master.axi.addressBits, beatBits: master.beatBits, tagBits: master.tagBits)),
            response: io.source(AXIReadBeat.shape(dataBits: master.axi.dataBits, tagBits: master.tagBits)),
            fault: io.source(AXIFault.shape(addressBits: master.axi.addressBits)),
            outstandingLimit: io.input(.unsigned(bitsToCount(master.outstanding))), abandon: io.input(.bit),
            idle: io.output(.bit))
    }
}

extension AXIReadMaster.Ports {
    var streams: ReadStreams {
        ReadStreams(request: request, response: response, fault: fault, outstandingLimit: outstandingLimit, abandon: abandon,
                    idle: idle)
    }
}

extension Circuit {
    fileprivate func connect(_ inner: ReadStreams, to outer: ReadStreams) {
        connect(outer.request, to: inner.request)
        connect(inner.response, to: outer.response)
        connect(inner.fault, to: outer.fault)
        drive(inner.outstandingLimit, outer.outstandingLimit)
        drive(inner.abandon, outer.abandon)
        drive(outer.idle, inner.idle)
    }
}
