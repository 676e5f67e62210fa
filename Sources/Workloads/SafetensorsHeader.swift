import Foundation

/// The JSON header of a safetensors file.
struct SafetensorsHeader {
    /// One tensor; offsets count bytes from the start of the data part.
    struct Entry {
        let name: String
        let dtype: String
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    let metadata: [String: String]
    /// In the order of their data.
    let entries: [Entry]

    init(json: ArraySlice<UInt8>, file: String) throws(WorkloadError) {
        let decoded: DecodedHeader
        do {
            decoded = try JSONDecoder().decode(DecodedHeader.self, from: Data(json))
        } catch {
            throw WorkloadError(file: file, .malformedHeader(reason: Self.reason(error)))
        }
        metadata = decoded.metadata
        entries = try decoded.tensors.map { name, tensor throws(WorkloadError) in
            guard tensor.data_offsets.count == 2 else {
                throw WorkloadError(file: file, tensor: name, .malformedHeader(reason: "data_offsets must be two numbers"))
            }
            return Entry(
                name: name, dtype: tensor.dtype, shape: tensor.shape,
                begin: tensor.data_offsets[0], end: tensor.data_offsets[1])
        }.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    }

    /// Checks that the tensors cover a data part of that many bytes, without gap or overlap, and that each has the
    /// size its shape and type say.
    func checkData(bytes available: Int, file: String) throws(WorkloadError) {
        var covered = 0
        var previous = ""
        for entry in entries {
            func error(_ problem: WorkloadError.Problem) -> WorkloadError {
                WorkloadError(file: file, tensor: entry.name, problem)
            }
            guard 0 <= entry.begin, entry.begin <= entry.end, entry.end <= available else {
                throw error(.offsetsOutOfRange(begin: entry.begin, end: entry.end, available: available))
            }
            guard entry.begin >= covered else { throw error(.offsetsOverlap(other: previous)) }
            guard entry.begin == covered else { throw WorkloadError(file: file, .unownedBytes(covered..<entry.begin)) }
            if let elementType = ElementType(rawValue: entry.dtype) {
                guard let needed = byteCount(shape: entry.shape, elementType: elementType) else {
                    throw error(.malformedHeader(reason: "shape \(entry.shape) is negative or too large"))
                }
                guard needed == entry.end - entry.begin else {
                    throw error(.sizeMismatch(bytes: entry.end - entry.begin, needed: needed))
                }
            }
            covered = entry.end
            previous = entry.name
        }
        guard covered == available else { throw WorkloadError(file: file, .unownedBytes(covered..<available)) }
    }

    /// Metadata sorted by key, then the tensors in the order given, padded with spaces so that the data starts at a
    /// multiple of 8 bytes in the file.
    static func encoded(_ tensors: [Tensor], metadata: [String: String]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\"\(metadataKey)\":{\(pairs.joined(separator: ","))}")
        }
        var names: Set<String> = [metadataKey]
        var offset = 0
        for tensor in tensors {
            precondition(names.insert(tensor.name).inserted, "two tensors named \(tensor.name)")
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.bytes.count
            members.append(
                "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = [UInt8]("{\(members.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        return header
    }

    private static let metadataKey = "__metadata__"

    /// A JSON string literal.
    private static func quoted(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }

    /// What the JSON decoder objected to, with the path to it.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let context: DecodingError.Context
        switch error {
        case .dataCorrupted(let found), .keyNotFound(_, let found), .typeMismatch(_, let found), .valueNotFound(_, let found):
            context = found
        @unknown default:
            return "\(error)"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: " / ")
        return path.isEmpty ? context.debugDescription : "at \(path.debugDescription): \(context.debugDescription)"
    }

    private struct DecodedHeader: Decodable {
        var metadata: [String: String] = [:]
        var tensors: [(name: String, DecodedTensor)] = []

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys {
                if key.stringValue == metadataKey {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors.append((key.stringValue, try container.decode(DecodedTensor.self, forKey: key)))
                }
            }
        }
    }

    /// Property names are those of the format.
    private struct DecodedTensor: Decodable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
