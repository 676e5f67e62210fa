/// A burst that a stream cannot have.
public struct BurstError: Error, CustomStringConvertible, Hashable {
    public enum Problem: Hashable, Sendable {
        /// It has no `ready`: it is no hand-shake.
        case noReady
        /// Beats are sent to a stream that leaves the module, or taken from one that enters it.
        case wrongDirection
        /// The words given are not whole beats of `payloadWords` words.
        case partialBeat(words: Int, payloadWords: Int)
    }

    public let stream: String
    public let problem: Problem

    public init(stream: String, problem: Problem) {
        (self.stream, self.problem) = (stream, problem)
    }

    public var description: String {
        switch problem {
        case .noReady:
            "stream `\(stream)` has no `\(stream)_ready`: drive it port by port"
        case .wrongDirection:
            "stream `\(stream)` goes the other way: sources send into the module, sinks take from it"
        case .partialBeat(let words, let payloadWords):
            "\(words) words are no whole number of beats of stream `\(stream)`, which have \(payloadWords) words each"
        }
    }
}
