import FixedPoint
import SeededRandom
import Testing

@Suite("Memory planes")
struct PlaneTests {
    static let widths = [3, 4, 5, 6, 8, 12, 16]

    /// Bit by bit, as the page says it.
    private func plainPack(_ codes: [Int16], bits: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (codes.count * bits + 511) / 512 * 64)
        for (element, code) in codes.enumerated() {
            for bit in 0..<bits where (Int(code) >> bit) & 1 == 1 {
                let address = element * bits + bit
                bytes[address >> 3] |= 1 << (address & 7)
            }
        }
        return bytes
    }

    @Test("the worked example of Docs/memory-layout.md")
    func workedExample() throws {
        var keys = [Int16](repeating: 0, count: 64)
        keys.replaceSubrange(0..<4, with: [1, -1, 2047, -2048])
        keys.replaceSubrange(32..<34, with: [100, -100])
        var values = [Int16](repeating: 0, count: 64)
        values.replaceSubrange(0..<4, with: [1, -2, 31, -32])
        let planes = try KeyValuePlanes(
            keys: keys, values: values, headSize: 32, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 6))
        let lsb = try #require(planes.keyLSB)
        #expect(Array(planes.keyMSB.bytes[0..<4]) == [0x00, 0xff, 0x7f, 0x80])
        #expect(Array(planes.keyMSB.bytes[32..<34]) == [0x06, 0xf9])
        #expect(Array(lsb.bytes[0..<2]) == [0xf1, 0x0f] && lsb.bytes[16] == 0xc4)
        #expect(Array(planes.value.bytes[0..<3]) == [0x81, 0xff, 0x81])
        #expect([planes.keyMSB.bytes.count, lsb.bytes.count, planes.value.bytes.count] == [64, 64, 64])
    }

    @Test("packing is the page's, unpacking its inverse", arguments: widths, [32, 64, 128])
    func roundTrip(bits: Int, headSize: Int) throws {
        var random = SeededGenerator(seed: UInt64(bits * headSize))
        for rows in [0, 1, 2, 3, 17] {
            for isSigned in bits == 16 ? [true] : [true, false] {
                let layout = PlaneLayout(headSize: headSize, bits: bits, isSigned: isSigned)
                let codes = (0..<rows * headSize).map { _ in Int16(Int.random(in: layout.codeRange, using: &random)) }
                let plane = try PackedPlane(layout: layout, codes: codes)
                #expect(plane.bytes == plainPack(codes, bits: bits))
                #expect(plane.unpacked() == codes)
                #expect(try PackedPlane(layout: layout, codes: codes.map(Int32.init)) == plane)
            }
        }
    }

    @Test("row after row gives the bytes of all at once, and leaves earlier rows alone", arguments: widths)
    func append(bits: Int) throws {
        var random = SeededGenerator(seed: 7)
        let layout = PlaneLayout(headSize: 32, bits: bits, isSigned: true)
        let codes = (0..<40 * 32).map { _ in Int16(Int.random(in: layout.codeRange, using: &random)) }
        var plane = PackedPlane(layout: layout)
        for row in 0..<40 {
            let before = plane.bytes.prefix(row * layout.rowBytes)
            try plane.append(Array(codes[row * 32..<(row + 1) * 32]))
            #expect(plane.bytes.starts(with: before))
            #expect(plane.bytes.count == layout.planeBytes(rows: row + 1) && plane.bytes.count % 64 == 0)
            #expect(plane.bytes.dropFirst((row + 1) * layout.rowBytes).allSatisfy { $0 == 0 })
        }
        #expect(try plane == PackedPlane(layout: layout, codes: codes))
    }

    @Test("keys go through both planes unchanged", arguments: KeyFormat.supported, ValueFormat.supported)
    func keyPlanes(keyFormat: KeyFormat, valueFormat: ValueFormat) throws {
        var random = SeededGenerator(seed: 3)
        let keys = (0..<5 * 64).map { _ in Int16(Int.random(in: keyFormat.codeRange, using: &random)) }
        let values = (0..<5 * 64).map { _ in Int16(Int.random(in: valueFormat.codeRange, using: &random)) }
        var planes = try KeyValuePlanes(
            keys: Array(keys[..<128]), values: Array(values[..<128]), headSize: 64, keyFormat: keyFormat,
            valueFormat: valueFormat)
        try planes.append(keys: Array(keys[128...]), values: Array(values[128...]))
        #expect(planes.rows == 5)
        #expect(planes.unpackedKeys() == keys && planes.unpackedValues() == values)
        #expect((planes.keyLSB == nil) == (keyFormat.lsbBits == 0))
    }

    @Test("codes that do not fit are refused where they are, and nothing is appended")
    func refused() throws {
        var planes = KeyValuePlanes(headSize: 32, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 4))
        let zeros = [Int16](repeating: 0, count: 32)
        try planes.append(keys: zeros, values: zeros)
        let before = planes
        var bad = zeros
        bad[5] = 8
        #expect(throws: PackingError.codeOutOfRange(row: 1, element: 5, code: 8, range: -8...7)) {
            try planes.append(keys: zeros, values: bad)
        }
        #expect(throws: PackingError.partialRow(elements: 31, headSize: 32)) {
            try planes.append(keys: Array(zeros.dropLast()), values: Array(zeros.dropLast()))
        }
        #expect(throws: PackingError.unequalRows(keys: 32, values: 0, headSize: 32)) {
            try planes.append(keys: zeros, values: [])
        }
        #expect(planes == before)
    }
}
