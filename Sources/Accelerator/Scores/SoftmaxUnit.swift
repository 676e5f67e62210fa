import Blocks
import Configuration
import FixedPoint
import RTL

/// Turns the scores of a tile into weights relative to the tile's integer reference (Docs/numerics.md 4, 5).
///
/// Scores wait in a queue of two full tiles while the largest of their tile is found; then they leave as weights, one
/// beat a cycle, while the next tile's scores come in. From a tile's last score to its first weight: 8 cycles.
package struct SoftmaxUnit: Module {
    package let lane: LaneConfiguration
    /// The most keys a tile can hold.
    package let tileKeys: Int

    package init(lane: LaneConfiguration, tileKeys: Int = NumericFormats.maximumTileKeys) {
        self.lane = lane
        self.tileKeys = tileKeys
    }

    package struct Ports {
        let scores: Stream<ScoreBeat>
        let weights: Stream<WeightBeat>
    }

    package var suffix: String { lane.arraySuffix + tileSuffix(tileKeys) }

    /// Cycles from a tile's last score to its first weight: through the header's queue and the exponential.
    package static let latency = 3 + 1 + ExponentialUnit.latency

    package func ports(_ io: Interface) -> Ports {
        Ports(scores: io.sink(ScoreBeat.shape(lane, bits: NumericFormats.scaledScoreBits)),
              weights: io.source(WeightBeat.shape(lane)))
    }

    /// What is known of a tile once its last score has come.
    struct TileHeader: Bundle {
        let reference: Signed
        let occupied: Bit

        static var shape: Shape<TileHeader> {
        Shape { TileHeader(
                reference: $0.make(.signed(NumericFormats.referenceBits)), occupied: $0.make(.bit)) }
    }
    }

    /// Tiles that may wait: a row shorter than a tile is one of its own.
    static let waitingTiles = 16

    package func body(_ c: Circuit, _ io: Ports) {
        let waiting = Queue(c, "waiting_scores", io.scores.shape, depth: 2 * tileKeys / lane.slots)
        let headers = Queue(c, "tile_headers", TileHeader.shape, depth: Self.waitingTiles)
        findReference(c, io, waiting, headers)
        weigh(c, io, waiting.output, headers.output)
    }

    /// Tracks the largest score of the tile that comes in; at its end the reference is the integer above it.
    private func findReference(_ c: Circuit, _ io: Ports, _ waiting: Queue<ScoreBeat>, _ headers: Queue<TileHeader>) {
        let beat = io.scores.payload
        // A header leaves in the cycle after its tile's last score; while it cannot, no score comes in.
        let headerPending = c.register("header_pending", .bit, reset: 0)
        let ready = c.named("room", waiting.ready & (!headerPending.q | headers.ready))
        let take = c.named("take", io.scores.valid & ready)
        c.drive(io.scores.ready, ready)
        waiting.push(beat, when: take)

        let lowest = Signed(-(1 << (NumericFormats.scaledScoreBits - 1)))
        let candidates = beat.scores.indices.map { mux(beat.occupied[$0], beat.scores[$0], lowest) }
        let best = c.named("best", candidates.dropFirst().reduce(candidates[0]) { mux($0 < $1, $1, $0) })
        let largest = c.register("largest", .signed(NumericFormats.scaledScoreBits))
        let occupied = c.register("occupied", .bit)
        let fresh = c.register("fresh_tile", .bit, reset: 1)
        c.when(take) {
            largest.next(mux(!fresh.q & (best < largest.q), largest.q, best))
            occupied.next((!fresh.q & occupied.q) | beat.occupied.elements.anySet)
            fresh.next(beat.tileLast)
        }
        c.when(headers.ready) { headerPending.clear() }
        c.when(take & beat.tileLast) { headerPending.set() }

        let fraction = NumericFormats.scaledScoreFractionBits
        let reference = c.named("reference", (largest.q + Signed((1 << fraction) - 1)) >> fraction)
        headers.push(TileHeader(reference: reference.truncated(to: NumericFormats.referenceBits), occupied: occupied.q),
                     when: headerPending.q)
    }

    private func weigh(_ c: Circuit, _ io: Ports, _ scores: Stream<ScoreBeat>, _ header: Stream<TileHeader>) {
        let skid = OutputSkid(c, "skid", to: io.weights)
        let advance = skid.ready
        let beat = scores.payload
        let take = c.named("take_score", scores.valid & header.valid & advance)
        c.drive(scores.ready, header.valid & advance)
        c.drive(header.ready, take & beat.tileLast)

        let latency = 1 + ExponentialUnit.latency
        let reference = header.payload.reference << NumericFormats.scaledScoreFractionBits
        let weights = beat.scores.indices.map { slot in
            let delta = c.stage("delta_\(slot)", (reference - beat.scores[slot]).truncated(to: ExponentialUnit.deltaBits),
                                enable: advance)
            let exponential = c.instance("exponential_\(slot)", ExponentialUnit())
            c.drive(exponential.advance, advance)
            c.drive(exponential.delta, delta.asUnsigned)
            let occupied = c.delayed("slot_occupied_\(slot)", beat.occupied[slot], by: latency, enable: advance)
            return mux(occupied, exponential.weight, 0)
        }
        let valid = c.delayed("valid", take, by: latency, enable: advance, reset: 0)
        skid.send(WeightBeat(
            weights: Vector(weights),
            reference: c.delayed("reference_of_beat", header.payload.reference, by: latency, enable: advance),
            occupied: c.delayed("occupied_of_beat", header.payload.occupied, by: latency, enable: advance),
            tileLast: c.delayed("tile_last", beat.tileLast, by: latency, enable: advance),
            rowLast: c.delayed("row_last", beat.rowLast, by: latency, enable: advance)), when: valid)
    }
}

/// Names a unit by the most keys of a tile, unless that is what the dense lane has.
func tileSuffix(_ tileKeys: Int) -> String { tileKeys == NumericFormats.maximumTileKeys ? "" : "_k\(tileKeys)" }
