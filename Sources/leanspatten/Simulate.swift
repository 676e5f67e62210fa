import ArgumentParser
import Configuration
import FixedPoint
import Session

struct Simulate: ParsableCommand {
    @Option var preset: String
    @Option var workload: String
    @Option var engine: String?
    @Option var rows: Int?

    func run() throws {
        let preset = try Preset.named(self.preset)
        let engine = engine.flatMap(Engine.init(rawValue:)) ?? .preferred
        let source = try WorkloadSource(workload)
        let clock = ContinuousClock()
        let t0 = clock.now
        let w = try source.load(layers: nil, rows: rows, headSize: preset.configuration.headSize, seed: 1)
        let lw = try LaneWorkload(w, name: source.name, preset: preset.name, configuration: preset.configuration, settings: RowSettings(tileKeys: 256, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat("12")))
        let t1 = clock.now
        let golden = try GoldenRun(lw)
        let t2 = clock.now
        let run = try SimulationRun(golden, options: SimulationOptions(engine: engine))
        let t3 = clock.now
        let report = SimulationReport(run, description: RunDescription(preset: preset.name, seed: 1))
        print(report.text)
        print(try jsonText(report))
        print(t0.duration(to: t1), t1.duration(to: t2), t2.duration(to: t3))
    }
}
