/// No port or signal of that name; says which there are.
public struct UnknownName: Error, CustomStringConvertible, Hashable {
    public let name: String
    /// `port`, `input port`, `one-bit output` or `signal`.
    public let kind: String
    /// The names there are, in declaration order.
    public let known: [String]

    init(_ name: String, kind: String, among known: [String]) {
        self.name = name
        self.kind = kind
        self.known = known
    }

    public var description: String {
        let shown = known.prefix(60).joined(separator: ", ")
        return "no \(kind) `\(name)`; there are: \(shown)\(known.count > 60 ? ", and \(known.count - 60) more" : "")"
    }
}
