/// Records signals over some cycles and draws them as text, for expectations and failure messages.
///
/// ```
/// cycle           0   1   2   3
/// input_valid   ▁▁▁▁╱▔▔▔▔▔▔▔╲▁▁▁
/// payload       │0  │7  │9      
/// ```
/// Numbers are decimal by the signal's sign up to 64 bits, hexadecimal above.
public struct AsciiWave {
    private let signals: [WaveSignal]
    private let capacity: Int
    private let simulator: any Simulator
    private var cycles: [Int] = []
    /// Texts of each cycle, in the order of the signals.
    private var columns: [[String]] = []

    /// - Parameters:
    ///   - paths: what to show, from top to bottom: ports, or any signal the engine can see; nil: all ports.
    ///   - capacity: only the last so many cycles are kept.
    public init(_ simulator: any Simulator, _ paths: [String]? = nil, capacity: Int = 64) throws(UnknownName) {
        self.simulator = simulator
        self.capacity = capacity
        guard let paths else {
            signals = WaveSignal.ports(of: simulator)
            return
        }
        let known = simulator.waveSignals
        var chosen: [WaveSignal] = []
        for path in paths {
            guard let signal = known.first(where: { $0.path == path }) else {
                throw UnknownName(path, kind: "signal", among: known.map(\.path))
            }
            chosen.append(signal)
        }
        signals = chosen
    }

    /// Takes the values of this cycle. Call between `settle()` and `clockEdge()`.
    public mutating func sample() {
        var words: [UInt64] = []
        let column = signals.map { signal in
            signal.read(&words)
            return Self.text(words, signal)
        }
        if columns.count == capacity {
            columns.removeFirst()
            cycles.removeFirst()
        }
        columns.append(column)
        cycles.append(simulator.cycle)
    }

    private static func text(_ words: [UInt64], _ signal: WaveSignal) -> String {
        signal.width > 64 ? "x" + hexadecimalDigits(words) : decimal(words[0], width: signal.width, isSigned: signal.isSigned)
    }

    /// One line a signal, under a line of cycle numbers.
    public func render() -> String {
        let cell = max(4, 1 + (columns.joined().map(\.count).max() ?? 0), 1 + (cycles.last.map { "\($0)".count } ?? 0))
        let margin = max(5, signals.map(\.path.count).max() ?? 0) + 2
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
        var lines = [padded("cycle", margin) + cycles.map { padded(" \($0)", cell) }.joined()]
        for (row, signal) in signals.enumerated() {
            var line = padded(signal.path, margin)
            var last: String?
            for column in columns {
                let value = column[row]
                if signal.width == 1 {
                    let isHigh = value == "1"
                    let edge = last == nil || last == value ? (isHigh ? "▔" : "▁") : (isHigh ? "╱" : "╲")
                    line += edge + String(repeating: isHigh ? "▔" : "▁", count: cell - 1)
                } else {
                    line += padded(last == value ? "" : "│" + value, cell)
                }
                last = value
            }
            lines.append(line)
        }
        return lines.map { line in
            line.last == " " ? String(line.reversed().drop { $0 == " " }.reversed()) : line
        }.joined(separator: "\n")
    }
}
