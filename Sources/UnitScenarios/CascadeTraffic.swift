import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

/// Keep ratios that change on a line, 16 fractional bits, as a controller is told them.
package struct KeepLine {
    let unpruned, start, step: Int

    package init(unpruned: Int, start: Int, step: Int) { (self.unpruned, self.start, self.step) = (unpruned, start, step) }

    /// Beyond 0 and 1 as these.
    func ratio(layer: Int) -> Int { layer < unpruned ? 1 << 16 : min(max(0, start + (layer - unpruned) * step), 1 << 16) }
}

/// One sequence, with the state that a golden model of the cascade has of it.
package struct CascadeSequence {
    package var cascade: Cascade
    /// Per layer and for tokens and heads: layers that keep all, start and step.
    let tokenLine, headLine: KeepLine
    /// Rows of the sequence when each token came.
    var born: [UInt32] = []

    package init(
        layers: Int, heads: Int, tokenLine: KeepLine, headLine: KeepLine, settings: CascadeSettings
    ) throws {
        func ratios(_ line: KeepLine) -> [Int] { (0..<layers).map { line.ratio(layer: $0) } }
        cascade = try Cascade(
            schedule: CascadeSchedule(tokenRatios: ratios(tokenLine), headRatios: ratios(headLine)), heads: heads,
            settings: settings)
        (self.tokenLine, self.headLine) = (tokenLine, headLine)
    }

    var importance: [UInt32] { cascade.tokenImportance.values }
    var rows: Int { Int(cascade.tokenImportance.rows) }

    /// An iteration that was computed elsewhere, in that many rows: importances of tokens and heads of any size.
    mutating func accumulateElsewhere(context: Int, rows added: Int, _ random: inout SeededGenerator) throws {
        born += [UInt32](repeating: UInt32(rows), count: context - importance.count)
        try cascade.beginIteration(context: context)
        try cascade.accumulate(sums: (0..<context).map { _ in UInt32(random.next() >> 33) }, rows: added)
        for head in 0..<cascade.heads {
            try cascade.accumulate(magnitude: random.next() >> 32, head: head, headScale: (1 << 16) - 1)
        }
    }
}

/// Builds what a `CascadeController` is told, and what it must do: a lane that computes its rows, and the golden model
/// that decides beside it.
package struct CascadeTraffic {
    struct Command {
        var operation = 0
        var context = 0, layers = 1, heads = 1, mode = 0, sink = 0, recent = 0
        var isNew = false
        var tokenLine = KeepLine(unpruned: 0, start: 1 << 16, step: 0), headLine = KeepLine(unpruned: 0, start: 1 << 16, step: 0)
    }

    /// Fields of a job that pass through, and those that the controller sets.
    struct Job {
        var fields: [Int]
        var query: [Int16]
        var headScale: Int
        var end = 0
        var isGathered = false, loadsList = false
    }

    struct TokenCommand {
        var operation: Int
        var first: Int? = nil
        var end: Int
        var born: Int? = nil
    }

    struct StateItem {
        var numbers, born: [UInt32]
        var last: Bool
    }

    static let jobFields: [(name: String, bits: Int)] = [
        ("tile_size", 3), ("msb_bits", 4), ("lsb_bits", 4), ("value_bits", 4), ("scale_mantissa", 18), ("scale_shift", 6),
        ("refine", 2), ("confidence", 25), ("value_rule", 2), ("value_limit", 25), ("renormalise", 1),
        ("key_msb_address", 40), ("key_lsb_address", 40), ("value_address", 40),
    ]

    let configuration: SpAttenConfiguration
    /// Numbers of a word.
    private var lanes: Int { configuration.importanceLanes }
    let maximumHeads: Int
    var random: SeededGenerator
    let golden: GoldenModel.SpAttenLane
    var commands: [Command] = [], statuses: [CascadeStatus] = []
    var jobs: [Job] = [], forwarded: [Job] = []
    var skipped: [(layer: Int, head: Int)] = []
    var lists: [(token: Int, last: Bool)] = []
    var tokenCommands: [TokenCommand] = []
    var scans: [StateItem] = [], scanGates: [Int] = []
    var loads: [StateItem] = [], saved: [StateItem] = [], restored: [StateItem] = []
    var outputs: [(element: Int16, last: Bool)] = [], outputGates: [Int] = []
    /// So many rows later than its own row's output ends is a row in the bank of tokens; 0: as soon as the lane has its job.
    var rowsBehind = 0
    /// Tokens that a layer has ranked.
    package private(set) var ranked = 0
    /// What the controller has a state of; nil: of none.
    private var context: Int?

    package init(_ configuration: SpAttenConfiguration, maximumHeads: Int, _ random: SeededGenerator) throws {
        (self.configuration, self.maximumHeads, self.random) = (configuration, maximumHeads, random)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8))
        golden = try GoldenModel.SpAttenLane(configuration: configuration, settings: settings, pruning: .dense)
    }

    // MARK: Commands

    /// An iteration with that many tokens.
    /// - Parameters:
    ///   - isNew: the command says so; otherwise the sequence is the one that the controller has, or it has none.
    ///   - operation: 0, or 3, which means the same.
    package mutating func iterate(
        _ sequence: inout CascadeSequence, context tokens: Int, isNew: Bool, operation: Int = 0
    ) throws {
        let settings = sequence.cascade.settings, heads = sequence.cascade.heads, layers = sequence.cascade.schedule.layers
        commands.append(Command(
            operation: operation, context: tokens, layers: layers, heads: heads,
            mode: ImportanceMode.allCases.firstIndex(of: settings.importance)!, sink: settings.sink, recent: settings.recent,
            isNew: isNew, tokenLine: sequence.tokenLine, headLine: sequence.headLine))
        let old = sequence.importance.count
        let begins = isNew || context == nil
        if begins {
            tokenCommands.append(TokenCommand(operation: 0, end: 0))
        } else if settings.importance == .decay {
            tokenCommands.append(TokenCommand(operation: 1, end: 0))
        }
        tokenCommands.append(TokenCommand(operation: 2, first: old, end: tokens, born: sequence.rows))
        sequence.born += [UInt32](repeating: UInt32(sequence.rows), count: tokens - old)
        try sequence.cascade.beginIteration(context: tokens)
        context = tokens

        var candidates = tokens
        for layer in 0..<layers {
            let kept = try sequence.cascade.beginLayer()
            let count = kept.tokens?.count ?? tokens, hasHeads = kept.keepsHead.contains(true)
            var loads = count < candidates && count > 0 && hasHeads
            if loads {
                ranked += candidates
                scan(sequence)
                lists += kept.tokens!.enumerated().map { ($1, $0 == count - 1) }
            }
            candidates = count
            for head in 0..<heads {
                var job = job()
                jobs.append(job)
                guard kept.keepsHead[head] else {
                    skipped.append((layer, head))
                    continue
                }
                job.end = count
                job.isGathered = kept.tokens != nil && count > 0
                job.loadsList = loads
                loads = false
                forwarded.append(job)
                let result = try golden.run(row(kept.tokens ?? Array(0..<tokens), context: tokens))
                try sequence.cascade.accumulate(result, head: head, headScale: job.headScale)
                outputs += result.outputs.enumerated().map { ($1, $0 == result.outputs.count - 1) }
                outputGates += [Int](repeating: forwarded.count, count: result.outputs.count)
            }
        }
        statuses.append(.done)
    }

    /// A command that must be refused.
    package mutating func refuse(_ status: CascadeStatus) {
        var command = Command(context: 1, layers: 1, heads: 1, isNew: true)
        switch status {
        case .context:
            command.context = [0, configuration.maximumRowKeys + 1, configuration.lane.maximumContext][random.below(3)]
            if let context, context > 1, random.flip() {
                command.context = context - 1
                command.isNew = false
            }
        case .layers: command.layers = 0
        default: command.heads = [0, maximumHeads + 1, 255][random.below(3)]
        }
        commands.append(command)
        statuses.append(status)
    }

    /// Every command that must be refused whatever the sequence, and those with two faults, of which the first counts.
    package mutating func refuseAll() {
        let tokens = configuration.maximumRowKeys
        for (context, layers, heads, status) in [
            (0, 1, 1, CascadeStatus.context), (tokens + 1, 1, 1, .context), (configuration.lane.maximumContext, 1, 1, .context),
            (1, 0, 1, .layers), (1, 1, 0, .heads), (1, 1, maximumHeads + 1, .heads), (1, 1, 255, .heads),
            (1, 1, 128 + maximumHeads, .heads), (0, 0, 0, .context), (1, 0, 0, .heads),
        ] {
            commands.append(Command(context: context, layers: layers, heads: heads, isNew: true))
            statuses.append(status)
        }
    }

    /// - Parameter sequence: the controller's; nil: it has none.
    package mutating func save(_ sequence: CascadeSequence?) {
        commands.append(Command(operation: 1))
        let state = self.state(sequence)
        saved += state
        if sequence != nil { scan(sequence!) }
        statuses.append(.done)
    }

    /// What is wrong with a state that is given.
    package enum Fault: CaseIterable, Sendable {
        case none, tooShort, headerOnly, tooLong, contextTooLarge
    }

    package mutating func restore(_ sequence: CascadeSequence?, _ fault: Fault = .none) {
        commands.append(Command(operation: 2))
        var state = self.state(sequence)
        let tokens = sequence?.importance.count ?? 0, words = (tokens + lanes - 1) / lanes
        if fault != .contextTooLarge { tokenCommands.append(TokenCommand(operation: 0, end: tokens)) }
        var loaded = Array(state[1..<1 + words])
        switch fault {
        case .none: break
        case .tooShort, .headerOnly:
            let length = fault == .headerOnly ? 1 : 1 + random.below(state.count - 1)
            state = Array(state[..<length])
            state[length - 1].last = true
            let zero = StateItem(
                numbers: [UInt32](repeating: 0, count: lanes), born: [UInt32](repeating: 0, count: lanes), last: false)
            for word in 0..<words where word + 1 >= length { loaded[word] = zero }
        case .tooLong:
            state[state.count - 1].last = false
            state += state.suffix(1 + random.below(3))
            state[state.count - 1].last = true
        case .contextTooLarge:
            state[0].numbers[0] = UInt32(configuration.maximumRowKeys + 1 + random.below(3) << 20)
            loaded = []
        }
        restored += state
        loads += loaded
        statuses.append(fault == .none ? .done : .state)
        context = fault == .none && tokens > 0 ? tokens : nil
    }

    // MARK: Parts

    /// The words of the bank, once it is asked for.
    private mutating func scan(_ sequence: CascadeSequence) {
        guard !sequence.importance.isEmpty else { return }
        tokenCommands.append(TokenCommand(operation: 3, end: sequence.importance.count))
        let words = tokenWords(sequence)
        scans += words
        scanGates += [Int](repeating: tokenCommands.count, count: words.count)
    }

    private func tokenWords(_ sequence: CascadeSequence) -> [StateItem] {
        let count = sequence.importance.count
        func word(_ numbers: [UInt32], _ first: Int) -> [UInt32] {
            let part = Array(numbers[first..<min(first + lanes, count)])
            return part + [UInt32](repeating: 0, count: lanes - part.count)
        }
        return stride(from: 0, to: count, by: lanes).map {
            StateItem(numbers: word(sequence.importance, $0), born: word(sequence.born, $0), last: false)
        }
    }

    private func state(_ sequence: CascadeSequence?) -> [StateItem] {
        let zeros = [UInt32](repeating: 0, count: lanes)
        var header = zeros
        var items: [StateItem] = [], heads = [UInt32](repeating: 0, count: maximumHeads)
        if let sequence {
            header[0] = UInt32(sequence.importance.count)
            header[1] = UInt32(sequence.rows)
            items = tokenWords(sequence)
            heads.replaceSubrange(0..<sequence.cascade.heads, with: sequence.cascade.headImportance.values)
        }
        items.insert(StateItem(numbers: header, born: zeros, last: false), at: 0)
        items += stride(from: 0, to: maximumHeads, by: lanes).map {
            StateItem(numbers: Array(heads[$0..<$0 + lanes]), born: zeros, last: $0 + lanes == maximumHeads)
        }
        return items
    }

    private mutating func job() -> Job {
        Job(fields: Self.jobFields.map { Int(truncatingIfNeeded: random.next() & ((1 << UInt64($0.bits)) - 1)) },
            query: random.codes(configuration.lane.headSize, bits: 12), headScale: random.below(1 << 16))
    }

    /// Some row over those tokens: peaky, flat, or with a few equal scores.
    private mutating func row(_ tokens: [Int], context: Int) throws -> SpAttenRow {
        let size = configuration.lane.headSize, spread = [1, 3, 12][random.below(3)]
        var keys = [Int16](repeating: 0, count: context * size), values = keys
        for token in tokens {
            for element in 0..<4 { keys[token * size + element] = Int16(random.below(256) - 128) }
            for element in 0..<size { values[token * size + element] = Int16(random.below(255) - 127) }
        }
        var query = [Int16](repeating: 0, count: size)
        for element in 0..<4 { query[element] = Int16(random.below(4000) - 2000) }
        return SpAttenRow(
            query: query, keys: keys, values: values, list: tokens,
            scale: try ScoreScale(mantissa: spread << 13, shift: 20))
    }
}

extension CascadeTraffic {
    /// Everything built so far as one scenario.
    package func scenario() throws -> UnitScenario {
        try UnitScenario(CascadeController(configuration, maximumHeads: maximumHeads)) { streams in
            try sendToController(&streams)
            try streams.expect(statuses, from: "status") { try $1.set("", $0.rawValue) }
            try streams.expect(skipped, from: "skipped") { row, beat in
                try beat.set("layer", row.layer)
                try beat.set("head", row.head)
            }
            try streams.expect(forwarded, from: "lane_job") { job, beat in
                try Self.encode(job, into: beat, prefix: "")
                try beat.set("first", 0)
                try beat.set("end", job.end)
                try beat.set("gathered", job.isGathered)
                try beat.set("loads_list", job.loadsList)
                try beat.set("accumulates", true)
            }
            try streams.expect(forwarded, from: "lane_query") { try $1.set("", $0.query, width: 12) }
            try streams.expect(lists, from: "list") { entry, beat in
                try beat.set("token", entry.token)
                try beat.set("last", entry.last)
            }
            try streams.expect(tokenCommands, from: "token_command") { command, beat in
                try beat.set("operation", command.operation)
                if command.operation != 1 { try beat.set("end", command.end) }
                if let first = command.first { try beat.set("first", first) }
                if let born = command.born { try beat.set("born", born) }
            }
            try streams.expect(loads, from: "token_load") { try Self.encodeWord($0, into: $1) }
            try streams.expect(saved, from: "saved") { try Self.encodeState($0, into: $1) }
        }
    }

    private func sendToController(_ streams: inout StreamScenario) throws {
        try streams.send(commands, to: "command") { command, beat in
            try beat.set("operation", command.operation)
            guard command.operation % 3 == 0 else { return }
            for (field, value) in [
                ("context", command.context), ("layers", command.layers), ("heads", command.heads), ("mode", command.mode),
                ("sink", command.sink), ("recent", command.recent),
                ("token_ratio_unpruned", command.tokenLine.unpruned), ("token_ratio_start", command.tokenLine.start),
                ("token_ratio_step", command.tokenLine.step), ("head_ratio_unpruned", command.headLine.unpruned),
                ("head_ratio_start", command.headLine.start), ("head_ratio_step", command.headLine.step),
            ] { try beat.set(field, value) }
            try beat.set("is_new_sequence", command.isNew)
        }
        try streams.send(jobs, to: "job") { job, beat in
            try Self.encode(job, into: beat, prefix: "job_")
            try beat.set("head_scale", job.headScale)
        }
        try streams.send(jobs, to: "query") { try $1.set("", $0.query, width: 12) }
        try streams.send(restored, to: "restored") { try Self.encodeState($0, into: $1) }
        // The lane.
        try streams.send(outputs, to: "output", gate: .init(after: "lane_job", beats: outputGates)) { output, beat in
            try beat.set("element", Int(output.element))
            try beat.set("last", output.last)
        }
        let rows = forwarded.count, size = configuration.lane.headSize
        let gate = rowsBehind == 0 ? StreamScenario.Gate(after: "lane_job", beats: Array(1...max(1, rows)))
            : .init(after: "output", beats: (1...max(1, rows)).map { min($0 + rowsBehind, rows) * size })
        try streams.send(forwarded, to: "row_done", gate: gate) { _, _ in }
        try streams.send(scans, to: "token_scan", gate: .init(after: "token_command", beats: scanGates)) {
            try Self.encodeWord($0, into: $1)
        }
    }

    private static func encode(_ job: Job, into beat: Beat, prefix: String) throws {
        for (field, value) in zip(jobFields, job.fields) { try beat.set(prefix + field.name, value) }
    }

    private static func encodeWord(_ item: StateItem, into beat: Beat) throws {
        try beat.set("importance", item.numbers, width: 31)
        try beat.set("born", item.born, width: 32)
    }

    private static func encodeState(_ item: StateItem, into beat: Beat) throws {
        try beat.set("numbers", item.numbers, width: 32)
        try beat.set("born", item.born, width: 32)
        try beat.set("last", item.last)
    }
}
