import RTL

/// Counts what happens, 48 bits each, and holds a copy for software, all of one cycle. Latency 2: handshakes of all units end here.
struct PerformanceCounters: Module {
    /// Most that happens in a cycle.
    let most: Int

    struct Ports {
        /// How often each happens in a cycle, in the order of `ControlRegisters.Counter`.
        let happens: Vector<Unsigned>
        /// Copies all counters, and sets them to 0, after the cycle.
        let snapshot, clear: Bit
        let copies: Vector<Unsigned>
    }

    var suffix: String { "n\(count)_m\(most)" }
    private var count: Int { ControlRegisters.Counter.allCases.count }

    func ports(_ io: Interface) -> Ports {
        Ports(happens: io.input(.vector(count, unsigned: bitsToCount(most))), snapshot: io.input(.bit), clear: io.input(.bit),
              copies: io.output(.vector(count, unsigned: ControlRegisters.counterBits)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let snapshot = c.stage("takes_snapshot", io.snapshot, reset: 0), clear = c.stage("clears", io.clear, reset: 0)
        c.drive(io.copies, ControlRegisters.Counter.allCases.enumerated().map { number, counter in
            let happened = c.stage("\(counter.rawValue)_happened", io.happens[number], reset: 0)
            let value = c.register(counter.rawValue, .unsigned(ControlRegisters.counterBits), reset: 0)
            let next = value.q &+ happened.extended(to: ControlRegisters.counterBits)
            value.next(mux(clear, 0, next))
            return c.stage("\(counter.rawValue)_copy", next, enable: snapshot, reset: 0)
        })
    }
}
