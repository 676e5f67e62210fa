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

    /// Verilator takes 31 bits, of which 0 means the time of day, and its generator starts badly from small numbers.
    private static func verilatorSeed(_ seed: UInt64) -> Int32 {
        var generator = SeededGenerator(seed: seed)
        return Int32(generator.next() % 0x7fff_ffff) + 1
    }
}
