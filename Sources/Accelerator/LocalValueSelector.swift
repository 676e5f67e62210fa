import Blocks
import Configuration
import FixedPoint
import RTL

/// Which values of a row are read.
struct SelectorRow: Bundle {
    /// 0: all, 1: a fraction of a tile's keys, 2: those whose probability reaches a threshold.
    let rule: Unsigned
    /// The fraction, 16 fractional bits, or the threshold, 24: at most 1.
    let limit: Unsigned
    /// Dropped weights leave the weight sum too.
    let renormalise: Bit

    static var shape: Shape<SelectorRow> {
        Shape { SelectorRow(
            rule: $0.make(.unsigned(2)), limit: $0.make(.unsigned(ValueRule.probabilityBits + 1)), renormalise: $0.make(.bit)) }
    }
}

/// Chooses the values of a tile that are read, and sums what the tile's leaf needs to know of the others
/// (Docs/pruning.md 5).
///
/// Weights wait in a queue of twice `maximumRowKeys` until their tile's sum, and a serial product of it, are known; then
/// they leave, one a cycle, while the next tile comes in. `kept` are the beats of the kept keys alone; a tile whose last key is
/// not kept ends with an unoccupied one, which weighs 0. `decisions` are one a position, not to keep for an empty row; `sums` one a
/// tile, behind its last decision. A tile takes at least `cyclesPerTile` cycles.
package struct LocalValueSelector: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let row: Stream<SelectorRow>
        let weights: Stream<WeightBeat>
        /// The LSBs of the weight's key are unknown; one a weight, any for an unoccupied beat.
        let unrefined: Stream<Bit>
        let kept: Stream<WeightBeat>
        let decisions: Stream<DecisionBeat>
        let sums: Stream<TileSums>
    }

    package var suffix: String { "k\(configuration.maximumRowKeys)" }

    private var multiplier: SerialMultiplier {
        SerialMultiplier(multiplicandBits: configuration.tileWeightSumBits, multiplierBits: ValueRule.probabilityBits + 1)
    }
    /// Cycles between the decisions on two tiles: the product is taken, then the next factors.
    package var cyclesPerTile: Int { multiplier.latency + 1 }
    /// Cycles from a tile's last weight to its first decision.
    package var latency: Int { 3 + multiplier.latency + 3 }

    package func ports(_ io: Interface) -> Ports {
        let weights = WeightBeat.shape(configuration.lane)
        return Ports(
            row: io.sink(SelectorRow.shape), weights: io.sink(weights), unrefined: io.sink(.bit), kept: io.source(weights),
            decisions: io.source(DecisionBeat.shape), sums: io.source(TileSums.shape(configuration)))
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
        let occupied: Bit
        let reference: Signed
        let sum: Unsigned
        let unrefinedSum: Unsigned
        let rowLast: Bit

        static func shape(_ configuration: SpAttenConfiguration) -> Shape<Header> {
            Shape { Header(
                occupied: $0.make(.bit), reference: $0.make(.signed(NumericFormats.referenceBits)),
                sum: $0.make(.unsigned(configuration.tileWeightSumBits)),
                unrefinedSum: $0.make(.unsigned(configuration.tileWeightSumBits)), rowLast: $0.make(.bit)) }
        }
    }

    /// Which values of a tile are kept.
    private struct Verdict: Bundle {
        let header: Header
        /// The least weight that is kept.
        let limit: Unsigned
        let renormalise: Bit

        static func shape(_ configuration: SpAttenConfiguration) -> Shape<Verdict> {
            Shape { Verdict(header: $0.make(Header.shape(configuration)), limit: $0.make(.unsigned(NumericFormats.weightBits)),
                            renormalise: $0.make(.bit)) }
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let waiting = Queue(c, "waiting_weights", Waiting.shape, depth: 2 * configuration.maximumRowKeys)
        let headers = Queue(c, "tile_headers", Header.shape(configuration), depth: SoftmaxUnit.waitingTiles)
        let verdicts = Queue(c, "tile_verdicts", Verdict.shape(configuration), depth: 2)
        collect(c, io, waiting, headers)
        judge(c, io.row, headers.output, verdicts)
        emit(c, io, waiting.output, verdicts.output)
    }

    /// The sums of the tile that comes in.
    private func collect(_ c: Circuit, _ io: Ports, _ waiting: Queue<Waiting>, _ headers: Queue<Header>) {
        let beat = io.weights.payload, weight = beat.weights[0]
        // A header leaves in the cycle after its tile's last weight; while it cannot, no weight comes in.
        let headerPending = c.register("header_pending", .bit, reset: 0)
        let ready = c.named("collects", waiting.ready & (!headerPending.q | headers.ready))
        let collect = c.named("collect", io.weights.valid & io.unrefined.valid & ready)
        c.drive(io.weights.ready, io.unrefined.valid & ready)
        c.drive(io.unrefined.ready, io.weights.valid & ready)
        waiting.push(Waiting(weight: weight, tileLast: beat.tileLast, rowLast: beat.rowLast), when: collect)

        let fresh = c.register("fresh_tile", .bit, reset: 1)
        func sum(_ name: String, _ term: Unsigned) -> Unsigned {
            let sum = c.register(name, .unsigned(configuration.tileWeightSumBits))
            c.when(collect) { sum.next(mux(fresh.q, 0, sum.q) &+ term.extended(to: configuration.tileWeightSumBits)) }
            return sum.q
        }
        c.when(collect) { fresh.next(beat.tileLast) }
        c.when(headers.ready) { headerPending.clear() }
        c.when(collect & beat.tileLast) { headerPending.set() }
        headers.push(Header(
            occupied: c.stage("tile_occupied", beat.occupied, enable: collect),
            reference: c.stage("tile_reference", beat.reference, enable: collect), sum: sum("weight_sum", weight),
            unrefinedSum: sum("unrefined_sum", mux(io.unrefined.payload, weight, 0)),
            rowLast: c.stage("row_ends_with_tile", beat.rowLast, enable: collect)), when: headerPending.q)
    }

    /// The least weight that reaches the threshold: threshold times sum, 24 fractional bits, rounded up.
    private func judge(
        _ c: Circuit, _ row: Stream<SelectorRow>, _ header: Stream<Header>, _ verdicts: Queue<Verdict>
    ) {
        let unit = c.instance("multiplier", multiplier)
        let settings = row.payload
        let keepsAll = c.named("keeps_all", settings.rule == 0)
        c.send(.init(multiplicand: header.payload.sum, multiplier: mux(keepsAll, 0, settings.limit)),
               when: header.valid & row.valid, to: unit.factors)
        let judged = c.named("judged", unit.product.valid & verdicts.ready)
        c.drive(unit.product.ready, verdicts.ready)
        c.drive(header.ready, judged)
        c.drive(row.ready, judged & header.payload.rowLast)

        let fraction = ValueRule.probabilityBits, weightBits = NumericFormats.weightBits
        let product = unit.product.payload
        let isPartial = product.truncated(to: fraction).isNonzero
        let least = c.named("least", (product >> fraction) + isPartial.asUnsigned)
        // No weight is as large as the greatest limit.
        let none = Unsigned((1 << weightBits) - 1)
        let limit = mux(least[weightBits..<least.width].isNonzero, none, least.truncated(to: weightBits))
        verdicts.push(Verdict(header: header.payload, limit: limit, renormalise: settings.renormalise), when: judged)
    }

    private func emit(_ c: Circuit, _ io: Ports, _ waiting: Stream<Waiting>, _ verdicts: Stream<Verdict>) {
        let keptSkid = OutputSkid(c, "kept_skid", to: io.kept)
        let decisionSkid = OutputSkid(c, "decision_skid", to: io.decisions)
        let sumsSkid = OutputSkid(c, "sums_skid", to: io.sums)
        let advance = c.named("advance", keptSkid.ready & decisionSkid.ready & sumsSkid.ready)
        let beat = waiting.payload, verdict = verdicts.payload, header = verdict.header
        let take = c.named("take", waiting.valid & verdicts.valid & advance)
        c.drive(waiting.ready, verdicts.valid & advance)
        c.drive(verdicts.ready, take & beat.tileLast)

        let keep = c.named("keep", header.occupied & (beat.weight >= verdict.limit))
        let weight = c.named("kept_weight", mux(keep, beat.weight, 0))
        let fresh = c.register("fresh_kept", .bit, reset: 1)
        let keptSum = c.register("kept_sum", .unsigned(configuration.tileWeightSumBits))
        let keepsSome = c.register("keeps_some", .bit)
        c.when(take) {
            keptSum.next(mux(fresh.q, 0, keptSum.q) &+ weight.extended(to: configuration.tileWeightSumBits))
            keepsSome.next(keep | (keepsSome.q & !fresh.q))
            fresh.next(beat.tileLast)
        }

        let valid = c.named("valid", c.stage("taken", take, enable: advance, reset: 0) & advance)
        let kept = c.stage("is_kept", keep, enable: advance)
        let tileLast = c.stage("tile_last", beat.tileLast, enable: advance)
        let rowLast = c.stage("row_last", beat.rowLast, enable: advance)
        let reference = c.stage("reference", header.reference, enable: advance)
        keptSkid.send(WeightBeat(
            weights: Vector([c.stage("weight", weight, enable: advance)]), reference: reference, occupied: kept,
            tileLast: tileLast, rowLast: rowLast), when: valid & (kept | tileLast))
        decisionSkid.send(DecisionBeat(keep: kept, rowLast: rowLast), when: valid)

        let sum = c.stage("sum", header.sum, enable: advance)
        let renormalise = c.stage("renormalise", verdict.renormalise, enable: advance)
        let occupied = c.stage("occupied", header.occupied, enable: advance)
        sumsSkid.send(TileSums(
            occupied: occupied & (keepsSome.q | !renormalise), keepsValues: keepsSome.q, reference: reference,
            weightSum: mux(renormalise, keptSum.q, sum),
            unrefinedSum: c.stage("unrefined_sum_of", header.unrefinedSum, enable: advance),
            droppedSum: sum &- keptSum.q, rowLast: rowLast), when: valid & tileLast)
    }
}
