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
    /// `value / peerValue`, but `peerValue / value` between seconds: how many times as fast as the peer.
    let ratio: Double?
    /// Measures it again.
    let command: String

    init(_ name: String, _ value: Double, _ unit: Unit, peer: String? = nil, peerValue: Double? = nil) {
        self.name = name
        self.value = value
        self.unit = unit.rawValue
        self.peer = peer
        self.peerValue = peerValue
        ratio = peerValue.map { unit == .seconds ? $0 / value : value / $0 }
        command = "make bench ONLY=\(name)"
    }

    enum Unit: String {
        case cycles
        case requests
        case points
        case part
        case cyclesPerSecond = "cycles/s"
        case seconds = "s"
        case microsecondsPerMultiplier = "us/multiplier"
        case kilobytesPerMultiplier = "kB/multiplier"
    }

    /// As a row of a table.
    var line: String {
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
        let own = padded(name, 36) + padded("\(Self.text(value)) \(unit)", 22)
        guard let peer, let peerValue, let ratio else { return own }
        return own + padded("\(Self.text(ratio))x", 9) + "\(peer): \(Self.text(peerValue)) \(unit)"
    }

    private static func text(_ number: Double) -> String {
        number >= 1000 ? String(Int(number.rounded())) : String(format: "%.4g", number)
    }
}
