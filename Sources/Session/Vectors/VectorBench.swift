import Configuration
import Cosimulation
import FixedPoint
import RTL

/// A self-checking Verilog bench for a lane, with its vectors: what runs without Swift in any Verilog simulator.
///
/// Files: `<name>_bench.v`, and beside it `jobs.hex`, `queries.hex`, `memory.hex` and `expected.hex`, which it reads
/// from its working directory. The bench's head says how it is run.
public struct VectorBench: Sendable {
    /// The bench's module.
    public let moduleName: String
    /// The bench first, then its vectors; a function of the arguments of `init` alone.
    public let files: [VerilogSource]

    /// - Parameters:
    ///   - name: `lane_d64`, a Verilog identifier.
    ///   - design: the elaborated lane.
    ///   - program: at least one row.
    ///   - expected: a row of `headSize` elements a job; empty if the bench will only observe.
    public init(
        name: String, design: Design, lane: LaneConfiguration, program: LaneProgram, expected: [[Int16]]
    ) {
        precondition(!program.jobs.isEmpty, "a bench has a row at least")
        precondition(expected.isEmpty || expected.count == program.jobs.count, "one expected row a job")
        moduleName = "\(name)_bench"
        let ports = LanePorts(design.top, lane: lane)
        let vectors = LaneVectorFiles(ports: ports, lane: lane, program: program, expected: expected)
        let text = LaneBenchText(
            moduleName: moduleName, ports: ports, rows: program.jobs.count, headSize: lane.headSize,
            memoryBeats: vectors.memoryBeats)
        files = [VerilogSource(name: "\(moduleName).v", text: text.verilog)] + vectors.files
    }
}

/// The widths of a lane's ports, and how a job's fields lie in a word of `jobs.hex`.
struct LanePorts {
    struct JobField {
        let name: String
        let width: Int
        let value: @Sendable (LaneJob) -> Int
        /// Hexadecimal digits the field takes in the word.
        var digits: Int { (width + 3) / 4 }
        /// Of its lowest bit.
        var position = 0
    }

    let topName: String
    let jobFields: [JobField]
    let jobBits: Int
    let queryBits, addressBits, burstBits, tagBits, dataBits, elementBits: Int

    init(_ top: ModuleGraph, lane: LaneConfiguration) {
        func width(_ port: String) -> Int {
            guard let port = top.ports.first(where: { $0.name == port }) else {
                preconditionFailure("\(top.name) has no port \(port)")
            }
            return port.width
        }
        topName = top.name
        var fields = LaneJob.fields.map { name, value in
            JobField(name: name, width: width("job_payload_\(name)"), value: value)
        }
        var position = 0
        for index in fields.indices.reversed() {
            fields[index].position = position
            position += 4 * fields[index].digits
        }
        jobFields = fields
        jobBits = position
        queryBits = width("query_payload")
        addressBits = width("request_payload_address")
        burstBits = width("request_payload_beats")
        tagBits = width("request_payload_tag")
        dataBits = width("response_payload_data")
        elementBits = width("output_payload_element")
    }
}
