import Foundation
import Testing
import TestSupport

@Suite struct ScheduleCommandTests {
    @Test func rangesOfRaggedSequences() throws {
        let directory = try TemporaryDirectory()
        let arguments = ["schedule", "--lanes", "4", "--heads", "1", "--contexts", "1280,1792,768", "--tile", "256"]
        let run = try LeanSpAtten(arguments + ["--json", "-"], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        let ranges = try #require(report["ranges"] as? [[String: Any]])
        #expect(ranges.map { $0["lane"] as? Int } == [0, 1, 2, 3])
        #expect(ranges.map { $0["start"] as? Int } == [0, 4, 8, 12])
        #expect(ranges.map { $0["length"] as? Int } == [4, 4, 4, 3])
        let roles = ranges.map { range in (range["segments"] as? [[String: Any]])?.map { $0["role"] as? String } }
        #expect(roles == [["host"], ["finishing", "host"], ["finishing"], ["complete"]])
        #expect(report["policy"] as? String == "stream-k")
        #expect(report["lanes"] as? Int == 4)
        #expect(report["makespanTiles"] as? Int == 4)
        #expect(report["efficiency"] as? Double == 15.0 / 16)
        #expect(report["partials"] as? Int == 2)
        #expect(report["published"] as? Int == 4)

        let text = try LeanSpAtten(arguments + ["--json", "schedule.json"], in: directory)
        let line = "lane 1: [4, 8) head 0 sequence 0 [4, 5) finishing, head 0 sequence 1 [0, 3) host"
        #expect(text.output.contains(line), "\(text.output)")
        #expect(text.output.contains("93.75 %"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("schedule.json"))) == Data(run.output.utf8))
    }

    @Test(arguments: [
        (["--policy", "per-head"], 256, 0.5), (["--policy", "fixed-split"], 128, 1),
        (["--policy", "fixed-split", "--splits", "3"], 172, 0.7442), (["--policy", "auto"], 128, 1),
        (["--policy", "stream-k", "--by-keys"], 128, 1),
    ] as [([String], Int, Double)])
    func everyPolicy(_ arguments: [String], _ makespan: Int, _ efficiency: Double) throws {
        let run = try LeanSpAtten(
            ["schedule", "--lanes", "16", "--heads", "8", "--contexts", "65536", "--json", "-"] + arguments, in: try TemporaryDirectory())
        let report = try run.json()
        #expect(report["policy"] as? String == (arguments.dropFirst().first))
        #expect(report["makespanTiles"] as? Int == makespan)
        #expect(try abs(#require(report["efficiency"] as? Double) - efficiency) < 1e-3)
    }

    /// More lanes than the hardware has: the report says so. 86 outputs are just too few for 108 lanes not to be split.
    @Test func splitsAreChosen() throws {
        let run = try LeanSpAtten(
            ["schedule", "--lanes", "108", "--heads", "86", "--contexts", "65536", "--policy", "fixed-split", "--json", "-"],
            in: try TemporaryDirectory())
        #expect(run.errors.contains("108 lanes are more than a cluster is built for (64)"))
        let report = try run.json()
        #expect(report["splits"] as? Int == 5)
        #expect(report["chunkTiles"] as? Int == 52)
        #expect(report["makespanTiles"] as? Int == 208)
    }

    @Test(arguments: [
        (["--lanes", "0"], "the number of lanes is 0: give at least 1"),
        (["--heads", "-3"], "the number of heads is -3"),
        (["--contexts", "1,,2"], "'' is not a number of keys"),
        (["--contexts", "12,x"], "'x' is not a number of keys: write contexts as 4096,0,32768"),
        (["--contexts", "99999999999"], "sequence 0 has 99999999999 keys: give 0 to"),
        (["--tile", "0"], "keys of a tile is 0"),
        (["--policy", "greedy"], "stream-k"),
        (["--policy", "fixed-split", "--splits", "0"], "the number of splits is 0"),
        (["--splits", "2"], "--splits belongs to --policy fixed-split"),
        (["--policy", "auto", "--by-keys"], "--by-keys belongs to --policy stream-k"),
        (["--lanes", "9999999"], "more than 4194304 lanes or outputs"),
    ] as [([String], String)])
    func badInput(_ arguments: [String], _ message: String) throws {
        let directory = try TemporaryDirectory()
        var options = ["--lanes": "4", "--heads": "2", "--contexts": "512"]
        var flags: [String] = []
        for (index, argument) in arguments.enumerated() where argument.hasPrefix("--") {
            if argument == "--by-keys" { flags.append(argument) } else { options[argument] = arguments[index + 1] }
        }
        let run = try LeanSpAtten(
            ["schedule", "--json", "report.json"] + options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + flags,
            in: directory)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(directory.contents.isEmpty)
    }

    @Test func aFileThatCannotBeWritten() throws {
        let run = try LeanSpAtten(
            ["schedule", "--lanes", "1", "--heads", "1", "--contexts", "1", "--json", "absent/report.json"], in: try TemporaryDirectory())
        #expect(run.status == 73, "\(run.errors)")
    }
}
