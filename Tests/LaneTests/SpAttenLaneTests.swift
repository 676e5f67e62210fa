import Configuration
import FixedPoint
import Foundation
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verification

/// Rows of the lane that prunes, hardware against golden model: outputs and reports, bit for bit.
@Suite struct SpAttenLaneTests {
    @Test("400 random rows of every preset in Verilator", arguments: Preset.spAttenLanes)
    func verilator(_ preset: Preset) throws {
        let model = try LaneModel(preset.configuration, engine: .verilator)
        for part in 0..<4 { try check(preset, rows: 100, maximumKeys: 700, part: part, model: model) }
    }

    /// Of the presets with a narrow port, the lanes within their cascades.
    private static let narrow = Preset.cascadeLanes.map(\.configuration).compactMap { configuration -> SpAttenConfiguration? in
        if case .cascade(let lane) = configuration, lane.isNarrow { lane } else { nil }
    }

    @Test("400 random rows behind every narrow port in Verilator", arguments: narrow)
    func narrowPorts(_ configuration: SpAttenConfiguration) throws {
        let model = try LaneModel(.spAtten(configuration), engine: .verilator)
        for part in 0..<4 {
            try check(configuration, name: configuration.canonicalText, rows: 100, maximumKeys: 700, part: part, model: model)
        }
    }

    @Test("20 random rows in the native engine", arguments: Preset.spAttenLanes)
    func native(_ preset: Preset) throws {
        let model = try LaneModel(preset.configuration, engine: .native)
        try check(preset, rows: 20, maximumKeys: 300, part: 1, model: model)
    }

    /// Of a preset each, what `make test` takes of the configurations that are no presets.
    private static let others = [
        SpAttenConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32), maximumRowKeys: 4096, sectorBytes: 32),
        SpAttenConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 32)),
        .narrow(headSize: 32, multipliers: 16, portBytes: 16),
    ]

    /// All configurations that `validate` lets through, for `make regress`.
    private static let all = LaneConfiguration.headSizes.flatMap { headSize in
        LaneConfiguration.multiplierCounts.filter { $0 <= headSize }.flatMap { multipliers in
            SpAttenConfiguration.rowLimits.flatMap { rowKeys in
                SpAttenConfiguration.sectorSizes.map { sectorBytes in
                    SpAttenConfiguration(
                        lane: LaneConfiguration(headSize: headSize, multipliers: multipliers), maximumRowKeys: rowKeys,
                        sectorBytes: sectorBytes)
                }
            }
        }
    } + [(16, 16, 8), (16, 16, 16), (32, 16, 16), (32, 32, 16), (64, 16, 16), (64, 32, 16), (64, 64, 16)].map {
        SpAttenConfiguration.narrow(headSize: $0.0, multipliers: $0.1, portBytes: $0.2)
    }

    @Test("15 random rows of configurations that are no presets, in the native engine",
          arguments: ProcessInfo.processInfo.environment["LEANSPATTEN_ALL_LANES"] == nil ? others : all)
    func otherConfigurations(_ configuration: SpAttenConfiguration) throws {
        let model = try LaneModel(.spAtten(configuration), engine: .native)
        try check(configuration, name: configuration.canonicalText, rows: 15, maximumKeys: 400, part: 1, model: model)
    }

    private func check(_ preset: Preset, rows: Int, maximumKeys: Int, part: Int, model: LaneModel) throws {
        guard case .spAtten(let configuration) = preset.configuration else { preconditionFailure("no lane that prunes") }
        try check(configuration, name: preset.name, rows: rows, maximumKeys: maximumKeys, part: part, model: model)
    }

    /// Every other part hesitates on every stream.
    private func check(
        _ configuration: SpAttenConfiguration, name: String, rows: Int, maximumKeys: Int, part: Int, model: LaneModel
    ) throws {
        let seed = TestSeed.derived("\(name)/\(part)")
        var generator = SeededGenerator(seed: seed)
        var program = SpAttenProgram(configuration)
        let all = RowSettings.all
        let settings = (0..<rows).map { all[((part * rows + $0) * 37) % all.count] }
        try program.appendRandomRows(settings: settings, maximumKeys: maximumKeys, generator: &generator)
        let design = try AcceleratorConfiguration.spAtten(configuration).design()
        var check = StreamCheck(design, try program.scenario(of: design, memory: .fixed(latency: 1 + generator.below(200))))
        check.engine = { _, seed in try model.simulator(seed: seed) }
        try check.run(part % 2 == 0 ? .steady : .random(seed: seed))
    }
}
