/// A configuration, preset or run-time setting that does not exist or cannot be built.
public enum ConfigurationError: Error, Hashable, CustomStringConvertible {
    case unsupported(parameter: String, value: String, remedy: String)
    case unknownPreset(name: String, known: [String], nearest: String?)

    public var description: String {
        switch self {
        case .unsupported(let parameter, let value, let remedy):
            "\(parameter) \(value) is not supported: \(remedy)"
        case .unknownPreset(let name, let known, let nearest):
            "there is no preset '\(name)'" + (nearest.map { " (did you mean '\($0)'?)" } ?? "")
                + ": use one of \(known.joined(separator: ", "))"
        }
    }
}
