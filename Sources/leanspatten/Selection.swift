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

enum Refinement: String, CaseIterable, ExpressibleByArgument {
    case always
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

    @Option(help: "Which keys' LSBs are fetched: all of them.")
    var refine = Refinement.always

    @Option(help: ArgumentHelp(
        "Keys of a tile: \(RowSettings.tileSizes.map(String.init).joined(separator: ", ")).", valueName: "N"))
    var tile = 256

    @Option(help: ArgumentHelp("Layers to run, such as 0,5; all unless given.", valueName: "A,B"), transform: indices)
    var layers: [Int]?

    @Option(help: ArgumentHelp("Rows of each head to run; all unless given.", valueName: "N"))
    var rows: Int?

    @Option(help: ArgumentHelp("Of all that is random.", valueName: "S"))
    var seed: UInt64 = 1

    private static let defaultKeyFormat = try! KeyFormat("8+4")
    private static let defaultValueFormat = try! ValueFormat("12")

    func validate() throws {
        if !RowSettings.tileSizes.contains(tile) {
            throw ValidationError(
                "--tile \(tile) is not supported: use one of \(RowSettings.tileSizes.map(String.init).joined(separator: ", ")).")
        }
        if let rows, rows < 1 { throw ValidationError("--rows must be at least 1.") }
    }

    func load() throws -> (workload: LaneWorkload, description: RunDescription) {
        let lane = try laneOption.lane()
        let tensors = try workload.load(
            layers: layers, rows: rows, headSize: lane.configuration.headSize, seed: seed)
        let quantized = try LaneWorkload(
            tensors, name: workload.name, preset: lane.name, configuration: lane.configuration,
            settings: RowSettings(tileKeys: tile, keyFormat: keyBits, valueFormat: valueBits))
        return (quantized, RunDescription(preset: lane.name, seed: seed))
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
