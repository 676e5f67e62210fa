import LanguageModel
import Testing
import TestSupport
import Workloads

/// The model against tensors and losses that come from elsewhere.
@Suite struct ModelTests {
    /// Where the window of the fixture `decode-attention.safetensors` begins: the 100th full window of the text.
    static let fixtureStart = 100 * 1024

    @Test("queries, keys and values of layers 0, 5 and 11 are those of the attention fixture, up to its rounding to float16")
    func attentionFixture() throws {
        #expect(try Self.largestExcess(of: Fixture.model.get()) < 1e-4)
    }

    @Test("one gain of 768 that is off by 1 % does not pass for the fixture")
    func brokenGain() throws {
        let directory = try TemporaryDirectory()
        try directory.writeModel(changing: "h.4.kg") { $0[2 * 64 + 7] *= 1.01 }
        #expect(try Self.largestExcess(of: LanguageModel(directory: directory.path)) > 1e-3)
    }

    /// By how much any element is further from the fixture's than half a unit in its last place.
    static func largestExcess(of model: LanguageModel) throws -> Float {
        let text = try Fixture.text.get()
        let prompt = try model.prompt(Array(text.tokens[fixtureStart..<fixtureStart + 1024]))
        let file = try SafetensorsFile(path: PackageFiles.decodeAttention)
        var excess: Float = 0
        func compare(_ name: String, _ ours: (_ head: Int) -> ArraySlice<Float>) throws {
            let stored: [Float16] = try file.tensor(name).elements(as: Float16.self)
            let all = (0..<4).flatMap(ours)
            #expect(stored.count == all.count)
            for (stored, ours) in zip(stored, all) {
                excess = max(excess, abs(Float(stored) - ours) - Float(stored.ulp) / 2)
            }
        }
        for layer in [0, 5, 11] {
            try compare("layer\(layer).query") { prompt.queries[layer][$0][(992 * 64)...] }
            try compare("layer\(layer).key") { prompt.caches[layer][$0].keys[...] }
            try compare("layer\(layer).value") { prompt.caches[layer][$0].values[...] }
        }
        return excess
    }

    @Test("losses of two windows are those of NumPy in double precision")
    func losses() throws {
        let model = try Fixture.model.get(), text = try Fixture.text.get()
        for (start, whole, last) in [
            (0, 2.961394515891879, 2.8238951731217132), (Self.fixtureStart, 1.787413134793156, 0.3138904144589841),
        ] {
            let prompt = try model.prompt(Array(text.tokens[start..<start + 1024]))
            let nats = try model.nats(states: prompt.states, targets: Array(text.tokens[start + 1...start + 1024]))
            #expect(abs(nats.reduce(0, +) / 1024 - whole) < 2e-6)
            #expect(abs(nats[992...].reduce(0, +) / 32 - last) < 1e-5)
        }
    }

    @Test("decode steps give what the prompt gives at the same positions")
    func stepsContinueThePrompt() throws {
        let model = try Fixture.model.get(), tokens = Array(try Fixture.text.get().tokens[..<101])
        let whole = try model.prompt(tokens)
        let start = try model.prompt(Array(tokens[..<93]))
        var attentions: [any DecodeAttention] = [DenseAttention(start)]
        for position in 93..<101 {
            let step = try model.step(token: tokens[position], position: position, &attentions)
            for (index, state) in step.states.enumerated() {
                #expect(abs(state - whole.states[position * 256 + index]) < 5e-5)
            }
            let traffic = step.traffic[0]
            #expect(traffic.contextRows == 12 * 4 * (position + 1) && traffic.queryRows == 48)
            #expect(traffic.total.usefulBits == traffic.contextRows * 2 * 64 * 32)
            #expect(traffic.total.movedBytes64 * 8 == traffic.total.usefulBits)
        }
    }

    @Test("a token gives the same bits whatever is computed beside it")
    func batching() throws {
        let model = try Fixture.model.get(), tokens = Array(try Fixture.text.get().tokens[..<70])
        let prompt = try model.prompt(tokens), shorter = try model.prompt(Array(tokens[..<37]))
        #expect(Array(prompt.states[..<shorter.states.count]) == shorter.states)
        #expect(Array(prompt.caches[11][3].keys[..<(37 * 64)]) == shorter.caches[11][3].keys)
        var alone: [any DecodeAttention] = [DenseAttention(prompt)]
        var many = [any DecodeAttention](repeating: DenseAttention(prompt), count: 6)
        for position in 70..<73 {
            let one = try model.step(token: position, position: position, &alone)
            let six = try model.step(token: position, position: position, &many)
            for sequence in 0..<6 { #expect(Array(six.states[sequence * 256..<(sequence + 1) * 256]) == one.states) }
            #expect(
                try model.nats(states: six.states, targets: [5, 5, 5, 5, 5, 5])
                    == [Double](repeating: model.nats(states: one.states, targets: [5])[0], count: 6))
        }
    }

    @Test func promptsThatCannotBe() throws {
        let model = try Fixture.model.get()
        #expect(throws: LanguageModelError.emptyPrompt) { try model.prompt([]) }
        #expect(throws: LanguageModelError.positionOutOfRange(position: 1024, context: 1024)) {
            try model.prompt([Int](repeating: 1, count: 1025))
        }
        #expect(throws: LanguageModelError.tokenOutOfRange(place: "prompt", index: 1, token: 8192, vocabulary: 8192)) {
            try model.prompt([0, 8192])
        }
        #expect(throws: LanguageModelError.tokenOutOfRange(place: "targets", index: 0, token: -1, vocabulary: 8192)) {
            try model.nats(states: model.prompt([3]).states, targets: [-1])
        }
    }
}
