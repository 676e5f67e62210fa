import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

/// Lanes with every number of beats a state can take, one beat included.
private let stateLanes = lanes + [1, 16, 32].map { LaneConfiguration(headSize: 32, multipliers: 32, mergeElements: $0) }

@Suite struct StateAccumulatorTests {
    /// Rows back to back: what one row leaves behind must not enter the next.
    @Test(arguments: stateLanes) func rowsBackToBack(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        let rows: [[Int?]] = [[3], [3], [nil], [0, 32, 64], [64, 32, 0], [-33, -32, -1, 0, 1, 31, 32, 33], [nil], [-2048], [2047],
                              [5, 5, 5, 5], [100, -100], [-100, 100], [nil], [nil], [0]]
        var beats: [LeafItem.Beat] = [], expected: [PartialState] = []
        for references in rows {
            let leaves = references.map { reference in reference.map { leaf($0, lane, &random) } }
            for (index, leaf) in leaves.enumerated() {
                beats += LeafItem(leaf: leaf, rowLast: index == leaves.count - 1).beats(lane)
            }
            expected.append(leaves.reduce(.empty(headSize: lane.headSize)) { state, leaf in
                leaf.map { MergeUnit.merge(state, MergeUnit.state(of: $0)) } ?? state
            })
        }
        for timing in timings("leaf", "state") {
            let bench = try bench(Accelerator.StateAccumulator(lane: lane), timing)
            let leaves = try bench.send(beats, to: "leaf", LeafItem.writer)
            let states = try bench.receive(expected.count * lane.stateBeatCount, from: "state") { port in
                let state = try StateBeatFields(port, "", lane)
                return { state.read() }
            }
            try bench.run()
            let joined = expected.indices.map {
                PartialState.joined(states.items[$0 * lane.stateBeatCount..<($0 + 1) * lane.stateBeatCount])
            }
            #expect(difference(joined, expected) == nil)
            if timing.isSteady {
                let unit = Accelerator.StateAccumulator(lane: lane)
                #expect(states.cycles[0] - leaves.cycles[0] == Accelerator.StateAccumulator.latency)
                #expect(leaves.cycles[lane.stateBeatCount] - leaves.cycles[0] == unit.cyclesPerLeaf)
            }
        }
    }
}

@Suite struct NormalizerTests {
    /// Rows of every value width with extreme sums, weight sums from the least to the greatest, empty rows.
    @Test(arguments: stateLanes) func outputs(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        var rows: [(state: PartialState, format: ValueFormat)] = []
        for format in ValueFormat.supported {
            rows.append((.empty(headSize: lane.headSize), format))
            // The largest score weighs a half at least.
            for bits in NumericFormats.weightFractionBits..<weightBits {
                let lowest = UInt128(1) << (bits - 1)
                let corners = [lowest, 2 * lowest - 1, lowest + UInt128(random.next()) % lowest]
                // Small sums are shifted least: what is below them shows most.
                for weight in bits < NumericFormats.reciprocalMantissaBits ? corners : [corners[random.below(3)]] {
                    rows.append((state(weight, format, lane, &random), format))
                }
            }
        }
        rows.append((.empty(headSize: lane.headSize), ValueFormat.supported[0]))
        let expected = rows.flatMap { row in Normalizer.outputs(row.state, valueFormat: row.format) }
        for timing in timings("value_bits", "state", "output") {
            let bench = try bench(Accelerator.Normalizer(lane: lane), timing)
            try bench.send(rows.map(\.format.bits), to: "value_bits") { port in
                let field = try port.field("")
                return { field.value = $0 }
            }
            let beats = rows.indices.flatMap { row in (0..<lane.stateBeatCount).map { (row: row, beat: $0) } }
            let states = try bench.send(beats, to: "state") { port in
                let fields = try StateBeatFields(port, "", lane)
                return { fields.write(rows[$0.row].state, beat: $0.beat, lane, noise: 0x5bd1 &* UInt64($0.row)) }
            }
            let outputs = try bench.receive(expected.count, from: "output") { port in
                let element = try port.field("element"), last = try port.field("last")
                return { (element: Int16(element.value), last: last.value == 1) }
            }
            try bench.run()
            #expect(difference(outputs.items.map(\.element), expected) == nil)
            #expect(difference(outputs.items.map(\.last), expected.indices.map { $0 % lane.headSize == lane.headSize - 1 }) == nil)
            if timing.isSteady {
                #expect(outputs.cycles[0] - states.cycles[lane.stateBeatCount - 1] == Accelerator.Normalizer.latency)
                #expect(outputs.cycles[lane.headSize - 1] - outputs.cycles[0] == lane.headSize - 1)
            }
        }
    }

    /// Sums within what values of the format can make of that weight, halved between the classes, or far beyond it: the
    /// output saturates.
    private func state(
        _ weight: UInt128, _ format: ValueFormat, _ lane: LaneConfiguration, _ random: inout SeededGenerator
    ) -> PartialState {
        let lower = random.flip() ? UInt128(random.next()) : 0
        let limit = format.bits < NumericFormats.valueBits && random.flip() ? 2047 : format.codeRange.upperBound
        let sums = (0..<lane.headSize).map { _ -> Int128 in
            switch random.below(6) {
            case 0: Int128(weight) * Int128(limit)
            case 1: -Int128(weight) * Int128(limit + 1)
            case 2: Int128(random.below(3) - 1)
            // A tie of the final rounding, or next to one.
            case 3: Int128(weight) * Int128(2 * random.below(limit) + 1) / Int128(2 << format.outputGainBits)
            default: Int128(weight) / 1024 * Int128(random.number(in: -1024 * limit...1024 * limit))
            }
        }
        return PartialState(
            isValid: true, stateClass: random.code(NumericFormats.classBits), upperWeightSum: weight, lowerWeightSum: lower,
            upperOutputSums: sums, lowerOutputSums: sums.map { _ in Int128(lower) * Int128(random.number(in: -limit...limit)) })
    }

    @Test func reciprocals() throws {
        let simulator = try simulator(Reciprocal())
        let start = try simulator.handle("start"), divisor = try simulator.handle("divisor")
        let done = try simulator.handle("done"), quotient = try simulator.handle("quotient")
        simulator.applyReset()
        var random = TestSeed.generator(#function)
        let low = 1 << (Reciprocal.divisorBits - 1), high = 2 * low - 1
        let divisors = [low, low + 1, low + 2, high, high - 1, 3 * low / 2, 4 * low / 3, 4 * low / 3 + 1]
            + (0..<3_000).map { _ in random.number(in: low...high) }
        for asked in divisors {
            (start.value, divisor.value) = (1, asked)
            simulator.run(1)
            (start.value, divisor.value) = (0, random.below(high))
            var cycles = 1
            simulator.settle()
            while done.value == 0, cycles < 100 {
                simulator.clockEdge()
                simulator.settle()
                cycles += 1
            }
            #expect(cycles == Reciprocal.latency)
            #expect(quotient.value == (1 << (2 * Reciprocal.divisorBits - 1)) / asked)
            simulator.run(1 + random.below(3))
            simulator.settle()
            #expect(done.value == 0)
        }
    }
}
