/// The first place where a design is not what the golden model, or another engine, says.
public struct Divergence: Error, Sendable {
    /// The stream, and which of its beats; nil: a port was compared cycle by cycle.
    public let stream: String?
    public let beat: Int?
    public let beats: Int?
    /// The port, or the signal inside the design.
    public let port: String
    /// The port with the element of a packed vector: `scores_payload_scores[3]`.
    public let path: String
    /// Counted from the end of the reset.
    public let cycle: Int
    public let expected: String
    public let seen: String

    public init(
        stream: String? = nil, beat: Int? = nil, beats: Int? = nil, port: String, path: String, cycle: Int, expected: String,
        seen: String
    ) {
        (self.stream, self.beat, self.beats, self.port, self.path) = (stream, beat, beats, port, path)
        (self.cycle, self.expected, self.seen) = (cycle, expected, seen)
    }
}

extension Divergence: CustomStringConvertible {
    public var description: String {
        let which = if let beat, let beats { ", beat \(beat) of \(beats)" } else { "" }
        return "cycle \(cycle): `\(path)`\(which): expected \(expected), seen \(seen)"
    }
}
