import Blocks
import Configuration
import RTL

/// The way back of complete states through a tree of lanes: what has become complete here belongs to a lane of the left
/// span, what comes from above to one of either.
///
/// Latency 2 cycles from above, 0 from here; one beat a cycle; a message leaves as a whole.
package struct ReductionReturn: Module {
    package let prefill: PrefillConfiguration
    /// The bit of a lane's number that is set in the right span and clear in the left one.
    package let level: Int
    /// As in `ReductionJoin`.
    package let reports: Bool

    package init(prefill: PrefillConfiguration, level: Int, reports: Bool = false) {
        self.prefill = prefill
        self.level = level
        self.reports = reports
    }

    package struct Ports {
        let above: Stream<PartialBeat>
        let complete: Stream<PartialBeat>
        let left: Stream<PartialBeat>
        let right: Stream<PartialBeat>
    }

    package static let latency = 2

    package var suffix: String { "\(prefill.partialSuffix)_k\(level)" + (reports ? "_report" : "") }

    package func ports(_ io: Interface) -> Ports {
        let beat = PartialBeat.shape(prefill, reports: reports)
        return Ports(above: io.sink(beat), complete: io.sink(beat), left: io.source(beat), right: io.source(beat))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let queue = Queue(c, "from_above", io.above.shape, depth: 2)
        queue.push(io.above.payload, when: io.above.valid)
        c.drive(io.above.ready, queue.ready)
        let above = queue.output
        let goesRight = c.named("goes_right", above.payload.tag.lane[level])

        let aboveGoing = c.register("above_going", .bit, reset: 0)
        let completeGoing = c.register("complete_going", .bit, reset: 0)
        let sendsComplete = c.named("sends_complete", io.complete.valid & !aboveGoing.q)
        let sendsAbove = c.named("sends_above", above.valid & !goesRight & !completeGoing.q & !sendsComplete)
        let left = io.above.shape.unpack(
            c.named("to_left", mux(sendsComplete, concatenate(io.complete.payload), concatenate(above.payload))))
        c.send(left, when: sendsComplete | sendsAbove, to: io.left)
        c.send(above.payload, when: above.valid & goesRight, to: io.right)
        c.drive(io.complete.ready, io.left.ready & !aboveGoing.q)
        c.drive(above.ready, mux(goesRight, io.right.ready, io.left.ready & sendsAbove))
        c.when(io.left.ready & sendsComplete) { completeGoing.next(!io.complete.payload.last) }
        c.when(io.left.ready & sendsAbove) { aboveGoing.next(!above.payload.last) }
    }
}
