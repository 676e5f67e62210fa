/// What is inside a design: any named signal to read, state and memory words to read and to put there.
///
/// Paths name the instances from the top down: `skid.full`, `input_valid`. Words come least significant first; an `Int`
/// is two's complement for a signed signal, else unsigned, of the low 64 bits of a wider one.
extension NativeSimulator {
    /// Named signals of the whole hierarchy.
    var signals: [(signal: FlatDesign.Signal, view: View)] { program.signals }

    /// The words of a signal in its settled state, least significant first.
    func read(_ view: View, into words: inout [UInt64]) {
        settle()
        if !isObserved {
            interpreter.run(UnsafeBufferPointer(observation))
            isObserved = true
        }
        words.removeAll(keepingCapacity: true)
        for low in stride(from: 0, to: view.width, by: 64) { words.append(bits(of: view, low: low)) }
    }

    private func bits(of view: View, low: Int) -> UInt64 {
        let width = min(64, view.width - low)
        guard let part = view.slice(low: low, width: width) else { return 0 }
        let shift = UInt64(part.bit % 64)
        let stored = arena[part.word] >> shift | arena[part.word + 1] << (64 - shift)
        let unused = Int64(64 - part.bits)
        let number = Int64(bitPattern: stored << UInt64(unused))
        return (part.signFilled ? UInt64(bitPattern: number >> unused) : UInt64(bitPattern: number) >> UInt64(unused)) & lowMask(width)
    }

    // MARK: Signals

    /// The paths `peek` knows, in declaration order.
    public var signalPaths: [String] { signals.map { path(of: $0.signal) } }

    /// The registers and read data among them, which `deposit` takes.
    public var statePaths: [String] { signals.filter(\.signal.isState).map { path(of: $0.signal) } }

    private func path(of signal: FlatDesign.Signal) -> String { (signal.scope + [signal.name]).joined(separator: ".") }

    /// The words of a signal anywhere in the hierarchy, settled first.
    /// - Throws: `UnknownName` with the names that come near.
    public func peek(_ path: String) throws(UnknownName) -> [UInt64] {
        var words: [UInt64] = []
        read(signals[try index(ofSignal: path)].view, into: &words)
        return words
    }

    /// The same as a number.
    public func peekNumber(_ path: String) throws(UnknownName) -> Int {
        let signal = signals[try index(ofSignal: path)].signal, low = try peek(path)[0]
        let unused = Int64(signal.isSigned ? max(0, 64 - signal.width) : 0)
        return Int(Int64(bitPattern: low << UInt64(unused)) >> unused)
    }

    private func index(ofSignal path: String) throws(UnknownName) -> Int {
        guard let index = signalIndex[path] else { throw UnknownName(path, kind: "signal", among: signalPaths) }
        return index
    }

    /// Puts words into a register or read data, cut to its width, zeros for missing ones; what follows from it follows
    /// with the next `settle()`.
    /// - Throws: `UnknownName` for what is no state, with the names that come near.
    public func deposit(_ path: String, words: [UInt64]) throws(UnknownName) {
        guard let index = signalIndex[path], signals[index].signal.isState else {
            throw UnknownName(path, kind: "register", among: statePaths)
        }
        let place = signals[index].view
        for word in 0..<place.words {
            let value = (word < words.count ? words[word] : 0) & lowMask(place.width - 64 * word)
            arena[place.word + word] = value
            // A read port that is not enabled, and a register that nothing drives, load what they have.
            arena[place.word + program.stateWords + word] = value
        }
        stateChanged = true
    }

    /// Puts a number into a register or read data, cut to its width or extended by its sign.
    public func deposit(_ path: String, _ number: Int) throws(UnknownName) {
        let width = signalIndex[path].map { signals[$0].signal.width } ?? 1
        try deposit(path, words: Self.words(number, width: width))
    }

    private static func words(_ number: Int, width: Int) -> [UInt64] {
        [UInt64(bitPattern: Int64(number))] + Array(repeating: number < 0 ? .max : 0, count: (width - 1) / 64)
    }

    // MARK: Memories

    /// The paths of the memories, in declaration order.
    public var memoryPaths: [String] { program.memoryPaths }

    /// The words of entry `index` of a memory.
    /// - Throws: `UnknownName` for a memory or an entry that is not there.
    public func peek(_ memory: String, entry index: Int) throws(UnknownName) -> [UInt64] {
        memories[try checked(memory, index), index]
    }

    /// The same as an unsigned number.
    public func peekNumber(_ memory: String, entry index: Int) throws(UnknownName) -> Int {
        Int(Int64(bitPattern: try peek(memory, entry: index)[0]))
    }

    /// Puts words into entry `index` of a memory, cut to its width, zeros for missing ones.
    /// - Throws: `UnknownName` for a memory or an entry that is not there.
    public func deposit(_ memory: String, entry index: Int, words: [UInt64]) throws(UnknownName) {
        memories[try checked(memory, index), index] = words
    }

    /// Puts a number into entry `index` of a memory, cut to its width or extended by its sign.
    public func deposit(_ memory: String, entry index: Int, _ number: Int) throws(UnknownName) {
        let place = try checked(memory, index)
        memories[place, index] = Self.words(number, width: program.memories[place].width)
    }

    private func checked(_ path: String, _ entry: Int) throws(UnknownName) -> Int {
        guard let index = memoryPaths.firstIndex(of: path) else { throw UnknownName(path, kind: "memory", among: memoryPaths) }
        let depth = program.memories[index].depth
        guard entry >= 0 && entry < depth else {
            throw UnknownName("\(entry)", kind: "entry of `\(path)`", among: ["0...\(depth - 1)"])
        }
        return index
    }
}
