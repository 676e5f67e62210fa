import Blocks
import Cosimulation
import Foundation
import RTL
import Session
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification
import Verilog

/// The gate of `make coverage` can fail, and waivers are held to what they say; on the smallest unit.
@Suite struct CoverageReportTests {
    /// Coverage of a skid buffer that `drive` has driven.
    private func coverage(_ drive: (Design, VerilatorSimulator) throws -> Void) throws -> (Coverage, [VerilogFile]) {
        let design = try Design(SkidBuffer(bits: 8))
        let model = try VerilatorModel.build(design, options: VerilatorOptions(coverage: [.line, .toggle]))
        let simulator = VerilatorSimulator(model, seed: 1)
        try drive(design, simulator)
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try simulator.writeCoverage(path)
        return (try Coverage(merging: [path]), VerilogEmitter().emit(design))
    }

    /// Reset and nothing else.
    private func ofAReset() throws -> (Coverage, [VerilogFile]) { try coverage { $1.applyReset() } }

    private func withScenario() throws -> (Coverage, [VerilogFile]) {
        try coverage { _, simulator in
            let unit = try UnitScenario.buffer(SkidBuffer(bits: 8), bits: 8, TestSeed.generator("words"))
            _ = try StreamTestBench(simulator, unit.streams, timing: .slow("output", seed: 1)).run()
        }
    }

    @Test func tooLittleStimulusFails() throws {
        let (coverage, files) = try ofAReset()
        let report = CoverageReport(coverage, of: files)
        let problems = report.problems(minimum: 95)
        #expect(problems.count == 2 && problems[0].hasPrefix("line coverage is ") && problems[1].hasPrefix("branch coverage is "))
        #expect(report.tally(.line).percent > 0 && report.tally(.line).percent < 95)
        #expect(report.tally(.toggle).met < report.tally(.toggle).points)
        let missed = try #require(report.points.first { $0.text.hasPrefix("full <= 1'b1") })
        #expect(missed.count == 0 && missed.source?.file == "SkidBuffer.swift")
        #expect(report.text.contains("SkidBuffer_w8.v:\(missed.line): line (SkidBuffer.swift:\(missed.source!.line)) full <= 1'b1;"))
        // The upper arm of the chain has no Swift of its own: that of the reset's first statement.
        let reset = try #require(report.points.first { $0.text == "if (reset) begin" })
        #expect(reset.count > 0 && reset.source?.file == "SkidBuffer.swift")
        // Nobody has driven the payload: eight bits in one line.
        #expect(report.text.split(separator: "\n").count { $0.contains(": input_payload, ") } == 1)
    }

    @Test func theUnitsScenarioPasses() throws {
        let (coverage, files) = try withScenario()
        let report = CoverageReport(coverage, of: files)
        #expect(report.problems(minimum: 100) == [], "\(report.text)")
        #expect(report.text.contains("missed: 0\nwaived: 0\nsignals with bits that never changed: 0\n"))
        // A module that no model holds does not pass unseen.
        let other = VerilogEmitter().emit(try Design(SkidBuffer(bits: 9)))
        #expect(CoverageReport(coverage, of: files + other).problems(minimum: 95) == ["SkidBuffer_w9 has no points: no covered model holds it"])
    }

    @Test func waiversExcuseWhatTheyName() throws {
        let (coverage, files) = try ofAReset()
        let bare = CoverageReport(coverage, of: files)
        let fills = try #require(bare.points.first { $0.text.hasPrefix("full <= 1'b1") })
        let waivers = try CoverageWaiver.parse("""
            # Two ways to name a place.
            SkidBuffer_w* | SkidBuffer.swift:\(fills.source!.line) | line | nothing is offered

              Skid*_w8 | "else if (output_ready)" | branch if | nothing is offered | and nothing held
            """)
        let report = CoverageReport(coverage, of: files, waivers: waivers)
        #expect(report.staleWaivers == [])
        let waived = report.points.filter { $0.waiver != nil }
        #expect(waived.contains { $0.text == fills.text } && waived.contains { $0.kind == .branch && $0.label == "if" })
        #expect(waived.last?.waiver?.reason == "nothing is offered | and nothing held")
        #expect(report.tally(.line) == bare.tally(.line))
        #expect(report.tally(.line, waived: true).points == bare.tally(.line).points - waived.count { $0.kind == .line })
        #expect(report.tally(.line, waived: true).met == bare.tally(.line).met)
    }

    @Test func waiversOfNothingAreRefused() throws {
        let (coverage, files) = try withScenario()
        let held = try #require(CoverageReport(coverage, of: files).points.first { $0.text.hasPrefix("held <= ") })
        // Of a line that is met, of one that is not there, of another module.
        let waivers = try CoverageWaiver.parse("""
            SkidBuffer_w8 | SkidBuffer.swift:\(held.source!.line) | line | once it was not met
            SkidBuffer_w8 | SkidBuffer.swift:1 | branch | moved away
            SkidBuffer | "held <= input_payload" | line | no such module
            """)
        let report = CoverageReport(coverage, of: files, waivers: waivers)
        #expect(report.staleWaivers == waivers)
        #expect(report.problems(minimum: 95).map { $0.contains("take it away") } == [true, true, true])
    }

    @Test(arguments: [
        "Fifo | Fifo.swift:3 | line", "Fifo | Fifo.swift:3 | line | ", "Fifo | Fifo.v:3 | line | why", "Fifo | Fifo.swift | line | why",
        "Fifo | \"\" | line | why", "Fifo | Fifo.swift:3 | toggle | why", "Fifo | Fifo.swift:3 | line if | why",
        "Fifo | Fifo.swift:3 | branch then | why",
    ])
    func badWaiversAreRefused(text: String) throws {
        let error = #expect(throws: CoverageWaiver.Malformed.self) { try CoverageWaiver.parse("\n# well\n\(text)") }
        #expect(error?.line == 3)
    }
}
