import Blocks
import Configuration
import FixedPoint
import RTL

/// One vector of what the Q.K array is given in the first pass over a row.
struct PassBeat: Bundle {
    /// `multipliers` elements of a key or of its MSB part, signed 12 bits; ones in a sum beat.
    let elements: Vector<Signed>
    /// One of the `steps` beats that the query's own sum is made of.
    let isSum: Bit
    /// The beat holds a key; clear in the one beat of an empty row.
    let occupied: Bit
    /// The last vector of its tile, of its row.
    let tileLast: Bit
    let rowLast: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<PassBeat> {
        Shape { PassBeat(
            elements: $0.make(.vector(lane.multipliers, signed: NumericFormats.keyBits)), isSum: $0.make(.bit),
            occupied: $0.make(.bit), tileLast: $0.make(.bit), rowLast: $0.make(.bit)) }
    }
}

/// What shapes the beats of a row's first pass.
struct KeyJoinRow: Bundle {
    /// The row's first position of its list.
    let first: Unsigned
    /// Place of the tile's size in `SpAttenConfiguration.tileSizes`.
    let tileSize: Unsigned
    /// Bits of the LSB plane.
    let lsbBits: Unsigned
    /// Both planes are read: keys are whole.
    let joined: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<KeyJoinRow> {
        Shape { KeyJoinRow(
            first: $0.make(.unsigned(lane.contextBits)), tileSize: $0.make(.unsigned(SpAttenConfiguration.tileSizeBits)),
            lsbBits: $0.make(.unsigned(formatBits)), joined: $0.make(.bit)) }
    }
}

/// Makes the key beats of a row's first pass and marks where tiles end (Docs/pruning.md 1, 2).
///
/// A joined row's keys are whole. Another row begins with `steps` beats of ones, from which the query's sum is made, and goes
/// on with the MSB parts alone. Vectors of the LSB plane come for joined rows with LSB bits only. A row ends with the
/// vector that is its last; an empty row is one unoccupied vector. One beat a cycle, and a cycle between two rows; latency 0 from
/// a vector to its beat. Behind a narrow port `keys.ready` goes
/// straight back to the planes: what would cut that path is a register and a multiplexer for each bit of a key.
package struct KeyJoiner: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let row: Stream<KeyJoinRow>
        let msb: Stream<VectorBeat>
        let lsb: Stream<VectorBeat>
        let keys: Stream<PassBeat>
    }

    private var lane: LaneConfiguration { configuration.lane }

    package var suffix: String {
        "\(lane.arraySuffix)_n\(lane.maximumContext)_k\(configuration.maximumRowKeys)\(configuration.relaySuffix)"
    }

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(KeyJoinRow.shape(lane)), msb: io.sink(VectorBeat.shape(lane)), lsb: io.sink(VectorBeat.shape(lane)),
              keys: io.source(PassBeat.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = configuration.isNarrow ? nil : OutputSkid(c, "skid", to: io.keys)
        // What chooses every bit of a key comes from registers: a row is held while its keys come.
        let hasRow = c.register("row_held", .bit, reset: 0)
        let row = (
            first: c.stage("first", io.row.payload.first, enable: !hasRow.q),
            tileSize: c.stage("tile_size", io.row.payload.tileSize, enable: !hasRow.q),
            joined: c.stage("joined", io.row.payload.joined, enable: !hasRow.q))
        let joinBits = c.stage("join_bits", mux(io.row.payload.joined, io.row.payload.lsbBits, 0), enable: !hasRow.q)
        c.drive(io.row.ready, !hasRow.q)
        let msb = io.msb.payload
        let ready = c.named("ready", hasRow.q & (skid?.ready ?? io.keys.ready))
        let summed = c.register("summed", .bit, reset: 0)
        let isSum = c.named("is_sum", !row.joined & !summed.q)
        let alone = c.named("msb_alone", joinBits == 0)
        let hasKey = c.named("has_key", !isSum & io.msb.valid & (alone | io.lsb.valid))
        let takeKey = c.named("take_key", ready & hasKey)
        let take = c.named("take", takeKey | (ready & isSum))
        c.drive(io.msb.ready, ready & !isSum & (alone | io.lsb.valid))
        c.drive(io.lsb.ready, ready & !isSum & !alone & io.msb.valid)
        // Both planes of a row end together.
        c.discard(io.lsb.payload)

        let occupied = c.named("occupied", isSum | msb.occupied)
        let step = StepCounter(c, lane)
        step.advance(c, when: take & occupied)
        let rowEnds = c.named("row_ends", takeKey & msb.rowLast)
        c.when(rowEnds) { hasRow.clear() }.elsewhen(io.row.fires) { hasRow.set() }
        c.when(rowEnds) {
            summed.clear()
        }.elsewhen(step.atLast(take)) {
            summed.set()
        }

        // Keys before this one, as far as the place in a tile goes.
        let done = c.register("keys_done", .unsigned(bitsToIndex(configuration.maximumRowKeys)), reset: 0)
        c.when(rowEnds) {
            done.next(0)
        }.elsewhen(step.atLast(takeKey)) {
            done.next(done.q &+ 1)
        }
        let place = c.named("place", row.first.truncated(to: done.q.width) &+ done.q)
        let mask = c.named("tile_mask", select(row.tileSize, configuration.tileSizes.map { Unsigned($0 - 1) }))
        let fillsTile = c.named("fills_tile", (place & mask) == mask)

        let elements = (0..<lane.multipliers).map { i in
            mux(isSum, 1, joinedElement(msb.elements, io.lsb.payload.elements, joinBits, i))
        }
        let beat = PassBeat(
            elements: Vector(elements), isSum: isSum, occupied: occupied,
            tileLast: !isSum & (msb.rowLast | step.atLast(fillsTile)), rowLast: !isSum & msb.rowLast)
        let offered = c.named("offered", hasRow.q & (isSum | hasKey))
        if let skid {
            skid.send(beat, when: offered)
        } else {
            c.send(beat, when: offered, to: io.keys)
        }
    }
}
