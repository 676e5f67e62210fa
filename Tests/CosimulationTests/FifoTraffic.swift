import Blocks
import Cosimulation
import SeededRandom
import Simulation

/// Words through an `AsynchronousFifo` of 40 bits, each clock with stalls of its own; the resets fall in between.
struct FifoTraffic {
    let write, read: ClockSchedule.Timing
    let seed: UInt64
    /// Words taken in altogether; the resets come when a third of them is.
    var words = 400
    /// Eighths of the edges at which a word is offered or taken; they change every 100 edges.
    var offers = [8, 1, 4], takes = [1, 8, 4]

    static let bits = 40

    /// Clock periods and phases: equal, 1 to 3, 7 to 5, either side the faster, edges together or apart.
    static let timings: [(write: ClockSchedule.Timing, read: ClockSchedule.Timing)] = [
        (.init(period: 1), .init(period: 1)), (.init(period: 4), .init(period: 4, phase: 1)),
        (.init(period: 1), .init(period: 3)), (.init(period: 3), .init(period: 1)), (.init(period: 2), .init(period: 6, phase: 3)),
        (.init(period: 7), .init(period: 5)), (.init(period: 5), .init(period: 7, phase: 2)),
    ]

    /// What can be seen of one edge.
    struct Observation: Equatable {
        let time: Int
        let ready, valid: Bool
        let payload: UInt64
    }

    struct Outcome {
        /// What went wrong; nil: every word came out once and in order.
        var failure: String?
        var trace: [Observation] = []
        /// The edges of the writing clock at which a word waited for room, and of the reading one at which there was none.
        var full = 0, empty = 0
        var edges = 0
    }

    static func word(_ number: Int) -> UInt64 { (UInt64(number + 1) &* 0x9e37_79b9_7f4a_7c15) >> UInt64(64 - bits) }

    func run(_ simulator: any Simulator, depth: Int) throws -> Outcome {
        var outcome = Outcome()
        var random = SeededGenerator(seed: seed)
        let writeClock = try simulator.clock("write_clock"), readClock = try simulator.clock("read_clock")
        var sent = 0, received = 0, waiting: UInt64?
        var resetting: ClockSet = [writeClock, readClock], hadEdge: ClockSet = [], resetsLeft = 1
        simulator["input_valid"] = 0
        for edge in try ClockSchedule(simulator, ["write_clock": write, "read_clock": read]) {
            outcome.edges += 1
            let phase = outcome.edges / 100
            if outcome.edges > words * 200 {
                outcome.failure = "stuck: \(sent) words in, \(received) out"
                return outcome
            }
            simulator.resets = resetting
            simulator.settle()
            let writes = edge.clocks.contains(writeClock), reads = edge.clocks.contains(readClock)
            if resetting.isEmpty {
                let seen = Observation(time: edge.time, ready: simulator["input_ready"] == 1, valid: simulator["output_valid"] == 1,
                                       payload: simulator["output_valid"] == 1 ? simulator["output_payload"] : 0)
                outcome.trace.append(seen)
                let isOffered = simulator["input_valid"] == 1, isTaken = simulator["output_ready"] == 1
                if writes && isOffered {
                    if seen.ready { sent += 1 } else { outcome.full += 1 }
                }
                if reads {
                    if let expected = waiting, !seen.valid || seen.payload != expected {
                        outcome.failure = "word \(received) did not wait to be taken"
                    } else if seen.valid && received >= sent {
                        outcome.failure = "a word before the one it ought to be was written"
                    } else if seen.valid && seen.payload != Self.word(received) {
                        outcome.failure = "word \(received) is \(seen.payload), not \(Self.word(received))"
                    }
                    waiting = seen.valid && !isTaken ? seen.payload : nil
                    if seen.valid && isTaken { received += 1 }
                    if !seen.valid { outcome.empty += 1 }
                }
                if sent - received > depth + 1 { outcome.failure = "\(sent - received) words in a queue of \(depth) and one" }
                if outcome.failure != nil || received == words { return outcome }
            }
            simulator.clockEdge(of: edge.clocks)
            if !resetting.isEmpty {
                // Both at once until each has had an edge; then each is released at some edge of its own clock.
                if resetting == [writeClock, readClock] { hadEdge.formUnion(edge.clocks) }
                if hadEdge == [writeClock, readClock] {
                    if writes && Bool.random(using: &random) { resetting.remove(writeClock) }
                    if reads && Bool.random(using: &random) { resetting.remove(readClock) }
                }
            } else if resetsLeft > 0 && sent > words / 3 {
                (resetting, hadEdge, resetsLeft) = ([writeClock, readClock], [], resetsLeft - 1)
                (waiting, received) = (nil, sent)
            }
            if writes || !resetting.isEmpty {
                let isHeld = simulator["input_valid"] == 1 && outcome.trace.last?.ready == false && resetting.isEmpty
                let offers = isHeld || random.next() % 8 < UInt64(offers[phase % offers.count])
                simulator["input_valid"] = resetting.isEmpty && sent < words && offers ? 1 : 0
                simulator["input_payload"] = Self.word(sent)
            }
            if reads {
                // The first half of the words is asked for before it is there, the second only when it is.
                let asks = received < words / 2 || outcome.trace.last?.valid == true
                simulator["output_ready"] = asks && random.next() % 8 < UInt64(takes[phase % takes.count]) ? 1 : 0
            }
        }
        return outcome
    }
}

