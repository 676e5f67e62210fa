import Blocks
import Configuration
import FixedPoint
import RTL

/// Cuts the rows of a group into passes, tile after tile and within a tile row after row, and says what of each tile is to
/// be read (Docs/prefill.md).
///
/// A row and a tile that share no position make no pass, and a tile without a pass is not read. An empty row has one pass,
/// unoccupied, in the group's first tile. From a tile only the positions between the first and the last that some row sees
/// are read, from a multiple of `blockKeys` on, which begins a beat in every plane.
///
/// A row takes a cycle when it is taken and one at each tile, a tile four more.
package struct PassPlanner: Module {
    package let prefill: PrefillConfiguration

    package init(prefill: PrefillConfiguration) { self.prefill = prefill }

    package struct Ports {
        let group: Stream<GroupJob>
        let row: Stream<RowRange>
        let pass: Stream<TilePass>
        let tile: Stream<TileJob>
    }

    package var suffix: String { prefill.suffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(group: io.sink(GroupJob.shape(prefill)), row: io.sink(RowRange.shape(prefill.lane)),
              pass: io.source(TilePass.shape(prefill)), tile: io.source(TileJob.shape(prefill)))
    }

    private var contextBits: Int { prefill.lane.contextBits }
    /// Numbers a position.
    private var positionBits: Int { bitsToIndex(prefill.lane.maximumContext) }
    private var tileBits: Int { prefill.tileBits }

    /// What the rows of a group are doing.
    private struct Phase {
        let busy, loading, scanning, scanned: Register<Bit>
        let index: Register<Unsigned>
        let group: Register<GroupJob>
        /// First position of the tile at hand, and of the group's last.
        let tileStart, lastTile: Register<Unsigned>
    }

    /// The positions that some row sees of the tile at hand, both included.
    private struct Hull {
        let isEmpty: Register<Bit>
        let first, last: Register<Unsigned>
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let phase = Phase(
            busy: c.register("busy", .bit, reset: 0), loading: c.register("loading", .bit, reset: 0),
            scanning: c.register("scanning", .bit, reset: 0), scanned: c.register("scanned", .bit, reset: 0),
            index: c.register("row_index", .unsigned(prefill.slotBits), reset: 0),
            group: c.register("group_in_work", GroupJob.shape(prefill)),
            tileStart: c.register("tile_start", .unsigned(positionBits)),
            lastTile: c.register("last_tile", .unsigned(positionBits)))
        let rows = c.memory("rows", depth: prefill.slots, width: 2 * contextBits, collision: .undefined)
        let firstTile = c.register("first_tile", .bit), groupFresh = c.register("group_fresh", .bit)
        let hull = Hull(
            isEmpty: c.register("tile_is_empty", .bit), first: c.register("hull_first", .unsigned(tileBits)),
            last: c.register("hull_last", .unsigned(tileBits)))
        let isLastRow = c.named("is_last_row", phase.index.q == phase.group.q.rows)

        if prefill.tileSizes.count == 1 { c.discard(phase.group.q.tileSize) }
        load(c, io, phase, rows, isLastRow)
        c.when(io.group.fires) {
            firstTile.set()
            groupFresh.set()
            hull.isEmpty.set()
        }
        scan(c, io, phase, rows, isLastRow, firstTile, groupFresh, hull)
        sendTile(c, io, phase, firstTile, hull)
    }

    private func tileKeys(_ tileSize: Unsigned) -> Unsigned {
        select(tileSize, prefill.tileSizes.map { Unsigned($0) }).resized(to: tileBits + 1)
    }

    /// Takes the group and its rows; the tiles of the first and of the last position that any row sees.
    private func load(_ c: Circuit, _ io: Ports, _ phase: Phase, _ rows: Memory, _ isLastRow: Bit) {
        c.drive(io.group.ready, !phase.busy.q)
        c.drive(io.row.ready, phase.loading.q)
        let range = io.row.payload
        let isEmpty = c.named("row_is_empty", range.end <= range.first)
        let first = c.named("row_first_tile", tileOf(range.first.truncated(to: positionBits), phase.group.q.tileSize))
        let last = c.named("row_last_tile", tileOf(range.end.truncated(to: positionBits) &- 1, phase.group.q.tileSize))
        c.when(io.group.fires) {
            phase.group.next(io.group.payload)
            phase.busy.set()
            phase.loading.set()
            // No tile: one is looked at all the same, for the empty rows.
            phase.tileStart.next(Unsigned((1 << positionBits) - 1))
            phase.lastTile.next(0)
        }
        c.when(io.row.fires) {
            rows.write(phase.index.q, concatenate(range.first, range.end))
            c.when(!isEmpty & (first < phase.tileStart.q)) { phase.tileStart.next(first) }
            c.when(!isEmpty & (phase.lastTile.q < last)) { phase.lastTile.next(last) }
            phase.index.next(phase.index.q &+ 1)
            c.when(isLastRow) {
                phase.index.next(0)
                phase.loading.clear()
                phase.scanning.set()
            }
        }
    }

    /// The first position of the tile in which a position lies.
    private func tileOf(_ position: Unsigned, _ tileSize: Unsigned) -> Unsigned {
        let starts = prefill.tileSizes.map { keys -> Unsigned in
            let bits = ceilLog2(keys)
            return (position >> bits) << bits
        }
        return select(tileSize, starts)
    }

    /// Meets each row with the tile: three stages, that stop while a pass cannot leave.
    private func scan(
        _ c: Circuit, _ io: Ports, _ phase: Phase, _ rows: Memory, _ isLastRow: Bit, _ firstTile: Register<Bit>,
        _ groupFresh: Register<Bit>, _ hull: Hull
    ) {
        let skid = OutputSkid(c, "skid", to: io.pass)
        let advance = skid.ready
        let group = phase.group.q
        let issue = c.named("issue", phase.scanning.q & advance)
        let range = RowRange.shape(prefill.lane).unpack(rows.read("row", phase.index.q, enable: issue))
        c.when(issue) {
            phase.index.next(phase.index.q &+ 1)
            c.when(isLastRow) {
                phase.index.next(0)
                phase.scanning.clear()
            }
        }

        // What the row has in common with the tile.
        let tileStart = phase.tileStart.q
        let tileEnd = c.named("tile_end", tileStart + tileKeys(group.tileSize))
        let opens = c.named("begins_here", tileStart <= range.first)
        let closes = c.named("ends_here", range.end <= tileEnd)
        let slot2 = c.delayed("slot_of", phase.index.q, by: 2, enable: advance)
        let opens2 = c.stage("opens", opens, enable: advance), closes2 = c.stage("closes", closes, enable: advance)
        let empty2 = c.stage("empty", range.end <= range.first, enable: advance)
        let first2 = c.stage("seen_first", mux(opens, range.first, tileStart), enable: advance)
        let end2 = c.stage("seen_end", mux(closes, range.end, tileEnd), enable: advance)
        let valid2 = c.delayed("valid", issue, by: 2, enable: advance, reset: 0)
        let last2 = c.delayed("last_row", isLastRow, by: 2, enable: advance)

        // The pass.
        let sees = c.named("sees", first2 < end2)
        let exists = c.named("is_a_pass", valid2 & (sees | (empty2 & firstTile.q)))
        let mask = (tileKeys(group.tileSize) &- 1).truncated(to: tileBits)
        let first = c.named("first_position", first2.truncated(to: tileBits) & mask)
        let last = c.named("last_position", (end2.truncated(to: tileBits) &- 1) & mask)
        skid.send(TilePass(
            slot: slot2, first: mux(sees, first, 0), last: mux(sees, last, 0), occupied: sees, startsGroup: groupFresh.q,
            startsTile: sees & hull.isEmpty.q, opens: opens2 | empty2, closes: closes2 | empty2, valueBits: group.valueBits),
            when: exists)
        c.when(advance & exists) { groupFresh.clear() }
        c.when(advance & valid2 & sees) {
            hull.isEmpty.clear()
            c.when(hull.isEmpty.q | (first < hull.first.q)) { hull.first.next(first) }
            c.when(hull.isEmpty.q | (hull.last.q < last)) { hull.last.next(last) }
        }
        c.when(advance & valid2 & last2) { phase.scanned.set() }
    }

    /// Once all rows have met the tile: sends what is to be read of it, and goes on to the next.
    private func sendTile(_ c: Circuit, _ io: Ports, _ phase: Phase, _ firstTile: Register<Bit>, _ hull: Hull) {
        let group = phase.group.q
        let blockShift = ceilLog2(prefill.blockKeys)
        let leave = c.wire("leave_tile", .bit)
        let multiplied = c.stage("multiplied", phase.scanned.q & !leave, reset: 0)
        c.drive(leave, multiplied & (hull.isEmpty.q | io.tile.ready))

        // Where the first block lies in each plane, in beats.
        let block = c.named("first_block", (phase.tileStart.q | hull.first.q.extended(to: positionBits)) >> blockShift)
        func address(_ name: String, _ base: Unsigned, _ bits: Unsigned) -> Unsigned {
            let beats = c.stage("\(name)_offset", block * bits)
            let offset = (beats << ceilLog2(prefill.lane.portBytes)).extended(to: MemoryPort.addressBits)
            return base &+ offset
        }
        let first = (hull.first.q >> blockShift) << blockShift
        c.send(TileJob(
            first: first, last: hull.last.q, keys: (hull.last.q &- first) + 1,
            msbBits: group.msbBits, lsbBits: group.lsbBits, valueBits: group.valueBits,
            keyMSBAddress: address("key_msb", group.keyMSBAddress, group.msbBits),
            keyLSBAddress: address("key_lsb", group.keyLSBAddress, group.lsbBits),
            valueAddress: address("value", group.valueAddress, group.valueBits)),
            when: multiplied & !hull.isEmpty.q, to: io.tile)
        c.when(leave) {
            phase.scanned.clear()
            firstTile.clear()
            hull.isEmpty.set()
            phase.tileStart.next(phase.tileStart.q &+ tileKeys(group.tileSize).extended(to: positionBits))
            c.when(phase.tileStart.q < phase.lastTile.q) {
                phase.scanning.set()
            }.otherwise {
                phase.busy.clear()
            }
        }
    }
}
