import Cosimulation
import Testing

@Suite struct BenchRunnerTests {
    static let design = VerilogSource(name: "twice.v", text: "module twice (input wire [7:0] a, output wire [7:0] y);\n  assign y = {a[6:0], 1'b0};\nendmodule\n")

    static func bench(expecting factor: Int) -> VerilogSource {
        VerilogSource(name: "bench.v", text: """
            `timescale 1ns/1ps
            module bench;
              reg [7:0] vectors [0:3];
              reg [7:0] a;
              wire [7:0] y;
              integer i, errors;
              twice dut (.a(a), .y(y));
              initial begin
                $readmemh("vectors.hex", vectors);
                errors = 0;
                for (i = 0; i < 4; i = i + 1) begin
                  a = vectors[i];
                  #1 if (y !== a * 8'd\(factor)) errors = errors + 1;
                end
                $display("%0d errors", errors);
                $finish;
              end
            endmodule

            """)
    }

    static let vectors = VerilogSource(name: "vectors.hex", text: "01\n22\n7f\n10\n")

    @Test(arguments: [(2, "0 errors"), (3, "4 errors")])
    func icarus(factor: Int, verdict: String) throws {
        let result = try IcarusRunner().run([Self.design, Self.bench(expecting: factor), Self.vectors], top: "bench")
        #expect(result.succeeded)
        #expect(result.output.contains(verdict))
    }

    @Test func verilatorBinary() throws {
        let result = try VerilatorBinaryRunner().run([Self.design, Self.bench(expecting: 3), Self.vectors], top: "bench")
        #expect(result.succeeded)
        #expect(result.output.contains("4 errors"))
    }

    @Test func icarusKnowsUnknowns() throws {
        let bench = VerilogSource(name: "b.v", text: "module b; reg r; initial begin #1 if (r === 1'bx) $display(\"unknown\"); end endmodule\n")
        #expect(try IcarusRunner().run([bench], top: "b").output.contains("unknown"))
    }

    @Test func compilersMessageIsPassedOn() {
        let broken = VerilogSource(name: "broken.v", text: "module broken;\n  assign = 1;\nendmodule\n")
        for run in [{ try IcarusRunner().run([broken], top: "broken") }, { try VerilatorBinaryRunner().run([broken], top: "broken") }] {
            let error = #expect(throws: CosimulationError.self) { _ = try run() }
            #expect("\(error!)".contains("broken.v:2"))
        }
    }

    @Test func endlessBenchTimesOut() {
        let endless = VerilogSource(name: "b.v", text: "`timescale 1ns/1ps\nmodule b; reg c; initial c = 0; always #5 c = ~c; endmodule\n")
        #expect {
            try IcarusRunner().run([endless], top: "b", timeout: .milliseconds(500))
        } throws: { error in
            if case CosimulationError.timedOut = error { true } else { false }
        }
    }

    @Test func fileNamesArePlain() {
        #expect(throws: CosimulationError.badInterface("\"../x.v\" is not a plain file name")) {
            try IcarusRunner().run([VerilogSource(name: "../x.v", text: "")], top: "x")
        }
    }
}
