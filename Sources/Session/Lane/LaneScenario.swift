import FixedPoint
import RTL
import Verification

extension CheckedProgram {
    /// The program as a scenario of a lane: what `LaneTestBench` does, with every output checked as it comes.
    ///
    /// Slower than `LaneTestBench`, but a failure is explained by `StreamCheck`, and stalls can be fuzzed.
    ///
    /// - Parameters:
    ///   - design: A lane for the program's head size.
    ///   - memory: How the lane's memory behaves.
    ///   - faults: What goes wrong with its beats.
    /// - Throws: `StreamPortError` if the design is no lane, `MemoryConfigurationError` for a memory that cannot be.
    public func scenario(
        of design: Design, memory: MemoryTiming, faults: [MemoryFault] = []
    ) throws -> StreamScenario {
        var scenario = StreamScenario(design)
        try scenario.send(program.jobs, to: "job") { job, beat in
            for field in LaneJob.fields { try beat.set(field.name, field.value(job)) }
        }
        try scenario.send(program.jobs, to: "query") { try $1.set("", $0.query, width: NumericFormats.queryBits) }
        let outputs = expected.flatMap { row in row.enumerated().map { (element: $1, isLast: $0 == row.count - 1) } }
        try scenario.expect(outputs, from: "output") { output, beat in
            try beat.set("element", Int(output.element))
            try beat.set("last", output.isLast)
        }
        try scenario.serve(program.memory, request: "request", response: "response", timing: memory, faults: faults)
        return scenario
    }
}
