import Configuration
import Foundation

/// A configuration and what it is called: a preset, or the contents of a configuration file.
public struct NamedConfiguration: Sendable {
    public let name: String
    /// In a line.
    public let summary: String
    public let configuration: AcceleratorConfiguration

    /// - Throws: `ConfigurationError` with the presets there are.
    public init(preset name: String) throws(ConfigurationError) {
        let preset = try Preset.named(name)
        (self.name, summary, configuration) = (preset.name, preset.summary, preset.configuration)
    }

    /// Reads a JSON object of the parameters of `LaneConfiguration`: `headSize` and `multipliers`, and optionally
    /// `portBytes`, `maximumContext`, `mergeElements`, `fetchBufferBeats`; with `maximumRowKeys` it is a lane that prunes,
    /// and may have `sectorBytes` and `topKParallelism`; with one of `lanes`, `slots`, `maximumHeads`, `readOutstanding` and
    /// `writeOutstanding` besides it is a whole accelerator. With `residentRows` it is a cluster of dense lanes as a whole accelerator,
    /// and may have `bufferTileKeys`, `lanes`, `readOutstanding` and `writeOutstanding`. It is called by the file's base name.
    public init(file: String) throws(SessionError) {
        func bad(_ reason: String) -> SessionError { .badConfiguration(file: file, reason: reason) }
        let data: Data
        switch FileKind(of: file) {
        case .file:
            guard let contents = FileManager.default.contents(atPath: file) else {
                throw bad("cannot be read. Check its permissions")
            }
            data = contents
        case .absent: throw bad("no such file. Check the path")
        case .directory, .other: throw bad("it is not a regular file. Check the path")
        }
        guard let object = try? JSONDecoder().decode([String: Value].self, from: data) else {
            throw bad("it is not a JSON object such as {\"headSize\": 64, \"multipliers\": 64}")
        }
        var numbers: [String: Int] = [:]
        for name in object.keys.sorted() {
            guard Self.parameters.contains(name) else {
                throw bad("there is no parameter '\(name)': use \(Self.parameters.joined(separator: ", "))")
            }
            guard case .number(let number) = object[name] else { throw bad("\(name) must be a whole number") }
            numbers[name] = number
        }
        guard let headSize = numbers["headSize"], let multipliers = numbers["multipliers"] else {
            throw bad("headSize and multipliers must be given")
        }
        var lane = LaneConfiguration(headSize: headSize, multipliers: multipliers)
        lane.portBytes = numbers["portBytes"] ?? lane.portBytes
        lane.maximumContext = numbers["maximumContext"] ?? lane.maximumContext
        lane.mergeElements = numbers["mergeElements"] ?? lane.mergeElements
        lane.fetchBufferBeats = numbers["fetchBufferBeats"] ?? lane.fetchBufferBeats
        if let row = numbers["residentRows"] {
            if let name = (Self.pruningParameters + Self.cascadeParameters).first(where: { numbers[$0] != nil }) {
                throw bad("\(name) is of lanes that prune, residentRows of clusters of lanes that do not: give one of them")
            }
            configuration = .leanSystem(Self.cluster(lane, rows: row, numbers))
        } else {
            configuration = Self.configuration(lane, numbers)
        }
        do throws(ConfigurationError) { try configuration.validate() } catch { throw bad(error.description) }
        let others = Self.pruningParameters + Self.cascadeParameters + Self.systemParameters
        if case .lane = configuration, let name = others.first(where: { numbers[$0] != nil }) {
            let isPruning = Self.pruningParameters.contains(name)
            throw bad("\(name) is of \(isPruning ? "a lane that prunes" : "a whole accelerator"): give maximumRowKeys too"
                + (Self.systemParameters.contains(name) ? ", or residentRows for a cluster" : ""))
        }
        if !configuration.isCluster, let name = Self.clusterParameters.first(where: { numbers[$0] != nil }) {
            throw bad("\(name) is of a cluster on a bus: give residentRows too")
        }
        name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        summary = "a configuration of its user's"
    }

    /// What JSON says of a parameter.
    private enum Value: Decodable {
        case number(Int), other

        init(from decoder: any Decoder) throws {
            let container = try? decoder.singleValueContainer()
            self = (try? container?.decode(Int.self)).flatMap { $0 }.map { .number($0) } ?? .other
        }
    }

    private static let parameters = ConfigurationParameter.all.map(\.name)
    private static let pruningParameters = ConfigurationParameter.names(.pruning)
    private static let clusterParameters = ConfigurationParameter.names(.cluster)
    private static let cascadeParameters = ConfigurationParameter.names(.cascadeSystem)
    private static let systemParameters = ConfigurationParameter.names(.system)

    /// As `lean-16` in what is not given.
    private static func cluster(_ lane: LaneConfiguration, rows: Int, _ numbers: [String: Int]) -> LeanSystemConfiguration {
        var prefill = PrefillConfiguration(lane: lane, residentRows: rows)
        prefill.bufferTileKeys = numbers["bufferTileKeys"] ?? prefill.bufferTileKeys
        var system = LeanSystemConfiguration(cluster: ClusterConfiguration(lane: prefill, lanes: numbers["lanes"] ?? 16))
        system.readOutstanding = numbers["readOutstanding"] ?? system.readOutstanding
        system.writeOutstanding = numbers["writeOutstanding"] ?? system.writeOutstanding
        return system
    }

    private static func configuration(_ lane: LaneConfiguration, _ numbers: [String: Int]) -> AcceleratorConfiguration {
        guard let rowKeys = numbers["maximumRowKeys"] else { return .lane(lane) }
        var configuration = SpAttenConfiguration(lane: lane, maximumRowKeys: rowKeys)
        configuration.sectorBytes = numbers["sectorBytes"] ?? configuration.sectorBytes
        configuration.topKParallelism = numbers["topKParallelism"] ?? configuration.topKParallelism
        guard (cascadeParameters + systemParameters).contains(where: { numbers[$0] != nil }) else { return .spAtten(configuration) }
        var system = SystemConfiguration(lane: configuration)
        system.lanes = numbers["lanes"] ?? system.lanes
        system.slots = numbers["slots"] ?? system.slots
        system.maximumHeads = numbers["maximumHeads"] ?? system.maximumHeads
        system.readOutstanding = numbers["readOutstanding"] ?? system.readOutstanding
        system.writeOutstanding = numbers["writeOutstanding"] ?? system.writeOutstanding
        return .system(system)
    }
}

extension AcceleratorConfiguration {
    fileprivate var isCluster: Bool { if case .leanSystem = self { true } else { false } }
}
