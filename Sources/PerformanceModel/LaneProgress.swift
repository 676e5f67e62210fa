/// How far a lane of a cluster has got with its tiles, in cycles from its first beat (Docs/cluster.md, "Model").
///
/// The port brings the keys of a tile, then its values, then the keys of the next tile, a beat a cycle; either array does a
/// pass for each row that sees the tile, one after the other.
struct LaneProgress: Hashable, Sendable {
    /// Of the memory port.
    private(set) var beats = 0
    /// When the Q.K array is done.
    private var queryKey = 0
    /// When the P.V array is done, were it to wait for weights only, and for values only.
    private var afterKeys = 0, afterValues = 0

    /// Adds a tile that `rows` rows see.
    ///
    /// - Parameters:
    ///   - keyBeats: Of both planes.
    ///   - pass: Cycles of an array that a row takes.
    mutating func addTile(keyBeats: Int, valueBeats: Int, pass: Int, rows: Int) {
        let otherPasses = (rows - 1) * pass
        // A pass over what is still coming begins with its first word at the earliest, and ends with its last.
        let firstPass = max(max(queryKey, beats) + pass, beats + keyBeats)
        beats += keyBeats
        queryKey = firstPass + otherPasses
        // A pass of weights follows its scores.
        afterKeys = max(afterKeys, firstPass) + pass + otherPasses
        afterValues = max(max(afterValues, beats) + pass, beats + valueBeats) + otherPasses
        beats += valueBeats
    }

    /// When the last state is there.
    func lastState(_ timing: LaunchTiming) -> Int {
        max(afterKeys + timing.keyToState, afterValues + timing.valueToState)
    }
}
