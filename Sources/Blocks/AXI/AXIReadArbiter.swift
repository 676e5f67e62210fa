import RTL

/// Lets several read masters share one AXI4 interface: the id of a burst has the master's number above its own.
///
/// Addresses in turn, one a cycle; data one beat a cycle, latency 0. A master that does not take its beats holds up the
/// others: give each a buffer. The outer `idBits` are those of a master plus `portBits`.
public struct AXIReadArbiter: Module, Sendable {
    /// Of each master.
    public let axi: AXIParameters
    public let masters: Int

    public init(_ axi: AXIParameters, masters: Int) {
        precondition(masters >= 2, "an arbiter has two masters at least")
        self.axi = axi
        self.masters = masters
    }

    /// Of a master's number.
    public var portBits: Int { bitsToIndex(masters) }
    /// The shared interface.
    public var outer: AXIParameters {
        AXIParameters(addressBits: axi.addressBits, dataBits: axi.dataBits, idBits: axi.idBits + portBits)
    }

    public struct Ports {
        public let sAxi: [AXIReadPort]
        public let mAxi: AXIReadPort
    }

    public var suffix: String { "n\(masters)_\(axi.suffix)" }

    public func ports(_ io: Interface) -> Ports {
        Ports(sAxi: (0..<masters).map { _ in io.axiReadSlave(axi) }, mAxi: io.axiReadMaster(outer))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        // Addresses: of the attributes only the length differs from burst to burst.
        let bits = outer.idBits + outer.addressBits + 8
        let arbiter = c.instance("arbiter", RoundRobinArbiter(inputs: masters, bits: bits))
        for (number, (port, request)) in zip(io.sAxi, arbiter.request).enumerated() {
            c.drive(request.valid, port.arvalid)
            c.drive(request.payload, concatenate(c.constant(number, .unsigned(portBits)), port.arid, port.araddr, port.arlen))
            c.drive(port.arready, request.ready)
            for unread in [port.arsize, port.arburst, port.arcache, port.arprot, port.arqos] { c.discard(unread) }
            c.discard(port.arlock)
        }
        let granted = arbiter.granted.payload
        c.drive(io.mAxi.arvalid, arbiter.granted.valid)
        c.drive(arbiter.granted.ready, io.mAxi.arready)
        c.drive(io.mAxi.arid, granted[outer.addressBits + 8..<bits])
        c.drive(io.mAxi.araddr, granted[8..<outer.addressBits + 8])
        c.drive(io.mAxi.arlen, granted[0..<8])
        c.driveAttributes(of: io.mAxi, bytes: axi.bytes)

        // Data.
        let skid = c.instance("skid", SkidBuffer(bits: outer.idBits + axi.dataBits + 3))
        c.drive(skid.input.valid, io.mAxi.rvalid)
        c.drive(skid.input.payload, concatenate(io.mAxi.rid, io.mAxi.rdata, io.mAxi.rresp, io.mAxi.rlast))
        c.drive(io.mAxi.rready, skid.input.ready)
        let beat = skid.output.payload, low = axi.dataBits + 3
        let port = c.named("target", beat[low + axi.idBits..<low + outer.idBits])
        for (number, slave) in io.sAxi.enumerated() {
            c.drive(slave.rvalid, skid.output.valid & (port == Unsigned(number)))
            c.drive(slave.rid, beat[low..<low + axi.idBits])
            c.drive(slave.rdata, beat[3..<low])
            c.drive(slave.rresp, beat[1..<3])
            c.drive(slave.rlast, beat[0])
        }
        c.drive(skid.output.ready, select(port, io.sAxi.map(\.rready)))
    }
}
