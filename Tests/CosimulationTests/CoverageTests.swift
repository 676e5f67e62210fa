import Blocks
import Cosimulation
import Foundation
import RTL
import Simulation
import Testing

/// Coverage of a module whose points are known by hand, and what is made of many files.
@Suite struct CoverageTests {
    static let source = VerilogSource(name: "gate.v", text: """
        module gate (input wire clock, input wire reset, input wire [1:0] a, output wire [1:0] y);
          reg [1:0] r;
          always @(posedge clock) begin
            if (reset) r <= 2'd0;
            else if (a[0]) r <= r + 2'd1;
            else if (a[1]) r <= r - 2'd1;
          end
          assign y = r;
        endmodule

        """)

    static func model(_ coverage: Set<VerilatorOptions.Coverage> = [.line, .toggle]) throws -> VerilatorModel {
        try .build(
            sources: [source], top: "gate", ports: SimulatedPort.layout([input("a", 2), output("y", 2)]),
            options: VerilatorOptions(coverage: coverage))
    }

    /// Runs a cycle for each value of `a`, after a reset, and returns the counts.
    static func coverage(_ model: VerilatorModel, _ inputs: [UInt64], in directory: String) throws -> (path: String, Coverage) {
        let simulator = VerilatorSimulator(model, seed: 1)
        simulator.applyReset()
        for value in inputs {
            simulator["a"] = value
            simulator.run(1)
        }
        let path = "\(directory)/\(UUID().uuidString).dat"
        try simulator.writeCoverage(path)
        return (path, try Coverage(merging: [path]))
    }

    @Test func pointsAndTheirSums() throws {
        try WaveFileTests.withDirectory { directory in
            let model = try Self.model()
            let (first, up) = try Self.coverage(model, [1, 1], in: directory)
            let (second, down) = try Self.coverage(model, [2, 2], in: directory)
            let both = try Coverage(merging: [first, second])
            #expect(both.modules == ["gate"])
            #expect(up.missed.contains("gate.v:6: branch if") && !down.missed.contains("gate.v:6: branch if"))
            #expect(down.missed.contains { $0.hasPrefix("gate.v:5: ") })
            #expect(both.tally(.line).percent == 100)
            let branches = both.tally(.branch, module: "gate")
            // Nobody has left `r` alone: the last `else`.
            #expect(branches.met == branches.points - 1)
            #expect(both.missed.filter { $0.contains("branch") } == ["gate.v:6: branch else"])
            let toggles = both.tally(.toggle)
            #expect(toggles.points > up.tally(.toggle).met && toggles.met > up.tally(.toggle).met)
            #expect(both.tally(.toggle, module: "other").points == 0)

            // Adding up does not depend on the order, and twice is twice.
            #expect(try Coverage(merging: [second, first]) == both)
            let lcov = both.lcov(prefix: "rtl/")
            #expect(lcov.contains("SF:rtl/gate.v\n"))
            #expect(lcov.contains("\nDA:6,0\n") || lcov.contains("BRDA:6,0,1,0\n"))
            #expect(lcov.hasSuffix("end_of_record\n"))
            let block = lcov.split(separator: "\n").first { $0.hasPrefix("DA:3,") || $0.hasPrefix("DA:4,") }
            #expect(block != nil)
        }
    }

    /// Verilator's own tool sums the same points to the same counts.
    @Test func verilatorsOwnToolAgrees() throws {
        guard let tool = try? ToolSearch().find("verilator_coverage", install: "apt install verilator") else { return }
        try WaveFileTests.withDirectory { directory in
            let model = try Self.model()
            let files = try [[1, 1, 0], [2, 3, 3]].map { try Self.coverage(model, $0, in: directory).path }
            let merged = "\(directory)/merged.dat"
            try ToolProcess(tool, ["--write", merged] + files).require(timeout: .seconds(60))
            #expect(try Coverage(merging: [merged]) == Coverage(merging: files))
        }
    }

    @Test func kindsAreChosen() throws {
        try WaveFileTests.withDirectory { directory in
            let lines = try Self.coverage(Self.model([.line]), [1], in: directory).1
            #expect(lines.tally(.toggle).points == 0 && lines.tally(.line).points > 0 && lines.tally(.branch).points > 0)
            let toggles = try Self.coverage(Self.model([.toggle]), [1], in: directory).1
            #expect(toggles.tally(.line).points == 0 && toggles.tally(.toggle).points > 0)
        }
        let plain = try VerilatorSimulator(Design(SkidBuffer(bits: 8)), seed: 1)
        if ProcessInfo.processInfo.environment["LEANSPATTEN_COVERAGE"] == nil {
            #expect(throws: CosimulationError.notBuiltWith(option: "coverage", top: "SkidBuffer_w8")) { try plain.writeCoverage("x") }
        }
    }

    /// A module that is counted elsewhere has no points; the others have theirs.
    @Test func modulesAreLeftOut() throws {
        let pair = VerilogSource(name: "pair.v", text: """
            module pair (input wire clock, input wire reset, input wire [1:0] a, output wire [1:0] y);
              wire [1:0] between;
              gate first (.clock(clock), .reset(reset), .a(a), .y(between));
              gate second (.clock(clock), .reset(reset), .a(between), .y(y));
            endmodule

            """)
        try WaveFileTests.withDirectory { directory in
            for (uncounted, modules) in [([], ["gate", "pair"]), (["gate"], ["pair"]), (["pair"], ["gate"])] {
                let model = try VerilatorModel.build(
                    sources: [Self.source, pair], top: "pair", ports: SimulatedPort.layout([input("a", 2), output("y", 2)]),
                    options: VerilatorOptions(coverage: [.line, .toggle], uncounted: uncounted))
                #expect(try Self.coverage(model, [1, 2], in: directory).1.modules == modules)
            }
        }
    }

    @Test func otherFilesAreRefused() throws {
        try WaveFileTests.withDirectory { directory in
            let path = "\(directory)/bad.dat"
            try "# SystemC::Coverage-3\nC 'nonsense' 7\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: CosimulationError.badCoverage(path: path, line: 2)) { try Coverage(merging: [path]) }
        }
    }
}
