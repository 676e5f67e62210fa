import FixedPoint

/// Reductions by scores: each technique alone, the paper's own rules, and ours.
extension NamedReduction {
    /// With 12-bit keys and values unless it says others.
    private static func settings(
        _ keys: String = "12+0", _ valueBits: Int = 12, _ change: (inout ReductionSettings) -> Void
    ) -> ReductionSettings {
        var settings = ReductionSettings(keyFormat: try! KeyFormat(keys), valueFormat: try! ValueFormat(bits: valueBits))
        change(&settings)
        return settings
    }

    /// Progressive quantization alone.
    static let refinements: [ReductionSettings] =
        [("8+4", 12), ("6+4", 8), ("4+4", 8)].map { settings($0, $1) { $0.refinement = .init(.paper, confidence: 0.1) } }
        + [("6+4", 8), ("4+4", 8), ("3+5", 8)].map { settings($0, $1) { $0.refinement = .init(.never) } }
        + ["8+4", "6+4", "4+4", "3+5"].flatMap { keys in
            [0.003, 0.01].map { confidence in settings(keys, 8) { $0.refinement = .init(.perKey, confidence: confidence) } }
        }
        + [0.001, 0.03, 0.1].map { confidence in
            settings("4+4", 8) { $0.refinement = .init(.perKey, confidence: confidence) }
        }
        + [128, 256].flatMap { tileKeys in
            [RefineMode.paper, .perKey].map { mode in
                settings("4+4", 8) {
                    $0.refinement = .init(mode, confidence: mode == .paper ? 0.1 : 0.01)
                    $0.scope = .tile
                    $0.tileKeys = tileKeys
                }
            }
        }

    /// Local value pruning alone; a dropped value counts as 0, or as the mean of its channel.
    static let valuePrunings: [ReductionSettings] =
        [false, true].map { renormalises in
            settings { $0.values = .init(.topFraction, amount: 0.3, renormalises: renormalises) }
        }
        + [settings { ($0.values, $0.centresValues) = (.init(.topFraction, amount: 0.3), true) }]
        + [1e-4, 3e-4, 1e-3].flatMap { threshold in
            [false, true].map { centres in
                settings { ($0.values, $0.centresValues) = (.init(.threshold, amount: threshold), centres) }
            }
        }
        + [settings { $0.values = .init(.threshold, amount: 1e-3, renormalises: true) }]

    /// The newest tokens and the first ones stay; the first layer that prunes keeps half-way more.
    private static func tokens(_ keep: Double, _ importance: ImportanceMode) -> ReductionSettings.TokenPruning {
        .init(keepRatio: keep, startRatio: (1 + keep) / 2, importance: importance, sinkTokens: 0, recentTokens: 16)
    }

    /// Cascade token and head pruning alone.
    static let cascades: [ReductionSettings] =
        [(0.7, ImportanceMode.sum), (0.7, .age), (0.7, .decay), (0.8, .age), (0.8, .decay), (0.9, .decay)].map { keep, importance in
            settings { $0.tokens = tokens(keep, importance) }
        }
        + [settings { $0.headKeepRatio = 0.75 }]

    /// The paper's rules together.
    static let papers: [ReductionSettings] = [("8+4", 12), ("6+4", 8), ("4+4", 6)].flatMap { keys, valueBits in
        let quantized = settings(keys, valueBits) {
            $0.refinement = .init(.paper, confidence: 0.1)
            $0.values = .init(.topFraction, amount: 0.3)
        }
        var tokenPruned = quantized
        tokenPruned.tokens = tokens(0.7, .sum)
        var all = tokenPruned
        all.headKeepRatio = 0.75
        return [quantized, tokenPruned, all]
    }

    /// Ours: keys refined one by one, values by threshold; a dropped value counts as the mean in all but the first two.
    static let ours: [ReductionSettings] =
        [("4+4", 0.01), ("3+5", 0.003)].map { combined($0, 6, confidence: $1, threshold: 3e-4, centres: false) }
        + [combined("4+4", 6, confidence: 0.01, threshold: 3e-4), combined("3+5", 6, confidence: 0.003, threshold: 3e-4)]
        + [4, 6, 8].map { combined("4+4", $0, confidence: 0.01, threshold: 1e-3) }
        + [combined("3+5", 8, confidence: 0.003, threshold: 1e-3)]
        + [4, 6, 8].map { combined("3+5", $0, confidence: 0.01, threshold: 1e-3) }
        + [("4+4", 6, 3e-4, 0.8), ("3+5", 6, 1e-3, 0.8), ("3+5", 8, 1e-3, 0.7)].map { keys, valueBits, threshold, keep in
            var settings = combined(keys, valueBits, confidence: 0.01, threshold: threshold)
            settings.tokens = tokens(keep, .decay)
            return settings
        }
        + [128, 256].map { tileKeys in
            var settings = combined("3+5", 6, confidence: 0.01, threshold: 1e-3)
            (settings.scope, settings.tileKeys) = (.tile, tileKeys)
            return settings
        }

    private static func combined(
        _ keys: String, _ valueBits: Int, confidence: Double, threshold: Double, centres: Bool = true
    ) -> ReductionSettings {
        settings(keys, valueBits) {
            $0.refinement = .init(.perKey, confidence: confidence)
            $0.values = .init(.threshold, amount: threshold)
            $0.centresValues = centres
        }
    }
}
