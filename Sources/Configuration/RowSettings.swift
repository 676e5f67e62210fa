import FixedPoint

/// What is chosen at run time, row by row, without generating new Verilog.
public struct RowSettings: Hashable, Codable, Sendable {
    /// Keys of a tile; the last tile of a row may be shorter.
    public var tileKeys: Int
    public var keyFormat: KeyFormat
    public var valueFormat: ValueFormat

    public init(tileKeys: Int, keyFormat: KeyFormat, valueFormat: ValueFormat) {
        self.tileKeys = tileKeys
        self.keyFormat = keyFormat
        self.valueFormat = valueFormat
    }

    public static let tileSizes = [128, 256, 512, 1024]

    /// Every setting a lane accepts: 4 tile sizes x 8 key formats x 4 value formats.
    public static let all: [RowSettings] = tileSizes.flatMap { tileKeys in
        KeyFormat.supported.flatMap { keyFormat in
            ValueFormat.supported.map { valueFormat in
                RowSettings(tileKeys: tileKeys, keyFormat: keyFormat, valueFormat: valueFormat)
            }
        }
    }

    /// Throws for a tile size that the hardware does not have; the formats cannot be wrong.
    public func validate() throws(ConfigurationError) {
        try LaneConfiguration.require("tileKeys", tileKeys, in: Self.tileSizes)
    }
}

/// One advertised point of the dense lanes: a configuration and a setting it runs with.
public struct OperatingPoint: Hashable, Sendable {
    public let preset: Preset
    public let settings: RowSettings

    /// Every advertised point, presets in order, settings in order within each: what `make regress` covers.
    public static let all: [OperatingPoint] = Preset.lanes.flatMap { preset in
        RowSettings.all.map { OperatingPoint(preset: preset, settings: $0) }
    }
}
