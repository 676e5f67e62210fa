import Configuration
import GoldenModel
import SeededRandom
import TestSupport
import Testing

/// Schedules against worked examples, against a list of every unit of work, and the invariants of all of them.
@Suite struct ScheduleTests {
    /// Sequences of so many whole tiles.
    private func schedule(
        tiles: [Int], lanes: Int, heads: Int = 1, _ policy: SchedulePolicy = .streamK, splits: Int = 1
    ) throws -> StreamKScheduler {
        try StreamKScheduler(ScheduleRequest(
            contexts: tiles.map { 64 * $0 }, heads: heads, lanes: lanes, tileKeys: 64, policy: policy, splits: splits))
    }

    /// `0 1 [0,4) host`: head, sequence, tiles and role of each segment, a line a lane.
    private func text(_ schedule: StreamKScheduler) -> [String] {
        schedule.segments.map { segments in
            segments.map { "\($0.sequence)[\($0.tiles.lowerBound),\($0.tiles.upperBound)) \($0.role)" }.joined(separator: ", ")
        }
    }

    @Test func workedByHand() throws {
        let three = try schedule(tiles: [5, 7, 3], lanes: 4)
        #expect(three.ranges.map(\.tiles) == [0..<4, 4..<8, 8..<12, 12..<15])
        #expect(text(three) == [
            "0[0,4) host", "0[4,5) finishing, 1[0,3) host", "1[3,7) finishing", "2[0,3) complete",
        ])
        #expect(ScheduleSummary(three).partials == 2)
        #expect(ScheduleSummary(three).published == 4)
        #expect(text(try schedule(tiles: [10], lanes: 4)) == ["0[0,3) host", "0[3,6) middle", "0[6,8) middle", "0[8,10) finishing"])
        #expect(text(try schedule(tiles: [2, 1, 1, 9], lanes: 3)) == [
            "0[0,2) complete, 1[0,1) complete, 2[0,1) complete, 3[0,1) host", "3[1,5) middle", "3[5,9) finishing",
        ])
        #expect(try schedule(tiles: [3, 3, 3, 3], lanes: 8).ranges.map(\.tiles.count) == [2, 2, 2, 2, 1, 1, 1, 1])
        #expect(text(try schedule(tiles: [1, 1, 1], lanes: 5)) == ["0[0,1) complete", "1[0,1) complete", "2[0,1) complete", "", ""])
        #expect(try schedule(tiles: [4, 4, 4, 4, 4], lanes: 5).segments.allSatisfy { $0.map(\.role) == [.complete] })
        // Figure 8 of the stream-K paper.
        let large = try schedule(tiles: [256], lanes: 108, heads: 56)
        #expect(large.ranges.map(\.tiles.count) == [Int](repeating: 133, count: 80) + [Int](repeating: 132, count: 28))
    }

    @Test func outputsWithoutKeys() throws {
        // What lies between the outputs of two lanes goes with the first, what lies before all with lane 0.
        let schedule = try schedule(tiles: [0, 2, 0, 2, 0], lanes: 2)
        #expect(text(schedule) == [
            "0[0,0) complete, 1[0,2) complete, 2[0,0) complete", "3[0,2) complete, 4[0,0) complete",
        ])
        for policy in SchedulePolicy.allCases {
            let nothing = try self.schedule(tiles: [0, 0], lanes: 3, heads: 2, policy)
            #expect(nothing.segments.map(\.count) == [4, 0, 0])
            #expect(ScheduleSummary(nothing).efficiency == 1)
        }
    }

    @Test func otherPolicies() throws {
        // Three outputs a head, two heads, four lanes: 2, 2, 1, 1 outputs.
        let perHead = try schedule(tiles: [5, 0, 7, 3], lanes: 4, heads: 2, .perHead)
        #expect(perHead.ranges.map(\.tiles) == [0..<12, 12..<20, 20..<27, 27..<30])
        // Chunks of ceil(9 / 2) = 5 tiles: 1 + 2 + 1; the four go to three lanes as 2, 1, 1.
        let split = try schedule(tiles: [2, 9, 5], lanes: 3, .fixedSplit, splits: 2)
        #expect(split.chunkTiles == 5)
        #expect(text(split) == ["0[0,2) complete, 1[0,5) host", "1[5,9) finishing", "2[0,5) complete"])
    }

    @Test func cutsByKeys() throws {
        func schedule(_ contexts: [Int], lanes: Int, _ policy: SchedulePolicy, byKeys: Bool = true) throws -> StreamKScheduler {
            try StreamKScheduler(ScheduleRequest(
                contexts: contexts, heads: 1, lanes: lanes, tileKeys: 100, policy: policy, byKeys: byKeys))
        }
        // 310 keys: cuts after 104 and 207, in the second tile and in the third; each goes to the lane before.
        #expect(text(try schedule([310], lanes: 3, .streamK)) == ["0[0,2) host", "0[2,3) middle", "0[3,4) finishing"])
        // The cut after 305 lies in the last tile, which is not cut: the next lane begins with the next output.
        #expect(text(try schedule([310, 300], lanes: 2, .streamK)) == ["0[0,4) complete", "1[0,3) complete"])
        // More lanes than tiles: ranges without a tile, that hand on what their neighbours have where they lie inside an output.
        let narrow = try schedule([150], lanes: 4, .streamK)
        #expect(text(narrow) == ["0[0,1) host", "0[1,1) middle", "0[1,2) finishing", ""])
        #expect(narrow.segments[1][0].keys == 100..<100)
        // By itself the scheduler cuts by keys where a tile is not full, and then only.
        #expect(try schedule([200, 300], lanes: 3, .auto).cutsByKeys == false)
        #expect(try schedule([200, 301], lanes: 3, .auto, byKeys: false).cutsByKeys)
        #expect(try schedule([200, 301], lanes: 3, .streamK, byKeys: false).cutsByKeys == false)
    }

    @Test func badLaunches() {
        let good = ScheduleRequest(contexts: [100], heads: 1, lanes: 1, tileKeys: 128)
        let faults: [(ScheduleError, (inout ScheduleRequest) -> Void)] = [
            (.notPositive("lanes", 0), { $0.lanes = 0 }), (.notPositive("heads", -1), { $0.heads = -1 }),
            (.notPositive("keys of a tile", 0), { $0.tileKeys = 0 }), (.notPositive("splits", 0), { $0.splits = 0 }),
            (.tileTooLarge(limit: 1 << 32), { $0.tileKeys = .max }), (.noSequence, { $0.contexts = [] }), (.tooLarge(limit: 1 << 22), { $0.lanes = .max }),
            (.tooLarge(limit: 1 << 22), { ($0.heads, $0.contexts) = (1 << 12, [Int](repeating: 1, count: 1025)) }),
            (.contextOutOfRange(sequence: 1, context: -1, limit: 1 << 32), { $0.contexts = [0, -1] }),
        ]
        for (error, spoil) in faults {
            var request = good
            spoil(&request)
            #expect(throws: error) { try StreamKScheduler(request) }
        }
    }

    // MARK: Random launches

    private func random(_ random: inout SeededGenerator, largest: Int) -> ScheduleRequest {
        let tileKeys = [4, 16, 64][random.below(3)], most = tileKeys * (1 + random.below(largest))
        let kind = random.below(4)
        let contexts = (0..<1 + random.below(10)).map { _ in
            switch kind {
            case 0: tileKeys * random.below(most / tileKeys + 1)
            case 1: random.below(3) == 0 ? random.below(most + 1) : random.below(2)
            default: random.below(most + 1)
            }
        }
        return ScheduleRequest(
            contexts: contexts, heads: 1 + random.below(8), lanes: 1 + random.below([4, 16, 64][random.below(3)]), tileKeys: tileKeys,
            policy: SchedulePolicy.allCases[random.below(4)], splits: 1 + random.below(12), byKeys: random.below(2) == 0)
    }

    /// Every cut, from a list of all units of work instead of sums.
    @Test func agreesWithAListOfAllUnits() throws {
        var generator = TestSeed.generator(#function)
        for _ in 0..<2_000 {
            let request = random(&generator, largest: 5), schedule = try StreamKScheduler(request)
            func tiles(_ sequence: Int) -> Int { (request.contexts[sequence] + request.tileKeys - 1) / request.tileKeys }
            let longest = request.contexts.indices.map(tiles).max()!
            let chunk = (longest + request.splits - 1) / request.splits
            let byKeys = request.policy == .streamK && request.byKeys
                || request.policy == .auto && !request.contexts.allSatisfy { $0 % request.tileKeys == 0 }
            // Each unit as (head, sequence, first key); a cut in front of it goes up to the next tile.
            var units: [(head: Int, sequence: Int, key: Int)] = []
            for head in 0..<request.heads {
                for (sequence, context) in request.contexts.enumerated() where context > 0 {
                    let step = switch request.policy {
                    case .perHead: context
                    case .fixedSplit: chunk * request.tileKeys
                    case .streamK, .auto: byKeys ? 1 : request.tileKeys
                    }
                    units += stride(from: 0, to: context, by: step).map { (head, sequence, $0) }
                }
            }
            var next = 0
            for lane in 0..<request.lanes {
                // Shares differ by one at most, the larger ones first.
                next += units.count / request.lanes + (lane < units.count % request.lanes ? 1 : 0)
                var expected = TilePointer(head: request.heads, sequence: 0, tile: 0)
                if next < units.count {
                    var (head, sequence, key) = units[next]
                    while key % request.tileKeys != 0 && key < request.contexts[sequence] { key += 1 }
                    if key == request.contexts[sequence] {
                        key = 0
                        sequence += 1
                        if sequence == request.contexts.count { (head, sequence) = (head + 1, 0) }
                    }
                    expected = TilePointer(head: head, sequence: sequence, tile: key / request.tileKeys)
                }
                #expect(schedule.ranges[lane].end == expected, "lane \(lane) of \(request); \(TestSeed.rerun)")
            }
        }
    }

    @Test func invariants() throws {
        var generator = TestSeed.generator(#function)
        for _ in 0..<10_000 {
            let request = random(&generator, largest: 40), schedule = try StreamKScheduler(request)
            let segments = schedule.segments, summary = ScheduleSummary(schedule)
            let place: Comment = "\(request); \(TestSeed.rerun)"
            // Ranges follow each other; segments cover each tile and key of each output once, in order.
            #expect(schedule.ranges.first!.tiles.lowerBound == 0 && schedule.ranges.last!.tiles.upperBound == summary.tiles, place)
            #expect(zip(schedule.ranges, schedule.ranges.dropFirst()).allSatisfy { $0.end == $1.first }, place)
            var all = segments.joined().makeIterator()
            for head in 0..<request.heads {
                for (sequence, context) in request.contexts.enumerated() {
                    var tile = 0, key = 0
                    while let segment = all.next() {
                        try #require((segment.head, segment.sequence) == (head, sequence), place)
                        try #require(segment.tiles.lowerBound == tile && segment.keys.lowerBound == key, place)
                        try #require(segment.opens == (tile == 0), place)
                        (tile, key) = (segment.tiles.upperBound, segment.keys.upperBound)
                        if segment.closes { break }
                        // Cuts lie between tiles.
                        try #require(key == tile * request.tileKeys && key < context, place)
                    }
                    try #require(tile == schedule.sequenceTiles[sequence] && key == context, place)
                }
            }
            #expect(all.next() == nil, place)
            // A lane hands over the state of its first segment, or of its last, and of no other.
            for (lane, own) in segments.enumerated() {
                #expect(own.dropFirst().allSatisfy(\.opens) && own.dropLast().allSatisfy(\.closes), place)
                #expect(own.reduce(0) { $0 + $1.tiles.count } == schedule.ranges[lane].tiles.count, place)
            }
            #expect(summary.segments <= request.heads * request.contexts.count + request.lanes - 1, place)
            #expect(summary.partials == summary.segments - request.heads * request.contexts.count, place)
            #expect(summary.partials <= request.lanes - 1, place)
            #expect(summary.published <= 2 * (request.lanes - 1), place)
            guard [.streamK, .auto].contains(request.policy) else { continue }
            let fair = (schedule.cutsByKeys ? summary.keys : summary.tiles + request.lanes - 1) / request.lanes
            if schedule.cutsByKeys {
                #expect(summary.makespanKeys <= fair + 1 + request.tileKeys, place)
            } else {
                #expect(summary.makespanTiles == fair, place)
                // A host never waits for its peers.
                #expect(LaneResidency(schedule, places: request.lanes, order: .ascending).longestWait == 0, place)
            }
        }
    }

    /// Chunks are not equal work: under a fixed split a host may wait, so the check above can fail.
    @Test func aHostWaitsUnderAFixedSplit() throws {
        let schedule = try schedule(tiles: [1, 1, 8], lanes: 2, .fixedSplit, splits: 4)
        #expect(text(schedule) == ["0[0,1) complete, 1[0,1) complete, 2[0,2) host", "2[2,8) finishing"])
        #expect(LaneResidency(schedule, places: 2, order: .ascending).longestWait == 2)
    }

    /// Lanes that share fewer places: in ascending order a host can hold the place that its peer needs.
    @Test func issueOrderDecidesOnDeadlock() throws {
        let two = try schedule(tiles: [4], lanes: 2)
        #expect(LaneResidency(two, places: 1, order: .ascending).end == nil)
        #expect(LaneResidency(two, places: 1, order: .ascending).blocked == [0])
        #expect(LaneResidency(two, places: 1, order: .descending).end == 4)
        #expect(LaneResidency(two, places: 2, order: .ascending).end == 2)
        var generator = TestSeed.generator(#function)
        var deadlocks: [LaneResidency.IssueOrder: Int] = [.ascending: 0, .descending: 0]
        var cases = 0
        while cases < 2_000 {
            let request = random(&generator, largest: 20)
            guard request.lanes > 1 else { continue }
            cases += 1
            let schedule = try StreamKScheduler(request), places = 1 + generator.below(min(8, request.lanes - 1))
            for order in LaneResidency.IssueOrder.allCases {
                let run = LaneResidency(schedule, places: places, order: order)
                if run.end == nil { deadlocks[order]! += 1 }
                #expect((run.end == nil) == !run.blocked.isEmpty)
            }
        }
        print("of \(cases) random schedules on fewer places than lanes \(deadlocks[.ascending]!) stop for ever in ascending order")
        #expect(deadlocks[.ascending]! > 20)
        #expect(deadlocks[.descending] == 0)
    }

    // MARK: Degenerations

    @Test func becomesWholeRows() throws {
        // As many outputs as lanes, or a multiple, of one length: nothing is divided.
        for multiple in 1...3 {
            let streamK = try schedule(tiles: [7], lanes: 12, heads: 12 * multiple)
            #expect(streamK.ranges == (try schedule(tiles: [7], lanes: 12, heads: 12 * multiple, .perHead)).ranges)
            #expect(ScheduleSummary(streamK).published == 0)
        }
        // And with one tile an output.
        #expect(ScheduleSummary(try schedule(tiles: [1, 1, 1], lanes: 7, heads: 5)).published == 0)
    }

    @Test func becomesFlashDecoding() throws {
        for splits in [2, 4, 8] {
            let streamK = try schedule(tiles: [64], lanes: 6 * splits, heads: 6)
            #expect(streamK.ranges == (try schedule(tiles: [64], lanes: 6 * splits, heads: 6, .fixedSplit, splits: splits)).ranges)
            #expect(streamK.segments.allSatisfy { $0.count == 1 && $0[0].tiles.count == 64 / splits })
        }
    }

    @Test func flashDecodingSplits() {
        for (outputs, lanes, tiles, splits) in [
            (87, 108, 256, 1), (86, 108, 256, 5), (64, 108, 1024, 3), (64, 304, 1024, 9), (512, 912, 1024, 5), (1, 108, 256, 86), (3, 4, 0, 1),
            (1, 64, 1, 1),
        ] {
            #expect(SchedulePolicy.flashDecodingSplits(outputs: outputs, lanes: lanes, tiles: tiles) == splits, "\(outputs) on \(lanes)")
        }
    }
}
