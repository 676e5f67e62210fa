import Configuration

/// What a driver is asked that cannot be, or what the accelerator says that it should not.
public enum DriverError: Error, Hashable, CustomStringConvertible {
    /// The window holds something else.
    case notThere(identification: UInt32, expected: UInt32)
    case wrongVersion(found: UInt32, needed: UInt32)
    case otherConfiguration(found: UInt64, expected: UInt64, parameters: String)
    case badRing(reason: String)
    case ringFull(slots: Int)
    case emptyChain
    case doesNotFit(field: String, value: Int, range: ClosedRange<Int>)
    case unaligned(what: String, address: Int)
    case unsupported(what: String, remedy: String)
    case outOfMemory(bytes: Int, largest: Int)
    case planeFull(head: Int, rows: Int, capacity: Int)
    case notDone(what: String, tries: Int)
    /// The accelerator has stopped and waits for a soft reset.
    case stopped(SystemFailure)

    public var description: String {
        switch self {
        case .notThere(let found, let expected):
            "the register `id` reads 0x\(hex(found)) instead of 0x\(hex(expected)): no LeanSpAtten lies in this window, or it has no clock"
        case .wrongVersion(let found, let needed):
            "registers and descriptors have version \(found >> 16).\(found & 0xFFFF), this driver needs \(needed >> 16).\(needed & 0xFFFF) or "
                + "a later minor one"
        case .otherConfiguration(let found, let expected, let parameters):
            "configuration hash 0x\(hex(found)) instead of 0x\(hex(expected)): the accelerator was not built as the driver was told, "
                + "\(parameters)"
        case .badRing(let reason): "the ring cannot be used: \(reason)"
        case .ringFull(let slots): "all \(slots) slots of the ring have chains that are not done: wait for one of them"
        case .emptyChain: "a chain has no job: give at least one"
        case .doesNotFit(let field, let value, let range):
            "\(field) cannot be \(value): it holds \(range.lowerBound) to \(range.upperBound)"
        case .unaligned(let what, let address):
            "\(what) begins at 0x\(hex(address)): it must be a multiple of \(DeviceAllocator.alignment)"
        case .unsupported(let what, let remedy): "\(what) is not supported: \(remedy)"
        case .outOfMemory(let bytes, let largest):
            "no free region of the device's memory has \(bytes) bytes, the largest has \(largest)"
        case .planeFull(let head, let rows, let capacity):
            "head \(head) would have \(rows) rows, its planes were laid out for \(capacity)"
        case .notDone(let what, let tries): "\(what) was not done after \(tries) tries"
        case .stopped(let failure): failure.description
        }
    }
}

/// Why the accelerator stopped.
public struct SystemFailure: Hashable, Sendable, CustomStringConvertible {
    /// Nil: a number that this driver does not know.
    public let fault: SystemFault?
    public let code: Int
    public let address: Int
    /// `job_id` of the descriptor at hand.
    public let job: UInt32

    public init(code: Int, address: Int, job: UInt32) {
        (fault, self.code, self.address, self.job) = (SystemFault(rawValue: code), code, address, job)
    }

    public var description: String {
        let place = "0x\(hex(address))"
        let reason = switch fault {
        case .readError: "a slave answered the read of the burst at \(place) with an error"
        case .writeError: "a slave answered the write of the burst at \(place) with an error"
        case .outsideRegion: "it was to write at \(place), outside of the region of the job"
        case .badMagic: "what lies at \(place) is no descriptor: its first word is not that of a job or a launch, whichever the accelerator takes"
        case .badField: "a field of the word at \(place), of a descriptor or a record that it names, holds what cannot be"
        case .misaligned: "the address or stride at \(place) is not a multiple of \(RecordLayout.alignment), or too high"
        case .contextLimit: "the context at \(place) is over the limit"
        case .refused: "the cascade refused the iteration or the state of the descriptor at \(place): see its context, layers, heads and state_tokens"
        case .watchdog: "nothing has moved for as long as the watchdog allows, with the descriptor at \(place)"
        case .internalFault: "units of the accelerator do not agree with one another, with the descriptor at \(place)"
        case .some(.none), nil: "error code \(code), address \(place)"
        }
        return "job \(job): \(reason); the accelerator has stopped until soft_reset"
    }
}

func hex(_ value: some BinaryInteger) -> String { String(value, radix: 16) }
