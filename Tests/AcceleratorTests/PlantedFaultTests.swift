import Accelerator
import Configuration
import FixedPoint
import Foundation
import RTL
import Session
import Simulation
import Testing

/// One fault of each kind that hardware like this suffers, planted in lane-d64 and found by the check of the lane.
@Suite struct PlantedFaultTests {
    /// A fault and where it is planted.
    struct Fault: Sendable {
        let name: String
        /// The unit's Swift name.
        let unit: String
        /// The signal, or the nearest named one behind the place.
        let signal: String
        let change: Mutant.Change
        /// The operation that must be at the place; nil: any.
        var operation: RTL.Operation?
        /// Replaces `change` where a mutant of its kind needs other particulars.
        var planted: Mutant.Change?
    }

    static let faults: [Fault] = [
        Fault(name: "sign", unit: "QueryKeyUnit", signal: "product_0", change: .signDropped, operation: .multiply),
        Fault(name: "rounding", unit: "ScoreScaler", signal: "rounded_0", change: .constant(Constant(words: [0]))),
        Fault(name: "tie", unit: "ExponentialUnit", signal: "drop", change: .constant(tieConstant(1)),
              planted: .constant(tieConstant(-1))),
        Fault(name: "stall ignored", unit: "Normalizer", signal: "dividend", change: .enableStuck(true)),
        Fault(name: "count off by one", unit: "KeyAssembler", signal: "row_last", change: .orEqual),
        Fault(name: "planes swapped", unit: "KeyAssembler", signal: "skid_input_payload", change: .operandsSwapped,
              operation: .concatenate),
        Fault(name: "reset", unit: "KeyAssembler", signal: "keys_done", change: .reset(nil)),
        Fault(name: "tile boundary", unit: "KeyAssembler", signal: "tile_mask", change: .constant(Constant(words: [126]))),
        Fault(name: "state not cleared between rows", unit: "StateAccumulator", signal: "running_occupied",
              change: .stuck(true), operation: .not),
        Fault(name: "merge that never drops a class", unit: "MergeUnit", signal: "left_trails", change: .stuck(true),
              operation: .equal),
        Fault(name: "latency off by one", unit: "QueryKeyUnit", signal: "product_0", change: .bypassed),
        Fault(name: "stuck enable", unit: "QueryKeyUnit", signal: "held_query", change: .enableStuck(false)),
    ]

    /// Half a unit of the interpolation's last bit, and `change` more.
    private static func tieConstant(_ change: Int) -> Constant {
        let remainderBits = NumericFormats.scaledScoreFractionBits - NumericFormats.exponentialSegmentBits
        return Constant(words: [UInt64((1 << (remainderBits - 1)) + change)])
    }

    /// The lane with all faults in it, asleep.
    private func mutatedLane() throws -> (design: Design, mutants: [Mutant]) {
        let design = try Design(Accelerator.Lane(lane: LaneCheck.lane))
        let candidates = design.mutants()
        let mutants = try Self.faults.map { fault in
            let found = try #require(candidates.first { matches($0, fault, design) }, "no place for the fault \(fault.name)")
            return Mutant(module: found.module, site: found.site, change: fault.planted ?? found.change,
                          signal: found.signal, location: found.location)
        }
        return (try design.mutated(by: mutants), mutants)
    }

    @Test func everyPlantedFaultIsFound() throws {
        let (mutated, mutants) = try mutatedLane()
        let check = try LaneCheck()
        let healthy = try check.run(mutated, mutant: 0)
        #expect(healthy.verdict == nil)
        print("planted fault -> how the lane's check finds it (healthy: \(healthy.cycles) cycles)")
        for (index, (fault, mutant)) in zip(Self.faults, mutants).enumerated() {
            let verdict = try check.run(mutated, mutant: index + 1).verdict
            print("  \(fault.name): \(mutant) -> \(verdict.map { "\($0)" } ?? "NOT FOUND")")
            #expect(verdict != nil, "\(fault.name): \(mutant)")
        }
    }

    /// The unit's instance in the lane, by the unit's name.
    private static let instances = [
        "QueryKeyUnit": "query_key", "ScoreScaler": "score_scaler", "ExponentialUnit": "softmax", "Normalizer": "normalizer",
        "KeyAssembler": "key_assembler", "StateAccumulator": "state_accumulator", "MergeUnit": "state_accumulator",
    ]

    /// The first stream that differs from the golden model is that of the faulty unit.
    @Test func theFaultyUnitIsNamed() throws {
        let (mutated, mutants) = try mutatedLane()
        let check = try LaneCheck()
        let waves = FileManager.default.temporaryDirectory.appending(path: "leanspatten-\(UUID())")
        defer { try? FileManager.default.removeItem(at: waves) }
        func diagnosis(_ number: Int) throws -> LaneDiagnosis? {
            for stimulus in LaneCheck.stimuli {
                let found = try LaneDiagnosis.find(
                    mutated, lane: LaneCheck.lane, program: check.checked.program, seed: stimulus.seed,
                    memory: .fixed(latency: stimulus.latency), stallSeed: stimulus.stallSeed, waveDirectory: waves.path
                ) { try $0.handle("mutant").value = number }
                if let found { return found }
            }
            return nil
        }
        #expect(try diagnosis(0) == nil)
        for (index, (fault, mutant)) in zip(Self.faults, mutants).enumerated() {
            let found = try diagnosis(index + 1)
            let stream = try #require(found?.divergence.stream, "\(mutant) is not found")
            #expect(stream.hasPrefix(Self.instances[fault.unit]! + "."), "\(mutant) is blamed on \(stream)")
            #expect(found?.origins.isEmpty == false)
            let dump = try String(contentsOfFile: try #require(found?.waveFile), encoding: .utf8)
            #expect(dump.contains("$scope module \(stream.prefix { $0 != "." }) $end"))
            if index == 0 { print(found!) }
        }
    }

    private func matches(_ mutant: Mutant, _ fault: Fault, _ design: Design) -> Bool {
        guard mutant.module.hasPrefix(fault.unit + "_") || mutant.module == fault.unit, mutant.change == fault.change,
              mutant.signal.split(separator: ".").last.map(String.init) == fault.signal else { return false }
        guard let operation = fault.operation, case .node(let node) = mutant.site else { return fault.operation == nil }
        return design.modules.first { $0.name == mutant.module }!.graph[node].operation == operation
    }
}

@Suite struct EngineDifferenceTests {
    /// An engine whose lane is faulty is told from the native one in the first cycle in which an output differs.
    @Test func anotherEngineIsComparedInLockstep() throws {
        let design = try Design(Accelerator.Lane(lane: LaneCheck.lane))
        let mutant = try #require(design.mutants().first { $0.module == "ScoreScaler_d64_m64" && $0.kind == "operands swapped" })
        let faulty = try design.mutated(by: [mutant])
        let program = try LaneCheck().checked.program.prefix(2)
        /// The mutated lane with its `mutant` input out of sight.
        final class Faulty: Simulator {
            let inner: NativeSimulator
            let values: UnsafeMutableBufferPointer<UInt64>

            init(_ inner: NativeSimulator) throws {
                self.inner = inner
                values = UnsafeMutableBufferPointer(rebasing: inner.values.dropLast())
            }

            var ports: [SimulatedPort] { inner.ports.dropLast() }
            var clocks: [SimulatedClock] { inner.clocks }
            var resets: ClockSet { get { inner.resets } set { inner.resets = newValue } }
            var cycle: Int { inner.cycle }
            var lastEdge: ClockSet { inner.lastEdge }
            func settle() {
                try! inner.handle("mutant").value = 1
                inner.settle()
            }
            func clockEdge(of clocks: ClockSet) { inner.clockEdge(of: clocks) }
        }
        func difference(_ other: any Simulator) throws -> String {
            try SimulationRun.lockstep(
                NativeSimulator(design, seed: 1), against: other, lane: LaneCheck.lane, program: program,
                memory: .fixed(latency: 20), stallSeed: nil)
        }
        #expect(try difference(NativeSimulator(design, seed: 1)).hasSuffix("the fault does not show again"))
        let found = try difference(try Faulty(NativeSimulator(faulty, seed: 1)))
        #expect(found.contains("`the engine: output_payload_element`: expected "), "\(found)")
    }
}
