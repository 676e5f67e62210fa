import Configuration
import Driver
import FixedPoint
import GoldenModel
import SeededRandom

/// Jobs of all kinds at random: rows by themselves with lists and without, iterations of sequences that take turns in the slots, a layer
/// at a time where there are several, their states saved and loaded between, into the same slot or another, their tokens appended;
/// mostly of few tokens, in chains of any length.
public struct RandomSystemJobs {
    public let configuration: SystemConfiguration
    /// Most tokens of a sequence.
    public var longest = 200
    private var random: SeededGenerator
    /// One more than there are slots.
    private var sequences: [Sequence?] = []
    private var state: [SystemProgram.StatePlace] = []
    private var slots: [Slot] = []

    private struct Slot {
        /// Of the sequences, the one that it holds.
        var resident: Int?
        /// Jobs of its iteration that have not been given yet.
        var jobs: [SystemProgram.Job] = []
    }

    private struct Sequence {
        var golden: CascadeProgram.Sequence
        var layers: [SystemProgram.Layer]
        var tokens = 0
        let heads, capacity: Int
        /// Its state is in memory as it is.
        var isSaved = false
    }

    public init(_ configuration: SystemConfiguration, generator: SeededGenerator) {
        self.configuration = configuration
        random = generator
    }

    private var headSize: Int { configuration.lane.lane.headSize }

    /// A program of at least that many jobs. Sequences do not outlive it.
    public mutating func program(jobs count: Int, region: DeviceRegion, firstID: UInt32 = 1) throws -> SystemProgram {
        var program = try SystemProgram(configuration, region: region, seed: random.next(), firstID: firstID)
        sequences = [Sequence?](repeating: nil, count: configuration.slots + 1)
        state = []
        for _ in sequences.indices { state.append(try program.placeState()) }
        slots = [Slot](repeating: Slot(), count: configuration.slots)
        var waiting: [[SystemProgram.Job]] = []
        while program.jobs.count + waiting.joined().count < count || slots.contains(where: { !$0.jobs.isEmpty }) {
            let isEnough = program.jobs.count + waiting.joined().count >= count
            let job = try next(&program, beginsNone: isEnough)
            if waiting.isEmpty || random.below(3) == 0 { waiting.append([]) }
            waiting[waiting.count - 1].append(job)
            if random.below(4) == 0 {
                program.append(waiting)
                waiting = []
            }
        }
        program.append(waiting)
        return program
    }

    /// The next layer of an iteration, or rows by themselves if none is under way.
    private mutating func next(_ program: inout SystemProgram, beginsNone: Bool) throws -> SystemProgram.Job {
        let busy = slots.indices.filter { !slots[$0].jobs.isEmpty }
        if busy.isEmpty, random.below(3) == 0 { return try directJob(&program) }
        // Towards the end only what has begun goes on.
        let slot = busy.isEmpty || !beginsNone && random.below(2) == 0 ? random.below(slots.count) : busy[random.below(busy.count)]
        if slots[slot].jobs.isEmpty { slots[slot].jobs = try iteration(in: slot, &program) }
        return slots[slot].jobs.removeFirst()
    }

    private mutating func options() -> SystemProgram.JobOptions {
        var options = SystemProgram.JobOptions()
        options.writesList = random.below(2) == 0
        options.hasCompletion = random.below(5) > 0
        options.interrupts = random.below(3) == 0
        options.recordGap = random.below(3) == 0 ? 64 * random.below(4) : 0
        options.outputGap = random.below(3) == 0 ? 64 * random.below(4) : 0
        return options
    }

    private mutating func rows(_ count: Int, of layer: SystemProgram.Layer) -> [(keys: [Int16], values: [Int16])] {
        (0..<layer.store.heads).map { _ in
            (random.uniformCodes(count * headSize, bits: layer.store.keyFormat.bits),
             random.uniformCodes(count * headSize, bits: layer.store.valueFormat.bits))
        }
    }

    private mutating func layer(heads: Int, capacity: Int, _ program: inout SystemProgram) throws -> SystemProgram.Layer {
        try program.placeLayer(
            heads: heads, keyFormat: KeyFormat.supported[random.below(KeyFormat.supported.count)],
            valueFormat: ValueFormat.supported[random.below(ValueFormat.supported.count)], capacity: capacity)
    }

    private mutating func work(_ layer: SystemProgram.Layer) throws -> SystemProgram.LayerWork {
        let tiles = configuration.lane.tileSizes
        // Standard deviation of a sum of products of two uniform codes.
        let deviation = Double(headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + layer.store.keyFormat.bits)) / 12
        let heads = try (0..<layer.store.heads).map { _ in
            HeadRecord(
                query: random.uniformCodes(headSize, bits: NumericFormats.queryBits),
                scale: try ScoreScale(real: [0.05, 0.5, 1, 2, 4, 8, 16, 64][random.below(8)] / deviation), headScale: random.below(1 << 16))
        }
        return SystemProgram.LayerWork(
            layer, heads: heads, tileKeys: tiles[random.below(tiles.count)],
            pruning: random.below(3) == 0 ? .dense : SpAttenProgram.randomPruning(&random), options: options())
    }

    private mutating func directJob(_ program: inout SystemProgram) throws -> SystemProgram.Job {
        let context = random.below(4) == 0 ? random.below(4) : random.below(longest + 1)
        var layer = try layer(heads: 1 + random.below(4), capacity: max(1, context), &program)
        try program.append(rows(context, of: layer), to: &layer, byHost: false)
        let work = try work(layer)
        guard context > 0, random.below(2) == 0 else { return try program.directJob(work, context: context) }
        let keep = [950, 540, 300, 100, 20][random.below(5)]
        let list = (0..<context).filter { _ in random.below(1000) < keep }
        return try program.directJob(work, context: context, list: list.isEmpty ? [random.below(context)] : list)
    }

    private mutating func iteration(in slot: Int, _ program: inout SystemProgram) throws -> [SystemProgram.Job] {
        // None whose iteration is under way elsewhere.
        let idle = sequences.indices.filter { index in !slots.contains { !$0.jobs.isEmpty && $0.resident == index } }
        let index = idle[random.below(idle.count)], isHere = slots[slot].resident == index
        let isLost = sequences[index].map { !isHere && !$0.isSaved || $0.tokens == $0.capacity } ?? true
        let isNew = isLost || random.below(8) == 0
        if isNew { sequences[index] = try newSequence(&program) }
        guard var sequence = sequences[index] else { preconditionFailure("a sequence was just made") }
        let added = isNew ? 1 + random.below(sequence.capacity) : random.below(min(4, sequence.capacity - sequence.tokens + 1))
        if added > 0 {
            let byHost = !isNew
            for layer in sequence.layers.indices {
                try program.append(rows(added, of: sequence.layers[layer]), to: &sequence.layers[layer], byHost: byHost)
            }
        }
        sequence.tokens += added
        let restores = !isNew && (!isHere || random.below(3) == 0 && sequence.isSaved)
        let saves = random.below(2) == 0
        var layers: [SystemProgram.LayerWork] = []
        for layer in sequence.layers { layers.append(try work(layer)) }
        let jobs = try program.iteration(
            of: &sequence.golden, slot: slot, context: sequence.tokens, isNew: isNew, layers: layers,
            state: (place: state[index], restores: restores, saves: saves))
        sequence.isSaved = saves
        for other in slots.indices where slots[other].resident == index { slots[other].resident = nil }
        slots[slot].resident = index
        sequences[index] = sequence
        return jobs
    }

    private mutating func newSequence(_ program: inout SystemProgram) throws -> Sequence {
        let layers = 1 + random.below(3), heads = 1 + random.below(4)
        let capacity = random.below(3) == 0 ? 1 + random.below(8) : 1 + random.below(longest)
        // Several lanes refuse the mode that rounds.
        let modes = ImportanceMode.allCases.filter { configuration.lanes == 1 || $0 != .decay }
        func ratio(_ random: inout SeededGenerator) -> RatioLine {
            let unpruned = random.below(layers + 1), start = 1 + random.below(1 << 16)
            let most = min(start - 1, 20_000) / layers
            return RatioLine(unpruned: unpruned, start: start, step: random.below(4) == 0 ? 0 : -random.below(most + 1))
        }
        let golden = try CascadeProgram.Sequence(
            layers: layers, heads: heads, tokenRatios: ratio(&random), headRatios: ratio(&random),
            settings: CascadeSettings(
                importance: modes[random.below(modes.count)], sink: random.below(4), recent: random.below(4)))
        var placed: [SystemProgram.Layer] = []
        for _ in 0..<layers { placed.append(try layer(heads: heads, capacity: capacity, &program)) }
        return Sequence(golden: golden, layers: placed, heads: heads, capacity: capacity)
    }
}
