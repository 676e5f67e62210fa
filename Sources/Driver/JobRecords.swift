import Configuration
import FixedPoint

/// What a head brings to a job beside its keys and values.
public struct HeadRecord: Hashable, Sendable {
    /// [headSize], 12 bits signed.
    public var query: [Int16]
    public var scale: ScoreScale
    /// In proportion to the head's value scale: 16 bits.
    public var headScale: Int

    public init(query: [Int16], scale: ScoreScale, headScale: Int) {
        self.query = query
        self.scale = scale
        self.headScale = headScale
    }

    /// As it lies in memory, with zeros up to a multiple of 64.
    public func bytes() throws(DriverError) -> [UInt8] {
        var record = RecordWords(.headRecord)
        try record.set("scale_mantissa", scale.mantissa)
        try record.set("scale_shift", scale.shift)
        try record.set("head_scale", headScale)
        return record.bytes(with: query)
    }
}

/// What the accelerator writes when a job is done.
public struct CompletionRecord: Hashable, Sendable {
    public var id: UInt32
    /// Computed, of pruned heads, and those whose list or range was none.
    public var rows, skippedRows, faultyRows: Int
    /// Of the list that the layer has selected; 0: none was.
    public var keptTokens: Int
    /// Largest of the rows, 14 fractional bits.
    public var unrefinedMass, droppedMass: Int
    /// From the job's first row to this record, modulo 2^32.
    public var cycles: Int

    public init(
        id: UInt32, rows: Int, skippedRows: Int, faultyRows: Int, keptTokens: Int, unrefinedMass: Int, droppedMass: Int, cycles: Int
    ) {
        (self.id, self.rows, self.skippedRows, self.faultyRows) = (id, rows, skippedRows, faultyRows)
        (self.keptTokens, self.unrefinedMass, self.droppedMass, self.cycles) = (keptTokens, unrefinedMass, droppedMass, cycles)
    }

    /// As it lies in memory.
    /// - Throws: `unsupported` if it begins with another magic number: it has not been written.
    public init(_ bytes: [UInt8]) throws(DriverError) {
        let record = RecordWords(.completionRecord, bytes)
        guard record.value("magic") == RecordLayout.completionMagic else {
            throw .unsupported(
                what: "a completion record that begins with 0x\(hex(record.words[0]))", remedy: "read it once its chain is done")
        }
        self.init(
            id: UInt32(record.value("job_id")), rows: record.value("rows"), skippedRows: record.value("skipped_rows"),
            faultyRows: record.value("faulty_rows"), keptTokens: record.value("kept_tokens"),
            unrefinedMass: record.value("unrefined_mass"), droppedMass: record.value("dropped_mass"), cycles: record.value("cycles"))
    }

    /// As it lies in memory.
    public func bytes() throws(DriverError) -> [UInt8] {
        var record = RecordWords(.completionRecord)
        for (name, value) in [
            ("magic", RecordLayout.completionMagic), ("job_id", Int(id)), ("rows", rows), ("skipped_rows", skippedRows),
            ("faulty_rows", faultyRows), ("kept_tokens", keptTokens), ("unrefined_mass", unrefinedMass), ("dropped_mass", droppedMass),
            ("cycles", cycles),
        ] { try record.set(name, value) }
        return record.bytes
    }
}
