import RTL
import Verilog

/// How much of some Verilog has been run: its modules, what was missed and in which line of Swift it is written.
///
/// A line is one of Verilog with a statement of an `always` block, a branch an arm of an `if` (of a `?:` too, with late
/// versions of Verilator), a toggle a bit that changes (there: one way).
public struct CoverageReport: Sendable {
    /// A line or an arm of a branch.
    public struct Point: Sendable {
        public let module: String
        public let file: String
        public let line: Int
        public let kind: Coverage.Kind
        /// Of a branch, as Verilator calls it: `if`, `elsif`, `else`, `cond_then`, `cond_else`; empty for a line.
        public let label: String
        public let count: UInt64
        /// The Swift behind the line; where it has none (`end else begin`), behind one next to it.
        public let source: SourceLocation?
        /// The line of Verilog.
        public let text: String
        /// Of the points that were not met, those that need not be.
        public internal(set) var waiver: CoverageWaiver?
    }

    /// The Verilog modules, children before those that use them.
    public let modules: [String]
    /// Of every module, in the order of the text.
    public let points: [Point]
    /// Waivers of points that are met, or that do not exist.
    public let staleWaivers: [CoverageWaiver]
    private let coverage: Coverage

    public init(_ coverage: Coverage, of files: [VerilogFile], waivers: [CoverageWaiver] = []) {
        self.coverage = coverage
        modules = files.map(\.moduleName)
        var points = files.flatMap { Self.points(of: $0, coverage) }
        var used = [Bool](repeating: false, count: waivers.count)
        for index in points.indices where points[index].count == 0 {
            for (number, waiver) in waivers.enumerated() where waiver.covers(points[index]) {
                used[number] = true
                points[index].waiver = waiver
            }
        }
        self.points = points
        staleWaivers = zip(waivers, used).filter { !$0.1 }.map(\.0)
    }

    private static func points(of file: VerilogFile, _ coverage: Coverage) -> [Point] {
        let texts = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        func point(_ line: Int, _ kind: Coverage.Kind, _ label: String, _ count: UInt64) -> Point {
            let text = texts.indices.contains(line - 1) ? texts[line - 1].drop { $0 == " " } : ""
            return Point(
                module: file.moduleName, file: file.name, line: line, kind: kind, label: label, count: count,
                source: source(of: line, in: file), text: String(text))
        }
        return coverage.lines(of: file.name).map { point($0.line, .line, "", $0.count) }
            + coverage.arms(of: file.name).map { point($0.point.line, .branch, $0.point.label, $0.count) }
    }

    /// `always` and `if (reset)` stand at most two lines before what they are there for, other lines without Swift behind it.
    private static func source(of line: Int, in file: VerilogFile) -> SourceLocation? {
        let near = Array(line...line + 2) + (1..<max(2, line)).reversed()
        return near.lazy.compactMap { file.source(ofLine: $0) }.first
    }

    /// Points of a kind in one module, or in all of them.
    ///
    /// - Parameter isWaived: leaves out what was not met and need not be.
    public func tally(_ kind: Coverage.Kind, module: String? = nil, waived isWaived: Bool = false) -> Coverage.Tally {
        var tally = Coverage.Tally()
        if kind == .toggle {
            for name in modules where module == nil || module == name {
                let own = coverage.tally(.toggle, module: name)
                tally.points += own.points
                tally.met += own.met
            }
            return tally
        }
        for point in points where point.kind == kind && (module == nil || module == point.module) {
            if isWaived, point.waiver != nil { continue }
            tally.points += 1
            if point.count > 0 { tally.met += 1 }
        }
        return tally
    }

    /// Why the coverage is not good enough, a sentence each; empty: it is.
    ///
    /// - Parameter minimum: percent of the lines and of the branches, waived ones left out.
    public func problems(minimum: Double) -> [String] {
        let low = [Coverage.Kind.line, .branch].compactMap { kind -> String? in
            let percent = tally(kind, waived: true).percent
            if percent >= minimum { return nil }
            return "\(kind.rawValue) coverage is \(Self.decimal(percent)) %; at least \(Self.decimal(minimum)) % are asked for"
        }
        let uncounted = modules.filter { !coverage.modules.contains($0) }.map { "\($0) has no points: no covered model holds it" }
        let stale = staleWaivers.map {
            "the waiver in line \($0.line) is of nothing that was missed: take it away or correct it (\($0.reason))"
        }
        return low + uncounted + stale
    }

    /// A table of the modules, then what was missed, what was waived, and the signals of which some bits never changed.
    public var text: String {
        var rows = [["module", "lines", "", "branches", "", "toggles", ""]]
        func row(_ name: String, module: String? = nil, waived: Bool = false) -> [String] {
            [name] + [Coverage.Kind.line, .branch, .toggle].flatMap { kind -> [String] in
                let tally = tally(kind, module: module, waived: waived)
                return ["\(tally.met)/\(tally.points)", tally.points == 0 ? "" : Self.decimal(tally.percent) + " %"]
            }
        }
        rows += modules.map { row($0, module: $0) }
        rows.append(row("all"))
        rows.append(row("all but waived", waived: true))
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        var text = ""
        for row in rows {
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }
            text += cells.joined(separator: "  ") + "\n"
        }
        let missed = points.filter { $0.count == 0 && $0.waiver == nil }, waived = points.filter { $0.waiver != nil }
        text += "missed: \(missed.count)\n" + missed.map { "  \($0)\n" }.joined()
        text += "waived: \(waived.count)\n" + waived.map { "  \($0): \($0.waiver!.reason)\n" }.joined()
        let still = modules.flatMap { untoggled(of: $0) }
        return text + "signals with bits that never changed: \(still.count)\n" + still.map { "  \($0)\n" }.joined()
    }

    /// `Lane.v:16: job_payload_keys, 3 toggles`
    private func untoggled(of module: String) -> [String] {
        var signals: [(place: String, name: Substring, toggles: Int)] = []
        for point in coverage.untoggled(of: module + ".v") {
            let place = "\(point.file):\(point.line)", name = point.label.prefix { $0 != "[" && $0 != ":" }
            if let last = signals.last, last.place == place, last.name == name {
                signals[signals.count - 1].toggles += 1
            } else {
                signals.append((place, name, 1))
            }
        }
        return signals.map { "\($0.place): \($0.name), \($0.toggles) toggle\($0.toggles == 1 ? "" : "s")" }
    }

    /// With one place behind the point, cut off: 94.99 is not 95.
    private static func decimal(_ value: Double) -> String {
        let tenths = Int(value * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension CoverageReport.Point: CustomStringConvertible {
    /// `Fifo_w4_d8.v:40: branch else (Fifo.swift:31) if (taken) begin`
    public var description: String {
        let what = label.isEmpty ? kind.rawValue : "\(kind.rawValue) \(label)"
        return "\(file):\(line): \(what)\(source.map { " (\($0.place))" } ?? "") \(text)"
    }
}

extension SourceLocation {
    /// `Fifo.swift:31`, as in the Verilog's comments.
    var place: String { "\(file):\(line)" }
}
