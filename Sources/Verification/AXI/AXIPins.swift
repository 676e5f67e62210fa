import Simulation

/// The pins of an AXI4 or AXI4-Lite interface, by the names of the specification behind a prefix: `m_axi_arvalid`.
///
/// Either half may be missing, and so may signals that have a default: ids, lengths, attributes, strobes, `last`.
public struct AXIPins {
    /// AW or AR.
    public struct Address {
        public let valid, ready, address: PortHandle
        public let id, length, size, burst: PortHandle?
        public let lock, cache, protection, quality: PortHandle?
    }

    public struct WriteData {
        public let valid, ready, data, strobes: PortHandle
        public let last: PortHandle?
    }

    public struct WriteResponse {
        public let valid, ready, response: PortHandle
        public let id: PortHandle?
    }

    public struct ReadData {
        public let valid, ready, data, response: PortHandle
        public let id, last: PortHandle?
    }

    public struct ReadChannels {
        public let address: Address
        public let data: ReadData
    }

    public struct WriteChannels {
        public let address: Address
        public let data: WriteData
        public let response: WriteResponse
    }

    public let prefix: String
    public let read: ReadChannels?
    public let write: WriteChannels?
    /// Of a beat.
    public let bytes: Int

    /// - Parameter find: The port of a name, nil if there is none.
    /// - Throws: `StreamPortError` if neither half is there, or a half without one of its signals.
    public init(_ prefix: String, names: [String], find: (String) -> PortHandle?) throws(StreamPortError) {
        func need(_ name: String) throws(StreamPortError) -> PortHandle {
            guard let found = find("\(prefix)_\(name)") else {
                throw StreamPortError(stream: prefix, missing: "\(prefix)_\(name)", present: names)
            }
            return found
        }
        func perhaps(_ name: String) -> PortHandle? { find("\(prefix)_\(name)") }
        func address(_ channel: String) throws(StreamPortError) -> Address {
            Address(
                valid: try need(channel + "valid"), ready: try need(channel + "ready"), address: try need(channel + "addr"),
                id: perhaps(channel + "id"), length: perhaps(channel + "len"), size: perhaps(channel + "size"),
                burst: perhaps(channel + "burst"), lock: perhaps(channel + "lock"), cache: perhaps(channel + "cache"),
                protection: perhaps(channel + "prot"), quality: perhaps(channel + "qos"))
        }
        let hasRead = perhaps("arvalid") != nil, hasWrite = perhaps("awvalid") != nil
        read = !hasRead && hasWrite ? nil : ReadChannels(
            address: try address("ar"),
            data: ReadData(
                valid: try need("rvalid"), ready: try need("rready"), data: try need("rdata"), response: try need("rresp"),
                id: perhaps("rid"), last: perhaps("rlast")))
        write = !hasWrite ? nil : WriteChannels(
            address: try address("aw"),
            data: WriteData(
                valid: try need("wvalid"), ready: try need("wready"), data: try need("wdata"), strobes: try need("wstrb"),
                last: perhaps("wlast")),
            response: WriteResponse(
                valid: try need("bvalid"), ready: try need("bready"), response: try need("bresp"), id: perhaps("bid")))
        self.prefix = prefix
        bytes = (read?.data.data ?? write!.data.data).port.width / 8
    }

    public init(_ prefix: String, of simulator: any Simulator) throws(StreamPortError) {
        try self.init(prefix, names: simulator.ports.map(\.name)) { name in
            simulator.port(name).map { PortHandle($0, of: simulator) }
        }
    }
}

extension AXIPins.Address {
    /// All but the hand-shake.
    var payload: [PortHandle?] { [address, id, length, size, burst, lock, cache, protection, quality] }

    /// Beats of what is offered.
    var beats: Int { (length?.value ?? 0) + 1 }

    func burst(bytes: Int) -> AXIBurst {
        AXIBurst(id: id?.value ?? 0, address: address.value, beats: beats, beatBytes: size.map { 1 << $0.value } ?? bytes,
                 kind: burst.map { AXIBurst.Kind(rawValue: $0.value) } ?? .incrementing)
    }
}

/// A burst as its address channel says.
public struct AXIBurst: Hashable, Sendable {
    public enum Kind: Int, Sendable {
        case fixed, incrementing, wrapping
    }

    public let id, address, beats, beatBytes: Int
    /// Nil: the reserved code.
    public let kind: Kind?

    public init(id: Int, address: Int, beats: Int, beatBytes: Int, kind: Kind? = .incrementing) {
        (self.id, self.address, self.beats, self.beatBytes, self.kind) = (id, address, beats, beatBytes, kind)
    }

    /// Byte address of a beat, and the lanes of a bus of `bytes` that it uses.
    func place(ofBeat beat: Int, bytes: Int) -> (address: Int, lanes: Range<Int>) {
        let aligned = address & ~(beatBytes - 1)
        var start = beat == 0 || kind == .fixed ? address : aligned &+ beat &* beatBytes
        if kind == .wrapping {
            let total = beats * beatBytes, lower = address & ~(total - 1)
            start = lower + (address - lower + beat * beatBytes) % total
        }
        let lane = start & (bytes - 1)
        return (start, lane..<(lane & ~(beatBytes - 1)) + beatBytes)
    }
}
