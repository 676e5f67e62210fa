import ArgumentParser
import Foundation

/// Turns what test runs leave behind into one JUnit report, and says where the time went.
@main
struct Results: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leanspatten-results",
        abstract: "Joins the reports of test runs into one JUnit file with the seeds of every test.",
        discussion: """
            Each run is a directory with the report that the tests wrote (tests-swift-testing.xml), the seeds that they
            recorded (seeds.jsonl), the global seed (seed) and how long they took (seconds).
            Example: leanspatten-results --junit .build/junit.xml .build/results/*
            """)

    @Option(help: "The JUnit file to write.")
    var junit: String

    @Argument(help: "Directories of runs.")
    var runs: [String]

    func run() throws {
        let reports = try runs.map { try TestRun(directory: $0) }
        try JUnitReport(reports).text.write(toFile: junit, atomically: true, encoding: .utf8)
        let width = reports.map(\.name.count).max() ?? 0
        for report in reports.sorted(by: { ($1.seconds, $0.name) < ($0.seconds, $1.name) }) {
            print(report.name.padding(toLength: width, withPad: " ", startingAt: 0)
                + String(format: " %5d tests %7.1f s", report.tests.count, report.seconds))
        }
        let tests = reports.flatMap(\.tests)
        let failed = tests.filter { $0.failure != nil }
        for test in failed { print("FAILED \(test.suite)/\(test.name)\(test.rerun.map { "\n  again: \($0)" } ?? "")") }
        print("\(tests.count - failed.count) passed, \(failed.count) failed")
        if !failed.isEmpty { throw ExitCode(1) }
    }
}
