import Configuration
import Driver
import FixedPoint
import GoldenModel
import SeededRandom

/// Launches of all kinds at random: every policy on any number of lanes, ragged sequences, groups of rows, attention sinks, planes
/// that heads share, all formats and tiles, in chains of any length.
public struct RandomSystemLaunches {
    public let configuration: LeanSystemConfiguration
    /// Most keys of a sequence, and of all heads of a launch together. There is room for three times as many, as all sequences of a
    /// launch get that of the longest.
    public var longest = 400, mostKeys = 1_200
    private var random: SeededGenerator

    public init(_ configuration: LeanSystemConfiguration, generator: SeededGenerator) {
        self.configuration = configuration
        random = generator
    }

    private var headSize: Int { configuration.laneGeometry.headSize }

    /// A program of that many launches.
    public mutating func program(launches count: Int, region: DeviceRegion, firstID: UInt32 = 1) throws -> LaunchProgram {
        var program = try LaunchProgram(configuration, region: region, seed: random.next(), firstID: firstID)
        var chains: [[LaunchProgram.Launch]] = []
        for _ in 0..<count {
            let layer = try layer()
            let launch = try program.launch(layer, cut: cut(), options: options())
            if chains.isEmpty || random.below(3) == 0 { chains.append([]) }
            chains[chains.count - 1].append(launch)
        }
        program.append(chains)
        return program
    }

    public mutating func cut() -> LaunchDescriptor.Cut {
        LaunchDescriptor.Cut(
            lanes: random.below(2) == 0 ? configuration.lanes : 1 + random.below(configuration.lanes),
            policy: SchedulePolicy.allCases[random.below(SchedulePolicy.allCases.count)], splits: 1 + random.below(5),
            byKeys: random.below(3) == 0)
    }

    private mutating func options() -> LaunchProgram.LaunchOptions {
        var options = LaunchProgram.LaunchOptions()
        options.hasCompletion = random.below(5) > 0
        options.interrupts = random.below(3) == 0
        options.recordGap = random.below(3) == 0 ? 64 * random.below(4) : 0
        options.outputGap = random.below(3) == 0 ? 64 * random.below(4) : 0
        options.rowsFirst = random.below(3) == 0
        return options
    }

    private mutating func layer() throws -> LaunchProgram.Layer {
        let all = RowSettings.all.filter { configuration.cluster.lane.tileSizes.contains($0.tileKeys) }
        let settings = all[random.below(all.count)], heads = 1 + random.below(random.below(4) == 0 ? 12 : 4)
        let count = 1 + random.below(random.below(4) == 0 ? 20 : 4), most = 3 * mostKeys / (heads * count)
        var contexts: [Int] = [], left = mostKeys
        for _ in 0..<count {
            let context = min(min(left / heads, most), self.context())
            contexts.append(context)
            left -= heads * context
        }
        return try layer(
            settings: settings, rows: 1 + random.below(configuration.groupRows), heads: heads, contexts: contexts, shares: random.below(4) == 0)
    }

    private mutating func context() -> Int {
        switch random.below(5) {
        case 0: 0
        case 1: 128 * random.below(longest / 128 + 1)
        case 2: 1 + random.below(20)
        default: random.below(longest + 1)
        }
    }

    /// A layer with codes of all that its formats have, from flat rows to single winners; every other row has a sink.
    public mutating func layer(
        settings: RowSettings, rows: Int, heads: Int, contexts: [Int], shares: Bool = false
    ) throws -> LaunchProgram.Layer {
        let keyBits = settings.keyFormat.bits
        var sequences: [[HeadCodes]] = []
        for context in contexts {
            sequences.append((0..<(shares ? 1 : heads)).map { _ in
                HeadCodes(
                    keys: random.uniformCodes(context * headSize, bits: keyBits),
                    values: random.uniformCodes(context * headSize, bits: settings.valueFormat.bits))
            })
        }
        // Standard deviation of a sum of products of two uniform codes.
        let deviation = Double(headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + keyBits)) / 12
        let queries = try (0..<heads * contexts.count * rows).map { _ in
            let spread = [0.05, 0.5, 1, 2, 4, 8, 16, 64][random.below(8)]
            let sink = random.below(2) == 0 ? AttentionSink(logit: (random.unit() * 8 - 3) * spread) : nil
            return QueryRecord(
                query: random.uniformCodes(headSize, bits: NumericFormats.queryBits), scale: try ScoreScale(real: spread / deviation),
                sink: sink.map { QueryRecord.Sink(reference: $0.reference, weight: $0.weight) })
        }
        return LaunchProgram.Layer(settings: settings, heads: heads, rows: rows, codes: sequences, queries: queries)
    }
}
