import Configuration
import Cosimulation
import Driver
import FixedPoint
import Foundation
import GoldenModel
import RTL
import SeededRandom
import Session
import Verification

/// Cycles a head-query of whole accelerators in RTL, driven by descriptors over AXI, against the beats that their lanes' ports
/// brought: 16 heads of 1,024 keys, head size 64, keys 12+0 bits, random tensors. What is in memory afterwards is compared, byte for byte. Cycle
/// counts do not depend on the machine.
struct SystemCycles: Benchmark {
    private static let tokens = 1024, heads = 16
    /// Of the authors' medium trace: keys and values of the context.
    private static let keptKeys = 0.538, keptValues = 0.162

    /// Dense layers, of which none depends on another; pruned ones, as many as GPT-2 medium has for a token of each sequence.
    private static let denseLayers = 8, prunedLayers = 24

    private enum Work {
        case dense
        /// Layers of two sequences take turns, and their lists are given.
        case listed
        /// Of so many sequences, and the cascade selects the lists itself.
        case cascade(sequences: Int)
    }

    private struct Case {
        let name: String
        let preset: String
        let work: Work
        var sequences: Int {
            switch work {
            case .dense: 1
            case .listed: 2
            case .cascade(let sequences): sequences
            }
        }
        var isDense: Bool { if case .dense = work { true } else { false } }
        var valueBits: Int { isDense ? 12 : 8 }
    }

    private static let cases = [
        Case(name: "system-eighth-dense", preset: "spatten-eighth", work: .dense),
        Case(name: "system-eighth-medium", preset: "spatten-eighth", work: .listed),
        Case(name: "system-eighth-medium-cascade", preset: "spatten-eighth", work: .cascade(sequences: 1)),
        Case(name: "system-eighth-medium-cascades", preset: "spatten-eighth", work: .cascade(sequences: 2)),
        Case(name: "system-full-dense", preset: "spatten-full", work: .dense),
        Case(name: "system-full-medium", preset: "spatten-full", work: .listed),
        Case(name: "system-full-medium-cascade", preset: "spatten-full", work: .cascade(sequences: 1)),
        Case(name: "system-full-medium-cascades", preset: "spatten-full", work: .cascade(sequences: 2)),
    ]

    let names = cases.map(\.name)

    func run(_ report: Report) throws {
        for item in Self.cases where report.wants(item.name) { report.add(try measure(item)) }
    }

    private func measure(_ item: Case) throws -> Figure {
        let system = try Preset.named(item.preset).system
        let base = 0x1_0000_0000, workspace = DeviceRegion(address: base, bytes: 1 << 16)
        var random = SeededGenerator(seed: 1)
        let program = try Self.program(item, system, DeviceRegion(address: workspace.end, bytes: 64 << 20), &random)
        let model = try VerilatorModel.build(AcceleratorConfiguration.system(system).design())
        let simulation = try SystemSimulation(
            VerilatorSimulator(model, seed: 1), system, bytes: [UInt8](repeating: 0, count: workspace.bytes + program.image.count),
            base: base, behavior: AXIMemoryBehavior(seed: 1, latency: 100...100), kind: program.readKind)
        let run = try SystemRun(simulation, workspace: workspace, watchdog: 100_000)
        try run.driver.clearCounters()
        try run.run(program)
        let counts = try run.driver.counters()
        let rows = Double(counts["rows"])
        let beats = Double(counts["key_msb_beats"] + counts["value_beats"]) / Double(system.lanes)
        return Figure(item.name, Double(counts["cycles"]) / rows, .cycles, peer: "port beats", peerValue: beats / rows)
    }

    /// A chain of all layers; those of several sequences take turns.
    private static func program(
        _ item: Case, _ system: SystemConfiguration, _ region: DeviceRegion, _ random: inout SeededGenerator
    ) throws -> SystemProgram {
        let headSize = system.lane.lane.headSize
        var program = try SystemProgram(system, region: region, seed: 1)
        var places: [SystemProgram.Layer] = []
        for _ in 0..<item.sequences {
            var place = try program.placeLayer(
                heads: heads, keyFormat: KeyFormat("12+0"), valueFormat: ValueFormat(bits: item.valueBits), capacity: tokens)
            let rows = (0..<heads).map { _ in
                (random.uniformCodes(tokens * headSize, bits: 12), random.uniformCodes(tokens * headSize, bits: item.valueBits))
            }
            try program.append(rows, to: &place, byHost: false)
            places.append(place)
        }
        func work(_ place: SystemProgram.Layer) throws -> SystemProgram.LayerWork {
            SystemProgram.LayerWork(
                place, heads: try (0..<heads).map { _ in
                    HeadRecord(query: random.uniformCodes(headSize, bits: 12), scale: try ScoreScale(real: 1e-6), headScale: 50_000)
                }, tileKeys: 1024,
                pruning: item.isDense ? .dense : PruningSettings(values: .fraction(keptValues / keptKeys)))
        }
        switch item.work {
        case .dense:
            program.append([try (0..<denseLayers).map { _ in try program.directJob(work(places[0]), context: tokens) }])
        case .listed:
            let kept = Int((keptKeys * Double(tokens)).rounded())
            program.append([try (0..<places.count * prunedLayers).map { layer in
                let list = random.sample(kept, of: Array(0..<tokens))
                return try program.directJob(work(places[layer % places.count]), context: tokens, list: list)
            }])
        case .cascade:
            // The cascade selects in every layer but the first: the ratios lie around that of the trace.
            let jobs = try places.enumerated().map { slot, place in
                var sequence = try CascadeProgram.Sequence(
                    layers: prunedLayers, heads: heads, tokenRatios: RatioLine(unpruned: 1, start: Int((keptKeys + 0.06) * 65536), step: -327),
                    headRatios: RatioLine(unpruned: prunedLayers, start: 1 << 16, step: 0), settings: CascadeSettings())
                return try program.iteration(
                    of: &sequence, slot: slot, context: tokens, isNew: true, layers: try (0..<prunedLayers).map { _ in try work(place) })
            }
            program.append([(0..<prunedLayers).flatMap { layer in jobs.map { $0[layer] } }])
        }
        return program
    }
}
