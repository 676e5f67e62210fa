import Accelerator
import Configuration
import Driver
import FixedPoint
import GoldenModel
import RTL
import Verification

/// One query row for a lane that prunes, as its job says it.
public struct SpAttenRowJob: Sendable {
    /// [headSize], 12 bits signed.
    public let query: [Int16]
    /// Positions seen of the list.
    public let first, end: Int
    /// Positions are looked up in the kept list.
    public let isGathered: Bool
    /// A kept list that takes the place of the one before, from this row on; nil: no new one.
    public let newList: [Int]?
    public let settings: RowSettings
    /// Place of the tile's keys among `SpAttenConfiguration.tileSizes`.
    let tileSizeCode: Int
    public let pruning: PruningSettings
    public let scale: ScoreScale
    /// Byte addresses; the LSB one is unused without an LSB plane.
    public let keyMSBAddress, keyLSBAddress, valueAddress: Int

    /// The fields of the lane's job beside the query and the list, by their names in its ports.
    static let fields: [(name: String, value: @Sendable (SpAttenRowJob) -> Int)] = [
        ("first", { $0.first }),
        ("end", { $0.end }),
        ("gathered", { $0.isGathered ? 1 : 0 }),
        ("loads_list", { $0.newList == nil ? 0 : 1 }),
        // Importance is for a lane with the cascade, whose controller asks for it.
        ("accumulates", { _ in 0 }),
        ("tile_size", { $0.tileSizeCode }),
        ("msb_bits", { $0.settings.keyFormat.msbBits }),
        ("lsb_bits", { $0.settings.keyFormat.lsbBits }),
        ("value_bits", { $0.settings.valueFormat.bits }),
        ("scale_mantissa", { $0.scale.mantissa }),
        ("scale_shift", { $0.scale.shift }),
        ("refine", { RefineMode.allCases.firstIndex(of: $0.pruning.refine)! }),
        ("confidence", { $0.pruning.confidence }),
        ("value_rule", { $0.pruning.values.code.rule }),
        ("value_limit", { $0.pruning.values.code.limit }),
        ("renormalise", { $0.pruning.renormalise ? 1 : 0 }),
        ("key_msb_address", { $0.keyMSBAddress }),
        ("key_lsb_address", { $0.keyLSBAddress }),
        ("value_address", { $0.valueAddress }),
    ]
}

/// Rows for a lane that prunes, the memory they read, and what the golden model makes of each.
public struct SpAttenProgram: Sendable {
    public let configuration: SpAttenConfiguration
    public private(set) var jobs: [SpAttenRowJob] = []
    public private(set) var expected: [SpAttenResult] = []
    /// From byte address 0 on, whole port beats.
    public var memory: [UInt8] { image.bytes }

    private var image = MemoryImage()
    /// What the lane's list holds by now.
    private var list: [Int]?

    public init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    /// Lays planes behind what is there.
    public mutating func place(_ planes: KeyValuePlanes) -> MemoryImage.Placement { image.place(planes) }

    /// Appends a row over placed planes, which hold the keys and values of its tokens. A new kept list is given to the
    /// lane only if it is not the one that it holds.
    public mutating func append(
        _ row: SpAttenRow, settings: RowSettings, pruning: PruningSettings, scope: DecisionScope = .tile,
        over planes: MemoryImage.Placement
    ) throws {
        let lane = try GoldenModel.SpAttenLane(
            configuration: configuration, settings: settings, pruning: pruning, scope: scope)
        append(row, settings: settings, pruning: pruning, tileKeys: lane.tileKeys, over: planes, expecting: try lane.run(row))
    }

    /// The same for a row whose result is known.
    mutating func append(
        _ row: SpAttenRow, settings: RowSettings, pruning: PruningSettings, tileKeys: Int,
        over planes: MemoryImage.Placement, expecting result: SpAttenResult
    ) {
        expected.append(result)
        let isGathered = row.list?.isEmpty == false
        let newList = isGathered && row.list != list ? row.list : nil
        if let newList { list = newList }
        jobs.append(SpAttenRowJob(
            query: row.query, first: row.first, end: row.end, isGathered: isGathered, newList: newList, settings: settings,
            tileSizeCode: configuration.tileSizes.firstIndex(of: tileKeys)!, pruning: pruning, scale: row.scale,
            keyMSBAddress: planes.keyMSB, keyLSBAddress: planes.keyLSB, valueAddress: planes.value))
    }

    /// What goes into a lane.
    ///
    /// - Throws: `StreamPortError` if the design is no such lane, `MemoryConfigurationError` for a memory that cannot be.
    func inputs(of design: Design, memory timing: MemoryTiming) throws -> StreamScenario {
        var scenario = StreamScenario(design)
        try scenario.send(jobs, to: "job") { job, beat in
            for field in SpAttenRowJob.fields { try beat.set(field.name, field.value(job)) }
        }
        try scenario.send(jobs, to: "query") { try $1.set("", $0.query, width: NumericFormats.queryBits) }
        let entries = jobs.compactMap(\.newList).flatMap { list in
            list.enumerated().map { (token: $1, isLast: $0 == list.count - 1) }
        }
        try scenario.send(entries, to: "list") { entry, beat in
            try beat.set("token", entry.token)
            try beat.set("last", entry.isLast)
        }
        for (channel, bytes) in configuration.channelImages(memory).enumerated() {
            try scenario.serve(bytes, request: "request_\(channel)", response: "response_\(channel)", timing: timing)
        }
        return scenario
    }

    /// The program as a scenario of a lane: every output and report checked as it comes.
    ///
    /// - Throws: As `inputs`.
    public func scenario(of design: Design, memory timing: MemoryTiming) throws -> StreamScenario {
        var scenario = try inputs(of: design, memory: timing)
        try scenario.expectRows(expected)
        return scenario
    }
}

extension SpAttenConfiguration {
    /// What each channel's memory holds: sectors in turn.
    public func channelImages(_ memory: [UInt8]) -> [[UInt8]] {
        guard channels > 1 else { return [memory] }
        return (0..<channels).map { channel in
            stride(from: channel * sectorBytes, to: memory.count, by: channels * sectorBytes).flatMap {
                memory[$0..<min($0 + sectorBytes, memory.count)]
            }
        }
    }
}

extension SpAttenProgram {
    /// The rows of a layer over planes of their own.
    init(_ layer: QuantizedLayer, expecting results: [SpAttenResult], settings: RowSettings, _ reduction: RowReduction) throws {
        self.init(reduction.configuration)
        let placements = try layer.keyValues.map { keyValues in
            place(try KeyValuePlanes(
                keys: keyValues.keys, values: keyValues.values, headSize: layer.headSize, keyFormat: settings.keyFormat,
                valueFormat: settings.valueFormat))
        }
        let tileKeys = reduction.scope == .row ? reduction.configuration.maximumRowKeys : settings.tileKeys
        for (query, result) in results.enumerated() {
            append(layer.prunedRow(query), settings: settings, pruning: reduction.pruning, tileKeys: tileKeys,
                   over: placements[layer.kvHead(ofQuery: query)], expecting: result)
        }
    }
}

extension QuantizedLayer {
    /// A query's row as a lane that prunes takes it: all keys that it sees, in order.
    func prunedRow(_ query: Int) -> SpAttenRow {
        let quantized = queries[query], keyValues = keyValues[kvHead(ofQuery: query)]
        return SpAttenRow(
            query: quantized.codes, keys: keyValues.keys, values: keyValues.values, end: keyCount(ofQuery: query),
            scale: quantized.scoreScale)
    }
}
