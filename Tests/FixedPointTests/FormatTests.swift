import FixedPoint
import Foundation
import Testing

@Suite("Key and value formats")
struct FormatTests {
    @Test("the supported formats are the eight and four of the manual")
    func supported() {
        #expect(KeyFormat.supported.map(\.description) == ["3+5", "4+4", "6+4", "8+4", "4+0", "6+0", "8+0", "12+0"])
        #expect(ValueFormat.supported.map(\.bits) == [4, 6, 8, 12])
        #expect(KeyFormat.supported.allSatisfy { $0.bits <= NumericFormats.keyBits })
    }

    @Test("a written form is read back, alone and in JSON")
    func roundTrip() throws {
        for format in KeyFormat.supported {
            #expect(try KeyFormat(format.description) == format)
            #expect(try KeyFormat(msbBits: format.msbBits, lsbBits: format.lsbBits) == format)
        }
        for format in ValueFormat.supported { #expect(try ValueFormat(format.description) == format) }
        let json = try JSONEncoder().encode(KeyFormat.supported)
        #expect(String(decoding: json, as: UTF8.self).hasPrefix(#"["3+5","4+4""#))
        #expect(try JSONDecoder().decode([KeyFormat].self, from: json) == KeyFormat.supported)
        #expect(throws: FormatError.unsupportedKeyFormat("5+5")) {
            try JSONDecoder().decode([KeyFormat].self, from: Data(#"["5+5"]"#.utf8))
        }
        #expect(throws: FormatError.self) { try JSONDecoder().decode([ValueFormat].self, from: Data("[5]".utf8)) }
    }

    @Test("an unsupported format is refused with the list of those that are", arguments: ["", "5", "8+5", "+8+4", "12+4", "8+4 "])
    func refused(text: String) {
        #expect(throws: FormatError.unsupportedKeyFormat(text)) { try KeyFormat(text) }
        #expect(FormatError.unsupportedKeyFormat(text).description.contains("3+5, 4+4, 6+4, 8+4, 4+0, 6+0, 8+0, 12+0"))
        #expect(throws: FormatError.unsupportedValueFormat(text)) { try ValueFormat(text) }
        #expect(throws: FormatError.unsupportedValueFormat("10")) { try ValueFormat(bits: 10) }
    }

    @Test("ranges are two's complement, symmetric codes leave out the most negative one")
    func ranges() throws {
        let key = try KeyFormat("8+4")
        #expect(key.codeRange == -2048...2047 && key.largestSymmetricCode == 2047)
        let value = try ValueFormat(bits: 6)
        #expect(value.codeRange == -32...31 && value.outputGainBits == 10)
    }
}
