import Configuration
import Cosimulation
import Foundation
import RTL
import SeededRandom
import Testing
import UnitScenarios
import Verification
import Verilog

/// The Verilog benches of the units: they pass, and fail for a faulty unit.
@Suite struct ScenarioBenchTests {
    private static let lane = LaneConfiguration(headSize: 64, multipliers: 64)

    private static func verilog(_ design: Design) -> [VerilogSource] {
        VerilogEmitter().emit(design).map { VerilogSource(name: $0.name, text: $0.text) }
    }

    /// With and without stalls; what means nothing is unknown on the way in.
    @Test(arguments: UnitScenario.names) func passesInIcarus(_ name: String) throws {
        let (bench, unit) = try UnitScenario.committedBench(name, Self.lane)
        for stalls in [0, 24] {
            let result = try IcarusRunner().run(
                Self.verilog(unit.design) + bench.files, top: bench.moduleName, plusArguments: ["stalls=\(stalls)"])
            #expect(result.succeeded && result.output.contains("PASS \(UnitScenario.verilogName(name)) "), "\(result.report)")
        }
    }

    /// Some faults in the unit itself, each of which the native engine sees: so must the bench.
    @Test(arguments: UnitScenario.names) func failsForAFaultyUnit(_ name: String) throws {
        let (_, unit) = try UnitScenario.committedBench(name, Self.lane)
        let candidates = unit.design.mutants().filter {
            $0.module == unit.design.top.name && ["operator", "stuck", "constant", "slice"].contains($0.change.kind)
        }
        var tried = 0
        for mutant in candidates where tried < 2 {
            guard let mutated = try? unit.design.mutated(by: [mutant]) else { continue }
            var scenario = unit.streams.on(mutated)
            try scenario.hold("mutant", at: 1)
            var check = StreamCheck(mutated, scenario)
            check.waveDirectory = nil
            check.cycleLimit = 60_000
            guard (try? check.run()) == nil else { continue }
            tried += 1
            let bench = try ScenarioBench(name: "faulty", mutated, scenario)
            let result = try IcarusRunner().run(Self.verilog(mutated) + bench.files, top: bench.moduleName)
            #expect(result.output.contains("FAIL faulty ") && !result.output.contains("PASS"), "\(mutant)\n\(result.report)")
        }
        #expect(tried > 0)
    }

    @Test func theTextIsCleanInVerilator() throws {
        let units = try UnitScenario.names.map { try UnitScenario.committedBench($0, Self.lane) }
        let sources = units.flatMap { $0.0.files } + [ScenarioBench.together(name: "units", units.map(\.0))]
        let design = Dictionary(units.flatMap { Self.verilog($0.1.design) }.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
        let directory = FileManager.default.temporaryDirectory.appending(path: "leanspatten-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = (sources + design.values).filter { $0.name.hasSuffix(".v") }
        for file in files { try file.text.write(to: directory.appending(path: file.name), atomically: true, encoding: .utf8) }
        let result = try ToolProcess(
            "/usr/bin/env", ["verilator", "--lint-only", "-Wall", "--timing", "--top-module", "units_bench"] + files.map(\.name).sorted(),
            in: directory.path
        ).run(timeout: .seconds(120))
        #expect(result.succeeded && result.report.isEmpty, "\(result.report)")
    }
}
