import Blocks
import Configuration
import FixedPoint
import RTL

/// Completes a tile's leaf by what the value selector knows of it (Docs/pruning.md 5).
///
/// Weight sum, reference and whether there is a leaf come from `sums`; the output sums from `leaf`, or are 0 if no value of the
/// tile was kept. Behind them goes one beat more, with the masses of the unrefined and of the dropped keys scaled as
/// outputs: elements 0 and 1. One `valueBits` a row. One beat a cycle, latency 0.
package struct LeafCompletion: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let valueBits: Stream<Unsigned>
        let leaf: Stream<LeafBeat>
        let sums: Stream<TileSums>
        let completed: Stream<LeafBeat>
    }

    private var lane: LaneConfiguration { configuration.lane }

    package var suffix: String { "d\(lane.headSize)_e\(lane.mergeElements)_k\(configuration.maximumRowKeys)" }

    /// Beats of masses behind those of the outputs.
    static let massBeats = 1

    package func ports(_ io: Interface) -> Ports {
        precondition(lane.mergeElements >= 2, "two masses go side by side")
        let leaf = LeafBeat.shape(lane, tileKeys: configuration.maximumRowKeys)
        return Ports(valueBits: io.sink(.unsigned(formatBits)), leaf: io.sink(leaf), sums: io.sink(TileSums.shape(configuration)),
                     completed: io.source(leaf))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.completed)
        let index = c.register("beat_index", .unsigned(bitsToCount(lane.stateBeats)), reset: 0)
        let ofMasses = c.named("of_masses", index.q == Unsigned(lane.stateBeats))
        let sums = io.sums.payload, leaf = io.leaf.payload
        let ready = c.named("ready", io.sums.valid & io.valueBits.valid & skid.ready)
        let take = c.named("take", ready & (ofMasses | io.leaf.valid))
        let ends = c.named("tile_ends", ready & ofMasses)
        c.drive(io.leaf.ready, ready & !ofMasses)
        c.drive(io.sums.ready, ends)
        c.drive(io.valueBits.ready, ends & sums.rowLast)
        c.discard(leaf)
        c.when(take) { index.next(mux(ofMasses, 0, index.q &+ 1)) }

        let masses = [sums.unrefinedSum, sums.droppedSum].enumerated().map { i, mass in
            c.named("mass_\(i)", scaled(mass, io.valueBits.payload))
        }
        let elements = leaf.outputSums.indices.map { i in
            mux(ofMasses, i < masses.count ? masses[i] : 0, mux(sums.keepsValues, leaf.outputSums[i], 0))
        }
        skid.send(LeafBeat(
            occupied: sums.occupied, reference: sums.reference, weightSum: sums.weightSum, outputSums: Vector(elements),
            rowLast: sums.rowLast), when: take)
    }

    /// `2^(b-2) * mass`: as large as the sum of a value of a quarter of its range.
    private func scaled(_ mass: Unsigned, _ valueBits: Unsigned) -> Signed {
        let formats = ValueFormat.supported.map(\.bits).sorted()
        let bits = NumericFormats.tileOutputSumBits(keys: configuration.maximumRowKeys)
        let choices = formats.map { (mass << ($0 - 2)).resized(to: bits) }
        return zip(formats, choices).dropFirst().reduce(choices[0]) { other, mine in
            mux(valueBits == Unsigned(mine.0), mine.1, other)
        }.asSigned
    }
}
