import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import Verification

/// Iterations of one sequence for a lane with the cascade: what the host says, the memory it reads, and what the golden model
/// makes of it.
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

    private struct Job: Sendable {
        let row: SpAttenRowJob
        let headScale: Int
    }

    public let configuration: SpAttenConfiguration
    public let tokenRatios, headRatios: RatioLine
    /// Of the rows that are computed, in order.
    public private(set) var expected: [SpAttenResult] = []
    /// Rows of pruned heads.
    public private(set) var skipped: [(layer: Int, head: Int)] = []
    /// Tokens that each layer of each iteration keeps.
    public private(set) var keptTokens: [Int] = []
    private let lane: GoldenModel.SpAttenLane
    private var cascade: Cascade
    private var image = MemoryImage()
    private var contexts: [Int] = []
    private var jobs: [Job] = []

    public init(
        _ configuration: SpAttenConfiguration, layers: Int, heads: Int, tokenRatios: RatioLine, headRatios: RatioLine,
        cascade settings: CascadeSettings, rows: RowSettings, pruning: PruningSettings, scope: DecisionScope
    ) throws {
        self.configuration = configuration
        (self.tokenRatios, self.headRatios) = (tokenRatios, headRatios)
        lane = try GoldenModel.SpAttenLane(configuration: configuration, settings: rows, pruning: pruning, scope: scope)
        cascade = try Cascade(
            schedule: CascadeSchedule(
                tokenRatios: (0..<layers).map(tokenRatios.ratio), headRatios: (0..<layers).map(headRatios.ratio)),
            heads: heads, settings: settings)
    }

    /// Lays planes behind what is there.
    public mutating func place(_ planes: KeyValuePlanes) -> MemoryImage.Placement { image.place(planes) }

    /// One iteration: `rows` gives what a head of a layer brings.
    public mutating func appendIteration(context: Int, rows: (_ layer: Int, _ head: Int) throws -> HeadRow) throws {
        contexts.append(context)
        try cascade.beginIteration(context: context)
        for layer in 0..<cascade.schedule.layers {
            let kept = try cascade.beginLayer()
            keptTokens.append(kept.tokens?.count ?? context)
            for head in 0..<cascade.heads {
                let row = try rows(layer, head)
                jobs.append(Job(row: job(row), headScale: row.headScale))
                guard kept.keepsHead[head] else {
                    skipped.append((layer, head))
                    continue
                }
                let result = try lane.run(SpAttenRow(
                    query: row.query, keys: row.keys, values: row.values, list: kept.tokens, end: kept.tokens?.count ?? context,
                    scale: row.scale))
                try cascade.accumulate(result, head: head, headScale: row.headScale)
                expected.append(result)
            }
        }
    }

    /// The controller sets the range and the list.
    private func job(_ row: HeadRow) -> SpAttenRowJob {
        SpAttenRowJob(
            query: row.query, first: 0, end: 0, isGathered: false, newList: nil, settings: lane.settings,
            tileSizeCode: configuration.tileSizes.firstIndex(of: lane.tileKeys)!, pruning: lane.pruning, scale: row.scale,
            keyMSBAddress: row.planes.keyMSB, keyLSBAddress: row.planes.keyLSB, valueAddress: row.planes.value)
    }

    /// The program as a scenario of a `CascadeLane`: every output, report, pruned head and status checked as it comes.
    ///
    /// - Throws: `StreamPortError` if the design is no such lane, `MemoryConfigurationError` for a memory that cannot be.
    public func scenario(of design: Design, memory timing: MemoryTiming) throws -> StreamScenario {
        var scenario = StreamScenario(design)
        let settings = cascade.settings
        try scenario.send(contexts.enumerated(), to: "command") { iteration, beat in
            for (field, value) in [
                ("operation", 0), ("context", iteration.element), ("is_new_sequence", iteration.offset == 0 ? 1 : 0),
                ("layers", cascade.schedule.layers), ("heads", cascade.heads),
                ("mode", ImportanceMode.allCases.firstIndex(of: settings.importance)!),
                ("sink", settings.sink), ("recent", settings.recent),
                ("token_ratio_unpruned", tokenRatios.unpruned), ("token_ratio_start", tokenRatios.start),
                ("token_ratio_step", tokenRatios.step), ("head_ratio_unpruned", headRatios.unpruned),
                ("head_ratio_start", headRatios.start), ("head_ratio_step", headRatios.step),
            ] { try beat.set(field, value) }
        }
        let chosen: Set = ["first", "end", "gathered", "loads_list", "accumulates"]
        try scenario.send(jobs, to: "job") { job, beat in
            for field in SpAttenRowJob.fields where !chosen.contains(field.name) {
                try beat.set("job_" + field.name, field.value(job.row))
            }
            try beat.set("head_scale", job.headScale)
        }
        try scenario.send(jobs, to: "query") { try $1.set("", $0.row.query, width: NumericFormats.queryBits) }
        try scenario.expect(contexts, from: "status") { try $1.set("", 0) }
        try scenario.expect(skipped, from: "skipped") { row, beat in
            try beat.set("layer", row.layer)
            try beat.set("head", row.head)
        }
        try scenario.expectRows(expected)
        for (channel, bytes) in configuration.channelImages(image.bytes).enumerated() {
            try scenario.serve(bytes, request: "request_\(channel)", response: "response_\(channel)", timing: timing)
        }
        return scenario
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
