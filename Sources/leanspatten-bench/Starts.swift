import ArgumentParser
import Configuration
import Cosimulation
import Foundation
import Session
import Simulation

/// A process from its start to the first settled cycle of a preset whose Verilator model is in the cache.
struct FirstCycle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-cycle", abstract: "Elaborates a preset, loads its Verilator model, settles one cycle.")

    @Option(help: "The preset.") var preset = "lane-d64"

    func run() throws {
        let lane = try Preset.named(preset).configuration.lane
        try LaneModel(lane, engine: .verilator).simulator(seed: 1).settle()
    }
}

/// The time that a test waits for a model which was built before.
struct WarmStart: Benchmark {
    let names = ["verilator-warm-start"]

    func run(_ report: Report) throws {
        _ = try LaneModel(try Preset.named("lane-d64").configuration.lane, engine: .verilator)
        let times = try (0..<9).map { _ in try MeasuredProcess(Places.executable, ["first-cycle"]).seconds }
        report.add(Figure(names[0], median(times), .seconds))
    }
}

/// The time until a preset's Verilator model is there when nothing is cached, Verilator's own objects included.
struct ColdBuilds: Benchmark {
    private static let presets = Preset.lanes + Preset.systems

    let names = presets.map { name($0) }

    private static func name(_ preset: Preset) -> String { "verilator-cold-build-\(preset.name)" }

    func run(_ report: Report) throws {
        for preset in Self.presets where report.wants(Self.name(preset)) {
            let design = try preset.configuration.design()
            let time = try Places.withTemporaryDirectory { directory in
                try seconds { _ = try VerilatorModel.build(design, cache: BuildCache(root: directory)) }
            }
            report.add(Figure(Self.name(preset), time, .seconds))
        }
    }
}

/// The time to elaborate a preset and print its Verilog, in this process.
struct PresetEmission: Benchmark {
    let names = Preset.lanes.map { name($0) }

    private static func name(_ preset: Preset) -> String { "emit-\(preset.name)" }

    func run(_ report: Report) throws {
        for preset in Preset.lanes where report.wants(Self.name(preset)) {
            let times = try (0..<5).map { _ in try seconds { _ = try Generation(preset.configuration) } }
            report.add(Figure(Self.name(preset), median(times), .seconds))
        }
    }
}
