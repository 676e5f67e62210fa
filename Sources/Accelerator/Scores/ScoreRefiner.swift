import Blocks
import Configuration
import FixedPoint
import RTL

/// How the first scores of a row become final.
struct RefineRow: Bundle {
    /// A decision comes for each of its keys.
    let decides: Bit
    /// Its keys came whole.
    let joined: Bit

    static var shape: Shape<RefineRow> { Shape { RefineRow(decides: $0.make(.bit), joined: $0.make(.bit)) } }
}

/// Adds the corrections to the scores of the keys that are refined, and says of which keys the LSBs are unknown
/// (Docs/pruning.md 4).
///
/// Scores wait in a queue of twice `maximumRowKeys` while their tile is decided on. `decisions` come for rows that decide,
/// one a beat; `corrections` one a key to be refined. Each refined beat has its `unrefined`; that of an empty row means nothing.
/// One beat a cycle; latency 3 cycles.
package struct ScoreRefiner: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let row: Stream<RefineRow>
        let scores: Stream<ScoreBeat>
        let decisions: Stream<DecisionBeat>
        let corrections: Stream<Signed>
        let refined: Stream<ScoreBeat>
        let unrefined: Stream<Bit>
    }

    private var lane: LaneConfiguration { configuration.lane }

    package var suffix: String { "d\(lane.headSize)_k\(configuration.maximumRowKeys)" }

    /// Cycles from a score to the refined one, if all is there: the queue, the sum.
    package static let latency = 3

    package func ports(_ io: Interface) -> Ports {
        let scores = ScoreBeat.shape(lane, bits: configuration.doubledScoreBits)
        return Ports(
            row: io.sink(RefineRow.shape), scores: io.sink(scores), decisions: io.sink(DecisionBeat.shape),
            corrections: io.sink(.signed(configuration.correctionBits)), refined: io.source(scores), unrefined: io.source(.bit))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let waiting = Queue(c, "waiting_scores", io.scores.shape, depth: 2 * configuration.maximumRowKeys)
        c.drive(io.scores.ready, waiting.ready)
        waiting.push(io.scores.payload, when: io.scores.valid)
        let refinedSkid = OutputSkid(c, "refined_skid", to: io.refined)
        let unrefinedSkid = OutputSkid(c, "unrefined_skid", to: io.unrefined)
        let advance = c.named("advance", refinedSkid.ready & unrefinedSkid.ready)

        let beat = waiting.output.payload, row = io.row.payload
        let keep = c.named("refine", row.decides & io.decisions.payload.keep)
        let known = c.named("known", io.row.valid & (!row.decides | io.decisions.valid))
        let ready = c.named("ready", advance & known & (!keep | io.corrections.valid))
        let take = c.named("take", waiting.output.valid & ready)
        c.drive(waiting.output.ready, ready)
        c.drive(io.decisions.ready, take & row.decides)
        c.drive(io.corrections.ready, take & keep)
        c.drive(io.row.ready, take & beat.rowLast)
        // The scores say where rows end.
        c.discard(io.decisions.payload.rowLast)

        let valid = c.stage("valid", take, enable: advance, reset: 0)
        let correction = mux(keep, io.corrections.payload, 0)
        let score = c.stage(
            "score", beat.scores[0] &+ correction.extended(to: configuration.doubledScoreBits), enable: advance)
        let unrefined = c.stage("is_unrefined", !(row.joined | keep), enable: advance)
        refinedSkid.send(ScoreBeat(
            scores: Vector([score]), occupied: Vector([c.stage("occupied", beat.occupied[0], enable: advance)]),
            tileLast: c.stage("tile_last", beat.tileLast, enable: advance),
            rowLast: c.stage("row_last", beat.rowLast, enable: advance)), when: valid & advance)
        unrefinedSkid.send(unrefined, when: valid & advance)
    }
}
