import ArgumentParser
import Foundation

/// Turns what test runs leave behind into one JUnit report, and says where the time went.
@main
struct Results: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leanspatten-results",
        abstract: "Joins the reports of test runs into one JUnit file with the seeds of every test.",
        discussion: """
            Each run is a directory with the report that `swift test --xunit-output` wrote (tests-swift-testing.xml) and the
            seeds that the tests recorded (seeds.jsonl). Example: leanspatten-results --junit .build/junit.xml .build/results/seed-*
            """)

    @Option(help: "The JUnit file to write.")
    var junit: String

    @Option(help: "How many of the slowest suites to print.")
    var slowest = 12

    @Argument(help: "Directories of runs.")
    var runs: [String]

    func run() throws {
        let reports = try runs.map { try TestRun(directory: $0) }
        try JUnitReport(reports).text.write(toFile: junit, atomically: true, encoding: .utf8)
        let tests = reports.flatMap(\.tests)
        print(Self.table(of: tests, slowest: slowest))
        let failed = tests.filter { $0.failure != nil }
        for test in failed { print("FAILED \(test.suite)/\(test.name)\(test.rerun.map { "\n  again: \($0)" } ?? "")") }
        print("\(tests.count - failed.count) passed, \(failed.count) failed")
        if !failed.isEmpty { throw ExitCode(1) }
    }

    /// Suites run side by side and wait for each other: the time of a suite is that from its first start to its last end,
    /// of which it has only a share.
    static func table(of tests: [TestCase], slowest: Int) -> String {
        let suites = Dictionary(grouping: tests, by: \.suite).map { suite, tests in
            (suite: suite, seconds: tests.map(\.seconds).max() ?? 0, tests: tests.count)
        }.sorted { ($1.seconds, $0.suite) < ($0.seconds, $1.suite) }
        let width = suites.map(\.suite.count).max() ?? 0
        let rows = suites.prefix(slowest).map { row in
            row.suite.padding(toLength: width, withPad: " ", startingAt: 0)
                + String(format: " %4d tests, the longest %6.1f s", row.tests, row.seconds)
        }
        return rows.joined(separator: "\n")
    }
}
