import RTL
import Simulation
import Testing

private struct TwoRegisters: Module {
    struct Ports { let enable: Bit; let known, unknown: Unsigned; let swapped: Signed }

    func ports(_ io: Interface) -> Ports {
        Ports(enable: io.input(.bit), known: io.output(.unsigned(40)), unknown: io.output(.unsigned(40)), swapped: io.output(.signed(90)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let known = c.register("counted", .unsigned(40), reset: 7), unknown = c.register("held", .unsigned(40))
        let left = c.register("left", .signed(90), reset: -3), right = c.register("right", .signed(90), reset: 5)
        left.next(right.q)
        right.next(left.q)
        c.when(io.enable) { known.next(known.q &+ 1) }
        c.drive(io.known, known.q)
        c.drive(io.unknown, unknown.q)
        c.drive(io.swapped, left.q)
    }
}

private struct Store: Module {
    let depth: Int
    let collision: Collision

    struct Ports {
        let write, second: Bit
        let writeAddress, secondAddress, data, readAddress: Unsigned
        let read: Bit
        let word: Unsigned
    }

    var suffix: String { "d\(depth)_\(collision)" }

    func ports(_ io: Interface) -> Ports {
        Ports(write: io.input(.bit), second: io.input(.bit), writeAddress: io.input(.unsigned(3)), secondAddress: io.input(.unsigned(3)),
              data: io.input(.unsigned(80)), readAddress: io.input(.unsigned(3)), read: io.input(.bit), word: io.output(.unsigned(80)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let store = c.memory("store", depth: depth, width: 80, collision: collision)
        c.when(io.write) { store.write(io.writeAddress, io.data) }
        c.when(io.second) { store.write(io.secondAddress, ~io.data) }
        c.drive(io.word, store.read("fetched", io.readAddress, enable: io.read))
    }
}

@Suite struct StateTests {
    @Test func resetLoadsConstantsAndHoldsWhatHasNone() throws {
        let simulator = NativeSimulator(try Design(TwoRegisters()), seed: 3)
        let known = try simulator.handle("known"), unknown = try simulator.handle("unknown"), swapped = try simulator.handle("swapped")
        #expect(simulator.reset)
        simulator.settle()
        let first = unknown.value
        #expect(known.value != 7)
        try simulator.poke("enable", 1)
        simulator.applyReset(cycles: 1)
        simulator.settle()
        #expect(known.value == 7 && swapped.signed == -3 && unknown.value == first)
        simulator.run(3)
        simulator.settle()
        #expect(known.value == 10 && swapped.signed == 5 && unknown.value == first && simulator.cycle == 4)
    }

    @Test func seedsDifferAndRepeat() throws {
        let design = try Design(TwoRegisters())
        func start(_ seed: UInt64) throws -> [UInt64] {
            let simulator = NativeSimulator(design, seed: seed)
            simulator.settle()
            return Array(simulator.values)
        }
        #expect(try start(1) == start(1))
        #expect(try start(1) != start(2))
    }

    @Test func outputsAreSettledAgainWhenOverwritten() throws {
        let simulator = NativeSimulator(try Design(TwoRegisters()), seed: 3)
        simulator.settle()
        let known = try simulator.handle("known"), value = known.value
        known.value = value ^ 5
        simulator.settle()
        #expect(known.value == value)
    }

    private struct Bench {
        let simulator: NativeSimulator

        init(_ depth: Int, _ collision: Collision, seed: UInt64 = 9) throws {
            simulator = NativeSimulator(try Design(Store(depth: depth, collision: collision)), seed: seed)
            simulator.reset = false
        }

        /// One cycle; the word read by it.
        @discardableResult
        func cycle(write: Int? = nil, second: Int? = nil, data: [UInt64] = [0], read: Int? = nil) throws -> [UInt64] {
            try simulator.poke("write", write == nil ? 0 : 1)
            try simulator.poke("second", second == nil ? 0 : 1)
            try simulator.poke("read", read == nil ? 0 : 1)
            try simulator.poke("write_address", write ?? 0)
            try simulator.poke("second_address", second ?? 0)
            try simulator.poke("read_address", read ?? 0)
            try simulator.handle("data").words = data
            simulator.run(1)
            simulator.settle()
            return try simulator.handle("word").words
        }
    }

    @Test func memoryReadsBackAndHolds() throws {
        let bench = try Bench(8, .readFirst)
        for address in 0..<8 { try bench.cycle(write: address, data: [UInt64(address) << 60 | 5, UInt64(address)]) }
        for address in 0..<8 { #expect(try bench.cycle(read: address) == [UInt64(address) << 60 | 5, UInt64(address)]) }
        #expect(try bench.cycle() == [7 << 60 | 5, 7], "without enable the last word stays")
    }

    @Test func readFirstGivesTheOldWord() throws {
        let bench = try Bench(8, .readFirst)
        try bench.cycle(write: 3, data: [1, 2])
        #expect(try bench.cycle(write: 3, data: [8, 9], read: 3) == [1, 2])
        #expect(try bench.cycle(read: 3) == [8, 9])
    }

    @Test func undefinedCollisionGivesNoise() throws {
        func collide(_ seed: UInt64) throws -> [UInt64] {
            let bench = try Bench(8, .undefined, seed: seed)
            try bench.cycle(write: 3, data: [1, 2])
            let noise = try bench.cycle(write: 3, data: [8, 9], read: 3)
            #expect(noise != [1, 2] && noise != [8, 9] && noise[1] >> 16 == 0)
            #expect(try bench.cycle(read: 3) == [8, 9], "the write itself happens")
            #expect(try bench.cycle(write: 4, data: [1, 1], read: 3) == [8, 9], "another address does not collide")
            return noise
        }
        #expect(try collide(1) == collide(1))
        #expect(try collide(1) != collide(2))
    }

    @Test func laterWritePortWins() throws {
        let bench = try Bench(8, .readFirst)
        try bench.cycle(write: 2, second: 2, data: [0xf0, 0])
        #expect(try bench.cycle(read: 2) == [~0xf0, 0xffff])
    }

    @Test func beyondTheDepthNothingIsWrittenAndNoiseIsRead() throws {
        let bench = try Bench(5, .readFirst)
        for address in 0..<5 { try bench.cycle(write: address, data: [UInt64(address), 0]) }
        for address in 5..<8 { try bench.cycle(write: address, data: [99, 99]) }
        let noise = try (5..<8).map { try bench.cycle(read: $0) }
        #expect(Set(noise).count == 3 && !noise.contains([99, 99]))
        for address in 0..<5 { #expect(try bench.cycle(read: address) == [UInt64(address), 0]) }
    }
}
