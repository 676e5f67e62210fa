import RTL
import Simulation
import Testing

private let left = ClockDomain(clock: "left_clock", reset: "left_reset")
private let right = ClockDomain(clock: "right_clock", reset: "right_reset")

/// A counter on each clock, each also taken over by the other, and a memory between them.
private struct TwoClocks: Module {
    struct Ports {
        let write, read: Bit
        let writeAddress, readAddress, data: Unsigned
        let leftCount, rightCount, leftSeen, rightSeen, word: Unsigned
    }

    func ports(_ io: Interface) -> Ports {
        Ports(write: io.input(.bit), read: io.input(.bit), writeAddress: io.input(.unsigned(3)), readAddress: io.input(.unsigned(3)),
              data: io.input(.unsigned(70)), leftCount: io.output(.unsigned(8)), rightCount: io.output(.unsigned(8)),
              leftSeen: io.output(.unsigned(8)), rightSeen: io.output(.unsigned(8)), word: io.output(.unsigned(70)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let leftCount = c.register("counted_left", .unsigned(8), reset: 10, domain: left)
        let rightCount = c.register("counted_right", .unsigned(8), reset: 20, domain: right)
        leftCount.next(leftCount.q &+ 1)
        rightCount.next(rightCount.q &+ 1)
        c.drive(io.leftCount, leftCount.q)
        c.drive(io.rightCount, rightCount.q)
        c.drive(io.leftSeen, c.stage("seen_left", leftCount.q, domain: right, crossing: true))
        c.drive(io.rightSeen, c.stage("seen_right", rightCount.q, domain: left, crossing: true))
        let words = c.memory("words", depth: 8, width: 70, collision: .undefined, domain: left)
        c.when(io.write) { words.write(io.writeAddress, io.data) }
        c.drive(io.word, words.read("fetched", io.readAddress, enable: io.read, domain: right))
    }
}

private func twoClocks(seed: UInt64 = 5) throws -> NativeSimulator { NativeSimulator(try Design(TwoClocks()), seed: seed) }

extension NativeSimulator {
    fileprivate func edge(_ clocks: ClockSet) {
        settle()
        clockEdge(of: clocks)
        settle()
    }

    fileprivate var counts: [Int] {
        get throws { try ["left_count", "right_count", "left_seen", "right_seen"].map { try peekNumber($0) } }
    }
}

@Suite struct ClockTests {
    @Test func clocksAreThoseOfTheTop() throws {
        let simulator = try twoClocks()
        #expect(simulator.clocks == [
            SimulatedClock(name: "left_clock", reset: "left_reset"), SimulatedClock(name: "right_clock", reset: "right_reset")])
        #expect(try simulator.clock(right) == ClockSet(index: 1))
        #expect(throws: UnknownName.self) { try simulator.clock("clock") }
    }

    @Test func anEdgeLoadsTheStateOfItsClockOnly() throws {
        let simulator = try twoClocks()
        simulator.applyReset(cycles: 2)
        simulator.settle()
        #expect(try simulator.counts == [10, 20, 10, 20])
        simulator.edge(ClockSet(index: 0))
        #expect(try simulator.counts == [11, 20, 10, 20])
        simulator.edge(ClockSet(index: 0))
        #expect(try simulator.counts == [12, 20, 10, 20])
        simulator.edge(ClockSet(index: 1))
        #expect(try simulator.counts == [12, 21, 12, 20])
        simulator.edge([])
        #expect(try simulator.counts == [12, 21, 12, 20])
        #expect(simulator.cycle == 6 && simulator.lastEdge == [])
    }

    /// Each side takes over what the other held before the edge.
    @Test func edgesOfOneTimeSampleTogether() throws {
        let simulator = try twoClocks()
        simulator.applyReset(cycles: 2)
        simulator.edge([ClockSet(index: 0), ClockSet(index: 1)])
        #expect(try simulator.counts == [11, 21, 10, 20])
        simulator.clockEdge()
        simulator.settle()
        #expect(try simulator.counts == [12, 22, 11, 21])
        #expect(simulator.lastEdge == [ClockSet(index: 0), ClockSet(index: 1)])
    }

    @Test func resetsAreSeparate() throws {
        let simulator = try twoClocks()
        #expect(simulator.reset && simulator.resets == .all)
        simulator.run(1)
        simulator.resets = ClockSet(index: 1)
        #expect(simulator.reset)
        simulator.run(3)
        simulator.settle()
        #expect(try simulator.counts == [13, 20, 12, 20])
        simulator.reset = false
        simulator.run(1)
        simulator.settle()
        #expect(try simulator.counts == [14, 21, 13, 20] && simulator.resets.isEmpty)
        // A reset without an edge of its clock does nothing.
        simulator.resets = ClockSet(index: 0)
        simulator.edge(ClockSet(index: 1))
        #expect(try simulator.counts[0] == 14)
    }

    @Test func aMemoryBetweenClocks() throws {
        func noise(_ seed: UInt64) throws -> [UInt64] {
            let simulator = try twoClocks(seed: seed), bothSides: ClockSet = [ClockSet(index: 0), ClockSet(index: 1)]
            try simulator.poke("write", 1)
            try simulator.poke("read", 1)
            try simulator.poke("write_address", 3)
            try simulator.poke("read_address", 3)
            try simulator.handle("data").words = [7, 1]
            simulator.edge(ClockSet(index: 1))
            let before = try simulator.peek("word")
            #expect(before == (try simulator.peek("words", entry: 3)) && before != [7, 1], "the reading clock does not write")
            simulator.edge(ClockSet(index: 0))
            #expect(try simulator.peek("word") == before, "the writing clock does not read")
            simulator.edge(ClockSet(index: 1))
            #expect(try simulator.peek("word") == [7, 1], "written before, so no collision")
            try simulator.handle("data").words = [8, 1]
            simulator.edge(bothSides)
            let noise = try simulator.peek("word")
            #expect(noise != [7, 1] && noise != [8, 1])
            #expect(try simulator.peek("words", entry: 3) == [8, 1])
            try simulator.poke("read_address", 4)
            try simulator.deposit("words", entry: 4, 44)
            simulator.edge(bothSides)
            #expect(try simulator.peek("word") == [44, 0], "another address does not collide")
            return noise
        }
        #expect(try noise(1) == noise(1))
        #expect(try noise(1) != noise(2))
    }

    @Test func vcdShowsEachClock() throws {
        let simulator = try twoClocks()
        simulator.applyReset(cycles: 1)
        simulator.resets = ClockSet(index: 1)
        var text = ""
        let counts = simulator.waveSignals.filter { $0.path == "left_count" || $0.path == "right_count" }
        let writer = VCDWriter(simulator, top: "TwoClocks", signals: counts) { text += $0 }
        simulator.settle()
        writer.sample()
        for edge in try ClockSchedule(simulator, ["left_clock": .init(period: 2, phase: 1), "right_clock": .init(period: 3, phase: 3)]).prefix(3) {
            simulator.clockEdge(of: edge.clocks)
            simulator.resets = []
            simulator.settle()
            writer.sample(at: edge.time)
        }
        writer.finish()
        #expect(text == """
            $timescale 1 ns $end
            $scope module TwoClocks $end
            $var wire 1 ! left_clock $end
            $var wire 1 " right_clock $end
            $var wire 1 # left_reset $end
            $var wire 1 $ right_reset $end
            $var wire 8 % left_count [7:0] $end
            $var wire 8 & right_count [7:0] $end
            $upscope $end
            $enddefinitions $end
            #0
            1!
            1"
            0#
            1$
            b1010 %
            b10100 &
            #5
            0!
            0"
            #10
            1!
            0$
            b1011 %
            #15
            0!
            #30
            1!
            1"
            b1100 %
            b10101 &
            #35
            0!
            0"
            #50
            1!
            b1101 %
            #55
            0!
            #60

            """, "\n\(text)")
    }
}

@Suite struct ClockScheduleTests {
    private func edges(_ timings: KeyValuePairs<String, ClockSchedule.Timing>, count: Int) throws -> [String] {
        try ClockSchedule(try twoClocks(), timings).prefix(count).map { edge in
            "\(edge.time)" + (edge.clocks.contains(index: 0) ? "l" : "") + (edge.clocks.contains(index: 1) ? "r" : "")
        }
    }

    @Test func edgesComeInOrder() throws {
        #expect(try edges(["left_clock": .init(period: 3), "right_clock": .init(period: 5, phase: 2)], count: 8)
            == ["0l", "2r", "3l", "6l", "7r", "9l", "12lr", "15l"])
        #expect(try edges(["right_clock": .init(period: 4, phase: 1)], count: 3) == ["1r", "5r", "9r"])
        #expect(try edges(["right_clock": .init(period: 7), "left_clock": .init(period: 7)], count: 2) == ["0lr", "7lr"])
    }

    @Test func mistakesAreErrors() throws {
        #expect(throws: ClockScheduleError.noClock) { try edges([:], count: 1) }
        #expect(throws: ClockScheduleError.givenTwice("left_clock")) {
            try edges(["left_clock": .init(period: 3), "left_clock": .init(period: 3)], count: 1)
        }
        for timing in [ClockSchedule.Timing(period: 0), .init(period: 1, phase: -1)] {
            #expect(throws: ClockScheduleError.self) { try edges(["left_clock": timing], count: 1) }
        }
        let error = #expect(throws: ClockScheduleError.self) { try edges(["leftclock": .init(period: 1)], count: 1) }
        #expect(error?.description == "no clock `leftclock`; there are: left_clock, right_clock")
    }
}
