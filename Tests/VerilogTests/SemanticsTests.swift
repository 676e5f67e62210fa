import Foundation
import RandomModules
import Testing

/// What is emitted means what the statements say: random modules in both tools against the interpreter of statements,
/// which reads nothing of the emitter, and no message from either tool.
@Suite struct SemanticsTests {
    @Test func icarusAgreesWithTheStatements() throws {
        let batch = try ModuleBatch(RandomPopulation.seeds(30, "emitted modules").map { RandomModule(seed: $0) })
        let different = try batch.icarusMismatches(expected: batch.interpretedTraces())
        #expect(different.isEmpty, "\(different.map(\.description).joined(separator: "\n"))")
    }

    @Test func verilatorAgreesWithTheStatements() throws {
        let batch = try ModuleBatch(RandomPopulation.seeds(30, "emitted modules").map { RandomModule(seed: $0) })
        let different = try batch.mismatches(expected: batch.interpretedTraces(), seen: batch.verilatorTraces())
        #expect(different.isEmpty, "\(different.map(\.description).joined(separator: "\n"))")
    }

    @Test func toolsHaveNothingToSay() throws {
        for seed in RandomPopulation.seeds(12, "emitted modules") {
            try withTemporaryDirectory { directory in
                let module = RandomModule(seed: seed)
                try module.verilog().write(to: directory.appendingPathComponent("all.v"), atomically: true, encoding: .utf8)
                let lint = try run(
                    "verilator", ["--lint-only", "-Wall", "-Wno-UNSIGNED", "-Wno-CMPCONST", "-Wno-DECLFILENAME",
                                  "--top-module", module.verilogName, "all.v"], in: directory)
                #expect(lint.exitCode == 0 && lint.output.isEmpty, "\(lint.output)")
                let compiled = try run("iverilog", ["-g2005", "-Wall", "-o", "/dev/null", "all.v"], in: directory)
                #expect(compiled.exitCode == 0 && compiled.output.isEmpty, "\(compiled.output)")
            }
        }
    }
}
