import Accelerator
import Configuration
import FixedPoint
import Foundation
import GoldenModel
import PerformanceModel
import RTL
import SeededRandom
import Session
import Simulation
import Verification

/// A small program for lane-d64 and what the golden model makes of it: what mutants have to get past.
struct LaneCheck {
    static let lane = LaneConfiguration(headSize: 64, multipliers: 64)

    let checked: CheckedProgram
    /// Beats that the jobs read.
    private let beats: Int

    /// How a design has failed.
    enum Verdict: Hashable, CustomStringConvertible {
        case wrongOutputs(row: Int)
        case failed(String)
        case wrongTraffic(beats: Int, expected: Int)
        case slow(cycles: Int, expected: Int)

        var description: String {
            switch self {
            case .wrongOutputs(let row): "outputs of row \(row) differ from the golden model"
            case .failed(let reason): reason
            case .wrongTraffic(let beats, let expected): "\(beats) beats read instead of \(expected)"
            case .slow(let cycles, let expected): "right, but \(cycles) cycles instead of \(expected)"
            }
        }
    }

    /// How one run is driven: without hesitation, and with random stalls from another power-up state.
    static let stimuli: [(seed: UInt64, stallSeed: UInt64?, latency: Int)] = [(1, nil, 20), (2, 5, 3)]

    init() throws {
        var checked = CheckedProgram(lane: Self.lane)
        var bound = LaneBound(configuration: Self.lane)
        func append(_ row: LaneRow, _ settings: RowSettings) throws {
            try checked.append(row, settings: settings)
            bound.addRow(keys: row.keyCount, settings: settings)
        }
        var random = SeededGenerator(seed: 1, name: "LaneCheck")
        // Each key format and value format, around the end of a tile, and without a key.
        for (index, format) in KeyFormat.supported.enumerated() {
            let settings = RowSettings(tileKeys: RowSettings.tileSizes[index % 2], keyFormat: format,
                                       valueFormat: ValueFormat.supported[index % 4])
            for keys in [[129, 2], [0], [257], [128], [1, 3], [40], [2], [300]][index] {
                try append(Self.row(keys, settings, [0.5, 2, 6][index % 3], &random), settings)
            }
        }
        for (row, settings) in try Self.edges() + Self.ties(&random) { try append(row, settings) }
        self.checked = checked
        beats = bound.portBeats
    }

    /// A row of random codes whose scores spread by `spread` powers of e.
    private static func row(
        _ keys: Int, _ settings: RowSettings, _ spread: Double, _ random: inout SeededGenerator
    ) throws -> LaneRow {
        let bits = settings.keyFormat.bits
        let deviation = Double(lane.headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + bits)) / 12
        return LaneRow(
            query: random.codes(lane.headSize, bits: NumericFormats.queryBits),
            keys: random.codes(keys * lane.headSize, bits: bits),
            values: random.codes(keys * lane.headSize, bits: settings.valueFormat.bits), keyCount: keys,
            scale: try ScoreScale(real: spread / deviation))
    }

    /// A row whose scaled scores are set key by key, in units of 2^(12 - `unitShift`).
    private static func row(
        scores: [Int], unitShift: Int, _ value: (_ key: Int, _ element: Int) -> Int16
    ) throws -> (LaneRow, RowSettings) {
        let headSize = lane.headSize
        var query = [Int16](repeating: 0, count: headSize), keys = [Int16](repeating: 0, count: scores.count * headSize)
        query[0] = 1
        for (key, score) in scores.enumerated() { keys[key * headSize] = Int16(score) }
        let row = LaneRow(
            query: query, keys: keys, values: scores.indices.flatMap { key in (0..<headSize).map { value(key, $0) } },
            keyCount: scores.count, scale: try ScoreScale(mantissa: 1 << 17, shift: 5 + unitShift))
        return (row, RowSettings(tileKeys: 128, keyFormat: try KeyFormat("12+0"), valueFormat: try ValueFormat(bits: 12)))
    }

    /// Rows that random ones do not reach; scores in units of 2^-4.
    private static func edges() throws -> [(LaneRow, RowSettings)] {
        func alternate(_ split: Int) -> (Int, Int) -> Int16 { { key, _ in key < split ? -2048 : 2047 } }
        let floor = 16 * NumericFormats.weightFractionBits + 14
        return [
            // The tile before is two classes below, but at the top of its class: it must vanish; then the same turned round.
            try row(scores: [Int](repeating: -33 * 16, count: 128) + [0], unitShift: 4, alternate(128)),
            try row(scores: [0] + [Int](repeating: -90 * 16, count: 127) + [Int](repeating: -33 * 16, count: 40), unitShift: 4, alternate(1)),
            // Neighbouring classes, both ways round.
            try row(scores: [Int](repeating: -16, count: 128) + [0, 0], unitShift: 4, alternate(128)),
            try row(scores: [Int](repeating: 0, count: 128) + [-16], unitShift: 4, alternate(128)),
            // Many keys just under the weight floor of a tile whose last key leads: they count as more than they weigh.
            try row(scores: [Int](repeating: -floor, count: 127) + [0], unitShift: 4, alternate(127)),
            try row(scores: [0] + [Int](repeating: -floor, count: 127) + [Int](repeating: -floor, count: 3), unitShift: 4, alternate(1)),
            // Saturated scores at both ends.
            try row(scores: [2047, -2048, 2047], unitShift: 4, alternate(1)),
        ]
    }

    /// Two keys each, the second at a distance where the exponential's interpolation is a tie, and a tie that changes the
    /// weight; the elements' values differ, so that some of the outputs stand next to a rounding of their own.
    private static func ties(_ random: inout SeededGenerator) throws -> [(LaneRow, RowSettings)] {
        let segmentBits = NumericFormats.exponentialSegmentBits, fractionBits = NumericFormats.exponentialFractionBits
        let remainderBits = NumericFormats.scaledScoreFractionBits - segmentBits
        func base(_ segment: Int) -> Int {
            Int((Double(1 << fractionBits) * exp2(-Double(segment) / Double(1 << segmentBits))).rounded())
        }
        let deltas = (1..<2048).filter { delta in
            let segment = delta >> remainderBits, remainder = delta & ((1 << remainderBits) - 1)
            let product = (base(segment) - base(segment + 1)) * remainder, half = 1 << (remainderBits - 1)
            let excess = fractionBits - NumericFormats.weightFractionBits
            let up = base(segment) - (product + half) >> remainderBits
            return product & (2 * half - 1) == half && up & ((1 << excess) - 1) == 1 << (excess - 1) - 1
        }
        return try (0..<8).map { index in
            try row(scores: [0, -deltas[(index * 2 + 1) * deltas.count / 16]], unitShift: 12) { _, _ in
                Int16(random.code(NumericFormats.valueBits))
            }
        }
    }

    /// Runs the program on a design with mutant number `mutant` awake.
    ///
    /// - Parameter cycles: What the healthy design takes under each stimulus; a longer run is slow. Nil: any is right.
    /// - Returns: nil if nothing is wrong, and the cycles that each stimulus took.
    func run(_ design: Design, mutant: Int, cycles: [Int]? = nil) throws -> (verdict: Verdict?, cycles: [Int]) {
        var taken: [Int] = []
        for (index, stimulus) in Self.stimuli.enumerated() {
            let simulator = NativeSimulator(design, seed: stimulus.seed)
            let bench = try LaneTestBench(
                simulator, headSize: Self.lane.headSize, program: checked.program, memoryLatency: stimulus.latency,
                stallSeed: stimulus.stallSeed, patience: 1_000, cycleLimit: cycles.map { 3 * $0[index] } ?? .max)
            try simulator.handle("mutant").value = mutant
            simulator.applyReset(cycles: 1)
            let result: LaneTestBench.Result
            do {
                result = try bench.runWithoutReset()
            } catch let error as MemoryModelError {
                return (.failed("reads outside the memory in cycle \(error.cycle)"), taken)
            } catch let error as LaneRunError {
                return (.failed("\(error)"), taken)
            }
            if let mismatch = checked.mismatches(result.outputs).first { return (.wrongOutputs(row: mismatch.row), taken) }
            guard result.traffic.totalBeats == beats else {
                return (.wrongTraffic(beats: result.traffic.totalBeats, expected: beats), taken)
            }
            taken.append(result.cycles)
            if let cycles, result.cycles > cycles[index] {
                return (.slow(cycles: result.cycles, expected: cycles[index]), taken)
            }
        }
        return (nil, taken)
    }
}
