/// The keys that decide together what is refined and which values are kept (Docs/pruning.md 1).
public enum DecisionScope: String, CaseIterable, Codable, Sendable {
    /// Those of one tile, ``RowSettings/tileKeys``.
    case tile
    /// The paper's: all keys of the row, at most ``SpAttenConfiguration/maximumRowKeys``.
    case row
}
