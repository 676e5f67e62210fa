/// Counts what random modules are made of: parts of the DSL, by the names the coverage test finds them under in the
/// sources (`Unsigned &+`, `Signed.extended`, `Circuit.stage`).
///
/// All are equal: what is counted is no part of a module's identity.
package final class Census: Hashable {
    package private(set) var counts: [String: Int] = [:]

    package init() {}

    func note(_ names: [String]) {
        for name in names { counts[name, default: 0] += 1 }
    }

    package static func == (a: Census, b: Census) -> Bool { true }
    package func hash(into hasher: inout Hasher) {}
}
