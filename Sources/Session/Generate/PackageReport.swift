import Accelerator
import Blocks
import Configuration
import Handoff

/// What `package` did; its names are those of the JSON.
public struct PackageReport: Encodable, Sendable {
    public let preset, configHash, top, output: String
    /// From the output folder.
    public let files: [String]

    public init(_ package: IPPackage, output: String) {
        preset = package.identity.name
        configHash = package.identity.configHash
        top = package.topModule
        self.output = output
        files = package.files.map(\.path)
    }

    public var text: String {
        "\(preset) (configuration \(configHash))\n" + table([
            ("top", top), ("written to", "\(output): \(plural(files.count, "file")), with their hashes in MANIFEST.json"),
        ])
    }
}

extension IPPackage {
    /// - Throws: For a configuration or a prefix that cannot be.
    public init(of lane: NamedConfiguration, prefix: String? = nil, megahertz: Double = usualMegahertz) throws {
        try Generation.check(prefix: prefix)
        try lane.configuration.validate()
        let identity = Identity(
            name: Identity.name(from: lane.name), summary: lane.summary, configuration: lane.configuration.canonicalText,
            configHash: lane.configuration.configHash.hexadecimal)
        self.init(
            of: try lane.configuration.design(), identity, documents: Self.registers(of: lane.configuration), prefix: prefix,
            megahertz: megahertz)
    }

    /// Of a whole accelerator: its registers, for software, for people and for tools.
    private static func registers(of configuration: AcceleratorConfiguration) -> [Document] {
        guard let system = configuration.onBus else { return [] }
        let map = ControlRegisters.map(system)
        return [
            Document(path: "registers/\(map.name)_registers.h", summary: "control registers as C macros", text: map.cHeader),
            Document(path: "registers/\(map.name)_registers.md", summary: "control registers as a table", text: map.markdown),
            Document(path: "registers/\(map.name)_registers.rdl", summary: "control registers in SystemRDL 2.0", text: map.systemRDL),
        ]
    }

    /// Adds the files to `output`, to go to `directory`; other files that are there stay.
    public func add(to output: inout OutputFiles, directory: String) {
        let folders = Set(files.flatMap { file in
            let steps = file.path.split(separator: "/").dropLast()
            return steps.indices.map { steps[...$0].joined(separator: "/") }
        })
        output.addDirectory(directory)
        for folder in folders.sorted() { output.addDirectory("\(directory)/\(folder)") }
        for file in files { output.add("\(directory)/\(file.path)", file.text) }
    }
}
