import Configuration
import FixedPoint
import GoldenModel

/// One query row for the lane: where its planes lie and what else its job says.
public struct LaneJob: Sendable {
    /// [headSize], 12 bits signed.
    public let query: [Int16]
    public let keyCount: Int
    public let settings: RowSettings
    public let scale: ScoreScale
    /// Byte addresses; the LSB one is unused without an LSB plane.
    public let keyMSBAddress, keyLSBAddress, valueAddress: Int

    /// The fields of the lane's job beside the query, by their names in its ports.
    static let fields: [(name: String, value: @Sendable (LaneJob) -> Int)] = [
        ("keys", { $0.keyCount }),
        ("tile_size", { ceilLog2($0.settings.tileKeys) - 7 }),
        ("msb_bits", { $0.settings.keyFormat.msbBits }),
        ("lsb_bits", { $0.settings.keyFormat.lsbBits }),
        ("value_bits", { $0.settings.valueFormat.bits }),
        ("scale_mantissa", { $0.scale.mantissa }),
        ("scale_shift", { $0.scale.shift }),
        ("key_msb_address", { $0.keyMSBAddress }),
        ("key_lsb_address", { $0.keyLSBAddress }),
        ("value_address", { $0.valueAddress }),
    ]
}

/// Rows to be run one behind another and the memory they read.
public struct LaneProgram: Sendable {
    public private(set) var jobs: [LaneJob] = []
    /// From byte address 0 on, whole port beats.
    public var memory: [UInt8] { image.bytes }
    private var image = MemoryImage()

    public init() {}

    /// Lays planes behind what is there.
    public mutating func place(_ planes: KeyValuePlanes) -> MemoryImage.Placement { image.place(planes) }

    /// A row over the first `keyCount` keys of placed planes.
    public mutating func append(
        query: [Int16], keyCount: Int, scale: ScoreScale, tileKeys: Int, over planes: MemoryImage.Placement
    ) {
        jobs.append(LaneJob(
            query: query, keyCount: keyCount,
            settings: RowSettings(tileKeys: tileKeys, keyFormat: planes.keyFormat, valueFormat: planes.valueFormat),
            scale: scale, keyMSBAddress: planes.keyMSB, keyLSBAddress: planes.keyLSB, valueAddress: planes.value))
    }

    /// The first `count` jobs over the same memory.
    public func prefix(_ count: Int) -> LaneProgram {
        var program = self
        program.jobs = Array(jobs.prefix(count))
        return program
    }

    /// A job's row as the golden model takes it, read back from memory.
    public func row(_ index: Int, headSize: Int) -> LaneRow {
        let job = jobs[index], format = job.settings.keyFormat
        func codes(_ address: Int, _ layout: PlaneLayout) -> [Int16] {
            PackedPlane.unpack(Array(memory[address..<address + layout.planeBytes(rows: job.keyCount)]), layout: layout, rows: job.keyCount)
        }
        let msb = codes(job.keyMSBAddress, .keyMSB(format, headSize: headSize))
        let lsb = PlaneLayout.keyLSB(format, headSize: headSize).map { codes(job.keyLSBAddress, $0) }
        return LaneRow(
            query: job.query, keys: lsb.map { zip(msb, $0).map { $0 << format.lsbBits | $1 } } ?? msb,
            values: codes(job.valueAddress, .value(job.settings.valueFormat, headSize: headSize)), keyCount: job.keyCount,
            scale: job.scale)
    }
}
