import Cosimulation
import RTL
import Simulation

/// A scenario as a self-checking bench in Verilog-2001 with its vectors: runs in any simulator, without Swift.
///
/// The bench gives each input stream the beats of its file and compares what comes out with the files of the output
/// streams. A digit `x` in a file is a digit of which no bit means anything: unknown on the way in, any on the way out.
public struct ScenarioBench: Sendable {
    /// The bench's module.
    public var moduleName: String { name + "_bench" }
    /// `<name>_bench.v` and a file of vectors for each stream, to lie in the bench's working directory.
    public let files: [VerilogSource]
    private let name: String

    /// - Parameters:
    ///   - name: a Verilog identifier; the files of vectors begin with it.
    ///   - comment: what the vectors are, a line each, for the head of the bench.
    /// - Throws: `MemoryConfigurationError` if the scenario has a memory.
    public init(
        name: String, _ design: Design, _ scenario: StreamScenario, comment: [String] = []
    ) throws(MemoryConfigurationError) {
        if let memory = scenario.memories.first {
            throw MemoryConfigurationError(
                "the Verilog bench \(name) cannot serve a memory: give `\(memory.response.name)` its beats, with a gate after "
                    + "`\(memory.request.name)`")
        }
        self.name = name
        let text = ScenarioBenchText(
            name: name, top: design.top.name, usesClock: design.top.usesClock, usesReset: design.top.usesReset,
            scenario: scenario, comment: comment)
        files = [VerilogSource(name: "\(name)_bench.v", text: text.verilog)]
            + scenario.sources.map { source in
                VerilogSource(name: "\(name)_\(source.pins.name).hex", text: Self.vectors(source))
            }
            + scenario.sinks.compactMap { sink in
                sink.expected.map { VerilogSource(name: "\(name)_\(sink.pins.name).hex", text: Self.vectors(sink.pins, $0)) }
            }
    }

    /// A module that runs several benches at once and ends when all have: one build for all of them.
    public static func together(name: String, _ benches: [ScenarioBench]) -> VerilogSource {
        let instances = benches.enumerated().map { index, bench in
            "    \(bench.moduleName) #(.TOGETHER(1)) \(bench.name) (.done(done[\(index)]), .failed(failed[\(index)]));\n"
        }.joined()
        return VerilogSource(name: "\(name)_bench.v", text: """
            // Runs \(benches.count) benches at once. Written by leanspatten.
            //
            // Each prints a line of its own; the last line printed begins with PASS or FAIL, and a failure ends in $stop. Any of
            // them can also be the top by itself.
            `default_nettype none

            module \(name)_bench;

                wire [\(benches.count - 1):0] done;
                wire [\(benches.count - 1):0] failed;
            \(instances)
                always #20
                    if (&done) begin
                        if (|failed) begin
                            $display("FAIL \(name)");
                            $stop;
                        end else begin
                            $display("PASS \(name) benches=\(benches.count)");
                            $finish;
                        end
                    end

            endmodule

            `default_nettype wire

            """)
    }

    private static func heading(_ layout: PayloadLayout) -> String {
        let fields = layout.fields.map { ($0.name.isEmpty ? "payload" : $0.name) + "[\($0.width)]" }
        return "// a beat a line: \((fields.isEmpty ? ["-"] : fields).joined(separator: ", "))"
    }

    private static func vectors(_ source: StreamScenario.Source) -> String {
        var lines = [heading(source.pins.payload) + (source.gate.map { ", offered after so many beats of \($0.stream)" } ?? "")]
        for index in 0..<source.beats.count {
            let gate = source.gate.map { [hexadecimal(UInt64($0.beats[index]), digits: 8)] } ?? []
            let digits = digits(source.beats, index)
            lines.append(((digits.isEmpty ? ["0"] : digits) + gate).joined(separator: "_"))
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Behind the fields' values come masks of the bits that mean something.
    private static func vectors(_ pins: StreamPins, _ beats: BeatSequence) -> String {
        let masks = BeatSequence(masksOf: beats)
        let lines = (0..<beats.count).map { index in
            let values = digits(beats, index), meanings = digits(masks, index)
            let line = values.map { $0.replacing("x", with: "0") } + meanings
            return (line.isEmpty ? ["0"] : line).joined(separator: "_")
        }
        return ([heading(pins.payload) + "; then the bits that count"] + lines).map { $0 + "\n" }.joined()
    }

    /// The fields of a beat, each in as many digits as its width takes.
    private static func digits(_ beats: BeatSequence, _ index: Int) -> [String] {
        beats.layout.fields.map { field in
            String((0..<(field.width + 3) / 4).reversed().map { digit -> Character in
                let word = index * beats.layout.wordCount + field.firstWord + digit / 16, shift = UInt64(digit % 16 * 4)
                let mask = beats.masks[word] >> shift & 15
                return mask == 0 ? "x" : Character(String(beats.words[word] >> shift & mask, radix: 16))
            })
        }
    }

    private static func hexadecimal(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
