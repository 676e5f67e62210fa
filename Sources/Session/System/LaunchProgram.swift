import Configuration
import Driver
import FixedPoint
import GoldenModel

/// Launches for a `LeanSpAtten` of dense lanes: the memory that they find, chains of descriptors, and what the golden model says must
/// be in memory when they are done. Whatever no launch has to write must stay as it was.
public struct LaunchProgram: CheckedSystemProgram {
    public struct Launch: CheckedJob {
        public var descriptor: LaunchDescriptor
        /// Of its rows, as they are numbered.
        public let writes: [ExpectedWrite]
        public let completion: CompletionRecord
        fileprivate let planes: [(range: Range<Int>, kind: SystemSimulation.ReadKind)]

        public var id: UInt32 { descriptor.id }
        public var region: DeviceRegion { descriptor.region }
        public var completionAddress: Int? { descriptor.completion }
        public var interrupts: Bool { descriptor.interrupts }
        public var outputs: ArraySlice<ExpectedWrite> { writes[...] }

        public static func submit(_ chain: [Launch], to driver: LeanSpAttenDriver) throws -> LeanSpAttenDriver.Chain {
            try driver.submit(launches: chain.map(\.descriptor))
        }
    }

    /// One attention layer. Queries are numbered head by head, within a head sequence by sequence, within an output row by row.
    public struct Layer: Sendable {
        public var settings: RowSettings
        public var heads, rows: Int
        /// Of each sequence's heads: `heads` of them, or one that all heads share.
        public var codes: [[HeadCodes]]
        public var queries: [QueryRecord]

        public init(settings: RowSettings, heads: Int, rows: Int, codes: [[HeadCodes]], queries: [QueryRecord]) {
            (self.settings, self.heads, self.rows, self.codes, self.queries) = (settings, heads, rows, codes, queries)
        }
    }

    /// The same over keys and values that lie in memory, and what must come out.
    struct PlacedLayer {
        let settings: RowSettings
        let heads, rows: Int
        /// Planes of each, and how many keys of them it has. All planes have the same strides.
        let sequences: [(store: KeyValueStore, keys: Int)]
        let queries: [QueryRecord]
        let outputs: [[Int16]]
    }

    /// What a launch does beside its rows, and how its memory is laid out.
    public struct LaunchOptions: Sendable {
        public var hasCompletion = true, interrupts = false
        /// Bytes between two rows' records, and outputs, beyond what they need: multiples of 64.
        public var recordGap = 0, outputGap = 0
        /// Rows of one number lie together, of all heads; else those of one head.
        public var rowsFirst = false

        public init() {}
    }

    public let configuration: LeanSystemConfiguration
    private var laid: DeviceImage
    /// Of the memory at the beginning, all of it from `base` on.
    public var image: [UInt8] { laid.bytes }
    public var base: Int { laid.base }
    public private(set) var chains: [[Launch]] = []
    /// The host has nothing to write between launches.
    public var steps: [SystemStep<Launch>] { [SystemStep(chains: chains)] }
    private var nextID: UInt32

    /// - Parameters:
    ///   - region: The memory that it may lay out; `base` is its address.
    ///   - seed: Of the bytes that mean nothing.
    ///   - firstID: Of its launches, which count on from there.
    public init(_ configuration: LeanSystemConfiguration, region: DeviceRegion, seed: UInt64, firstID: UInt32 = 1) throws {
        self.configuration = configuration
        laid = try DeviceImage(region, seed: seed)
        nextID = firstID
    }

    public var launches: [Launch] { chains.flatMap { $0 } }

    /// Gives chains to the accelerator.
    public mutating func append(_ chains: [[Launch]]) { self.chains += chains }
    /// Other chains, of launches of this program.
    public mutating func replaceChains(_ chains: [[Launch]]) { self.chains = chains }

    private var headSize: Int { configuration.laneGeometry.headSize }

    /// Lays out a layer and computes what must come out of it; it is not given yet.
    public mutating func launch(_ layer: Layer, cut: LaunchDescriptor.Cut, options: LaunchOptions = LaunchOptions()) throws -> Launch {
        let shared = layer.codes.allSatisfy { $0.count == 1 }
        precondition(shared || layer.codes.allSatisfy { $0.count == layer.heads }, "all sequences share their heads or none does")
        let keys = layer.codes.map { $0[0].keys.count / headSize }
        // The strides are those of the longest.
        let stores = try layer.codes.map { try place($0, settings: layer.settings, capacity: keys.max() ?? 0) }
        return try launch(
            PlacedLayer(
                settings: layer.settings, heads: layer.heads, rows: layer.rows, sequences: zip(stores, keys).map { ($0, $1) },
                queries: layer.queries, outputs: try expected(layer, shared: shared)),
            cut: cut, options: options)
    }

    /// Lays out all of a layer but keys and values.
    mutating func launch(_ layer: PlacedLayer, cut: LaunchDescriptor.Cut, options: LaunchOptions = LaunchOptions()) throws -> Launch {
        let sequences = layer.sequences.count, heads = layer.heads, rows = layer.rows
        precondition(layer.queries.count == heads * sequences * rows, "a query a row")
        func strides(_ bytes: Int, gap: Int) -> LaunchDescriptor.RowStrides {
            let step = bytes + gap
            return options.rowsFirst ? .init(head: step, row: heads * step) : .init(head: rows * step, row: step)
        }
        let queries = strides(configuration.headRecordBytes, gap: options.recordGap)
        let outputs = strides(2 * headSize, gap: options.outputGap)
        let outputBytes = heads * rows * (2 * headSize + options.outputGap)
        // Bytes around it, which are to stay.
        let all = try laid.allocate(64 + sequences * outputBytes + 64 + 64)
        let region = DeviceRegion(address: all.address + 64, bytes: sequences * outputBytes + 64)
        var records: [SequenceRecord] = []
        for (sequence, (store, keys)) in layer.sequences.enumerated() {
            let table = try laid.allocate(heads * rows * (configuration.headRecordBytes + options.recordGap))
            for head in 0..<heads {
                for row in 0..<rows {
                    let query = layer.queries[(head * sequences + sequence) * rows + row]
                    laid.lay(try query.bytes(), at: table.address + head * queries.head + row * queries.row)
                }
            }
            records.append(SequenceRecord(
                keys: keys, keyMSB: store.planes.keyMSB.address, keyLSB: store.planes.keyLSB?.address ?? 0,
                value: store.planes.value.address, queries: table.address, output: region.address + sequence * outputBytes))
        }
        let sequenceTable = try laid.allocate(sequences * RecordLayout.sequenceRecord.bytes)
        laid.lay(try records.flatMap { try $0.bytes() }, at: sequenceTable.address)

        let writes = layer.outputs.enumerated().map { number, output in
            let row = number % rows, sequence = number / rows % sequences, head = number / rows / sequences
            return ExpectedWrite(
                what: "output of head \(head), sequence \(sequence), row \(row)",
                address: records[sequence].output + head * outputs.head + row * outputs.row,
                bytes: output.flatMap(\.littleEndianBytes))
        }
        let first = layer.sequences[0].store, planes = first.planes
        // Heads share the planes of one.
        func stride(_ span: JobDescriptor.HeadSpan?) -> Int { first.heads == 1 ? 0 : span?.stride ?? 0 }
        let id = nextID
        nextID &+= 1
        return Launch(
            descriptor: LaunchDescriptor(
                id: id, sequences: sequences, heads: heads, rows: rows, settings: layer.settings, cut: cut, sequenceTable: sequenceTable.address,
                planes: .init(keyMSB: stride(planes.keyMSB), keyLSB: stride(planes.keyLSB), value: stride(planes.value)),
                queries: queries, outputs: outputs, region: region, completion: options.hasCompletion ? region.end - 64 : nil,
                interrupts: options.interrupts),
            writes: writes,
            completion: CompletionRecord(
                id: id, rows: writes.count & 0xFFFF, skippedRows: 0, faultyRows: 0, keptTokens: 0, unrefinedMass: 0, droppedMass: 0,
                cycles: 0),
            planes: layer.sequences.flatMap { $0.store.planes.ranges(heads: $0.store.heads) })
    }

    /// Lays out keys and values of a sequence's heads.
    ///
    /// - Parameter capacity: Keys of a head that there is room for.
    mutating func place(_ heads: [HeadCodes], settings: RowSettings, capacity: Int) throws -> KeyValueStore {
        var store = try laid.placeStore(
            heads: heads.count, headSize: headSize, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat,
            capacity: max(1, capacity))
        let recorder = WriteRecorder()
        for (head, codes) in heads.enumerated() where !codes.keys.isEmpty {
            try store.append(head: head, keys: codes.keys, values: codes.values, to: recorder)
        }
        for write in recorder.writes { laid.lay(write.bytes, at: write.address) }
        return store
    }

    /// The rows as queries are numbered.
    private func expected(_ layer: Layer, shared: Bool) throws -> [[Int16]] {
        let lane = configuration.laneGeometry, settings = layer.settings, sequences = layer.codes.count
        let golden = try Lane(configuration: lane, settings: settings)
        return try concurrentMap(count: layer.queries.count) { number in
            let query = layer.queries[number], head = number / layer.rows / sequences
            let codes = layer.codes[number / layer.rows % sequences][shared ? 0 : head]
            let result = try golden.run(LaneRow(
                query: query.query, keys: codes.keys, values: codes.values, keyCount: codes.keys.count / lane.headSize,
                scale: query.scale))
            guard let sink = query.sink else { return result.outputs }
            guard let golden = AttentionSink(reference: sink.reference, weight: sink.weight) else {
                preconditionFailure("a sink that hardware does not accept")
            }
            return Normalizer.outputs(
                MergeUnit.merge(result.state, golden.state(headSize: lane.headSize)), valueFormat: settings.valueFormat)
        }
    }

    /// Which plane an address belongs to; everything else is `control`.
    public var readKind: @Sendable (Int) -> SystemSimulation.ReadKind { SystemSimulation.ReadKind.of(launches.flatMap(\.planes)) }
}
