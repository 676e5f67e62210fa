/// A number format that the hardware does not have.
public enum FormatError: Error, Hashable, CustomStringConvertible {
    case unsupportedKeyFormat(String)
    case unsupportedValueFormat(String)

    public var description: String {
        switch self {
        case .unsupportedKeyFormat(let text):
            "key format '\(text)' is not supported: use one of \(Self.list(KeyFormat.supported)) (MSB bits + LSB bits)"
        case .unsupportedValueFormat(let text):
            "value format '\(text)' is not supported: use one of \(Self.list(ValueFormat.supported)) (bits)"
        }
    }

    private static func list(_ formats: [some CustomStringConvertible]) -> String {
        formats.map(\.description).joined(separator: ", ")
    }
}
