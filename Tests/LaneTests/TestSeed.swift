import Foundation

/// The one seed all random tests derive theirs from.
enum TestSeed {
    /// `LEANSPATTEN_SEED` if set, else 1.
    static let global = ProcessInfo.processInfo.environment["LEANSPATTEN_SEED"].flatMap { UInt64($0) } ?? 1

    /// How to run a failed test again.
    static func rerun(_ name: String) -> String {
        "\(name): LEANSPATTEN_SEED=\(global) swift test -c release --skip-build --filter RandomRowTests"
    }
}
