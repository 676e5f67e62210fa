import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import RTL
import Session
import Simulation
import Verification

/// A small program for lane-d64 and what the golden model makes of it: what mutants have to get past.
struct LaneCheck {
    static let lane = LaneConfiguration(headSize: 64, multipliers: 64)

    private let checked: CheckedProgram
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
    private static let stimuli: [(seed: UInt64, stallSeed: UInt64?, latency: Int)] = [(1, nil, 20), (2, 5, 3)]

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
        for (row, settings) in try Self.edges() { try append(row, settings) }
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

    /// Rows whose scaled scores are set key by key, in units of 2^-4: what random rows do not reach.
    private static func edges() throws -> [(LaneRow, RowSettings)] {
        let settings = RowSettings(
            tileKeys: 128, keyFormat: try KeyFormat("12+0"), valueFormat: try ValueFormat(bits: 12))
        func row(_ scores: [Int], _ value: (Int) -> Int16) throws -> (LaneRow, RowSettings) {
            let headSize = lane.headSize
            var query = [Int16](repeating: 0, count: headSize), keys = [Int16](repeating: 0, count: scores.count * headSize)
            query[0] = 1
            for (key, score) in scores.enumerated() { keys[key * headSize] = Int16(score) }
            let values = scores.indices.flatMap { key in [Int16](repeating: value(key), count: headSize) }
            // One unit of score is 2^-4: 2^8 of the scaled score's 2^12.
            let scale = try ScoreScale(mantissa: 1 << 17, shift: 9)
            return (LaneRow(query: query, keys: keys, values: values, keyCount: scores.count, scale: scale), settings)
        }
        func alternate(_ split: Int) -> (Int) -> Int16 { { $0 < split ? -2048 : 2047 } }
        let floor = 16 * NumericFormats.weightFractionBits + 14
        return [
            // The tile before is two classes below, but at the top of its class: it must vanish; then the same turned round.
            try row([Int](repeating: -33 * 16, count: 128) + [0], alternate(128)),
            try row([0] + [Int](repeating: -90 * 16, count: 127) + [Int](repeating: -33 * 16, count: 40), alternate(1)),
            // Neighbouring classes, both ways round.
            try row([Int](repeating: -16, count: 128) + [0, 0], alternate(128)),
            try row([Int](repeating: 0, count: 128) + [-16], alternate(128)),
            // Many keys just under the weight floor of a tile whose last key leads: they count as more than they weigh.
            try row([Int](repeating: -floor, count: 127) + [0], alternate(127)),
            try row([0] + [Int](repeating: -floor, count: 127) + [Int](repeating: -floor, count: 3), alternate(1)),
            // Saturated scores at both ends.
            try row([2047, -2048, 2047], alternate(1)),
        ]
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
            try PortField("mutant", of: simulator).value = mutant
            simulator.applyReset()
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
