import ArgumentParser
import Configuration
import FixedPoint
import Session
import Workloads

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
    @OptionGroup var cascade: CascadeOptions
    @OptionGroup var prefill: PrefillOptions
    @OptionGroup var cluster: ClusterOptions

    @Option(help: ArgumentHelp(
        "Keys of a tile: \(RowSettings.tileSizes.map(String.init).joined(separator: ", ")). 256; where tiles are buffered, what fits.",
        valueName: "N"))
    var tile: Int?

    @Option(help: ArgumentHelp("Layers to run, such as 0,5; all unless given.", valueName: "A,B"), transform: indices)
    var layers: [Int]?

    @Option(help: ArgumentHelp("Rows of each head to run; all unless given.", valueName: "N"))
    var rows: Int?

    @Option(help: ArgumentHelp("Of all that is random.", valueName: "S"))
    var seed: UInt64 = 1

    private static let defaultTile = 256
    private static let defaultKeyFormat = try! KeyFormat("8+4")
    private static let defaultValueFormat = try! ValueFormat("12")

    func validate() throws {
        if let tile, !RowSettings.tileSizes.contains(tile) {
            throw ValidationError(
                "--tile \(tile) is not supported: use one of \(RowSettings.tileSizes.map(String.init).joined(separator: ", ")).")
        }
        if let rows, rows < 1 { throw ValidationError("--rows must be at least 1.") }
    }

    func load() throws -> (workload: LaneWorkload, description: RunDescription) {
        let lane = try laneOption.lane()
        let tensors = try workload.load(
            layers: layers, rows: rows, headSize: lane.configuration.lane.headSize, seed: seed)
        let quantized = try LaneWorkload(
            tensors, name: workload.name, preset: lane.name, configuration: lane.configuration.lane,
            settings: RowSettings(tileKeys: tileKeys(of: lane), keyFormat: keyBits, valueFormat: valueBits),
            kind: try kind(of: lane, tensors))
        return (quantized, RunDescription(preset: lane.name, seed: seed))
    }

    private func tileKeys(of lane: NamedConfiguration) -> Int {
        if let tile { return tile }
        return switch lane.configuration {
        case .prefill(let configuration): min(Self.defaultTile, configuration.bufferTileKeys)
        case .cluster(let configuration): min(Self.defaultTile, configuration.lane.bufferTileKeys)
        case .leanSystem(let system): min(Self.defaultTile, system.cluster.lane.bufferTileKeys)
        case .lane, .spAtten, .cascade, .system: Self.defaultTile
        }
    }

    /// Complains of options that the lane has no use for.
    private func kind(of lane: NamedConfiguration, _ tensors: AttentionWorkload) throws -> LaneKind {
        func refuse(_ reason: String) -> SessionError { .badArgument(argument: "--preset", value: lane.name, reason: reason) }
        let prunes = switch lane.configuration {
        case .lane, .prefill, .leanSystem: false
        case .cluster(let configuration): configuration.spAtten != nil
        case .spAtten, .cascade, .system: true
        }
        guard prunes || pruning.isDense else {
            throw refuse(
                "this lane reads everything: a lane that prunes, such as spatten-d64, or spatten-8 of several, takes --refine, "
                    + "--confidence, --scope, --value-keep, --value-threshold and --renormalise")
        }
        switch lane.configuration {
        case .cascade, .system: break
        case .lane, .spAtten, .prefill, .cluster, .leanSystem:
            if let option = cascade.given {
                throw refuse("this lane has no use for \(option): cascade-d64 prunes tokens and heads from layer to layer")
            }
        }
        if case .prefill = lane.configuration {} else if prefill.isGiven {
            throw refuse("this lane takes rows one by one, each with the keys that the workload says: --mask is for prefill-d64 and alike")
        }
        switch lane.configuration {
        case .cluster, .leanSystem: break
        case .lane, .spAtten, .prefill, .cascade, .system:
            if cluster.isGiven {
                throw refuse("nothing is cut here: a cluster, such as lean-8, spatten-8 or lean-16, takes --lanes, --policy and --splits")
            }
        }
        switch lane.configuration {
        case .lane: return .dense
        case .spAtten(let configuration): return .prunes(reduction(configuration))
        case .cascade(let configuration):
            return .cascade(
                reduction(configuration), try cascade.plan(tensors, name: workload.name, configuration))
        case .prefill(let configuration): return .prefill(configuration, prefill.value)
        case .system(let system):
            if system.lanes > 1, cascade.importance == .decay {
                throw SessionError.badArgument(
                    argument: "--importance", value: "decay",
                    reason: "\(lane.name) has \(system.lanes) lanes, each of which would round its part: sum and age can be, and spatten-eighth has one lane")
            }
            return .system(
                system, reduction(system.lane),
                try cascade.plan(tensors, name: workload.name, system.lane, maximumHeads: system.maximumHeads))
        case .leanSystem(let system): return .leanSystem(system, try cluster.run(on: system.cluster, pruning))
        case .cluster(let configuration): return .cluster(try cluster.run(on: configuration, pruning))
        }
    }

    private func reduction(_ configuration: SpAttenConfiguration) -> RowReduction {
        RowReduction(configuration: configuration, pruning: pruning.settings, scope: pruning.scope)
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
