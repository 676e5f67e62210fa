import ArgumentParser
import Configuration
import FixedPoint
import Session

struct LaneOption: ParsableArguments {
    @Option(help: ArgumentHelp("A configuration of `leanspatten presets`.", valueName: "name"))
    var preset: String?

    @Option(help: ArgumentHelp(
        "A configuration of your own: {\"headSize\": 64, \"multipliers\": 64, ...}.", valueName: "file.json"))
    var config: String?

    func validate() throws {
        if (preset == nil) == (config == nil) { throw ValidationError("Give one of --preset and --config.") }
    }

    func lane() throws -> NamedConfiguration {
        if let config { return try NamedConfiguration(file: config) }
        return try NamedConfiguration(preset: preset!)
    }
}

extension RefineMode: ExpressibleByArgument {}
extension DecisionScope: ExpressibleByArgument {}

/// What a lane that prunes leaves out.
struct PruningOptions: ParsableArguments {
    @Option(help: "Which keys' LSBs are read: all, none, all of a tile under the confidence (paper), or each key over it.")
    var refine = RefineMode.always

    @Option(help: ArgumentHelp(
        "Probability that decides on refinement: of a tile's largest (paper, 0.1), of a key itself (per-key, 0.01).",
        valueName: "P"))
    var confidence: Double?

    @Option(help: "What decides together: a tile of --tile keys, or the whole row.")
    var scope = DecisionScope.tile

    @Option(help: ArgumentHelp("Part of a tile's values that is read, those of largest weight (the paper's rule).", valueName: "RATIO"))
    var valueKeep: Double?

    @Option(help: ArgumentHelp("Probability from which on a value is read.", valueName: "P"))
    var valueThreshold: Double?

    @Flag(help: "Weights of values that are not read leave the sum too.")
    var renormalise = false

    func validate() throws {
        for (name, value) in [("--confidence", confidence), ("--value-keep", valueKeep), ("--value-threshold", valueThreshold)] {
            if let value, !(0...1).contains(value) { throw ValidationError("\(name) must be in 0...1.") }
        }
        if valueKeep != nil, valueThreshold != nil { throw ValidationError("Give one of --value-keep and --value-threshold.") }
    }

    var settings: PruningSettings {
        var values = ValueRule.all
        if let valueKeep { values = .fraction(valueKeep) }
        if let valueThreshold { values = .threshold(valueThreshold) }
        let usual = refine == .paper ? 0.1 : 0.01
        return PruningSettings(
            refine: refine, confidence: ValueRule.fixedProbability(confidence ?? usual), values: values,
            renormalise: renormalise)
    }

    /// Nothing was asked for that a dense lane does not do.
    var isDense: Bool {
        refine == .always && valueKeep == nil && valueThreshold == nil && scope == .tile && confidence == nil && !renormalise
    }
}

/// What is run: a lane, its run-time settings and a workload.
struct Selection: ParsableArguments {
    @OptionGroup var laneOption: LaneOption

    @Option(help: ArgumentHelp(
        "A safetensors file, a directory of .npy files, or synthetic:FAMILY[,keys=N][,rows=N][,heads=N][,kv-heads=N]"
            + "[,layers=N][,lengths=causal|full|ragged].",
        discussion: "Families: \(SyntheticDescription.families.joined(separator: ", ")).", valueName: "workload"),
        transform: { try WorkloadSource($0) })
    var workload: WorkloadSource

    @Option(help: ArgumentHelp(
        "Key bits in the MSB and in the LSB plane: \(KeyFormat.supported.map(\.description).joined(separator: ", ")).",
        valueName: "M+L"), transform: { try KeyFormat($0) })
    var keyBits = Self.defaultKeyFormat

    @Option(help: ArgumentHelp(
        "Value bits: \(ValueFormat.supported.map(\.description).joined(separator: ", ")).", valueName: "N"),
        transform: { try ValueFormat($0) })
    var valueBits = Self.defaultValueFormat

    @OptionGroup var pruning: PruningOptions

    @Option(help: ArgumentHelp(
        "Keys of a tile: \(RowSettings.tileSizes.map(String.init).joined(separator: ", ")). 256, or 128 where no larger one fits.",
        valueName: "N"))
    var tile: Int?

    @Option(help: ArgumentHelp("Lanes of a cluster that take part; all unless given.", valueName: "N"))
    var lanes: Int?

    @Option(help: "Where the work of a cluster's lanes may be cut: between outputs, chunks or tiles, or as suits the contexts.")
    var policy: SchedulePolicy?

    @Option(help: ArgumentHelp("With fixed-split: chunks of the longest context.", valueName: "N"))
    var splits: Int?

    @Option(help: ArgumentHelp("Layers to run, such as 0,5; all unless given.", valueName: "A,B"), transform: indices)
    var layers: [Int]?

    @Option(help: ArgumentHelp("Rows of each head to run; all unless given.", valueName: "N"))
    var rows: Int?

    @Option(help: ArgumentHelp("Of all that is random.", valueName: "S"))
    var seed: UInt64 = 1

    private static let defaultKeyFormat = try! KeyFormat("8+4")
    private static let defaultValueFormat = try! ValueFormat("12")

    func validate() throws {
        if let tile, !RowSettings.tileSizes.contains(tile) {
            throw ValidationError(
                "--tile \(tile) is not supported: use one of \(RowSettings.tileSizes.map(String.init).joined(separator: ", ")).")
        }
        if splits != nil, policy != .fixedSplit { throw ValidationError("--splits belongs to --policy fixed-split.") }
        if let rows, rows < 1 { throw ValidationError("--rows must be at least 1.") }
    }

    func load() throws -> (workload: LaneWorkload, description: RunDescription) {
        let lane = try laneOption.lane()
        let tensors = try workload.load(
            layers: layers, rows: rows, headSize: lane.configuration.lane.headSize, seed: seed)
        let quantized = try LaneWorkload(
            tensors, name: workload.name, preset: lane.name, configuration: lane.configuration.lane,
            settings: RowSettings(tileKeys: tile ?? usualTile(of: lane), keyFormat: keyBits, valueFormat: valueBits), reduction: try reduction(of: lane),
            cluster: try cluster(lane))
        return (quantized, RunDescription(preset: lane.name, seed: seed))
    }

    private func usualTile(of lane: NamedConfiguration) -> Int {
        guard case .cluster(let configuration) = lane.configuration else { return 256 }
        return min(256, configuration.lane.bufferTileKeys)
    }

    private func cluster(_ lane: NamedConfiguration) throws -> ClusterRun? {
        guard case .cluster(let configuration) = lane.configuration else {
            guard lanes == nil, policy == nil, splits == nil else {
                throw SessionError.badArgument(
                    argument: "--preset", value: lane.name,
                    reason: "this is one lane: a cluster, such as lean-8, takes --lanes, --policy and --splits")
            }
            return nil
        }
        guard pruning.isDense else {
            throw SessionError.badArgument(
                argument: "--preset", value: lane.name,
                reason: "the lanes of a cluster read everything: a lane that prunes is spatten-d64")
        }
        return try ClusterRun(configuration, lanes: lanes, policy: policy ?? .auto, splits: splits ?? 1)
    }

    private func reduction(of lane: NamedConfiguration) throws -> RowReduction? {
        switch lane.configuration {
        case .spAtten(let configuration):
            return RowReduction(configuration: configuration, pruning: pruning.settings, scope: pruning.scope)
        case .lane:
            guard pruning.isDense else {
                throw SessionError.badArgument(
                    argument: "--preset", value: lane.name,
                    reason: "this lane reads everything: a lane that prunes, such as spatten-d64, takes --refine, --confidence, "
                        + "--scope, --value-keep, --value-threshold and --renormalise")
            }
            return nil
        case .cascade:
            throw SessionError.badArgument(
                argument: "--preset", value: lane.name,
                reason: "rows of this lane depend on those of the layers before: this command runs rows by themselves, use spatten-d64")
        case .prefill:
            throw SessionError.badArgument(
                argument: "--preset", value: lane.name,
                reason: "this lane takes rows in groups, which this command does not make: use lane-d64, whose results are the same")
        case .cluster:
            return nil
        }
    }
}

private func indices(_ text: String) throws -> [Int] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let index = Int(part), index >= 0 else {
            throw ValidationError("'\(part)' is not the index of a layer: write it as 0,5,11.")
        }
        return index
    }
}
