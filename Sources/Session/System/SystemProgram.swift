import Configuration
import Driver
import FixedPoint
import GoldenModel
import SeededRandom

/// Jobs for a `LeanSpAtten`: the memory that they find, chains of descriptors, and what the golden model says must be in memory
/// when they are done. Whatever no job has to write must stay as it was.
public struct SystemProgram: CheckedSystemProgram {
    public typealias Step = SystemStep<Job>

    public struct Job: CheckedJob {
        public var descriptor: JobDescriptor
        /// In order, but for the completion record.
        public let writes: [ExpectedWrite]
        /// Its `cycles` mean nothing.
        public let completion: CompletionRecord

        public var id: UInt32 { descriptor.id }
        public var region: DeviceRegion { descriptor.region }
        public var completionAddress: Int? { descriptor.completion }
        public var interrupts: Bool { descriptor.interrupts }
        public var outputs: ArraySlice<ExpectedWrite> { writes.prefix(descriptor.heads) }

        public static func submit(_ chain: [Job], to driver: LeanSpAttenDriver) throws -> LeanSpAttenDriver.Chain {
            try driver.submit(chain.map(\.descriptor))
        }
    }

    /// Keys and values of a layer's heads.
    public struct Layer: Sendable {
        public fileprivate(set) var store: KeyValueStore
        /// Per head, [tokens x headSize].
        public fileprivate(set) var keys, values: [[Int16]]
    }

    /// What rows of a layer are computed with.
    public struct LayerWork: Sendable {
        public var layer: Layer
        public var heads: [HeadRecord]
        public var tileKeys: Int
        public var pruning: PruningSettings
        public var options: JobOptions

        public init(
            _ layer: Layer, heads: [HeadRecord], tileKeys: Int, pruning: PruningSettings = .dense, options: JobOptions = JobOptions()
        ) {
            (self.layer, self.heads, self.tileKeys, self.pruning, self.options) = (layer, heads, tileKeys, pruning, options)
        }
    }

    /// What a job does beside its rows, and how its memory is laid out.
    public struct JobOptions: Sendable {
        public var writesList = false, hasCompletion = true, interrupts = false
        /// Bytes between the records, and between the outputs, of two heads, beyond what they need: multiples of 64.
        public var recordGap = 0, outputGap = 0

        public init() {}
    }

    /// Where a sequence's state lies.
    public struct StatePlace: Sendable {
        public let region: DeviceRegion
    }

    public let configuration: SystemConfiguration
    private var laid: DeviceImage
    /// Of the memory at the beginning, all of it from `base` on.
    public var image: [UInt8] { laid.bytes }
    public var base: Int { laid.base }
    public private(set) var steps: [Step] = []
    private var nextID: UInt32

    /// - Parameters:
    ///   - region: The memory that it may lay out; `base` is its address.
    ///   - seed: Of the bytes that mean nothing.
    ///   - firstID: Of its jobs, which count on from there.
    public init(_ configuration: SystemConfiguration, region: DeviceRegion, seed: UInt64, firstID: UInt32 = 1) throws {
        self.configuration = configuration
        laid = try DeviceImage(region, seed: seed)
        nextID = firstID
    }

    public var jobs: [Job] { steps.flatMap { $0.chains.flatMap { $0 } } }

    private var headSize: Int { configuration.lane.lane.headSize }

    // MARK: Memory

    private mutating func allocate(_ bytes: Int) throws -> DeviceRegion { try laid.allocate(bytes) }
    private mutating func lay(_ bytes: [UInt8], at address: Int) { laid.lay(bytes, at: address) }

    /// Makes room for `capacity` tokens of a layer's heads; there are none yet.
    public mutating func placeLayer(heads: Int, keyFormat: KeyFormat, valueFormat: ValueFormat, capacity: Int) throws -> Layer {
        let store = try laid.placeStore(
            heads: heads, headSize: headSize, keyFormat: keyFormat, valueFormat: valueFormat, capacity: capacity)
        return Layer(
            store: store, keys: [[Int16]](repeating: [], count: heads), values: [[Int16]](repeating: [], count: heads))
    }

    /// Appends tokens to all heads of a layer: before everything, or by the host before the next chain that is appended.
    ///
    /// - Parameter rows: Per head, keys and values of [tokens x headSize].
    public mutating func append(_ rows: [(keys: [Int16], values: [Int16])], to layer: inout Layer, byHost: Bool) throws {
        let recorder = WriteRecorder()
        for (head, row) in rows.enumerated() {
            try layer.store.append(head: head, keys: row.keys, values: row.values, to: recorder)
            layer.keys[head] += row.keys
            layer.values[head] += row.values
        }
        if byHost { pendingWrites += recorder.writes } else { for write in recorder.writes { lay(write.bytes, at: write.address) } }
    }

    private var pendingWrites: [(address: Int, bytes: [UInt8])] = []

    /// Room for the state of any sequence; if one is given its state is there.
    public mutating func placeState(of sequence: CascadeProgram.Sequence? = nil) throws -> StatePlace {
        let lanes = configuration.lane.importanceLanes
        let words = 1 + (configuration.lane.maximumRowKeys + configuration.maximumHeads) / lanes
        let place = StatePlace(region: try allocate(words * 8 * lanes))
        if let sequence { lay(stateBytes(sequence), at: place.region.address) }
        return place
    }

    private func stateBytes(_ sequence: CascadeProgram.Sequence) -> [UInt8] {
        CascadeStateWord.words(of: sequence.cascade, heads: configuration.maximumHeads, lanes: configuration.lane.importanceLanes).flatMap(\.bytes)
    }

    // MARK: Jobs

    /// Gives chains to the accelerator, after what the host has to write.
    ///
    /// - Parameter waits: All chains before are done when the host writes.
    public mutating func append(_ chains: [[Job]], waits: Bool = true) {
        if waits || steps.isEmpty || !pendingWrites.isEmpty { steps.append(Step(hostWrites: pendingWrites)) }
        pendingWrites = []
        steps[steps.count - 1].chains += chains
    }

    /// Rows by themselves, over the first `context` tokens or those of a list; the job is not given yet.
    public mutating func directJob(_ work: LayerWork, context: Int, list: [Int]? = nil) throws -> Job {
        var work = work
        work.options.writesList = false
        let place = try place(work, list: nil)
        var tokens: JobDescriptor.TokenList?
        if let list {
            let region = try allocate(4 * list.count)
            lay(list.flatMap { UInt32($0).littleEndianBytes }, at: region.address)
            tokens = JobDescriptor.TokenList(address: region.address, entries: list.count)
        }
        let lane = try lane(work)
        let results = try work.heads.indices.map { head in
            try lane.run(row(work, head, list: list, end: list?.count ?? context))
        }
        return job(work, place, rows: .direct(tokens), context: context, results: results, selected: nil, state: nil)
    }

    /// The jobs of an iteration's layers, in order; none is given yet.
    ///
    /// - Parameters:
    ///   - slot: Where on chip the sequence is, or comes.
    ///   - isNew: The sequence has no tokens yet, and begins.
    ///   - state: Where it lies, whether it is loaded before and saved after.
    public mutating func iteration(
        of sequence: inout CascadeProgram.Sequence, slot: Int = 0, context: Int, isNew: Bool, layers: [LayerWork],
        state: (place: StatePlace, restores: Bool, saves: Bool)? = nil
    ) throws -> [Job] {
        let heads = sequence.cascade.heads, tokensBefore = sequence.cascade.tokenImportance.context
        let begins = JobDescriptor.Iteration(
            layers: layers.count, isNewSequence: isNew, settings: sequence.cascade.settings, tokens: KeepRatio(sequence.tokenRatios),
            heads: KeepRatio(sequence.headRatios))
        try sequence.cascade.beginIteration(context: context)
        var jobs: [Job] = [], before: [Int]?
        for (index, work) in layers.enumerated() {
            let kept = try sequence.cascade.beginLayer(), lane = try lane(work)
            var results: [SpAttenResult?] = []
            for head in 0..<heads {
                guard kept.keepsHead[head] else {
                    results.append(nil)
                    continue
                }
                let result = try lane.run(row(work, head, list: kept.tokens, end: kept.tokens?.count ?? context))
                try sequence.cascade.accumulate(result, head: head, headScale: work.heads[head].headScale)
                results.append(result)
            }
            let selects = kept.tokens != before && kept.keepsHead.contains(true)
            before = kept.tokens
            let isFirst = index == 0, isLast = index == layers.count - 1
            var use: JobDescriptor.State?
            if let state, isFirst && state.restores || isLast && state.saves {
                use = JobDescriptor.State(
                    address: state.place.region.address, restoredTokens: isFirst && state.restores ? tokensBefore : nil,
                    isSaved: isLast && state.saves)
            }
            let place = try place(work, list: selects ? kept.tokens : nil)
            let saved = use?.isSaved == true ? (state!.place, stateBytes(sequence)) : nil
            jobs.append(job(
                work, place, rows: .cascade(begins: isFirst ? begins : nil), slot: slot, context: context, results: results,
                selected: selects ? kept.tokens : nil, state: use, saved: saved))
        }
        return jobs
    }

    private func lane(_ work: LayerWork) throws -> GoldenModel.SpAttenLane {
        let store = work.layer.store, lane = configuration.lane
        // The largest tile is the whole row.
        let isRow = work.tileKeys == lane.maximumRowKeys && !RowSettings.tileSizes.contains(work.tileKeys)
        return try GoldenModel.SpAttenLane(
            configuration: lane,
            settings: RowSettings(
                tileKeys: work.tileKeys, keyFormat: store.keyFormat, valueFormat: store.valueFormat),
            pruning: work.pruning, scope: isRow ? .row : .tile)
    }

    private func row(_ work: LayerWork, _ head: Int, list: [Int]?, end: Int) -> SpAttenRow {
        SpAttenRow(
            query: work.heads[head].query, keys: work.layer.keys[head], values: work.layer.values[head], list: list, end: end,
            scale: work.heads[head].scale)
    }

    /// What a job has to itself.
    private struct Place {
        let table, output: JobDescriptor.HeadSpan
        let list, completion: Int
        let region: DeviceRegion
    }

    private mutating func place(_ work: LayerWork, list: [Int]?) throws -> Place {
        let heads = work.heads.count
        let recordStride = configuration.headRecordBytes + work.options.recordGap
        let table = try allocate(heads * recordStride)
        for (head, record) in work.heads.enumerated() { lay(try record.bytes(), at: table.address + head * recordStride) }
        let outputStride = (2 * headSize + 63) / 64 * 64 + work.options.outputGap
        let outputs = heads * outputStride, completion = outputs + (4 * (list?.count ?? 0) + 63) / 64 * 64
        // Bytes around it, which are to stay.
        let all = try allocate(64 + completion + 64 + 64)
        return Place(
            table: JobDescriptor.HeadSpan(address: table.address, stride: recordStride),
            output: JobDescriptor.HeadSpan(address: all.address + 64, stride: outputStride), list: all.address + 64 + outputs,
            completion: all.address + 64 + completion, region: DeviceRegion(address: all.address + 64, bytes: completion + 64))
    }

    private mutating func job(
        _ work: LayerWork, _ place: Place, rows: JobDescriptor.Rows, slot: Int = 0, context: Int, results: [SpAttenResult?], selected: [Int]?,
        state: JobDescriptor.State?, saved: (place: StatePlace, bytes: [UInt8])? = nil
    ) -> Job {
        let id = nextID
        nextID &+= 1
        var writes = results.enumerated().map { head, result in
            ExpectedWrite(
                what: "\(result == nil ? "zeros" : "output") of head \(head)", address: place.output.address + head * place.output.stride,
                bytes: (result?.outputs ?? [Int16](repeating: 0, count: headSize)).flatMap(\.littleEndianBytes))
        }
        if let selected, work.options.writesList {
            writes.append(ExpectedWrite(what: "kept list", address: place.list, bytes: selected.flatMap { UInt32($0).littleEndianBytes }))
        }
        var region = place.region
        if let saved {
            writes.append(ExpectedWrite(what: "state", address: saved.place.region.address, bytes: saved.bytes))
            let first = min(region.address, saved.place.region.address), end = max(region.end, saved.place.region.end)
            region = DeviceRegion(address: first, bytes: end - first)
        }
        let computed = results.compactMap { $0 }
        let store = work.layer.store
        return Job(
            descriptor: JobDescriptor(
                id: id, rows: rows, slot: slot, context: context, heads: results.count,
                settings: RowSettings(tileKeys: work.tileKeys, keyFormat: store.keyFormat, valueFormat: store.valueFormat),
                pruning: work.pruning, headTable: place.table, planes: store.planes, output: place.output, region: region,
                completion: work.options.hasCompletion ? place.completion : nil,
                keptList: work.options.writesList ? place.list : nil, state: state, interrupts: work.options.interrupts),
            writes: writes,
            completion: CompletionRecord(
                id: id, rows: computed.count, skippedRows: results.count - computed.count, faultyRows: 0,
                keptTokens: selected?.count ?? 0, unrefinedMass: computed.map(\.report.unrefinedMass).max() ?? 0,
                droppedMass: computed.map(\.report.droppedMass).max() ?? 0, cycles: 0))
    }

    /// Which plane an address belongs to, by all stores of the jobs; everything else is `control`.
    public var readKind: @Sendable (Int) -> SystemSimulation.ReadKind {
        SystemSimulation.ReadKind.of(jobs.flatMap { $0.descriptor.planes.ranges(heads: $0.descriptor.heads) })
    }
}

extension KeepRatio {
    init(_ line: RatioLine) { self.init(unpruned: min(line.unpruned, 255), start: line.start, step: line.step) }
}

extension CascadeStateWord {
    /// As it lies in memory: numbers, then births.
    var bytes: [UInt8] { (numbers + born).flatMap(\.littleEndianBytes) }
}
