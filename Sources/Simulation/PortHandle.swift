/// A port of a simulator found once by name, then read and written without look-ups.
///
/// Numbers are `Int`: two's complement for a signed port, else as unsigned; a 64-bit unsigned value comes as its bit
/// pattern. What is written is cut to the port's width.
public struct PortHandle {
    public let port: SimulatedPort
    private let content: UnsafeMutablePointer<UInt64>
    /// Keeps the words alive.
    private let simulator: any Simulator

    init(_ port: SimulatedPort, of simulator: any Simulator) {
        self.port = port
        self.simulator = simulator
        content = simulator.values.baseAddress! + port.firstWord
    }

    /// The value of a port of up to 64 bits; of a wider one its low 64, while writing extends by the sign of the number.
    public var value: Int {
        get { port.isSigned ? signed : Int(bitPattern: UInt(content[0])) }
        nonmutating set {
            content[0] = UInt64(bitPattern: Int64(newValue))
            for index in 1..<max(1, port.wordCount) { content[index] = newValue < 0 ? .max : 0 }
            clearAboveWidth()
        }
    }

    /// The low 64 bits as two's complement of the port's width, whatever its kind.
    public var signed: Int {
        let shift = max(0, 64 - port.width)
        return Int(Int64(bitPattern: content[0] << UInt64(shift)) >> Int64(shift))
    }

    /// Bit 0: the value of a one-bit port.
    public var isSet: Bool {
        get { content[0] & 1 != 0 }
        nonmutating set { value = newValue ? 1 : 0 }
    }

    /// All words, least significant first; missing ones are zero when written.
    public var words: [UInt64] {
        get { Array(UnsafeBufferPointer(start: content, count: port.wordCount)) }
        nonmutating set {
            for index in 0..<port.wordCount { content[index] = index < newValue.count ? newValue[index] : 0 }
            clearAboveWidth()
        }
    }

    /// Element `index` of a packed vector whose elements are `width` bits, up to 64; element 0 lies lowest.
    public subscript(index: Int, width width: Int) -> UInt64 {
        get {
            let (word, shift) = place(index, width)
            var bits = content[word] >> shift
            if Int(shift) + width > 64 { bits |= content[word + 1] << (64 - shift) }
            return bits & lowMask(width)
        }
        nonmutating set {
            let (word, shift) = place(index, width)
            let mask = lowMask(width), bits = newValue & mask
            content[word] = content[word] & ~(mask << shift) | bits << shift
            if Int(shift) + width > 64 {
                content[word + 1] = content[word + 1] & ~(mask >> (64 - shift)) | bits >> (64 - shift)
            }
        }
    }

    /// The elements of a packed vector, 0 first.
    public func elements(width: Int, signed: Bool) -> [Int] {
        (0..<port.width / width).map { index in
            let bits = self[index, width: width], shift = Int64(64 - width)
            return signed ? Int(Int64(bitPattern: bits << UInt64(shift)) >> shift) : Int(bitPattern: UInt(bits))
        }
    }

    /// Writes elements from 0 up, each cut to `width`; the port's further bits stay.
    public func setElements(_ elements: [Int], width: Int) {
        for (index, element) in elements.enumerated() { self[index, width: width] = UInt64(bitPattern: Int64(element)) }
    }

    private func place(_ index: Int, _ width: Int) -> (word: Int, shift: UInt64) {
        let low = index * width
        precondition(index >= 0 && width >= 1 && width <= 64 && low + width <= port.width,
                     "element \(index) of \(width) bits is outside `\(port.name)` of \(port.width)")
        return (low / 64, UInt64(low % 64))
    }

    private func clearAboveWidth() { content[port.wordCount - 1] &= lowMask((port.width - 1) % 64 + 1) }
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
