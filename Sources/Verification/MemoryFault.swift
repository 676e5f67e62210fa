/// Something that goes wrong with a beat on its way out of a memory: shows that a checker sees it.
public struct MemoryFault: Hashable, Sendable {
    /// Which beat.
    public enum Place: Hashable, Sendable {
        /// The n-th that is read out, from 0, over all tags; a dropped one counts, a repeated one counts once.
        case beat(Int)
        /// Every one that holds the byte at this address.
        case address(Int)
    }

    /// What happens to it.
    public enum Kind: Hashable, Sendable {
        /// `error` is set beside the data, or `resp` is 2, a slave error.
        case error
        /// One bit of the data is inverted.
        case corrupt(bit: Int)
        /// It does not come.
        case drop
        /// It comes twice.
        case duplicate
        /// It and all behind it come so many cycles later.
        case delay(cycles: Int)
        /// Bit 0 of its tag is inverted.
        case wrongTag
    }

    public let place: Place
    public let kind: Kind

    public init(_ kind: Kind, at place: Place) {
        self.kind = kind
        self.place = place
    }

    /// - Throws: `MemoryConfigurationError` for a fault that `streams` cannot show.
    func check(_ streams: MemoryStreams) throws(MemoryConfigurationError) {
        switch place {
        case .beat(let number) where number < 0: throw MemoryConfigurationError("a memory fault is at beat \(number): beats count from 0")
        case .address(let address) where address < 0: throw MemoryConfigurationError("a memory fault is at address \(address)")
        default: break
        }
        let response = streams.response.name
        switch kind {
        case .error where streams.error == nil:
            throw MemoryConfigurationError(
                "a memory fault is an error, but `\(response)` has no field `error` or `resp`: use .corrupt or .drop instead")
        case .wrongTag where streams.tag == nil:
            throw MemoryConfigurationError("a memory fault is a wrong tag, but `\(response)` has no field `tag`")
        case .corrupt(let bit) where !(0..<streams.data.width).contains(bit):
            throw MemoryConfigurationError(
                "a memory fault inverts bit \(bit), but the data of `\(response)` have \(streams.data.width) bits")
        case .delay(let cycles) where cycles < 1:
            throw MemoryConfigurationError("a memory fault delays by \(cycles) cycles: at least 1")
        default: break
        }
    }
}
