/// Operations on several words: operands and results start at a word, least significant first.
extension Interpreter {
    @inline(never)
    func runWide(_ i: UnsafePointer<Instruction>) {
        let count = Int(i.pointee.count), mask = i.pointee.mask
        let target = arena.words(i.pointee.target), a = arena.words(i.pointee.a), b = arena.words(i.pointee.b)
        switch i.pointee.opcode {
        case .moveW: for k in 0..<count { target[k] = a[k] }
        case .andW: for k in 0..<count { target[k] = a[k] & b[k] }
        case .orW: for k in 0..<count { target[k] = a[k] | b[k] }
        case .xorW: for k in 0..<count { target[k] = a[k] ^ b[k] }
        case .notW:
            for k in 0..<count { target[k] = ~a[k] }
            target[count - 1] &= mask
        case .muxW:
            let source = arena.condition(i.pointee.c, i.pointee.bitC) != 0 ? a : b
            for k in 0..<count { target[k] = source[k] }
        case .addW:
            addWithCarry(target, a, b, count, invert: 0)
            target[count - 1] &= mask
        case .subtractW:
            addWithCarry(target, a, b, count, invert: .max)
            target[count - 1] &= mask
        case .multiplyW:
            let c = Int(i.pointee.c)
            multiply(target, count, a, c >> 16, b, c & 0xffff)
            target[count - 1] &= mask
        case .equalW:
            var difference: UInt64 = 0
            for k in 0..<count { difference |= a[k] ^ b[k] }
            target[0] = difference == 0 ? 1 : 0
        case .lessW: target[0] = isLess(a, b, count, flip: 0) ? 1 : 0
        case .lessSignedW: target[0] = isLess(a, b, count, flip: 1 << UInt64(i.pointee.c)) ? 1 : 0
        case .shiftLeftW: shiftLeft(i, target, a, amount: b[0])
        case .shiftRightW: shiftRight(i, target, a, amount: b[0], fill: 0)
        case .shiftRightSignedW:
            let sign = a[count - 1] >> (UInt64(i.pointee.c - 1) & 63) & 1
            shiftRight(i, target, a, amount: b[0], fill: 0 &- sign)
        case .extractW, .extractSignedW: extract(i, target, a)
        case .anySetW:
            var any: UInt64 = 0
            for k in 0..<count { any |= a[k] }
            target[0] = any != 0 ? 1 : 0
        case .allSetW:
            var all = a[count - 1] | ~mask
            for k in 0..<count - 1 { all &= a[k] }
            target[0] = all == .max ? 1 : 0
        case .oddW:
            var folded: UInt64 = 0
            for k in 0..<count { folded ^= a[k] }
            target[0] = UInt64(folded.nonzeroBitCount & 1)
        case .clampW:
            var high: UInt64 = 0
            for k in 1..<count { high |= a[k] }
            target[0] = high != 0 ? .max : a[0]
        default: preconditionFailure("\(i.pointee.opcode) is not a wide operation")
        }
    }

    /// a + b, or a - b as a + ~b + 1.
    private func addWithCarry(
        _ target: UnsafeMutablePointer<UInt64>, _ a: UnsafeMutablePointer<UInt64>, _ b: UnsafeMutablePointer<UInt64>,
        _ count: Int, invert: UInt64
    ) {
        var carry = invert & 1
        for k in 0..<count {
            let (partial, first) = a[k].addingReportingOverflow(b[k] ^ invert)
            let (total, second) = partial.addingReportingOverflow(carry)
            target[k] = total
            carry = first || second ? 1 : 0
        }
    }

    private func isLess(
        _ a: UnsafeMutablePointer<UInt64>, _ b: UnsafeMutablePointer<UInt64>, _ count: Int, flip: UInt64
    ) -> Bool {
        let x = a[count - 1] ^ flip, y = b[count - 1] ^ flip
        if x != y { return x < y }
        for k in stride(from: count - 2, through: 0, by: -1) where a[k] != b[k] { return a[k] < b[k] }
        return false
    }

    private func multiply(
        _ target: UnsafeMutablePointer<UInt64>, _ count: Int, _ a: UnsafeMutablePointer<UInt64>, _ countA: Int,
        _ b: UnsafeMutablePointer<UInt64>, _ countB: Int
    ) {
        for k in 0..<count { target[k] = 0 }
        for x in 0..<min(countA, count) {
            var carry: UInt64 = 0
            for y in 0..<(count - x) {
                let (high, low) = a[x].multipliedFullWidth(by: y < countB ? b[y] : 0)
                let (partial, first) = low.addingReportingOverflow(carry)
                let (total, second) = partial.addingReportingOverflow(target[x + y])
                target[x + y] = total
                carry = high &+ (first ? 1 : 0) &+ (second ? 1 : 0)
            }
        }
    }

    private func shiftLeft(
        _ i: UnsafePointer<Instruction>, _ target: UnsafeMutablePointer<UInt64>, _ a: UnsafeMutablePointer<UInt64>, amount: UInt64
    ) {
        let count = Int(i.pointee.count)
        let amount = Int(min(amount, UInt64(count * 64))), words = amount / 64, bits = UInt64(amount % 64)
        for k in 0..<count {
            let high = k - words >= 0 ? a[k - words] : 0, low = k - words >= 1 ? a[k - words - 1] : 0
            target[k] = high << bits | low >> (64 - bits)
        }
        target[count - 1] &= i.pointee.mask
    }

    private func shiftRight(
        _ i: UnsafePointer<Instruction>, _ target: UnsafeMutablePointer<UInt64>, _ a: UnsafeMutablePointer<UInt64>,
        amount: UInt64, fill: UInt64
    ) {
        let count = Int(i.pointee.count)
        let amount = Int(min(amount, UInt64(count * 64))), words = amount / 64, bits = UInt64(amount % 64)
        func word(_ k: Int) -> UInt64 {
            k >= count ? fill : k == count - 1 ? a[k] | fill & ~i.pointee.mask : a[k]
        }
        for k in 0..<count { target[k] = word(k + words) >> bits | word(k + words + 1) << (64 - bits) }
        target[count - 1] &= i.pointee.mask
    }

    /// Stored bits from any bit address, zeros or sign copies above.
    @inline(__always)
    private func extract(
        _ i: UnsafePointer<Instruction>, _ target: UnsafeMutablePointer<UInt64>, _ a: UnsafeMutablePointer<UInt64>
    ) {
        let count = Int(i.pointee.count), bits = Int(i.pointee.b), shift = UInt64(i.pointee.leftA)
        let source = UnsafeRawPointer(a)
        let full = bits &>> 6, rest = UInt64(bits & 63)
        // The ninth byte completes a word that does not start at a byte.
        @inline(__always) func load(_ k: Int) -> UInt64 {
            let low = source.loadUnaligned(fromByteOffset: k &* 8, as: UInt64.self) &>> shift
            let high = UInt64(source.load(fromByteOffset: k &* 8 &+ 8, as: UInt8.self))
            return low | (high &<< 1) &<< (63 &- shift)
        }
        for k in 0..<full { target[k] = load(k) }
        if full < count {
            let last = rest == 0 ? 0 : load(full) & ((1 &<< rest) &- 1)
            var fill: UInt64 = 0
            if i.pointee.opcode == .extractSignedW {
                let top = rest == 0 ? target[full - 1] &>> 63 : last &>> (rest &- 1)
                fill = 0 &- (top & 1)
            }
            target[full] = last | fill &<< rest
            var k = full + 1
            while k < count {
                target[k] = fill
                k += 1
            }
        }
        target[count - 1] &= i.pointee.mask
    }
}
