import RTL

/// A port of the simulated top module and where its value lies.
public struct SimulatedPort: Sendable {
    public let name: String
    public let isInput: Bool
    public let isSigned: Bool
    /// Width in bits.
    public let width: Int
    /// Its first 64-bit word in `Simulator.values`, least significant word first; bits above `width` are zero.
    public let firstWord: Int
    public var wordCount: Int { (width + 63) / 64 }

    /// Lays the ports of `module` out one behind another.
    public static func layout(of module: ModuleGraph) -> [SimulatedPort] {
        layout(module.ports.map { ($0.name, $0.isInput, $0.isSigned, $0.width) })
    }

    /// Lays declared ports out one behind another.
    public static func layout(
        _ ports: [(name: String, isInput: Bool, isSigned: Bool, width: Int)]
    ) -> [SimulatedPort] {
        var next = 0
        return ports.map { port in
            defer { next += (port.width + 63) / 64 }
            return SimulatedPort(name: port.name, isInput: port.isInput, isSigned: port.isSigned,
                                 width: port.width, firstWord: next)
        }
    }
}

/// One simulated instance of a design, whatever the engine.
///
/// A cycle: write inputs to `values`, `settle()`, read outputs from `values`, `clockEdge()`. Outputs read after
/// `settle()` are those of the current cycle, before the edge. Writing an output port's words is a mistake that the
/// next `settle()` overwrites.
///
/// A design may have several clocks, each with its reset. `clockEdge()`, `run(_:)`, `reset` and `applyReset(cycles:)`
/// mean all of them at once; `clockEdge(of:)` and `resets` mean some (see `ClockSchedule`).
public protocol Simulator: AnyObject {
    /// The top's ports without clock and reset, in declaration order.
    var ports: [SimulatedPort] { get }
    /// The words of all ports; stable for the simulator's lifetime.
    var values: UnsafeMutableBufferPointer<UInt64> { get }
    /// The top's clocks in the order of their ports; none for a design without state.
    var clocks: [SimulatedClock] { get }
    /// The clocks whose synchronous reset is set: all when a simulator is made. Resets take part in `settle()` like inputs.
    var resets: ClockSet { get set }
    /// Edges so far; those of several clocks at once count as one.
    var cycle: Int { get }
    /// The clocks that rose at the last edge; none before the first.
    var lastEdge: ClockSet { get }
    /// Lets combinational logic follow the inputs and the state.
    func settle()
    /// One rising edge of some clocks at once: all state of them is loaded with what it sees before any of it changes. The
    /// caller has settled since the last edge and the last change of an input.
    func clockEdge(of clocks: ClockSet)
    /// What waves can show: the ports, and what else the engine can see.
    var waveSignals: [WaveSignal] { get }
    /// `count` cycles of all clocks with the inputs held; `values` then hold the outputs of the last one, before its edge.
    func run(_ count: Int)
    /// Cycles with the inputs held until output `pin`, one bit wide, is set.
    ///
    /// Returns the clock edges it took, 0 if it is set in this cycle; `values` are then those of that cycle, before its
    /// edge. Nil if it was set in none of `limit` cycles; `values` are then those of the last, after which one more edge was.
    func run(until pin: SimulatedPort, limit: Int) -> Int?
    /// Goes on with `exchange` until it ends or for `limit` cycles: all streams of a test in one call.
    func exchange(_ exchange: StreamExchange, limit: Int) -> StreamExchange.Outcome
    /// Throws what the engine itself has found amiss by now, such as an unknown output in a four-state engine.
    func check() throws
}

extension Simulator {
    /// The resets of all clocks; true while any is set.
    public var reset: Bool {
        get { !resets.isEmpty }
        set { resets = newValue ? .all : [] }
    }

    /// One rising edge of all clocks at once.
    public func clockEdge() { clockEdge(of: .all) }

    public func run(_ count: Int) {
        for _ in 0..<count {
            settle()
            clockEdge()
        }
    }

    public func run(until pin: SimulatedPort, limit: Int) -> Int? {
        for count in 0..<limit {
            settle()
            if values[pin.firstWord] & 1 == 1 { return count }
            clockEdge()
        }
        return nil
    }

    /// `run(until:limit:)` for an output by its name.
    public func run(until name: String, limit: Int) throws(UnknownName) -> Int? {
        guard let pin = port(name), !pin.isInput, pin.width == 1 else {
            throw UnknownName(
                name, kind: "one-bit output", among: ports.filter { !$0.isInput && $0.width == 1 }.map(\.name))
        }
        return run(until: pin, limit: limit)
    }

    public func exchange(_ exchange: StreamExchange, limit: Int) -> StreamExchange.Outcome {
        exchange.run(on: self, limit: limit)
    }

    /// To its end. Not a default argument above, which would call the Swift loop on every engine.
    public func exchange(_ exchange: StreamExchange) -> StreamExchange.Outcome { self.exchange(exchange, limit: .max) }

    public func check() throws {}

    /// Holds the resets of all clocks for some cycles of all and releases them.
    public func applyReset(cycles: Int = 2) {
        reset = true
        run(cycles)
        reset = false
    }

    public func port(_ name: String) -> SimulatedPort? { ports.first { $0.name == name } }
}
