import RTL

/// A compiled design: the instructions of a cycle and the layout of the arena they work in.
struct Program {
    /// Instructions whose values depend on registers and read data only.
    var afterState: [Instruction] = []
    /// Instructions whose values can follow an input within the cycle; run after `afterState`.
    var afterInputs: [Instruction] = []
    /// Instructions that only named signals need, for whoever looks at them.
    var observation: [Instruction] = []
    var terms: [Term] = []
    var tables: [UInt64] = []

    /// Words of the arena.
    var words = 0
    var constants: [(word: Int, words: [UInt64])] = []
    /// First word of the registers and read data; their next values lie `stateWords` behind.
    var stateWord = 0
    var stateWords = 0
    /// Width of each register and read port, in the order of their words.
    var stateWidths: [Int] = []
    /// State that loads its next value at every edge of a clock, and state that does so while a bit is set.
    var alwaysLoaded: [(clocks: ClockSet, words: Range<Int>)] = []
    var guardedLoads: [(clocks: ClockSet, condition: BitPlace, words: Range<Int>)] = []
    /// What state becomes at an edge of its clock under that clock's reset.
    var resets: [(clocks: ClockSet, word: Int, words: [UInt64])] = []
    var memories: [MemoryPlan] = []
    var signals: [(signal: FlatDesign.Signal, view: View)] = []
    /// Path of each of `memories`.
    var memoryPaths: [String] = []
}

/// One bit of the arena.
struct BitPlace {
    let byte: Int
    let bit: Int

    @inline(__always) func isSet(_ arena: UnsafeMutablePointer<UInt64>) -> Bool {
        UnsafeRawPointer(arena).load(fromByteOffset: byte, as: UInt8.self) &>> UInt8(bit) & 1 != 0
    }
}

/// A memory and where its ports find their operands in the arena.
struct MemoryPlan {
    let depth: Int
    let width: Int
    let collision: Collision
    let reads: [Read]
    let writes: [Write]

    /// Words of the address and of the next read data.
    struct Read {
        let clocks: ClockSet
        let enable: BitPlace
        let address: Int
        let next: Int
    }

    /// Words of the address and the data.
    struct Write {
        let clocks: ClockSet
        let enable: BitPlace
        let address: Int
        let data: Int
    }
}

extension MemoryPlan.Read {
    @inline(__always) func isActive(_ arena: UnsafeMutablePointer<UInt64>, _ edge: ClockSet) -> Bool {
        !clocks.isDisjoint(with: edge) && enable.isSet(arena)
    }
}

extension MemoryPlan.Write {
    @inline(__always) func isActive(_ arena: UnsafeMutablePointer<UInt64>, _ edge: ClockSet) -> Bool {
        !clocks.isDisjoint(with: edge) && enable.isSet(arena)
    }
}
