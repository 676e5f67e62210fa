import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of all magnitudes between commands of every kind: numbers that saturate, equal ones, nested rankings that
    /// keep none, some or all of the heads.
    package static func headImportance(
        _ lane: LaneConfiguration, heads: Int = 64, lanes: Int = 16, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var model = HeadTraffic(lane, heads, lanes, random)
        let phases = extent == .full ? 24 : 8
        for phase in 0..<phases { try model.phase(phase, rows: extent == .full ? 12 : 3) }
        return try model.scenario()
    }

    /// Rows that do not wait for the commands between them: without gaps and stalls, a command that waits goes before the
    /// next row.
    package static func headImportanceWithoutWaiting(
        _ lane: LaneConfiguration, heads: Int, lanes: Int = 16, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var model = HeadTraffic(lane, heads, lanes, random)
        for phase in 0..<6 { try model.phase(phase, rows: 2) }
        return try model.scenario(rowsWait: false)
    }

    /// A ranking of close numbers for every number of heads that a layer can have.
    package static func headImportanceOfLayers(
        _ lane: LaneConfiguration, heads: Int, lanes: Int = 16, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var model = HeadTraffic(lane, heads, lanes, random)
        for ofLayer in 1...heads { model.close(ofLayer) }
        return try model.scenario()
    }
}

private struct HeadTraffic {
    struct Row {
        var head, scale: Int
        var outputs: [Int16]
    }

    struct Command {
        var operation: Int
        var heads = 0, keep = 0
        var fresh = false
    }

    let lane: LaneConfiguration
    let heads: Int
    /// Heads of a word.
    let lanes: Int
    var random: SeededGenerator
    var numbers: [UInt32]
    var candidates: [Int] = []
    var ofLayer = 0
    var rows: [Row] = [], rowGates: [Int] = []
    var commands: [Command] = [], commandGates: [Int] = []
    var loads: [[UInt32]] = [], saves: [[UInt32]] = [], kept: [[Bool]] = []

    init(_ lane: LaneConfiguration, _ heads: Int, _ lanes: Int, _ random: SeededGenerator) {
        (self.lane, self.heads, self.lanes, self.random) = (lane, heads, lanes, random)
        numbers = [UInt32](repeating: 0, count: heads)
    }

    mutating func phase(_ index: Int, rows count: Int) throws {
        if index == 0 || index % 5 == 4 {
            command(Command(operation: 1))
            numbers = numbers.map { _ in 0 }
        } else if index % 4 == 1 {
            command(Command(operation: 0))
            numbers = numbers.map { _ in [UInt32.max - UInt32(random.below(1 << 20)), 0, 7, UInt32(truncatingIfNeeded: random.next())][random.below(4)] }
            loads += words(numbers)
        }
        for _ in 0..<count {
            let extreme = random.below(4)
            let outputs = (0..<lane.headSize).map { _ in
                [Int16.min, Int16(random.code(16)), Int16(random.below(2)), Int16.max][extreme == 1 ? 1 + random.below(2) : extreme]
            }
            let row = Row(head: random.below(heads), scale: [0, 1, 65535, random.below(1 << 16)][random.below(4)], outputs: outputs)
            rows.append(row)
            rowGates.append(commands.count)
            var golden = GoldenModel.HeadImportance(heads: 1)
            try golden.accumulate(outputs, head: 0, headScale: row.scale)
            let (sum, overflow) = numbers[row.head].addingReportingOverflow(golden.values[0])
            numbers[row.head] = overflow ? .max : sum
        }
        rank(fresh: index % 3 == 0)
        rank(fresh: index % 3 != 1)
        if index % 2 == 0 {
            command(Command(operation: 2))
            saves += words(numbers)
        }
    }

    /// Two rankings of a layer's heads, whose numbers differ by little.
    mutating func close(_ ofLayer: Int) {
        command(Command(operation: 0))
        let base = UInt32(truncatingIfNeeded: random.next()) & ~3
        numbers = numbers.map { _ in base + UInt32(random.below(4)) }
        loads += words(numbers)
        rank(fresh: true, ofLayer: ofLayer, keep: ofLayer)
        rank(fresh: false, keep: random.below(ofLayer + 1))
    }

    private mutating func rank(fresh: Bool, ofLayer number: Int? = nil, keep: Int? = nil) {
        if fresh {
            ofLayer = number ?? [1, heads, 12, 1 + random.below(heads)][random.below(4)]
            candidates = Array(0..<ofLayer)
        }
        let keep = keep ?? [0, candidates.count, random.below(candidates.count + 1), max(0, candidates.count - 1)][random.below(4)]
        command(Command(operation: 3, heads: ofLayer, keep: keep, fresh: fresh))
        let order = candidates.sorted { (numbers[$1], $0) < (numbers[$0], $1) }
        candidates = order.prefix(keep).sorted()
        kept.append((0..<heads).map { candidates.contains($0) })
    }

    private func words(_ numbers: [UInt32]) -> [[UInt32]] {
        stride(from: 0, to: heads, by: lanes).map { Array(numbers[$0..<$0 + lanes]) }
    }

    /// The command comes when the last row is in, or while it comes in.
    private mutating func command(_ command: Command) {
        commands.append(command)
        let elements = rows.count * lane.headSize
        commandGates.append(max(commandGates.last ?? 0, elements - [0, 1, lane.headSize / 2][random.below(3)]))
    }

    func scenario(rowsWait: Bool = true) throws -> UnitScenario {
        try UnitScenario(Accelerator.HeadImportance(lane: lane, heads: heads, lanes: lanes)) { streams in
            try streams.send(rows, to: "row", gate: rowsWait ? .init(after: "command", beats: rowGates) : nil) { row, beat in
                try beat.set("head", row.head)
                try beat.set("scale", row.scale)
            }
            let elements = rows.flatMap { row in row.outputs.enumerated().map { ($0.element, $0.offset == row.outputs.count - 1) } }
            try streams.send(elements, to: "output") { element, beat in
                try beat.set("element", Int(element.0))
                try beat.set("last", element.1)
            }
            try streams.send(commands, to: "command", gate: .init(after: "output", beats: commandGates)) { command, beat in
                try beat.set("operation", command.operation)
                guard command.operation == 3 else { return }
                try beat.set("heads", command.heads)
                try beat.set("keep", command.keep)
                try beat.set("fresh", command.fresh)
            }
            try streams.send(loads, to: "load") { try $1.set("", $0, width: 32) }
            try streams.expect(saves, from: "saved") { try $1.set("", $0, width: 32) }
            try streams.expect(kept, from: "kept") { try $1.set("", $0.map { $0 ? 1 : 0 }, width: 1) }
            try streams.expect(rows, from: "row_done") { _, _ in }
        }
    }
}
