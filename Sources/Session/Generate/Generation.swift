import Accelerator
import Configuration
import RTL
import Verilog

/// The Verilog of a configuration.
public struct Generation {
    /// Modules of one file each, children before the modules that use them; the last is the top.
    public let files: [VerilogFile]
    public var topModule: String { files[files.count - 1].moduleName }
    /// Names the files in an order that every tool takes: `verilator -f filelist.f`, in the directory of the files.
    public var fileList: String { files.map { $0.name + "\n" }.joined() }

    public static let fileListName = "filelist.f"

    /// - Parameter prefix: Put before every module's name, so that two lanes can live in one design.
    public init(_ configuration: AcceleratorConfiguration, prefix: String? = nil) throws {
        try Self.check(prefix: prefix)
        try configuration.validate()
        files = VerilogEmitter(prefix: prefix).emit(try configuration.design())
    }

    /// Throws for what no module's name can begin with.
    static func check(prefix: String?) throws(SessionError) {
        guard let prefix else { return }
        let legal = prefix.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                 UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard legal, let first = prefix.first, !first.isNumber else {
            throw SessionError.badArgument(
                argument: "--prefix", value: prefix,
                reason: "module names begin with it: use letters, digits and underscores, no digit first")
        }
    }

    /// Adds the files and the list to `output`, to go to `directory`; other files that are there stay.
    public func add(to output: inout OutputFiles, directory: String) {
        output.addDirectory(directory)
        for file in files { output.add("\(directory)/\(file.name)", file.text) }
        output.add("\(directory)/\(Self.fileListName)", fileList)
    }
}

/// What `generate` did; its names are those of the JSON.
public struct GenerationReport: Codable, Sendable {
    public let preset: String
    public let configHash: String
    public let profile: String
    public let prefix: String?
    public let top: String
    public let output: String
    /// In the order of the file list.
    public let files: [String]
    public let lines: Int

    public init(_ generation: Generation, of lane: NamedConfiguration, prefix: String?, output: String) {
        preset = lane.name
        configHash = lane.configuration.configHash.hexadecimal
        profile = "portable"
        self.prefix = prefix
        top = generation.topModule
        self.output = output
        files = generation.files.map(\.name)
        lines = generation.files.reduce(0) { $0 + $1.sourceMap.count }
    }

    public var text: String {
        "\(preset) (configuration \(configHash))\n" + table([
            ("top", top),
            ("Verilog", "\(plural(files.count, "module")) in \(plural(lines, "line")), \(profile) profile"),
            ("written to", "\(output), with \(Generation.fileListName)"),
        ])
    }
}

extension AcceleratorConfiguration {
    /// The hardware of this configuration.
    public func design() throws -> Design {
        switch self {
        case .lane(let lane): try Design(Lane(lane: lane))
        case .spAtten(let configuration): try Design(SpAttenLane(configuration))
        case .cascade(let configuration): try Design(CascadeLane(configuration))
        case .prefill(let configuration): try Design(PrefillLane(prefill: configuration))
        case .cluster(let configuration):
            if configuration.spAtten == nil {
                try Design(LeanCluster(cluster: configuration))
            } else {
                try Design(SpAttenCluster(cluster: configuration))
            }
        case .system(let configuration): try Design(LeanSpAtten(configuration))
        case .leanSystem(let configuration): try Design(LeanSpAtten(configuration))
        }
    }
}
