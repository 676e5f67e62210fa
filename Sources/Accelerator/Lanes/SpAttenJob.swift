import Configuration
import FixedPoint
import RTL

/// One query row of one head for a lane that prunes: what it has to know beside the query and the kept list.
struct SpAttenJob: Bundle {
    /// The row sees positions first ..< end of its list.
    let first: Unsigned
    let end: Unsigned
    /// Positions are looked up in the kept list; otherwise position t is token t.
    let gathered: Bit
    /// The next kept list of the `list` stream replaces the one held before this row begins.
    let loadsList: Bit
    /// The row's probabilities add to the importance of its tokens.
    let accumulates: Bit
    /// Place of the tile's keys among `tileSizes`.
    let tileSize: Unsigned
    /// Bits of an element in each plane; one of the advertised formats.
    let msbBits: Unsigned
    let lsbBits: Unsigned
    let valueBits: Unsigned
    let scale: ScaleSettings
    /// Place of the mode among `RefineMode.allCases`.
    let refine: Unsigned
    /// Probability, 24 fractional bits.
    let confidence: Unsigned
    /// 0 all, 1 fraction, 2 threshold.
    let valueRule: Unsigned
    /// Of the rule: 16 or 24 fractional bits.
    let valueLimit: Unsigned
    let renormalise: Bit
    /// Byte addresses of the planes, multiples of the port's width.
    let keyMSBAddress: Unsigned
    let keyLSBAddress: Unsigned
    let valueAddress: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<SpAttenJob> {
        Shape { fields in
            func unsigned(_ bits: Int) -> Unsigned { fields.make(.unsigned(bits)) }
            func bit() -> Bit { fields.make(.bit) }
            return SpAttenJob(
                first: unsigned(lane.contextBits), end: unsigned(lane.contextBits), gathered: bit(), loadsList: bit(),
                accumulates: bit(),
                tileSize: unsigned(SpAttenConfiguration.tileSizeBits),
                msbBits: unsigned(formatBits), lsbBits: unsigned(formatBits), valueBits: unsigned(formatBits),
                scale: fields.make(ScaleSettings.shape), refine: unsigned(2), confidence: unsigned(probabilityBits),
                valueRule: unsigned(2), valueLimit: unsigned(probabilityBits), renormalise: bit(),
                keyMSBAddress: unsigned(MemoryPort.addressBits), keyLSBAddress: unsigned(MemoryPort.addressBits),
                valueAddress: unsigned(MemoryPort.addressBits))
        }
    }
}

/// Bits of a probability that decides: 0 ... 2^24.
let probabilityBits = ValueRule.probabilityBits + 1

/// A job's fields as the units want them, held for the row that is handed out.
struct SpAttenJobParts {
    /// Both planes are read at once, or there is only one.
    let joined: Bit
    /// The confidence decides which LSBs are read.
    let decides: Bit
    let readsLSB: Bit
    let perKey: Bit
    let confidence: Unsigned
    let tileSize: Unsigned
    let msbBits, lsbBits, valueBits: Unsigned
    let scale: ScaleSettings
    /// The rule keeps all values.
    let keepsValues: Bit
    let valueRule: Unsigned
    let valueLimit: Unsigned
    let renormalise: Bit
    let accumulates: Bit
    let keyMSBAddress, keyLSBAddress, valueAddress: Unsigned

    init(_ c: Circuit, _ job: SpAttenJob, enable: Bit) {
        func held(_ name: String, _ value: Unsigned) -> Unsigned { c.stage(name, value, enable: enable) }
        func mode(_ mode: RefineMode) -> Bit { job.refine == Unsigned(RefineMode.allCases.firstIndex(of: mode)!) }
        let hasLSB = c.named("has_lsb", job.lsbBits.isNonzero)
        let joins = c.named("joins", mode(.always) | !hasLSB)
        let asks = c.named("asks", !joins & !mode(.never))
        joined = c.stage("joined", joins, enable: enable)
        decides = c.stage("decides", asks, enable: enable)
        readsLSB = c.stage("reads_lsb", hasLSB & !mode(.never), enable: enable)
        perKey = c.stage("per_key", mode(.perKey), enable: enable)
        confidence = held("confidence", job.confidence)
        tileSize = held("tile_size", job.tileSize)
        msbBits = held("msb_bits", job.msbBits)
        lsbBits = held("lsb_bits", job.lsbBits)
        valueBits = held("value_bits", job.valueBits)
        scale = ScaleSettings(mantissa: held("mantissa", job.scale.mantissa), shift: held("shift", job.scale.shift))
        keepsValues = c.stage("keeps_values", job.valueRule == 0, enable: enable)
        valueRule = held("value_rule", job.valueRule)
        valueLimit = held("value_limit", job.valueLimit)
        renormalise = c.stage("renormalise", job.renormalise, enable: enable)
        accumulates = c.stage("accumulates", job.accumulates, enable: enable)
        keyMSBAddress = held("key_msb_address", job.keyMSBAddress)
        keyLSBAddress = held("key_lsb_address", job.keyLSBAddress)
        valueAddress = held("value_address", job.valueAddress)
    }
}
