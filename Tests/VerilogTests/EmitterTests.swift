import Blocks
import RTL
import Testing
import Verilog

@Suite struct EmitterTests {
    @Test func theSameDesignGivesTheSameText() throws {
        let first = VerilogEmitter().emit(try Design(Fifo(bits: 8, depth: 16)))
        let second = VerilogEmitter().emit(try Design(Fifo(bits: 8, depth: 16)))
        #expect(first.map(\.text) == second.map(\.text))
        #expect(first.map(\.name) == ["Fifo_w8_d16.v"])
    }
}
