import Accelerator
import Configuration
import FixedPoint
import Foundation
import GoldenModel
import RTL
import SeededRandom
import Simulation
import TestSupport
import Verification

/// The advertised lanes.
let lanes = Preset.all.map(\.configuration)
let laneD64 = LaneConfiguration(headSize: 64, multipliers: 64)

/// What every unit is run under: without a gap, with gaps and stalls at three sets of rates, and with one of its streams
/// nearly always late.
func timings(_ streams: String...) -> [StreamTiming] {
    [.steady] + (0..<3).map { .random(seed: TestSeed.derived("timing \($0)")) }
        + streams.map { .slow($0, seed: TestSeed.derived($0)) }
}

/// The mutant that the tests of the units run with, when they are a part of the mutation score; nil: none.
enum UnitMutant {
    @TaskLocal static var current: Mutant?

    /// The unit under test does not hold the mutant.
    struct Elsewhere: Error {}
}

/// A module alone in the native engine.
func simulator(_ module: some Module, seed: UInt64 = 1) throws -> NativeSimulator {
    let design = try Design(module)
    guard let mutant = UnitMutant.current else { return NativeSimulator(design, seed: seed) }
    guard design.modules.contains(where: { $0.name == mutant.module }) else { throw UnitMutant.Elsewhere() }
    let simulator = NativeSimulator(try design.mutated(by: [mutant]), seed: seed)
    try simulator.handle("mutant").value = 1
    return simulator
}

/// A module alone in the native engine, with a bench around it; each timing starts from power-up values of its own.
func bench(_ module: some Module, _ timing: StreamTiming = .steady) throws -> StreamTestBench {
    StreamTestBench(try simulator(module, seed: timing.seed), timing: timing)
}

/// Where two sequences differ first, without printing all of them; nil: nowhere.
func difference<Item: Equatable>(_ seen: [Item], _ expected: [Item]) -> String? {
    if let index = zip(seen, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset {
        return "item \(index) of \(expected.count): \(seen[index]) instead of \(expected[index])"
    }
    return seen.count == expected.count ? nil : "\(seen.count) items instead of \(expected.count)"
}

extension SeededGenerator {
    /// Any number of `bits` bits, two's complement; the extremes often.
    mutating func code(_ bits: Int) -> Int {
        switch below(8) {
        case 0: -(1 << (bits - 1))
        case 1: (1 << (bits - 1)) - 1
        default: below(1 << bits) - 1 << (bits - 1)
        }
    }

    mutating func codes(_ count: Int, bits: Int) -> [Int16] { (0..<count).map { _ in Int16(code(bits)) } }

    mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func flip() -> Bool { next() >> 63 == 1 }
}

extension LaneConfiguration {
    /// Vectors of `multipliers` elements that carry `keys` rows of `headSize` codes; `padding` fills the last one.
    func vectors(of codes: [Int16], padding: Int16 = 0) -> [[Int16]] {
        stride(from: 0, to: codes.count, by: multipliers).map { start in
            let part = Array(codes[start..<min(start + multipliers, codes.count)])
            return part + [Int16](repeating: padding, count: multipliers - part.count)
        }
    }

    /// Beats a unit takes for `keys` keys, before `steps`; an empty row or tile has one.
    func keyBeats(_ keys: Int) -> Int { max(1, (keys + slots - 1) / slots) }

    var stateBeatCount: Int { headSize / mergeElements }

    /// Scores or weights of a row beat by beat: key counts of its tiles, and where tile and row end.
    func beats<Item>(
        tiles: [Int], _ make: (_ keys: Range<Int>, _ occupied: [Bool], _ tileLast: Bool, _ rowLast: Bool) -> Item
    ) -> [Item] {
        var first = 0
        return tiles.enumerated().flatMap { tile, keys -> [Item] in
            defer { first += keys }
            return (0..<keyBeats(keys)).map { beat in
                let start = beat * slots
                let range = first + start..<first + max(start, min(start + slots, keys))
                return make(range, (0..<slots).map { start + $0 < keys }, beat == keyBeats(keys) - 1,
                            beat == keyBeats(keys) - 1 && tile == tiles.count - 1)
            }
        }
    }
}

/// Keys of each tile of a row; an empty row is one empty tile.
func tileSizes(keys: Int, tileKeys: Int) -> [Int] {
    keys == 0 ? [0] : stride(from: 0, to: keys, by: tileKeys).map { min(tileKeys, keys - $0) }
}
