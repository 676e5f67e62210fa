import Accelerator
import Configuration
import PerformanceModel
import SeededRandom
import Simulation
import UnitScenarios
import Verification

/// Gathered reads of scattered survivors in the native engine, beside their bound. Every element is checked.
package struct GatherMeasurement: Sendable {
    /// From the first sector that arrives to the last vector.
    package let cycles: Int
    package let requests: Int
    package let bound: GatherBound

    /// Widths of a plane's elements in any format.
    package static let widths = Set(MemoryPort.Tag.allCases.flatMap(\.widths)).subtracting([0]).sorted()
    /// Of a memory behind each channel, which answers with a beat a cycle.
    package static let memoryLatency = 100

    /// - Parameters:
    ///   - bits: of an element, one of `widths`.
    ///   - keep: the probability that a token survives, and is in the row's kept list, anew in each row.
    ///   - context: tokens among which there are survivors.
    ///   - rows: of attention, back to back.
    /// - Throws: `StreamFailure` if a vector is wrong or missing.
    package init(
        _ configuration: SpAttenConfiguration, bits: Int, keep: Double, context: Int, rows count: Int, _ random: SeededGenerator,
        engine: @escaping StreamCheck.Engine = { NativeSimulator($0, seed: $1) }
    ) throws {
        var random = random
        let rows = (0..<count).map { index in
            GatheredRow(
                address: index * configuration.lane.portBytes, bits: bits,
                list: (0..<context).filter { _ in random.unit() < keep })
        }
        var bound = GatherBound(configuration: configuration)
        for row in rows {
            bound.addRow(tokens: row.tokens, positions: Array(row.tokens.indices), address: row.address, bits: bits)
        }
        let tag = MemoryPort.Tag.keyMSB.widths.contains(bits) ? MemoryPort.Tag.keyMSB : .keyLSB
        let unit = try UnitScenario.gatherReader(configuration, tag, rows, memory: .fixed(latency: Self.memoryLatency))
        var check = StreamCheck(unit.design, unit.streams)
        check.engine = engine
        let run = try check.run()
        let channels = 0..<configuration.channels
        let first = channels.compactMap { run["beats_\($0)"].cycles.first }.min() ?? 0
        cycles = (run["vectors"].cycles.last ?? first) - first + 1
        requests = channels.reduce(0) { $0 + run.traffic(of: "requests_\($1)").requests }
        self.bound = bound
    }
}
