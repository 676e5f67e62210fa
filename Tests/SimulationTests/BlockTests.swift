import Blocks
import RTL
import SeededRandom
import Simulation
import Testing

/// Stream blocks against a Swift queue, with random stalls on both sides.
@Suite struct BlockTests {
    @Test(arguments: 1...6)
    func skidBufferIsAQueue(seed: UInt64) throws {
        try compareWithQueue(Design(SkidBuffer(bits: 20)), bits: 20, holds: 1, seed: seed, rerun: "SkidBuffer(bits: 20)")
    }

    @Test(arguments: 1...6)
    func fifoIsAQueue(seed: UInt64) throws {
        let depth = 1 << Int(seed % 3 + 1)
        try compareWithQueue(
            Design(Fifo(bits: 100, depth: depth)), bits: 100, holds: depth + 1, seed: seed, rerun: "Fifo(bits: 100, depth: \(depth))")
    }

    private func compareWithQueue(_ design: Design, bits: Int, holds: Int, seed: UInt64, rerun: String) throws {
        let rerun = "rerun: compareWithQueue(Design(\(rerun)), ..., seed: \(seed))"
        let simulator = NativeSimulator(design, seed: seed)
        let inputValid = try simulator.handle("input_valid"), inputReady = try simulator.handle("input_ready")
        let inputPayload = try simulator.handle("input_payload"), outputPayload = try simulator.handle("output_payload")
        let outputValid = try simulator.handle("output_valid"), outputReady = try simulator.handle("output_ready")
        var wave = try AsciiWave(simulator, capacity: 12)
        var random = SeededGenerator(seed: seed)
        inputValid.isSet = false
        outputReady.isSet = false
        simulator.applyReset()
        var queue: [[UInt64]] = [], received = 0, offered: [UInt64]?
        // Each phase favours one side: full, empty and both running.
        for cycle in 0..<3000 {
            let (offer, take) = [(1, 4), (4, 1), (4, 4), (2, 2)][cycle / 50 % 4]
            if offered == nil, Int.random(in: 0..<4, using: &random) < offer {
                inputPayload.words = [random.next(), random.next()]
                offered = inputPayload.words
            }
            inputValid.isSet = offered != nil
            outputReady.isSet = Int.random(in: 0..<4, using: &random) < take
            simulator.settle()
            wave.sample()
            if let word = offered, inputReady.isSet {
                queue.append(word)
                offered = nil
            }
            if outputValid.isSet && outputReady.isSet {
                try #require(!queue.isEmpty, "a word too many in cycle \(cycle); \(rerun)\n\(wave.render())")
                let expected = queue.removeFirst()
                try #require(outputPayload.words == expected, "cycle \(cycle); \(rerun)\n\(wave.render())")
                received += 1
            }
            #expect(queue.count <= holds, "holds too much in cycle \(cycle); \(rerun)\n\(wave.render())")
            simulator.clockEdge()
        }
        #expect(received > 1000, "the stream stalls; \(rerun)")
    }

    @Test func fifoKeepsFullThroughput() throws {
        let simulator = NativeSimulator(try Design(Fifo(bits: 8, depth: 4)), seed: 1)
        try simulator.poke("input_valid", 1)
        try simulator.poke("output_ready", 1)
        simulator.applyReset()
        var transfers = 0
        for _ in 0..<100 {
            simulator.settle()
            transfers += Int(try simulator.peekUnsigned("output_valid"))
            simulator.clockEdge()
        }
        #expect(transfers == 98)
    }
}
