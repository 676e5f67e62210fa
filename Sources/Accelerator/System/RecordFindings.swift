import Blocks
import Configuration
import FixedPoint
import RTL

/// What must not be in a record, with its code and the field that shows it.
struct RecordFinding {
    let found: Bit
    let fault: SystemFault
    let field: String

    init(_ found: Bit, _ fault: SystemFault, _ field: String) {
        (self.found, self.fault, self.field) = (found, fault, field)
    }

    /// A field holds what cannot be.
    init(_ found: Bit, _ field: String) { self.init(found, .badField, field) }
}

extension RecordBits {
    /// The 64-bit addresses that are not multiples of 64, or beyond what there is.
    func misalignedAddresses() -> [RecordFinding] {
        Self.layout.fields.filter { $0.width == 64 && !$0.name.hasPrefix("region") }.map {
            RecordFinding(isUnaligned($0.name) | isHigh($0.name), .misaligned, $0.name)
        }
    }

    /// The bounds of a region, which are addresses of bytes, beyond what there is.
    func badRegion() -> [RecordFinding] { ["region_first", "region_last"].map { RecordFinding(isHigh($0), $0) } }

    /// The strides that are not multiples of 64.
    func misalignedStrides() -> [RecordFinding] {
        Self.layout.fields.filter { $0.name.hasSuffix("_stride") }.map { RecordFinding(isUnaligned($0.name), .misaligned, $0.name) }
    }

    private func isUnaligned(_ name: String) -> Bit { self[name][0..<bitsToIndex(RecordLayout.alignment)].isNonzero }
    private func isHigh(_ name: String) -> Bit { self[name][MemoryPort.addressBits..<64].isNonzero }

    /// Formats that there are not, of keys and of values.
    func badFormats() -> [RecordFinding] {
        let keys = KeyFormat.supported.map {
            (self["key_msb_bits"] == Unsigned($0.msbBits)) & (self["key_lsb_bits"] == Unsigned($0.lsbBits))
        }
        let values = ValueFormat.supported.map { self["value_bits"] == Unsigned($0.bits) }
        return [RecordFinding(!keys.anySet, "key_msb_bits"), RecordFinding(!values.anySet, "value_bits")]
    }

    /// The first of findings: place among `SystemFault` (0: none), and the word of the record.
    func first(_ c: Circuit, of findings: [RecordFinding]) -> (code: Unsigned, word: Unsigned) {
        var code = c.constant(SystemFault.none.rawValue, .unsigned(FaultReport.codeBits))
        var word = c.constant(0, .unsigned(bitsToIndex(Self.layout.words)))
        for (number, finding) in findings.enumerated().reversed() {
            let found = c.named("finding_\(number)_\(finding.field)", finding.found)
            code = mux(found, finding.fault.code, code)
            word = mux(found, Unsigned(Self.layout[finding.field].word), word)
        }
        return (code, word)
    }
}
