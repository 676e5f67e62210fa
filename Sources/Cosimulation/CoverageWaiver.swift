import RTL

/// A written reason why points of the Verilog need not be met.
///
///     Fifo_w13_d16 | Fifo.swift:41 | branch else | the dispatcher never offers while the queue is full
///
/// The Verilog module (`*`: any letters); the place, a line of Swift or a quoted part of the Verilog line; what is not met,
/// `line`, `branch`, or one arm of it (`branch else`; see `CoverageReport.Point.label`); and the reason.
public struct CoverageWaiver: Sendable, Equatable {
    enum Place: Equatable {
        case swift(String)
        case verilog(String)
    }

    let module: String
    let place: Place
    let kind: Coverage.Kind
    /// Nil: every arm.
    let label: String?
    public let reason: String
    /// Of the text it was read from.
    public let line: Int

    /// A line of the text that is no waiver, and what is wrong with it.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        public let line: Int
        public let problem: String
        public var description: String {
            "waivers, line \(line): \(problem); write `module | File.swift:line or \"Verilog text\" | line or branch [arm] | reason`"
        }
    }

    /// Reads one waiver a line; empty lines and those that begin with `#` are left out.
    public static func parse(_ text: String) throws(Malformed) -> [CoverageWaiver] {
        var waivers: [CoverageWaiver] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            if !line.isEmpty, !line.hasPrefix("#") { waivers.append(try CoverageWaiver(line, number: index + 1)) }
        }
        return waivers
    }

    private static let arms = ["if", "elsif", "else", "cond_then", "cond_else"]

    private init(_ text: Substring, number: Int) throws(Malformed) {
        // Verilog has bars of its own: they stand inside the quotes.
        var fields: [Substring] = [""], isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == "|", !isQuoted, fields.count < 4 {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
        }
        fields = fields.map(\.trimmed)
        guard fields.count == 4, !fields.contains(where: \.isEmpty) else {
            throw Malformed(line: number, problem: "four fields are needed")
        }
        module = String(fields[0])
        if fields[1].count > 2, fields[1].hasPrefix("\""), fields[1].hasSuffix("\"") {
            place = .verilog(String(fields[1].dropFirst().dropLast()))
        } else if fields[1].wholeMatch(of: /\w+\.swift:\d+/) != nil {
            place = .swift(String(fields[1]))
        } else {
            throw Malformed(line: number, problem: "`\(fields[1])` is no place")
        }
        let words = fields[2].split(separator: " ").map(String.init)
        switch words.count {
        case 1 where words[0] == "line" || words[0] == "branch": label = nil
        case 2 where words[0] == "branch" && Self.arms.contains(words[1]): label = words[1]
        default: throw Malformed(line: number, problem: "`\(fields[2])` cannot be waived")
        }
        kind = words[0] == "line" ? .line : .branch
        reason = String(fields[3])
        line = number
    }

    /// Whether it names the point, met or not.
    func covers(_ point: CoverageReport.Point) -> Bool {
        guard kind == point.kind, label == nil || label == point.label, Self.matches(module[...], point.module[...])
        else { return false }
        return switch place {
        case .swift(let place): point.source?.place == place
        case .verilog(let text): point.text.contains(text)
        }
    }

    private static func matches(_ pattern: Substring, _ name: Substring) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return matches(pattern.dropFirst(), name) || !name.isEmpty && matches(pattern, name.dropFirst())
        }
        return first == name.first && matches(pattern.dropFirst(), name.dropFirst())
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
}
