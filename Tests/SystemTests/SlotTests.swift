import Configuration
import Driver
import FixedPoint
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// Two sequences on chip, whose layers take turns.
@Suite struct SlotTests {
    /// Iterations of two sequences, a slot each: four layers of three heads, of which each but the first keeps fewer tokens, or as many.
    private func iterations(_ system: TestSystem, tokens: Int = 150) throws -> (program: SystemProgram, jobs: [[SystemProgram.Job]]) {
        var random = TestSeed.generator("iterations"), program = try SystemProgram(system.configuration, region: TestSystem.region, seed: 1)
        let headSize = system.configuration.lane.lane.headSize, heads = 3, layers = 4
        func codes(_ bits: Int) -> [Int16] { random.uniformCodes(tokens * headSize, bits: bits) }
        let jobs = try [-9_000, 0].enumerated().map { slot, step in
            var sequence = try CascadeProgram.Sequence(
                layers: layers, heads: heads, tokenRatios: .init(unpruned: 1, start: 50_000, step: step),
                headRatios: .init(unpruned: layers, start: 1 << 16, step: 0), settings: CascadeSettings())
            var layer = try program.placeLayer(heads: heads, keyFormat: KeyFormat("8+0"), valueFormat: ValueFormat(bits: 8), capacity: tokens)
            try program.append((0..<heads).map { _ in (codes(8), codes(8)) }, to: &layer, byHost: false)
            let works = try (0..<layers).map { _ in
                SystemProgram.LayerWork(layer, heads: try (0..<heads).map { _ in
                    HeadRecord(query: Array(codes(12).prefix(headSize)), scale: try ScoreScale(real: 1e-4), headScale: 50_000)
                }, tileKeys: 1_024)
            }
            return try program.iteration(of: &sequence, slot: slot, context: tokens, isNew: true, layers: works)
        }
        return (program, jobs)
    }

    /// Runs one chain; the cycles that it took.
    private func cycles(_ system: TestSystem, _ order: ([[SystemProgram.Job]]) -> [SystemProgram.Job]) throws -> Int {
        var (program, jobs) = try iterations(system)
        program.append([order(jobs)])
        let run = try system.run(AXIMemoryBehavior(seed: 1, latency: 100...100))
        try run.driver.clearCounters()
        try run.run(program)
        return try run.driver.counters()["cycles"]
    }

    @Test("a sequence's rows are computed while the other's tokens are ranked")
    func hiddenRanking() throws {
        let system = try TestSystem.twoSlots.get()
        let inTurn = try cycles(system) { jobs in jobs[0].indices.flatMap { layer in jobs.map { $0[layer] } } }
        let behind = try cycles(system) { $0.flatMap { $0 } }
        #expect(10 * inTurn < 7 * behind, "\(inTurn) cycles in turn, \(behind) one sequence behind the other")
    }

    /// What is wrong with the second job of a chain, the first of which began an iteration in slot 0.
    struct BadTurn: Sendable, CustomStringConvertible {
        let description: String
        let word: String
        let fields: [(name: String, value: Int)]
    }

    static let badTurns = [
        BadTurn(description: "no such slot", word: "slot", fields: [("slot", 2)]),
        BadTurn(description: "a layer where no iteration is under way", word: "begins_iteration", fields: [("slot", 1)]),
        BadTurn(description: "an iteration begins where another is under way", word: "begins_iteration", fields: [("begins_iteration", 1)]),
        BadTurn(description: "other heads than those of its own iteration", word: "heads", fields: [("heads", 2)]),
        BadTurn(description: "rows by themselves while the other slot's iteration is under way", word: "direct", fields: [
            ("slot", 1), ("direct", 1),
        ]),
    ]

    @Test("jobs that cannot come now", arguments: badTurns)
    func badTurn(_ bad: BadTurn) throws {
        let system = try TestSystem.twoSlots.get()
        let (program, jobs) = try iterations(system)
        let run = try system.run(AXIMemoryBehavior(seed: 3, latency: 5...30))
        try run.load(program)
        var records = try jobs[0].prefix(2).map { try $0.descriptor.record(for: system.configuration) }
        for (name, value) in bad.fields { try records[1].set(name, value) }
        let chain = try run.driver.submit(records: records)
        let failure = #expect(throws: DriverError.self) { try run.driver.wait(for: chain, on: run.simulation, cycles: 200_000) }
        guard case .stopped(let reason)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.fault == .badField && reason.job == jobs[0][1].descriptor.id)
        #expect(reason.address == chain.descriptors[1] + 4 * RecordLayout.jobDescriptor[bad.word].word)
    }

    @Test("a soft reset in the midst of two iterations")
    func softReset() throws {
        let system = try TestSystem.twoSlots.get()
        var (program, jobs) = try iterations(system)
        let order = jobs[0].indices.flatMap { layer in jobs.map { $0[layer] } }
        program.append([order])
        let run = try system.run(AXIMemoryBehavior(seed: 3, latency: 5...30))
        var random = TestSeed.generator("cycles")
        for _ in 0..<30 {
            try run.load(program)
            let chain = try run.driver.submit(order.map(\.descriptor))
            try run.simulation.step(random.below(6_000))
            try run.driver.softReset()
            #expect(try run.driver.isDone(chain))
            if random.below(4) == 0 { try run.run(program) }
        }
        try run.run(program)
    }
}
