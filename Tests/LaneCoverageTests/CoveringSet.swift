import Accelerator
import Blocks
import Configuration
import Cosimulation
import FixedPoint
import Foundation
import RTL
import SeededRandom
import Session
import Simulation
import TestSupport
import UnitScenarios
import Verification
import Verilog
import Workloads

/// What the coverage of the lane's Verilog is counted over: every unit alone in its scenarios, and rows of the whole lane.
///
/// All of it runs in Verilator, and what comes out is compared with the golden model. Counting every bit of every signal
/// of a lane in one model takes minutes to build; so each model counts its own top and what has no model of its own.
struct CoveringSet {
    static let lane = LaneConfiguration(headSize: 64, multipliers: 64)

    /// The Verilog of the lane, children before those that use them.
    let files: [VerilogFile]
    private let units: [Unit]
    private let rows: CheckedProgram

    /// A unit that is run alone; all its scenarios have the same design.
    private struct Unit: Sendable {
        let scenarios: @Sendable () throws -> [UnitScenario]

        init(_ scenarios: @escaping @Sendable () throws -> [UnitScenario]) { self.scenarios = scenarios }
    }

    init() throws {
        let design = try Design(Accelerator.Lane(lane: Self.lane))
        files = VerilogEmitter().emit(design)
        units = Self.units() + Self.buffers(of: design)
        rows = try Self.rows()
    }

    private static func units() -> [Unit] {
        func unit(_ name: String, _ make: @escaping @Sendable (SeededGenerator) throws -> UnitScenario) -> Unit {
            let random = TestSeed.generator(name)
            return Unit { [try make(random)] }
        }
        let named = ["RoundRobinArbiter", "JobDispatcher", "PlaneFetcher", "KeyAssembler", "QueryKeyUnit", "ScoreScaler",
                     "ProbabilityValueUnit", "MergeUnit", "StateAccumulator", "Normalizer"]
        let scores = TestSeed.generator("SoftmaxUnit")
        return named.map { name in unit(name) { try .named(name, lane, $0) } }
            + MemoryPort.Tag.allCases.map { tag in unit("BitwidthConverter \(tag)") { try .bitwidthConverter(lane, tag, $0) } }
            + MemoryPort.Tag.allCases.map { tag in unit("PlaneReader \(tag)") { try .planeReader(lane, tag, $0) } }
            + [Unit { [try .softmaxUnit(lane, scores), try .softmaxUnitSegments(lane, scores)] }]
    }

    /// The queues and skid buffers of the lane, by the parameters in their names.
    private static func buffers(of design: Design) -> [Unit] {
        design.modules.map(\.name).compactMap { name in
            if let fifo = name.wholeMatch(of: /Fifo_w(\d+)_d(\d+)/) {
                let bits = Int(fifo.1)!, depth = Int(fifo.2)!, random = TestSeed.generator(name)
                return Unit { [try .buffer(Fifo(bits: bits, depth: depth), bits: bits, random)] }
            }
            if let skid = name.wholeMatch(of: /SkidBuffer_w(\d+)/) {
                let bits = Int(skid.1)!, random = TestSeed.generator(name)
                return Unit { [try .buffer(SkidBuffer(bits: bits), bits: bits, random)] }
            }
            return nil
        }
    }

    /// The committed rows, and one of each key and value format.
    private static func rows() throws -> CheckedProgram {
        var rows = try CheckedProgram.committed(lane: lane, workload: AttentionWorkload(path: PackageFiles.decodeAttention))
        var generator = TestSeed.generator("rows")
        let settings = KeyFormat.supported.enumerated().map { index, format in
            RowSettings(tileKeys: 128, keyFormat: format, valueFormat: ValueFormat.supported[index % ValueFormat.supported.count])
        }
        try rows.appendRandomRows(settings: settings, maximumKeys: 300, generator: &generator)
        return rows
    }

    /// Runs everything on all cores; `directory` holds Verilator's files.
    ///
    /// - Returns: what all of it covers, and what the rows of the lane cover of its lines and branches.
    func run(in directory: String) throws -> (all: Coverage, rowsAlone: Coverage) {
        let lane = files[files.count - 1].moduleName
        let timings = [StreamTiming.steady] + (0..<2).map { .random(seed: TestSeed.derived("timing \($0)")) }
        let tops = try concurrentMap(count: units.count) { try units[$0].scenarios()[0].design.top.name }
        let parts = try concurrentMap(count: units.count + 2) { index -> Coverage in
            // The lane, which takes longest, comes first.
            switch index {
            case 0: try runRows([.line, .toggle], uncounted: files.map(\.moduleName).filter { $0 != lane }, "\(directory)/lane")
            case 1: try runRows([.line], uncounted: [], "\(directory)/rows")
            default: try run(units[index - 2], timings, uncounted: tops, "\(directory)/\(tops[index - 2])")
            }
        }
        return (parts.reduce(into: Coverage()) { $0.add($1) }, parts[1])
    }

    /// - Parameter uncounted: modules whose points other models count.
    private func run(_ unit: Unit, _ timings: [StreamTiming], uncounted: [String], _ path: String) throws -> Coverage {
        let scenarios = try unit.scenarios()
        let design = scenarios[0].design
        let model = try VerilatorModel.build(design, options: VerilatorOptions(
            coverage: [.line, .toggle],
            uncounted: design.modules.map(\.name).filter { $0 != design.top.name && uncounted.contains($0) }, jobs: 1))
        var coverage = Coverage()
        for scenario in scenarios {
            for timing in timings {
                let simulator = VerilatorSimulator(model, seed: timing.seed)
                _ = try StreamTestBench(simulator, scenario.streams, timing: timing).run()
                try simulator.writeCoverage(path)
                try coverage.add(path)
            }
        }
        return coverage
    }

    /// Runs the rows without a stall and with many.
    private func runRows(
        _ kinds: Set<VerilatorOptions.Coverage>, uncounted: [String], _ path: String
    ) throws -> Coverage {
        let model = try VerilatorModel.build(
            Design(Accelerator.Lane(lane: Self.lane)), options: VerilatorOptions(coverage: kinds, uncounted: uncounted, jobs: 1))
        var coverage = Coverage()
        for (seed, stallSeed, latency) in [(1, nil, 20), (2, 5, 3)] as [(UInt64, UInt64?, Int)] {
            let simulator = VerilatorSimulator(model, seed: seed)
            let bench = try LaneTestBench(
                simulator, headSize: Self.lane.headSize, program: rows.program, memoryLatency: latency, stallSeed: stallSeed)
            if let mismatch = rows.mismatches(try bench.run().outputs).first { throw WrongOutput(row: mismatch.row, element: mismatch.element) }
            try simulator.writeCoverage(path)
            try coverage.add(path)
        }
        return coverage
    }

    /// The lane is not what the golden model is: its coverage says nothing.
    struct WrongOutput: Error {
        let row, element: Int
    }
}
