import Foundation
import RTL
import SeededRandom
import Testing
import Verilog

/// Random circuits, emitted and simulated by both tools, must do in every cycle what `StatementInterpreter` computes.
///
/// `VERILOG_FUZZ_SEED` and `VERILOG_FUZZ_COUNT` run other circuits than the usual ones.
@Suite struct SemanticsTests {
    static let seed = ProcessInfo.processInfo.environment["VERILOG_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    static let count = ProcessInfo.processInfo.environment["VERILOG_FUZZ_COUNT"].flatMap(Int.init) ?? 40
    /// Building models takes longest.
    static let verilatorCount = min(count, 8)

    @Test func icarusAgreesWithTheStatements() throws {
        try withTemporaryDirectory { directory in
            let bench = try RandomBench(seed: Self.seed, count: Self.count, in: directory)
            let compiled = try run("iverilog", ["-g2005", "-Wall", "-s", "bench", "-o", "bench.vvp"] + bench.files, in: directory)
            #expect(compiled.exitCode == 0 && compiled.output.isEmpty, "\(compiled.output)")
            let result = try run("vvp", ["-n", "bench.vvp"], in: directory)
            #expect(result.output.contains("PASS") && !result.output.contains("found"), "\(result.output.prefix(2000))")
        }
    }

    @Test func verilatorAgreesWithTheStatements() throws {
        try withTemporaryDirectory { directory in
            let bench = try RandomBench(seed: Self.seed, count: Self.verilatorCount, in: directory)
            for design in bench.designFiles {
                let lint = try run("verilator", ["--lint-only", "-Wall", "-Wno-UNSIGNED", "-Wno-CMPCONST", "-y", "."] + [design], in: directory)
                #expect(lint.exitCode == 0 && lint.output.isEmpty, "\(lint.output)")
            }
            let built = try run(
                "verilator",
                ["--binary", "--top-module", "bench", "-Wno-STMTDLY", "-Wno-UNSIGNED", "-Wno-CMPCONST",
                 "--x-initial", "unique", "--x-assign", "unique", "-CFLAGS", "-O0", "-j", "2", "-o", "bench"] + bench.files,
                in: directory)
            #expect(built.exitCode == 0, "\(built.output.suffix(2000))")
            let result = try run("\(directory.path)/obj_dir/bench", ["+verilator+rand+reset+2", "+verilator+seed+7"], in: directory)
            #expect(result.output.contains("PASS") && !result.output.contains("found"), "\(result.output.prefix(2000))")
        }
    }
}

/// Emits random circuits with a bench that feeds them vectors and compares every output in every cycle.
struct RandomBench {
    /// All files, the bench last.
    private(set) var files: [String] = []
    /// The top of each circuit.
    private(set) var designFiles: [String] = []

    private static let cycles = 48

    init(seed: UInt64, count: Int, in directory: URL) throws {
        var declarations = "", checks = "", loads = "", edges = ""
        func write(_ text: String, _ name: String) throws {
            try text.write(to: directory.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        for number in 0..<count {
            let circuit = RandomCircuit(seed: (seed &* 1000 &+ UInt64(number)) &* 10, statements: 4 + number % 9, hasChild: number % 3 == 0)
            let design = try Design(circuit)
            for file in VerilogEmitter().emit(design) where !files.contains(file.name) {
                try write(file.text, file.name)
                files.append(file.name)
            }
            designFiles.append(files.last!)
            let top = design.top
            let (stimulus, expected) = Self.vectors(for: top, seed: circuit.seed)
            try write(stimulus.joined(separator: "\n") + "\n", "in\(number).hex")
            try write(expected.joined(separator: "\n") + "\n", "out\(number).hex")

            let inputs = top.ports.filter(\.isInput), outputs = top.ports.filter { !$0.isInput }
            let inBits = inputs.reduce(1) { $0 + $1.width }, outBits = outputs.reduce(0) { $0 + $1.width }
            let name = "u\(number)"
            declarations += "  reg [\(inBits - 1):0] \(name)_in [0:\(Self.cycles - 1)];\n"
            declarations += "  reg [\(outBits - 1):0] \(name)_out [0:\(Self.cycles - 1)];\n"
            declarations += "  reg [\(inBits - 1):0] \(name)_now;\n"
            declarations += "  wire [\(outBits - 1):0] \(name)_found;\n"
            var pins = [".clock(clock)", ".reset(\(name)_now[\(inBits - 1)])"]
            var low = 0
            for port in inputs { pins.append(".\(port.name)(\(name)_now[\(low + port.width - 1):\(low)])"); low += port.width }
            low = 0
            for port in outputs { pins.append(".\(port.name)(\(name)_found[\(low + port.width - 1):\(low)])"); low += port.width }
            declarations += "  \(top.name) \(name) (\(pins.joined(separator: ", ")));\n"
            loads += "    $readmemh(\"in\(number).hex\", \(name)_in);\n    $readmemh(\"out\(number).hex\", \(name)_out);\n"
            edges += "      \(name)_now = \(name)_in[i];\n"
            low = 0
            for port in outputs {
                let bits = "[\(low + port.width - 1):\(low)]"
                checks += "      if (i >= \(RandomCircuit.loadCycles) && \(name)_found\(bits) !== \(name)_out[i]\(bits)) begin\n"
                checks += "        errors = errors + 1;\n"
                checks += "        $display(\"\(top.name).\(port.name) cycle %0d: found %h, expected %h\", i,"
                checks += " \(name)_found\(bits), \(name)_out[i]\(bits));\n"
                checks += "      end\n"
                low += port.width
            }
        }
        try write("""
            module bench;
              reg clock;
              integer i, errors;
            \(declarations)
              initial begin
            \(loads)
                clock = 0; errors = 0;
                for (i = 0; i < \(Self.cycles); i = i + 1) begin
            \(edges)
                  #1;
            \(checks)
                  clock = 1; #1; clock = 0; #1;
                end
                $display("%0d wrong", errors);
                if (errors == 0) $display("PASS");
                $finish;
              end
            endmodule

            """, "bench.v")
        files.append("bench.v")
    }

    /// One line of hex a cycle: the inputs with reset on top, and the outputs, port 0 lowest.
    private static func vectors(for top: ModuleGraph, seed: UInt64) -> (stimulus: [String], expected: [String]) {
        var random = SeededGenerator(seed: seed &+ 99)
        let interpreter = StatementInterpreter(top)
        var stimulus: [String] = [], expected: [String] = []
        for cycle in 0..<cycles {
            let isLoading = cycle < RandomCircuit.loadCycles
            var inputs: [Int: Bits] = [:], packed: Bits = []
            for (index, port) in top.ports.enumerated() where port.isInput {
                let value: Bits = switch port.name {
                case "load": [isLoading || random.chance(1, in: 20)]
                case "slot": Bits(words: [UInt64(cycle)], width: port.width)
                default: random.bits(port.width)
                }
                inputs[index] = value
                packed += value
            }
            let reset = !isLoading && random.chance(1, in: 12)
            interpreter.setInputs(inputs)
            stimulus.append((packed + [reset]).hex)
            expected.append(top.ports.indices.filter { !top.ports[$0].isInput }.flatMap { interpreter.output($0) }.hex)
            interpreter.clockEdge(reset: reset)
        }
        return (stimulus, expected)
    }
}

extension SeededGenerator {
    /// Random, with the extremes and their neighbours often.
    mutating func bits(_ width: Int) -> Bits {
        var value: Bits = (0..<width).map { _ in chance(1, in: 2) }
        switch roll(0...7) {
        case 0: value = Bits(repeating: false, count: width)
        case 1: value = Bits(repeating: true, count: width)
        case 2: value = Bits(repeating: false, count: width - 1) + [true]
        case 3: value = Bits(repeating: true, count: width - 1) + [false]
        case 4: value[0..<(width + 1) / 2] = Bits(repeating: true, count: (width + 1) / 2)[...]
        default: break
        }
        return value
    }
}
