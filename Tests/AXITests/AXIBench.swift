import Blocks
import RTL
import SeededRandom
import Simulation
import Verification

/// Drives and watches one unit; several may run side by side in one simulator.
protocol AXIBench: AnyObject {
    /// Before the logic settles.
    func drive(_ cycle: Int)
    /// After it has settled.
    func observe(_ cycle: Int) throws
    /// After an edge in reset.
    func observeReset()
    var isDone: Bool { get }
    /// How far it has come.
    var progress: String { get }
}

/// What a bench sees amiss.
struct AXIBenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Resets, amid noise on all inputs, and runs until all benches are done and have rested a while. Returns the cycles.
@discardableResult
func run(_ simulator: any Simulator, _ benches: [any AXIBench], limit: Int = 400_000, noiseSeed: UInt64 = 1) throws -> Int {
    var noise = SeededGenerator(seed: noiseSeed)
    for port in simulator.ports where port.isInput && port.name != "mutant" {
        // What AXI asks of the other end too.
        let isQuiet = port.name.contains("_axi") && port.name.hasSuffix("valid")
        PortHandle(port, of: simulator).words = (0..<port.wordCount).map { _ in isQuiet ? 0 : noise.next() }
    }
    simulator.applyReset(cycles: 1)
    simulator.reset = true
    simulator.settle()
    for bench in benches { bench.observeReset() }
    simulator.clockEdge()
    simulator.reset = false
    var rest = 30
    for cycle in 0..<limit {
        for bench in benches { bench.drive(cycle) }
        simulator.settle()
        for bench in benches { try bench.observe(cycle) }
        rest = benches.allSatisfy(\.isDone) ? rest - 1 : 30
        if rest == 0 { return cycle }
        simulator.clockEdge()
    }
    throw AXIBenchError("not done after \(limit) cycles: " + benches.map(\.progress).joined(separator: "; "))
}

/// The streams of a unit whose ports have a prefix.
struct Pins {
    let simulator: any Simulator
    let prefix: String

    func callAsFunction(_ name: String) throws -> PortHandle { try simulator.handle(full(name)) }

    func full(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix)_\(name)" }

    /// Nil unless there is such a port.
    func ifThere(_ name: String) -> PortHandle? { try? simulator.handle(full(name)) }
}

extension SeededGenerator {
    mutating func chance(_ probability: Double) -> Bool { probability > 0 && unit() < probability }

    mutating func words(_ count: Int) -> [UInt64] { (0..<count).map { _ in next() } }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// Often short, sometimes as long as can be.
    mutating func length(upTo most: Int) -> Int {
        switch below(20) {
        case 0: most
        case 1: number(1...most)
        case 2..<6: number(1...min(most, 40))
        default: number(1...min(most, 4))
        }
    }
}

extension AXIMemoryBehavior {
    /// Everything that a slave may do.
    static func random(_ generator: inout SeededGenerator, faultsPerThousand: Int = 0) -> AXIMemoryBehavior {
        AXIMemoryBehavior(
            seed: generator.next(), stalls: [0, 0.2, 0.6][generator.below(3)],
            latency: [1...1, 3...12, 1...90][generator.below(3)], reorders: generator.below(4) > 0,
            interleaves: generator.below(2) == 0, writeOrder: WriteOrder.allCases[generator.below(3)],
            faultsPerThousand: faultsPerThousand)
    }
}

extension AXIProtocolChecker {
    /// Both watch the same cycle.
    func observe(_ memory: AXIMemory, _ cycle: Int) throws {
        observe(cycle: cycle)
        try check()
        for channel in [pins.read?.address, pins.write?.address].compactMap({ $0 }) where channel.valid.isSet {
            let attributes = [channel.size, channel.burst, channel.lock, channel.cache, channel.protection, channel.quality]
                .map { $0?.value }
            guard attributes == [pins.bytes.trailingZeroBitCount, 1, 0, 3, 0, 0] else {
                throw AXIBenchError("cycle \(cycle): attributes \(attributes)")
            }
        }
        memory.observe(cycle: cycle)
    }
}

/// `bytes` consecutive bytes of memory from byte `address` on as the words of a beat; zeros outside.
func beatWords(_ memory: [UInt8], base: Int, at address: Int, bytes: Int) -> [UInt64] {
    (0..<bytes / 8).map { word in
        (0..<8).reduce(0) { sum, byte in
            let index = address - base + 8 * word + byte
            return sum | (memory.indices.contains(index) ? UInt64(memory[index]) << UInt64(8 * byte) : 0)
        }
    }
}

/// The bursts that beats from `address` on must make: cut where addresses are multiples of the longest burst.
func cut(address: Int, beats: Int, axi: AXIParameters) -> [(address: Int, beats: Int)] {
    var bursts: [(address: Int, beats: Int)] = []
    for beat in 0..<beats {
        let place = address + beat * axi.bytes
        if beat == 0 || place % (axi.burstBeats * axi.bytes) == 0 { bursts.append((place, 0)) }
        bursts[bursts.count - 1].beats += 1
    }
    return bursts
}
