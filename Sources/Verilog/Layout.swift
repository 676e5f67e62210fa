/// Text that knows where it may be broken.
indirect enum Layout {
    case text(String)
    /// Side by side, never broken between.
    case joined([Layout])
    /// Separated by spaces on one line, or each part on a line of its own.
    case group([Layout])
    /// In braces with commas, filling as many lines as it takes.
    case braces([Layout])

    /// The text on one line.
    var flat: String {
        switch self {
        case .text(let text): text
        case .joined(let parts): parts.map(\.flat).joined()
        case .group(let parts): parts.map(\.flat).joined(separator: " ")
        case .braces(let parts): "{" + parts.map(\.flat).joined(separator: ", ") + "}"
        }
    }

    /// The lines of `prefix`, this text and `suffix`: one if it leaves room for `comment` columns, else broken where it
    /// can be, or behind the prefix if it cannot.
    func lines(prefix: String, suffix: String, indentation: Int, limit: Int, comment: Int) -> [String] {
        let space = String(repeating: " ", count: indentation)
        let whole = space + prefix + flat + suffix
        if whole.utf8.count + comment <= limit { return [whole] }
        var writer = Writer(limit: limit, line: space + prefix)
        if isBreakable {
            writer.mayBeWhole = false
        } else if prefix.hasSuffix("= ") {
            writer.line.removeLast()
            writer.breakLine(indentation + 4)
        } else if prefix.hasSuffix("("), whole.utf8.count > limit {
            writer.breakLine(indentation + 4)
        }
        writer.write(self, indentation: indentation, following: suffix.utf8.count)
        writer.line += suffix
        return writer.lines + [writer.line]
    }

    private var isBreakable: Bool {
        switch self {
        case .text: false
        case .joined(let parts): parts.contains(where: \.isBreakable)
        case .group, .braces: true
        }
    }

    /// Columns up to the first place where a line may end.
    private var firstWidth: Int {
        switch self {
        case .text(let text): return text.utf8.count
        case .joined(let parts):
            let fixed = parts.prefix { !$0.isBreakable }
            return fixed.reduce(0) { $0 + $1.flat.utf8.count } + (fixed.count < parts.count ? parts[fixed.count].firstWidth : 0)
        case .group(let parts): return parts[0].firstWidth
        case .braces: return 1
        }
    }

    private struct Writer {
        let limit: Int
        var lines: [String] = []
        var line: String
        /// What fits stays whole, except for the outermost text once that is to be broken.
        var mayBeWhole = true

        init(limit: Int, line: String) {
            self.limit = limit
            self.line = line
        }

        mutating func breakLine(_ indentation: Int) {
            lines.append(line)
            line = String(repeating: " ", count: indentation)
        }

        /// Writes `layout`; `following` columns of text must fit behind it.
        mutating func write(_ layout: Layout, indentation: Int, following: Int) {
            let flat = layout.flat
            if mayBeWhole && line.utf8.count + flat.utf8.count + following <= limit {
                line += flat
                return
            }
            if case .joined = layout {} else { mayBeWhole = true }
            switch layout {
            case .text(let text): line += text
            case .joined(let parts):
                for (index, part) in parts.enumerated() {
                    let rest = parts[(index + 1)...], width = rest.reduce(0) { $0 + $1.flat.utf8.count }
                    // What follows may be broken in its turn, but its first columns must fit.
                    write(part, indentation: indentation, following: rest.contains(where: \.isBreakable) ? min(width, 4) : width + following)
                }
            case .group(let parts):
                if line.hasSuffix("(") || line.hasSuffix("= "), line.utf8.count + parts[0].firstWidth > limit {
                    if line.hasSuffix(" ") { line.removeLast() }
                    breakLine(indentation + 4)
                }
                for (index, part) in parts.enumerated() {
                    if index > 0 { breakLine(indentation + 4) }
                    write(part, indentation: indentation + 4, following: index + 1 < parts.count ? 0 : following)
                }
            case .braces(let parts):
                line += "{"
                breakLine(indentation + 4)
                var isFirst = true
                for (index, part) in parts.enumerated() {
                    let comma = index + 1 < parts.count ? "," : ""
                    let width = part.flat.utf8.count + comma.utf8.count
                    if !isFirst {
                        if line.utf8.count + 1 + width > limit { breakLine(indentation + 4) } else { line += " " }
                    }
                    write(part, indentation: indentation + 4, following: comma.utf8.count)
                    line += comma
                    isFirst = false
                }
                breakLine(indentation)
                line += "}"
            }
        }
    }
}
