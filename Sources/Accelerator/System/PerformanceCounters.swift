import RTL

/// Counts what happens, 48 bits each, and holds a copy for software, all of one cycle.
struct PerformanceCounters: Module {
    struct Ports {
        /// In the order of `ControlRegisters.Counter`.
        let happens: Vector<Bit>
        /// Copies all counters, and sets them to 0, after the cycle.
        let snapshot, clear: Bit
        let copies: Vector<Unsigned>
    }

    var suffix: String { "n\(count)" }
    private var count: Int { ControlRegisters.Counter.allCases.count }

    func ports(_ io: Interface) -> Ports {
        Ports(happens: io.input(.bits(count)), snapshot: io.input(.bit), clear: io.input(.bit),
              copies: io.output(.vector(count, unsigned: ControlRegisters.counterBits)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        c.drive(io.copies, ControlRegisters.Counter.allCases.enumerated().map { number, counter in
            let value = c.register(counter.rawValue, .unsigned(ControlRegisters.counterBits), reset: 0)
            let next = value.q &+ io.happens[number].asUnsigned.extended(to: ControlRegisters.counterBits)
            value.next(mux(io.clear, 0, next))
            return c.stage("\(counter.rawValue)_copy", next, enable: io.snapshot, reset: 0)
        })
    }
}
