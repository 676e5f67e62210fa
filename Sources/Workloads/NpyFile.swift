/// A `.npy` file: one array as NumPy's `save` writes it.
///
/// Read: format versions 1 and 2, C order, little-endian floats and integers. Other orders and types are refused by
/// name. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
public enum NpyFile {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Reads the array; its name is the file's base name without `.npy`.
    public static func read(_ path: String) throws(WorkloadError) -> Tensor {
        try decoded(readFile(path), path: path)
    }

    /// Writes format version 1; equal arguments give equal bytes, and a failure leaves the path as it was.
    public static func write(_ tensor: Tensor, to path: String) throws(WorkloadError) {
        guard let descriptor = NpyHeader.descriptor(of: tensor.elementType) else {
            throw WorkloadError(file: path, tensor: tensor.name, .unsupportedElementType(tensor.elementType.rawValue))
        }
        let prefixBytes = magic.count + 4
        var header = [UInt8](NpyHeader.encoded(descriptor: descriptor, shape: tensor.shape).utf8)
        // The format asks that the data starts at a multiple of 64 bytes, behind a newline.
        let padding = 63 - (prefixBytes + header.count) % 64
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
        header.append(UInt8(ascii: "\n"))
        let length = UInt16(header.count)
        let prefix = magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
        try writeFile(prefix + header + tensor.bytes, to: path)
    }

    /// The array given by the file's contents.
    package static func decoded(_ bytes: [UInt8], path: String) throws(WorkloadError) -> Tensor {
        func need(_ count: Int) throws(WorkloadError) {
            guard bytes.count >= count else { throw WorkloadError(file: path, .truncated(needed: count, found: bytes.count)) }
        }
        try need(magic.count + 2)
        guard bytes.starts(with: magic) else {
            throw WorkloadError(file: path, .malformedHeader(reason: "it does not start with the mark of an .npy file"))
        }
        let version = bytes[magic.count]
        guard version == 1 || version == 2 else {
            throw WorkloadError(file: path, .unsupportedFormat(reason: ".npy format version \(version), of which 1 and 2 are read"))
        }
        let lengthStart = magic.count + 2
        let headerStart = lengthStart + (version == 1 ? 2 : 4)
        try need(headerStart)
        let length = bytes[lengthStart..<headerStart].reversed().reduce(0) { $0 << 8 | Int($1) }
        let dataStart = headerStart + length
        try need(dataStart)

        let header = try NpyHeader(bytes[headerStart..<dataStart], file: path)
        guard let needed = byteCount(shape: header.shape, elementType: header.elementType) else {
            throw WorkloadError(file: path, .malformedHeader(reason: "shape \(header.shape) is too large"))
        }
        let available = bytes.count - dataStart
        guard available == needed else { throw WorkloadError(file: path, .sizeMismatch(bytes: available, needed: needed)) }
        return Tensor(
            name: baseName(path), file: path, elementType: header.elementType, shape: header.shape,
            bytes: [UInt8](bytes[dataStart...]))
    }

    private static func baseName(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".npy") ? String(last.dropLast(4)) : last
    }
}
