/// The words of a simulated design, addressed in bytes.
struct Arena {
    let base: UnsafeMutableRawPointer

    @inline(__always) func word(_ offset: Int32) -> UInt64 { base.load(fromByteOffset: Int(offset), as: UInt64.self) }

    @inline(__always) func store(_ offset: Int32, _ value: UInt64) {
        base.storeBytes(of: value, toByteOffset: Int(offset), as: UInt64.self)
    }

    @inline(__always) func words(_ offset: Int32) -> UnsafeMutablePointer<UInt64> {
        (base + Int(offset)).assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always) func unsignedField(_ offset: Int32, _ left: UInt8, _ right: UInt8) -> UInt64 {
        (base.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self) &<< UInt64(left)) &>> UInt64(right)
    }

    @inline(__always) func signedField(_ offset: Int32, _ left: UInt8, _ right: UInt8) -> UInt64 {
        let loaded = base.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self) &<< UInt64(left)
        return UInt64(bitPattern: Int64(bitPattern: loaded) &>> Int64(right))
    }

    @inline(__always) func value(_ term: Term) -> UInt64 { signedField(term.byte, term.left, term.right) & term.mask }

    /// All ones if the bit is set.
    @inline(__always) func condition(_ byte: Int32, _ bit: UInt8) -> UInt64 {
        0 &- (UInt64(base.load(fromByteOffset: Int(byte), as: UInt8.self) &>> bit) & 1)
    }
}

/// Executes compiled instructions.
struct Interpreter {
    let arena: Arena
    let terms: UnsafePointer<Term>
    let tables: UnsafePointer<UInt64>

    @inline(never)
    func run(_ code: UnsafeBufferPointer<Instruction>) {
        guard var next = code.baseAddress else { return }
        let end = next + code.count
        while next != end {
            step(&next)
            next += 1
        }
    }

    /// Executes the instruction at `next`; a skip moves it on.
    @inline(__always)
    private func step(_ next: inout UnsafePointer<Instruction>) {
        let i = next
        @inline(__always) func a() -> UInt64 { arena.word(i.pointee.a) }
        @inline(__always) func b() -> UInt64 { arena.word(i.pointee.b) }
        @inline(__always) func ua() -> UInt64 { arena.unsignedField(i.pointee.a, i.pointee.leftA, i.pointee.rightA) }
        @inline(__always) func ub() -> UInt64 { arena.unsignedField(i.pointee.b, i.pointee.leftB, i.pointee.rightB) }
        @inline(__always) func sa() -> UInt64 { arena.signedField(i.pointee.a, i.pointee.leftA, i.pointee.rightA) }
        @inline(__always) func sb() -> UInt64 { arena.signedField(i.pointee.b, i.pointee.leftB, i.pointee.rightB) }
        @inline(__always) func set(_ value: UInt64) { arena.store(i.pointee.target, value) }
        @inline(__always) func setMasked(_ value: UInt64) { arena.store(i.pointee.target, value & i.pointee.mask) }
        @inline(__always) func set(_ value: Bool) { arena.store(i.pointee.target, value ? 1 : 0) }
        @inline(__always) func choose(_ x: UInt64, _ y: UInt64) -> UInt64 {
            y ^ ((x ^ y) & arena.condition(i.pointee.c, i.pointee.bitC))
        }
        @inline(__always) func isLess(_ x: UInt64, _ y: UInt64) -> Bool { Int64(bitPattern: x) < Int64(bitPattern: y) }

        switch i.pointee.opcode {
        case .moveP: set(a())
        case .moveU: setMasked(ua())
        case .moveS: setMasked(sa())
        case .addP: setMasked(a() &+ b())
        case .addU: setMasked(ua() &+ ub())
        case .addS: setMasked(sa() &+ sb())
        case .addM: setMasked(sa() &+ ub())
        case .subtractP: setMasked(a() &- b())
        case .subtractU: setMasked(ua() &- ub())
        case .subtractS: setMasked(sa() &- sb())
        case .multiplyP: setMasked(a() &* b())
        case .multiplyU: setMasked(ua() &* ub())
        case .multiplyS: setMasked(sa() &* sb())
        case .multiplyM: setMasked(sa() &* ub())
        case .andP: set(a() & b())
        case .andU: set(ua() & ub())
        case .andNotP: set(a() & ~b())
        case .andNotU: setMasked(ua() & ~ub())
        case .orP: set(a() | b())
        case .orU: setMasked(ua() | ub())
        case .xorP: set(a() ^ b())
        case .xorU: setMasked(ua() ^ ub())
        case .notP: setMasked(~a())
        case .notU: setMasked(~ua())
        case .equalP: set(a() == b())
        case .equalU: set(ua() == ub())
        case .equalS: set(sa() == sb())
        case .unequalP: set(a() != b())
        case .unequalU: set(ua() != ub())
        case .unequalS: set(sa() != sb())
        case .lessP: set(a() < b())
        case .lessU: set(ua() < ub())
        case .lessS: set(isLess(sa(), sb()))
        case .notLessP: set(a() >= b())
        case .notLessU: set(ua() >= ub())
        case .notLessS: set(!isLess(sa(), sb()))
        case .muxP: set(choose(a(), b()))
        case .muxU: setMasked(choose(ua(), ub()))
        case .muxS: setMasked(choose(sa(), sb()))
        case .shiftLeftU: setMasked(ua() << b())
        case .shiftRightU: setMasked(ua() >> b())
        case .shiftRightS: setMasked(UInt64(bitPattern: Int64(bitPattern: sa()) >> b()))
        case .anySetU: set(ua() != 0)
        case .allSetU: set(ua() == i.pointee.mask)
        case .oddU: set(UInt64(truncatingIfNeeded: ua().nonzeroBitCount & 1))
        case .table:
            let index = b()
            set(index < UInt64(UInt32(bitPattern: i.pointee.c)) ? tables[Int(i.pointee.a) + Int(index)] & i.pointee.mask : 0)
        case .gather:
            var result: UInt64 = 0
            let first = terms + Int(i.pointee.a)
            for index in 0..<Int(i.pointee.count) { result |= arena.value(first[index]) &<< UInt64(first[index].position) }
            set(result)
        case .sum:
            var total: UInt64 = 0
            var term = terms + Int(i.pointee.a)
            for _ in 0..<Int(i.pointee.c) {
                total &+= arena.value(term[0]) &* arena.value(term[1])
                term += 2
            }
            for index in 0..<Int(i.pointee.count) { total &+= arena.value(term[index]) }
            setMasked(total)
        case .skipUnless:
            if arena.condition(i.pointee.c, i.pointee.bitC) == 0 { next += Int(i.pointee.a) }
        default:
            runWide(i)
        }
    }
}
