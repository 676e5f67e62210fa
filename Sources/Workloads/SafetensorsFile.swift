/// A `.safetensors` file: named tensors and string metadata.
///
/// Layout: header length (8 bytes, little-endian), header (JSON: name -> dtype, shape, data_offsets), data. The data of
/// the tensors covers the data part without gap or overlap. Format: https://github.com/huggingface/safetensors.
public struct SafetensorsFile: Sendable {
    /// Longest header accepted, as in the reference implementation.
    public static let maximumHeaderBytes = 100_000_000

    public let path: String
    /// The `__metadata__` entry of the header.
    public let metadata: [String: String]
    /// In the order of their data in the file.
    public let tensorNames: [String]

    private let entries: [String: SafetensorsHeader.Entry]
    private let bytes: [UInt8]
    private let dataStart: Int

    /// Reads the file and checks its structure; contents of tensors are checked as they are asked for.
    public init(path: String) throws(WorkloadError) {
        try self.init(path: path, bytes: readFile(path))
    }

    /// The file given by its contents; `path` is for error messages.
    package init(path: String, bytes: [UInt8]) throws(WorkloadError) {
        let lengthBytes = 8
        guard bytes.count >= lengthBytes else {
            throw WorkloadError(file: path, .truncated(needed: lengthBytes, found: bytes.count))
        }
        let length = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard length <= UInt64(Self.maximumHeaderBytes) else {
            throw WorkloadError(file: path, .headerTooLong(length: length, limit: Self.maximumHeaderBytes))
        }
        let dataStart = lengthBytes + Int(length)
        guard bytes.count >= dataStart else {
            throw WorkloadError(file: path, .truncated(needed: dataStart, found: bytes.count))
        }
        let header = try SafetensorsHeader(json: bytes[lengthBytes..<dataStart], file: path)
        try header.checkData(bytes: bytes.count - dataStart, file: path)

        self.path = path
        self.metadata = header.metadata
        self.tensorNames = header.entries.map(\.name)
        self.entries = Dictionary(header.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.bytes = bytes
        self.dataStart = dataStart
    }

    /// The tensor of that name, or nil if there is none. Throws if its element type is one we do not read.
    public func optionalTensor(_ name: String) throws(WorkloadError) -> Tensor? {
        guard let entry = entries[name] else { return nil }
        guard let elementType = ElementType(rawValue: entry.dtype) else {
            throw WorkloadError(file: path, tensor: name, .unsupportedElementType(entry.dtype))
        }
        return Tensor(
            name: name, file: path, elementType: elementType, shape: entry.shape,
            bytes: [UInt8](bytes[(dataStart + entry.begin)..<(dataStart + entry.end)]))
    }

    /// The tensor of that name; throws `missingTensor` if there is none.
    public func tensor(_ name: String) throws(WorkloadError) -> Tensor {
        guard let tensor = try optionalTensor(name) else {
            throw WorkloadError(file: path, tensor: name, .missingTensor(present: tensorNames))
        }
        return tensor
    }

    /// Writes tensors in the order given; equal arguments give equal bytes, and a failure leaves the path as it was.
    /// Names are distinct, and none is `__metadata__`.
    public static func write(
        _ tensors: [Tensor], metadata: [String: String] = [:], to path: String
    ) throws(WorkloadError) {
        try writeFile(encoded(tensors, metadata: metadata), to: path)
    }

    /// The bytes that `write` writes.
    package static func encoded(_ tensors: [Tensor], metadata: [String: String] = [:]) -> [UInt8] {
        let header = SafetensorsHeader.encoded(tensors, metadata: metadata)
        let length = UInt64(header.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + tensors.reduce(0) { $0 + $1.bytes.count })
        withUnsafeBytes(of: length) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: header)
        for tensor in tensors {
            bytes.append(contentsOf: tensor.bytes)
        }
        return bytes
    }
}
