import Foundation
import Testing
import TestSupport
import Workloads

/// `simulate` and `golden` of lanes whose rows belong together: layers and iterations of a cascade, groups of a prompt.
@Suite struct SequenceTests {
    /// Three layers of four heads, four iterations over 37 ... 40 tokens.
    private static let cascade = ["--preset", "cascade-d64"] + sequence
    private static let sequence = [
        "--workload", "synthetic:planted-keys,keys=40,rows=4,heads=4,layers=3", "--token-keep", "1,0.8,0.5",
        "--head-keep", "1,1,0.5", "--sink", "2", "--recent", "4", "--key-bits", "4+4", "--value-bits", "6",
    ]

    @Test(arguments: [("cascade-d64", 64), ("cascade-d64-p16", 64), ("cascade-d16", 16)], [
        ["--importance", "sum"], ["--importance", "age", "--refine", "per-key", "--scope", "row", "--value-threshold", "0.001"],
        ["--importance", "decay", "--topk-engine", "radix", "--stall-seed", "5", "--memory-latency", "30"],
    ])
    func cascade(_ preset: (name: String, headSize: Int), _ arguments: [String]) throws {
        let run = try LeanSpAtten(
            ["simulate", "--engine", "native", "--json", "-", "--preset", preset.name] + Self.sequence + arguments, in: try TemporaryDirectory())
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect(report["preset"] as? String == preset.name && report["mismatches"] as? Int == 0)
        #expect(report["rows"] as? Int == 48 && report["bytesWritten"] as? Int == (48 - 8) * preset.headSize * 2)
        let cascade = try #require(report["cascade"] as? [String: Any])
        #expect(cascade["importance"] as? String == arguments[1] && cascade["differentDecisions"] as? Int == 0)
        #expect(cascade["sink"] as? Int == 2 && cascade["recent"] as? Int == 4)
        #expect(cascade["tokenKeep"] as? [Double] == [1, 52429.0 / 65536, 0.5] && cascade["headKeep"] as? [Double] == [1, 1, 0.5])
        // ceil(0.8 n) and ceil(0.5 n) of 37 ... 40 tokens.
        let kept = [154, 30 + 31 + 32 + 33, 19 + 19 + 20 + 20]
        let tokensKept = try #require(cascade["tokensKept"] as? [Double])
        #expect(tokensKept.map { Int(($0 * 154).rounded()) } == kept)
        #expect(cascade["headsKept"] as? [Double] == [1, 1, 0.5])
        let counters = try #require(report["counters"] as? [String: Any]), layers = try #require(report["layers"] as? [[String: Any]])
        #expect(counters["keys"] as? Int == 4 * kept[0] + 4 * kept[1] + 2 * kept[2])
        #expect(layers.map { $0["layer"] as? Int } == [0, 1, 2] && layers.allSatisfy { $0["mismatches"] as? Int == 0 })
        #expect(layers.reduce(0) { $0 + ($1["cycles"] as? Int ?? 0) } == report["cycles"] as? Int)
        let cycles = try #require(report["cycles"] as? Int), bound = try #require(report["boundCycles"] as? Int)
        #expect(bound > 0 && cycles > bound && report["pruning"] != nil)
    }

    /// The same sequence as jobs of a whole accelerator, given by its driver over AXI.
    @Test func wholeAccelerator() throws {
        let run = try LeanSpAtten(
            ["simulate", "--engine", "native", "--json", "-", "--preset", "tiny", "--importance", "age", "--refine", "per-key", "--scope", "row",
             "--value-threshold", "0.001", "--stall-seed", "5", "--memory-latency", "30", "--memory-outstanding", "3"] + Self.sequence,
            in: try TemporaryDirectory())
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json(), cascade = try #require(report["cascade"] as? [String: Any])
        #expect(report["preset"] as? String == "tiny" && report["rows"] as? Int == 48 && report["mismatches"] as? Int == 0)
        #expect(report["bytesWritten"] as? Int == (48 - 8) * 16 * 2 && cascade["differentDecisions"] as? Int == 0)
        let cycles = try #require(report["cycles"] as? Int), bound = try #require(report["boundCycles"] as? Int)
        #expect(bound > 0 && cycles > bound && report["memoryLatency"] as? Int == 30)
        let counters = try #require(report["counters"] as? [String: Any])
        #expect((counters["keyLSBBeats"] as? Int).map { $0 > 0 } == true)
    }

    /// Rows as launches of a whole accelerator of dense lanes, given by its driver over AXI.
    @Test func wholeCluster() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("small.json", "{\"headSize\": 32, \"multipliers\": 32, \"residentRows\": 4, \"lanes\": 2}")
        let run = try LeanSpAtten(
            ["simulate", "--engine", "native", "--json", "-", "--config", "small.json", "--policy", "fixed-split", "--splits", "2",
             "--workload", "synthetic:planted-keys,keys=150,rows=2,heads=4,kv-heads=2,layers=2", "--stall-seed", "5", "--memory-latency", "30",
             "--memory-outstanding", "3"], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect(report["preset"] as? String == "small" && report["rows"] as? Int == 16 && report["mismatches"] as? Int == 0)
        #expect(report["lanes"] as? Int == 2 && report["policy"] as? String == "fixed-split" && report["bytesWritten"] as? Int == 16 * 32 * 2)
        // Four outputs of 149 and 150 keys a layer, a key and row a cycle: chunks of a tile.
        let cycles = try #require(report["cycles"] as? Int), bound = try #require(report["boundCycles"] as? Int)
        #expect(bound >= 2 * 2 * (149 + 150) && cycles > bound && report["memoryLatency"] as? Int == 30)
        let counters = try #require(report["counters"] as? [String: Any]), layers = try #require(report["layers"] as? [[String: Any]])
        #expect(counters["keys"] as? Int == 2 * 4 * (149 + 150) && (counters["keyLSBBeats"] as? Int).map { $0 > 0 } == true)
        #expect(layers.reduce(0) { $0 + ($1["cycles"] as? Int ?? 0) } == cycles && layers.count == 2)
        #expect(report["pruning"] == nil && report["cascade"] == nil)
    }

    /// Without ratios all is kept, and the outputs are those of the lane without a cascade.
    @Test func aCascadeThatKeepsAll() throws {
        let directory = try TemporaryDirectory()
        for preset in ["cascade-d64", "spatten-d64"] {
            let run = try LeanSpAtten(
                ["golden", "--preset", preset, "--workload", Self.sequence[1], "--output", preset, "--refine", "never"], in: directory)
            #expect(run.status == 0, "\(run.errors)")
        }
        let files = try ["cascade-d64", "spatten-d64"].map { try SafetensorsFile(path: directory.file($0)) }
        for layer in 0..<3 {
            let outputs = try files.map { try $0.tensor("layer\(layer).output").elements(as: Int16.self) }
            #expect(outputs[0] == outputs[1] && outputs[0].contains { $0 != 0 })
        }
    }

    @Test func goldenFileOfACascade() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(["golden", "--output", "golden", "--json", "-"] + Self.cascade, in: directory)
        #expect(run.status == 0, "\(run.errors)")
        #expect((try run.json()["cascade"] as? [String: Any])?["importance"] as? String == "sum")
        let file = try SafetensorsFile(path: directory.file("golden"))
        func flags(_ name: String) throws -> [UInt8] { try file.tensor(name).elements(as: UInt8.self) }
        for row in 0..<4 {
            let tokens = try (0..<3).map { try Array(flags("layer\($0).token_kept")[row * 40..<(row + 1) * 40]) }
            let context = 37 + row
            #expect(tokens[0] == (0..<40).map { $0 < context ? 1 : 0 })
            #expect(tokens[1].count { $0 == 1 } == (context * 52429 + 65535) / 65536)
            #expect(tokens[2].count { $0 == 1 } == (context + 1) / 2)
            // What a layer keeps is among what the layer before kept; the first and the newest always stay.
            #expect(zip(tokens[1], tokens[2]).allSatisfy { $0 >= $1 })
            for token in [0, 1, context - 4, context - 1] { #expect(tokens[2][token] == 1) }
        }
        let heads = try flags("layer2.head_kept"), outputs = try file.tensor("layer2.output").elements(as: Int16.self)
        #expect(heads.count { $0 == 1 } == 8)
        for (index, kept) in heads.enumerated() {
            #expect(outputs[index * 64..<(index + 1) * 64].contains { $0 != 0 } == (kept == 1))
        }
        let importance = try file.tensor("token_importance").elements(as: UInt32.self)
        // Probabilities of all computed rows, 20 fractional bits, each rounded down.
        let sum = importance.reduce(0) { $0 + Double($1) } / Double(1 << 20)
        #expect(importance.count == 40 && sum <= 40 && sum > 39.9)
        #expect(try file.tensor("head_importance").elements(as: UInt32.self).allSatisfy { $0 > 0 })
    }

    @Test(arguments: [
        (["--mask", "causal"], 2 * (131...150).reduce(0, +)), (["--mask", "full"], 2 * 20 * 150),
        (["--mask", "window", "--window", "40", "--stall-seed", "2"], 2 * 20 * 40), ([], 2 * (131...150).reduce(0, +)),
    ])
    func prefill(_ arguments: [String], _ keys: Int) throws {
        let run = try LeanSpAtten(
            ["simulate", "--preset", "prefill-d64", "--workload", "synthetic:planted-keys,keys=150,rows=20,heads=2,kv-heads=1",
             "--engine", "native", "--json", "-"] + arguments, in: try TemporaryDirectory())
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect(report["rows"] as? Int == 40 && report["mismatches"] as? Int == 0 && report["tileKeys"] as? Int == 128)
        #expect((report["counters"] as? [String: Any])?["keys"] as? Int == keys)
        let prefill = try #require(report["prefill"] as? [String: Any])
        #expect(prefill["mask"] as? String == (arguments.count > 1 ? arguments[1] : "causal"))
        #expect(prefill["window"] as? Int == (arguments.contains("window") ? 40 : nil) && prefill["residentRows"] as? Int == 8)
        // Every row takes the array a cycle a key; eight rows share what is read.
        #expect(report["boundCycles"] as? Int == keys && report["bindingResource"] as? String == "query-key array")
        let read = try #require(report["bytesRead"] as? Int)
        #expect(read < keys * 64 * 3 / 4)
    }

    /// Rows that cannot be the iterations of a sequence.
    @Test(arguments: [
        ("flat,keys=1025,rows=1", "sees 1025 keys, the cascade takes 1 to 1024"), ("flat,keys=8,rows=1,heads=65", "room for 64"),
        ("flat,keys=8,rows=1,heads=1,layers=256", "at most 255 layers"), ("flat,keys=40,rows=9,lengths=ragged", "a sequence only grows"),
        ("flat,keys=3,rows=4,lengths=full", ""), ("zero-context,keys=9,rows=1", "row 0 sees 0 keys"),
    ])
    func noSequence(_ workload: String, _ message: String) throws {
        let directory = try TemporaryDirectory()
        for command in [["simulate", "--engine", "native"], ["golden", "--output", "golden"]] {
            let run = try LeanSpAtten(
                command + ["--preset", "cascade-d64", "--workload", "synthetic:\(workload)"], in: directory)
            #expect(run.status == (message.isEmpty ? 0 : 65), "\(run.errors)")
            #expect(message.isEmpty || run.errors.contains(message), "\(run.errors)")
            #expect(message.isEmpty || directory.contents.isEmpty)
        }
    }

    @Test func layersOfUnlikeContexts() throws {
        let directory = try TemporaryDirectory()
        func tensors(_ layer: Int, _ length: Int32) -> [Tensor] {
            [("query", [1, 1, 64]), ("key", [1, 3, 64]), ("value", [1, 3, 64])].map { name, shape in
                Tensor(name: "layer\(layer).\(name)", shape: shape, elements: [Float](repeating: 0.5, count: shape.reduce(1, *)))
            } + [Tensor(name: "layer\(layer).lengths", shape: [1], elements: [length])]
        }
        try SafetensorsFile.write(tensors(0, 3) + tensors(4, 2), to: directory.file("w"))
        let run = try LeanSpAtten(
            ["simulate", "--engine", "native", "--preset", "cascade-d64", "--workload", "w"], in: directory)
        #expect(run.status == 65, "\(run.errors)")
        #expect(run.errors.contains("the rows of layer 4 see other numbers of keys than those of layer 0"))
    }
}
