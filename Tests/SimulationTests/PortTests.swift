import Blocks
import RTL
import Simulation
import Testing

private struct Wires: Module {
    struct Ports { let number: Signed; let wide: Unsigned; let fields: Vector<Signed>; let numberOut: Signed; let wideOut: Unsigned }

    func ports(_ io: Interface) -> Ports {
        Ports(number: io.input(.signed(12)), wide: io.input(.unsigned(130)), fields: io.input(.vector(16, signed: 12)),
              numberOut: io.output(.signed(12)), wideOut: io.output(.unsigned(130)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        c.drive(io.numberOut, io.number &+ io.fields[15])
        c.drive(io.wideOut, io.wide)
    }
}

@Suite struct PortTests {
    private func simulator() throws -> NativeSimulator { NativeSimulator(try Design(Wires()), seed: 1) }

    @Test func numbersAreCutAndReadByTheirSign() throws {
        let simulator = try simulator()
        try simulator.poke("number", -5)
        #expect(simulator.values[simulator.port("number")!.firstWord] == 0xffb)
        try simulator.poke("number", 0x1ffe)
        simulator.settle()
        #expect(try simulator.peekSigned("number_out") == -2 && simulator.peekUnsigned("number_out") == 0xffe)
        #expect(try simulator.handle("number_out").value == -2)
        try simulator.poke("wide", -1)
        simulator.settle()
        #expect(try simulator.handle("wide_out").words == [.max, .max, 3])
        #expect(try simulator.peek("wide_out") == [.max, .max, 3])
    }

    @Test func elementsCrossWords() throws {
        let simulator = try simulator()
        let fields = try simulator.handle("fields")
        let numbers = (0..<16).map { $0 * 211 - 1700 }
        fields.set(numbers, width: 12)
        #expect(fields.elements(width: 12) == numbers)
        fields[5, width: 12] = 0x123
        #expect(fields[5, width: 12] == 0x123 && fields[4, width: 12] == UInt64(numbers[4] & 0xfff))
        #expect(fields.elements(width: 12)[6...] == numbers[6...])
        simulator.settle()
        #expect(try simulator.peekSigned("number_out") == numbers[15])
    }

    @Test func wrongNamesListTheRightOnes() throws {
        let simulator = try simulator()
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(message { try simulator.poke("number_out", 1) } == "no input port `number_out`; there are: number, wide, fields")
        #expect(message { _ = try simulator.peekSigned("nmber") }
            == "no port `nmber`; there are: number, wide, fields, number_out, wide_out")
        let skid = NativeSimulator(try Design(SkidBuffer(bits: 4)), seed: 1)
        #expect(message { _ = try skid.peek("ful") } == """
            no signal `ful`; there are: input_valid, input_ready, input_payload, output_valid, output_ready, output_payload, full, held
            """)
    }
}
