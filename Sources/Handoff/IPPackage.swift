import Cosimulation
import Foundation
import RTL
import Verilog

/// A folder that an FPGA or ASIC flow takes: Verilog, file lists, constraints, scripts, and a manifest with the hash of every
/// file. A function of the design and its identity alone.
public struct IPPackage: Sendable {
    public struct File: Sendable {
        /// From the root of the folder.
        public let path: String
        public let text: String

        init(_ path: String, _ text: String) {
            self.path = path
            self.text = text
        }
    }

    /// What the folder is called, and what of.
    public struct Identity: Sendable {
        /// `lane-d64`: as `name(from:)` makes it.
        public let name: String
        public let summary: String
        /// Every parameter, and the number that stands for them.
        public let configuration, configHash: String

        public init(name: String, summary: String, configuration: String, configHash: String) {
            self.name = name
            self.summary = summary
            self.configuration = configuration
            self.configHash = configHash
        }

        /// `text` with dashes for what cannot stand in the names of files and cores.
        public static func name(from text: String) -> String {
            String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        }
    }

    /// A text that only some cores have, such as the header of their registers. It goes into the folder, the core's
    /// description, the README and the manifest; tools do not read it.
    public struct Document: Sendable {
        /// From the root of the folder: `registers/core.h`.
        public let path: String
        /// For a line of the README.
        public let summary: String
        public let text: String

        public init(path: String, summary: String, text: String) {
            self.path = path
            self.summary = summary
            self.text = text
        }
    }

    public let identity: Identity
    public let topModule: String
    /// In a fixed order; the last is the manifest.
    public let files: [File]

    /// Of the core's description; what users' `depend` lines name.
    public static let version = "0.1.0"

    /// What the constraints ask for where nothing else is said.
    public static let usualMegahertz = 100.0

    /// - Parameters:
    ///   - documents: What the core has besides, at paths that are no other file's.
    ///   - prefix: Put before every module's name.
    ///   - megahertz: What the constraints ask for.
    public init(
        of design: Design, _ identity: Identity, documents: [Document] = [], prefix: String? = nil, megahertz: Double = usualMegahertz
    ) {
        self.identity = identity
        let modules = VerilogEmitter(prefix: prefix).emit(design)
        topModule = modules[modules.count - 1].moduleName
        let core = CoreFacts(
            identity: identity, top: topModule, sources: modules.map { "rtl/\($0.name)" },
            ports: design.top.ports.map { CoreFacts.Port(name: $0.name, isInput: $0.isInput, bits: $0.width, isSigned: $0.isSigned) },
            clocks: design.top.domains.map(\.domain.clock), documents: documents, period: 1000 / megahertz)
        let content = modules.map { File("rtl/\($0.name)", $0.text) } + [
            File("filelist.f", core.sources.map { $0 + "\n" }.joined()),
            File("\(identity.name).core", core.fuseSoC),
            File("constraints/\(topModule).sdc", core.sdc),
            File("constraints/ooc.xdc", core.xdc),
            File("scripts/yosys_ecp5.ys", core.yosys),
            File("scripts/nextpnr_ecp5.sh", core.nextpnr),
            File("scripts/vivado_ooc.tcl", core.vivado),
            File("scripts/vivado_package_ip.tcl", core.vivadoPackage),
            File("scripts/quartus.tcl", core.quartus),
            File("README.md", core.readme),
        ] + documents.map { File($0.path, $0.text) }
        precondition(Set(content.map(\.path)).count == content.count, "two files of one core have one path")
        files = content + [File("MANIFEST.json", Self.manifest(core, content))]
    }

    private static func manifest(_ core: CoreFacts, _ files: [File]) -> String {
        struct Manifest: Encodable {
            struct Entry: Encodable { let path, sha256: String }
            let name, version, top, configuration, configHash: String
            let files: [Entry]
        }
        let identity = core.identity
        let manifest = Manifest(
            name: identity.name, version: version, top: core.top, configuration: identity.configuration,
            configHash: identity.configHash, files: files.map { file in
                var hash = SHA256()
                hash.update(file.text.utf8)
                return Manifest.Entry(path: file.path, sha256: hash.hexadecimal())
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Strings and arrays of them: there is nothing that could not be encoded.
        return String(decoding: try! encoder.encode(manifest), as: UTF8.self) + "\n"
    }
}
