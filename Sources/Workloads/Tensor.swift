/// A tensor as it lies in a file: little-endian elements in C order (the last axis is contiguous).
public struct Tensor: Sendable {
    /// Name in a safetensors file; base name of an .npy file.
    public let name: String
    /// File it was read from, for error messages; empty for a tensor made in memory.
    public let file: String
    public let elementType: ElementType
    public let shape: [Int]
    /// `elementCount` * `elementType.size` bytes.
    public let bytes: [UInt8]

    /// A tensor to be written; `elements` are in C order and as many as `shape` says.
    public init<Element: TensorElement>(name: String, shape: [Int], elements: [Element]) {
        precondition(elements.count == shape.reduce(1, *), "\(name): \(elements.count) elements do not fill shape \(shape)")
        self.init(
            name: name, file: "", elementType: Element.elementType, shape: shape,
            bytes: elements.withUnsafeBytes { [UInt8]($0) })
    }

    /// A tensor read from a file; the reader has checked that the bytes are as many as shape and type say.
    init(name: String, file: String, elementType: ElementType, shape: [Int], bytes: [UInt8]) {
        self.name = name
        self.file = file
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    public var elementCount: Int { bytes.count / elementType.size }

    /// The elements, of exactly the type they are stored in.
    public func elements<Element: TensorElement>(as type: Element.Type) throws(WorkloadError) -> [Element] {
        guard elementType == Element.elementType else {
            throw error(.wrongElementType(found: elementType.rawValue, expected: Element.elementType.rawValue))
        }
        return stored()
    }

    /// The elements of a floating-point tensor (F16, BF16, F32 or F64), rounded to single precision.
    ///
    /// Throws `notFinite` at the first NaN or infinity, `outOfRange` at an F64 that is too large for single precision.
    public func floats() throws(WorkloadError) -> [Float] {
        let values: [Float]
        switch elementType {
        case .f16: values = (stored() as [Float16]).map(Float.init)
        case .bf16: values = (stored() as [UInt16]).map { Float(bitPattern: UInt32($0) << 16) }
        case .f32: values = stored()
        case .f64: values = (stored() as [Double]).map(Float.init)
        default: throw error(.wrongElementType(found: elementType.rawValue, expected: "F16, BF16, F32 or F64"))
        }
        if let offset = values.firstIndex(where: { !$0.isFinite }) {
            if elementType == .f64, case let wide = (stored() as [Double])[offset], wide.isFinite {
                throw error(.outOfRange(index: index(ofElement: offset), value: "\(wide)", type: "single precision"))
            }
            let value = values[offset].isNaN ? "NaN" : values[offset] > 0 ? "infinity" : "-infinity"
            throw error(.notFinite(index: index(ofElement: offset), value: value))
        }
        return values
    }

    /// The elements of an integer tensor of any width.
    public func integers() throws(WorkloadError) -> [Int] {
        switch elementType {
        case .i8: return (stored() as [Int8]).map(Int.init)
        case .i16: return (stored() as [Int16]).map(Int.init)
        case .i32: return (stored() as [Int32]).map(Int.init)
        case .i64: return (stored() as [Int64]).map(Int.init)
        case .u8: return (stored() as [UInt8]).map(Int.init)
        case .u16: return (stored() as [UInt16]).map(Int.init)
        case .u32: return (stored() as [UInt32]).map(Int.init)
        case .u64:
            let values: [UInt64] = stored()
            if let offset = values.firstIndex(where: { $0 > UInt64(Int.max) }) {
                throw error(.outOfRange(index: index(ofElement: offset), value: "\(values[offset])", type: "a signed 64-bit integer"))
            }
            return values.map(Int.init)
        case .f16, .bf16, .f32, .f64:
            throw error(.wrongElementType(found: elementType.rawValue, expected: "an integer type such as I32"))
        }
    }

    /// An error about this tensor.
    public func error(_ problem: WorkloadError.Problem) -> WorkloadError {
        WorkloadError(file: file, tensor: name, problem)
    }

    /// The bytes taken as elements of a type of the stored size.
    private func stored<Element: BitwiseCopyable>() -> [Element] {
        let count = elementCount
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            initialized = count
        }
    }

    /// Where the element lies that is the `offset`-th in C order.
    func index(ofElement offset: Int) -> [Int] {
        var rest = offset
        var index = shape
        for axis in shape.indices.reversed() {
            index[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return index
    }
}

/// Bytes that a tensor takes; nil if they are too many to count or an extent is negative.
func byteCount(shape: [Int], elementType: ElementType) -> Int? {
    // A zero extent makes the product zero, but the others must still be sane.
    var bytes = elementType.size
    var empty = false
    for extent in shape {
        if extent < 0 { return nil }
        if extent == 0 {
            empty = true
            continue
        }
        let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
        if overflow { return nil }
        bytes = product
    }
    return empty ? 0 : bytes
}
