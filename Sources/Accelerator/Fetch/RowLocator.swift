import Blocks
import Configuration
import FixedPoint
import RTL

/// What a row of attention reads tokens of.
struct GatherRow: Bundle {
    /// Byte address of the plane, a multiple of the port's width.
    let address: Unsigned
    /// Bits of an element; 0: no plane, elements are 0.
    let bits: Unsigned

    static var shape: Shape<GatherRow> {
        Shape { GatherRow(address: $0.make(.unsigned(MemoryPort.addressBits)), bits: $0.make(.unsigned(formatBits))) }
    }
}

/// Sectors of one channel that a token needs and the token before it did not bring.
struct SectorSpan: Bundle {
    /// The first one, or that from which on later tokens may need some; counted within the channel.
    let first: Unsigned
    let count: Unsigned
    /// What has been asked for must not wait for neighbours.
    let isLast: Bit

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<SectorSpan> {
        Shape { SectorSpan(first: $0.make(.unsigned(configuration.sectorIndexBits)),
                           count: $0.make(.unsigned(configuration.spanBits)), isLast: $0.make(.bit)) }
    }
}

/// Where a token's row lies among the sectors that arrive.
struct RowPlace: Bundle {
    /// Bits of an element.
    let bits: Unsigned
    /// Granule, of `multipliers` bits, at which the row starts within the port's width.
    let start: Unsigned
    /// The channels' sector at hand was begun by the token before and holds nothing of this one.
    let drops: Vector<Bit>
    let occupied: Bit
    let rowLast: Bit

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<RowPlace> {
        Shape { RowPlace(
            bits: $0.make(.unsigned(formatBits)), start: $0.make(.unsigned(configuration.granuleBits)),
            drops: $0.make(.bits(configuration.channels)), occupied: $0.make(.bit), rowLast: $0.make(.bit)) }
    }
}

/// A token, found.
struct LocatedRow: Bundle {
    let spans: [SectorSpan]
    let place: RowPlace

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<LocatedRow> {
        Shape { fields in
            LocatedRow(spans: (0..<configuration.channels).map { _ in fields.make(SectorSpan.shape(configuration)) },
                       place: fields.make(RowPlace.shape(configuration)))
        }
    }
}

/// Turns tokens into the sectors to read for them and the place of their rows in those.
///
/// A token a cycle; latency `latency` cycles. The sector that a token shares with the one before it in its row of attention
/// is in nobody's span: it is at hand. A beat without a token has empty spans.
package struct RowLocator: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let row: Stream<GatherRow>
        let tokens: Stream<TokenBeat>
        let located: Stream<LocatedRow>
    }

    package var suffix: String { configuration.gatherSuffix }

    /// Cycles from a token to its place.
    package static let latency = 4

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(GatherRow.shape), tokens: io.sink(TokenBeat.shape(configuration.lane)),
              located: io.source(LocatedRow.shape(configuration)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.located)
        let advance = skid.ready
        let lane = configuration.lane
        let addressBits = MemoryPort.addressBits - bitsToIndex(lane.multipliers / 8)
        let perSector = configuration.granulesPerSector, offsetBits = bitsToIndex(perSector)

        let take = c.named("take", io.tokens.valid & io.row.valid & advance)
        c.drive(io.tokens.ready, io.row.valid & advance)
        c.drive(io.row.ready, io.tokens.valid & advance & io.tokens.payload.rowLast)
        let valid = c.delayed("valid", take, by: Self.latency, enable: advance, reset: 0)
        let token = io.tokens.payload, row = io.row.payload
        func follows(_ name: String, _ flag: Bit, _ stages: Int) -> Bit { c.delayed(name, flag, by: stages, enable: advance) }

        // Where the row starts and ends, in granules of `multipliers` bits.
        let stepShift = ceilLog2(lane.steps)
        // Without a token, the plane's first row: a place that is known.
        let product = c.stage("product", mux(token.occupied, token.token, 0) * row.bits, enable: advance)
        let planeBase = row.address >> bitsToIndex(lane.portBytes)
        c.discard(row.address[0..<bitsToIndex(lane.portBytes)])
        let base = c.stage("base", planeBase << configuration.granuleBits, enable: advance)
        let bits = c.delayed("bits", row.bits, by: 2, enable: advance)
        let start = c.stage("row_start", base &+ (product << stepShift).extended(to: addressBits), enable: advance)
        let end = c.named("row_end", start &+ (bits << stepShift).extended(to: addressBits))

        // Against the token before it.
        let occupied = follows("occupied", token.occupied, 2), rowLast = follows("row_last", token.rowLast, 2)
        let moves = c.named("moves", c.delayed("third_valid", take, by: 2, enable: advance, reset: 0) & advance)
        let sameRow = c.register("same_row", .bit, reset: 0)
        let tail = c.register("tail", .bit, reset: 0)
        let tailSector = c.register("tail_sector", .unsigned(addressBits - offsetBits))
        let firstSector = start >> offsetBits, endSector = end >> offsetBits
        let isPartial = c.named("ends_within_sector", end.truncated(to: offsetBits).isNonzero)
        let shares = c.named("shares", sameRow.q & tail.q & (tailSector.q == firstSector))
        c.when(moves & occupied) {
            tail.next(isPartial)
            tailSector.next(endSector)
        }
        c.when(moves) {
            sameRow.next(!rowLast & (sameRow.q | occupied))
        }
        let firstNew = c.stage("first_new_sector", firstSector &+ shares.asUnsigned.extended(to: firstSector.width), enable: advance)
        let endNew = c.stage("end_of_sectors", endSector &+ isPartial.asUnsigned.extended(to: endSector.width), enable: advance)
        let leaves = c.named("leaves_tail", occupied & tail.q & !shares)
        let drops = (0..<configuration.channels).map { channel in
            c.stage("drops_\(channel)", leaves & isIn(channel, tailSector.q), enable: advance)
        }

        // Each channel's part.
        let hasToken = c.stage("has_token", occupied, enable: advance)
        let isLast = follows("is_last", token.rowLast | token.blockLast, Self.latency)
        let spans = (0..<configuration.channels).map { channel -> SectorSpan in
            let first = ofChannel(channel, firstNew), end = ofChannel(channel, endNew)
            let count = (end &- first).truncated(to: configuration.spanBits)
            return SectorSpan(
                first: c.stage("first_\(channel)", first, enable: advance),
                count: c.stage("count_\(channel)", mux(hasToken, count, 0), enable: advance),
                isLast: isLast)
        }
        let place = RowPlace(
            bits: c.delayed("bits_of_place", bits, by: 2, enable: advance),
            start: c.delayed("start_of_place", start.truncated(to: configuration.granuleBits), by: 2, enable: advance),
            drops: Vector(drops.enumerated().map { c.stage("drops_of_place_\($0.offset)", $0.element, enable: advance) }),
            occupied: c.stage("occupied_of_place", hasToken, enable: advance),
            rowLast: c.delayed("row_last_of_place", rowLast, by: 2, enable: advance))
        skid.send(LocatedRow(spans: spans, place: place), when: valid)
    }

    /// Sectors of the channel below sector `number` of all.
    private func ofChannel(_ channel: Int, _ number: Unsigned) -> Unsigned {
        guard configuration.channels > 1 else { return number }
        let shift = bitsToIndex(configuration.channels)
        return ((number &+ Unsigned(configuration.channels - 1 - channel)) >> shift)
    }

    private func isIn(_ channel: Int, _ sector: Unsigned) -> Bit {
        guard configuration.channels > 1 else { return true }
        return sector.truncated(to: bitsToIndex(configuration.channels)) == Unsigned(channel)
    }
}

extension SpAttenConfiguration {
    /// Names a unit by what shapes the gathered reads.
    var gatherSuffix: String { "\(lane.fetchSuffix)_s\(sectorBytes)" }
    /// Vectors start at multiples of `multipliers` bits: granules.
    var granulesPerSector: Int { 8 * sectorBytes / lane.multipliers }
    /// Counts the granules within the port's width.
    var granuleBits: Int { bitsToIndex(8 * lane.portBytes / lane.multipliers) }
    /// Counts the sectors of one channel.
    var sectorIndexBits: Int { MemoryPort.addressBits - bitsToIndex(lane.portBytes) }
    /// Counts the sectors of one channel that a row of a plane touches.
    var spanBits: Int {
        let sectors = (NumericFormats.keyBits * lane.headSize - 1) / (8 * sectorBytes) + 2
        return bitsToCount((sectors + channels - 1) / channels)
    }
}
