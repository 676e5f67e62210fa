import Configuration
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
    /// [layers][heads], each [tokens x headSize]: of all tokens, the last step's too.
    private let codes: [[(keys: [Int16], values: [Int16])]]

    /// Decodes `plan.steps` tokens after the prompt of the window that begins at `start`.
    package init(_ evaluation: Evaluation, _ reduction: NamedReduction, windowAt start: Int) throws {
        let tokens = Array(evaluation.text.tokens[start..<start + evaluation.plan.windowTokens])
        let prompt = try evaluation.model.prompt(Array(tokens[..<evaluation.plan.promptTokens]))
        let importance = PrunedAttention.needsImportance(reduction.settings)
            ? PromptImportance(prompt, fractionBits: KeyProbability.fractionBits) : nil
        var attention = try PrunedAttention(prompt, settings: reduction.settings, importance: importance)
        attention.rows = []
        var sequences: [any DecodeAttention] = [attention]
        for position in evaluation.plan.promptTokens..<evaluation.plan.windowTokens {
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
            let placement = try placements[row.layer][row.head] ?? program.place(KeyValuePlanes(
                keys: codes.keys, values: codes.values, headSize: headSize, keyFormat: settings.keyFormat,
                valueFormat: settings.valueFormat))
            placements[row.layer][row.head] = placement
            program.append(
                SpAttenRow(
                    query: row.query.codes, keys: codes.keys, values: codes.values, list: row.list,
                    end: row.list?.count ?? row.position + 1, scale: row.query.scoreScale),
                settings: settings.row, pruning: settings.pruning, tileKeys: tileKeys, over: placement, expecting: row.result)
        }
        return program
    }
}
