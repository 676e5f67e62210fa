import FixedPoint

/// A reduction that is measured under a name.
public struct NamedReduction: Hashable, Sendable {
    public let name: String
    public let settings: ReductionSettings

    /// All that can be evaluated, in the order of the tables.
    public static let all: [NamedReduction] = [1024, 256].flatMap { tileKeys in
        [(12, 0, 12), (12, 0, 8), (12, 0, 6), (8, 0, 12), (8, 0, 8), (8, 0, 6), (6, 4, 8), (6, 0, 12), (6, 0, 8), (6, 0, 6),
         (4, 0, 12), (4, 0, 8), (4, 0, 6)].map { staticFormats(msbBits: $0, lsbBits: $1, valueBits: $2, tileKeys: tileKeys) }
    }

    /// The reduction of that name.
    public static func named(_ name: String) throws(ConfigurationError) -> NamedReduction {
        if let reduction = all.first(where: { $0.name == name }) { return reduction }
        throw .unknownPreset(name: name, known: all.map(\.name))
    }

    /// `static-k8-v12`, `static-k6+4-v8-tile256`; without the tile's size where a tile holds the whole row.
    private static func staticFormats(msbBits: Int, lsbBits: Int, valueBits: Int, tileKeys: Int) -> NamedReduction {
        NamedReduction(
            name: "static-k\(msbBits)\(lsbBits == 0 ? "" : "+\(lsbBits)")-v\(valueBits)"
                + (tileKeys == 1024 ? "" : "-tile\(tileKeys)"),
            settings: ReductionSettings(
                tileKeys: tileKeys, keyFormat: try! KeyFormat(msbBits: msbBits, lsbBits: lsbBits),
                valueFormat: try! ValueFormat(bits: valueBits)))
    }
}
