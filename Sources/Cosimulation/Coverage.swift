/// Counts of Verilator's coverage points, of one run or of many.
///
/// A point is a block of statements, an arm of a branch, or a bit that changes (5.038 and later: one point for its rise,
/// another for its fall). Instances of one module are counted together. Harnesses have no points.
public struct Coverage: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case line, branch, toggle
    }

    /// Points of one kind and those of them that were met at least once.
    public struct Tally: Sendable, Equatable {
        public internal(set) var points = 0
        public internal(set) var met = 0
        /// Of 100; 100 where there is nothing to meet.
        public var percent: Double { points == 0 ? 100 : 100 * Double(met) / Double(points) }
    }

    /// Where a point lies; the order is that of reports.
    struct Point: Hashable, Comparable, Sendable {
        let file: String
        let line, column: Int
        let kind: Kind
        let module: String
        /// `if`, `else`, `data[3]`.
        let label: String
        /// Lines of its statements, `3-5,7`; empty if Verilator does not say.
        let lines: String

        private var key: (String, Int, Int, String, String, String) { (file, line, column, kind.rawValue, label, module) }
        static func < (a: Point, b: Point) -> Bool { a.key < b.key }
    }

    private(set) var counts: [Point: UInt64] = [:]

    public init() {}

    /// Reads files that `VerilatorSimulator.writeCoverage` wrote and adds them up; of what changed between builds, both remain.
    /// - Throws: `fileSystem`, `badCoverage`.
    public init(merging paths: some Sequence<String>) throws(CosimulationError) {
        for path in paths { try add(path) }
    }

    /// Adds one more file.
    public mutating func add(_ path: String) throws(CosimulationError) {
        let text = try Files.read(path)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let (point, count) = Self.parse(line) else { throw .badCoverage(path: path, line: index + 1) }
            if let point { counts[point, default: 0] += count }
        }
    }

    /// Adds the counts of other runs.
    public mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// Lines are `C '<key>\u{2}<value>' count` with \u{1} before every key; a point of another kind is nil.
    private static func parse(_ line: Substring) -> (Point?, UInt64)? {
        guard line.hasPrefix("C '"), let end = line.lastIndex(of: "'"), let count = UInt64(line[end...].dropFirst(2))
        else { return nil }
        var fields: [Substring: String] = [:]
        for field in line[..<end].dropFirst(3).split(separator: "\u{1}") {
            let parts = field.split(separator: "\u{2}", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count != 2 { return nil }
            fields[parts[0]] = String(parts[1])
        }
        // `page` is v_line/Fifo_w8; 5.006 has no type of its own.
        let page = (fields["page"] ?? "").split(separator: "/", maxSplits: 1)
        guard page.count == 2, let file = fields["f"], let number = fields["l"].flatMap({ Int($0) }) else { return nil }
        guard page[0].hasPrefix("v_"), var kind = Kind(rawValue: String(page[0].dropFirst(2))) else { return (nil, count) }
        // 5.006 calls the arms of a chain, but for its end, lines.
        if fields["o"] == "elsif" { kind = .branch }
        return (
            Point(
                file: file, line: number, column: fields["n"].flatMap { Int($0) } ?? 0, kind: kind, module: String(page[1]),
                label: fields["o"] ?? "", lines: fields["S"] ?? ""),
            count)
    }

    /// Points of a kind over all modules.
    public func tally(_ kind: Kind) -> Tally { tally(kind) { _ in true } }

    /// Points of a kind in one Verilog module.
    public func tally(_ kind: Kind, module: String) -> Tally { tally(kind) { $0.module == module } }

    private func tally(_ kind: Kind, _ isCounted: (Point) -> Bool) -> Tally {
        var tally = Tally()
        for (point, count) in counts where point.kind == kind && isCounted(point) {
            tally.points += 1
            if count > 0 { tally.met += 1 }
        }
        return tally
    }

    /// The Verilog modules that have points, sorted.
    public var modules: [String] { Set(counts.keys.map(\.module)).sorted() }

    /// Points that no run met, as `Fifo_w8.v:12: branch else`, in the order of the text.
    public var missed: [String] {
        counts.filter { $0.value == 0 }.keys.sorted().map { "\($0.file):\($0.line): \($0.kind.rawValue) \($0.label)" }
    }

    /// For `genhtml` and editors (lcov 1.x): lines with statements, arms of branches one by one; toggles are left out, as
    /// lcov has no word for them.
    ///
    /// - Parameter prefix: of the file names, such as `Generated/lane-d64/rtl/`.
    public func lcov(prefix: String = "") -> String {
        var text = "TN:\n"
        for file in Set(counts.keys.map(\.file)).sorted() {
            let lines = lines(of: file), arms = arms(of: file)
            if lines.isEmpty && arms.isEmpty { continue }
            text += "SF:\(prefix)\(file)\n"
            for (index, arm) in arms.enumerated() {
                let number = arms[..<index].reversed().prefix { $0.point.line == arm.point.line }.count
                text += "BRDA:\(arm.point.line),0,\(number),\(arm.count)\n"
            }
            text += "BRF:\(arms.count)\nBRH:\(arms.count { $0.count > 0 })\n"
            for (line, count) in lines { text += "DA:\(line),\(count)\n" }
            text += "LF:\(lines.count)\nLH:\(lines.count { $0.count > 0 })\nend_of_record\n"
        }
        return text
    }

    /// The lines of a file that hold statements, in order; a line's count is the least of the blocks on it.
    func lines(of file: String) -> [(line: Int, count: UInt64)] {
        var lines: [Int: UInt64] = [:]
        for (point, count) in counts where point.file == file && point.kind != .toggle {
            for line in Self.numbers(point.lines) ?? (point.kind == .line ? [point.line] : []) { lines[line] = min(lines[line] ?? .max, count) }
        }
        return lines.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The arms of the branches of a file, in order.
    func arms(of file: String) -> [(point: Point, count: UInt64)] {
        counts.filter { $0.key.file == file && $0.key.kind == .branch }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The bits of a file that never changed, in order.
    func untoggled(of file: String) -> [Point] {
        counts.filter { $0.value == 0 && $0.key.file == file && $0.key.kind == .toggle }.keys.sorted()
    }

    /// `3-5,7` as numbers; nil if empty.
    private static func numbers(_ ranges: String) -> [Int]? {
        let numbers = ranges.split(separator: ",").flatMap { range -> [Int] in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return ends.isEmpty ? [] : Array(ends[0]...max(ends[0], ends[ends.count - 1]))
        }
        return numbers.isEmpty ? nil : numbers
    }
}
