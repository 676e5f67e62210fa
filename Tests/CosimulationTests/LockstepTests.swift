import Blocks
import Cosimulation
import RTL
import SeededRandom
import Simulation
import Testing

/// Verilator against the native engine on the emitted Verilog, with random inputs and random resets.
@Suite struct LockstepTests {
    /// Every output of both, cycle by cycle, while what is compared is defined (`isDefined` of the native outputs).
    func lockstep(_ module: some Module, seed: UInt64, cycles: Int = 5000) throws {
        let design = try Design(module)
        let native = NativeSimulator(design, seed: seed)
        let verilator = try VerilatorSimulator(design, seed: seed)
        var random = SeededGenerator(seed: seed)
        for simulator in [native, verilator] as [any Simulator] { simulator.applyReset() }
        var transfers = 0
        for cycle in 0..<cycles {
            let reset = random.next() % 200 == 0
            for port in native.ports where port.isInput {
                for word in port.firstWord..<port.firstWord + port.wordCount {
                    let used = min(64, port.width - 64 * (word - port.firstWord))
                    let value = random.next() >> UInt64(64 - used)
                    native.values[word] = value
                    verilator.values[word] = value
                }
            }
            for simulator in [native, verilator] as [any Simulator] {
                simulator.reset = reset
                simulator.settle()
            }
            for port in native.ports where !port.isInput {
                // A payload without its valid is noise of the engine's own.
                if port.name == "output_payload", native["output_valid"] == 0 { continue }
                for word in port.firstWord..<port.firstWord + port.wordCount {
                    try #require(native.values[word] == verilator.values[word], "\(port.name), cycle \(cycle)")
                }
            }
            transfers += Int(native["output_valid"] & native["output_ready"])
            native.clockEdge()
            verilator.clockEdge()
        }
        #expect(transfers > cycles / 8)
    }

    @Test(arguments: [1, 8, 33, 64, 100, 512]) func skidBuffer(bits: Int) throws {
        try lockstep(SkidBuffer(bits: bits), seed: UInt64(bits))
    }

    @Test(arguments: [(8, 2), (33, 4), (512, 16)]) func fifo(bits: Int, depth: Int) throws {
        try lockstep(Fifo(bits: bits, depth: depth), seed: UInt64(bits))
    }

    @Test func instanceFromADesignIsCached() throws {
        let design = try Design(SkidBuffer(bits: 7))
        _ = try VerilatorSimulator(design, seed: 1)
        #expect(try VerilatorModel.build(Design(SkidBuffer(bits: 7))).wasBuilt == false)
    }
}
