import Cosimulation
import Session

/// The lane in Verilator under the Swift bench, against the same model under a main in C++ that does the same.
struct CosimulationOverhead: Benchmark {
    let names = ["cosimulation-vs-bare-cpp"]

    func run(_ report: Report) throws {
        let stimulus = try LaneStimulus()
        let model = try LaneModel(stimulus.lane, engine: .verilator)
        let bare = try BareHarness.build(stimulus, optimization: "-O1")
        let (own, peer) = try stimulus.compare(rounds: 9, { try stimulus.run(model) }, { try stimulus.run(bare) })
        report.add(Figure(names[0], own, .cyclesPerSecond, peer: "main in C++", peerValue: peer))
    }
}

/// `Peers/lane_harness.cpp` around the lane's Verilog.
enum BareHarness {
    /// The program, built if it is not there, with what it reads as arguments.
    ///
    /// - Parameter optimization: of g++. Verilator's flags are those that the models of `Cosimulation` are built with,
    ///   and with `-O1` so are those of g++.
    static func build(_ stimulus: LaneStimulus, optimization: String) throws -> ToolProcess {
        let (directory, verilog) = try stimulus.write()
        let build = "\(Places.work)/harness\(optimization)"
        let top = String(verilog[verilog.count - 1].split(separator: "/").last!.dropLast(2))
        try ToolProcess(VerilatorToolchain.standard().verilator, VerilatorBuild.verilatorFlags + [
            "--exe", "--build", "--build-jobs", "2", "--prefix", "Vlane", "--top-module", top, "--Mdir", build, "-o", "lane_harness",
            "-CFLAGS", "-std=gnu++17 -DVL_TIME_CONTEXT -w",
            "-MAKEFLAGS", "OPT_FAST=\(optimization) OPT_SLOW=\(optimization) OPT_GLOBAL=\(optimization)",
        ] + verilog + [Places.absolute("\(Places.peers)/lane_harness.cpp")]).require(timeout: .seconds(600))
        return ToolProcess(Places.absolute("\(build)/lane_harness"), [directory, "\(LaneStimulus.memoryLatency)"])
    }
}
