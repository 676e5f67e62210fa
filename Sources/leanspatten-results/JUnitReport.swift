/// A JUnit file: a suite for each Swift suite and run; the seeds of a test are its properties.
struct JUnitReport {
    private let runs: [TestRun]

    init(_ runs: [TestRun]) { self.runs = runs }

    var text: String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
        for run in runs {
            let suites = Dictionary(grouping: run.tests, by: \.suite).sorted { $0.key < $1.key }
            for (suite, tests) in suites {
                let failures = tests.count { $0.failure != nil }
                let seconds = tests.map(\.seconds).max() ?? 0
                let name = runs.count == 1 ? suite : "\(suite) (\(run.name))"
                lines.append("  <testsuite name=\"\(escaped(name))\" tests=\"\(tests.count)\" failures=\"\(failures)\" errors=\"0\" "
                    + "skipped=\"0\" time=\"\(seconds)\">")
                for test in tests { lines += self.lines(of: test) }
                lines.append("  </testsuite>")
            }
        }
        return (lines + ["</testsuites>"]).map { $0 + "\n" }.joined()
    }

    private func lines(of test: TestCase) -> [String] {
        var lines = ["    <testcase classname=\"\(escaped(test.suite))\" name=\"\(escaped(test.name))\" time=\"\(test.seconds)\">"]
        lines.append("      <properties>")
        lines.append("        <property name=\"global seed\" value=\"\(escaped(test.globalSeed))\"/>")
        for seed in test.seeds {
            lines.append("        <property name=\"seed: \(escaped(seed.purpose))\" value=\"\(seed.seed)\"/>")
        }
        if let rerun = test.rerun { lines.append("        <property name=\"rerun\" value=\"\(escaped(rerun))\"/>") }
        lines.append("      </properties>")
        if let failure = test.failure { lines.append("      <failure message=\"\(escaped(failure))\"/>") }
        return lines + ["    </testcase>"]
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("\n", with: "&#10;")
    }
}
