import RTL

extension Circuit {
    /// The exact sum of `terms` as a balanced tree with a register behind every `levelsPerStage` levels.
    ///
    /// - Returns: the sum, one bit wider per level, and its latency in enabled cycles.
    public func adderTree(
        _ name: String, _ terms: [Signed], levelsPerStage: Int = 2, enable: Bit?,
        fileID: String = #fileID, line: Int = #line
    ) -> (sum: Signed, latency: Int) {
        var level = terms
        var depth = 0, latency = 0
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { i in
                i + 1 < level.count ? level[i] + level[i + 1] : level[i].extended(to: level[i].width + 1)
            }
            depth += 1
            if depth % levelsPerStage == 0 || level.count == 1 {
                latency += 1
                level = level.enumerated().map { i, term in
                    let register = level.count == 1 ? name : "\(name)_level\(depth)_\(i)"
                    return stage(register, term, enable: enable, fileID: fileID, line: line)
                }
            }
        }
        return (level[0], latency)
    }

    /// `value` after `cycles` enabled cycles; without `enable` all are.
    public func delayed<V: Scalar>(
        _ name: String, _ value: V, by cycles: Int, enable: Bit?, reset: Int? = nil,
        fileID: String = #fileID, line: Int = #line
    ) -> V {
        (0..<cycles).reduce(value) { delayed, cycle in
            stage("\(name)_\(cycle + 1)", delayed, enable: enable, reset: reset, fileID: fileID, line: line)
        }
    }
}
