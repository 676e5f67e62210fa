extension Shape {
    /// Width in bits of all its signals together.
    public var width: Int {
        var total = 0
        var builder = FieldBuilder { width, signed in
            total += width
            return Reference(literal: 0, isSigned: signed)
        }
        _ = build(&builder)
        return total
    }

    /// The value whose signals `concatenate` packed, first signal in the highest bits.
    public func unpack(_ packed: Unsigned) -> V {
        var below = packed.width
        var builder = FieldBuilder { width, signed in
            below -= width
            return packed.reference.slice(from: below, width: width).reinterpreted(signed: signed)
        }
        return build(&builder)
    }
}
