import Blocks
import Cosimulation
import RTL
import TestSupport
import Testing
import Verilog

/// The emitted queue under two clocks of real time in Icarus: four-valued, so nothing may hang on what wakes up unknown.
@Suite struct AsynchronousFifoBench {
    private static let bits = 12

    /// Half periods of the clocks, and the time by which the reading one is late: equal together and apart, 1 to 3, 7 to 5.
    private static let timings = [(5, 5, 0), (5, 5, 2), (2, 6, 1), (6, 2, 0), (7, 5, 0), (5, 7, 3), (10, 11, 1)]

    /// Counts up through the queue with stalls on both sides; prints PASS or what went wrong.
    ///
    /// Plusargs: `write`, `read` (half periods), `late`, `seed`, and `mutant` for a design with such an input.
    ///
    /// - Parameter mutant: width of that input.
    private static func bench(_ module: String, mutant: Int?) -> String {
        """
        `timescale 1ns / 1ps
        module bench;
            integer write_half, read_half, late, seed, mutant, sent, received, quiet;
            reg write_clock, read_clock, write_reset, read_reset, valid, taking;
            reg [\(bits - 1):0] payload;
            wire ready, output_valid;
            wire [\(bits - 1):0] word;

            \(module) dut (
                .write_clock(write_clock), .read_clock(read_clock), .write_reset(write_reset), .read_reset(read_reset),
                .input_valid(valid), .input_ready(ready), .input_payload(payload),
                .output_valid(output_valid), .output_ready(taking), .output_payload(word)\(mutant.map { ", .mutant(mutant[\($0 - 1):0])" } ?? "")
            );

            initial begin
                mutant = 0;
                if (!$value$plusargs("write=%d", write_half) || !$value$plusargs("read=%d", read_half)
                    || !$value$plusargs("late=%d", late) || !$value$plusargs("seed=%d", seed)) fail("plusargs");
                if ($value$plusargs("mutant=%d", mutant)) begin end
                write_clock = 0; read_clock = 0; write_reset = 1; read_reset = 1;
                valid = 0; taking = 0; payload = 0; sent = 0; received = 0; quiet = 0;
                // Until each clock has had an edge; then one after the other.
                #(2 * (write_half + read_half) + late) @(negedge write_clock) write_reset = 0;
                @(negedge read_clock) read_reset = 0;
                #400000 fail("stuck");
            end
            initial begin #1 forever #(write_half) write_clock = ~write_clock; end
            initial begin #(1 + late) forever #(read_half) read_clock = ~read_clock; end

            task fail(input [8 * 24 - 1:0] reason);
                begin
                    $display("FAIL %0s: %0d in, %0d out", reason, sent, received);
                    $finish;
                end
            endtask

            // Bursts on either side, each longer than the queue.
            always @(posedge write_clock) if (!write_reset && !read_reset) begin
                if (ready !== 1'b0 && ready !== 1'b1) fail("unknown ready");
                if (valid && ready) sent = sent + 1;
                if (!valid || ready) begin
                    valid <= sent < 1000 && ((sent / 64) % 2 == 0 || $random(seed) % 4 == 0);
                    payload <= sent;
                end
            end
            always @(posedge read_clock) if (!write_reset && !read_reset) begin
                if (output_valid !== 1'b0 && output_valid !== 1'b1) fail("unknown valid");
                if (output_valid && received >= sent) fail("a word from nowhere");
                if (output_valid && word !== received[\(bits - 1):0]) fail("wrong word");
                if (output_valid && taking) received = received + 1;
                if (sent - received > 5) fail("too many inside");
                taking <= (received / 100) % 2 == 1 || $random(seed) % 4 == 0;
                if (received == 1000) quiet = quiet + 1;
                if (quiet == 20) begin
                    $display("PASS");
                    $finish;
                end
            end
        endmodule

        """
    }

    private static func run(_ design: Design, mutant: Int? = nil, _ timing: (write: Int, read: Int, late: Int), seed: UInt64) throws -> String {
        var plusArguments = ["write=\(timing.write)", "read=\(timing.read)", "late=\(timing.late)", "seed=\(seed % 1_000_000)"]
        if let mutant { plusArguments.append("mutant=\(mutant)") }
        let files = VerilogEmitter().emit(design).map(VerilogSource.init)
        let text = bench(design.top.name, mutant: design.top.ports.first { $0.name == "mutant" }?.width)
        let result = try IcarusRunner().run(
            files + [VerilogSource(name: "bench.v", text: text)], top: "bench", plusArguments: plusArguments)
        return result.output
    }

    @Test func everyWordComesOutInOrder() throws {
        let design = try Design(AsynchronousFifo(bits: Self.bits, depth: 4))
        for timing in Self.timings {
            let output = try Self.run(design, timing, seed: TestSeed.derived("\(timing)"))
            #expect(output == "PASS\n", "\(timing): \(output); again: \(TestSeed.rerun)")
        }
    }

    /// The bench itself sees faults: no reset, full one step off, full by another comparison, words read too early.
    @Test func plantedFaultsAreSeen() throws {
        let design = try Design(AsynchronousFifo(bits: Self.bits, depth: 4))
        let faults: [(signal: String, kind: String)] = [
            ("tail", "no reset"), ("head_gray", "no reset"), ("tail_gray", "reset value"), ("full", "constant"), ("full", "stuck"),
            ("fetch", "stuck"), ("head_gray", "operator"), ("output_held", "no reset"),
        ]
        let mutants = try faults.map { fault in
            try #require(design.mutants().first { $0.signal == fault.signal && $0.change.kind == fault.kind }, "\(fault)")
        }
        let mutated = try design.mutated(by: mutants)
        for number in 0...mutants.count {
            var outputs: [String] = []
            for timing in Self.timings {
                outputs.append(try Self.run(mutated, mutant: number, timing, seed: TestSeed.derived("\(timing)")))
                if number > 0 && outputs.last != "PASS\n" { break }
            }
            if number == 0 {
                #expect(outputs.allSatisfy { $0 == "PASS\n" }, "\(outputs)")
            } else {
                #expect(outputs.last?.hasPrefix("FAIL") == true, "\(mutants[number - 1]): \(outputs)")
            }
        }
    }
}
