import Foundation

/// A recorded schedule of decode steps, as the SpAtten authors' simulator reads it: one line of comma-separated values for
/// each head of each layer of each iteration, with counts and flags but no indices and no tensors.
public struct DecodeTrace: Hashable, Sendable {
    /// One query row of one head.
    public struct Row: Hashable, Sendable {
        public let iteration, layer, head: Int
        /// Tokens of the context, and how many of their keys and values are read.
        public let context, keys, values: Int
        /// Bits of an element; nil where the trace names none.
        public let keyBits, valueBits: Int?
        /// LSBs of all keys are read as well, and how many bits an element.
        public let isRefined: Bool
        public let refinedBits: Int?
    }

    public let rows: [Row]

    /// - Throws: `DecodeTraceError` for a line that cannot be.
    public init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DecodeTraceError(file: path, line: nil, reason: "cannot be read. Check the path")
        }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let header = lines.first else { throw DecodeTraceError(file: path, line: nil, reason: "is empty") }
        let names = header.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        rows = try lines.enumerated().dropFirst().compactMap { index, line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            // The last line names the configuration the trace was made with.
            guard cells.count == names.count, cells.dropFirst().contains(where: { !$0.isEmpty }) else { return nil }
            return try Row(Dictionary(zip(names, cells)) { first, _ in first }, path, index + 1)
        }
        if rows.isEmpty { throw DecodeTraceError(file: path, line: nil, reason: "has no rows") }
    }
}

extension DecodeTrace.Row {
    fileprivate init(_ cells: [String: String], _ path: String, _ line: Int) throws {
        func number(_ name: String) throws -> Int {
            guard let text = cells[name], let value = Double(text), value == value.rounded(), abs(value) < 1e9 else {
                throw DecodeTraceError(file: path, line: line, reason: "\(name) is not a whole number")
            }
            return Int(value)
        }
        func bits(_ name: String) throws -> Int? {
            let value = try number(name)
            return value < 0 ? nil : value
        }
        iteration = try number("iteration_id")
        layer = try number("layer_id")
        head = try number("head_id")
        context = try number("sentence_length_L")
        keys = try number("key_fetch_num")
        values = try number("value_fetch_num")
        keyBits = try bits("quant_key_bit")
        valueBits = try bits("quant_value_bit")
        isRefined = cells["if_requant"] == "True"
        refinedBits = try bits("auto_requant_incre")
        guard 0 < keys, keys <= context, 0 <= values, values <= keys else {
            throw DecodeTraceError(
                file: path, line: line, reason: "\(keys) keys and \(values) values of \(context) tokens cannot be")
        }
    }
}

/// A trace that cannot be replayed.
public struct DecodeTraceError: Error, Hashable, CustomStringConvertible {
    public let file: String
    public let line: Int?
    public let reason: String

    public var description: String { file + (line.map { ", line \($0)" } ?? "") + ": " + reason }
}
