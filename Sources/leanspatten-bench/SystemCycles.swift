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

/// Whole accelerators in RTL, driven by descriptors over AXI; what is in memory afterwards is compared, byte for byte. Cycle counts do not depend on
/// the machine; beside each, in a figure of its own, are the simulated cycles a second, with all checkers on.
///
/// With the cascade: cycles a head-query against the beats that the lanes' ports brought, 16 heads of 1,024 keys, head size 64, keys 12+0 bits, random
/// tensors. Of dense lanes: cycles of a launch against those of their arrays.
struct SystemCycles: Benchmark {
    private static let tokens = 1024, heads = 16
    /// Of the authors' medium trace: keys and values of the context.
    private static let keptKeys = 0.538, keptValues = 0.162

    /// Dense layers, of which none depends on another; pruned ones, as many as GPT-2 medium has for a token of each sequence.
    private static let denseLayers = 8, prunedLayers = 24

    private enum Work {
        /// A decode step of grouped queries on dense lanes.
        case launch
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
            case .launch, .dense: 1
            case .listed: 2
            case .cascade(let sequences): sequences
            }
        }
        var isDense: Bool { if case .dense = work { true } else { false } }
        var valueBits: Int { isDense ? 12 : 8 }
        var speedName: String { name + "-speed" }
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
        Case(name: "system-lean-decode", preset: "lean-16", work: .launch),
    ]

    let names = cases.flatMap { [$0.name, $0.speedName] }

    func run(_ report: Report) throws {
        for item in Self.cases where report.wants(item.name) || report.wants(item.speedName) {
            for figure in try measure(item) { report.add(figure) }
        }
    }

    private static let base = 0x1_0000_0000
    private static let workspace = DeviceRegion(address: base, bytes: 1 << 16)
    private static let region = DeviceRegion(address: workspace.end, bytes: 64 << 20)

    private func measure(_ item: Case) throws -> [Figure] {
        let preset = try Preset.named(item.preset)
        switch preset.configuration {
        case .system(let system):
            var random = SeededGenerator(seed: 1)
            let (counts, speed) = try run(Self.program(item, system, Self.region, &random), on: preset)
            let rows = Double(counts["rows"])
            let beats = Double(counts["key_msb_beats"] + counts["value_beats"]) / Double(system.lanes)
            return [
                Figure(item.name, Double(counts["cycles"]) / rows, .cycles, peer: "port beats", peerValue: beats / rows),
                Figure(item.speedName, speed, .cyclesPerSecond),
            ]
        case .leanSystem(let system):
            let decode = GroupedDecode()
            let (counts, speed) = try run(decode.program(system, Self.region), on: preset)
            return [
                Figure(item.name, Double(counts["cycles"]), .cycles, peer: "arrays' cycles", peerValue: Double(decode.arrayCycles(system))),
                Figure(item.speedName, speed, .cyclesPerSecond),
            ]
        case .lane, .spAtten, .cascade, .prefill, .cluster: preconditionFailure("no system")
        }
    }

    /// - Returns: What the device has counted, and cycles a second by the clock.
    private func run(_ program: some CheckedSystemProgram, on preset: Preset) throws -> (CounterSnapshot, speed: Double) {
        let model = try VerilatorModel.build(preset.configuration.design())
        let simulation = try SystemSimulation(
            VerilatorSimulator(model, seed: 1), program.configuration,
            bytes: [UInt8](repeating: 0, count: Self.workspace.bytes + program.image.count), base: Self.base,
            behavior: AXIMemoryBehavior(seed: 1, latency: 100...100), kind: program.readKind)
        let run = try SystemRun(simulation, workspace: Self.workspace, watchdog: 100_000)
        try run.driver.clearCounters()
        let begin = simulation.cycle, time = try seconds { try run.run(program) }
        return (try run.driver.counters(), Double(simulation.cycle - begin) / time)
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
        case .launch: preconditionFailure("lanes with a cascade take no launches")
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

/// One launch alone: 4 sequences of 4,096 keys, 8 key-value heads with 4 query heads each, keys 8+4 and values 12 bits, stream-K on all lanes. Heads share
/// the planes, which changes no cycle.
private struct GroupedDecode {
    private let contexts = [4096, 4096, 4096, 4096], heads = 8, rows = 4

    func program(_ system: LeanSystemConfiguration, _ region: DeviceRegion) throws -> LaunchProgram {
        var source = RandomSystemLaunches(system, generator: SeededGenerator(seed: 3))
        var program = try LaunchProgram(system, region: region, seed: 4)
        let layer = try source.layer(
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 12)), rows: rows, heads: heads,
            contexts: contexts, shares: true)
        program.append([[try program.launch(layer, cut: .init(lanes: system.lanes, policy: .streamK))]])
        return program
    }

    /// Of each lane's Q.K array, if all have as much to do; the P.V array takes as many.
    func arrayCycles(_ system: LeanSystemConfiguration) -> Int {
        let lane = system.laneGeometry
        return contexts.reduce(0, +) * heads * rows * lane.headSize / lane.multipliers / system.lanes
    }
}
