import RTL

// Named as the AXI specification names them: a port `mAxi` of a module's `Ports` becomes `m_axi_araddr` and so on in
// Verilog, which is what tools that infer interfaces look for.

/// The read channels of an AXI4 interface.
public struct AXIReadPort {
    public let arid, araddr, arlen, arsize, arburst: Unsigned
    public let arlock: Bit
    public let arcache, arprot, arqos: Unsigned
    public let arvalid, arready: Bit
    public let rid, rdata, rresp: Unsigned
    public let rlast, rvalid, rready: Bit
}

/// The write channels of an AXI4 interface.
public struct AXIWritePort {
    public let awid, awaddr, awlen, awsize, awburst: Unsigned
    public let awlock: Bit
    public let awcache, awprot, awqos: Unsigned
    public let awvalid, awready: Bit
    public let wdata, wstrb: Unsigned
    public let wlast, wvalid, wready: Bit
    public let bid, bresp: Unsigned
    public let bvalid, bready: Bit
}

/// Both halves of an AXI4 interface under one prefix.
public struct AXIPort: CustomReflectable {
    public let read: AXIReadPort
    public let write: AXIWritePort

    /// Names of signals have no `read` or `write` in them: `m_axi_araddr`, `m_axi_awaddr`.
    public var customMirror: Mirror {
        let children = Array(Mirror(reflecting: read).children) + Array(Mirror(reflecting: write).children)
        return Mirror(self, children: children, displayStyle: .struct)
    }
}

/// An AXI4-Lite interface of 32-bit data.
public struct AXILitePort {
    public let awaddr, awprot: Unsigned
    public let awvalid, awready: Bit
    public let wdata, wstrb: Unsigned
    public let wvalid, wready: Bit
    public let bresp: Unsigned
    public let bvalid, bready: Bit
    public let araddr, arprot: Unsigned
    public let arvalid, arready: Bit
    public let rdata, rresp: Unsigned
    public let rvalid, rready: Bit
}

extension Interface {
    /// The read channels of a master.
    public func axiReadMaster(_ axi: AXIParameters, fileID: String = #fileID, line: Int = #line) -> AXIReadPort {
        axiRead(axi, isMaster: true, fileID, line)
    }

    /// The read channels of a slave.
    public func axiReadSlave(_ axi: AXIParameters, fileID: String = #fileID, line: Int = #line) -> AXIReadPort {
        axiRead(axi, isMaster: false, fileID, line)
    }

    private func axiRead(_ axi: AXIParameters, isMaster: Bool, _ fileID: String, _ line: Int) -> AXIReadPort {
        let ends = AXIEnds(io: self, isMaster: isMaster, fileID: fileID, line: line)
        return AXIReadPort(
            arid: ends.forth(axi.idBits), araddr: ends.forth(axi.addressBits), arlen: ends.forth(8), arsize: ends.forth(3),
            arburst: ends.forth(2), arlock: ends.forth(), arcache: ends.forth(4), arprot: ends.forth(3),
            arqos: ends.forth(4), arvalid: ends.forth(), arready: ends.back(),
            rid: ends.back(axi.idBits), rdata: ends.back(axi.dataBits), rresp: ends.back(2), rlast: ends.back(),
            rvalid: ends.back(), rready: ends.forth())
    }

    /// The write channels of a master.
    public func axiWriteMaster(_ axi: AXIParameters, fileID: String = #fileID, line: Int = #line) -> AXIWritePort {
        let ends = AXIEnds(io: self, isMaster: true, fileID: fileID, line: line)
        return AXIWritePort(
            awid: ends.forth(axi.idBits), awaddr: ends.forth(axi.addressBits), awlen: ends.forth(8), awsize: ends.forth(3),
            awburst: ends.forth(2), awlock: ends.forth(), awcache: ends.forth(4), awprot: ends.forth(3),
            awqos: ends.forth(4), awvalid: ends.forth(), awready: ends.back(),
            wdata: ends.forth(axi.dataBits), wstrb: ends.forth(axi.bytes), wlast: ends.forth(), wvalid: ends.forth(),
            wready: ends.back(),
            bid: ends.back(axi.idBits), bresp: ends.back(2), bvalid: ends.back(), bready: ends.forth())
    }

    /// Both halves of a master.
    public func axiMaster(_ axi: AXIParameters, fileID: String = #fileID, line: Int = #line) -> AXIPort {
        AXIPort(read: axiReadMaster(axi, fileID: fileID, line: line), write: axiWriteMaster(axi, fileID: fileID, line: line))
    }

    /// An AXI4-Lite slave.
    public func axiLiteSlave(addressBits: Int, fileID: String = #fileID, line: Int = #line) -> AXILitePort {
        let ends = AXIEnds(io: self, isMaster: false, fileID: fileID, line: line)
        return AXILitePort(
            awaddr: ends.forth(addressBits), awprot: ends.forth(3), awvalid: ends.forth(), awready: ends.back(),
            wdata: ends.forth(32), wstrb: ends.forth(4), wvalid: ends.forth(), wready: ends.back(),
            bresp: ends.back(2), bvalid: ends.back(), bready: ends.forth(),
            araddr: ends.forth(addressBits), arprot: ends.forth(3), arvalid: ends.forth(), arready: ends.back(),
            rdata: ends.back(32), rresp: ends.back(2), rvalid: ends.back(), rready: ends.forth())
    }
}

/// Makes signals from the master to the slave and back, as either end sees them.
private struct AXIEnds {
    let io: Interface
    let isMaster: Bool
    let fileID: String
    let line: Int

    func forth(_ bits: Int) -> Unsigned { signal(.unsigned(bits), leaves: isMaster) }
    func forth() -> Bit { signal(.bit, leaves: isMaster) }
    func back(_ bits: Int) -> Unsigned { signal(.unsigned(bits), leaves: !isMaster) }
    func back() -> Bit { signal(.bit, leaves: !isMaster) }

    private func signal<V: Value>(_ shape: Shape<V>, leaves: Bool) -> V {
        leaves ? io.output(shape, fileID: fileID, line: line) : io.input(shape, fileID: fileID, line: line)
    }
}

extension Circuit {
    /// A master's channels inside this module go to those of the module itself.
    public func connect(_ source: AXIReadPort, to target: AXIReadPort, fileID: String = #fileID, line: Int = #line) {
        for (target, source) in [
            (target.arid, source.arid), (target.araddr, source.araddr), (target.arlen, source.arlen),
            (target.arsize, source.arsize), (target.arburst, source.arburst), (target.arcache, source.arcache),
            (target.arprot, source.arprot), (target.arqos, source.arqos), (source.rid, target.rid),
            (source.rdata, target.rdata), (source.rresp, target.rresp),
        ] { drive(target, source, fileID: fileID, line: line) }
        for (target, source) in [
            (target.arlock, source.arlock), (target.arvalid, source.arvalid), (source.arready, target.arready),
            (source.rlast, target.rlast), (source.rvalid, target.rvalid), (target.rready, source.rready),
        ] { drive(target, source, fileID: fileID, line: line) }
    }

    /// A master's channels inside this module go to those of the module itself.
    public func connect(_ source: AXIWritePort, to target: AXIWritePort, fileID: String = #fileID, line: Int = #line) {
        for (target, source) in [
            (target.awid, source.awid), (target.awaddr, source.awaddr), (target.awlen, source.awlen),
            (target.awsize, source.awsize), (target.awburst, source.awburst), (target.awcache, source.awcache),
            (target.awprot, source.awprot), (target.awqos, source.awqos), (target.wdata, source.wdata),
            (target.wstrb, source.wstrb), (source.bid, target.bid), (source.bresp, target.bresp),
        ] { drive(target, source, fileID: fileID, line: line) }
        for (target, source) in [
            (target.awlock, source.awlock), (target.awvalid, source.awvalid), (source.awready, target.awready),
            (target.wlast, source.wlast), (target.wvalid, source.wvalid), (source.wready, target.wready),
            (source.bvalid, target.bvalid), (target.bready, source.bready),
        ] { drive(target, source, fileID: fileID, line: line) }
    }

    /// A slave's channels inside this module come from those of the module itself.
    public func connect(_ source: AXILitePort, to target: AXILitePort, fileID: String = #fileID, line: Int = #line) {
        for (target, source) in [
            (target.awaddr, source.awaddr), (target.awprot, source.awprot), (target.wdata, source.wdata),
            (target.wstrb, source.wstrb), (source.bresp, target.bresp), (target.araddr, source.araddr),
            (target.arprot, source.arprot), (source.rdata, target.rdata), (source.rresp, target.rresp),
        ] { drive(target, source, fileID: fileID, line: line) }
        for (target, source) in [
            (target.awvalid, source.awvalid), (source.awready, target.awready), (target.wvalid, source.wvalid),
            (source.wready, target.wready), (source.bvalid, target.bvalid), (target.bready, source.bready),
            (target.arvalid, source.arvalid), (source.arready, target.arready), (source.rvalid, target.rvalid),
            (target.rready, source.rready),
        ] { drive(target, source, fileID: fileID, line: line) }
    }

    /// What all bursts of ours have in common: whole beats, ascending, normal memory that may be buffered.
    func driveAttributes(of port: AXIReadPort, bytes: Int, fileID: String = #fileID, line: Int = #line) {
        driveAttributes(size: port.arsize, port.arburst, port.arlock, port.arcache, port.arprot, port.arqos, bytes, fileID, line)
    }

    func driveAttributes(of port: AXIWritePort, bytes: Int, fileID: String = #fileID, line: Int = #line) {
        driveAttributes(size: port.awsize, port.awburst, port.awlock, port.awcache, port.awprot, port.awqos, bytes, fileID, line)
    }

    private func driveAttributes(
        size: Unsigned, _ burst: Unsigned, _ lock: Bit, _ cache: Unsigned, _ prot: Unsigned, _ qos: Unsigned, _ bytes: Int,
        _ fileID: String, _ line: Int
    ) {
        let incrementing = 1, bufferable = 0b0011
        for (target, value) in [(size, bitsToIndex(bytes)), (burst, incrementing), (cache, bufferable), (prot, 0), (qos, 0)] {
            drive(target, Unsigned(value), fileID: fileID, line: line)
        }
        drive(lock, false, fileID: fileID, line: line)
    }
}
