import Foundation
import SeededRandom
import Testing

/// The seeds of random tests: all derived from one, and each on record.
///
/// With `LEANSPATTEN_SEED_RECORD=FILE` every derived seed is appended to the file as a line of JSON: the test, what the
/// seed was for, the seed, and the command that runs the test again.
public enum TestSeed {
    /// `LEANSPATTEN_SEED` if set, else 1.
    public static let global = environment["LEANSPATTEN_SEED"].flatMap { UInt64($0) } ?? 1

    /// A seed of the running test for `purpose`: the same in every process, unrelated to that of any other purpose.
    public static func derived(_ purpose: String) -> UInt64 {
        let seed = derivedSeed(global, purpose)
        record.append(Entry(test: currentTest ?? "", purpose: purpose, seed: seed, rerun: rerun))
        return seed
    }

    /// A generator of the running test for `purpose`.
    public static func generator(_ purpose: String) -> SeededGenerator { SeededGenerator(seed: derived(purpose)) }

    /// The command that runs the current test again, with its seeds.
    public static var rerun: String {
        let filter = currentTest.map { " --filter '\($0)'" } ?? ""
        return "LEANSPATTEN_SEED=\(global) swift test -c release --skip-build\(filter)"
    }

    /// `LaneTests.RandomRowTests/native`
    private static var currentTest: String? {
        Test.current.map { test in
            let id = "\(test.id)".split(separator: "/").prefix { !$0.hasSuffix(".swift") && !$0.contains(".swift:") }
            return id.joined(separator: "/").split(separator: "(")[0].description
        }
    }

    private struct Entry: Encodable {
        let test, purpose: String
        let seed: UInt64
        let rerun: String
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let record = Record(path: environment["LEANSPATTEN_SEED_RECORD"])

    private final class Record: Sendable {
        private let path: String?
        private let lock = NSLock()

        init(path: String?) { self.path = path }

        func append(_ entry: Entry) {
            guard let path else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let line = try? encoder.encode(entry) else { return }
            lock.withLock {
                guard let file = fopen(path, "a") else { return }
                defer { fclose(file) }
                _ = (line + Data("\n".utf8)).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
            }
        }
    }
}
