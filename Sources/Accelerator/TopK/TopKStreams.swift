import Configuration
import RTL

/// Keys of a set, `parallelism` of them in every beat but the last.
package struct TopKKeys: Bundle {
    /// Unsigned; element j of beat i has index i * parallelism + j.
    package let keys: Vector<Unsigned>
    /// The low ones; all but in the last beat, none in the one beat of an empty set.
    package let occupied: Vector<Bit>
    package let last: Bit

    package static func shape(_ topK: TopKConfiguration) -> Shape<TopKKeys> {
        Shape { TopKKeys(
            keys: $0.make(.vector(topK.parallelism, unsigned: topK.keyBits)), occupied: $0.make(.bits(topK.parallelism)),
            last: $0.make(.bit)) }
    }
}

/// Which keys are kept: all above `value`, and the first `equals` of those that equal it.
package struct TopKSelection: Bundle {
    package let value: Unsigned
    package let equals: Unsigned

    package static func shape(_ topK: TopKConfiguration) -> Shape<TopKSelection> {
        Shape { TopKSelection(value: $0.make(.unsigned(topK.keyBits)), equals: $0.make(.unsigned(topK.countBits))) }
    }
}

/// Kept keys by ascending index, `parallelism` of them in every beat but the last, which may be empty.
package struct TopKKept: Bundle {
    package let keys: Vector<Unsigned>
    package let indices: Vector<Unsigned>
    package let occupied: Vector<Bit>
    package let last: Bit

    package static func shape(_ topK: TopKConfiguration) -> Shape<TopKKept> {
        Shape { TopKKept(
            keys: $0.make(.vector(topK.parallelism, unsigned: topK.keyBits)),
            indices: $0.make(.vector(topK.parallelism, unsigned: topK.indexBits)),
            occupied: $0.make(.bits(topK.parallelism)), last: $0.make(.bit)) }
    }
}

/// The ports of `RadixSelect` and `QuickSelect`: a set of keys and its k in, its selection out.
package struct SelectionPorts {
    /// k of the next set: 0 ... n, more is as n. Taken ahead of the set's keys, with them or after them.
    package let command: Stream<Unsigned>
    package let keys: Stream<TopKKeys>
    package let selection: Stream<TopKSelection>

    init(_ io: Interface, _ topK: TopKConfiguration) {
        command = io.sink(.unsigned(topK.countBits))
        keys = io.sink(TopKKeys.shape(topK))
        selection = io.source(TopKSelection.shape(topK))
    }
}

extension TopKConfiguration {
    /// Of 0 ... capacity.
    package var countBits: Int { bitsToCount(capacity) }
    /// Of the index of a key.
    package var indexBits: Int { bitsToIndex(capacity) }
    /// Of the place in a beat; 0 if a beat has one key.
    var laneBits: Int { parallelism == 1 ? 0 : bitsToIndex(parallelism) }
    /// Beats of a full set.
    var beats: Int { capacity / parallelism }
    var beatBits: Int { bitsToIndex(beats) }

    var suffix: String {
        "p\(parallelism)_n\(capacity)_w\(keyBits)" + (buffers == 1 ? "" : "_b\(buffers)") + (passKeys == 64 ? "" : "_c\(passKeys)")
    }

    /// The beat number of a place in the set.
    func beat(of index: Unsigned) -> Unsigned { index >> laneBits }
}
