import SeededRandom
import TestSupport
import Testing
import Verification

/// One pseudo-channel against timings worked out by hand, and against its rules on random reads.
@Suite struct HBM2Tests {
    /// A read of a bank and row.
    struct Place {
        let bank, row: Int
        /// Clocks before which it does not come.
        var from = 0
    }

    /// Reads in order, each put into the queue as soon as there is room; returns all commands.
    static func commands(_ timing: HBM2Timing, _ places: [Place]) -> [HBM2Channel.Command] {
        var channel = HBM2Channel(timing, start: 0)
        var log: [HBM2Channel.Command] = []
        channel.trace = { log.append($0) }
        var next = 0, done = 0, clock = 0
        while done < places.count, clock < 10_000_000 {
            while next < places.count, places[next].from <= clock, channel.hasRoom {
                let place = places[next]
                channel.append(.init(owner: next, bank: place.bank, group: place.bank / timing.banksPerGroup, row: place.row))
                next += 1
            }
            if channel.tick(clock) != nil { done += 1 }
            clock += 1
        }
        return log
    }

    static func clocks(_ kind: HBM2Channel.Command.Kind, _ log: [HBM2Channel.Command]) -> [Int] {
        log.filter { $0.kind == kind }.map(\.clock)
    }

    /// Without refresh.
    static let plain: HBM2Timing = {
        var timing = HBM2Timing()
        timing.tREFI = nil
        return timing
    }()

    @Test("a stream of row conflicts runs at tRC, to the clock")
    func rowConflicts() {
        let log = Self.commands(Self.plain, (0..<100).map { Place(bank: 3, row: $0) })
        #expect(Self.clocks(.activate, log) == (0..<100).map { 42 * $0 })
        #expect(Self.clocks(.read, log) == (0..<100).map { 12 + 42 * $0 })
        // With a short tRAS, the read's tRTP decides: 12 + 20 + 14.
        var timing = Self.plain
        (timing.tRAS, timing.tRTP) = (20, 20)
        #expect(Self.clocks(.read, Self.commands(timing, (0..<5).map { Place(bank: 3, row: $0) })) == (0..<5).map { 12 + 46 * $0 })
    }

    @Test("reads of an open row run at tCCD_L in one bank, at tCCD_S over bank groups")
    func rowHits() {
        #expect(Self.clocks(.read, Self.commands(Self.plain, (0..<20).map { _ in Place(bank: 3, row: 7) })) == (0..<20).map { 12 + 3 * $0 })
        let log = Self.commands(Self.plain, (0..<4000).map { Place(bank: 4 * ($0 % 4), row: 7) })
        let reads = Self.clocks(.read, log)
        // Four activations, tRRD_S apart; from then on every burst follows the last.
        #expect(Self.clocks(.activate, log) == [0, 4, 8, 12])
        #expect(zip(reads, reads.dropFirst()).suffix(3900).allSatisfy { $1 - $0 == 2 })
        #expect(reads.last! <= 12 + 2 * 4000 + 24)
    }

    @Test("activations keep tRRD_S, tRRD_L and tFAW")
    func activations() {
        // One bank of each group in turn.
        let spread = (0..<8).map { Place(bank: 4 * ($0 % 4) + $0 / 4, row: 1) }
        #expect(Self.clocks(.read, Self.commands(Self.plain, spread)) == [12, 16, 20, 24, 28, 32, 36, 40])
        var timing = Self.plain
        timing.tFAW = 30
        #expect(Self.clocks(.read, Self.commands(timing, spread)) == [12, 16, 20, 24, 42, 46, 50, 54])
        // All banks of one group.
        #expect(Self.clocks(.read, Self.commands(Self.plain, (0..<4).map { Place(bank: $0, row: 1) })) == [12, 18, 24, 30])
    }

    @Test("random rows over all banks run at tFAW")
    func randomRows() {
        var random = TestSeed.generator("rows")
        let reads = Self.clocks(.read, Self.commands(Self.plain, (0..<4000).map { _ in Place(bank: random.below(16), row: random.below(1 << 14)) }))
        // Four activations in 16 clocks at best; a queue of 32 finds other banks most of the time.
        let clocksPerRead = Double(reads.last! - reads.first!) / 3999
        #expect(clocksPerRead >= 4 && clocksPerRead < 4.8, "\(clocksPerRead); \(TestSeed.rerun)")
    }

    @Test("a refresh closes all banks, and takes tRFC")
    func refresh() {
        var timing = HBM2Timing()
        (timing.tREFI, timing.tRFC) = (400, 50)
        let log = Self.commands(timing, (0..<200).map { _ in Place(bank: 5, row: 9) })
        let reads = Self.clocks(.read, log)
        // The last read before clock 400 is sent in 399 = 12 + 3 * 129: closed tRTP later, refreshed tRP after that.
        #expect(Array(reads.prefix(130)) == (0..<130).map { 12 + 3 * $0 })
        #expect(Self.clocks(.prechargeAll, log) == [404])
        #expect(Self.clocks(.refresh, log) == [418])
        #expect(reads[130] == 418 + 50 + 12)
        #expect(reads.last! == 480 + 3 * 69)
    }

    @Test("first-ready lets hits pass, up to the cap; first-come does not")
    func scheduling() {
        // Rows of one bank, all waiting at once.
        let places = [0, 1, 0, 0, 0, 1].map { Place(bank: 2, row: $0) }
        func rows(_ scheduling: HBM2Timing.Scheduling) -> [Int] {
            var timing = Self.plain
            timing.scheduling = scheduling
            return Self.commands(timing, places).filter { $0.kind == .read }.map(\.row)
        }
        #expect(rows(.firstCome) == [0, 1, 0, 0, 0, 1])
        #expect(rows(.firstReady(cap: 0)) == [0, 1, 0, 0, 0, 1])
        #expect(rows(.firstReady(cap: 2)) == [0, 0, 0, 1, 1, 0])
        #expect(rows(.firstReady(cap: 16)) == [0, 0, 0, 0, 1, 1])
        // First-come leaves the other banks alone meanwhile: tRCD for each read.
        var timing = Self.plain
        timing.scheduling = .firstCome
        #expect(Self.clocks(.read, Self.commands(timing, (0..<4).map { Place(bank: 4 * $0, row: 1) })) == [12, 25, 38, 51])
    }

    @Test("no command breaks a rule, whatever the reads", arguments: [true, false])
    func rules(_ firstReady: Bool) {
        var random = TestSeed.generator("rules \(firstReady)")
        for _ in 0..<8 {
            var timing = HBM2Timing()
            timing.scheduling = firstReady ? .firstReady(cap: random.below(8)) : .firstCome
            timing.queueDepth = 1 + random.below(32)
            (timing.tREFI, timing.tRFC) = (600 + random.below(500), 20 + random.below(200))
            (timing.tFAW, timing.tRAS, timing.tCCDL) = (16 + random.below(20), 12 + random.below(30), 2 + random.below(4))
            let rows = 1 + random.below(6)
            var from = 0
            let places = (0..<1500).map { _ in
                from += random.below(8) == 0 ? random.below(120) : 0
                return Place(bank: random.below(16), row: random.below(rows), from: from)
            }
            let log = Self.commands(timing, places)
            #expect(log.filter { $0.kind == .read }.count == places.count)
            #expect(HBM2Rules(timing).firstViolation(log) == nil, "\(TestSeed.rerun)")
        }
    }

    @Test("the judge of the rules sees what breaks them")
    func rulesAreJudged() {
        let log = Self.commands(Self.plain, (0..<6).map { Place(bank: 4 * ($0 % 4), row: $0 / 4) })
        #expect(HBM2Rules(Self.plain).firstViolation(log) == nil)
        for (rule, change) in [
            ("tRCD", { $0.tRCD += 1 }), ("tRP", { $0.tRP += 1 }), ("tRAS", { $0.tRAS += 1 }), ("tRRDS", { $0.tRRDS += 1 }),
            ("tFAW", { $0.tFAW = 43 }),
        ] as [(String, (inout HBM2Timing) -> Void)] {
            var stricter = Self.plain
            change(&stricter)
            #expect(HBM2Rules(stricter).firstViolation(log)?.hasPrefix(rule) == true, "\(rule)")
        }
    }

    @Test("addresses go where the mapping says")
    func mapping() {
        var timing = HBM2Timing()
        // Channel 2 bits, group 2, column 5, bank 2, row.
        #expect(HBM2Decoder(timing).location(0b101_10_01101_11_10) == .at(channel: 2, group: 3, bank: 2, row: 5, column: 13))
        timing.mapping = .rowBankColumnChannel
        #expect(HBM2Decoder(timing).location(0b101_10_11_01101_10) == .at(channel: 2, group: 3, bank: 2, row: 5, column: 13))
        // 128 bytes together: two column bits below the channel.
        timing.mapping.interleaveBytes = 128
        #expect(HBM2Decoder(timing).location(0b101_10_11_011_10_01) == .at(channel: 2, group: 3, bank: 2, row: 5, column: 13))
    }
}

extension HBM2Location {
    static func at(channel: Int, group: Int, bank: Int, row: Int, column: Int) -> HBM2Location {
        var location = HBM2Location()
        (location.channel, location.bankGroup, location.bank, location.row, location.column) = (channel, group, bank, row, column)
        return location
    }
}
