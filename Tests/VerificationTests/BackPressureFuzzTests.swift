import Accelerator
import Blocks
import Configuration
import RTL
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

@Suite struct BackPressureFuzzTests {
    /// Two streams into one sum: both must be there.
    private struct Join: Module {
        struct Ports {
            let left, right: Stream<Unsigned>
            let sum: Stream<Unsigned>
        }

        func ports(_ io: Interface) -> Ports {
            Ports(left: io.sink(.unsigned(8)), right: io.sink(.unsigned(8)), sum: io.source(.unsigned(8)))
        }

        func body(_ c: Circuit, _ io: Ports) {
            let skid = OutputSkid(c, "skid", to: io.sum)
            let both = io.left.valid & io.right.valid
            skid.send(io.left.payload &+ io.right.payload, when: both)
            c.drive(io.left.ready, skid.ready & io.right.valid)
            c.drive(io.right.ready, skid.ready & io.left.valid)
        }
    }

    @Test func modulesOfAllKindsDoNotMindBackPressure() throws {
        for (name, design) in [
            ("skid", try Design(SkidBuffer(bits: 70))), ("fifo", try Design(Fifo(bits: 8, depth: 4))), ("join", try Design(Join())),
        ] {
            let fuzz = try BackPressureFuzz(design, seed: TestSeed.derived("fuzz \(name)"))
            let failure = try fuzz.run(trials: 100)
            #expect(failure == nil, "\(failure!)\n\(TestSeed.rerun)")
        }
        var arbiter = try BackPressureFuzz(Design(RoundRobinArbiter(inputs: 3, bits: 8)), seed: TestSeed.derived("fuzz arbiter"))
        arbiter.unordered = ["granted"]
        #expect(try arbiter.run(trials: 100) == nil)
    }

    /// Every unit of the lane on the inputs of its tests.
    @Test(arguments: UnitScenario.names) func unitsDoNotMindBackPressure(_ name: String) throws {
        let unit = try UnitScenario.named(name, LaneConfiguration(headSize: 32, multipliers: 32), TestSeed.generator(name))
        var fuzz = try BackPressureFuzz(unit.design, inputs: unit.streams, seed: TestSeed.derived("fuzz \(name)"))
        fuzz.patience = 1_000
        let failure = try fuzz.run(trials: 8)
        #expect(failure == nil, "\(failure!)\n\(TestSeed.rerun)")
    }

    /// A buffer that takes a beat although it is full loses one: two stalled cycles and two beats or so must show it.
    @Test func aLostBeatIsShrunkToAFew() throws {
        for design in [try Design(SkidBuffer(bits: 8)), try Design(Fifo(bits: 8, depth: 4))] {
            var found = 0
            let mutants = design.mutants().filter { $0.change.kind == "stuck" || $0.change.kind == "operator" }
            for mutant in mutants {
                guard let mutated = try? design.mutated(by: [mutant]) else { continue }
                var fuzz = try BackPressureFuzz(mutated, inputs: .bytes(mutated), seed: TestSeed.derived("\(mutant)"))
                fuzz.longest = 2_000
                fuzz.engine = { design, seed in
                    let simulator = NativeSimulator(design, seed: seed)
                    try simulator.handle("mutant").value = 1
                    return simulator
                }
                // What breaks its promises even without a stall needs no fuzzing to be found.
                guard let failure = try? fuzz.run(trials: 60) else { continue }
                found += 1
                let beats = failure.beats.reduce(0) { $0 + $1.count }
                #expect(beats <= 8 && failure.stalledCycles <= 8, "\(mutant)\n\(failure)")
                #expect(failure.failure.origins.allSatisfy { $0.location.file.hasSuffix(".swift") })
                if found == 1 { print(failure) }
            }
            #expect(found > 0, "\(design.top.name): none of \(mutants.count) faults shows under back pressure")
        }
    }
}

extension StreamScenario {
    /// 64 different bytes into `input`; `mutant` is left to the engine.
    fileprivate static func bytes(_ design: Design) throws -> StreamScenario {
        var scenario = StreamScenario(design)
        try scenario.send(1...64, to: "input") { try $1.set("", $0) }
        try scenario.collect(from: "output")
        return scenario
    }
}
