import SeededRandom

/// Explicit hesitations: for each stream, cycles counted from the end of the reset, ascending and disjoint.
struct Stalls: Sendable {
    var ranges: [String: [Range<Int>]]

    func timing(seed: UInt64) -> StreamTiming { .stalls(ranges, seed: seed) }

    /// Behind the last one.
    var end: Int { ranges.values.map { $0.last?.upperBound ?? 0 }.max() ?? 0 }

    var start: Int { ranges.values.compactMap { $0.first?.lowerBound }.min() ?? 0 }

    func earlier(by amount: Int) -> Stalls {
        Stalls(ranges: ranges.mapValues { ranges in
            ranges.filter { $0.upperBound > amount }.map { max(0, $0.lowerBound - amount)..<$0.upperBound - amount }
        })
    }

    var cycleCount: Int { ranges.values.joined().reduce(0) { $0 + $1.count } }

    /// Each stream hesitates in a manner of its own: never, at a random rate, in a few long pauses, or every other cycle.
    static func random(_ streams: [String], cycles: Int, _ random: inout SeededGenerator) -> Stalls {
        var ranges: [String: [Range<Int>]] = [:]
        for stream in streams {
            var own: [Range<Int>] = []
            switch random.below(5) {
            case 0: continue
            case 1:
                let every = 2 + random.below(3), first = random.below(every)
                own = stride(from: first, to: cycles, by: every).map { $0..<$0 + 1 }
            case 2:
                var cycle = random.below(cycles / 2 + 1)
                for _ in 0...random.below(3) {
                    let length = 1 + random.below(cycles / 4 + 1)
                    own.append(cycle..<cycle + length)
                    cycle += length + 1 + random.below(cycles / 4 + 1)
                }
            default:
                let rate = 1 + random.below(15)
                var cycle = 0
                while cycle < cycles {
                    let start = cycle
                    while cycle < cycles, random.below(16) < rate { cycle += 1 }
                    if cycle > start { own.append(start..<cycle) }
                    cycle += 1
                }
            }
            ranges[stream] = own
        }
        return Stalls(ranges: ranges)
    }
}

/// Makes a failing case small: fewer beats, then fewer and shorter stalls, as long as it still fails.
struct Shrinking {
    private let fuzz: BackPressureFuzz
    private var inputs: StreamScenario
    private var stalls: Stalls
    private var error: any Error
    /// Simulated cycles left; every step is tried by running the design.
    private var budget = 3_000_000

    init(_ fuzz: BackPressureFuzz, _ inputs: StreamScenario, _ stalls: Stalls) throws {
        (self.fuzz, self.inputs, self.stalls) = (fuzz, inputs, stalls)
        guard let error = try BackPressureFuzz.Reference(fuzz, inputs).failure(under: stalls) else {
            preconditionFailure("only a failing case can be shrunk")
        }
        self.error = error
    }

    consuming func smallest() throws -> BackPressureFailure {
        try trySmallCases()
        var last = Int.max
        while size < last, budget > 0 {
            last = size
            try shortenInputs()
            try dropStalls()
            try slide()
            try shortenStalls()
        }
        return BackPressureFailure(
            design: fuzz.design.top.name, seed: fuzz.seed,
            beats: inputs.sources.map { ($0.pins.name, $0.beats.count) }, timing: stalls.timing(seed: fuzz.seed),
            stalledCycles: stalls.cycleCount, failure: try explained())
    }

    private var size: Int { inputs.sources.reduce(0) { $0 + $1.beats.count } + stalls.cycleCount }

    /// Takes a smaller case if it fails too.
    private mutating func accept(_ inputs: StreamScenario, _ stalls: Stalls) throws -> Bool {
        guard budget > 0 else { return false }
        // Inputs under which the module breaks its promises even without a stall show nothing.
        guard let reference = try? BackPressureFuzz.Reference(fuzz, inputs) else { return false }
        budget -= 3 * reference.cycles + reference.cycles + stalls.end
        guard let error = try reference.failure(under: stalls) else { return false }
        (self.inputs, self.stalls, self.error) = (inputs, stalls, error)
        return true
    }

    /// Few beats under a few short stalls: many faults show there too, and then the found case need not be taken apart.
    private mutating func trySmallCases() throws {
        var random = SeededGenerator(seed: fuzz.seed, name: "small cases")
        for beats in [1, 2, 3, 4, 6, 8, 12, 16] where inputs.sources.contains(where: { $0.beats.count > beats }) {
            var few = inputs
            for index in few.sources.indices { few.sources[index].beats = inputs.sources[index].beats.prefix(beats) }
            for _ in 0..<60 {
                var ranges: [String: [Range<Int>]] = [:]
                for stream in inputs.streamNames where random.below(2) == 0 {
                    let start = random.below(beats + 8)
                    ranges[stream] = [start..<start + 1 + random.below(4)]
                }
                if try accept(few, Stalls(ranges: ranges)) { return }
            }
        }
    }

    /// Each source down to the shortest prefix that still fails.
    private mutating func shortenInputs() throws {
        for index in inputs.sources.indices {
            var step = max(1, inputs.sources[index].beats.count / 2)
            while step > 0 {
                let count = inputs.sources[index].beats.count
                var shorter = inputs
                shorter.sources[index].beats = inputs.sources[index].beats.prefix(max(0, count - step))
                if try count == 0 || !accept(shorter, stalls) { step /= 2 }
            }
        }
    }

    /// Everything some cycles earlier: without as many of the first beats, or with all of them.
    private mutating func slide() throws {
        let canDrop = inputs.sources.allSatisfy { $0.gate == nil }
        for amount in [32, 16, 8, 4, 2, 1] {
            while true {
                var fewer = inputs
                for index in fewer.sources.indices { fewer.sources[index].beats = fewer.sources[index].beats.dropFirst(amount) }
                let earlier = stalls.earlier(by: amount)
                guard try canDrop && accept(fewer, earlier) || stalls.start >= amount && accept(inputs, earlier) else { break }
            }
        }
    }

    /// Whole streams, then ever smaller runs of stalls.
    private mutating func dropStalls() throws {
        for stream in stalls.ranges.keys.sorted() {
            var fewer = stalls
            fewer.ranges[stream] = nil
            if try accept(inputs, fewer) { continue }
            var chunk = max(1, (stalls.ranges[stream]?.count ?? 0) / 2)
            while chunk > 0 {
                var start = 0
                while let own = stalls.ranges[stream], start < own.count {
                    var fewer = stalls
                    fewer.ranges[stream]!.removeSubrange(start..<min(start + chunk, own.count))
                    if try !accept(inputs, fewer) { start += chunk }
                }
                chunk /= 2
            }
        }
    }

    /// Each stall down to the cycles that matter, from either end.
    private mutating func shortenStalls() throws {
        for stream in stalls.ranges.keys.sorted() {
            for index in (stalls.ranges[stream] ?? []).indices {
                var step = stalls.ranges[stream]![index].count / 2
                while step > 0 {
                    let range = stalls.ranges[stream]![index]
                    if range.count > step {
                        var shorter = stalls
                        shorter.ranges[stream]![index] = range.lowerBound..<range.upperBound - step
                        if try accept(inputs, shorter) { continue }
                        shorter.ranges[stream]![index] = range.lowerBound + step..<range.upperBound
                        if try accept(inputs, shorter) { continue }
                    }
                    step /= 2
                }
            }
        }
    }

    private func explained() throws -> StreamFailure {
        let reference = try BackPressureFuzz.Reference(fuzz, inputs)
        var check = StreamCheck(fuzz.design, reference.scenario)
        check.engine = fuzz.engine
        check.patience = fuzz.patience
        check.mayRestAfter = stalls.end
        check.cycleLimit = reference.cycleLimit(stalls)
        return check.explained(error, stalls.timing(seed: fuzz.seed))
    }
}

/// A timing under which a module makes other beats than without a stall: the smallest that was found.
public struct BackPressureFailure: Sendable, CustomStringConvertible {
    /// Verilog name of the design's top.
    public let design: String
    public let seed: UInt64
    /// How many beats are given to each input stream.
    public let beats: [(stream: String, count: Int)]
    public let timing: StreamTiming
    /// Cycles in which some stream hesitates.
    public let stalledCycles: Int
    public let failure: StreamFailure

    public var description: String {
        let given = beats.map { "\($0.count) to `\($0.stream)`" }.joined(separator: ", ")
        return "back pressure changes what \(design) does; smallest case: beats \(given) (fuzz seed \(seed))\n\(failure)"
    }
}
