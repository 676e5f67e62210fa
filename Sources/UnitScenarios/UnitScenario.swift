import Accelerator
import Blocks
import Configuration
import RTL
import SeededRandom
import Verification

/// A unit of the lane alone: what goes in, and what the golden model says must come out.
///
/// Each unit's scenarios lie in a file of the unit's name. They are what its tests, its mutants, its Verilog bench and the
/// back-pressure fuzzer run.
package struct UnitScenario {
    package let design: Design
    package let streams: StreamScenario

    init(_ unit: some Module, _ build: (inout StreamScenario) throws -> Void) throws {
        design = try Design(unit)
        var streams = StreamScenario(design)
        try build(&streams)
        self.streams = streams
    }
}

extension UnitScenario {
    /// The units of a lane that have streams, by name, in the order of the datapath.
    package static let names = makers.map(\.name)

    /// `QueryKeyUnit` as `query_key_unit`.
    package static func verilogName(_ name: String) -> String {
        name.reduce(into: "") { result, letter in
            if letter.isUppercase, !result.isEmpty { result += "_" }
            result += letter.lowercased()
        }
    }

    /// The unit's Verilog bench with the vectors that are committed.
    package static func committedBench(_ name: String, _ lane: LaneConfiguration) throws -> (ScenarioBench, UnitScenario) {
        let unit = try named(name, lane, SeededGenerator(seed: 0, name: "Testbenches/\(name)"), .short)
        return (try ScenarioBench(name: verilogName(name), unit.design, unit.streams), unit)
    }

    /// How much goes in.
    package enum Extent: Sendable {
        case full
        /// A part that still meets every kind of case, small enough to be committed as vectors.
        case short
    }

    /// A unit's main scenario at the parameters of `lane`.
    /// - Precondition: `name` is one of `names`.
    package static func named(
        _ name: String, _ lane: LaneConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        guard let maker = makers.first(where: { $0.name == name }) else { preconditionFailure("no unit \(name)") }
        return try maker.make(lane, random, extent)
    }

    private typealias Maker = @Sendable (LaneConfiguration, SeededGenerator, Extent) throws -> UnitScenario

    /// Buffers and arbiter have the widths of some that lie in a lane of head size 64.
    private static let makers: [(name: String, make: Maker)] = [
        ("SkidBuffer", { _, random, _ in try buffer(SkidBuffer(bits: 27), bits: 27, random) }),
        ("Fifo", { _, random, _ in try buffer(Fifo(bits: 24, depth: 8), bits: 24, random) }),
        ("RoundRobinArbiter", { _, _, _ in try roundRobinArbiter(inputs: 3, bits: 46) }),
        ("JobDispatcher", { lane, random, _ in try jobDispatcher(lane, random) }),
        ("PlaneFetcher", { lane, random, _ in try planeFetcher(lane, random) }),
        ("BitwidthConverter", { try bitwidthConverter($0, .value, $1, $2) }),
        ("PlaneReader", { try planeReader($0, .keyMSB, $1, $2) }),
        ("KeyAssembler", { try keyAssembler($0, $1, $2) }),
        ("QueryKeyUnit", { lane, random, _ in try queryKeyUnit(lane, random) }),
        ("ScoreScaler", { lane, random, _ in try scoreScaler(lane, random) }),
        ("SoftmaxUnit", { lane, random, _ in try softmaxUnit(lane, random) }),
        ("ProbabilityValueUnit", { lane, random, _ in try probabilityValueUnit(lane, random) }),
        ("MergeUnit", { try mergeUnit($0, $1, $2) }),
        ("StateAccumulator", { lane, random, _ in try stateAccumulator(lane, random) }),
        ("Normalizer", { lane, random, _ in try normalizer(lane, random) }),
        ("IndexGenerator", { try indexGenerator(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("IndexFilter", { try indexFilter(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("GatherReader", { try gatherReader(SpAttenConfiguration(lane: $0, sectorBytes: 32), .keyMSB, $1, $2) }),
        ("SerialMultiplier", { try serialMultiplier(multiplicandBits: 31, multiplierBits: 25, $1, $2) }),
        ("KeyJoiner", { try keyJoiner(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("ProgressiveQueryKeyUnit", { try progressiveQueryKeyUnit(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("ScoreRefiner", { try scoreRefiner(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("ConfidenceUnit", { try confidenceUnit(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("LocalValueSelector", { try localValueSelector(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("LeafCompletion", { try leafCompletion(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("TokenImportance", { try tokenImportance(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("HeadImportance", { try headImportance($0, heads: 16, $1, $2) }),
        ("TokenSelector", { try tokenSelector(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("CascadeController", { try cascadeController(SpAttenConfiguration(lane: $0), $1, $2) }),
        ("PassPlanner", { lane, random, _ in try passPlanner(PrefillConfiguration(lane: lane), random) }),
        ("TileBuffer", { try tileBuffer(PrefillConfiguration(lane: $0), $1, $2) }),
        ("SlotAccumulator", { try slotAccumulator(PrefillConfiguration(lane: $0), $1, $2) }),
        ("NormalizerPair", { lane, random, _ in try normalizerPair(PrefillConfiguration(lane: lane), random) }),
        ("SegmentIssuer", { lane, random, _ in try segmentIssuer(PrefillConfiguration(lane: lane, residentRows: 4), random) }),
        ("SpAttenIssuer", { lane, random, _ in try spAttenIssuer(SpAttenConfiguration(lane: lane), random) }),
        ("SinkMerger", { lane, random, _ in try sinkMerger(lane, random) }),
        ("StateRouter", { lane, random, _ in try stateRouter(PrefillConfiguration(lane: lane, residentRows: 2), random) }),
        ("ReductionChain", { try reductionUnit($0, lanes: 3, .chain, $1, $2) }),
        ("ReductionTree", { try reductionUnit($0, lanes: 5, .tree, $1, $2) }),
        ("SerialDivider", { try serialDivider(dividendBits: 36, divisorBits: 13, bitsPerCycle: 2, $1, $2) }),
        ("StreamKScheduler", {
            try streamKScheduler(ClusterConfiguration(lane: PrefillConfiguration(lane: $0), lanes: 4), $1, $2)
        }),
        ("SegmentWalker", { try segmentWalker(PrefillConfiguration(lane: $0), $1, $2) }),
    ]
}

/// Keys of each tile of a row; an empty row is one empty tile.
func tileSizes(keys: Int, tileKeys: Int) -> [Int] {
    keys == 0 ? [0] : stride(from: 0, to: keys, by: tileKeys).map { min(tileKeys, keys - $0) }
}

extension SeededGenerator {
    /// Any number of `bits` bits, two's complement; the extremes often.
    package mutating func code(_ bits: Int) -> Int {
        switch below(8) {
        case 0: -(1 << (bits - 1))
        case 1: (1 << (bits - 1)) - 1
        default: below(1 << bits) - 1 << (bits - 1)
        }
    }

    package mutating func codes(_ count: Int, bits: Int) -> [Int16] { (0..<count).map { _ in Int16(code(bits)) } }

    package mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    package mutating func flip() -> Bool { next() >> 63 == 1 }
}

extension LaneConfiguration {
    /// Vectors of `multipliers` elements that carry rows of `headSize` codes; `padding` fills the last one.
    func vectors(of codes: [Int16], padding: Int16 = 0) -> [[Int16]] {
        stride(from: 0, to: codes.count, by: multipliers).map { start in
            let part = Array(codes[start..<min(start + multipliers, codes.count)])
            return part + [Int16](repeating: padding, count: multipliers - part.count)
        }
    }

    /// Beats a unit takes for `keys` keys, before `steps`; an empty row or tile has one.
    func keyBeats(_ keys: Int) -> Int { max(1, (keys + slots - 1) / slots) }

    /// Beats that carry a leaf or a state.
    package var stateBeatCount: Int { headSize / mergeElements }

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
