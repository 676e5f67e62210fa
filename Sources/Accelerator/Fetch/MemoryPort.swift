import Configuration
import RTL

/// A read of consecutive port beats, before it is known whose it is.
struct BurstRequest: Bundle {
    /// Byte address, a multiple of the port's width.
    let address: Unsigned
    /// Beats less one.
    let beats: Unsigned

    static var shape: Shape<BurstRequest> {
        Shape { BurstRequest(
            address: $0.make(.unsigned(MemoryPort.addressBits)),
            beats: $0.make(.unsigned(bitsToIndex(MemoryPort.burstBeats)))) }
    }
}

/// A read of consecutive port beats.
struct MemoryRequest: Bundle {
    /// Byte address, a multiple of the port's width.
    let address: Unsigned
    /// Beats less one.
    let beats: Unsigned
    /// Comes back with each beat: which stream of the lane asked.
    let tag: Unsigned

    static var shape: Shape<MemoryRequest> {
        Shape { fields in
            let burst = fields.make(BurstRequest.shape)
            return MemoryRequest(address: burst.address, beats: burst.beats, tag: fields.make(.unsigned(MemoryPort.tagBits)))
        }
    }
}

/// One beat of read data. Beats of one tag come in the order they were asked for.
struct MemoryResponse: Bundle {
    let data: Unsigned
    let tag: Unsigned

    static func shape(bytes: Int) -> Shape<MemoryResponse> {
        Shape { MemoryResponse(data: $0.make(.unsigned(8 * bytes)), tag: $0.make(.unsigned(MemoryPort.tagBits))) }
    }

    static func shape(_ lane: LaneConfiguration) -> Shape<MemoryResponse> { shape(bytes: lane.portBytes) }
}

/// The streaming memory port of a lane.
package enum MemoryPort {
    package static let addressBits = 40
    /// Longest burst; bursts are aligned to it, so none crosses 4 KiB up to 64-byte beats.
    package static let burstBeats = 16
    package static let tagBits = 2

    /// Which stream a beat belongs to.
    package enum Tag: Int, CaseIterable {
        case keyMSB, keyLSB, value
    }
}

extension LaneConfiguration {
    /// Counts the beats of one plane of a row: at most 12 bits an element.
    var planeBeatBits: Int { bitsToCount(maximumContext * headSize * 12 / (8 * portBytes)) }
    /// Counts the vectors of one row.
    var vectorBits: Int { bitsToCount(maximumContext * steps) }
    /// Counts the keys of a row.
    var contextBits: Int { bitsToCount(maximumContext) }
}
