/// No port, signal, clock, register or memory of that name; says which names come near and which there are.
public struct UnknownName: Error, CustomStringConvertible, Hashable {
    public let name: String
    /// `port`, `input port`, `one-bit output`, `signal`, `clock`, `register`, `memory` or `entry of ...`.
    public let kind: String
    /// The names there are, in declaration order.
    public let known: [String]

    init(_ name: String, kind: String, among known: [String]) {
        self.name = name
        self.kind = kind
        self.known = known
    }

    public var description: String {
        let near = nearMatches
        if known.count > Self.fewNames && !near.isEmpty {
            return "no \(kind) `\(name)` among \(known.count); did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?"
        }
        let shown = known.prefix(60).joined(separator: ", ")
        return "no \(kind) `\(name)`; there are: \(shown)\(known.count > 60 ? ", and \(known.count - 60) more" : "")"
    }

    /// So many are listed even if one comes near.
    private static let fewNames = 12

    /// The known names, five at most, that differ in the fewest letters, or only in the instances before them.
    public var nearMatches: [String] {
        let wanted = Array(name.lowercased().utf8), lastPart = Self.lastPart(name)
        let limit = Swift.max(1, wanted.count / 3)
        let ranked = known.enumerated().compactMap { index, candidate -> (distance: Int, index: Int)? in
            if Self.lastPart(candidate) == lastPart { return (0, index) }
            let distance = Self.distance(wanted, Array(candidate.lowercased().utf8), limit: limit)
            return distance <= limit ? (distance, index) : nil
        }
        let least = ranked.map(\.distance).min()
        return ranked.filter { $0.distance == least }.prefix(5).map { known[$0.index] }
    }

    private static func lastPart(_ path: String) -> String {
        path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// Insertions, deletions and changes of one letter that make `b` of `a`; more than `limit` where it is exceeded.
    private static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int {
        if abs(a.count - b.count) > limit { return limit + 1 }
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(changed, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
