import Accelerator
import ArgumentParser
import Blocks
import Configuration
import Foundation
import RTL
import Synthesis

/// Cells that Yosys makes of a unit alone, and the frequency that nextpnr finds: the tables of Docs/resources.md.
struct Area: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "area", abstract: "Counts the FPGA cells of units, by Yosys, and places them, by nextpnr.",
        discussion: "Example: leanspatten-bench area radix-topk-p16 quick-topk-p16")

    @Argument(help: "Units, or what their names begin with; all unless given.")
    var units: [String] = []

    @Option(help: "One of the targets: ecp5 or xilinx; all unless given.")
    var target: String?

    @Option(help: "Placements on ECP5, for a frequency.")
    var seeds = 0

    private static let pruning = SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64))

    private static func cluster(lanes: Int) -> ClusterConfiguration {
        ClusterConfiguration(lane: PrefillConfiguration(lane: pruning.lane), lanes: lanes)
    }

    /// What is counted, by name: the designs of Docs/resources.md.
    private static let known: KeyValuePairs<String, @Sendable () throws -> Design> = [
        "zero-eliminator-n16-w12": { try Design(ZeroEliminator(count: 16, bits: 12)) },
        "radix-select-p16": { try Design(RadixSelect(TopKConfiguration(.radix))) },
        "quick-select-p16": { try Design(QuickSelect(TopKConfiguration(.quickSelect))) },
        "radix-topk-p16": { try Design(TopKEngine(TopKConfiguration(.radix))) },
        "quick-topk-p16": { try Design(TopKEngine(TopKConfiguration(.quickSelect))) },
        "radix-topk-p16-n4096-w32": { try Design(TopKEngine(TopKConfiguration(.radix, capacity: 4096, keyBits: 32))) },
        "quick-topk-p16-n4096-w32": { try Design(TopKEngine(TopKConfiguration(.quickSelect, capacity: 4096, keyBits: 32))) },
        "radix-select-p1-w21-b2": { try Design(RadixSelect(TopKConfiguration(.radix, parallelism: 1, keyBits: 21, buffers: 2))) },
        "radix-select-p4-w21-b2": { try Design(RadixSelect(TopKConfiguration(.radix, parallelism: 4, keyBits: 21, buffers: 2))) },
        "index-generator": { try Design(IndexGenerator(pruning)) },
        "gather-reader-key-msb": { try Design(GatherReader(pruning, widths: MemoryPort.Tag.keyMSB.widths, signed: true)) },
        "key-joiner": { try Design(KeyJoiner(configuration: pruning)) },
        "progressive-query-key": { try Design(ProgressiveQueryKeyUnit(configuration: pruning)) },
        "score-refiner": { try Design(ScoreRefiner(configuration: pruning)) },
        "softmax": { try Design(SoftmaxUnit(lane: pruning.lane)) },
        "confidence": { try Design(ConfidenceUnit(configuration: pruning)) },
        "value-selector": { try Design(LocalValueSelector(configuration: pruning)) },
        "probability-value": { try Design(ProbabilityValueUnit(lane: pruning.lane)) },
        "leaf-completion": { try Design(LeafCompletion(configuration: pruning)) },
        "token-importance": { try Design(TokenImportance(pruning)) },
        "head-importance": { try Design(HeadImportance(lane: pruning.lane, heads: 64)) },
        "token-selector": { try Design(TokenSelector(pruning)) },
        "cascade-controller": { try Design(CascadeController(pruning)) },
        "merge-unit": { try Design(MergeUnit(lane: pruning.lane)) },
        "reduction-slots-r1": { try Design(ReductionSlots(prefill: PrefillConfiguration(lane: pruning.lane, residentRows: 1))) },
        "reduction-slots-r8": { try Design(ReductionSlots(prefill: PrefillConfiguration(lane: pruning.lane))) },
        "reduction-join": { try Design(ReductionJoin(prefill: PrefillConfiguration(lane: pruning.lane), isInner: false)) },
        "reduction-join-inner": { try Design(ReductionJoin(prefill: PrefillConfiguration(lane: pruning.lane), isInner: true)) },
        "reduction-return": { try Design(ReductionReturn(prefill: PrefillConfiguration(lane: pruning.lane), level: 1)) },
        "spatten-dispatcher": { try Design(SpAttenDispatcher(pruning)) },
        "stream-k-scheduler-g8": { try Design(StreamKScheduler(cluster(lanes: 8))) },
        "stream-k-scheduler-g64": { try Design(StreamKScheduler(cluster(lanes: 64))) },
        "segment-walker": { try Design(SegmentWalker(cluster(lanes: 8).lane)) },
    ]

    /// A target and the kinds of cells to count, each column the sum of all that match.
    private struct Table: Sendable {
        let name: String
        let target: SynthesisTarget
        let columns: KeyValuePairs<String, [String]>
    }

    private static let tables = [
        Table(name: "ecp5", target: .ecp5, columns: [
            "LUT4": ["LUT4"], "CCU2C": ["CCU2C"], "FF": ["TRELLIS_FF"], "DPR16X4": ["TRELLIS_DPR16X4"], "DP16KD": ["DP16KD"],
            "MULT18": ["MULT18X18D"],
        ]),
        Table(name: "xilinx", target: .series7, columns: [
            "LUT": ["LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6"], "CARRY4": ["CARRY4"],
            "FF": ["FDRE", "FDSE", "FDCE", "FDPE"], "LUTRAM": ["RAM32M", "RAM64M", "RAM32X1D", "RAM64X1D", "RAM128X1D"],
            "RAMB18": ["RAMB18E1"], "RAMB36": ["RAMB36E1"], "DSP48": ["DSP48E1"],
        ]),
    ]

    func validate() throws {
        for unit in units where !Self.known.contains(where: { $0.key.hasPrefix(unit) }) {
            throw ValidationError("there is no unit \(unit); there are \(Self.known.map(\.key).joined(separator: ", "))")
        }
        if let target, !Self.tables.contains(where: { $0.name == target }) {
            throw ValidationError("there is no target \(target); there are \(Self.tables.map(\.name).joined(separator: ", "))")
        }
        guard seeds >= 0 else { throw ValidationError("--seeds \(seeds): it must be at least 0.") }
    }

    func run() throws {
        let tools = try SynthesisTools()
        let chosen = Self.known.filter { known in units.isEmpty || units.contains { known.key.hasPrefix($0) } }
        for table in Self.tables where target == nil || target == table.name {
            let isPlaced = seeds > 0 && table.target.isPlaced
            let columns = table.columns.map(\.key) + (isPlaced ? ["MHz", "longest path"] : [])
            print("| \(table.name) | " + columns.joined(separator: " | ") + " |")
            print("|---" + columns.map { _ in "|---" }.joined() + "|")
            for (name, make) in chosen {
                let synthesis = try Synthesis(of: try make(), for: table.target, with: tools, seeds: (0..<seeds).map { $0 + 1 })
                let sums = table.columns.map { _, kinds in "\(kinds.reduce(0) { $0 + synthesis.cells.count(of: $1) })" }
                let cells = sums + (isPlaced ? Self.timing(synthesis) : [])
                print("| `\(name)` | " + cells.joined(separator: " | ") + " |")
                fflush(nil)
            }
            print("")
        }
    }

    /// The frequencies of the seeds, and the ends of the slowest one's longest path.
    private static func timing(_ synthesis: Synthesis) -> [String] {
        let frequencies = synthesis.placements.map { $0.megahertz.map { String(format: "%.0f", $0) } ?? "-" }
        let path = synthesis.slowest?.criticalPath ?? []
        let ends = [path.first, path.last].compactMap(\.self).map { "`\($0.signal)`" }
        return [frequencies.joined(separator: ", "), ends.joined(separator: " to ")]
    }
}
