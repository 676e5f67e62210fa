import Accelerator
import ArgumentParser
import Blocks
import Configuration
import Cosimulation
import Foundation
import RTL
import Verilog

/// Cells that Yosys makes of a unit alone: the table of Docs/resources.md.
struct Area: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "area", abstract: "Counts the FPGA cells of units, by Yosys.",
        discussion: "Example: leanspatten-bench area radix-topk-p16 quick-topk-p16")

    @Argument(help: "Units, or what their names begin with; all unless given.")
    var units: [String] = []

    @Option(help: "One of the targets: ecp5 or xilinx; all unless given.")
    var target: String?

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

    /// A synthesis script and the cells to count, each column the sum of all whose names match.
    private struct Target: Sendable {
        let name, command: String
        let columns: KeyValuePairs<String, [String]>
    }

    private static let targets = [
        Target(name: "ecp5", command: "synth_ecp5 -nowidelut", columns: [
            "LUT4": ["LUT4"], "CCU2C": ["CCU2C"], "FF": ["TRELLIS_FF"], "DPR16X4": ["TRELLIS_DPR16X4"], "DP16KD": ["DP16KD"],
            "MULT18": ["MULT18X18D"],
        ]),
        Target(name: "xilinx", command: "synth_xilinx -family xc7 -flatten", columns: [
            "LUT": ["LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6"], "CARRY4": ["CARRY4"],
            "FF": ["FDRE", "FDSE", "FDCE", "FDPE"], "LUTRAM": ["RAM32M", "RAM64M", "RAM32X1D", "RAM64X1D", "RAM128X1D"],
            "RAMB18": ["RAMB18E1"], "RAMB36": ["RAMB36E1"], "DSP48": ["DSP48E1"],
        ]),
    ]

    func validate() throws {
        for unit in units where !Self.known.contains(where: { $0.key.hasPrefix(unit) }) {
            throw ValidationError("there is no unit \(unit); there are \(Self.known.map(\.key).joined(separator: ", "))")
        }
        if let target, !Self.targets.contains(where: { $0.name == target }) {
            throw ValidationError("there is no target \(target); there are \(Self.targets.map(\.name).joined(separator: ", "))")
        }
    }

    func run() throws {
        let chosen = Self.known.filter { known in units.isEmpty || units.contains { known.key.hasPrefix($0) } }
        for target in Self.targets where self.target == nil || self.target == target.name {
            let columns = target.columns.map(\.key)
            print("| \(target.name) | " + columns.joined(separator: " | ") + " |")
            print("|---" + columns.map { _ in "|---" }.joined() + "|")
            for (name, make) in chosen {
                let cells = try Self.cells(of: try make(), target)
                let sums = target.columns.map { _, kinds in kinds.reduce(0) { $0 + (cells[$1] ?? 0) } }
                print("| `\(name)` | " + sums.map(String.init).joined(separator: " | ") + " |")
                fflush(nil)
            }
            print("")
        }
    }

    /// The cells of the flattened design by type.
    private static func cells(of design: Design, _ target: Target) throws -> [String: Int] {
        try Places.withTemporaryDirectory { directory in
            try VerilogEmitter().emitBundle(design).text.write(
                toFile: directory + "/unit.v", atomically: true, encoding: .utf8)
            let script = "read_verilog unit.v; \(target.command) -top \(design.top.name); tee -q -o stat.json stat -json"
            let result = try ToolProcess("/usr/bin/env", ["yosys", "-q", "-p", script], in: directory)
                .run(timeout: .seconds(1800))
            guard result.succeeded else { throw BenchError("yosys \(result.status): \(result.report.suffix(2000))") }
            struct Statistics: Decodable {
                struct Counts: Decodable { let num_cells_by_type: [String: Int] }
                let design: Counts
            }
            let text = try Data(contentsOf: URL(fileURLWithPath: directory + "/stat.json"))
            return try JSONDecoder().decode(Statistics.self, from: text).design.num_cells_by_type
        }
    }
}
