/// The k largest of a set of keys.
enum LargestKeys {
    /// True for the `k` largest keys; of equal ones, those of lower index.
    /// - Precondition: `0 <= k <= keys.count`.
    static func largest(_ k: Int, of keys: [UInt32]) -> [Bool] {
        precondition((0...keys.count).contains(k), "\(k) of \(keys.count) keys")
        guard k > 0 else { return [Bool](repeating: false, count: keys.count) }
        guard k < keys.count else { return [Bool](repeating: true, count: keys.count) }
        let threshold = keys.sorted()[keys.count - k]
        var equalKept = k - keys.reduce(0) { $0 + ($1 > threshold ? 1 : 0) }
        return keys.map { key in
            guard key == threshold else { return key > threshold }
            equalKept -= 1
            return equalKept >= 0
        }
    }
}
