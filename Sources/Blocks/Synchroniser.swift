import RTL

extension Circuit {
    /// `value` of another clock, `stages` edges of `domain` later, long enough for a metastable first stage to settle.
    ///
    /// Only one bit may change at a time, or the bits of a change arrive at different edges: bits, Gray code, or what is
    /// held still meanwhile. It must come from a register: what logic makes of it on the way glitches.
    ///
    /// - Parameters:
    ///   - name: of the result; the stages before it are `name_0`, `name_1`, ...
    ///   - reset: of all stages; nil: not reset.
    public func synchronised<V: Scalar>(
        _ name: String, _ value: V, in domain: ClockDomain, stages: Int = 2, reset: Int? = nil,
        fileID: String = #fileID, line: Int = #line
    ) -> V {
        precondition(stages >= 2, "a synchroniser has two stages at least")
        var value = value
        for stage in 0..<stages {
            value = self.stage(
                stage == stages - 1 ? name : "\(name)_\(stage)", value, reset: reset, domain: domain, crossing: stage == 0,
                fileID: fileID, line: line)
        }
        return value
    }
}
