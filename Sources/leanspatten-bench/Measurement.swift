import Foundation

// What is a ratio is measured in processor time, so that it holds on a machine that does other things too; what is a
// wait, by the clock.

/// Seconds that `body` takes, by the clock.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// Seconds of processor time that `body` takes: for a loop of one thread, what the clock would show if nothing else ran.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let start = now()
    try body()
    return now() - start
}

/// The middle of an odd number of values.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Measures both in turn, so that what else the machine does meets both, and returns the pair whose ratio is the median.
func paired(rounds: Int, _ own: () throws -> Double, _ peer: () throws -> Double) rethrows -> (own: Double, peer: Double) {
    var pairs: [(own: Double, peer: Double)] = []
    for _ in 0..<rounds { pairs.append((try own(), try peer())) }
    return pairs.sorted { $0.own / $0.peer < $1.own / $1.peer }[rounds / 2]
}
