import Foundation

/// One line of `.build/bench.json`.
struct Figure: Codable {
    /// Stable: scripts rely on it.
    let name: String
    let value: Double
    let unit: String
    /// What `value` is measured against, and its own figure.
    let peer: String?
    let peerValue: Double?
    /// `value / peerValue`.
    let ratio: Double?
    let command: String

    init(_ name: String, _ value: Double, _ unit: String, peer: String? = nil, peerValue: Double? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
        self.peer = peer
        self.peerValue = peerValue
        ratio = peerValue.map { value / $0 }
        command = "make bench"
    }

    var line: String {
        let own = "\(Self.text(value)) \(unit)"
        guard let peer, let peerValue, let ratio else { return "\(name): \(own)" }
        return "\(name): \(own); \(peer) \(Self.text(peerValue)) \(unit); ratio \(Self.text(ratio))"
    }

    private static func text(_ number: Double) -> String {
        number >= 1000 ? String(Int(number.rounded())) : String(format: "%.4g", number)
    }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
