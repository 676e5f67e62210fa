import Cosimulation
import SeededRandom
import Simulation
import Testing

@Suite struct VerilatorPortTests {
    static let widths = [1, 8, 9, 16, 17, 32, 33, 63, 64, 65, 96, 97, 128, 512, 1000]

    /// For each width a port straight through, one through a register and one inverted.
    static func passThrough() throws -> VerilatorModel {
        var ports: [PortDeclaration] = []
        var body = ""
        for width in widths {
            ports += [input("a\(width)", width), output("y\(width)", width), output("q\(width)", width), output("n\(width)", width)]
            body += "  assign y\(width) = a\(width);\n  assign n\(width) = ~a\(width);\n"
            body += "  reg [\(width - 1):0] r\(width); always @(posedge clock) r\(width) <= a\(width); assign q\(width) = r\(width);\n"
        }
        let declared = ports.map { "\($0.isInput ? "input" : "output") wire [\($0.width - 1):0] \($0.name)" }
        let text = "module pass (\n  input wire clock,\n  \(declared.joined(separator: ",\n  "))\n);\n\(body)endmodule\n"
        return try .build(
            sources: [VerilogSource(name: "pass.v", text: text)], top: "pass",
            ports: SimulatedPort.layout(ports), reset: nil)
    }

    static func words(_ simulator: VerilatorSimulator, _ name: String) -> [UInt64] {
        let port = simulator.port(name)!
        return Array(simulator.values[port.firstWord..<port.firstWord + port.wordCount])
    }

    static func masked(_ words: [UInt64], to width: Int) -> [UInt64] {
        var words = words
        if width % 64 != 0 { words[words.count - 1] &= (1 << UInt64(width % 64)) - 1 }
        return words
    }

    /// Inputs are written with noise above their width, and outputs with noise: none of it must come through.
    @Test func everyWidthPassesExactly() throws {
        let simulator = VerilatorSimulator(try Self.passThrough(), seed: 1)
        var random = SeededGenerator(seed: 42)
        var previous: [[UInt64]] = []
        for _ in 0..<50 {
            for word in simulator.values.indices { simulator.values[word] = random.next() }
            var written: [[UInt64]] = []
            for width in Self.widths {
                let port = simulator.port("a\(width)")!
                let words = (0..<port.wordCount).map { _ in random.next() }
                for (index, word) in words.enumerated() { simulator.values[port.firstWord + index] = word }
                written.append(Self.masked(words, to: width))
            }
            simulator.settle()
            for (index, width) in Self.widths.enumerated() {
                #expect(Self.words(simulator, "y\(width)") == written[index], "width \(width)")
                #expect(Self.words(simulator, "n\(width)") == Self.masked(written[index].map(~), to: width), "width \(width)")
                if !previous.isEmpty { #expect(Self.words(simulator, "q\(width)") == previous[index], "width \(width)") }
            }
            simulator.clockEdge()
            previous = written
        }
    }

    @Test func clocklessModule() throws {
        let model = try VerilatorModel.build(
            sources: [VerilogSource(name: "add.v", text: """
                module add (input wire [7:0] a, input wire [7:0] b, output wire [8:0] sum);
                  assign sum = {1'b0, a} + {1'b0, b};
                endmodule

                """)],
            top: "add", ports: SimulatedPort.layout([input("a", 8), input("b", 8), output("sum", 9)]),
            clock: nil, reset: nil)
        let simulator = VerilatorSimulator(model, seed: 0)
        simulator["a"] = 200
        simulator["b"] = 100
        simulator.settle()
        simulator.clockEdge()
        #expect(simulator["sum"] == 300)
        #expect(simulator.cycle == 1)
    }

    /// Names that C++ or Verilator's mangling would mind.
    @Test func awkwardNames() throws {
        let model = try VerilatorModel.build(
            sources: [VerilogSource(name: "names.v", text: """
                module names (input wire do__it, input wire private, output wire eval, output wire namespace);
                  assign eval = do__it;
                  assign namespace = ~private;
                endmodule

                """)],
            top: "names",
            ports: SimulatedPort.layout([input("do__it", 1), input("private", 1), output("eval", 1), output("namespace", 1)]),
            clock: nil, reset: nil, options: VerilatorOptions(verilatorArguments: ["-Wno-SYMRSVDWORD"]))
        let simulator = VerilatorSimulator(model, seed: 0)
        simulator["do__it"] = 1
        simulator.settle()
        #expect(simulator["eval"] == 1)
        #expect(simulator["namespace"] == 1)
    }

    @Test func runIsThatManyCycles() throws {
        let model = try counterModel(bits: 20)
        let (fast, slow) = (VerilatorSimulator(model, seed: 3), VerilatorSimulator(model, seed: 3))
        for simulator in [fast, slow] {
            simulator.applyReset()
            simulator["enable"] = 1
        }
        for count in [1, 0, 7, 1000] {
            fast.run(count)
            for _ in 0..<count { slow.settle(); slow.clockEdge() }
            #expect(Array(fast.values) == Array(slow.values))
            #expect(fast.cycle == slow.cycle)
        }
        #expect(fast["count"] == 1007)
    }

    @Test func badInterfaces() {
        func build(_ top: String, _ ports: [PortDeclaration]) throws {
            _ = try VerilatorModel.build(sources: [], top: top, ports: SimulatedPort.layout(ports))
        }
        #expect(throws: CosimulationError.badInterface("\"a b\" is not a module name")) { try build("a b", []) }
        #expect(throws: CosimulationError.badInterface("m: \"1x\" is not a port name")) { try build("m", [input("1x", 1)]) }
        #expect(throws: CosimulationError.badInterface("m: two ports are called clock")) { try build("m", [input("clock", 1)]) }
        #expect(throws: CosimulationError.badInterface("m: port p is 0 bits wide")) { try build("m", [input("p", 0)]) }
    }
}
