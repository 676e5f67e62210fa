import RTL
import SeededRandom
import Simulation

/// One instance of a `VerilatorModel`.
///
/// Instances share nothing. One may be used from any thread, but from one at a time. State that no reset and no initial
/// value sets starts as noise drawn from `seed`.
public final class VerilatorSimulator: Simulator {
    public let model: VerilatorModel
    public let values: UnsafeMutableBufferPointer<UInt64>
    public var resets = ClockSet.all
    public private(set) var cycle = 0
    public private(set) var lastEdge: ClockSet = []
    private let instance: UnsafeMutableRawPointer

    public var ports: [SimulatedPort] { model.ports }
    public var clocks: [SimulatedClock] { model.clocks }

    public init(_ model: VerilatorModel, seed: UInt64) {
        self.model = model
        values = .allocate(capacity: model.wordCount)
        values.initialize(repeating: 0)
        instance = model.create(values.baseAddress, Self.verilatorSeed(seed))
    }

    /// Emits `design`, builds it or takes it from the cache, and makes one instance.
    public convenience init(
        _ design: Design, seed: UInt64, options: VerilatorOptions = VerilatorOptions(), cache: BuildCache = .standard
    ) throws(CosimulationError) {
        self.init(try VerilatorModel.build(design, options: options, cache: cache), seed: seed)
    }

    deinit {
        if let directory = model.coverageDirectory, let writeCoverage = model.writeCoverage {
            directory.withNewFile(of: model.top) { writeCoverage(instance, $0) }
        }
        model.destroy(instance)
        values.deallocate()
    }

    public func settle() {
        model.settle(instance, resets.rawValue)
    }

    public func clockEdge(of clocks: ClockSet) {
        model.edge(instance, clocks.rawValue)
        lastEdge = clocks.intersection(ClockSet(count: model.clocks.count))
        cycle += 1
    }

    public func run(_ count: Int) {
        model.run(instance, resets.rawValue, UInt64(count))
        if count > 0 { lastEdge = ClockSet(count: model.clocks.count) }
        cycle += count
    }

    public func run(until pin: SimulatedPort, limit: Int) -> Int? {
        let count = model.runUntil(instance, resets.rawValue, UInt64(pin.firstWord), UInt64(max(0, limit)))
        let edges = count == .max ? max(0, limit) : Int(count)
        if edges > 0 { lastEdge = ClockSet(count: model.clocks.count) }
        cycle += edges
        return count == .max ? nil : Int(count)
    }

    public func exchange(_ exchange: StreamExchange, limit: Int) -> StreamExchange.Outcome {
        let before = exchange.cycle
        defer {
            if exchange.cycle > before { lastEdge = ClockSet(count: model.clocks.count) }
            cycle += exchange.cycle - before
        }
        return exchange.outcome(model.exchange(instance, resets.rawValue, exchange.state.control, UInt64(max(0, limit))))
    }

    /// Begins to write every signal of the design to an FST file, from this cycle on; a file that is open is closed first.
    ///
    /// A cycle lasts 10 ns: its settled values stand from its beginning, the clock rises at its middle. Time counts from
    /// the instance's first cycle. Memories of up to 32 words are included.
    /// - Parameters:
    ///   - levels: of hierarchy below `scope`, at least 1; nil: all.
    ///   - scope: path of an instance, `fetcher.keys`; empty: the whole design.
    /// - Throws: `notBuiltWith` unless the model's options say `.fst`; `fileSystem`.
    public func openWaves(_ path: String, levels: Int? = nil, scope: String = "") throws(CosimulationError) {
        guard let openWaves = model.openWaves else { throw .notBuiltWith(option: "waves: .fst", top: model.top) }
        try Files.write("", to: path)  // Verilator ends the process where it cannot write
        openWaves(instance, path, Int32(clamping: levels ?? Int(Int16.max)), scope)
    }

    /// Completes the file of `openWaves`, which is no FST before; the end of the instance does so too.
    public func closeWaves() { model.closeWaves?(instance) }

    /// Writes what has been counted since the instance was made; see `Coverage`.
    /// - Throws: `notBuiltWith` unless the model's options ask for coverage; `fileSystem`.
    public func writeCoverage(_ path: String) throws(CosimulationError) {
        guard let writeCoverage = model.writeCoverage else { throw .notBuiltWith(option: "coverage", top: model.top) }
        try Files.write("", to: path)
        writeCoverage(instance, path)
    }

    /// Verilator takes 31 bits, of which 0 means the time of day, and its generator starts badly from small numbers.
    private static func verilatorSeed(_ seed: UInt64) -> Int32 {
        var generator = SeededGenerator(seed: seed)
        return Int32(generator.next() % 0x7fff_ffff) + 1
    }
}
