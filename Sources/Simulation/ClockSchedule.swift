import RTL

/// The rising edges of several clocks in the order of time, without end; edges of one time come as one.
///
/// ```swift
/// let schedule = try ClockSchedule(simulator, [
///     "write_clock": .init(period: 5), "read_clock": .init(period: 7, phase: 2)])
/// for edge in schedule.prefix(1000) {
///     simulator.settle()
///     // read outputs; what a clock samples now, its `edge.clocks` say
///     simulator.clockEdge(of: edge.clocks)
/// }
/// ```
/// Clocks it does not name stand still.
public struct ClockSchedule: Sequence, IteratorProtocol {
    /// When a clock rises: at `phase`, and every `period` from there, in any unit.
    public struct Timing: Hashable, Sendable {
        public let period: Int
        public let phase: Int

        public init(period: Int, phase: Int = 0) {
            self.period = period
            self.phase = phase
        }
    }

    public struct Edge: Hashable, Sendable {
        /// In the unit of the periods, from 0.
        public let time: Int
        /// The clocks that rise then.
        public let clocks: ClockSet
    }

    private var pending: [(clock: ClockSet, time: Int, period: Int)] = []

    /// - Parameter timings: for clock ports of `simulator`; one must be there, a period is at least 1, a phase at least 0.
    public init(
        _ simulator: any Simulator, _ timings: KeyValuePairs<String, Timing>
    ) throws(ClockScheduleError) {
        if timings.isEmpty { throw .noClock }
        for (name, timing) in timings {
            let clock: ClockSet
            do throws(UnknownName) { clock = try simulator.clock(name) } catch { throw .unknownClock(error) }
            if pending.contains(where: { $0.clock == clock }) { throw .givenTwice(name) }
            if timing.period < 1 { throw .outOfRange("\(name): a period of \(timing.period); the least is 1") }
            if timing.phase < 0 { throw .outOfRange("\(name): a phase of \(timing.phase); the least is 0") }
            pending.append((clock, timing.phase, timing.period))
        }
    }

    public mutating func next() -> Edge? {
        let time = pending.reduce(Int.max) { Swift.min($0, $1.time) }
        var clocks: ClockSet = []
        for index in pending.indices where pending[index].time == time {
            clocks.formUnion(pending[index].clock)
            pending[index].time += pending[index].period
        }
        return Edge(time: time, clocks: clocks)
    }
}

/// A schedule that cannot be.
public enum ClockScheduleError: Error, Hashable, CustomStringConvertible {
    case noClock
    case unknownClock(UnknownName)
    case givenTwice(String)
    case outOfRange(String)

    public var description: String {
        switch self {
        case .noClock: "a schedule without a clock"
        case .unknownClock(let error): error.description
        case .givenTwice(let name): "two timings for the clock `\(name)`"
        case .outOfRange(let reason): reason
        }
    }
}
