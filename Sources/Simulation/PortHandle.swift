/// A port found once by name, then read and written without look-ups: of a simulator, or of words laid out like one's.
///
/// Numbers are `Int`: two's complement for a signed port, else as unsigned; a 64-bit unsigned value comes as its bit
/// pattern. What is written is cut to the port's width.
public struct PortHandle {
    public let port: SimulatedPort
    /// Its words, least significant first; bits above the port's width are zero.
    public let storage: UnsafeMutablePointer<UInt64>
    /// Keeps the words alive.
    private let owner: AnyObject?

    public init(_ port: SimulatedPort, of simulator: any Simulator) {
        self.init(port, in: simulator.values.baseAddress!, owner: simulator)
    }

    /// A port whose words lie from `base + port.firstWord` on, which live at least as long as the
    /// handle: `owner`, if given, keeps them alive.
    public init(_ port: SimulatedPort, in base: UnsafeMutablePointer<UInt64>, owner: AnyObject? = nil) {
        self.port = port
        self.owner = owner
        storage = base + port.firstWord
    }

    /// The value of a port of up to 64 bits; of a wider one its low 64, while writing extends by the sign of the number.
    public var value: Int {
        get { port.isSigned ? signed : Int(bitPattern: UInt(storage[0])) }
        nonmutating set {
            storage[0] = UInt64(bitPattern: Int64(newValue))
            for index in 1..<max(1, port.wordCount) { storage[index] = newValue < 0 ? .max : 0 }
            clearAboveWidth()
        }
    }

    /// The low 64 bits as two's complement of the port's width, whatever its kind.
    public var signed: Int {
        let shift = max(0, 64 - port.width)
        return Int(Int64(bitPattern: storage[0] << UInt64(shift)) >> Int64(shift))
    }

    /// Bit 0: the value of a one-bit port.
    public var isSet: Bool {
        get { storage[0] & 1 != 0 }
        nonmutating set { storage[0] = newValue ? 1 : 0 }
    }

    /// All words, least significant first; missing ones are zero when written.
    public var words: [UInt64] {
        get { Array(UnsafeBufferPointer(start: storage, count: port.wordCount)) }
        nonmutating set {
            for index in 0..<port.wordCount { storage[index] = index < newValue.count ? newValue[index] : 0 }
            clearAboveWidth()
        }
    }

    /// Element `index` of a packed vector whose elements are `width` bits, up to 64; element 0 lies lowest.
    public subscript(index: Int, width width: Int) -> UInt64 {
        get {
            let (word, shift) = place(index, width)
            var bits = storage[word] >> shift
            if Int(shift) + width > 64 { bits |= storage[word + 1] << (64 - shift) }
            return bits & lowMask(width)
        }
        nonmutating set {
            let (word, shift) = place(index, width)
            let mask = lowMask(width), bits = newValue & mask
            storage[word] = storage[word] & ~(mask << shift) | bits << shift
            if Int(shift) + width > 64 {
                storage[word + 1] = storage[word + 1] & ~(mask >> (64 - shift)) | bits >> (64 - shift)
            }
        }
    }

    /// Packs `elements` of `width` bits, element 0 in the lowest bits; zeros above the last.
    public func set<I: FixedWidthInteger>(_ elements: some Collection<I>, width: Int) {
        for word in 0..<port.wordCount { storage[word] = 0 }
        var position = 0
        for element in elements {
            for low in stride(from: 0, to: width, by: 64) {
                let count = min(64, width - low)
                let bits = UInt64(truncatingIfNeeded: element >> low) & lowMask(count)
                let (word, shift) = ((position + low) >> 6, UInt64((position + low) & 63))
                storage[word] |= bits << shift
                if Int(shift) + count > 64 { storage[word + 1] |= bits >> (64 - shift) }
            }
            position += width
        }
        clearAboveWidth()
    }

    /// The port as elements of `width` bits, element 0 from the lowest bits; sign-extended if `I` is signed.
    public func elements<I: FixedWidthInteger>(width: Int, as type: I.Type = I.self) -> [I] {
        (0..<port.width / width).map { index in
            var element: I = 0
            for low in stride(from: 0, to: width, by: 64) {
                let position = index * width + low
                let count = min(64, width - low)
                let (word, shift) = (position >> 6, UInt64(position & 63))
                var bits = storage[word] >> shift
                if Int(shift) + count > 64 { bits |= storage[word + 1] << (64 - shift) }
                element |= I(truncatingIfNeeded: bits & lowMask(count)) << low
            }
            guard I.isSigned, width < I.bitWidth else { return element }
            return (element << (I.bitWidth - width)) >> (I.bitWidth - width)
        }
    }

    private func place(_ index: Int, _ width: Int) -> (word: Int, shift: UInt64) {
        let low = index * width
        precondition(index >= 0 && width >= 1 && width <= 64 && low + width <= port.width,
                     "element \(index) of \(width) bits is outside `\(port.name)` of \(port.width)")
        return (low / 64, UInt64(low % 64))
    }

    /// The bits of word `index` that the port has.
    public func mask(ofWord index: Int) -> UInt64 { lowMask(min(64, port.width - 64 * index)) }

    private func clearAboveWidth() { storage[port.wordCount - 1] &= lowMask((port.width - 1) % 64 + 1) }
}

extension Simulator {
    /// A port for inner loops.
    public func handle(_ name: String) throws(UnknownName) -> PortHandle {
        guard let port = port(name) else { throw UnknownName(name, kind: "port", among: ports.map(\.name)) }
        return PortHandle(port, of: self)
    }

    /// Writes an input port, cut to its width.
    public func poke(_ name: String, _ value: Int) throws(UnknownName) {
        guard let port = port(name), port.isInput else {
            throw UnknownName(name, kind: "input port", among: ports.filter(\.isInput).map(\.name))
        }
        PortHandle(port, of: self).value = value
    }

    /// The low 64 bits of a port as last settled.
    public func peekUnsigned(_ name: String) throws(UnknownName) -> UInt64 { try handle(name).words[0] }

    /// The low 64 bits of a port as last settled, as two's complement of its width.
    public func peekSigned(_ name: String) throws(UnknownName) -> Int { try handle(name).signed }
}
