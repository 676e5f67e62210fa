import Cosimulation
import RTL
import Simulation

extension ModuleBatch {
    /// Where Icarus, with four-valued state that starts unknown, differs from the traces expected: an unknown output is a
    /// difference. The first of each module.
    package func icarusMismatches(expected: [Trace]) throws -> [Mismatch] {
        let bench = bench(expected: expected)
        let result = try IcarusRunner().run(bench, top: "bench")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        guard result.succeeded, lines.last == ["END"] else {
            throw BenchFailure(report: result.report)
        }
        return try lines.dropLast().map { line in
            guard line.count == 6, line[0] == "DIFFERENT", let index = Int(line[1]), let cycle = Int(line[3]) else {
                throw BenchFailure(report: result.report)
            }
            return Mismatch(module: modules[index], index: index, port: line[2], cycle: cycle, expected: line[4], seen: line[5])
        }
    }

    /// The bench ended other than it should.
    struct BenchFailure: Error, CustomStringConvertible {
        let report: String
        var description: String { "the bench did not run to its end:\n\(report.prefix(4000))" }
    }

    /// The modules, a bench that feeds each with its vectors and compares every output in every cycle after loading, and
    /// the vectors.
    private func bench(expected: [Trace]) -> [VerilogSource] {
        var declarations = "", loads = "", steps = "", checks = ""
        var vectors: [VerilogSource] = []
        for (index, module) in designs.map(\.top).enumerated() {
            let inputs = ports[index].filter(\.isInput), outputs = ports[index].filter { !$0.isInput }
            let inBits = 1 + inputs.reduce(0) { $0 + $1.width }, outBits = outputs.reduce(0) { $0 + $1.width }
            let name = "m\(index)"
            declarations += """
                  reg [\(inBits - 1):0] \(name)_in [0:\(Stimulus.cycles - 1)];
                  reg [\(outBits - 1):0] \(name)_out [0:\(expected[index].count - 1)];
                  reg [\(inBits - 1):0] \(name)_now;
                  wire [\(outBits - 1):0] \(name)_seen;
                  reg \(name)_differs;

                """
            var pins: [String] = [], low = 0
            if module.usesClock { pins.append(".clock(clock)") }
            if module.usesReset { pins.append(".reset(\(name)_now[\(inBits - 1)])") }
            for port in inputs {
                pins.append(".\(port.name)(\(name)_now[\(low + port.width - 1):\(low)])")
                low += port.width
            }
            low = 0
            checks += "      if (i >= \(Stimulus.loadCycles)) begin\n"
            for port in outputs {
                let bits = "[\(low + port.width - 1):\(low)]", wanted = "\(name)_out[i - \(Stimulus.loadCycles)]\(bits)"
                pins.append(".\(port.name)(\(name)_seen\(bits))")
                checks += """
                            if (!\(name)_differs && \(name)_seen\(bits) !== \(wanted)) begin
                              \(name)_differs = 1;
                              $display("DIFFERENT \(index) \(port.name) %0d %h %h", i, \(wanted), \(name)_seen\(bits));
                            end

                    """
                low += port.width
            }
            checks += "      end\n"
            declarations += "  \(module.name) \(name) (\(pins.joined(separator: ", ")));\n"
            loads += "    $readmemh(\"\(name)_in.hex\", \(name)_in);\n    $readmemh(\"\(name)_out.hex\", \(name)_out);\n"
            loads += "    \(name)_differs = 0;\n"
            steps += "      \(name)_now = \(name)_in[i];\n"
            vectors.append(VerilogSource(name: "\(name)_in.hex", text: stimuli[index].cycles.map {
                (bits($0.words, inputs) + [$0.reset]).hex + "\n"
            }.joined()))
            vectors.append(VerilogSource(name: "\(name)_out.hex", text: expected[index].map { bits($0, outputs).hex + "\n" }.joined()))
        }
        let text = """
            module bench;
              reg clock;
              integer i;
            \(declarations)
              initial begin
            \(loads)
                clock = 0;
                for (i = 0; i < \(Stimulus.cycles); i = i + 1) begin
            \(steps)
                  #1;
            \(checks)
                  clock = 1; #1; clock = 0; #1;
                end
                $display("END");
                $finish;
              end
            endmodule

            """
        return [VerilogSource(name: "modules.v", text: texts.joined()), VerilogSource(name: "bench.v", text: text)] + vectors
    }

    /// The values of some ports side by side, the first lowest.
    private func bits(_ words: [UInt64], _ ports: [SimulatedPort]) -> Bits {
        ports.flatMap { Bits(words: words[$0.firstWord..<$0.firstWord + $0.wordCount], width: $0.width) }
    }
}
