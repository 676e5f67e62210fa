import Cosimulation
import RTL

/// Runs two arrays on random vectors in Icarus: what is compared in speed must be the same hardware.
enum ArrayEquivalence {
    private static let vectors = 40

    /// - Parameters:
    ///   - own: Verilog of `QueryKeyArray`.
    ///   - peer: Verilog of the module `name`, with the same ports but for the clock's name and a reset.
    /// - Throws: `BenchError` if a score differs from the other or from the sum of products.
    static func require(keys: Int, elements: Int, bits: Int, own: String, peer: String, named name: String) throws {
        let array = QueryKeyArray(keys: keys, elements: elements, bits: bits)
        let sources = [
            VerilogSource(name: "own.v", text: try String(contentsOfFile: own, encoding: .utf8)),
            VerilogSource(name: "peer.v", text: try String(contentsOfFile: peer, encoding: .utf8)),
            VerilogSource(name: "bench.v", text: bench(array, peer: name, hasReset: name == "array_amaranth")),
        ]
        let result = try IcarusRunner().run(sources, top: "array_bench")
        guard result.succeeded, result.output.contains("PASS") else {
            throw BenchError("\(name) is not the array that \(array.verilogName) is:\n\(result.report)")
        }
    }

    /// New vectors every cycle; scores are compared `latency` cycles behind.
    private static func bench(_ array: QueryKeyArray, peer: String, hasReset: Bool) -> String {
        let width = array.elements * array.bits, score = array.scoreBits, latency = array.levels + 1
        let keys = 0..<array.keys
        func ports(_ score: String) -> String {
            (keys.map { ".key_\($0)(key[\($0)])" } + keys.map { ".score_\($0)(\(score)[\($0)])" }).joined(separator: ", ")
        }
        return """
            module array_bench;
                reg clock = 0;
                reg [\(width - 1):0] query;
                reg [\(width - 1):0] key [0:\(array.keys - 1)];
                wire signed [\(score - 1):0] own [0:\(array.keys - 1)];
                wire signed [\(score - 1):0] peer [0:\(array.keys - 1)];
                reg signed [\(score - 1):0] expected [0:\(array.keys * (latency + 1) - 1)];
                reg signed [\(array.bits - 1):0] a, b;
                integer cycle, k, i, wrong;
                \(array.verilogName) dut (.clock(clock), .query(query), \(ports("own")));
                \(peer) other (.clk(clock), \(hasReset ? ".rst(1'b0), " : "").query(query), \(ports("peer")));
                initial begin
                    wrong = 0;
                    for (cycle = 0; cycle < \(vectors + latency); cycle = cycle + 1) begin
                        for (i = 0; i < \(width); i = i + 1) query[i] = $random;
                        for (k = 0; k < \(array.keys); k = k + 1) begin
                            for (i = 0; i < \(width); i = i + 1) key[k][i] = $random;
                            for (i = \(latency); i > 0; i = i - 1) expected[\(array.keys) * i + k] = expected[\(array.keys) * (i - 1) + k];
                            expected[k] = 0;
                            for (i = 0; i < \(array.elements); i = i + 1) begin
                                a = query[i * \(array.bits) +: \(array.bits)];
                                b = key[k][i * \(array.bits) +: \(array.bits)];
                                expected[k] = expected[k] + a * b;
                            end
                        end
                        #1;
                        if (cycle >= \(latency)) for (k = 0; k < \(array.keys); k = k + 1) begin
                            if (own[k] !== expected[\(array.keys * latency) + k] || peer[k] !== own[k]) begin
                                wrong = wrong + 1;
                                $display("vector %0d, key %0d: %0d, %0d, expected %0d", cycle - \(latency), k, own[k], peer[k],
                                         expected[\(array.keys * latency) + k]);
                            end
                        end
                        clock = 1;
                        #1 clock = 0;
                    end
                    if (wrong == 0) $display("PASS");
                    $finish;
                end
            endmodule

            """
    }
}
