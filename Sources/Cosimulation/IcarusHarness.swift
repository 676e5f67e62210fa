import Foundation
import Simulation

/// The Verilog that lets another process drive a design in Icarus: commands on standard input, results on descriptor 3.
///
/// A command is one record: flags, pin, count, then the words of all inputs. Its answer is any number of records of
/// unknown outputs and one that ends it: status and count, then the words of all outputs, four-state.
struct IcarusHarness {
    let top: String
    let ports: [SimulatedPort]
    let clock, reset: String?

    static let headerWords = 2
    static let edgeFlag: UInt64 = 1, resetFlag: UInt64 = 2, untilFlag: UInt64 = 4
    /// Of an answer: the end, the end with the pin set, an unknown output.
    static let done: UInt64 = 0, pinSet: UInt64 = 1, unknown: UInt64 = 2

    /// A port, its index among all, and its first word among the inputs or the outputs.
    struct Place: Sendable {
        let port: SimulatedPort
        let index, word: Int
    }

    let inputs, outputs: [Place]
    let inputWords, outputWords: Int

    init(top: String, ports: [SimulatedPort], clock: String?, reset: String?) {
        (self.top, self.ports, self.clock, self.reset) = (top, ports, clock, reset)
        func place(isInput: Bool) -> (places: [Place], words: Int) {
            var words = 0
            let places = ports.enumerated().filter { $0.element.isInput == isInput }.map { index, port in
                defer { words += port.wordCount }
                return Place(port: port, index: index, word: words)
            }
            return (places, words)
        }
        (inputs, inputWords) = place(isInput: true)
        (outputs, outputWords) = place(isInput: false)
    }

    var commandBytes: Int { 8 * (Self.headerWords + inputWords) }
    /// Each 32 bits come as those that are 1 or x, then those that are x or z.
    var answerBytes: Int { 16 * (Self.headerWords + outputWords) }

    func text(named name: String) -> String {
        let header = 64 * Self.headerWords
        let declarations = ports.enumerated().map { index, port in
            "    \(port.isInput ? "reg" : "wire") \(port.width == 1 ? "" : "[\(port.width - 1):0] ")p\(index);\n"
        }
        let connections = [clock.map { ".\($0)(clk)" }, reset.map { ".\($0)(rst)" }].compactMap(\.self)
            + ports.enumerated().map { ".\($0.element.name)(p\($0.offset))" }
        let take = inputs.map { "                p\($0.index) = command[\(header + 64 * $0.word) +: \($0.port.width)];\n" }
        let clear = inputs.map { "        p\($0.index) = 0;\n" }
        // From the highest word down, as a concatenation goes.
        let words = outputs.reversed().map { output in
            let padding = 64 * output.port.wordCount - output.port.width
            return (padding == 0 ? "" : "\(padding)'d0, ") + "p\(output.index)"
        }
        let unknowns = outputs.reversed().map { "\(unknown($0.port, $0.index))" }
        return """
            `default_nettype none
            module \(name);
                reg clk;
                reg rst;
            \(declarations.joined())\
                \(top) dut (
                    \(connections.joined(separator: ",\n        "))
                );

                // Signals that have been unknown once are not reported again.
                wire [\(max(1, outputs.count) - 1):0] unknown = \(unknowns.isEmpty ? "1'b0" : "{\(unknowns.joined(separator: ", "))}");
                reg [\(max(1, outputs.count) - 1):0] reported;
                reg was_reset;

                wire [\(64 * max(1, outputWords) - 1):0] outputs = \(words.isEmpty ? "64'd0" : "{\(words.joined(separator: ", "))}");
                reg [\(8 * commandBytes - 1):0] command;
                reg [63:0] cycle;
                reg found;
                integer answers;

                task answer(input [63:0] status);
                    $fwrite(answers, "%z", {\(words.isEmpty ? "" : "outputs, ")cycle, status});
                endtask

                task edge_of_clock;
                    begin
                        was_reset = was_reset || rst;
                        clk = 1'b1;
                        #1 clk = 1'b0;
                    end
                endtask

                initial begin
                    answers = $fopen("/dev/fd/3", "wb");
                    clk = 1'b0;
                    rst = 1'b1;
                    reported = 0;
                    was_reset = \(reset == nil ? "1'b1" : "1'b0");
            \(clear.joined())\
                    while ($fread(command, 32'h8000_0000) == \(commandBytes)) begin
                        if (command[0]) edge_of_clock;
                        rst = command[1];
            \(take.joined())\
                        cycle = 0;
                        found = 1'b0;
                        while (cycle < command[127:64] && !found) begin
                            #1;
                            if (was_reset && !(rst\(reset == nil ? " && 1'b0" : "")) && (unknown & ~reported) != 0) begin
                                answer(\(Self.unknown));
                                reported = reported | unknown;
                            end
                            found = command[2] && outputs[command[63:32]] === 1'b1;
                            if (!found) begin
                                cycle = cycle + 1;
                                if (cycle < command[127:64]) edge_of_clock;
                            end
                        end
                        answer(found ? \(Self.pinSet) : \(Self.done));
                        $fflush(answers);
                    end
                    $finish;
                end
            endmodule
            `default_nettype wire

            """
    }

    /// Whether an output has an unknown bit that counts.
    private func unknown(_ port: SimulatedPort, _ index: Int) -> String {
        let isUnknown = "(^p\(index) === 1'bx)"
        return valid(of: port).map { "(p\($0.index) === 1'b1 && \(isUnknown))" } ?? isUnknown
    }

    /// The `valid` of the stream whose payload, or field of it, an output is: it counts only while that is 1.
    func valid(of port: SimulatedPort) -> Place? {
        guard let payload = port.name.range(of: "_payload") else { return nil }
        let rest = port.name[payload.upperBound...]
        guard rest.isEmpty || rest.hasPrefix("_") else { return nil }
        let name = port.name[..<payload.lowerBound] + "_valid"
        return outputs.first { $0.port.name == name && $0.port.width == 1 }
    }
}
