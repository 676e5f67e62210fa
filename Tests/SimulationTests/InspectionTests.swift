import Blocks
import RTL
import Simulation
import Testing

private struct Inspected: Module {
    struct Ports { let input, output: Stream<Unsigned>; let level: Signed }

    func ports(_ io: Interface) -> Ports {
        Ports(input: io.sink(.unsigned(100)), output: io.source(.unsigned(100)), level: io.output(.signed(9)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let fifo = c.instance("fifo", Fifo(bits: 100, depth: 4))
        c.connect(io.input, to: fifo.input)
        c.connect(fifo.output, to: io.output)
        let level = c.register("level_held", .signed(8), reset: 0), still = c.register("still", .signed(8))
        c.when(io.input.fires) { level.next(level.q &- 1) }
        c.drive(io.level, level.q + still.q)
    }
}

/// Reading and writing what is inside.
@Suite struct InspectionTests {
    private func simulator() throws -> NativeSimulator {
        let simulator = NativeSimulator(try Design(Inspected()), seed: 2)
        simulator.applyReset()
        return simulator
    }

    /// A queue put into the state of holding two words gives them.
    @Test func aDesignIsPutIntoAState() throws {
        let simulator = try simulator()
        try simulator.deposit("fifo.head", 3)
        try simulator.deposit("fifo.tail", 1)
        try simulator.deposit("fifo.stored", 2)
        try simulator.deposit("fifo.words", entry: 3, words: [5, 6])
        try simulator.deposit("fifo.words", entry: 0, -1)
        try simulator.poke("output_ready", 1)
        var seen: [[UInt64]] = []
        for _ in 0..<6 {
            simulator.settle()
            if try simulator.peekNumber("output_valid") == 1 { seen.append(try simulator.peek("output_payload")) }
            simulator.clockEdge()
        }
        #expect(seen == [[5, 6], [.max, 1 << 36 - 1]])
        #expect(try simulator.peek("fifo.words", entry: 0) == [.max, 1 << 36 - 1])
        #expect(try simulator.peekNumber("fifo.words", entry: 3) == 5)
    }

    @Test func whatFollowsFromStateFollows() throws {
        let simulator = try simulator()
        try simulator.deposit("still", 0)
        try simulator.deposit("level_held", -5)
        #expect(try simulator.peekNumber("level_held") == -5 && simulator.peek("level_held") == [0xfb])
        #expect(try simulator.peekNumber("level") == -5 && simulator.peekSigned("level") == -5)
        try simulator.poke("input_valid", 1)
        simulator.run(1)
        #expect(try simulator.peekNumber("level_held") == -6)
    }

    @Test func whatNothingLoadsStays() throws {
        let simulator = try simulator()
        try simulator.deposit("still", 0x17f)
        try simulator.deposit("fifo.word", words: [9])
        simulator.run(3)
        #expect(try simulator.peekNumber("still") == 127, "cut to its width")
        #expect(try simulator.peek("fifo.word") == [9, 0])
    }

    @Test func errorsNameWhatComesNear() throws {
        let simulator = try simulator()
        func message(_ body: () throws -> Void) -> String { #expect(throws: UnknownName.self, performing: body)?.description ?? "" }
        #expect(message { _ = try simulator.peek("fifo.haed") } == "no signal `fifo.haed` among \(simulator.signalPaths.count); did you mean `fifo.head`?")
        #expect(message { _ = try simulator.peekNumber("stored") } == "no signal `stored` among \(simulator.signalPaths.count); did you mean `fifo.stored`?")
        #expect(message { try simulator.deposit("fifo.input_valid", 1) }.hasPrefix("no register `fifo.input_valid`; there are: level_held, still, fifo."))
        #expect(message { try simulator.deposit("fifo.Stored", 1) } == "no register `fifo.Stored`; there are: \(simulator.statePaths.joined(separator: ", "))")
        #expect(message { try simulator.deposit("word", entry: 1, 1) } == "no memory `word`; there are: fifo.words")
        #expect(message { _ = try simulator.peek("fifo.words", entry: 4) } == "no entry of `fifo.words` `4`; there are: 0...3")
        #expect(message { _ = try simulator.peek("fifo.words", entry: -1) }.hasSuffix("0...3"))
        #expect(simulator.memoryPaths == ["fifo.words"])
        #expect(simulator.statePaths == ["level_held", "still", "fifo.head", "fifo.tail", "fifo.stored", "fifo.output_held", "fifo.word"])
    }
}
