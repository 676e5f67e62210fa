import Configuration
import Driver
import FixedPoint
import Foundation
import TestSupport
import Testing

/// Records in memory: fields, texts made of the layouts, what cannot be.
@Suite struct RecordTests {
    @Test("every field of every record holds what it is given, and touches no other", arguments: RecordLayout.all)
    func fields(_ layout: RecordLayout) throws {
        var random = TestSeed.generator(layout.name)
        for _ in 0..<200 {
            var record = RecordWords(layout), given: [(String, Int)] = []
            for field in layout.fields {
                let bits = random.next() >> UInt64(64 - field.width)
                let above = 64 - field.width
                let value = field.isSigned ? Int(Int64(bitPattern: bits << UInt64(above)) >> Int64(above)) : Int(bitPattern: UInt(bits))
                try record.set(field.name, value)
                given.append((field.name, value))
            }
            let back = RecordWords(layout, record.bytes)
            #expect(back == record && record.bytes.count == layout.bytes)
            for (name, value) in given { #expect(back.value(name) == value, "\(name)") }
            for field in layout.fields { try record.set(field.name, 0) }
            #expect(record == RecordWords(layout))
        }
    }

    @Test("no two fields of a record share a bit, and all lie within it", arguments: RecordLayout.all)
    func layout(_ layout: RecordLayout) {
        var taken: Set<Int> = []
        for field in layout.fields {
            for bit in field.firstBit..<field.firstBit + field.width {
                #expect(taken.insert(bit).inserted && bit < 32 * layout.words, "\(field.name)")
            }
        }
    }

    @Test("the page on the memory layout has the tables of all records", arguments: RecordLayout.all)
    func page(_ layout: RecordLayout) throws {
        let page = try PackageFiles.text("Docs/memory-layout.md")
        #expect(page.contains("\n\n" + layout.markdown + "\n"), "its table should be:\n\(layout.markdown)")
    }

    @Test("a number that a field cannot hold is refused, with the field and its range")
    func tooLarge() throws {
        var record = RecordWords(.jobDescriptor)
        for (name, value) in [("heads", 256), ("heads", -1), ("token_step", 1 << 31), ("context", 1 << 32), ("direct", 2)] {
            #expect { try record.set(name, value) } throws: { "\($0)".contains("job_descriptor.\(name) cannot be \(value)") }
        }
        #expect(record == RecordWords(.jobDescriptor))
    }

    @Test func completionRecord() throws {
        let record = CompletionRecord(
            id: .max, rows: 65_535, skippedRows: 3, faultyRows: 1, keptTokens: 1024, unrefinedMass: 16_384, droppedMass: 5, cycles: 1 << 31)
        #expect(try CompletionRecord(record.bytes()) == record)
        #expect { try CompletionRecord([UInt8](repeating: 0, count: 32)) } throws: { "\($0)".contains("0x0") }
    }

    @Test func headRecord() throws {
        let bytes = try HeadRecord(query: [-1, 2047, -2048, 1], scale: ScoreScale(mantissa: 0x2_3456, shift: 37), headScale: 0xABCD).bytes()
        #expect(bytes.count == 64)
        #expect(Array(bytes[..<24]) == [0x56, 0x34, 2, 0, 37, 0, 0xCD, 0xAB] + [0, 0, 0, 0, 0, 0, 0, 0] + [0xFF, 0xFF, 0xFF, 7, 0, 0xF8, 1, 0])
        #expect(bytes[24...].allSatisfy { $0 == 0 })
    }

    @Test("a descriptor says what the job says")
    func descriptor() throws {
        let configuration = SystemConfiguration(lane: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)))
        var job = JobDescriptor(
            id: 77, rows: .cascade(begins: JobDescriptor.Iteration(
                layers: 12, isNewSequence: true, settings: CascadeSettings(importance: .decay, sink: 3, recent: 9),
                tokens: KeepRatio(unpruned: 2, start: 60_000, step: -1_234), heads: .keepsAll)),
            context: 993, heads: 4, settings: RowSettings(tileKeys: 512, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8)),
            pruning: PruningSettings(refine: .perKey, confidence: 167_772, values: .threshold(limit: 5_033), renormalise: true),
            headTable: .init(address: 0x12_0000_0040, stride: 192),
            planes: .init(keyMSB: .init(address: 64, stride: 128), keyLSB: .init(address: 640, stride: 64), value: .init(address: 1280, stride: 256)),
            output: .init(address: 0xFF_FFFF_0000, stride: 128), region: DeviceRegion(address: 0xFF_FFFF_0000, bytes: 4096))
        var record = try job.record(for: configuration)
        for (name, value) in [
            ("magic", 0x4C4A_0001), ("begins_iteration", 1), ("new_sequence", 1), ("direct", 0), ("job_id", 77), ("context", 993), ("heads", 4),
            ("layers", 12), ("importance_mode", 2), ("sink", 3), ("recent", 9), ("token_unpruned", 2), ("token_start", 60_000),
            ("token_step", -1_234), ("head_unpruned", 255), ("key_msb_bits", 8), ("key_lsb_bits", 4), ("value_bits", 8), ("tile_size", 2),
            ("refine", 3), ("value_rule", 2), ("value_limit", 5_033), ("confidence", 167_772), ("renormalise", 1),
            ("head_table", 0x12_0000_0040), ("key_lsb_address", 640), ("region_first", 0xFF_FFFF_0000), ("region_last", 0xFF_FFFF_0FFF),
            ("restores_state", 0), ("saves_state", 0), ("writes_list", 0), ("next", 0),
        ] { #expect(record.value(name) == value, "\(name)") }

        job.rows = .direct(.init(address: 4096, entries: 5))
        job.state = .init(address: 8192, restoredTokens: 0, isSaved: false)
        record = try job.record(for: configuration)
        for (name, value) in [
            ("begins_iteration", 0), ("direct", 1), ("given_list", 1), ("list_entries", 5), ("restores_state", 1), ("state_tokens", 0),
            ("saves_state", 0),
        ] { #expect(record.value(name) == value, "\(name)") }
        job.settings.tileKeys = 100
        #expect { try job.record(for: configuration) } throws: { "\($0)".contains("100 keys") && "\($0)".contains("128, 256") }
    }
}
