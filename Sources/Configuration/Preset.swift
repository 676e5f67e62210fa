/// A named configuration.
public struct Preset: Hashable, Sendable {
    public let name: String
    /// One line for `leanspatten presets`.
    public let summary: String
    public let configuration: AcceleratorConfiguration

    /// Every advertised configuration.
    public static let all = lanes + spAttenLanes + cascadeLanes + prefillLanes + clusters + pruningClusters + systems

    /// Dense lanes; the three of the paper's sizing first.
    public static let lanes: [Preset] = [
        lane(headSize: 32, multipliers: 32, suffix: ""),
        lane(headSize: 64, multipliers: 64, suffix: ""),
        lane(headSize: 128, multipliers: 64, suffix: ""),
        lane(headSize: 32, multipliers: 64, suffix: "-m64"),
        lane(headSize: 64, multipliers: 32, suffix: "-m32"),
        lane(headSize: 128, multipliers: 32, suffix: "-m32"),
    ]

    /// Lanes that prune and refine.
    public static let spAttenLanes: [Preset] = [
        spAtten(headSize: 64, multipliers: 64, suffix: ""),
        spAtten(headSize: 64, multipliers: 64, sectorBytes: 32, suffix: "-s32"),
        spAtten(headSize: 32, multipliers: 32, suffix: ""),
        spAtten(headSize: 128, multipliers: 64, suffix: ""),
    ]

    /// Lanes that prune tokens and heads as well, from layer to layer.
    public static let cascadeLanes: [Preset] = [
        Preset(
            name: "cascade-d64", summary: "spatten-d64 with importance of tokens and heads, and the pruning by them from layer to layer",
            configuration: .cascade(SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)))),
        narrowCascade(headSize: 64, portBytes: 16, suffix: "-p16"),
        narrowCascade(headSize: 16, portBytes: 8, suffix: ""),
    ]

    /// Lanes for summarization.
    public static let prefillLanes: [Preset] = PrefillConfiguration.advertised.map { configuration in
        let lane = configuration.lane, usual = PrefillConfiguration(lane: lane)
        return Preset(
            name: "prefill-d\(lane.headSize)" + (lane.multipliers == min(64, lane.headSize) ? "" : "-m\(lane.multipliers)")
                + (configuration.residentRows == usual.residentRows ? "" : "-r\(configuration.residentRows)"),
            summary: "one lane for summarization, head size \(lane.headSize), \(lane.multipliers) + \(lane.multipliers) multipliers, "
                + "\(configuration.residentRows) resident rows, tiles of up to \(configuration.bufferTileKeys) keys",
            configuration: .prefill(configuration))
    }

    /// Lanes that share their work tile by tile.
    public static let clusters: [Preset] = ClusterConfiguration.advertised.map { configuration in
        let prefill = configuration.lane, lane = prefill.lane
        return Preset(
            name: configuration == leanSystem.cluster ? "lean-\(configuration.lanes)-cluster" : "lean-\(configuration.lanes)",
            summary: "\(configuration.lanes) lanes with stream-K scheduler and reduction, head size \(lane.headSize), "
                + "\(lane.multipliers) + \(lane.multipliers) multipliers each, groups of up to \(prefill.residentRows) "
                + (prefill.residentRows == 1 ? "row" : "rows"),
            configuration: .cluster(configuration))
    }

    /// The same with lanes that prune and refine.
    public static let pruningClusters: [Preset] = ClusterConfiguration.advertisedPruning.map { configuration in
        let lane = configuration.lane.lane
        return Preset(
            name: "spatten-\(configuration.lanes)",
            summary: "\(configuration.lanes) lanes that prune and refine with stream-K scheduler and reduction, head size \(lane.headSize), "
                + "\(lane.multipliers) + \(lane.multipliers) multipliers each",
            configuration: .cluster(configuration))
    }

    /// Whole accelerators, of either kind of jobs.
    public static let systems: [Preset] = cascadeSystems + [
        Preset(
            name: "lean-\(leanSystem.lanes)", summary: "\(leanSystem.lanes) dense lanes with stream-K scheduler and reduction on a bus: head size "
                + "\(leanSystem.laneGeometry.headSize), groups of up to \(leanSystem.groupRows) rows, launch descriptors, an AXI4 port of 512 bits a lane",
            configuration: .leanSystem(leanSystem)),
    ]

    /// The last of the advertised clusters, on a bus.
    private static let leanSystem = LeanSystemConfiguration(cluster: ClusterConfiguration.advertised[1])

    /// Whole accelerators with the cascade.
    public static let cascadeSystems: [Preset] = [
        Preset(
            name: "tiny", summary: "a whole accelerator for teaching: head size 16, 16 + 16 multipliers, 64-bit AXI4",
            configuration: .system(SystemConfiguration(
                lane: .narrow(headSize: 16, multipliers: 16, portBytes: 8), maximumHeads: 16, readOutstanding: 16, writeOutstanding: 16))),
        Preset(
            name: "ecp5-lane", summary: "a whole accelerator for an ECP5-85F: one lane, head size 64, 64 + 64 multipliers, 128-bit AXI4",
            configuration: .system(SystemConfiguration(
                lane: .narrow(headSize: 64, multipliers: 64, portBytes: 16), maximumHeads: 16, readOutstanding: 16, writeOutstanding: 16))),
        Preset(
            name: "spatten-eighth", summary: "the paper's SpAtten-1/8 on a bus: one lane with the cascade, head size 64, 64 + 64 multipliers, "
                + "registers, job descriptors, 512-bit AXI4",
            configuration: .system(SystemConfiguration(
                lane: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)), slots: 2))),
        Preset(
            name: "spatten-full", summary: "the paper's SpAtten on a bus: eight such lanes with one cascade, each with an AXI4 port of 512 bits",
            configuration: .system(SystemConfiguration(
                lane: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)), lanes: 8, slots: 2))),
    ]

    /// The preset of that name.
    public static func named(_ name: String) throws(ConfigurationError) -> Preset {
        if let preset = all.first(where: { $0.name == name }) { return preset }
        throw .unknownPreset(name: name, known: all.map(\.name))
    }

    private static func lane(headSize: Int, multipliers: Int, suffix: String) -> Preset {
        let configuration = LaneConfiguration(headSize: headSize, multipliers: multipliers)
        return Preset(
            name: "lane-d\(headSize)\(suffix)",
            summary: "one lane, head size \(headSize), \(multipliers) + \(multipliers) multipliers, "
                + "\(configuration.portBytes)-byte port, context up to \(configuration.maximumContext)",
            configuration: .lane(configuration))
    }

    private static func spAtten(headSize: Int, multipliers: Int, sectorBytes: Int = 64, suffix: String) -> Preset {
        let configuration = SpAttenConfiguration(
            lane: LaneConfiguration(headSize: headSize, multipliers: multipliers), sectorBytes: sectorBytes)
        return Preset(
            name: "spatten-d\(headSize)\(suffix)",
            summary: "one lane that prunes and refines, head size \(headSize), \(multipliers) + \(multipliers) multipliers, "
                + "\(sectorBytes)-byte sectors, rows of up to \(configuration.maximumRowKeys) keys decided as one",
            configuration: .spAtten(configuration))
    }

    private static func narrowCascade(headSize: Int, portBytes: Int, suffix: String) -> Preset {
        let configuration = SpAttenConfiguration.narrow(headSize: headSize, multipliers: headSize, portBytes: portBytes)
        return Preset(
            name: "cascade-d\(headSize)\(suffix)",
            summary: "one small lane that prunes from layer to layer, head size \(headSize), \(headSize) + \(headSize) multipliers, "
                + "\(portBytes)-byte port, rows of up to \(configuration.maximumRowKeys) keys",
            configuration: .cascade(configuration))
    }
}

extension ConfigurationError {
    /// With the known name that is nearest to it, if one is near.
    static func unknownPreset(name: String, known: [String]) -> ConfigurationError {
        let nearest = known.map { ($0, editDistance($0, name)) }.min { $0.1 < $1.1 }
        return .unknownPreset(name: name, known: known, nearest: nearest.flatMap { $0.1 <= 3 ? $0.0 : nil })
    }
}

/// Insertions, deletions and replacements that turn one text into the other.
func editDistance(_ from: String, _ to: String) -> Int {
    let target = Array(to)
    var row = Array(0...target.count)
    for (i, character) in from.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in target.enumerated() {
            let replaced = diagonal + (character == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[target.count]
}
