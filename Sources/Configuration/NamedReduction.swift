import FixedPoint

/// A reduction that is measured under a name.
public struct NamedReduction: Hashable, Sendable {
    public let name: String
    public let settings: ReductionSettings

    /// Under the name that says its settings: ``ReductionSettings/name``.
    public init(_ settings: ReductionSettings) {
        name = settings.name
        self.settings = settings
    }

    /// All that can be evaluated, in the order of the tables.
    public static let all: [NamedReduction] = (statics + refinements + valuePrunings + cascades + papers + ours).map { NamedReduction($0) }

    /// The reduction of that name.
    public static func named(_ name: String) throws(ConfigurationError) -> NamedReduction {
        if let reduction = all.first(where: { $0.name == name }) { return reduction }
        throw .unknownPreset(name: name, known: all.map(\.name))
    }
}

extension ReductionSettings {
    /// `static-k8-v12-tile256`, `per-key0.01-p0.0003-tokens0.8-decay-k4+4-v6`: what is left out, then formats, then the tile
    /// unless it holds the whole row.
    var name: String {
        var words = isStatic ? ["static"] : []
        switch refinement.mode {
        case .always: break
        case .never: words.append("never")
        case .paper, .perKey: words.append("\(refinement.mode.rawValue)\(refinement.confidence)")
        }
        switch values.rule {
        case .none: break
        case .topFraction: words.append("top\(values.amount)")
        case .threshold: words.append("p\(values.amount)")
        }
        if values.renormalises { words.append("renormalised") }
        if centresValues { words.append("centred") }
        if tokens != .none { words += ["tokens\(tokens.keepRatio)", tokens.importance.rawValue] }
        if headKeepRatio < 1 { words.append("heads\(headKeepRatio)") }
        words += ["k\(keyFormat.msbBits)\(keyFormat.lsbBits == 0 ? "" : "+\(keyFormat.lsbBits)")", "v\(valueFormat.bits)"]
        if scope == .tile || isStatic && tileKeys < 1024 { words.append("tile\(tileKeys)") }
        return words.joined(separator: "-")
    }
}

extension NamedReduction {
    private static func formats(_ keys: String, _ valueBits: Int) -> ReductionSettings {
        ReductionSettings(keyFormat: try! KeyFormat(keys), valueFormat: try! ValueFormat(bits: valueBits))
    }

    /// Formats alone, with a tile that holds a row and one that does not.
    private static let statics: [ReductionSettings] = [1024, 256].flatMap { tileKeys in
        [("12+0", 12), ("12+0", 8), ("12+0", 6), ("8+0", 12), ("8+0", 8), ("8+0", 6), ("6+4", 8), ("6+0", 12), ("6+0", 8),
         ("6+0", 6), ("4+0", 12), ("4+0", 8), ("4+0", 6)].map { keys, valueBits in
            var settings = formats(keys, valueBits)
            settings.tileKeys = tileKeys
            return settings
        }
    } + [formats("12+0", 4)]
}
