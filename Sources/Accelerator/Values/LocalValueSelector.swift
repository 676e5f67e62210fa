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
/// Weights wait in a queue of twice `maximumRowKeys` until it is known which of their tile are kept: by a serial product
/// with its sum, or with its number of keys and then a `RadixSelect`. Then they leave, one a cycle, while the next tile comes in.
/// `kept` are the beats of the kept keys alone; a tile whose last key is not kept ends with an unoccupied one, which weighs 0.
/// `decisions` are one a position, not to keep for an empty row; `sums` one a tile, with its last decision. A tile that is not
/// kept whole takes at least `cyclesPerTile` cycles.
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

    package var suffix: String { "k\(configuration.maximumRowKeys)" + configuration.relaySuffix }

    private var multiplier: SerialMultiplier {
        SerialMultiplier(multiplicandBits: configuration.tileWeightSumBits, multiplierBits: ValueRule.probabilityBits + 1)
    }
    /// Cycles between the decisions on two short tiles by a threshold: the product is taken, then the next factors.
    package var cyclesPerTile: Int { multiplier.latency + 1 }
    /// Cycles from a tile's last weight to its first decision, if all is kept; a threshold takes the product in addition.
    package static let latency = 3 + 3
    package var thresholdLatency: Int { Self.latency + multiplier.latency }

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
        let row: SelectorRow
        let keys: Unsigned
        let occupied: Bit
        let reference: Signed
        let sum: Unsigned
        let unrefinedSum: Unsigned

        static func shape(_ configuration: SpAttenConfiguration) -> Shape<Header> {
            Shape { Header(
                row: $0.make(SelectorRow.shape), keys: $0.make(.unsigned(bitsToCount(configuration.maximumRowKeys))),
                occupied: $0.make(.bit), reference: $0.make(.signed(NumericFormats.referenceBits)),
                sum: $0.make(.unsigned(configuration.tileWeightSumBits)),
                unrefinedSum: $0.make(.unsigned(configuration.tileWeightSumBits))) }
        }
    }

    /// Which values of a tile are kept: those above the limit, and the first so many that equal it.
    private struct Verdict: Bundle {
        let header: Header
        let limit: Unsigned
        let equals: Unsigned

        static func shape(_ configuration: SpAttenConfiguration) -> Shape<Verdict> {
            Shape { Verdict(header: $0.make(Header.shape(configuration)), limit: $0.make(.unsigned(NumericFormats.weightBits)),
                            equals: $0.make(.unsigned(configuration.topK.countBits))) }
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let waiting = Queue(c, "waiting_weights", Waiting.shape, depth: 2 * configuration.maximumRowKeys)
        let headers = Queue(c, "tile_headers", Header.shape(configuration), depth: SoftmaxUnit.waitingTiles)
        let verdicts = Queue(c, "tile_verdicts", Verdict.shape(configuration), depth: 2)
        let selection = c.instance("selection", TileSelection(configuration: configuration))
        collect(c, io, selection.weights, waiting, headers)
        judge(c, headers.output, selection, verdicts)
        emit(c, io, configuration.relayed(c, "next_weight", waiting.output), verdicts.output)
    }

    /// The sums of the tile that comes in; its weights also to where they are ranked, if a fraction is kept.
    private func collect(
        _ c: Circuit, _ io: Ports, _ ranked: Stream<RankedWeight>, _ waiting: Queue<Waiting>, _ headers: Queue<Header>
    ) {
        let beat = io.weights.payload, weight = beat.weights[0]
        // A header leaves in the cycle after its tile's last weight; while it cannot, no weight comes in.
        let headerPending = c.register("header_pending", .bit, reset: 0)
        let isRanked = c.named("is_ranked", io.row.payload.rule == Unsigned(Self.fractionRule))
        let room = c.named("room", waiting.ready & (!headerPending.q | headers.ready))
        let ready = c.named("collects", io.row.valid & room & (!isRanked | ranked.ready))
        let collect = c.named("collect", io.weights.valid & io.unrefined.valid & ready)
        c.drive(io.weights.ready, io.unrefined.valid & ready)
        c.drive(io.unrefined.ready, io.weights.valid & ready)
        c.drive(io.row.ready, collect & beat.rowLast)
        c.send(RankedWeight(weight: weight, occupied: beat.occupied, tileLast: beat.tileLast), when: collect & isRanked, to: ranked)
        waiting.push(Waiting(weight: weight, tileLast: beat.tileLast, rowLast: beat.rowLast), when: collect)

        let fresh = c.register("fresh_tile", .bit, reset: 1)
        func sum(_ name: String, _ term: Unsigned, bits: Int) -> Unsigned {
            let sum = c.register(name, .unsigned(bits))
            c.when(collect) { sum.next(mux(fresh.q, 0, sum.q) &+ term.extended(to: bits)) }
            return sum.q
        }
        let sumBits = configuration.tileWeightSumBits
        c.when(collect) { fresh.next(beat.tileLast) }
        c.when(headers.ready) { headerPending.clear() }
        c.when(collect & beat.tileLast) { headerPending.set() }
        let row = c.register("row_of_tile", SelectorRow.shape)
        c.when(collect) { row.next(io.row.payload) }
        headers.push(Header(
            row: row.q, keys: sum("keys_in_tile", beat.occupied.asUnsigned, bits: bitsToCount(configuration.maximumRowKeys)),
            occupied: c.stage("tile_occupied", beat.occupied, enable: collect),
            reference: c.stage("tile_reference", beat.reference, enable: collect), sum: sum("weight_sum", weight, bits: sumBits),
            unrefinedSum: sum("unrefined_sum", mux(io.unrefined.payload, weight, 0), bits: sumBits)), when: headerPending.q)
    }

    /// The limit of a tile: 0; or threshold times sum, rounded up; or the weight that ranks at fraction times keys, rounded
    /// up.
    private func judge(_ c: Circuit, _ tile: Stream<Header>, _ selection: TileSelection.Ports, _ verdicts: Queue<Verdict>) {
        let unit = c.instance("multiplier", multiplier)
        let header = tile.payload
        let keepsAll = c.named("keeps_all", header.row.rule == Unsigned(Self.allRule))
        let isRanked = c.named("takes_fraction", header.row.rule == Unsigned(Self.fractionRule))
        // k has gone to the selection.
        let commanded = c.register("commanded", .bit, reset: 0)
        c.send(.init(multiplicand: mux(isRanked, header.keys, header.sum), multiplier: header.row.limit),
               when: tile.valid & !keepsAll & !commanded.q, to: unit.factors)
        let product = unit.product
        c.drive(product.ready, mux(isRanked, selection.command.ready, verdicts.ready))
        let keyCount = roundedUp(product.payload, ValueRule.fractionBits).truncated(to: configuration.topK.countBits)
        c.send(keyCount, when: product.valid & isRanked, to: selection.command)

        let isKnown = mux(isRanked, commanded.q & selection.selection.valid, keepsAll | product.valid)
        let judged = c.named("judged", tile.valid & verdicts.ready & isKnown)
        c.drive(tile.ready, judged)
        c.drive(selection.selection.ready, commanded.q & verdicts.ready)
        c.when(judged) {
            commanded.clear()
        }.elsewhen(selection.command.fires) {
            commanded.set()
        }

        let weightBits = NumericFormats.weightBits
        let least = c.named("least", roundedUp(product.payload, ValueRule.probabilityBits))
        // No weight is as large as the greatest limit.
        let none = Unsigned((1 << weightBits) - 1)
        let threshold = mux(least[weightBits..<least.width].isNonzero, none, least.truncated(to: weightBits))
        let ranked = selection.selection.payload
        verdicts.push(Verdict(
            header: header, limit: mux(keepsAll, 0, mux(isRanked, ranked.value, threshold)),
            equals: mux(isRanked, ranked.equals, Unsigned(configuration.maximumRowKeys))), when: judged)
    }

    private func roundedUp(_ product: Unsigned, _ fractionBits: Int) -> Unsigned {
        (product >> fractionBits) + product.truncated(to: fractionBits).isNonzero.asUnsigned
    }

    private static let allRule = 0
    private static let fractionRule = 1

    private func emit(_ c: Circuit, _ io: Ports, _ waiting: Stream<Waiting>, _ verdicts: Stream<Verdict>) {
        let keptSkid = OutputSkid(c, "kept_skid", to: io.kept)
        let decisionSkid = OutputSkid(c, "decision_skid", to: io.decisions)
        let sumsSkid = OutputSkid(c, "sums_skid", to: io.sums)
        let advance = c.named("advance", keptSkid.ready & decisionSkid.ready & sumsSkid.ready)
        let beat = waiting.payload, verdict = verdicts.payload, header = verdict.header
        let take = c.named("take", waiting.valid & verdicts.valid & advance)
        c.drive(waiting.ready, verdicts.valid & advance)
        c.drive(verdicts.ready, take & beat.tileLast)

        let fresh = c.register("fresh_kept", .bit, reset: 1)
        let equalsLeft = c.register("equals_left", .unsigned(configuration.topK.countBits))
        let left = c.named("left", mux(fresh.q, verdict.equals, equalsLeft.q))
        let isEqual = c.named("is_equal", (beat.weight == verdict.limit) & left.isNonzero)
        let keep = c.named("keep", header.occupied & (isEqual | (beat.weight > verdict.limit)))
        let weight = c.named("kept_weight", mux(keep, beat.weight, 0))
        let keptSum = c.register("kept_sum", .unsigned(configuration.tileWeightSumBits))
        let keepsSome = c.register("keeps_some", .bit)
        c.when(take) {
            keptSum.next(mux(fresh.q, 0, keptSum.q) &+ weight.extended(to: configuration.tileWeightSumBits))
            keepsSome.next(keep | (keepsSome.q & !fresh.q))
            equalsLeft.next(left &- isEqual.asUnsigned.extended(to: left.width))
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
        let renormalise = c.stage("renormalise", header.row.renormalise, enable: advance)
        let occupied = c.stage("occupied", header.occupied, enable: advance)
        sumsSkid.send(TileSums(
            occupied: occupied & (keepsSome.q | !renormalise), keepsValues: keepsSome.q, reference: reference,
            weightSum: mux(renormalise, keptSum.q, sum),
            unrefinedSum: c.stage("unrefined_sum_of", header.unrefinedSum, enable: advance),
            droppedSum: sum &- keptSum.q, rowLast: rowLast), when: valid & tileLast)
    }
}
