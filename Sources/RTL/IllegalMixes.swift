// Mixes that would silently change meaning in Verilog are refused here, with what to write instead.

private let neverBuilt = "unavailable"

extension Bit {
    @available(*, unavailable, message: "a hardware comparison is a Bit: use when(...) or mux(...)")
    @_disfavoredOverload
    public static func == (a: Bit, b: Bit) -> Bool { fatalError(neverBuilt) }
    @available(*, unavailable, message: "use `&`: both sides are always computed in hardware")
    public static func && (a: Bit, b: Bit) -> Bit { fatalError(neverBuilt) }
    @available(*, unavailable, message: "use `|`: both sides are always computed in hardware")
    public static func || (a: Bit, b: Bit) -> Bit { fatalError(neverBuilt) }
}

extension Unsigned {
    @available(*, unavailable, message: "a hardware comparison is a Bit: use when(...) or mux(...)")
    @_disfavoredOverload
    public static func == (a: Unsigned, b: Unsigned) -> Bool { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func + (a: Unsigned, b: Signed) -> Signed { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func - (a: Unsigned, b: Signed) -> Signed { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func * (a: Unsigned, b: Signed) -> Signed { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func < (a: Unsigned, b: Signed) -> Bit { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func == (a: Unsigned, b: Signed) -> Bit { fatalError(neverBuilt) }
}

extension Signed {
    @available(*, unavailable, message: "a hardware comparison is a Bit: use when(...) or mux(...)")
    @_disfavoredOverload
    public static func == (a: Signed, b: Signed) -> Bool { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func + (a: Signed, b: Unsigned) -> Signed { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func - (a: Signed, b: Unsigned) -> Signed { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func * (a: Signed, b: Unsigned) -> Signed { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func < (a: Signed, b: Unsigned) -> Bit { fatalError(neverBuilt) }
    @available(*, unavailable, message: "mixed signs: convert one with .asSigned or .asUnsigned, or extend with .signExtendedByZero")
    public static func == (a: Signed, b: Unsigned) -> Bit { fatalError(neverBuilt) }
}
