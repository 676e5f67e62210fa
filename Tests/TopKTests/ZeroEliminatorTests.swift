import Blocks
import Cosimulation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

/// What a zero eliminator must do, vector by vector, on any engine.
struct EliminatorCheck {
    let unit: ZeroEliminator
    private let simulator: any Simulator
    private let advance, start, elements, occupied, compacted, compactedOccupied: PortHandle

    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter prefix: of the unit's ports.
    init(_ unit: ZeroEliminator, _ simulator: any Simulator, prefix: String = "") throws {
        (self.unit, self.simulator) = (unit, simulator)
        func handle(_ name: String) throws -> PortHandle { try simulator.handle(prefix + name) }
        advance = try handle("advance")
        start = try handle("start")
        elements = try handle("elements")
        occupied = try handle("occupied")
        compacted = try handle("compacted")
        compactedOccupied = try handle("compacted_occupied")
    }

    struct Vector {
        var start: Int
        /// nil: not occupied.
        var elements: [UInt64?]

        /// By the definition: the occupied ones in order, from slot `start` on, around the end.
        var compacted: [UInt64?] {
            var result = [UInt64?](repeating: nil, count: elements.count)
            for (rank, element) in elements.compactMap(\.self).enumerated() { result[(start + rank) % elements.count] = element }
            return result
        }
    }

    private var mask: UInt64 { .max >> UInt64(64 - unit.bits) }

    func random(_ random: inout SeededGenerator) -> Vector {
        let density = random.below(9)
        return Vector(start: random.flip() ? 0 : random.below(unit.count), elements: (0..<unit.count).map { _ in
            random.below(8) < density ? random.next() & mask : nil
        })
    }

    func offer(_ vector: Vector, advances: Bool, _ random: inout SeededGenerator) {
        advance.value = advances ? 1 : 0
        start.value = vector.start
        elements.set(vector.elements.map { $0 ?? random.next() & mask }, width: unit.bits)
        occupied.set(vector.elements.map { $0 == nil ? 0 : 1 }, width: 1)
    }

    func check(_ vector: Vector) throws {
        let flags: [UInt8] = compactedOccupied.elements(width: 1), seen: [UInt64] = compacted.elements(width: unit.bits)
        for (slot, expected) in vector.compacted.enumerated() {
            guard flags[slot] == (expected == nil ? 0 : 1), expected == nil || seen[slot] == expected else {
                throw Wrong(description: "\(unit.verilogName), \(vector): slot \(slot) holds "
                    + "\(flags[slot] == 1 ? "\(seen[slot])" : "nothing") instead of \(expected.map { "\($0)" } ?? "nothing")")
            }
        }
    }
}

extension Array where Element == EliminatorCheck {
    /// `vectors` random vectors through units of one simulator, one a cycle but for one cycle in four in which they stand still.
    func run(_ simulator: any Simulator, vectors: Int, _ random: inout SeededGenerator) throws {
        var sent = map { _ in [EliminatorCheck.Vector]() }
        simulator.applyReset()
        var taken = 0
        while taken < vectors {
            let advances = random.below(4) > 0
            let offered = map { $0.random(&random) }
            for (check, vector) in zip(self, offered) { check.offer(vector, advances: advances, &random) }
            simulator.settle()
            for (index, check) in enumerated() where taken >= check.unit.latency {
                try check.check(sent[index][taken - check.unit.latency])
            }
            if advances {
                for index in indices { sent[index].append(offered[index]) }
                taken += 1
            }
            simulator.clockEdge()
        }
    }
}

@Suite struct ZeroEliminatorTests {
    /// Several units side by side.
    struct Units: Module {
        let units: [ZeroEliminator]

        struct Ports {
            let units: [ZeroEliminator.Ports]
        }

        func ports(_ io: Interface) -> Ports { Ports(units: units.map { $0.ports(io) }) }

        func body(_ c: Circuit, _ io: Ports) {
            for (index, unit) in units.enumerated() {
                let inner = c.instance("unit_\(index)", unit), outer = io.units[index]
                c.drive(inner.advance, outer.advance)
                c.drive(inner.start, outer.start)
                c.drive(inner.elements, outer.elements)
                c.drive(inner.occupied, outer.occupied)
                c.drive(outer.compacted, inner.compacted)
                c.drive(outer.compactedOccupied, inner.compactedOccupied)
            }
        }
    }

    private static var units: [ZeroEliminator] { [(2, 8, 1), (4, 1, 1), (8, 21, 2), (16, 12, 1), (16, 16, 2), (32, 9, 1), (64, 33, 3)].map {
        ZeroEliminator(count: $0.0, bits: $0.1, layersPerStage: $0.2)
    } }

    @Test func latencyIsLogarithmic() {
        for layers in 1...6 { #expect(ZeroEliminator(count: 1 << layers, bits: 8).latency == layers + 1) }
    }

    /// SpAtten, Fig. 10.
    @Test func theExampleOfThePaper() throws {
        let unit = ZeroEliminator(count: 8, bits: 8)
        let simulator = NativeSimulator(try Design(unit), seed: 1)
        let check = try EliminatorCheck(unit, simulator)
        var random = TestSeed.generator(#function)
        let vector = EliminatorCheck.Vector(start: 0, elements: "a0b0cd0e".utf8.map { $0 == UInt8(ascii: "0") ? nil : UInt64($0) })
        #expect(vector.compacted == "abcde".utf8.map { UInt64($0) } + [nil, nil, nil])
        simulator.applyReset()
        for _ in 0..<unit.latency {
            check.offer(vector, advances: true, &random)
            simulator.settle()
            simulator.clockEdge()
        }
        simulator.settle()
        try check.check(vector)
    }

    /// 100,000 vectors of the size in the paper, fewer of others.
    @Test(arguments: [(3..<4, 100_000), (0..<7, 4_000)]) func randomVectors(_ chosen: Range<Int>, _ vectors: Int) throws {
        let units = Array(Self.units[chosen])
        let simulator = VerilatorSimulator(
            try VerilatorModel.build(try Design(Units(units: units))), seed: TestSeed.derived("power-up"))
        let checks = try units.enumerated().map { try EliminatorCheck($1, simulator, prefix: "units_\($0)_") }
        var random = TestSeed.generator("\(#function) \(vectors)")
        try checks.run(simulator, vectors: vectors, &random)
    }
}
