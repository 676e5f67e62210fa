import RTL

/// Full beats made of vectors that are partly occupied.
public struct PackedBeats {
    /// A beat is there: full, or the last one, which may also be empty.
    public let valid: Bit
    public let elements: [Unsigned]
    /// All set but in the last beat.
    public let occupied: [Bit]
    public let last: Bit
    /// A beat goes out that takes nothing in: the vectors wait.
    public let isFlushing: Bit
}

extension Circuit {
    /// Joins vectors whose elements already lie in the slots they shall have: each begins where the one before it ended and
    /// wraps around, as `ZeroEliminator` leaves them.
    ///
    /// Combinational from vector to beat. A beat goes out with the vector that completes it, or with the last vector; what
    /// that leaves over goes out in one cycle more, `isFlushing`. So a last beat is empty if nothing at all was occupied, or
    /// if the vector that completed the beat before was not the last.
    ///
    /// - Parameters:
    ///   - elements, occupied: of the vector.
    ///   - valid, last: there is a vector; it ends its set, and the next one begins in slot 0.
    ///   - advance: what comes out is taken. The vector is taken when it is set and `isFlushing` is not.
    public func packedBeats(
        _ name: String, _ elements: [Unsigned], occupied: [Bit], valid: Bit, last: Bit, advance: Bit,
        fileID: String = #fileID, line: Int = #line
    ) -> PackedBeats {
        func stamp(_ what: String, _ bit: Bit) -> Bit { named("\(name)_\(what)", bit, fileID: fileID, line: line) }
        let flushing = register("\(name)_flushing", .bit, reset: 0, fileID: fileID, line: line)
        let held = elements.indices.map { slot in
            register("\(name)_held_\(slot)", .like(elements[slot]), fileID: fileID, line: line)
        }
        let holds = elements.indices.map { slot in
            register("\(name)_holds_\(slot)", .bit, reset: 0, fileID: fileID, line: line)
        }
        let take = stamp("take", valid & advance & !flushing.q)
        // Vectors fill slots without a gap, so the beat is complete with its highest slot, and what wraps has a slot that was held.
        let complete = stamp("complete", occupied[occupied.count - 1])
        let wraps = elements.indices.map { occupied[$0] & holds[$0].q }
        let anyWraps = stamp("any_wraps", wraps.anySet)
        for slot in elements.indices {
            when(take & occupied[slot], fileID: fileID, line: line) { held[slot].next(elements[slot], fileID: fileID, line: line) }
            when(take, fileID: fileID, line: line) {
                let kept = mux(complete, wraps[slot], holds[slot].q | occupied[slot])
                holds[slot].next(kept & (!last | anyWraps), fileID: fileID, line: line)
            }.elsewhen(flushing.q & advance, fileID: fileID, line: line) {
                holds[slot].clear(fileID: fileID, line: line)
            }
        }
        when(take & last & anyWraps, fileID: fileID, line: line) {
            flushing.set(fileID: fileID, line: line)
        }.elsewhen(advance, fileID: fileID, line: line) {
            flushing.clear(fileID: fileID, line: line)
        }
        return PackedBeats(
            valid: stamp("valid", flushing.q | valid & (complete | last)),
            elements: elements.indices.map { mux(holds[$0].q, held[$0].q, elements[$0]) },
            occupied: elements.indices.map { holds[$0].q | !flushing.q & occupied[$0] },
            last: stamp("last", flushing.q | last & !anyWraps), isFlushing: flushing.q)
    }
}
