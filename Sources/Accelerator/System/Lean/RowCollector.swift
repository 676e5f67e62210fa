import Blocks
import Configuration
import FixedPoint
import RTL

/// Puts the elements that a lane gives together to beats: an element a cycle. Holds up to two whole rows.
struct RowCollector: Module {
    let system: LeanSystemConfiguration

    struct Ports {
        /// The lane's own number; constant.
        let lane: Unsigned
        let output: Stream<ClusterOutputBeat>
        /// A row all of whose beats are there.
        let row: Stream<LaunchRow>
        let beat: Stream<PacketBeat>
    }

    private static let rowsHeld = 2

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(lane: io.input(.unsigned(system.laneBits)), output: io.sink(ClusterOutputBeat.shape(system.cluster.lane)),
              row: io.source(LaunchRow.shape(system)), beat: io.source(PacketBeat.shape(system)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let count = system.dataBits / NumericFormats.outputBits
        let beats = Queue(c, "beats", PacketBeat.shape(system), depth: max(2, Self.rowsHeld * system.rowBeats))
        let rows = Queue(c, "rows", LaunchRow.shape(system), depth: Self.rowsHeld)
        let place = c.register("place", .unsigned(bitsToIndex(count)), reset: 0)
        let takes = c.named("takes_element", io.output.valid & beats.ready & rows.ready)
        c.drive(io.output.ready, beats.ready & rows.ready)
        let beat = io.output.payload, element = beat.element.asUnsigned
        // The last element of a beat goes on as it comes.
        let held = (0..<count - 1).map { number in
            c.stage("held_\(number)", element, enable: takes & (place.q == Unsigned(number)))
        }
        beats.push(PacketBeat(data: concatenate([element] + held.reversed()), last: beat.last), when: takes & place.q.isAllOnes)
        rows.push(LaunchRow(lane: io.lane, row: beat.row, output: beat.output, epoch: beat.epoch), when: takes & beat.last)
        c.when(takes) { place.next(place.q &+ 1) }
        c.connect(beats.output, to: io.beat)
        c.connect(rows.output, to: io.row)
    }
}
