import Cosimulation
import Foundation
import Testing
import TestSupport

/// The reports of commands that succeed.
@Suite struct ReportTests {
    @Test func simulate() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["simulate", "--preset", "lane-d64", "--workload", PackageFiles.decodeAttention, "--layers", "5", "--rows", "1", "--engine", "native",
             "--seed", "7", "--json", "report.json"], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        #expect(run.output.contains("all 256 outputs of 4 rows equal the golden model"))
        #expect(directory.contents == ["report.json"])
        let report = try #require(try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: directory.file("report.json")))) as? [String: Any])
        let keys = [
            "preset", "engine", "workload", "rows", "mismatches", "rmsRelativeError", "maxRelativeToMaxV", "maxErrorLSB",
            "cycles", "boundCycles", "bindingResource", "bytesRead", "bytesWritten", "portUtilization",
            "multiplierUtilization", "counters", "seed", "configHash", "simulatedCyclesPerSecond",
        ]
        for key in keys { #expect(report[key] != nil, "\(key) is missing") }
        #expect(report["preset"] as? String == "lane-d64")
        #expect(report["engine"] as? String == "native")
        #expect(report["rows"] as? Int == 4)
        #expect(report["mismatches"] as? Int == 0)
        #expect(report["seed"] as? Int == 7)
        #expect(report["bindingResource"] as? String == "memory port")
        // 993 keys of 64 elements: 8 + 4 + 12 bits each, in whole beats of 64 bytes a plane and row.
        #expect(report["boundCycles"] as? Int == 4 * (993 + 497 + 1490))
        #expect(report["bytesRead"] as? Int == 64 * 4 * (993 + 497 + 1490))
        #expect(report["bytesWritten"] as? Int == 4 * 64 * 2)
        let rms = try #require(report["rmsRelativeError"] as? Double)
        #expect(rms > 0 && rms < 2e-4)
        let cycles = try #require(report["cycles"] as? Int), port = try #require(report["portUtilization"] as? Double)
        #expect(abs(port - Double(4 * 2980) / Double(cycles)) < 1e-12)
    }

    @Test func everyFormatReachesTheHardware() throws {
        for (keys, values, tile) in [("3+5", "4", "128"), ("12+0", "6", "1024"), ("4+0", "8", "512")] {
            let run = try LeanSpAtten(
                ["simulate", "--preset", "lane-d32", "--workload", "synthetic:planted-keys,keys=300,rows=2,heads=2,kv-heads=1",
                 "--engine", "native", "--key-bits", keys, "--value-bits", values, "--tile", tile, "--stall-seed", "3",
                 "--memory-latency", "7", "--json", "-"], in: try TemporaryDirectory())
            #expect(run.status == 0, "\(run.errors)")
            let report = try run.json()
            #expect(report["mismatches"] as? Int == 0)
            #expect(report["keyBits"] as? String == keys)
            #expect(report["valueBits"] as? String == values)
            #expect(report["tileKeys"] as? Int == Int(tile))
            #expect(report["memoryLatency"] as? Int == 7)
            // Rows of 32 elements over 299 and 300 keys, all planes but an empty one.
            let bits = keys.split(separator: "+").map { Int($0)! } + [Int(values)!]
            var beats = 0
            for (count, bits) in [(299, bits), (300, bits)] {
                for bits in bits { beats += (count * 32 * bits + 511) / 512 }
            }
            #expect(report["bytesRead"] as? Int == 2 * 64 * beats)
        }
    }

    @Test func memories() throws {
        func report(_ arguments: [String]) throws -> [String: Any] {
            let run = try LeanSpAtten(
                ["simulate", "--preset", "lane-d64", "--workload", "synthetic:planted-keys,keys=600,rows=2,heads=1", "--engine", "native",
                 "--json", "-"] + arguments, in: try TemporaryDirectory())
            #expect(run.status == 0, "\(run.errors)")
            let report = try run.json()
            #expect(report["mismatches"] as? Int == 0)
            return report
        }
        let port = try report([])
        #expect(port["memory"] as? String == "fixed" && port["memoryLatency"] as? Int == 100)
        #expect(port["memoryBytesPerCycle"] == nil && port["rowBuffers"] == nil)
        let bound = try #require(port["boundCycles"] as? Int), cycles = try #require(port["cycles"] as? Int)
        #expect(port["memoryBoundCycles"] as? Int == bound && port["memoryBytesMoved"] as? Int == 64 * bound)

        let half = try report(["--memory-bandwidth", "32"])
        #expect(half["memoryBytesPerCycle"] as? Double == 32 && half["memoryBoundCycles"] as? Int == 2 * bound)
        let halfCycles = try #require(half["cycles"] as? Int)
        #expect(halfCycles >= 2 * bound && halfCycles < 2 * bound + 300)

        // Less than one burst of 16 beats in 100 cycles is on the way.
        let waiting = try report(["--memory-outstanding", "1"])
        #expect(waiting["memoryOutstanding"] as? Int == 1)
        #expect(try #require(waiting["cycles"] as? Int) > bound * 116 / 16)

        let hbm2 = try report(["--memory", "hbm2"])
        #expect(hbm2["memory"] as? String == "hbm2" && hbm2["memoryBytesPerCycle"] as? Double == 64)
        #expect(try #require(hbm2["cycles"] as? Int) > cycles)
        let rows = try #require(hbm2["rowBuffers"] as? [String: Any])
        let reads = try ["hits", "misses", "conflicts"].map { try #require(rows[$0] as? Int) }.reduce(0, +)
        #expect(32 * reads == hbm2["memoryBytesMoved"] as? Int)
    }

    @Test func emptyContexts() throws {
        let run = try LeanSpAtten(
            ["simulate", "--preset", "lane-d32", "--workload", "synthetic:zero-keys,rows=2,heads=1", "--engine", "native",
             "--json", "-"], in: try TemporaryDirectory())
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect(report["rows"] as? Int == 2)
        #expect(report["mismatches"] as? Int == 0)
        #expect(report["bytesRead"] as? Int == 0)
    }

    @Test(arguments: ["verilator", "icarus"])
    func toolsSimulateWhatWasEmitted(_ engine: String) throws {
        let run = try LeanSpAtten(["simulate", "--engine", engine, "--json", "-"] + EnvironmentTests.small, in: try TemporaryDirectory())
        // Without the tool there is nothing to see here; EnvironmentTests checks what is said.
        if run.status == 69 { return }
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect(report["engine"] as? String == engine)
        #expect(report["mismatches"] as? Int == 0)
        #expect(report["bytesRead"] as? Int == 64 * (5 + 3 + 7))
    }

    @Test func waves() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["simulate", "--engine", "native", "--waves", "lane.vcd"] + EnvironmentTests.small, in: directory)
        #expect(run.status == 0, "\(run.errors)")
        #expect(directory.contents == ["lane.vcd"])
        let text = try String(contentsOfFile: directory.file("lane.vcd"), encoding: .utf8)
        #expect(text.hasPrefix("$timescale"))
        #expect(text.contains("output_payload_element"))
        #expect(text.contains("$enddefinitions"))
    }

    /// Every signal of the lane, in GTKWave's own format.
    @Test func wavesOfVerilator() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["simulate", "--engine", "verilator", "--waves", "lane.fst"] + EnvironmentTests.small, in: directory)
        if run.status == 69 { return }
        #expect(run.status == 0, "\(run.errors)")
        #expect(directory.contents == ["lane.fst"])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.file("lane.fst")))
        #expect(Array(bytes.prefix(9)) == [0, 0, 0, 0, 0, 0, 0, 1, 73])
        #expect(bytes.count > 20_000)
    }

    /// A regression sets the variable; what it collects is read back.
    @Test func coverageOfARun() throws {
        let directory = try TemporaryDirectory()
        let dats = directory.file("coverage")
        _ = try directory.write("keys.txt", "3\n9\n4\n")
        for _ in 0..<2 {
            let run = try LeanSpAtten(
                ["topk", "--engine", "radix", "--parallelism", "1", "--k", "2", "--input", "keys.txt"], in: directory,
                environment: ["LEANSPATTEN_COVERAGE": dats])
            #expect(run.status == 0, "\(run.errors)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: dats).sorted()
        #expect(names.count == 2 && names[0].hasSuffix("-0.dat") && names[1].hasSuffix("-1.dat"))
        let coverage = try Coverage(merging: names.map { "\(dats)/\($0)" })
        let once = try Coverage(merging: ["\(dats)/\(names[0])"])
        #expect(coverage.modules.contains { $0.hasPrefix("RadixSelect") })
        #expect(!coverage.modules.contains { $0.contains("harness") })
        #expect(coverage.tally(.line) == once.tally(.line) && once.tally(.branch).percent > 50)
    }

    @Test func presets() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(["presets"], in: directory)
        #expect(run.status == 0)
        for name in ["lane-d32", "lane-d64", "lane-d128", "lane-d32-m64", "lane-d64-m32", "lane-d128-m32", "spatten-d64", "cascade-d64", "cascade-d64-p16", "cascade-d16", "prefill-d64", "lean-8", "spatten-8"] {
            #expect(run.output.contains("  \(name) "))
        }
        let presets = try #require(
            try LeanSpAtten(["presets", "--json", "-"], in: directory).json()["presets"] as? [[String: Any]])
        #expect(presets.count == 27)
        #expect(Set(presets.compactMap { $0["configHash"] as? String }).count == 27)
    }

    @Test(arguments: [[], ["presets"], ["generate"], ["simulate"], ["golden"], ["doctor"]])
    func helpHasAnExample(_ command: [String]) throws {
        let run = try LeanSpAtten(command + ["--help"], in: try TemporaryDirectory())
        #expect(run.status == 0)
        #expect(run.output.contains("Example: leanspatten"))
    }
}
