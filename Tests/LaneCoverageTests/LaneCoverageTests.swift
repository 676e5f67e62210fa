import Cosimulation
import Foundation
import Testing

/// How much of the lane's Verilog its tests run. Minutes long, so only when asked for (`make coverage`):
/// `LEANSPATTEN_COVERAGE_REPORT` names the directory for `lane.info` and `report.txt`.
@Suite struct LaneCoverageTests {
    private static let output = ProcessInfo.processInfo.environment["LEANSPATTEN_COVERAGE_REPORT"]
    /// Percent of the lines and of the branches.
    private static let minimum = 95.0

    @Test(.enabled(if: output != nil, "set LEANSPATTEN_COVERAGE_REPORT=DIR for the coverage of the lane"))
    func coverageOfTheLane() throws {
        let output = URL(fileURLWithPath: try #require(Self.output))
        let counts = output.appending(path: "counts")
        try? FileManager.default.removeItem(at: counts)
        try FileManager.default.createDirectory(at: counts, withIntermediateDirectories: true)
        let waivers = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "waivers.txt")
        let set = try CoveringSet()
        let coverage = try set.run(in: counts.path)
        let report = CoverageReport(
            coverage.all, of: set.files, waivers: try CoverageWaiver.parse(try String(contentsOf: waivers, encoding: .utf8)))
        let rows = CoverageReport(coverage.rowsAlone, of: set.files)
        let text = report.text + "rows of the whole lane alone meet "
            + [Coverage.Kind.line, .branch].map { kind in
                let tally = rows.tally(kind)
                return "\(tally.met)/\(tally.points) \(kind == .line ? "lines" : "branches")"
            }.joined(separator: " and ") + "\n"
        print(text)
        try Data(text.utf8).write(to: output.appending(path: "report.txt"))
        // The lane's Verilog is committed: its lines are those of the files there.
        try Data(coverage.all.lcov(prefix: "Generated/lane-d64/rtl/").utf8).write(to: output.appending(path: "lane.info"))
        for problem in report.problems(minimum: Self.minimum) { Issue.record("\(problem)") }
    }
}
