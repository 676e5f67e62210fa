import Configuration
import FixedPoint
import GoldenModel
import Workloads

/// Rows for a lane and what the golden model makes of them: the stimulus and the expectation of a test.
public struct LaneVectors: Sendable {
    public let configuration: LaneConfiguration
    public private(set) var program = LaneProgram()
    /// One row of `headSize` elements a job.
    public private(set) var expected: [[Int16]] = []
    /// What each row is: `row 3: random, 129 keys of 8+4 bits, values of 12 bits, tiles of 128`.
    public private(set) var notes: [String] = []

    public init(configuration: LaneConfiguration) {
        self.configuration = configuration
    }

    /// Keys and values that lie in the program's memory, for rows to see.
    public struct Context: Sendable {
        let keys, values: [Int16]
        let planes: LaneProgram.Placement
    }

    /// Lays `keys` and `values`, codes of [keys x headSize], into the memory.
    public mutating func place(
        keys: [Int16], values: [Int16], keyFormat: KeyFormat, valueFormat: ValueFormat
    ) throws(PackingError) -> Context {
        let planes = try KeyValuePlanes(
            keys: keys, values: values, headSize: configuration.headSize, keyFormat: keyFormat, valueFormat: valueFormat)
        return Context(keys: keys, values: values, planes: program.place(planes))
    }

    /// Adds a row over the first `keyCount` keys of `context`; `origin` says in a word or two where it comes from.
    ///
    /// Throws `ConfigurationError` or `LaneInputError` if the lane cannot run it.
    public mutating func append(
        query: [Int16], keyCount: Int, scale: ScoreScale, tileKeys: Int, over context: Context, origin: String
    ) throws {
        let (keyFormat, valueFormat) = (context.planes.keyFormat, context.planes.valueFormat)
        let model = try GoldenModel.Lane(
            configuration: configuration,
            settings: RowSettings(tileKeys: tileKeys, keyFormat: keyFormat, valueFormat: valueFormat))
        let row = LaneRow(query: query, keys: context.keys, values: context.values, keyCount: keyCount, scale: scale)
        expected.append(try model.run(row).outputs)
        notes.append(
            "row \(notes.count): \(origin), \(keyCount) keys of \(keyFormat) bits, values of \(valueFormat) bits, "
                + "tiles of \(tileKeys)")
        program.append(query: query, keyCount: keyCount, scale: scale, tileKeys: tileKeys, over: context.planes)
    }
}

extension LaneVectors {
    /// Adds a row of random codes of their whole range, seen through a random scale: from flat to one key alone.
    public mutating func appendRandom(
        keyCount: Int, settings: RowSettings, using generator: inout SeededGenerator
    ) throws {
        let context = try placeRandom(keyCount: keyCount, settings: settings, using: &generator)
        try appendRandom(keyCount: keyCount, tileKeys: settings.tileKeys, over: context, using: &generator)
    }

    /// Adds `rows` rows of random settings and contexts: no key, one, around a tile's end, or any number of keys up to
    /// `largestContext`.
    public mutating func appendRandom(
        rows: Int, largestContext: Int, using generator: inout SeededGenerator
    ) throws {
        for _ in 0..<rows {
            let settings = RowSettings.all[generator.below(RowSettings.all.count)]
            let tile = settings.tileKeys
            let drawn = [0, 1, tile - 1, tile, tile + 1, generator.below(largestContext + 1)][generator.below(6)]
            try appendRandom(
                keyCount: drawn <= largestContext ? drawn : generator.below(largestContext + 1), settings: settings,
                using: &generator)
        }
    }

    /// Random keys and values of their formats' whole range.
    public mutating func placeRandom(
        keyCount: Int, settings: RowSettings, using generator: inout SeededGenerator
    ) throws(PackingError) -> Context {
        let elements = keyCount * configuration.headSize
        return try place(
            keys: codes(elements, of: settings.keyFormat.codeRange, using: &generator),
            values: codes(elements, of: settings.valueFormat.codeRange, using: &generator),
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
    }

    /// Adds a row with a random query and scale.
    public mutating func appendRandom(
        keyCount: Int, tileKeys: Int, over context: Context, using generator: inout SeededGenerator
    ) throws {
        let half = 1 << (NumericFormats.queryBits - 1)
        let query = codes(configuration.headSize, of: -half...half - 1, using: &generator)
        // Scores of such codes spread over about this many bits; scaled, over -3 to 8 bits before the point.
        let scoreBits = NumericFormats.queryBits + context.planes.keyFormat.bits + ceilLog2(configuration.headSize) / 2 - 3
        let unit = scoreBits + NumericFormats.scaleMantissaBits - 1 - NumericFormats.scaledScoreFractionBits
        let scale = try ScoreScale(
            mantissa: generator.below(1 << NumericFormats.scaleMantissaBits), shift: unit + 3 - generator.below(12))
        try append(query: query, keyCount: keyCount, scale: scale, tileKeys: tileKeys, over: context, origin: "random")
    }

    private func codes(_ count: Int, of range: ClosedRange<Int>, using generator: inout SeededGenerator) -> [Int16] {
        (0..<count).map { _ in Int16(range.lowerBound + generator.below(range.count)) }
    }
}

extension LaneVectors {
    /// Adds a row of real tensors: the query at (`head`, `row`) over the first `keyCount` keys, which are quantized as
    /// a prompt.
    public mutating func append(
        _ workload: AttentionWorkload, layer index: Int, head: Int, row: Int, keyCount: Int, settings: RowSettings
    ) throws {
        guard let layer = workload.layers.first(where: { $0.index == index }) else {
            preconditionFailure("the workload has no layer \(index)")
        }
        let first = layer.keyRange(kvHead: layer.kvHead(ofHead: head), key: 0).lowerBound
        let elements = first..<first + keyCount * layer.headSize
        let quantizer = HostQuantizer(keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        let quantized = try quantizer.quantize(
            keys: Array(layer.key[elements]), values: Array(layer.value[elements]), headSize: layer.headSize)
        let query = try quantized.scales.encodeQuery(
            Array(layer.query[layer.queryRange(head: head, row: row)]), softmaxScale: workload.softmaxScale)
        let context = try place(
            keys: quantized.keys, values: quantized.values, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        try append(
            query: query.codes, keyCount: keyCount, scale: query.scoreScale, tileKeys: settings.tileKeys, over: context,
            origin: "query \(row) of layer \(index), head \(head)")
    }
}
