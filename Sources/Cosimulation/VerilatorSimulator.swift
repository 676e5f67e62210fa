import Simulation

/// One instance of a `VerilatorModel`.
///
/// Instances share nothing. One may be used from any thread, but from one at a time. State that no reset and no initial
/// value sets starts as noise drawn from `seed`.
public final class VerilatorSimulator: Simulator {
    public let model: VerilatorModel
    public let values: UnsafeMutableBufferPointer<UInt64>
    public var reset = true
    public private(set) var cycle = 0
    private let instance: UnsafeMutableRawPointer

    public var ports: [SimulatedPort] { model.ports }

    public init(_ model: VerilatorModel, seed: UInt64) {
        self.model = model
        values = .allocate(capacity: model.wordCount)
        values.initialize(repeating: 0)
        instance = model.create(values.baseAddress, Self.verilatorSeed(seed))
    }

    deinit {
        model.destroy(instance)
        values.deallocate()
    }

    public func settle() {
        model.settle(instance, reset)
    }

    public func clockEdge() {
        model.edge(instance)
        cycle += 1
    }

    public func run(_ count: Int) {
        model.run(instance, reset, UInt64(count))
        cycle += count
    }

    /// Verilator takes 31 bits, of which 0 means the time of day, and its generator starts badly from small numbers.
    private static func verilatorSeed(_ seed: UInt64) -> Int32 {
        var mixed = (seed ^ seed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int32((mixed ^ mixed >> 31) % 0x7fff_ffff) + 1
    }
}
