/// One step of a compiled design.
///
/// Operands are byte offsets into the arena. A *field* operand is the 64 bits from its byte, shifted left then right
/// so that only its own bits remain: logically for an unsigned field, arithmetically for a signed one.
struct Instruction: Hashable {
    var opcode: Opcode
    /// Shifts of the fields a and b.
    var leftA: UInt8 = 0, rightA: UInt8 = 0, leftB: UInt8 = 0, rightB: UInt8 = 0
    /// Bit of the condition in its byte.
    var bitC: UInt8 = 0
    /// Words of a wide operation, or terms of a list.
    var count: UInt16 = 0
    /// Offset of the result.
    var target: Int32 = 0
    /// Offsets of the operands; for a list `a` is its first term.
    var a: Int32 = 0, b: Int32 = 0
    /// Offset of the byte that holds a condition; the products at the head of a list; words of operand b.
    var c: Int32 = 0
    /// The bits of the result's highest word.
    var mask: UInt64 = 0
}

/// Part of a list: a field, arithmetically shifted, masked, moved left.
struct Term {
    var byte: Int32
    var left: UInt8
    var right: UInt8
    var position: UInt8 = 0
    var mask: UInt64
}

/// What an instruction does. No suffix: operands are whole words. `U`: unsigned fields. `S`: signed fields.
/// `M`: a is a signed field, b an unsigned one. `W`: `count` words.
enum Opcode: UInt8, CaseIterable {
    case moveP, moveU, moveS
    case addP, addU, addS, addM
    case subtractP, subtractU, subtractS
    case multiplyP, multiplyU, multiplyS, multiplyM
    case andP, andU, andNotP, andNotU, orP, orU, xorP, xorU, notP, notU
    case equalP, equalU, equalS, unequalP, unequalU, unequalS
    /// `notLess` is a >= b.
    case lessP, lessU, lessS, notLessP, notLessU, notLessS
    case muxP, muxU, muxS
    /// a by the word b.
    case shiftLeftU, shiftRightU, shiftRightS
    case anySetU, allSetU, oddU
    /// Entry of the table that starts at `a`, `c` entries long.
    case table
    /// The terms side by side.
    case gather
    /// The sum of `c` products of two terms and of `count` terms.
    case sum
    /// Passes over the next `a` instructions if the condition is not set.
    case skipUnless

    case moveW, andW, orW, xorW, notW, muxW
    case addW, subtractW, multiplyW
    case equalW, lessW, lessSignedW
    /// By the word b; `c` is the width.
    case shiftLeftW, shiftRightW, shiftRightSignedW
    /// `b` bits from bit `leftA` of byte `a`, zeros or sign copies above.
    case extractW, extractSignedW
    case anySetW, allSetW, oddW
    /// The low word of a, or all ones if a higher one is not zero.
    case clampW
}
