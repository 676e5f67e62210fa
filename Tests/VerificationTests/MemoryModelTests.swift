import Blocks
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

/// What a memory does in time, worked out by hand: seen through a module that only passes on.
@Suite struct MemoryModelTests {
    @Test func aFixedLatencyThenABeatACycle() throws {
        let check = try PassageCheck([Read(address: 0, beats: 4), Read(address: 640, beats: 2)], bytes: 64, timing: .fixed(latency: 7))
        let run = try check.run()
        #expect(run["request"].cycles == [0, 1])
        #expect(run["output"].cycles == [7, 8, 9, 10, 11, 12])
        #expect(run["response"].cycles == run["output"].cycles)
        let traffic = run.traffic(of: "request")
        #expect(traffic.requests == 2 && traffic.beats == [6, 0, 0, 0] && traffic.bytesMoved == 6 * 64)
        #expect(traffic.firstRequestCycle == 0 && traffic.lastBeatCycle == 12 && traffic.rowBuffers == nil)
    }

    /// The first beat moves in the last cycle of the latency and in those after it that it needs.
    @Test func aBusIsShared() throws {
        func cycles(_ bytes: Int, _ per: Int, _ reads: [Read]) throws -> [Int] {
            try PassageCheck(reads, bytes: 64, timing: MemoryTiming(.bandwidth(latency: 10, bytes: bytes, cycles: per))).cycles()
        }
        let reads = [Read(address: 0, beats: 2), Read(address: 4096, beats: 2)]
        #expect(try cycles(64, 1, reads) == [10, 11, 12, 13])
        #expect(try cycles(16, 1, reads) == [13, 17, 21, 25])
        #expect(try cycles(32, 3, reads) == [15, 21, 27, 33])
        // 9 + 64/48, 9 + 128/48, ... rounded up.
        #expect(try cycles(48, 1, reads) == [11, 12, 13, 15])
        // A beat a cycle leaves the port, however fast the bus.
        #expect(try cycles(256, 1, reads) == [10, 11, 12, 13])
    }

    @Test func whatTouchesASectorCostsTheSector() throws {
        let reads = [Read(address: 0), Read(address: 16), Read(address: 48, beats: 2), Read(address: 128, beats: 4)]
        let timing = MemoryTiming.bandwidth(latency: 1, bytesPerCycle: 16, sectorBytes: 64)
        let run = try PassageCheck(reads, bytes: 16, timing: timing).run()
        // Bytes 0...63, again, 0...127, and 128...191: 4, 4, 8 and 4 cycles of the bus.
        #expect(run.traffic(of: "request").bytesMoved == 64 + 64 + 128 + 64)
        // A burst's beats go out one a cycle, once their sectors are there.
        #expect(run["output"].cycles == [4, 8, 12, 16, 20, 21, 22, 23])
    }

    @Test func addressesNeedNotBeThoseOfBeats() throws {
        let reads = [Read(address: 32, beats: 2), Read(address: 96)]
        let run = try PassageCheck(
            reads, bytes: 64, timing: MemoryTiming(.fixed(latency: 3), sectorBytes: 32, alignment: 32)).run()
        #expect(run["output"].cycles == [3, 4, 5])
        #expect(run.traffic(of: "request").bytesMoved == 192)
        let failure = try #require(throws: StreamFailure.self) {
            try PassageCheck(reads, bytes: 64, timing: .fixed(latency: 3)).run()
        }
        #expect(failure.cause == """
            cycle 0: `request` reads 2 beats at byte 32, outside the 65536 bytes of memory or not aligned to 64 bytes: check the \
            addresses and counts that the design was given
            """)
    }

    @Test func readsOutsideTheImageAreExplained() throws {
        let failure = try #require(throws: StreamFailure.self) {
            try PassageCheck(
                [Read(address: 0), Read(address: 960, beats: 2)], bytes: 64, timing: .fixed(latency: 3), imageBytes: 1024,
                ordered: false).run()
        }
        #expect(failure.cause.hasPrefix("cycle 1: `request` reads 2 beats at byte 960, outside the 1024 bytes of memory"))
        #expect("\(failure.origins.first!)".hasPrefix("`request_payload_address` driven at VerificationTests/ReadPassage.swift:"))
        #expect(failure.wave != nil)
    }

    @Test func requestsWaitForThoseOnTheWay() throws {
        func requests(_ outstanding: MemoryTiming.Outstanding, beats: Int) throws -> [Int] {
            let reads = (0..<4).map { Read(address: 1024 * $0, beats: beats) }
            return try PassageCheck(reads, bytes: 64, timing: MemoryTiming(.fixed(latency: 10), outstanding: outstanding))
                .run()["request"].cycles
        }
        // The first beat is taken in cycle 10; that is known in cycle 11.
        #expect(try requests(.requests(2), beats: 1) == [0, 1, 11, 12])
        #expect(try requests(.requests(1), beats: 2) == [0, 12, 24, 36])
        // Three beats on the way leave room for a request, even of two.
        #expect(try requests(.beats(4), beats: 2) == [0, 1, 11, 13])
        #expect(try requests(.beats(3), beats: 2) == [0, 1, 12, 14])
        #expect(try requests(.beats(1), beats: 4) == [0, 14, 28, 42])
    }

    @Test func aBareAddressAndBareData() throws {
        let design = try Design(BarePassage(bytes: 8))
        var scenario = StreamScenario(design)
        try scenario.send([24, 0, 8], to: "command") { try $1.set("", $0) }
        try scenario.expect([24, 0, 8], from: "output") { address, beat in
            try beat.set("", Array(UInt8(address)..<UInt8(address + 8)), width: 8)
        }
        try scenario.serve(Array(0..<32), request: "request", response: "response", timing: .fixed(latency: 2))
        #expect(try StreamCheck(design, scenario).run()["output"].cycles == [2, 3, 4])
    }

    @Test func mistakesAreSaid() throws {
        func message(_ timing: MemoryTiming, _ fault: MemoryFault? = nil) throws -> String {
            let error = try #require(throws: MemoryConfigurationError.self) {
                _ = try PassageCheck([], bytes: 64, timing: timing, faults: fault.map { [$0] } ?? [])
            }
            return "\(error)"
        }
        #expect(try message(.fixed(latency: 0)) == "a memory's latency is 0, and must be at least 1")
        #expect(try message(.bandwidth(latency: 1, bytesPerCycle: 0)).contains("in 1...65536"))
        #expect(try message(MemoryTiming(.fixed(latency: 1), sectorBytes: 48)) == "a sector's bytes is 48, and must be a power of two")
        #expect(try message(MemoryTiming(.fixed(latency: 1), outstanding: .requests(0))).contains("at least 1"))
        var timing = HBM2Timing()
        timing.channels = 3
        #expect(try message(.hbm2(timing)) == "HBM2: channels is 3, and must be a power of two")
        timing.channels = 4
        timing.mapping = HBM2Mapping([.channel, .column, .bank])
        #expect(try message(.hbm2(timing)).contains("once each"))
        #expect(try message(.fixed(latency: 1), MemoryFault(.corrupt(bit: 512), at: .beat(0))).contains("have 512 bits"))
        #expect(try message(.fixed(latency: 1), MemoryFault(.drop, at: .beat(-1))).contains("count from 0"))
        let bare = try Design(BarePassage(bytes: 8))
        for (kind, text) in [(MemoryFault.Kind.error, "no field `error` or `resp`"), (.wrongTag, "no field `tag`")] {
            var scenario = StreamScenario(bare)
            let error = try #require(throws: MemoryConfigurationError.self) {
                try scenario.serve([], request: "request", response: "response", timing: .fixed(latency: 1),
                                   faults: [MemoryFault(kind, at: .beat(0))])
            }
            #expect("\(error)".contains(text))
        }
        var scenario = StreamScenario(bare)
        #expect(throws: StreamPortError.self) {
            try scenario.serve([], request: "response", response: "request", timing: .fixed(latency: 1))
        }
        try scenario.serve([], request: "request", response: "response", timing: .fixed(latency: 1))
        #expect(throws: MemoryConfigurationError.self) { try ScenarioBench(name: "bare", bare, scenario) }
    }

    /// Data and order survive every timing, stall and device.
    @Test func randomReads() throws {
        var random = TestSeed.generator("reads")
        for trial in 0..<60 {
            let bytes = [1, 8, 16, 32, 64, 128][random.below(6)], width = 1 << random.below(4)
            let reads = (0..<1 + random.below(60)).map { _ in
                Read(address: bytes * random.below(1 << 16 / bytes / 2), beats: 1 + random.below(width), tag: 0)
            }
            var hbm2 = HBM2Timing()
            hbm2.channels = 1 << random.below(4)
            hbm2.pathCycles = random.below(30)
            hbm2.cyclePicoseconds = [1000, 667, 1500][random.below(3)]
            hbm2.mapping.interleaveBytes = 32 << random.below(4)
            hbm2.queueDepth = 1 + random.below(32)
            let device: MemoryTiming.Device =
                switch random.below(3) {
                case 0: .fixed(latency: 1 + random.below(50))
                case 1: .bandwidth(latency: 1 + random.below(50), bytes: 1 + random.below(100), cycles: 1 + random.below(3))
                default: .hbm2(hbm2)
                }
            let limits: [MemoryTiming.Outstanding?] = [nil, .requests(1 + random.below(8)), .beats(1 + random.below(40))]
            let timing = MemoryTiming(device, outstanding: limits[random.below(3)], sectorBytes: [nil, 32, 64, 256][random.below(4)])
            let stalls = StreamTiming.random(seed: TestSeed.derived("stalls \(trial)"))
            let run = try PassageCheck(reads, bytes: bytes, timing: timing).run(stalls, patience: 1_000)
            #expect(run.traffic(of: "request").totalBeats == reads.reduce(0) { $0 + $1.beats }, "\(TestSeed.rerun)")
        }
    }

    /// The streams of a memory hesitate in fuzzing too: a module that loses beats only then is found.
    @Test func fuzzing() throws {
        let reads = (0..<24).map { Read(address: 64 * $0, beats: 1 + $0 % 3, tag: $0 % 3) }
        for losesBeats in [false, true] {
            let check = try PassageCheck(reads, bytes: 64, timing: .fixed(latency: 5), losesBeats: losesBeats)
            let fuzz = try BackPressureFuzz(check.design, inputs: check.scenario, seed: TestSeed.derived("fuzz"))
            let failure = try fuzz.run(trials: 30)
            #expect((failure != nil) == losesBeats, "\(failure.map { "\($0)" } ?? "")")
            if let failure { #expect(failure.beats[0].count <= 2, "\(failure)") }
        }
    }

    @Test func aFailingRunReplaysWithItsMemory() throws {
        let faults = [MemoryFault(.corrupt(bit: 17), at: .beat(3))]
        let check = try PassageCheck([Read(address: 0, beats: 8)], bytes: 8, timing: .fixed(latency: 5), faults: faults)
        let failure = try #require(throws: StreamFailure.self) { try check.run(.random(seed: 9)) }
        #expect(failure.cause.contains("`output_payload_data[2]`, beat 3 of 8"))
        // The second run, with waves, came to the same beat.
        #expect(failure.wave?.contains("response_valid") == true)
    }
}
