import Foundation
import SeededRandom
import TestSupport

/// Which random modules a run makes.
///
/// `LEANSPATTEN_RANDOM_MODULES` and `LEANSPATTEN_RANDOM_ICARUS` say how many of them go through Verilator and Icarus,
/// `LEANSPATTEN_RANDOM_MODULE` makes `oneModule` look at the module of one seed alone.
package enum RandomPopulation {
    package static let count = number("LEANSPATTEN_RANDOM_MODULES") ?? 600
    package static let icarusCount = number("LEANSPATTEN_RANDOM_ICARUS") ?? 30
    package static let oneSeed = environment["LEANSPATTEN_RANDOM_MODULE"].flatMap(UInt64.init)
    /// More than what stays in the cache of models.
    package static var isLarge: Bool { count > 600 }

    /// Seeds of modules for `purpose`: those of a smaller number come first among those of a larger one.
    package static func seeds(_ count: Int, _ purpose: String = "random modules") -> [UInt64] {
        seeds(count, TestSeed.generator(purpose))
    }

    /// The same whatever the global seed: for tests of the generator and of the comparison itself.
    package static func fixedSeeds(_ count: Int, _ purpose: String = "random modules") -> [UInt64] {
        seeds(count, SeededGenerator(seed: 1, name: purpose))
    }

    private static func seeds(_ count: Int, _ generator: SeededGenerator) -> [UInt64] {
        var random = generator
        return (0..<count).map { _ in random.next() >> 24 }
    }

    /// The command that looks at one module alone, with all engines, and makes it smaller if it fails.
    static func rerun(_ seed: UInt64) -> String {
        "LEANSPATTEN_RANDOM_MODULE=\(seed) swift test -c release --skip-build --filter RandomBatchTests/oneModule"
    }

    private static func number(_ name: String) -> Int? { environment[name].flatMap(Int.init) }
    private static let environment = ProcessInfo.processInfo.environment
}
