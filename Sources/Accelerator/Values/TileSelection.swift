import Blocks
import Configuration
import FixedPoint
import RTL

/// A weight of a tile that a fraction is kept of.
struct RankedWeight: Bundle {
    let weight: Unsigned
    /// Clear in the one beat of an empty tile.
    let occupied: Bit
    let tileLast: Bit

    static var shape: Shape<RankedWeight> {
        Shape { RankedWeight(
            weight: $0.make(.unsigned(NumericFormats.weightBits)), occupied: $0.make(.bit), tileLast: $0.make(.bit)) }
    }
}

/// The k-th largest weight of a tile: weights one a cycle, put side by side for a `RadixSelect` of two buffers.
///
/// One `command`, k, a tile, any time; the next tile comes in while this one is selected from. Until k has come the core takes
/// nothing of the next tile: `waitingBeats` beats of it wait here, more than come in while a product makes k.
package struct TileSelection: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let command: Stream<Unsigned>
        let weights: Stream<RankedWeight>
        let selection: Stream<TopKSelection>
    }

    package var suffix: String { configuration.topK.suffix }

    private var waitingBeats: Int { max(2, 64 / configuration.topK.parallelism) }

    package func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(.unsigned(configuration.topK.countBits)), weights: io.sink(RankedWeight.shape),
              selection: io.source(TopKSelection.shape(configuration.topK)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let core = c.instance("core", RadixSelect(configuration.topK))
        c.connect(io.command, to: core.command)
        c.connect(core.selection, to: io.selection)

        let lanes = configuration.topK.parallelism
        let waiting = Queue(c, "waiting_beats", core.keys.shape, depth: waitingBeats)
        c.connect(waiting.output, to: core.keys)
        let beat = io.weights.payload
        let pending = c.register("beat_pending", .bit, reset: 0)
        let ready = c.named("room", !pending.q | waiting.ready)
        let take = c.named("take", io.weights.valid & ready)
        c.drive(io.weights.ready, ready)
        let next = c.register("next_lane", .unsigned(bitsToIndex(lanes)), reset: 0)
        let fills = c.named("fills_beat", beat.tileLast | (next.q == Unsigned(lanes - 1)))
        c.when(take) { next.next(mux(fills, 0, next.q &+ 1)) }
        c.when(waiting.ready) { pending.clear() }
        c.when(take & fills) { pending.set() }

        let keys = (0..<lanes).map { lane in
            c.stage("lane_\(lane)", beat.weight, enable: take & (next.q == Unsigned(lane)))
        }
        let highest = c.stage("highest_lane", next.q, enable: take)
        let occupied = c.stage("occupied", beat.occupied, enable: take)
        waiting.push(TopKKeys(
            keys: Vector(keys), occupied: Vector((0..<lanes).map { occupied & (highest >= Unsigned($0)) }),
            last: c.stage("last", beat.tileLast, enable: take)), when: pending.q)
    }
}

extension SpAttenConfiguration {
    /// Ranks the weights of one tile while the next comes in.
    var topK: TopKConfiguration {
        guard let topK = try? TopKConfiguration(
            .radix, parallelism: topKParallelism, capacity: maximumRowKeys, keyBits: NumericFormats.weightBits, buffers: 2)
        else { preconditionFailure("\(canonicalText) has not been validated") }
        return topK
    }
}
