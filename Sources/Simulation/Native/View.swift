/// Where a node's value lies in the arena: some stored bits, zeros or copies of the highest of them above.
///
/// Slices, extensions, reinterprets and wires are views of what they are made from and cost no instruction.
struct View: Hashable {
    /// Bit address in the arena.
    var bit: Int
    /// Stored bits.
    var bits: Int
    /// Width of the value.
    var width: Int
    /// Above the stored bits are copies of the highest one, else zeros; false when there is nothing above.
    var signFilled: Bool
    /// In the arena, only zeros lie between the highest stored bit and the end of its word.
    var isClean: Bool
    /// Depends on an input of the top within the cycle.
    var followsInputs: Bool

    /// A value of its own that starts at a word.
    init(word: Int, width: Int, followsInputs: Bool) {
        bit = word * 64
        bits = width
        self.width = width
        signFilled = false
        isClean = true
        self.followsInputs = followsInputs
    }

    var words: Int { (width + 63) / 64 }
    var byte: Int { bit / 8 }
    var word: Int { bit / 64 }
    var isWide: Bool { width > 64 }

    /// Starts at a word, canonical in as many words as its stored bits need, zeros above.
    var isAligned: Bool { bit % 64 == 0 && isClean && !signFilled }
    /// One whole word holds the value.
    var isPlain: Bool { isAligned && !isWide }
    /// All words of the value are there.
    var isBlock: Bool { isAligned && (bits + 63) / 64 == words }
    /// One load that starts at a byte reaches all stored bits.
    var isLoadable: Bool { bit % 8 + bits <= 64 }

    /// The bits `low ..< low + width`; nil: all zeros.
    func slice(low: Int, width: Int) -> View? {
        var result = self
        result.width = width
        if low >= bits {
            guard signFilled else { return nil }
            result.bit = bit + bits - 1
            result.bits = 1
        } else {
            result.bit = bit + low
            result.bits = min(width, bits - low)
        }
        result.signFilled = signFilled && result.bits < width
        result.isClean = (result.bit + result.bits) % 64 == 0 || isClean && result.bit + result.bits == bit + bits
        return result
    }

    /// Extended by zeros or sign; nil: zeros above sign copies, which no view can say.
    func extended(to width: Int, signed: Bool) -> View? {
        if width == self.width { return self }
        var result = self
        result.width = width
        if signed {
            result.signFilled = signFilled || bits == self.width
        } else if signFilled {
            return nil
        }
        return result
    }
}

/// All ones in the low `width` bits, `width` up to 64.
func lowMask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }
