import Foundation

/// `1,234,567`.
func grouped(_ number: Int) -> String {
    var text = ""
    for (position, digit) in String(number.magnitude).reversed().enumerated() {
        if position > 0, position % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
}

/// `1 row`, `2 rows`.
func plural(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

func percent(_ ratio: Double) -> String { String(format: "%.1f %%", 100 * ratio) }

/// Two significant digits, `1.2e-05`.
func short(_ number: Double) -> String { number == 0 ? "0" : String(format: "%.1e", number) }

/// `12.3 MB`.
func bytes(_ count: Int) -> String {
    switch count {
    case ..<10_000: "\(grouped(count)) bytes"
    case ..<10_000_000: String(format: "%.1f kB", Double(count) / 1e3)
    default: String(format: "%.1f MB", Double(count) / 1e6)
    }
}

/// Lines of a name and what there is to say, aligned.
func table(_ lines: [(String, String)]) -> String {
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, text in
        "  " + name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
            + text.split(separator: "\n", omittingEmptySubsequences: false)
                .joined(separator: "\n" + String(repeating: " ", count: width + 4)) + "\n"
    }.joined()
}

/// Rows of cells, aligned: the first column to the left, numbers to the right.
func columns(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { row in
        "  " + row.indices.map { column in
            let space = String(repeating: " ", count: widths[column] - row[column].count)
            return column == 0 ? row[column] + space : space + row[column]
        }.joined(separator: "  ") + "\n"
    }.joined()
}

/// JSON with sorted keys and a newline at the end: the same value gives the same bytes.
public func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
