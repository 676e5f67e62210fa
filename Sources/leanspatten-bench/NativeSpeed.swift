import Accelerator
import Configuration
import RTL
import Session
import Simulation

/// The lane in the native engine, against Verilator at -O3: in process, and under a main in C++ built by g++ at -O3.
struct NativeSpeed: Benchmark {
    let names = ["native-vs-verilator", "native-vs-verilator-gxx-o3"]

    func run(_ report: Report) throws {
        let stimulus = try LaneStimulus()
        let native = try LaneModel(stimulus.lane, engine: .native)
        if report.wants(names[0]) {
            let verilator = try LaneModel(stimulus.lane, engine: .verilator)
            let (own, peer) = try stimulus.compare(rounds: 5, { try stimulus.run(native) }, { try stimulus.run(verilator) })
            report.add(Figure(names[0], own, .cyclesPerSecond, peer: "Verilator -O3 in process", peerValue: peer))
        }
        if report.wants(names[1]) {
            let bare = try BareHarness.build(stimulus, optimization: "-O3")
            let (own, peer) = try stimulus.compare(rounds: 5, { try stimulus.run(native) }, { try stimulus.run(bare) })
            report.add(Figure(names[1], own, .cyclesPerSecond, peer: "Verilator -O3, g++ -O3, main in C++", peerValue: peer))
        }
    }
}

/// From an elaborated lane to the outputs of its first cycle in the native engine.
struct NativeFirstCycle: Benchmark {
    let names = ["native-first-cycle"]

    func run(_ report: Report) throws {
        let design = try Design(Lane(lane: try Preset.named("lane-d64").configuration.lane))
        let times = (0..<9).map { seed in seconds { NativeSimulator(design, seed: UInt64(seed)).settle() } }
        report.add(Figure(names[0], median(times), .seconds))
    }
}
