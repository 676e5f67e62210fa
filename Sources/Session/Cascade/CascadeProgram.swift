import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import Verification

/// Iterations of one sequence or of several that take turns, for a lane with the cascade: what the host says, the memory that
/// the lane reads, and what the golden model makes of it.
///
/// Which tokens and heads a layer computes is decided by both sides for themselves: the golden cascade accumulates the
/// golden rows, the hardware its own.
public struct CascadeProgram: Sendable {
    /// What one head brings to a layer.
    public struct HeadRow: Sendable {
        /// [headSize], 12 bits signed.
        public var query: [Int16]
        /// [tokens x headSize], the context's or more.
        public var keys, values: [Int16]
        public var scale: ScoreScale
        /// In proportion to the head's value scale: 16 bits.
        public var headScale: Int
        public var planes: MemoryImage.Placement

        public init(
            query: [Int16], keys: [Int16], values: [Int16], scale: ScoreScale, headScale: Int, planes: MemoryImage.Placement
        ) {
            (self.query, self.keys, self.values) = (query, keys, values)
            (self.scale, self.headScale, self.planes) = (scale, headScale, planes)
        }
    }

    /// A sequence with the state that the golden cascade has of it.
    public struct Sequence: Sendable {
        public internal(set) var cascade: Cascade
        let tokenRatios, headRatios: RatioLine

        /// One that begins.
        public init(layers: Int, heads: Int, tokenRatios: RatioLine, headRatios: RatioLine, settings: CascadeSettings) throws {
            self.init(
                try Cascade(
                    schedule: CascadeSchedule(tokens: tokenRatios, heads: headRatios, layers: layers), heads: heads,
                    settings: settings),
                tokenRatios: tokenRatios, headRatios: headRatios)
        }

        /// One that goes on from a state; the ratios are those of its schedule.
        init(_ cascade: Cascade, tokenRatios: RatioLine, headRatios: RatioLine) {
            (self.cascade, self.tokenRatios, self.headRatios) = (cascade, tokenRatios, headRatios)
        }
    }

    /// A row, by its iteration in the program, layer and head.
    public struct Place: Hashable, Sendable {
        public let iteration, layer, head: Int
    }

    private struct Job: Sendable {
        let row: SpAttenRowJob
        let headScale: Int
    }

    private enum Command: Sendable {
        case iterate(Sequence, context: Int)
        case save, restore

        /// As the controller is told it.
        var operation: Int {
            switch self {
            case .iterate: 0
            case .save: 1
            case .restore: 2
            }
        }
    }

    public let configuration: SpAttenConfiguration
    /// Of the rows that are computed, in order.
    public private(set) var expected: [SpAttenResult] = []
    /// Where each of them belongs.
    public private(set) var computed: [Place] = []
    /// Rows of pruned heads.
    public private(set) var skipped: [Place] = []
    /// What each layer of each iteration keeps.
    private(set) var decisions: [(context: Int, kept: CascadeLayer)] = []
    /// Tokens that each layer of each iteration keeps.
    public var keptTokens: [Int] { decisions.indices.map(keptTokens) }
    let lane: GoldenModel.SpAttenLane
    private var image = MemoryImage()
    private var commands: [Command] = []
    private var iterations = 0
    private var jobs: [Job] = []
    /// Where the keys of each of `expected` lie.
    private var keyPlanes: [Int] = []
    private(set) var saved: [CascadeStateWord] = []
    private var restored: [CascadeStateWord] = []

    public init(
        _ configuration: SpAttenConfiguration, rows: RowSettings, pruning: PruningSettings, scope: DecisionScope
    ) throws {
        self.configuration = configuration
        lane = try GoldenModel.SpAttenLane(configuration: configuration, settings: rows, pruning: pruning, scope: scope)
    }

    /// Lays planes behind what is there.
    public mutating func place(_ planes: KeyValuePlanes) -> MemoryImage.Placement { image.place(planes) }

    /// One iteration: `rows` gives what a head of a layer brings. A sequence without tokens begins; another one must be the
    /// one that the lane has.
    public mutating func appendIteration(
        of sequence: inout Sequence, context: Int, rows: (_ layer: Int, _ head: Int) throws -> HeadRow
    ) throws {
        commands.append(.iterate(sequence, context: context))
        try sequence.cascade.beginIteration(context: context)
        defer { iterations += 1 }
        for layer in 0..<sequence.cascade.schedule.layers {
            let kept = try sequence.cascade.beginLayer()
            decisions.append((context, kept))
            for head in 0..<sequence.cascade.heads {
                let place = Place(iteration: iterations, layer: layer, head: head)
                let row = try rows(layer, head)
                jobs.append(Job(row: job(row), headScale: row.headScale))
                guard kept.keepsHead[head] else {
                    skipped.append(place)
                    continue
                }
                let result = try lane.run(SpAttenRow(
                    query: row.query, keys: row.keys, values: row.values, list: kept.tokens, end: kept.tokens?.count ?? context,
                    scale: row.scale))
                try sequence.cascade.accumulate(result, head: head, headScale: row.headScale)
                expected.append(result)
                computed.append(place)
                keyPlanes.append(row.planes.keyMSB)
            }
        }
    }

    /// The lane gives the state of the sequence that it has, which must be this one's.
    public mutating func save(_ sequence: Sequence) {
        commands.append(.save)
        saved += CascadeStateWord.words(
            of: sequence.cascade, heads: maximumHeads, lanes: configuration.importanceLanes)
    }

    /// The lane gets the state of this sequence in place of the one that it has.
    public mutating func restore(_ sequence: Sequence) {
        commands.append(.restore)
        restored += CascadeStateWord.words(
            of: sequence.cascade, heads: maximumHeads, lanes: configuration.importanceLanes)
    }

    func keptTokens(_ decision: Int) -> Int { decisions[decision].kept.tokens?.count ?? decisions[decision].context }

    private var maximumHeads: Int { CascadeLane(configuration).maximumHeads }

    /// The controller sets the range and the list.
    private func job(_ row: HeadRow) -> SpAttenRowJob {
        SpAttenRowJob(
            query: row.query, first: 0, end: 0, isGathered: false, newList: nil, settings: lane.settings,
            tileSizeCode: configuration.tileSizes.firstIndex(of: lane.tileKeys)!, pruning: lane.pruning, scale: row.scale,
            keyMSBAddress: row.planes.keyMSB, keyLSBAddress: row.planes.keyLSB, valueAddress: row.planes.value)
    }

    /// What goes into a `CascadeLane`.
    ///
    /// - Throws: `StreamPortError` if the design is no such lane, `MemoryConfigurationError` for a memory that cannot be.
    func inputs(of design: Design, memory timing: MemoryTiming) throws -> StreamScenario {
        var scenario = StreamScenario(design)
        try scenario.send(commands, to: "command") { command, beat in
            try beat.set("operation", command.operation)
            if case .iterate(let sequence, let context) = command { try Self.encode(sequence, context, into: beat) }
        }
        let chosen: Set = ["first", "end", "gathered", "loads_list", "accumulates"]
        try scenario.send(jobs, to: "job") { job, beat in
            for field in SpAttenRowJob.fields where !chosen.contains(field.name) {
                try beat.set("job_" + field.name, field.value(job.row))
            }
            try beat.set("head_scale", job.headScale)
        }
        try scenario.send(jobs, to: "query") { try $1.set("", $0.row.query, width: NumericFormats.queryBits) }
        try scenario.send(restored, to: "restored") { try $0.encode(into: $1) }
        for (channel, bytes) in configuration.channelImages(image.bytes).enumerated() {
            try scenario.serve(bytes, request: "request_\(channel)", response: "response_\(channel)", timing: timing)
        }
        return scenario
    }

    private static func encode(_ sequence: Sequence, _ context: Int, into beat: Beat) throws {
        let cascade = sequence.cascade, settings = cascade.settings
        for (field, value) in [
            ("context", context), ("is_new_sequence", cascade.tokenImportance.context == 0 ? 1 : 0),
            ("layers", cascade.schedule.layers), ("heads", cascade.heads),
            ("mode", ImportanceMode.allCases.firstIndex(of: settings.importance)!),
            ("sink", settings.sink), ("recent", settings.recent),
            ("token_ratio_unpruned", sequence.tokenRatios.unpruned), ("token_ratio_start", sequence.tokenRatios.start),
            ("token_ratio_step", sequence.tokenRatios.step), ("head_ratio_unpruned", sequence.headRatios.unpruned),
            ("head_ratio_start", sequence.headRatios.start), ("head_ratio_step", sequence.headRatios.step),
        ] { try beat.set(field, value) }
    }

    /// The program as a scenario of a `CascadeLane`: every output, report, pruned head, status and word of a saved state is
    /// checked as it comes.
    ///
    /// - Throws: As `inputs`.
    public func scenario(of design: Design, memory timing: MemoryTiming) throws -> StreamScenario {
        var scenario = try inputs(of: design, memory: timing)
        try expectStatuses(in: &scenario)
        try scenario.expect(skipped, from: "skipped") { row, beat in
            try beat.set("layer", row.layer)
            try beat.set("head", row.head)
        }
        try scenario.expect(saved, from: "saved") { try $0.encode(into: $1) }
        try scenario.expectRows(expected)
        return scenario
    }

    /// Every command is carried out.
    func expectStatuses(in scenario: inout StreamScenario) throws {
        try scenario.expect(commands, from: "status") { _, beat in try beat.set("", CascadeStatus.done.rawValue) }
    }

    /// Whether a lane asked for the sectors with the keys' MSBs of each kept list, and no others, row by row. Where a key's MSBs
    /// fill whole sectors, they are the lists.
    package func readsKeptKeys(_ run: StreamRun) throws -> Bool {
        let size = configuration.sectorBytes, channels = configuration.channels, sectors = keySectors
        for channel in 0..<channels {
            let requests: [[Int]] = try run["request_\(channel)"].beats.map { beat in
                guard try beat.value("tag") == MemoryPort.Tag.keyMSB.rawValue else { return [] }
                let first = try beat.value("address") / size
                return Array(first...(first + (try beat.value("beats"))))
            }
            let expected = sectors.filter { $0 % channels == channel }.map { $0 / channels }
            if Array(requests.joined()) != expected { return false }
        }
        return true
    }

    /// Of every row, in order.
    private var keySectors: [Int] {
        let rowBits = configuration.lane.headSize * lane.settings.keyFormat.msbBits, size = configuration.sectorBytes
        return zip(expected, keyPlanes).flatMap { row, plane in
            var sectors: [Int] = []
            for token in row.tokens {
                let bytes = token * rowBits / 8..<((token + 1) * rowBits + 7) / 8
                for sector in (plane + bytes.lowerBound) / size...(plane + bytes.upperBound - 1) / size
                where sectors.last.map({ $0 < sector }) ?? true {
                    sectors.append(sector)
                }
            }
            return sectors
        }
    }
}

extension StreamScenario {
    /// Outputs and reports of rows of a lane that prunes.
    mutating func expectRows(_ rows: [SpAttenResult]) throws {
        let outputs = rows.flatMap { row in row.outputs.enumerated().map { (element: $1, isLast: $0 == row.outputs.count - 1) } }
        try expect(outputs, from: "output") { output, beat in
            try beat.set("element", Int(output.element))
            try beat.set("last", output.isLast)
        }
        try expect(rows, from: "report") { row, beat in
            try beat.set("unrefined", row.report.unrefinedMass)
            try beat.set("dropped", row.report.droppedMass)
            try beat.set("fault", false)
        }
    }
}
