import Foundation
import Testing
import TestSupport

@Suite struct TopKTests {
    private static func keys(_ text: String, _ directory: TemporaryDirectory) throws -> String { try directory.write("keys.txt", text) }

    @Test(arguments: ["radix", "quick-select"], ["native", "verilator"])
    func keepsTheLargest(_ engine: String, _ simulator: String) throws {
        let directory = try TemporaryDirectory()
        let input = try Self.keys("7\n4095\r\n0\n12\n12\n 300\n12", directory)
        let run = try LeanSpAtten(
            ["topk", "--engine", engine, "--k", "4", "--input", input, "--simulator", simulator, "--json", "-"], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect(report["indices"] as? [Int] == [1, 3, 4, 5])
        #expect(report["threshold"] as? Int == 12)
        #expect(report["equals"] as? Int == 2)
        #expect(report["simulator"] as? String == simulator)
        #expect(report["matchesGoldenModel"] as? Bool == true)
        let cycles = try #require(report["cycles"] as? Int), selection = try #require(report["selectionCycles"] as? Int)
        #expect(selection > 0 && cycles > selection && cycles < 200)
    }

    @Test func withoutVerilatorTheNativeEngineRunsAndSaysSo() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["topk", "--engine", "radix", "--parallelism", "1", "--k", "0", "--bits", "8", "--input", try Self.keys("1\n", directory)],
            in: directory, environment: ["PATH": ""])
        #expect(run.status == 0)
        #expect(run.errors.contains("Using the native engine."))
        #expect(run.output.contains("0 of 1 key"))
    }

    @Test(arguments: [
        ("1\ntwo\n3\n", [], 65, "keys.txt, line 2: 'two' is not an unsigned decimal number"),
        ("1\n-3\n", [], 65, "keys.txt, line 2: '-3' is not an unsigned decimal number"),
        ("1\n\n3\n", [], 65, "keys.txt, line 2: '' is not an unsigned decimal number"),
        ("1\n4096\n", [], 65, "keys.txt, line 2: 4096 does not fit 12 bits, whose largest number is 4095: give more --bits"),
        ("99999999999999999999\n", ["--bits", "32"], 65, "line 1: 99999999999999999999 does not fit 32 bits"),
        ("", [], 65, "keys.txt is empty"),
        ("\n\n", [], 65, "keys.txt is empty"),
        (String(repeating: "1\n", count: 4097), [], 65, "line 4097: is beyond the 4096 keys"),
        ("1\n2\n", ["--k", "3"], 64, "--k '3': "),
        ("1\n2\n", ["--k", "-1"], 64, "--k"),
        ("1\n2\n", ["--parallelism", "3"], 64, "parallelism 3 is not supported: use one of 1, 2, 4, 8, 16, 32"),
        ("1\n2\n", ["--bits", "33"], 64, "key width 33 is not supported: use 8 ... 32 bits"),
        ("1\n2\n", ["--engine", "bubble"], 64, "radix"),
    ] as [(String, [String], Int32, String)])
    func badInput(_ text: String, _ arguments: [String], _ status: Int32, _ message: String) throws {
        let directory = try TemporaryDirectory()
        let input = try Self.keys(text, directory)
        var options = ["--engine": "radix", "--k": "1", "--simulator": "native"]
        for index in stride(from: 0, to: arguments.count, by: 2) { options[arguments[index]] = arguments[index + 1] }
        let run = try LeanSpAtten(
            ["topk", "--input", input, "--json", "report.json"] + options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
            in: directory)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(directory.contents == ["keys.txt"])
    }

    @Test func aFileThatIsNotThere() throws {
        let directory = try TemporaryDirectory()
        for path in ["absent.txt", "."] {
            let run = try LeanSpAtten(["topk", "--engine", "radix", "--k", "1", "--input", path, "--simulator", "native"], in: directory)
            #expect(run.status == 65)
            #expect(run.errors.contains("\(path) cannot be read"), "\(run.errors)")
        }
    }
}
