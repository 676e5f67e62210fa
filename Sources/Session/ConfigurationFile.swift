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
    /// and may have `sectorBytes` and `topKParallelism`. It is called by the file's base name.
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
        guard let object = try? JSONSerialization.jsonObject(with: data), let object = object as? [String: Any] else {
            throw bad("it is not a JSON object such as {\"headSize\": 64, \"multipliers\": 64}")
        }
        var numbers: [String: Int] = [:]
        for name in object.keys.sorted() {
            guard Self.parameters.contains(name) else {
                throw bad("there is no parameter '\(name)': use \(Self.parameters.joined(separator: ", "))")
            }
            // JSON true and 64.5 are numbers to Foundation.
            guard let number = object[name] as? Int, !(object[name] is Bool) else {
                throw bad("\(name) must be a whole number")
            }
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
        configuration = Self.configuration(lane, numbers)
        do throws(ConfigurationError) { try configuration.validate() } catch { throw bad(error.description) }
        if case .lane = configuration, let name = Self.pruningParameters.first(where: { numbers[$0] != nil }) {
            throw bad("\(name) is of a lane that prunes: give maximumRowKeys too")
        }
        name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        summary = "a configuration of its user's"
    }

    private static let parameters = [
        "headSize", "multipliers", "portBytes", "maximumContext", "mergeElements", "fetchBufferBeats",
    ] + pruningParameters
    private static let pruningParameters = ["maximumRowKeys", "sectorBytes", "topKParallelism"]

    private static func configuration(_ lane: LaneConfiguration, _ numbers: [String: Int]) -> AcceleratorConfiguration {
        guard let rowKeys = numbers["maximumRowKeys"] else { return .lane(lane) }
        var configuration = SpAttenConfiguration(lane: lane, maximumRowKeys: rowKeys)
        configuration.sectorBytes = numbers["sectorBytes"] ?? configuration.sectorBytes
        configuration.topKParallelism = numbers["topKParallelism"] ?? configuration.topKParallelism
        return .spAtten(configuration)
    }
}
