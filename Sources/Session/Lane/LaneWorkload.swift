import Configuration
import FixedPoint
import Workloads

/// A workload as one lane reads it: quantised, and laid out in memory.
public struct LaneWorkload: Sendable {
    /// As the user named it.
    public let name: String
    public let configuration: LaneConfiguration
    public let settings: RowSettings
    public let kind: LaneKind
    public let softmaxScale: Double
    public let layers: [QuantizedLayer]

    public var reduction: RowReduction? { kind.reduction }

    /// What is simulated.
    public var accelerator: AcceleratorConfiguration { Self.accelerator(of: kind, configuration) }

    private static func accelerator(of kind: LaneKind, _ lane: LaneConfiguration) -> AcceleratorConfiguration {
        switch kind {
        case .dense: .lane(lane)
        case .prunes(let reduction): .spAtten(reduction.configuration)
        case .cascade(let reduction, _): .cascade(reduction.configuration)
        case .system(let system, _, _): .system(system)
        case .prefill(let configuration, _): .prefill(configuration)
        case .cluster(let run): .cluster(run.configuration)
        case .leanSystem(let system, _): .leanSystem(system)
        }
    }

    /// What is simulated by itself: layers, or all of them as a cascade.
    public var runCount: Int { kind.cascade == nil ? layers.count : 1 }

    /// Rows of all heads and layers.
    public var rowCount: Int { layers.reduce(0) { $0 + $1.queries.count } }

    /// Quantises every layer: scales are frozen over the keys that all rows of a layer see (its prompt), with headroom
    /// for those that come later; in prefill, where all keys are known before the first row, over all.
    public init(
        _ workload: AttentionWorkload, name: String, preset: String, configuration: LaneConfiguration, settings: RowSettings,
        kind: LaneKind = .dense
    ) throws {
        try Self.accelerator(of: kind, configuration).validate()
        try settings.validate()
        try kind.reduction?.pruning.validate()
        if case .prefill(let configuration, _) = kind { try configuration.validate(settings) }
        guard workload.headSize == configuration.headSize else {
            throw SessionError.wrongHeadSize(
                workload: name, headSize: workload.headSize, preset: preset, presetHeadSize: configuration.headSize)
        }
        if let cluster = kind.cluster {
            for layer in workload.layers {
                try cluster.validate(heads: layer.heads, kvHeads: layer.kvHeads, layer: layer.index, settings: settings)
            }
        }
        self.name = name
        self.configuration = configuration
        self.settings = settings
        self.kind = kind
        softmaxScale = workload.softmaxScale
        layers = try concurrentMap(count: workload.layers.count) { index in
            try QuantizedLayer(
                workload.layers[index], softmaxScale: workload.softmaxScale, configuration: configuration,
                settings: settings, mask: kind.mask)
        }
    }
}

/// One layer of a workload in the integers of the hardware, with the program that runs it on a lane.
public struct QuantizedLayer: Sendable {
    /// N of the tensor names `layerN.*`.
    public let index: Int
    public let heads: Int
    /// Query rows of each head.
    public let rows: Int
    public let headSize: Int
    /// [rows]: row r sees keys firstKeys[r] ..< lengths[r]; only a window in prefill begins behind key 0.
    public let firstKeys, lengths: [Int]
    /// [kvHeads].
    public let keyValues: [QuantizedKeyValues]
    /// [heads x rows].
    public let queries: [QuantizedQuery]
    /// [heads x rows x headSize] in real units, if the workload brings it.
    public let expectedOutput: [Float]?
    /// One job for each of `queries`, in their order.
    public let program: LaneProgram

    public var kvHeads: Int { keyValues.count }
    public var keys: Int { keyValues[0].keyCount }

    /// The KV head that query (and job, and output row) `query` reads.
    public func kvHead(ofQuery query: Int) -> Int { query / rows / (heads / kvHeads) }

    /// The end of the keys that it sees.
    public func keyCount(ofQuery query: Int) -> Int { lengths[query % rows] }

    /// The keys that it sees.
    public func keys(ofQuery query: Int) -> Range<Int> { firstKeys[query % rows]..<lengths[query % rows] }

    init(
        _ layer: AttentionLayer, softmaxScale: Double, configuration: LaneConfiguration, settings: RowSettings, mask: PrefillMask?
    ) throws {
        let lengths = mask == .full ? layer.lengths.map { _ in layer.keys } : layer.lengths
        if let row = lengths.firstIndex(where: { $0 > configuration.maximumContext }) {
            throw SessionError.contextTooLong(
                layer: layer.index, row: row, keys: lengths[row], maximum: configuration.maximumContext)
        }
        if case .window(let width) = mask {
            firstKeys = lengths.map { max(0, $0 - width) }
        } else {
            firstKeys = lengths.map { _ in 0 }
        }
        let quantizer = HostQuantizer(
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, headroom: Self.headroom)
        let promptKeys = mask == nil ? min(layer.keys, max(1, lengths.min() ?? 0)) : layer.keys
        let keyValues = try (0..<layer.kvHeads).map { head in
            let start = head * layer.keys * layer.headSize
            let elements = start..<start + layer.keys * layer.headSize
            do throws(QuantizationError) {
                return try quantizer.quantize(
                    keys: Array(layer.key[elements]), values: Array(layer.value[elements]), headSize: layer.headSize,
                    promptKeys: promptKeys)
            } catch {
                throw SessionError.notQuantizable(layer: layer.index, head: head, row: nil, error)
            }
        }
        let queries = try (0..<layer.heads).flatMap { head in
            let scales = keyValues[layer.kvHead(ofHead: head)].scales
            return try (0..<layer.rows).map { row in
                do throws(QuantizationError) {
                    return try scales.encodeQuery(
                        Array(layer.query[layer.queryRange(head: head, row: row)]), softmaxScale: softmaxScale)
                } catch {
                    throw SessionError.notQuantizable(layer: layer.index, head: head, row: row, error)
                }
            }
        }

        var program = LaneProgram()
        let placements = try keyValues.map { keyValues in
            program.place(try KeyValuePlanes(
                keys: keyValues.keys, values: keyValues.values, headSize: layer.headSize, keyFormat: settings.keyFormat,
                valueFormat: settings.valueFormat))
        }
        for (index, query) in queries.enumerated() {
            let (head, row) = index.quotientAndRemainder(dividingBy: layer.rows)
            program.append(
                query: query.codes, keyCount: lengths[row], scale: query.scoreScale, tileKeys: settings.tileKeys,
                over: placements[layer.kvHead(ofHead: head)])
        }

        self.index = layer.index
        heads = layer.heads
        rows = layer.rows
        headSize = layer.headSize
        self.lengths = lengths
        // The workload's own are of the keys that its rows see.
        expectedOutput = lengths == layer.lengths && firstKeys.allSatisfy { $0 == 0 } ? layer.expectedOutput : nil
        self.keyValues = keyValues
        self.queries = queries
        self.program = program
    }

    /// What keys and values after the prompt may exceed it by. With 1.10, 0.1 to 0.2 % of them saturate on a trained
    /// model, and that is all of the error of 12-bit keys.
    static let headroom = 1.25
}
