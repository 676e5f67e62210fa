import Configuration
import Driver
import FixedPoint
import GoldenModel
import LanguageModel

/// The decode steps of a language model's window as a lane that prunes gets them: every row of every layer and head, over the
/// prompt's keys and values and those of the tokens since, with what the golden models make of each.
package struct CascadeReplay: Sendable {
    /// In the order in which a lane computes them: by step, layer and head. Pruned heads have none.
    package let rows: [PrunedAttention.Row]
    private let settings: ReductionSettings
    private let headSize: Int
    /// Of the tokens that are decoded.
    private let positions: Range<Int>
    /// [layers][heads], each [tokens x headSize]: of all tokens, the last step's too.
    private let codes: [[(keys: [Int16], values: [Int16])]]
    /// [layers][heads].
    private let headScales: [[Int]]
    /// What the prompt leaves; nil if neither tokens nor heads are pruned.
    private let cascade: Cascade?

    /// Decodes `plan.steps` tokens after the prompt of the window that begins at `start`.
    package init(_ evaluation: Evaluation, _ reduction: NamedReduction, windowAt start: Int) throws {
        let tokens = Array(evaluation.text.tokens[start..<start + evaluation.plan.windowTokens])
        let prompt = try evaluation.model.prompt(Array(tokens[..<evaluation.plan.promptTokens]))
        let importance = PrunedAttention.needsImportance(reduction.settings)
            ? PromptImportance(prompt, fractionBits: KeyProbability.fractionBits) : nil
        var attention = try PrunedAttention(prompt, settings: reduction.settings, importance: importance)
        cascade = attention.cascade
        attention.rows = []
        var sequences: [any DecodeAttention] = [attention]
        positions = evaluation.plan.promptTokens..<evaluation.plan.windowTokens
        for position in positions {
            _ = try evaluation.model.step(token: tokens[position], position: position, &sequences)
        }
        guard let finished = sequences[0] as? PrunedAttention, let rows = finished.rows else {
            preconditionFailure("a step exchanged its attention for another")
        }
        self.rows = rows
        settings = reduction.settings
        headSize = prompt.shape.headSize
        codes = prompt.caches.indices.map { layer in
            prompt.caches[layer].indices.map { finished.codes(layer: layer, head: $0) }
        }
        headScales = prompt.caches.indices.map { layer in
            prompt.caches[layer].indices.map { finished.headScale(layer: layer, head: $0) }
        }
    }

    /// The rows that `includes` names, for a lane of that configuration.
    ///
    /// Planes are laid once, with the rows of all tokens: a row of attention reads those up to its own, and those behind change
    /// no byte of them.
    /// - Precondition: the configuration has the model's head size.
    package func program(
        for configuration: SpAttenConfiguration, including includes: (PrunedAttention.Row) -> Bool = { _ in true }
    ) throws -> SpAttenProgram {
        precondition(configuration.lane.headSize == headSize, "the lane is for another head size")
        var program = SpAttenProgram(configuration)
        var placements = codes.map { [MemoryImage.Placement?](repeating: nil, count: $0.count) }
        let tileKeys = settings.scope == .row ? configuration.maximumRowKeys : settings.tileKeys
        for row in rows where includes(row) {
            let codes = codes[row.layer][row.head]
            let placement = try placements[row.layer][row.head] ?? program.place(planes(row.layer, row.head))
            placements[row.layer][row.head] = placement
            program.append(
                SpAttenRow(
                    query: row.query.codes, keys: codes.keys, values: codes.values, list: row.list,
                    end: row.list?.count ?? row.position + 1, scale: row.query.scoreScale),
                settings: settings.row, pruning: settings.pruning, tileKeys: tileKeys, over: placement, expecting: row.result)
        }
        return program
    }

    /// The steps for a lane that makes the lists itself: the state that the prompt leaves goes in, then every token is an
    /// iteration of all layers and heads, after each of which the importances come out unless `savesState` is false.
    ///
    /// A pruned head brings a query of zeros: the model has none for it.
    /// - Precondition: the configuration has the model's head size, and the reduction prunes tokens or heads.
    package func cascadeProgram(for configuration: SpAttenConfiguration, savesState: Bool = true) throws -> CascadeProgram {
        precondition(configuration.lane.headSize == headSize, "the lane is for another head size")
        guard let cascade else { preconditionFailure("a reduction without a cascade") }
        var program = try CascadeProgram(configuration, rows: settings.row, pruning: settings.pruning, scope: settings.scope)
        let placements = try codes.indices.map { layer in
            try codes[layer].indices.map { program.place(try planes(layer, $0)) }
        }
        var sequence = CascadeProgram.Sequence(
            cascade, tokenRatios: try settings.tokenRatios(layers: codes.count), headRatios: try settings.headRatios(layers: codes.count))
        program.restore(sequence)
        var rest = rows[...]
        for position in positions {
            try program.appendIteration(of: &sequence, context: position + 1) { layer, head in
                var query = [Int16](repeating: 0, count: headSize), scale = try ScoreScale(real: 1)
                if let row = rest.first, (row.position, row.layer, row.head) == (position, layer, head) {
                    (query, scale) = (row.query.codes, row.query.scoreScale)
                    rest.removeFirst()
                }
                let codes = codes[layer][head]
                return CascadeProgram.HeadRow(
                    query: query, keys: codes.keys, values: codes.values, scale: scale, headScale: headScales[layer][head],
                    planes: placements[layer][head])
            }
            if savesState { program.save(sequence) }
        }
        return program
    }

    /// A window on a whole accelerator, as far as it has come.
    private struct Placed {
        let replay: CascadeReplay
        var layers: [SystemProgram.Layer]
        /// Nil if neither tokens nor heads are pruned.
        var sequence: CascadeProgram.Sequence?
        let state: SystemProgram.StatePlace
        /// Those to come.
        var rest: ArraySlice<PrunedAttention.Row>
    }

    /// The steps for a whole accelerator: in each the host appends the token's keys and values and gives a chain of all layers.
    ///
    /// A reduction that prunes tokens or heads runs in the cascade, from the state that the prompt leaves; the rows of another one are
    /// direct.
    /// - Precondition: the configuration has the model's head size.
    package func systemProgram(for system: SystemConfiguration, region: DeviceRegion, seed: UInt64 = 1) throws -> SystemProgram {
        try Self.systemProgram(of: [self], for: system, region: region, seed: seed)
    }

    /// The same of several windows, each in a slot of its own, whose layers take turns in a chain.
    /// - Precondition: they have as many positions and layers, and there are slots for all that prune tokens or heads.
    package static func systemProgram(
        of replays: [CascadeReplay], for system: SystemConfiguration, region: DeviceRegion, seed: UInt64 = 1
    ) throws -> SystemProgram {
        precondition(replays.allSatisfy { $0.cascade == nil } || replays.count <= system.slots, "there are not as many slots")
        var program = try SystemProgram(system, region: region, seed: seed)
        var placed = try replays.map { try $0.placed(&program) }
        for step in 0..<replays[0].positions.count {
            var jobs: [[SystemProgram.Job]] = []
            for slot in placed.indices { jobs.append(try placed[slot].replay.step(step, slot, &placed[slot], &program)) }
            program.append([jobs[0].indices.flatMap { layer in jobs.map { $0[layer] } }])
        }
        return program
    }

    /// With the prompt's keys and values in memory.
    private func placed(_ program: inout SystemProgram) throws -> Placed {
        precondition(program.configuration.lane.lane.headSize == headSize, "the system is for another head size")
        var layers: [SystemProgram.Layer] = []
        for heads in codes {
            var layer = try program.placeLayer(
                heads: heads.count, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, capacity: positions.upperBound)
            try program.append(heads.map { rows(of: $0, 0..<positions.lowerBound) }, to: &layer, byHost: false)
            layers.append(layer)
        }
        var sequence: CascadeProgram.Sequence?
        if let cascade {
            sequence = CascadeProgram.Sequence(
                cascade, tokenRatios: try settings.tokenRatios(layers: codes.count), headRatios: try settings.headRatios(layers: codes.count))
        }
        return Placed(replay: self, layers: layers, sequence: sequence, state: try program.placeState(of: sequence), rest: rows[...])
    }

    /// The layers of the position number `step`.
    private func step(_ step: Int, _ slot: Int, _ placed: inout Placed, _ program: inout SystemProgram) throws -> [SystemProgram.Job] {
        let position = positions.lowerBound + step
        for layer in codes.indices {
            try program.append(codes[layer].map { rows(of: $0, position..<position + 1) }, to: &placed.layers[layer], byHost: true)
        }
        var works: [SystemProgram.LayerWork] = []
        for layer in codes.indices {
            var heads: [HeadRecord] = []
            for head in codes[layer].indices {
                // A pruned head has none.
                var query = [Int16](repeating: 0, count: headSize), scale = try ScoreScale(real: 1)
                if let row = placed.rest.first, (row.position, row.layer, row.head) == (position, layer, head) {
                    (query, scale) = (row.query.codes, row.query.scoreScale)
                    placed.rest.removeFirst()
                }
                heads.append(HeadRecord(query: query, scale: scale, headScale: headScales[layer][head]))
            }
            let lane = program.configuration.lane
            works.append(SystemProgram.LayerWork(
                placed.layers[layer], heads: heads, tileKeys: settings.scope == .row ? lane.maximumRowKeys : settings.tileKeys,
                pruning: settings.pruning))
        }
        guard var sequence = placed.sequence else {
            return try works.map { try program.directJob($0, context: position + 1) }
        }
        let isFirst = step == 0, isLast = step == positions.count - 1
        let jobs = try program.iteration(
            of: &sequence, slot: slot, context: position + 1, isNew: false, layers: works,
            state: isFirst || isLast ? (place: placed.state, restores: isFirst, saves: isLast) : nil)
        placed.sequence = sequence
        return jobs
    }

    /// Of a head, [tokens x headSize].
    private func rows(of codes: (keys: [Int16], values: [Int16]), _ tokens: Range<Int>) -> (keys: [Int16], values: [Int16]) {
        let elements = tokens.lowerBound * headSize..<tokens.upperBound * headSize
        return (Array(codes.keys[elements]), Array(codes.values[elements]))
    }

    private func planes(_ layer: Int, _ head: Int) throws -> KeyValuePlanes {
        let codes = codes[layer][head]
        return try KeyValuePlanes(
            keys: codes.keys, values: codes.values, headSize: headSize, keyFormat: settings.keyFormat,
            valueFormat: settings.valueFormat)
    }
}
