import Blocks
import Configuration
import FixedPoint
import RTL

/// Which keys of a row are refined.
struct ConfidenceRow: Bundle {
    /// Those whose probability exceeds the confidence; otherwise the paper's rule: all of a tile or none.
    let perKey: Bit
    /// Probability, 24 fractional bits: 0 ... 2^24.
    let confidence: Unsigned

    static var shape: Shape<ConfidenceRow> {
        Shape { ConfidenceRow(perKey: $0.make(.bit), confidence: $0.make(.unsigned(ValueRule.probabilityBits + 1))) }
    }
}

/// Compares the probabilities that the MSBs alone give with a confidence: which keys are refined (Docs/pruning.md 3).
///
/// Weights wait in a queue of twice `maximumRowKeys` until their tile's sum, and a serial product of it, are known; then
/// they leave as decisions, one a cycle, while the next tile comes in. An empty row has one decision, not to keep. A tile takes
/// at least `cyclesPerTile` cycles.
package struct ConfidenceUnit: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let row: Stream<ConfidenceRow>
        let weights: Stream<WeightBeat>
        let decisions: Stream<DecisionBeat>
    }

    package var suffix: String { "k\(configuration.maximumRowKeys)" + configuration.relaySuffix }

    private var multiplier: SerialMultiplier {
        SerialMultiplier(multiplicandBits: configuration.tileWeightSumBits, multiplierBits: ValueRule.probabilityBits + 1)
    }
    /// Cycles between the decisions on two tiles: the product is taken, then the next factors.
    package var cyclesPerTile: Int { multiplier.latency + 1 }
    /// Cycles from a tile's last weight to its first decision.
    package var latency: Int { 3 + multiplier.latency + 2 }

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(ConfidenceRow.shape), weights: io.sink(WeightBeat.shape(configuration.lane)),
              decisions: io.source(DecisionBeat.shape))
    }

    /// A weight that waits.
    private struct Waiting: Bundle {
        let weight: Unsigned
        let tileLast: Bit
        let rowLast: Bit

        static var shape: Shape<Waiting> {
            Shape { Waiting(weight: $0.make(.unsigned(NumericFormats.weightBits)), tileLast: $0.make(.bit), rowLast: $0.make(.bit)) }
        }
    }

    /// What is known of a tile once its last weight has come.
    private struct Header: Bundle {
        let sum: Unsigned
        let largest: Unsigned
        let rowLast: Bit

        static func shape(_ configuration: SpAttenConfiguration) -> Shape<Header> {
            Shape { Header(
                sum: $0.make(.unsigned(configuration.tileWeightSumBits)),
                largest: $0.make(.unsigned(NumericFormats.weightBits)), rowLast: $0.make(.bit)) }
        }
    }

    /// Which keys of a tile are refined.
    private struct Verdict: Bundle {
        let all: Bit
        /// Those of a larger weight are, too.
        let limit: Unsigned

        static var shape: Shape<Verdict> {
            Shape { Verdict(all: $0.make(.bit), limit: $0.make(.unsigned(NumericFormats.weightBits))) }
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let waiting = Queue(c, "waiting_weights", Waiting.shape, depth: 2 * configuration.maximumRowKeys)
        let headers = Queue(c, "tile_headers", Header.shape(configuration), depth: SoftmaxUnit.waitingTiles)
        let verdicts = Queue(c, "tile_verdicts", Verdict.shape, depth: 2)
        collect(c, io.weights, waiting, headers)
        judge(c, io.row, headers.output, verdicts)

        let skid = OutputSkid(c, "skid", to: io.decisions)
        let next = configuration.relayed(c, "next_weight", waiting.output)
        let beat = next.payload, verdict = verdicts.output.payload
        let take = c.named("take", next.valid & verdicts.output.valid & skid.ready)
        c.drive(next.ready, verdicts.output.valid & skid.ready)
        c.drive(verdicts.output.ready, take & beat.tileLast)
        skid.send(DecisionBeat(keep: verdict.all | (beat.weight > verdict.limit), rowLast: beat.rowLast), when: take)
    }

    /// Sum and largest weight of the tile that comes in.
    private func collect(_ c: Circuit, _ weights: Stream<WeightBeat>, _ waiting: Queue<Waiting>, _ headers: Queue<Header>) {
        let beat = weights.payload, weight = beat.weights[0]
        // Nothing here depends on the tile's reference, and an unoccupied beat weighs 0.
        c.discard(beat.reference)
        c.discard(beat.occupied)
        // A header leaves in the cycle after its tile's last weight; while it cannot, no weight comes in.
        let headerPending = c.register("header_pending", .bit, reset: 0)
        let ready = c.named("collects", waiting.ready & (!headerPending.q | headers.ready))
        let take = c.named("collect", weights.valid & ready)
        c.drive(weights.ready, ready)
        waiting.push(Waiting(weight: weight, tileLast: beat.tileLast, rowLast: beat.rowLast), when: take)

        let fresh = c.register("fresh_tile", .bit, reset: 1)
        let sum = c.register("weight_sum", .unsigned(configuration.tileWeightSumBits))
        let largest = c.register("largest", .unsigned(NumericFormats.weightBits))
        let rowLast = c.stage("row_last", beat.rowLast, enable: take)
        c.when(take) {
            sum.next(mux(fresh.q, 0, sum.q) &+ weight.extended(to: configuration.tileWeightSumBits))
            largest.next(mux(!fresh.q & (weight < largest.q), largest.q, weight))
            fresh.next(beat.tileLast)
        }
        c.when(headers.ready) { headerPending.clear() }
        c.when(take & beat.tileLast) { headerPending.set() }
        headers.push(Header(sum: sum.q, largest: largest.q, rowLast: rowLast), when: headerPending.q)
    }

    /// Confidence times sum, 24 fractional bits, against the weights.
    private func judge(
        _ c: Circuit, _ row: Stream<ConfidenceRow>, _ header: Stream<Header>, _ verdicts: Queue<Verdict>
    ) {
        let unit = c.instance("multiplier", multiplier)
        c.send(.init(multiplicand: header.payload.sum, multiplier: row.payload.confidence),
               when: header.valid & row.valid, to: unit.factors)
        let judged = c.named("judged", unit.product.valid & verdicts.ready)
        c.drive(unit.product.ready, verdicts.ready)
        c.drive(header.ready, judged)
        c.drive(row.ready, judged & header.payload.rowLast)

        let fraction = ValueRule.probabilityBits, weightBits = NumericFormats.weightBits
        let product = unit.product.payload
        // A weight exceeds the product if it exceeds its whole part; no weight exceeds the greatest limit.
        let whole = c.named("whole", product >> fraction)
        let isBeyond = c.named("is_beyond", whole[weightBits..<whole.width].isNonzero | !row.payload.perKey)
        let none = Unsigned((1 << weightBits) - 1)
        verdicts.push(Verdict(
            all: !row.payload.perKey & ((header.payload.largest << fraction) < product),
            limit: mux(isBeyond, none, whole.truncated(to: weightBits))), when: judged)
    }
}
