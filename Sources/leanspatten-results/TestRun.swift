import Foundation
import FoundationXML

/// One test as it ran.
struct TestCase {
    /// `LaneTests.RandomRowTests`
    let suite: String
    /// `native(_:)`
    let name: String
    let seconds: Double
    var failure: String?
    /// In the order in which the test drew them.
    var seeds: [SeedRecord] = []
    /// Of the whole run.
    let globalSeed: String

    /// The command that runs it again with the same seeds.
    var rerun: String? { seeds.first?.rerun }
}

/// A line that `TestSeed` records.
struct SeedRecord: Decodable {
    let test, purpose: String
    let seed: UInt64
    let rerun: String
}

/// What one run of the tests left in a directory.
struct TestRun {
    let name: String
    /// From start to end; those of single tests say little, as all start at once and wait for each other.
    let seconds: Double
    private(set) var tests: [TestCase] = []

    init(directory: String) throws {
        let folder = URL(fileURLWithPath: directory)
        name = folder.lastPathComponent
        let report = folder.appending(path: "tests-swift-testing.xml")
        guard let parser = XMLParser(contentsOf: report) else { throw ResultsError.missing(report.path) }
        let reader = JUnitReader()
        parser.delegate = reader
        guard parser.parse() else { throw ResultsError.unreadable(report.path, parser.parserError.map { "\($0)" } ?? "no XML") }
        let lines = (try? String(contentsOf: folder.appending(path: "seeds.jsonl"), encoding: .utf8))?.split(separator: "\n") ?? []
        let decoder = JSONDecoder()
        let seeds = Dictionary(
            grouping: lines.compactMap { try? decoder.decode(SeedRecord.self, from: Data($0.utf8)) }, by: \.test)
        func line(_ file: String) -> String? {
            (try? String(contentsOf: folder.appending(path: file), encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        seconds = line("seconds").flatMap(Double.init) ?? 0
        tests = reader.tests.map { test in
            TestCase(
                suite: test.suite, name: test.name, seconds: test.seconds, failure: test.failure,
                seeds: Self.distinct(seeds["\(test.suite)/\(test.name.prefix { $0 != "(" })"] ?? []),
                globalSeed: line("seed") ?? "1")
        }.sorted { ($0.suite, $0.name) < ($1.suite, $1.name) }
    }

    /// Each case of a test draws the seeds anew.
    private static func distinct(_ seeds: [SeedRecord]) -> [SeedRecord] {
        var known: Set<UInt64> = []
        return seeds.filter { known.insert($0.seed).inserted }
    }
}

/// Takes the test cases out of a JUnit file.
private final class JUnitReader: NSObject, XMLParserDelegate {
    struct Entry {
        let suite, name: String
        let seconds: Double
        var failure: String?
    }

    private(set) var tests: [Entry] = []

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        switch element {
        case "testcase":
            tests.append(Entry(
                suite: attributes["classname"] ?? "", name: attributes["name"] ?? "",
                seconds: attributes["time"].flatMap(Double.init) ?? 0))
        case "failure" where !tests.isEmpty:
            tests[tests.count - 1].failure = attributes["message"] ?? "failed"
        default: break
        }
    }
}

/// Results that cannot be read.
enum ResultsError: Error, CustomStringConvertible {
    case missing(String)
    case unreadable(String, String)

    var description: String {
        switch self {
        case .missing(let path): "there is no \(path): run the tests with --xunit-output \(path.replacing("-swift-testing", with: ""))"
        case .unreadable(let path, let reason): "\(path) is no JUnit report: \(reason)"
        }
    }
}
