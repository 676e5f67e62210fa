import RTL
import SeededRandom

/// A memory of a random module, read within its depth only. If collisions are undefined, reads and writes of one cycle
/// are kept to addresses that differ in the lowest bit.
struct FilledMemory {
    let words: Memory
    private let depth: Int
    /// The lowest bit of addresses written; nil: reads and writes may meet.
    private let phase: Bit?
    private let load: Bit
    private let slot: Unsigned

    init(_ name: String, _ c: Circuit, _ maker: ExpressionMaker, width: Int, load: Bit, slot: Unsigned) {
        (self.load, self.slot) = (load, slot)
        if maker.random.chance(1, in: 2) {
            phase = c.named("\(name)_phase", mux(load, slot[0], maker.condition(1)))
            depth = 2 * maker.random.roll(1...8)
            words = c.memory(name, depth: depth, width: width, collision: .undefined)
        } else {
            phase = nil
            depth = maker.random.roll(1...16)
            words = c.memory(name, depth: depth, width: width, collision: .readFirst)
        }
    }

    func read(_ name: String, _ maker: ExpressionMaker) -> Unsigned {
        maker.note("Memory.read")
        let enable = maker.random.chance(1, in: 3) ? true : load | maker.condition(2)
        return words.read(name, address(isWrite: false, maker), enable: enable)
    }

    /// Beyond the depth nothing is written.
    func write(_ maker: ExpressionMaker) {
        maker.note("Memory.write")
        words.write(address(isWrite: true, maker), maker.number(words.width, 3))
    }

    private func address(isWrite: Bool, _ maker: ExpressionMaker) -> Unsigned {
        guard let phase else {
            let address = maker.number(words.addressWidth, 2)
            return isWrite ? varying(address) : maker.limited(address, below: depth)
        }
        let lowest = isWrite ? phase : !phase
        guard depth > 2 else { return lowest.asUnsigned }
        let upper = maker.number(words.addressWidth - 1, 2)
        return concatenate(isWrite ? varying(upper) : maker.limited(upper, below: depth / 2), lowest)
    }

    /// Never constant, as tools do not like a constant address beyond the depth.
    private func varying(_ address: Unsigned) -> Unsigned { address ^ slot.truncated(to: address.width) }
}
