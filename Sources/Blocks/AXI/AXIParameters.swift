import RTL

/// The shape of an AXI4 interface.
public struct AXIParameters: Hashable, Sendable {
    /// Width of addresses in bits: 13 to 64.
    public let addressBits: Int
    /// Width of data in bits: a power of two, 64 to 512.
    public let dataBits: Int
    /// Width of ids in bits: 1 to 16.
    public let idBits: Int

    public init(addressBits: Int = 40, dataBits: Int, idBits: Int) {
        precondition((13...64).contains(addressBits), "an AXI address has 13 to 64 bits")
        precondition([64, 128, 256, 512].contains(dataBits), "AXI data has 64, 128, 256 or 512 bits")
        precondition((1...16).contains(idBits), "an AXI id has 1 to 16 bits")
        self.addressBits = addressBits
        self.dataBits = dataBits
        self.idBits = idBits
    }

    /// Bytes of a beat.
    public var bytes: Int { dataBits / 8 }
    /// Beats of the longest burst: 256 at most, and never more than 4 KiB.
    public var burstBeats: Int { min(256, 4096 / bytes) }
    /// Address bits within a beat.
    public var byteBits: Int { bitsToIndex(bytes) }
    /// Address bits above those.
    var beatAddressBits: Int { addressBits - byteBits }

    /// `a40_d512_i2`
    public var suffix: String { "a\(addressBits)_d\(dataBits)_i\(idBits)" }
}

/// What an AXI4 slave says of a beat or of a write.
public enum AXIResponse: Int, Sendable, CaseIterable {
    case okay, exclusiveOkay, slaveError, decodeError

    public var isError: Bool { self == .slaveError || self == .decodeError }
}

/// What went wrong with a burst.
public struct AXIFault: Bundle {
    /// `AXIResponse` of the slave; `outsideRegion`: it was never asked.
    public let code: Unsigned
    /// Of the burst's first beat.
    public let address: Unsigned

    /// The code of a write that the region guard held back: no slave answers a plain access with EXOKAY.
    public static let outsideRegion = AXIResponse.exclusiveOkay.rawValue

    public static func shape(addressBits: Int) -> Shape<AXIFault> {
        Shape { AXIFault(code: $0.make(.unsigned(2)), address: $0.make(.unsigned(addressBits))) }
    }
}
