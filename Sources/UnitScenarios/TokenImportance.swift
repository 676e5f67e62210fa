import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

/// What `TokenImportance` is told of one row, and the probabilities that must come of it.
private struct ImportanceRow {
    struct Key {
        var weight: UInt32
        var reference: Int
    }

    var accumulates: Bool
    var first = 0
    var bank = 0
    var isGathered = false
    var keys: [Key]
    var tokens: [Int]
    var state: PartialState
    /// h and z of the state's weight sum.
    var sumBits: Int
    var mantissa: Int

    var probabilities: [UInt32] {
        let golden = KeyProbability(state: state)
        return keys.map { golden.probability(weight: $0.weight, reference: $0.reference) }
    }
}

/// One word of the bank.
private struct TokenWordItem {
    var importance: [UInt32]
    var born: [UInt32]

    /// Words of tokens 0 ..< end; beyond it noise where it is sent.
    static func words(_ importance: [UInt32], _ born: [UInt32], end: Int, lanes: Int) -> [TokenWordItem] {
        stride(from: 0, to: end, by: lanes).map {
            TokenWordItem(importance: Array(importance[$0..<$0 + lanes]), born: Array(born[$0..<$0 + lanes]))
        }
    }

    func encode(into beat: Beat) throws {
        try beat.set("importance", importance, width: 31)
        try beat.set("born", born, width: 32)
    }
}

extension UnitScenario {
    /// Rows between commands of every kind: single keys on the same token, keys that saturate, gathered and not, tiles
    /// of the class below and further, invalid states, rows that do not accumulate, tokens beyond the bank.
    package static func tokenImportance(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var model = ImportanceTraffic(configuration, random, extent)
        for phase in 0..<(extent == .full ? 12 : 5) { model.phase(phase) }
        return try model.scenario()
    }

    /// Two rows of as many keys as can be wait whole for their totals; a row that does not accumulate may be longer.
    package static func tokenImportanceFullRows(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var model = ImportanceTraffic(configuration, random, .full)
        model.fullRows()
        return try model.scenario()
    }
}

/// Builds the beats of a scenario along with what the bank must hold.
private struct ImportanceTraffic {
    struct Command {
        var operation: Int
        var first = 0, end = 0, born: UInt32 = 0
    }

    let configuration: SpAttenConfiguration
    /// Tokens of a word.
    private var lanes: Int { configuration.importanceLanes }
    let extent: UnitScenario.Extent
    var random: SeededGenerator
    let capacity: Int
    var importance, born: [UInt32]
    var rows: [ImportanceRow] = [], commands: [Command] = []
    var writes: [(position: Int, token: Int)] = [], loads: [TokenWordItem] = [], scans: [TokenWordItem] = []
    // What each beat waits for.
    var weightGates: [Int] = [], commandGates: [Int] = [], writeGates: [Int] = [], rangeGates: [Int] = []

    init(_ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: UnitScenario.Extent) {
        (self.configuration, self.random, self.extent) = (configuration, random, extent)
        capacity = configuration.maximumRowKeys
        (importance, born) = ([UInt32](repeating: 0, count: capacity), [UInt32](repeating: 0, count: capacity))
    }

    /// Commands, then rows.
    mutating func phase(_ index: Int) {
        let end = [capacity, 1, 16, 17, 150, random.below(capacity)][index % 6]
        if index == 0 || random.below(3) == 0 {
            load(index == 3 ? 0 : end)
        } else {
            command(Command(operation: 1))
            importance = importance.map { $0 - $0 >> 7 }
        }
        let first = random.below(end + 1)
        command(Command(operation: 2, first: first, end: end, born: UInt32(truncatingIfNeeded: random.next())))
        for token in first..<end { born[token] = commands.last!.born }
        if index % 3 == 2 { scan([0, capacity][random.below(2)]) } else { scan(max(1, end)) }
        if index == 1 { extendEverywhere() }

        let bank = random.below(2)
        let list = kept()
        for (position, token) in list.enumerated() {
            writes.append((bank * capacity + position, token))
            writeGates.append(rows.count)
        }
        let longest = extent == .full ? 200 : 12
        for _ in 0..<(extent == .full ? 24 : 6) {
            let gathered = random.flip()
            let available = gathered ? list.count : capacity
            let count = min(available, [0, 1, 1, 2, 3, random.below(longest), longest][random.below(7)])
            let first = [0, random.below(available - count + 1)][random.below(2)]
            let tokens = gathered ? Array(list[first..<first + count]) : Array(first..<first + count)
            add(row(tokens, first: first, bank: bank, gathered: gathered, accumulates: random.below(5) != 0))
        }
        add(aboveOne())
        // The same token again and again, as fast as rows can follow.
        let token = random.below(capacity)
        for _ in 0..<4 { add(row([token], first: token, bank: bank, gathered: false, accumulates: true)) }
        scan([capacity, 0][index % 2])
    }

    /// Tokens that come, from and up to every place of a word.
    private mutating func extendEverywhere() {
        for place in 0..<(extent == .full ? 16 : 2) {
            let first = 16 * random.below(8) + place, end = first + 17 + 16 * random.below(4)
            command(Command(operation: 2, first: first, end: end, born: UInt32(truncatingIfNeeded: random.next())))
            for token in first..<end { born[token] = commands.last!.born }
            scan(16 * ((end + 1) / 16 + 1))
        }
    }

    mutating func fullRows() {
        load(capacity)
        for _ in 0..<3 { add(row(Array(0..<capacity), first: 0, bank: 0, gathered: false, accumulates: true)) }
        let long = 2 * capacity + 700
        add(row(Array(0..<long), first: 0, bank: 0, gathered: false, accumulates: false))
        add(row(Array(0..<capacity), first: 0, bank: 0, gathered: false, accumulates: true))
        scan(capacity)
    }

    /// Ascending tokens, some beyond the bank; the first and the last of a bank's word.
    private mutating func kept() -> [Int] {
        let count = extent == .full ? 260 : 30
        var tokens = Set([0, 15, 16, capacity - 1])
        while tokens.count < count { tokens.insert(random.below(capacity)) }
        return tokens.sorted() + [capacity, capacity + 17, configuration.lane.maximumContext - 1]
    }

    private mutating func row(
        _ tokens: [Int], first: Int, bank: Int, gathered: Bool, accumulates: Bool
    ) -> ImportanceRow {
        let sumBits = [20, 24, 71, 20 + random.below(52)][random.below(4)]
        let mantissa = [1 << 23, (1 << 24) - 1, (1 << 23) + random.below(1 << 23)][random.below(3)]
        let sum = sumBits >= 24 ? UInt128(mantissa) << UInt128(sumBits - 24) : UInt128(mantissa) >> UInt128(24 - sumBits)
        let isValid = random.below(8) != 0
        let stateClass = random.number(in: -61...63)
        let state = PartialState(
            isValid: isValid, stateClass: isValid ? stateClass : 0, upperWeightSum: isValid ? sum : 0, lowerWeightSum: 0,
            upperOutputSums: [], lowerOutputSums: [])
        let tileKeys = [1, 3, 64][random.below(3)]
        var reference = 0
        let keys = tokens.indices.map { index -> ImportanceRow.Key in
            if index % tileKeys == 0 {
                let below = [0, 0, 0, 1, 1, 2, 3, random.below(stateClass + 65)][random.below(8)]
                reference = 32 * (stateClass - below) + random.below(32)
            }
            let weight = [0, 1, 1 << 20, random.below(1 << 20), random.below(1 << random.below(21))][random.below(5)]
            return ImportanceRow.Key(weight: UInt32(weight), reference: reference)
        }
        // The sum's leading 24 bits are all that the total keeps.
        let kept = sumBits >= 24 ? mantissa : Int(sum) << (24 - sumBits)
        return ImportanceRow(
            accumulates: accumulates, first: first, bank: bank, isGathered: gathered, keys: keys, tokens: tokens, state: state,
            sumBits: sumBits, mantissa: kept)
    }

    /// A row of one key whose weight over the sum, rounded as it is, exceeds 1 by the least there is.
    private mutating func aboveOne() -> ImportanceRow {
        let sum = UInt128((1 << 24) - 256) >> 4
        let state = PartialState(
            isValid: true, stateClass: 5, upperWeightSum: sum, lowerWeightSum: 0, upperOutputSums: [], lowerOutputSums: [])
        let token = random.below(capacity)
        return ImportanceRow(
            accumulates: true, first: token, keys: [.init(weight: UInt32(1 << 20) - 14, reference: 32 * 5)], tokens: [token],
            state: state, sumBits: 20, mantissa: (1 << 24) - 256)
    }

    private mutating func add(_ row: ImportanceRow) {
        rows.append(row)
        weightGates += [Int](repeating: commands.count, count: max(1, row.keys.count))
        rangeGates.append(writes.count)
        guard row.accumulates else { return }
        for (token, probability) in zip(row.tokens, row.probabilities) where token < capacity {
            importance[token] = min(UInt32(1) << 31 - 1, importance[token] + probability)
        }
    }

    /// The command comes when the last key of the last row is taken, which is before that row is done.
    private mutating func command(_ command: Command) {
        commands.append(command)
        commandGates.append(rows.count)
    }

    private mutating func load(_ end: Int) {
        command(Command(operation: 0, end: end))
        for token in 0..<capacity {
            // Near the top, so that rows reach it.
            let high = UInt32(1) << 31 - 1 - UInt32(random.below(1 << 21))
            let inside = token < (end + lanes - 1) / lanes * lanes
            importance[token] = inside ? [high, UInt32(random.below(1 << 31)), 0][random.below(3)] : 0
            born[token] = inside ? UInt32(truncatingIfNeeded: random.next()) : 0
        }
        loads += TokenWordItem.words(importance, born, end: end, lanes: lanes)
    }

    /// - Parameter end: 0: all.
    private mutating func scan(_ end: Int) {
        command(Command(operation: 3, end: end))
        scans += TokenWordItem.words(importance, born, end: end == 0 ? capacity : end, lanes: lanes)
    }

    func scenario() throws -> UnitScenario {
        try UnitScenario(Accelerator.TokenImportance(configuration)) { streams in
            try streams.send(rows, to: "accumulates") { try $1.set("", $0.accumulates) }
            try streams.send(rows, to: "range", gate: .init(after: "list", beats: rangeGates)) { row, beat in
                try beat.set("first", row.first)
                try beat.set("end", row.first + row.keys.count)
                try beat.set("gathered", row.isGathered)
                try beat.set("bank", row.bank)
            }
            try streams.send(writes, to: "list", gate: .init(after: "row_done", beats: writeGates)) { write, beat in
                try beat.set("position", write.position)
                try beat.set("token", write.token)
            }
            let beats = rows.flatMap { row in
                row.keys.isEmpty ? [WeightItem(weights: [0], reference: nil, tileLast: true, rowLast: true)]
                    : row.keys.indices.map { index in
                        let key = row.keys[index], isLast = index == row.keys.count - 1
                        return WeightItem(
                            weights: [key.weight], reference: key.reference,
                            tileLast: isLast || row.keys[index + 1].reference != key.reference, rowLast: isLast)
                    }
            }
            try streams.send(beats, to: "weights", gate: .init(after: "bank_0_command", beats: weightGates)) { try $0.encode(into: $1) }
            try streams.send(rows, to: "total") { row, beat in
                try beat.set("occupied", row.state.isValid)
                guard row.state.isValid else { return }
                try beat.set("highest_class", row.state.stateClass)
                try beat.set("shift", row.sumBits - 20)
                try beat.set("reciprocal", (1 << 47) / row.mantissa)
            }
            try streams.send(commands, to: "bank_0_command", gate: .init(after: "total", beats: commandGates)) { command, beat in
                try beat.set("operation", command.operation)
                try beat.set("first", command.first)
                try beat.set("end", command.end)
                try beat.set("born", Int(command.born))
            }
            try streams.send(loads, to: "bank_0_load") { try $0.encode(into: $1) }
            try streams.expect(scans, from: "bank_0_scan") { try $0.encode(into: $1) }
            try streams.expect(rows, from: "row_done") { _, _ in }
            try streams.expect(rows.filter(\.accumulates), from: "row_added_0") { _, _ in }
        }
    }
}
