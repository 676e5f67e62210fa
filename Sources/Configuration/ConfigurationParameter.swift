/// A parameter of a configuration file, with all values that some configuration may have. Which go together, `validate()` says.
public struct ConfigurationParameter: Sendable {
    /// What has the parameter; each has those of the kinds before it too.
    public enum Kind: String, CaseIterable, Sendable {
        case lane = "every lane"
        case pruning = "lanes that prune"
        case cluster = "clusters on a bus"
        case cascadeSystem = "whole accelerators with lanes that prune"
        case system = "whole accelerators"
    }

    public let name: String
    public let kind: Kind
    public let values: [Int]
    public let description: String

    public static let all: [ConfigurationParameter] = [
        .init("headSize", .lane, [16] + LaneConfiguration.headSizes, "elements of a query, key and value row"),
        .init("multipliers", .lane, [16] + LaneConfiguration.multiplierCounts, "of the query-key array, and as many of the other"),
        .init("portBytes", .lane, SpAttenConfiguration.narrowPorts + LaneConfiguration.portWidths, "a cycle; of a whole accelerator the AXI4 data width"),
        .init("maximumContext", .lane, [SpAttenConfiguration.narrowContextLimit] + LaneConfiguration.contextLimits, "keys of a row"),
        .init("mergeElements", .lane, [SpAttenConfiguration.narrowMergeWidth] + LaneConfiguration.mergeWidths, "of an output, joined a cycle"),
        .init("fetchBufferBeats", .lane, LaneConfiguration.fetchBufferDepths, "of each plane's buffer, so as many reads may be outstanding"),
        .init("maximumRowKeys", .pruning, SpAttenConfiguration.rowLimits, "keys that decide together, entries of a kept list"),
        .init("sectorBytes", .pruning, SpAttenConfiguration.narrowPorts + SpAttenConfiguration.sectorSizes, "smallest read of the memory"),
        .init("topKParallelism", .pruning, [SpAttenConfiguration.narrowTopKWidth] + SpAttenConfiguration.topKWidths, "weights that are ranked a cycle"),
        .init("residentRows", .cluster, ClusterConfiguration.rowCounts, "query rows of a group, which share keys and values"),
        .init("bufferTileKeys", .cluster, PrefillConfiguration.bufferSizes, "largest tile"),
        .init("maximumHeads", .cascadeSystem, SystemConfiguration.headLimits, "of a layer"),
        .init("lanes", .system, [1] + LeanSystemConfiguration.laneCounts, "that share one cascade or the tiles of a launch"),
        .init("slots", .cascadeSystem, SystemConfiguration.slotCounts, "sequences held on chip"),
        .init("readOutstanding", .system, SystemConfiguration.outstandingLimits, "read bursts of a lane's port"),
        .init("writeOutstanding", .system, SystemConfiguration.outstandingLimits, "write bursts"),
    ]

    private init(_ name: String, _ kind: Kind, _ values: [Int], _ description: String) {
        (self.name, self.kind, self.values, self.description) = (name, kind, values, description)
    }

    public static func names(_ kind: Kind) -> [String] { all.filter { $0.kind == kind }.map(\.name) }

    /// Of a configuration file, as JSON Schema.
    public static var jsonSchema: String {
        let properties = all.map { parameter in
            "    \"\(parameter.name)\": {\n      \"description\": \"\(parameter.kind.rawValue): \(parameter.description)\",\n"
                + "      \"enum\": [\(parameter.values.map(String.init).joined(separator: ", "))]\n    }"
        }
        let prunes = names(.pruning)[0], groups = names(.cluster)[0]
        let dependent = (names(.pruning).dropFirst() + names(.cascadeSystem)).map { "    \"\($0)\": [\"\(prunes)\"]" }
            + names(.cluster).dropFirst().map { "    \"\($0)\": [\"\(groups)\"]" }
        let either = names(.system).map { "    \"\($0)\": {\"anyOf\": [{\"required\": [\"\(prunes)\"]}, {\"required\": [\"\(groups)\"]}]}" }
        return """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "LeanSpAtten configuration",
              "type": "object",
              "additionalProperties": false,
              "required": ["headSize", "multipliers"],
              "properties": {
            \(properties.joined(separator: ",\n"))
              },
              "dependentRequired": {
            \(dependent.joined(separator: ",\n"))
              },
              "dependentSchemas": {
            \(either.joined(separator: ",\n"))
              },
              "not": {"required": ["\(prunes)", "\(groups)"]}
            }

            """
    }
}
