import Foundation
import Simulation

/// The Verilog that lets another process drive a design in Icarus: commands on standard input, results on descriptor 3.
///
/// A command is one record: flags and pin, count, the clocks that rise first, the clocks in reset, then the words of all
/// inputs. Its answer is any number of records of
/// unknown outputs and one that ends it: status and count, then the words of all outputs, four-state.
struct IcarusHarness {
    let top: String
    let ports: [SimulatedPort]
    /// Bit n of a set of clocks stands for the nth.
    let clocks: [SimulatedClock]

    static let commandHeaderWords = 4, answerHeaderWords = 2
    static let edgeFlag: UInt64 = 1, untilFlag: UInt64 = 2
    /// Of an answer: the end, the end with the pin set, an unknown output.
    static let done: UInt64 = 0, pinSet: UInt64 = 1, unknown: UInt64 = 2

    /// A port, its index among all, and its first word among the inputs or the outputs.
    struct Place: Sendable {
        let port: SimulatedPort
        let index, word: Int
    }

    let inputs, outputs: [Place]
    let inputWords, outputWords: Int

    init(top: String, ports: [SimulatedPort], clocks: [SimulatedClock]) {
        (self.top, self.ports, self.clocks) = (top, ports, clocks)
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

    var commandBytes: Int { 8 * (Self.commandHeaderWords + inputWords) }
    /// Each 32 bits come as those that are 1 or x, then those that are x or z.
    var answerBytes: Int { 16 * (Self.answerHeaderWords + outputWords) }

    func text(named name: String) -> String {
        let header = 64 * Self.commandHeaderWords
        let declarations = ports.enumerated().map { index, port in
            "    \(port.isInput ? "reg" : "wire") \(port.width == 1 ? "" : "[\(port.width - 1):0] ")p\(index);\n"
        }
        let connections = clocks.enumerated().flatMap { index, clock in
            [".\(clock.name)(clk[\(index)])"] + (clock.reset.map { [".\($0)(rst[\(index)])"] } ?? [])
        } + ports.enumerated().map { ".\($0.element.name)(p\($0.offset))" }
        let take = inputs.map { "                p\($0.index) = command[\(header + 64 * $0.word) +: \($0.port.width)];\n" }
        let clear = inputs.map { "        p\($0.index) = 0;\n" }
        // From the highest word down, as a concatenation goes.
        let words = outputs.reversed().map { output in
            let padding = 64 * output.port.wordCount - output.port.width
            return (padding == 0 ? "" : "\(padding)'d0, ") + "p\(output.index)"
        }
        let hasReset = clocks.contains { $0.reset != nil }
        // The clocks that have a reset.
        let resets = "64'd\(clocks.enumerated().reduce(UInt64(0)) { $1.element.reset == nil ? $0 : $0 | 1 << UInt64($1.offset) })"
        let unknowns = outputs.reversed().map { "\(unknown($0.port, $0.index))" }
        return """
            `default_nettype none
            module \(name);
                reg [63:0] clk;
                reg [63:0] rst;
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

                task edge_of(input [63:0] clocks);
                    begin
                        was_reset = was_reset || (rst & \(resets)) != 0;
                        clk = clocks;
                        #1 clk = 64'd0;
                    end
                endtask

                initial begin
                    answers = $fopen("/dev/fd/3", "wb");
                    clk = 64'd0;
                    rst = ~64'd0;
                    reported = 0;
                    was_reset = \(hasReset ? "1'b0" : "1'b1");
            \(clear.joined())\
                    while ($fread(command, 32'h8000_0000) == \(commandBytes)) begin
                        if (command[0]) edge_of(command[191:128]);
                        rst = command[255:192];
            \(take.joined())\
                        cycle = 0;
                        found = 1'b0;
                        while (cycle < command[127:64] && !found) begin
                            #1;
                            if (was_reset && (rst & \(resets)) == 0 && (unknown & ~reported) != 0) begin
                                answer(\(Self.unknown));
                                reported = reported | unknown;
                            end
                            found = command[1] && outputs[command[63:32]] === 1'b1;
                            if (!found) begin
                                cycle = cycle + 1;
                                if (cycle < command[127:64]) edge_of(~64'd0);
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
