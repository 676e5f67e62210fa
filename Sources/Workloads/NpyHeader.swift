/// The header of an `.npy` file: a Python dictionary literal with the keys `descr`, `fortran_order` and `shape`.
struct NpyHeader {
    let elementType: ElementType
    let shape: [Int]

    private static let descriptors: [(String, ElementType)] = [
        ("<f2", .f16), ("<f4", .f32), ("<f8", .f64),
        ("|i1", .i8), ("<i2", .i16), ("<i4", .i32), ("<i8", .i64),
        ("|u1", .u8), ("<u2", .u16), ("<u4", .u32), ("<u8", .u64),
    ]

    /// NumPy's name of the type, nil if it has none.
    static func descriptor(of elementType: ElementType) -> String? {
        descriptors.first { $0.1 == elementType }?.0
    }

    static func encoded(descriptor: String, shape: [Int]) -> String {
        // A Python tuple of one needs its comma.
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        return "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(extents)), }"
    }

    init(_ bytes: ArraySlice<UInt8>, file: String) throws(WorkloadError) {
        var literal = PythonLiteral(bytes)
        var descriptor: String?
        var fortranOrder: Bool?
        var shape: [Int]?
        do throws(PythonLiteral.Unexpected) {
            try literal.take("{")
            while !literal.takes("}") {
                let key = try literal.string()
                try literal.take(":")
                switch key {
                case "descr": descriptor = try literal.string()
                case "fortran_order": fortranOrder = try literal.boolean()
                case "shape": shape = try literal.tuple()
                default: throw PythonLiteral.Unexpected(found: "key \(key.debugDescription)", expected: "descr, fortran_order or shape")
                }
                if !literal.takes(",") {
                    try literal.take("}")
                    break
                }
            }
        } catch {
            throw WorkloadError(file: file, .malformedHeader(reason: "found \(error.found), expected \(error.expected)"))
        }
        guard let descriptor, let fortranOrder, let shape else {
            throw WorkloadError(file: file, .malformedHeader(reason: "descr, fortran_order or shape is missing"))
        }
        if fortranOrder && shape.count > 1 {
            throw WorkloadError(file: file, .unsupportedFormat(reason: "Fortran order (use numpy.ascontiguousarray)"))
        }
        guard let elementType = Self.descriptors.first(where: { $0.0 == descriptor })?.1 else {
            throw WorkloadError(file: file, .unsupportedElementType(descriptor))
        }
        self.elementType = elementType
        self.shape = shape
    }
}

/// As much of Python's literal syntax as an `.npy` header uses.
private struct PythonLiteral {
    struct Unexpected: Error {
        let found: String
        let expected: String
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Takes the token if it is next.
    mutating func takes(_ token: StaticString) -> Bool {
        skipSpace()
        return token.withUTF8Buffer { buffer in
            guard rest.starts(with: buffer) else { return false }
            rest.removeFirst(buffer.count)
            return true
        }
    }

    mutating func take(_ token: StaticString) throws(Unexpected) {
        guard takes(token) else { throw unexpected("\"\(token)\"") }
    }

    /// A quoted string without escapes.
    mutating func string() throws(Unexpected) -> String {
        skipSpace()
        guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
            let end = rest.dropFirst().firstIndex(of: quote)
        else { throw unexpected("a quoted string") }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    }

    mutating func boolean() throws(Unexpected) -> Bool {
        if takes("True") { return true }
        if takes("False") { return false }
        throw unexpected("True or False")
    }

    /// A tuple of non-negative integers.
    mutating func tuple() throws(Unexpected) -> [Int] {
        var values: [Int] = []
        try take("(")
        while !takes(")") {
            values.append(try natural())
            if !takes(",") {
                try take(")")
                break
            }
        }
        return values
    }

    private mutating func natural() throws(Unexpected) -> Int {
        skipSpace()
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else { throw unexpected("an extent below 2^63") }
        rest.removeFirst(digits.count)
        return value
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    }

    private func unexpected(_ expected: String) -> Unexpected {
        let found = String(decoding: rest.prefix(16), as: UTF8.self)
        return Unexpected(found: rest.isEmpty ? "the end of the header" : found.debugDescription, expected: expected)
    }
}
