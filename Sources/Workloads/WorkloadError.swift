/// What is wrong with a workload file: where, what, and what to do about it.
///
/// Every fault of an input or output file ends here; nothing in this module traps on the contents of a file.
public struct WorkloadError: Error, Equatable, Sendable {
    /// Path as the user gave it.
    public let file: String
    /// Tensor the fault is in, if it is in one.
    public let tensor: String?
    public let problem: Problem

    public init(file: String, tensor: String? = nil, _ problem: Problem) {
        self.file = file
        self.tensor = tensor
        self.problem = problem
    }

    public enum Problem: Equatable, Sendable {
        case fileNotFound
        case cannotRead(reason: String)
        case cannotWrite(reason: String)
        /// The file ends before a part that it must have; sizes in bytes.
        case truncated(needed: Int, found: Int)
        /// Header length in bytes as the file states it.
        case headerTooLong(length: UInt64, limit: Int)
        case malformedHeader(reason: String)
        /// A legal file of a kind this reader does not take.
        case unsupportedFormat(reason: String)
        /// Byte offsets into the data part, which has `available` bytes.
        case offsetsOutOfRange(begin: Int, end: Int, available: Int)
        case offsetsOverlap(other: String)
        /// Bytes of the data part that belong to no tensor.
        case unownedBytes(Range<Int>)
        /// Bytes of data against bytes that shape and element type make.
        case sizeMismatch(bytes: Int, needed: Int)
        case missingTensor(present: [String])
        case unsupportedElementType(String)
        case wrongElementType(found: String, expected: String)
        case wrongShape(found: [Int], expected: String)
        case notFinite(index: [Int], value: String)
        /// A finite number that the narrower type cannot hold.
        case outOfRange(index: [Int], value: String, type: String)
        case contextOutOfRange(row: Int, length: Int, keys: Int)
        case invalidMetadata(key: String, value: String, expected: String)
        case noLayers(present: [String])
        case missingLayer(Int, present: [Int])
        case emptyLayerSelection(present: [Int])
        case invalidRowLimit(Int)
    }

    /// True if the fault is in writing a result, false if it is in what was read.
    public var isWriteFailure: Bool {
        if case .cannotWrite = problem { true } else { false }
    }
}

extension WorkloadError: CustomStringConvertible {
    /// One line: `file: tensor "name": what is wrong. What to do.`
    public var description: String {
        let place = tensor.map { "\(file): tensor \($0.debugDescription)" } ?? file
        return "\(place): \(fault). \(remedy)."
    }

    private var fault: String {
        switch problem {
        case .fileNotFound:
            "no such file"
        case .cannotRead(let reason):
            "cannot be read: \(reason)"
        case .cannotWrite(let reason):
            "cannot be written: \(reason)"
        case .truncated(let needed, let found):
            "the file ends early: it has \(found) bytes and needs at least \(needed)"
        case .headerTooLong(let length, let limit):
            "the header claims \(length) bytes, more than the \(limit) allowed"
        case .malformedHeader(let reason):
            "the header is malformed: \(reason)"
        case .unsupportedFormat(let reason):
            "unsupported: \(reason)"
        case .offsetsOutOfRange(let begin, let end, let available):
            "its data_offsets [\(begin), \(end)] do not lie in the \(available) bytes of data"
        case .offsetsOverlap(let other):
            "its data overlaps that of tensor \(other.debugDescription)"
        case .unownedBytes(let range):
            "bytes \(range.lowerBound)..<\(range.upperBound) of the data belong to no tensor"
        case .sizeMismatch(let bytes, let needed):
            "it has \(bytes) bytes of data, but its shape and type make \(needed)"
        case .missingTensor(let present):
            "the tensor is missing; the file has \(listed(present))"
        case .unsupportedElementType(let type):
            "unsupported element type \(type)"
        case .wrongElementType(let found, let expected):
            "elements are \(found), expected \(expected)"
        case .wrongShape(let found, let expected):
            "shape is \(found), expected \(expected)"
        case .notFinite(let index, let value):
            "element \(index) is \(value)"
        case .outOfRange(let index, let value, let type):
            "element \(index) is \(value), which \(type) cannot hold"
        case .contextOutOfRange(let row, let length, let keys):
            "row \(row) attends to \(length) keys, but there are \(keys)"
        case .invalidMetadata(let key, let value, let expected):
            "metadata \(key.debugDescription) is \(value.debugDescription), expected \(expected)"
        case .noLayers(let present):
            "no tensor is named layerN.query, layerN.key or layerN.value; the file has \(listed(present))"
        case .missingLayer(let layer, let present):
            "there is no layer \(layer); the file has layers \(listed(present.map(String.init)))"
        case .emptyLayerSelection(let present):
            "no layer was selected; the file has layers \(listed(present.map(String.init)))"
        case .invalidRowLimit(let limit):
            "\(limit) rows were asked for"
        }
    }

    private var remedy: String {
        switch problem {
        case .fileNotFound:
            "Check the path"
        case .cannotRead:
            "Check the path and its permissions"
        case .cannotWrite:
            "Choose a path in an existing directory with write permission and free space"
        case .truncated, .headerTooLong, .malformedHeader, .offsetsOutOfRange, .offsetsOverlap, .unownedBytes, .sizeMismatch:
            "The file is damaged or of another format: copy or export it again"
        case .unsupportedFormat, .unsupportedElementType:
            "Export it as float16 or float32 (int32 for lengths), little-endian, in C order"
        case .missingTensor, .noLayers:
            "A layer N needs layerN.query, layerN.key and layerN.value (as .npy: query.npy, key.npy and value.npy)"
        case .wrongElementType, .wrongShape:
            "Export the tensor again with the type and shape expected"
        case .notFinite:
            "Attention is defined for finite inputs only: export the tensor without NaN and infinity"
        case .outOfRange:
            "Use a wider element type or scale the tensor down"
        case .contextOutOfRange:
            "Each length must lie in 0...keys"
        case .invalidMetadata:
            "Correct the metadata or leave it out"
        case .missingLayer, .emptyLayerSelection:
            "Select among the layers present"
        case .invalidRowLimit:
            "Ask for at least one row"
        }
    }

    /// The first few of a list that may be long.
    private func listed(_ names: [String]) -> String {
        if names.isEmpty { return "none" }
        let shown = names.prefix(8).joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}
