import Accelerator
import Configuration
import Cosimulation
import FixedPoint
import Foundation
import RTL
import Session
import Simulation

/// What every simulator of the lane is measured on: lane-d64, 32 rows of dense decode that share 1,024 keys.
struct LaneStimulus {
    let lane: LaneConfiguration
    let checked: CheckedProgram

    init() throws {
        lane = try Preset.named("lane-d64").configuration.lane
        let settings = RowSettings(tileKeys: 256, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        (checked, _) = try DenseDecode.program(lane: lane, settings: settings, rows: 32, keys: 1024)
    }

    /// Cycles of the memory between a request and its first beat.
    static let memoryLatency = 100

    /// A finished run, whoever simulated.
    struct Run: Equatable {
        /// From the first request to the last output.
        let cycles: Int
        /// With the reset and what comes before the first request.
        let allCycles: Int
        /// Of processor time, without builds and start.
        let seconds: Double

        var cyclesPerSecond: Double { Double(allCycles) / seconds }
    }

    /// In this process.
    func run(_ model: LaneModel) throws -> Run {
        let simulator = try model.simulator(seed: 1)
        let bench = try LaneTestBench(
            simulator, headSize: lane.headSize, program: checked.program, memoryLatency: Self.memoryLatency)
        var result: LaneTestBench.Result?
        let time = try processorSeconds {
            let finished = try bench.run()
            try requireCorrect(finished, checked)
            result = finished
        }
        return Run(cycles: result!.cycles, allCycles: simulator.cycle, seconds: time)
    }

    /// By a peer, which prints its cycles, all its cycles and its seconds.
    func run(_ peer: ToolProcess) throws -> Run {
        let output = try peer.require(timeout: .seconds(600)).output
        let numbers = output.split(whereSeparator: \.isWhitespace).suffix(3).compactMap { Double($0) }
        guard numbers.count == 3 else { throw BenchError("\(peer.commandLine) printed \(output)") }
        return Run(cycles: Int(numbers[0]), allCycles: Int(numbers[1]), seconds: numbers[2])
    }

    /// Cycles a second of two simulators in turn, which must agree on every count.
    func compare(
        rounds: Int, _ own: () throws -> Run, _ peer: () throws -> Run
    ) throws -> (own: Double, peer: Double) {
        var counts: [[Int]] = []
        func rate(_ run: Run) -> Double {
            counts.append([run.cycles, run.allCycles])
            return run.cyclesPerSecond
        }
        let pair = try paired(rounds: rounds, { rate(try own()) }, { rate(try peer()) })
        if let other = counts.first(where: { $0 != counts[0] }) {
            throw BenchError("the peers do not simulate the same cycles: \(counts[0]) and \(other)")
        }
        return pair
    }

    /// Writes the lane's Verilog with its file list, and the vectors, for those who run outside this process.
    /// - Returns: the directory, and the Verilog files in it.
    func write() throws -> (directory: String, verilog: [String]) {
        let directory = Places.work + "/lane-d64"
        let design = try Design(Lane(lane: lane))
        let vectors = VectorBench(
            name: "lane", design: design, lane: lane, program: checked.program, expected: checked.expected)
        let generation = try Generation(lane)
        for file in vectors.files where file.name.hasSuffix(".hex") { try Places.write(file.text, to: "\(directory)/\(file.name)") }
        for file in generation.files { try Places.write(file.text, to: "\(directory)/\(file.name)") }
        try Places.write(generation.fileList, to: "\(directory)/\(Generation.fileListName)")
        return (directory, generation.files.map { "\(directory)/\($0.name)" })
    }
}
