import Configuration
import FixedPoint

extension Preset {
    /// Its configuration, of a whole accelerator with the cascade.
    /// - Precondition: it is one.
    package var system: SystemConfiguration {
        guard case .system(let system) = configuration else { preconditionFailure("\(name) is no whole accelerator with the cascade") }
        return system
    }
}

/// The presets with what each can do; its names are those of the JSON.
public struct PresetList: Encodable, Sendable {
    public struct Entry: Encodable, Sendable {
        public let name, summary, configHash: String
        public let configuration: AcceleratorConfiguration
    }

    public let presets: [Entry]
    /// What can be chosen at run time, in every preset.
    public let keyBits, valueBits: [String]
    public let tileKeys: [Int]

    public init() {
        presets = Preset.all.map { preset in
            Entry(
                name: preset.name, summary: preset.summary, configHash: preset.configuration.configHash.hexadecimal,
                configuration: preset.configuration)
        }
        keyBits = KeyFormat.supported.map(\.description)
        valueBits = ValueFormat.supported.map(\.description)
        tileKeys = RowSettings.tileSizes
    }

    public var text: String {
        table(presets.map { ($0.name, $0.summary) }) + "At run time, in each:\n" + table([
            ("--key-bits", keyBits.joined(separator: ", ")), ("--value-bits", valueBits.joined(separator: ", ")),
            ("--tile", tileKeys.map(String.init).joined(separator: ", ")),
        ])
    }
}
