import Foundation
import Testing
import TestSupport
import Workloads

/// Every way a file or an argument can be wrong: its exit code, its message, and nothing left behind.
@Suite struct BadInputTests {
    /// A fault of the workload and a part of what must be said about it.
    struct Fault: CustomTestStringConvertible, Sendable {
        let name: String
        let message: String
        /// Writes the faulty workload.
        let make: @Sendable (TemporaryDirectory) throws -> String
        var preset = "lane-d32"
        var testDescription: String { name }
    }

    static let faults: [Fault] = [
        Fault(name: "missing file", message: "no such file") { $0.file("absent.safetensors") },
        Fault(name: "empty file", message: "needs") { try $0.write("w", "") },
        Fault(name: "truncated file", message: "layer0.value") { directory in
            let path = try SmallWorkload().write("w", in: directory)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            try bytes.dropLast(10).write(to: URL(fileURLWithPath: path))
            return path
        },
        Fault(name: "not a safetensors file", message: "header") { try $0.write("w", "this is a text, not a tensor") },
        Fault(name: "missing tensor", message: "layer0.key") { directory in
            try SafetensorsFile.write([SmallWorkload().query], to: directory.file("w"))
            return directory.file("w")
        },
        Fault(name: "no layer", message: "no tensor is named") { directory in
            try SafetensorsFile.write(
                [Tensor(name: "weights", shape: [1], elements: [Float(1)])], to: directory.file("w"))
            return directory.file("w")
        },
        Fault(name: "wrong type", message: "elements are I32") { directory in
            var workload = SmallWorkload()
            workload.key = Tensor(name: "layer0.key", shape: [1, 3, 32], elements: [Int32](repeating: 1, count: 96))
            return try workload.write("w", in: directory)
        },
        Fault(name: "wrong shape", message: "shape is [1, 2, 32], expected [1, 3, 32]") { directory in
            var workload = SmallWorkload()
            workload.value = Tensor(name: "layer0.value", shape: [1, 2, 32], elements: [Float](repeating: 1, count: 64))
            return try workload.write("w", in: directory)
        },
        Fault(name: "NaN", message: "element [0, 1, 5] is NaN") { directory in
            var elements = [Float](repeating: 1, count: 96)
            elements[37] = .nan
            var workload = SmallWorkload()
            workload.key = Tensor(name: "layer0.key", shape: [1, 3, 32], elements: elements)
            return try workload.write("w", in: directory)
        },
        Fault(name: "infinity", message: "element [1, 0, 31] is -infinity") { directory in
            var elements = [Float](repeating: 1, count: 64)
            elements[63] = -.infinity
            var workload = SmallWorkload()
            workload.query = Tensor(name: "layer0.query", shape: [2, 1, 32], elements: elements)
            return try workload.write("w", in: directory)
        },
        Fault(name: "length beyond the keys", message: "row 0 attends to 4 keys, but there are 3") { directory in
            var workload = SmallWorkload()
            workload.lengths = Tensor(name: "layer0.lengths", shape: [1], elements: [Int32(4)])
            return try workload.write("w", in: directory)
        },
        Fault(name: "head size of another preset", message: "use --preset lane-d32 or lane-d32-m64", make: { directory in
            try SmallWorkload().write("w", in: directory)
        }, preset: "lane-d64"),
        Fault(name: "context over the maximum", message: "attends to 524289 keys, but the lane holds at most 524288") { _ in
            "synthetic:flat,heads=1,rows=1,keys=524289"
        },
        Fault(name: "query too large for the score scale", message: "layer 0, head 0, row 0") { directory in
            var workload = SmallWorkload()
            workload.query = Tensor(name: "layer0.query", shape: [2, 1, 32], elements: [Float](repeating: 1e30, count: 64))
            workload.key = Tensor(name: "layer0.key", shape: [1, 3, 32], elements: [Float](repeating: 1e7, count: 96))
            return try workload.write("w", in: directory)
        },
    ]

    @Test(arguments: faults)
    func workload(_ fault: Fault) throws {
        let directory = try TemporaryDirectory()
        let workload = try fault.make(directory)
        let before = directory.contents
        for command in [["golden", "--output", "golden.safetensors"], ["simulate", "--engine", "native", "--waves", "w.vcd"]] {
            let run = try LeanSpAtten(
                command + ["--preset", fault.preset, "--workload", workload, "--json", "report.json"], in: directory)
            #expect(run.status == 65, "\(run.errors)")
            #expect(run.errors.contains(fault.message), "\(run.errors)")
            #expect(run.errors.hasPrefix("Error: "))
            #expect(run.output.isEmpty)
            #expect(directory.contents == before)
        }
    }

    /// Of head size 128.
    private static let wide = ["--workload", "synthetic:flat,keys=8,rows=1,heads=4,kv-heads=1"]

    @Test(arguments: [
        (["--key-bits", "5+5"], "use one of 3+5, 4+4, 6+4, 8+4, 4+0, 6+0, 8+0, 12+0"),
        (["--value-bits", "5"], "use one of 4, 6, 8, 12"),
        (["--tile", "100"], "use one of 128, 256, 512, 1024"),
        (["--tile", "many"], "--tile"),
        (["--preset", "lane-d63"], "did you mean 'lane-d64'?"),
        (["--preset", "lane-d64", "--config", "lane.json"], "one of --preset and --config"),
        (["--refine", "never"], "a lane that prunes, such as spatten-d64"),
        (["--refine", "sometimes"], "per-key"),
        (["--preset", "spatten-d64", "--value-threshold", "1.5"], "--value-threshold must be in 0...1"),
        (["--preset", "spatten-d64", "--value-threshold", "0.1", "--value-keep", "0.5"], "one of --value-keep and --value-threshold"),
        (["--preset", "cascade-d64", "--token-keep", "1.5"], "'1.5' is not a ratio in 0...1"),
        (["--preset", "cascade-d64", "--token-keep", ""], "'' is not a ratio"),
        (["--preset", "cascade-d64", "--token-keep", "0.5,0.5"], "one ratio for all layers or one for each of the 3"),
        (["--preset", "cascade-d64", "--token-keep", "0.5,0.9,0.5"], "instead of 0.9 it is 0.5 there"),
        (["--preset", "cascade-d64", "--token-keep", "1,1,0"], "layer 11 would keep no token"),
        (["--preset", "cascade-d64", "--head-keep", "1,0.5,0"], "all heads of layer 11 would be pruned"),
        (["--preset", "cascade-d64", "--sink", "900", "--recent", "94"], "994 tokens are to be kept, more than the 993 of the first context"),
        (["--preset", "cascade-d64", "--recent", "-1"], "--recent"),
        (["--preset", "cascade-d64", "--sink", "9223372036854775807", "--recent", "1"], "it must be in 0...524288"),
        (["--preset", "cascade-d64", "--importance", "max"], "decay"),
        (["--preset", "cascade-d64", "--topk-engine", "quick-select"], "with the radix engine"),
        (["--preset", "cascade-d64", "--mask", "causal"], "--mask is for prefill-d64"),
        (["--preset", "spatten-eighth", "--memory", "hbm2"], "the AXI4 memory of a whole accelerator has a latency"),
        (["--preset", "spatten-full", "--importance", "decay"], "spatten-full has 8 lanes, each of which would round"),
        (["--preset", "spatten-eighth", "--memory-bandwidth", "32"], "--memory-bandwidth '32'"),
        (["--preset", "lean-16", "--memory", "hbm2"] + wide, "lean-16-cluster, the lanes alone, runs on other memories"),
        (["--preset", "lean-16", "--memory-bandwidth", "32"] + wide, "--memory-bandwidth '32'"),
        (["--preset", "lean-16", "--lanes", "17"] + wide, "the preset has 16: give 1 to 16"),
        (["--preset", "lean-16", "--splits", "2"] + wide, "--splits belongs to --policy fixed-split"),
        (["--preset", "lean-16", "--tile", "512"] + wide, "use one of 128"),
        (["--preset", "lean-16", "--refine", "never"] + wide, "a lane that prunes"),
        (["--preset", "lean-16", "--token-keep", "0.5"] + wide, "no use for --token-keep"),
        (["--preset", "lean-16", "--mask", "full"] + wide, "--mask is for prefill-d64"),
        (["--preset", "lean-16", "--workload", "synthetic:flat,keys=8,rows=1,heads=10,kv-heads=2"], "5 query heads share a key-value head"),
        (["--preset", "spatten-full", "--lanes", "4"], "nothing is cut here: a cluster"),
        (["--preset", "spatten-d64", "--token-keep", "0.5"], "no use for --token-keep: cascade-d64 prunes"),
        (["--preset", "lane-d64", "--sink", "4"], "no use for --sink"),
        (["--preset", "prefill-d64", "--refine", "never"], "a lane that prunes"),
        (["--preset", "prefill-d64", "--tile", "512"], "use one of 128"),
        (["--preset", "prefill-d64", "--mask", "window"], "--mask window and --window together"),
        (["--preset", "prefill-d64", "--mask", "window", "--window", "0"], "at least 1"),
        (["--preset", "lane-d64", "--mask", "full"], "--mask is for prefill-d64"),
        (["--layers", "0,x"], "'x' is not the index of a layer"),
        (["--layers", ""], "'' is not the index of a layer"),
        (["--rows", "0"], "--rows must be at least 1"),
        (["--seed", "-1"], "--seed"),
        (["--confidence", "0.1"], "--confidence"),
        (["--preset", "spatten-d64", "--confidence", "-1"], "--confidence"),
        (["--engine", "abacus"], "verilator"),
        (["--memory-latency", "0"], "--memory-latency must be in 1...100000"),
        (["--memory", "dram"], "hbm2"),
        (["--memory-bandwidth", "0"], "--memory-bandwidth must be in 1...4096"),
        (["--memory-outstanding", "0"], "--memory-outstanding must be in 1...4096"),
        (["--memory", "hbm2", "--memory-bandwidth", "48", "--rows", "1", "--layers", "0"], "16, 32, 64, 128, ..."),
        (["--waves", "waves.txt"], ".vcd"),
        (["--waves", "waves.vcd"], "waves are of one layer"),
        (["--waves", "waves.fst", "--engine", "native"], "only --engine verilator writes FST"),
        (["--waves", "waves.fst", "--engine", "icarus"], "only --engine verilator writes FST"),
        (["--workload", "synthetic:fractal"], "use one of flat, gaussian"),
        (["--workload", "synthetic:flat,keys=-1"], "keys must be in"),
        (["--workload", "synthetic:flat,colour=red"], "there is no 'colour'"),
        (["--workload", "synthetic:flat,heads=3,kv-heads=2"], "heads must be a multiple of kv-heads"),
        (["--workload", "synthetic:flat,layers=1", "--layers", "2"], "the workload has layers 0...0"),
    ] as [([String], String)])
    func usage(_ arguments: [String], _ message: String) throws {
        let directory = try TemporaryDirectory()
        var command = ["simulate", "--workload", PackageFiles.decodeAttention, "--json", "report.json"] + arguments
        if !arguments.contains("--preset") { command += ["--preset", "lane-d64"] }
        let run = try LeanSpAtten(command, in: directory)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(directory.contents.isEmpty)
    }

    @Test(arguments: [
        (["--target", "ice40-up5k", "--floorplan", "/bin/true"], "nothing is placed for ice40-up5k; leave it out"),
        (["--target", "ecp5-85k", "--floorplan", "absent.py"], "--floorplan absent.py: it must be a program"),
        (["--target", "ecp5-85k", "--seeds", "-1"], "--seeds"),
        (["--target", "ecp5-85k", "--jobs", "0"], "--jobs 0: it must be in 1...256"),
        (["--target", "abacus"], "ecp5-85k"),
    ])
    func synthesis(_ arguments: [String], _ message: String) throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(["synthesize", "--preset", "lane-d32", "--json", "report.json"] + arguments, in: directory)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(directory.contents.isEmpty)
    }

    @Test(arguments: [
        ["schedule"], ["generate", "--preset", "lane-d64"], ["simulate", "--preset", "lane-d64"], ["presets", "--colour"],
    ])
    func incompleteCommands(_ arguments: [String]) throws {
        let run = try LeanSpAtten(arguments, in: try TemporaryDirectory())
        #expect(run.status == 64)
        #expect(run.errors.contains("Usage: leanspatten"))
    }

    @Test(arguments: [
        ("{\"headSize\": 48, \"multipliers\": 64}", "headSize 48 is not supported: use one of 32, 64, 128"),
        ("{\"headSize\": 64}", "headSize and multipliers must be given"),
        ("{\"headSize\": 64, \"multipliers\": 64.5}", "multipliers must be a whole number"),
        ("{\"headSize\": 64, \"multipliers\": true}", "multipliers must be a whole number"),
        ("{\"headsize\": 64, \"multipliers\": 64}", "there is no parameter 'headsize': use headSize"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"lanes\": 8}", "lanes is of a whole accelerator: give maximumRowKeys too"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"maximumRowKeys\": 1024, \"lanes\": 3}", "lanes 3 is not supported: use one of 1, 8"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"maximumRowKeys\": 1024, \"maximumHeads\": 20}", "maximumHeads 20 is not supported"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"maximumRowKeys\": 1024, \"readOutstanding\": 3}", "readOutstanding 3 is not supported"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"maximumRowKeys\": 1024, \"sectorBytes\": 32, \"lanes\": 1}", "sectorBytes 32 is not supported: a system has one memory channel"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"bufferTileKeys\": 256}", "bufferTileKeys is of a cluster on a bus: give residentRows too"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"residentRows\": 4, \"lanes\": 1}", "lanes 1 is not supported: use one of 2, 8, 16"),
        ("{\"headSize\": 64, \"multipliers\": 64, \"residentRows\": 4, \"maximumHeads\": 16}", "maximumHeads is of lanes that prune, residentRows of clusters"),
        ("{\"headSize\": 64,", "it is not a JSON object"),
        ("[64, 64]", "it is not a JSON object"),
    ])
    func configuration(_ text: String, _ message: String) throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("lane.json", text)
        let run = try LeanSpAtten(["generate", "--config", "lane.json", "--output", "rtl"], in: directory)
        #expect(run.status == 65, "\(run.errors)")
        #expect(run.errors.contains("lane.json: " + message), "\(run.errors)")
        #expect(directory.contents == ["lane.json"])
    }

    @Test func layerThatIsNotThere() throws {
        let run = try LeanSpAtten(
            ["simulate", "--preset", "lane-d64", "--workload", PackageFiles.decodeAttention, "--layers", "5,7"], in: try TemporaryDirectory())
        #expect(run.status == 65)
        #expect(run.errors.contains("there is no layer 7; the file has layers 0, 5, 11"))
    }
}
