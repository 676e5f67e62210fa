import Blocks
import Configuration
import FixedPoint
import RTL

/// What shapes the key beats of a row.
struct KeyRowSettings: Bundle {
    /// Keys of the row; 0: one unoccupied beat.
    let keys: Unsigned
    /// log2 of the tile's keys, less 7.
    let tileSize: Unsigned
    /// Bits of the LSB plane.
    let lsbBits: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<KeyRowSettings> {
        Shape { KeyRowSettings(keys: $0.make(.unsigned(lane.contextBits)), tileSize: $0.make(.unsigned(2)),
                               lsbBits: $0.make(.unsigned(formatBits))) }
    }
}

/// Joins the MSB and LSB vectors of a row to keys of 12 bits and marks where tiles and rows end.
package struct KeyAssembler: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        let row: Stream<KeyRowSettings>
        let msb: Stream<Unsigned>
        let lsb: Stream<Unsigned>
        let keys: Stream<KeyBeat>
    }

    package var suffix: String { lane.arraySuffix + "_n\(lane.maximumContext)" }

    private var vectorBits: Int { lane.multipliers * NumericFormats.keyBits }

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(KeyRowSettings.shape(lane)), msb: io.sink(.unsigned(vectorBits)),
              lsb: io.sink(.unsigned(vectorBits)), keys: io.source(KeyBeat.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.keys)
        let row = io.row.payload
        let empty = c.named("empty_row", row.keys == 0)
        let ready = c.named("ready", io.row.valid & skid.ready)
        let take = c.named("take", ready & (empty | (io.msb.valid & io.lsb.valid)))
        let step = StepCounter(c, lane)
        step.advance(c, when: take)
        let keyEnds = c.named("key_ends", step.atLast(take))
        c.drive(io.msb.ready, ready & !empty & io.lsb.valid)
        c.drive(io.lsb.ready, ready & !empty & io.msb.valid)

        // Keys before this beat, in the row and in the tile.
        let done = c.register("keys_done", .unsigned(lane.contextBits), reset: 0)
        let left = c.named("keys_left", (row.keys &- done.q))
        let rowLast = c.named("row_last", left <= Unsigned(lane.slots))
        let tileMask = c.named("tile_mask", tileMask(row.tileSize))
        let inTile = c.named("key_in_tile", done.q.truncated(to: tileMask.width) & tileMask)
        let lastOfBeat = lane.slots == 1 ? inTile : inTile | Unsigned(lane.slots - 1)
        let tileLast = rowLast | (lastOfBeat == tileMask)
        c.drive(io.row.ready, keyEnds & rowLast)
        c.when(keyEnds) {
            done.next(mux(rowLast, 0, done.q &+ Unsigned(lane.slots)))
        }

        let joined = (0..<lane.multipliers).map { i in joinedElement(io.msb.payload, io.lsb.payload, row.lsbBits, i) }
        skid.send(KeyBeat(
            elements: Vector(joined), occupied: Vector((0..<lane.slots).map { left > Unsigned($0) }),
            tileLast: tileLast, rowLast: rowLast), when: take)
    }

    /// All ones below the tile's size: its keys less one.
    private func tileMask(_ tileSize: Unsigned) -> Unsigned {
        let sizes = RowSettings.tileSizes
        return select(tileSize, sizes.map { Unsigned($0 - 1) })
    }
}

/// `msb * 2^lsbBits + lsb` of element `i` of two vectors of a plane.
func joinedElement(_ msb: Unsigned, _ lsb: Unsigned, _ lsbBits: Unsigned, _ i: Int) -> Signed {
    let bits = NumericFormats.keyBits
    let high = msb[(i * bits)..<((i + 1) * bits)], low = lsb[(i * bits)..<((i + 1) * bits)]
    let widths = Set(KeyFormat.supported.map(\.lsbBits)).subtracting([0]).sorted()
    return widths.reduce(high) { other, width in
        mux(lsbBits == Unsigned(width), concatenate(high.truncated(to: bits - width), low.truncated(to: width)), other)
    }.asSigned
}
