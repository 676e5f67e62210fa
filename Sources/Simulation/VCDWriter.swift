/// Writes a Value Change Dump (IEEE 1364-2001, 18): the same run gives the same text.
///
/// ```swift
/// let waves = VCDWriter(simulator, top: "SkidBuffer_w8") { file.write($0) }
/// simulator.settle(); waves.sample(); simulator.clockEdge()   // every cycle
/// waves.finish()
/// ```
/// A cycle lasts 10 ns, and values change with the rise of the clocks that led to them, which are high for the first 5.
public final class VCDWriter {
    private let signals: [WaveSignal]
    private let codes: [String]
    private var last: [[UInt64]]
    private let simulator: any Simulator
    private let write: (String) -> Void
    private var current: [UInt64] = []
    private let clockCodes: [String]
    /// Index among the clocks of each that has a reset, and the reset's code.
    private let resetCodes: [(clock: Int, code: String)]
    private var lastResets: ClockSet?
    private var time = -1

    /// - Parameters:
    ///   - top: name of the outermost scope.
    ///   - signals: what to write; nil: all the engine can show.
    ///   - write: takes the text as it grows.
    public init(
        _ simulator: any Simulator, top: String, signals: [WaveSignal]? = nil, write: @escaping (String) -> Void
    ) {
        self.simulator = simulator
        self.write = write
        let signals = signals ?? simulator.waveSignals
        self.signals = signals
        let clocks = simulator.clocks
        clockCodes = clocks.indices.map { Self.code($0) }
        resetCodes = clocks.indices.filter { clocks[$0].reset != nil }.enumerated().map {
            ($0.element, Self.code(clocks.count + $0.offset))
        }
        let first = clockCodes.count + resetCodes.count
        codes = signals.indices.map { Self.code(first + $0) }
        last = signals.map { _ in [] }
        write(header(top))
    }

    /// Short printable identifiers: digits of base 94, least significant first.
    private static func code(_ number: Int) -> String {
        var rest = number
        var code = ""
        repeat {
            code.unicodeScalars.append(Unicode.Scalar(UInt8(33 + rest % 94)))
            rest /= 94
        } while rest > 0
        return code
    }

    private func header(_ top: String) -> String {
        var text = "$timescale 1 ns $end\n$scope module \(top) $end\n"
        for (clock, code) in zip(simulator.clocks, clockCodes) { text += "$var wire 1 \(code) \(clock.name) $end\n" }
        for (clock, code) in resetCodes { text += "$var wire 1 \(code) \(simulator.clocks[clock].reset!) $end\n" }
        var open: [String] = []
        for (signal, code) in zip(signals, codes) {
            let common = zip(open, signal.scope).prefix { $0 == $1 }.count
            for _ in common..<open.count { text += "$upscope $end\n" }
            for scope in signal.scope[common...] { text += "$scope module \(scope) $end\n" }
            open = signal.scope
            let range = signal.width > 1 ? " [\(signal.width - 1):0]" : ""
            text += "$var wire \(signal.width) \(code) \(signal.name)\(range) $end\n"
        }
        for _ in open { text += "$upscope $end\n" }
        return text + "$upscope $end\n$enddefinitions $end\n"
    }

    /// Writes what changed since the last sample as the values of one cycle. Call between `settle()` and `clockEdge()`.
    public func sample() { sample(at: time + 1) }

    /// The same at a time of the caller's, such as that of the last `ClockSchedule.Edge`.
    ///
    /// - Parameter time: when the clocks rose that led to these values, in tens of nanoseconds. One that is not after the
    ///   last sample's is taken as the next.
    public func sample(at time: Int) {
        let isFirst = self.time < 0, rose = simulator.lastEdge, resets = simulator.resets
        self.time = max(self.time + 1, time)
        var text = "#\(self.time * 10)\n"
        for (index, code) in clockCodes.enumerated() where isFirst || rose.contains(index: index) {
            text += "\(rose.contains(index: index) ? 1 : 0)\(code)\n"
        }
        for (clock, code) in resetCodes where lastResets?.contains(index: clock) != resets.contains(index: clock) {
            text += "\(resets.contains(index: clock) ? 1 : 0)\(code)\n"
        }
        lastResets = resets
        for index in signals.indices {
            signals[index].read(&current)
            if current == last[index] { continue }
            swap(&last[index], &current)
            text += Self.value(last[index], width: signals[index].width) + codes[index] + "\n"
        }
        text += "#\(self.time * 10 + 5)\n"
        for (index, code) in clockCodes.enumerated() where rose.contains(index: index) { text += "0\(code)\n" }
        write(text)
    }

    /// Marks the end of the last cycle.
    public func finish() { write("#\((time + 1) * 10)\n") }

    private static func value(_ words: [UInt64], width: Int) -> String {
        if width == 1 { return words[0] & 1 == 1 ? "1" : "0" }
        var digits = ""
        for word in words.reversed() {
            let binary = String(word, radix: 2)
            if digits.isEmpty {
                if word != 0 { digits = binary }
            } else {
                digits += String(repeating: "0", count: 64 - binary.count) + binary
            }
        }
        return "b\(digits.isEmpty ? "0" : digits) "
    }
}
