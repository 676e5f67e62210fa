import Configuration
import FixedPoint
import Workloads

/// A workload as one lane reads it: quantised, and laid out in memory.
public struct LaneWorkload: Sendable {
    /// As the user named it.
    public let name: String
    public let configuration: LaneConfiguration
    public let settings: RowSettings
    /// Of a lane that prunes; nil: the lane is dense.
    public let reduction: RowReduction?
    /// Nil: it runs on one lane.
    public let cluster: ClusterRun?
    public let softmaxScale: Double
    public let layers: [QuantizedLayer]

    /// What is simulated.
    public var accelerator: AcceleratorConfiguration {
        if let cluster { return .cluster(cluster.configuration) }
        return reduction.map { .spAtten($0.configuration) } ?? .lane(configuration)
    }

    /// Rows of all heads and layers.
    public var rowCount: Int { layers.reduce(0) { $0 + $1.queries.count } }

    /// Quantises every layer: scales are frozen over the keys that all rows of a layer see (its prompt), with headroom
    /// for those that come later.
    public init(
        _ workload: AttentionWorkload, name: String, preset: String, configuration: LaneConfiguration, settings: RowSettings,
        reduction: RowReduction? = nil, cluster: ClusterRun? = nil
    ) throws {
        try configuration.validate()
        try settings.validate()
        try reduction?.pruning.validate()
        guard workload.headSize == configuration.headSize else {
            throw SessionError.wrongHeadSize(
                workload: name, headSize: workload.headSize, preset: preset, presetHeadSize: configuration.headSize)
        }
        self.name = name
        self.configuration = configuration
        self.settings = settings
        self.reduction = reduction
        self.cluster = cluster
        softmaxScale = workload.softmaxScale
        layers = try concurrentMap(count: workload.layers.count) { index in
            try QuantizedLayer(
                workload.layers[index], softmaxScale: workload.softmaxScale, configuration: configuration,
                settings: settings)
        }
    }
}

/// What a lane that prunes leaves out of every row of a workload.
public struct RowReduction: Hashable, Sendable {
    public let configuration: SpAttenConfiguration
    public let pruning: PruningSettings
    public let scope: DecisionScope

    public init(configuration: SpAttenConfiguration, pruning: PruningSettings, scope: DecisionScope) {
        self.configuration = configuration
        self.pruning = pruning
        self.scope = scope
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
    /// [rows]: row r sees keys 0 ..< lengths[r].
    public let lengths: [Int]
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

    /// The keys that it sees.
    public func keyCount(ofQuery query: Int) -> Int { lengths[query % rows] }

    init(
        _ layer: AttentionLayer, softmaxScale: Double, configuration: LaneConfiguration, settings: RowSettings
    ) throws {
        if let row = layer.lengths.firstIndex(where: { $0 > configuration.maximumContext }) {
            throw SessionError.contextTooLong(
                layer: layer.index, row: row, keys: layer.lengths[row], maximum: configuration.maximumContext)
        }
        let quantizer = HostQuantizer(
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, headroom: Self.headroom)
        let promptKeys = min(layer.keys, max(1, layer.lengths.min() ?? 0))
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
                query: query.codes, keyCount: layer.lengths[row], scale: query.scoreScale, tileKeys: settings.tileKeys,
                over: placements[layer.kvHead(ofHead: head)])
        }

        self.index = layer.index
        heads = layer.heads
        rows = layer.rows
        headSize = layer.headSize
        lengths = layer.lengths
        expectedOutput = layer.expectedOutput
        self.keyValues = keyValues
        self.queries = queries
        self.program = program
    }

    /// What keys and values after the prompt may exceed it by. With 1.10, 0.1 to 0.2 % of them saturate on a trained
    /// model, and that is all of the error of 12-bit keys.
    static let headroom = 1.25
}
