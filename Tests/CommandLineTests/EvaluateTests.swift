import Foundation
import Testing
import TestSupport
import Workloads

/// `evaluate`: its report, and what it says about models, texts and arguments that are wrong.
@Suite struct EvaluateTests {
    private static let model = PackageFiles.languageModel, text = PackageFiles.languageModelTokens

    @Test func report() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["evaluate", "--model", Self.model, "--tokens", Self.text, "--windows", "1", "--preset", "static-k8-v8", "--preset",
             "static-k4-v6-tile256", "--json", "report.json"], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        #expect(run.output.contains("static-k4-v6-tile256"))
        let data = try Data(contentsOf: URL(fileURLWithPath: directory.file("report.json")))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["windows"] as? Int == 1 && json["promptTokens"] as? Int == 992 && json["steps"] as? Int == 32)
        // NumPy in double precision: the first window's last 32 tokens, and all of it.
        #expect(abs(try #require(json["denseNats"] as? Double) - 2.8238951731217132) < 1e-5)
        #expect(abs(try #require(json["windowNats"] as? Double) - 2.961394515891879) < 1e-5)
        let rows = try #require(json["rows"] as? [[String: Any]])
        #expect(rows.map { $0["preset"] as? String } == ["static-k8-v8", "static-k4-v6-tile256"])
        #expect(rows.map { $0["reductionVsFP32"] as? Double } == [4, 6.4])
        #expect(rows.map { $0["reductionVs12Bit"] as? Double } == [1.5, 2.4])
        for key in ["nats", "deltaPercent", "bytes", "keysKept", "valuesKept", "headsKept", "refinedRows", "traffic"] {
            #expect(rows.allSatisfy { $0[key] != nil })
        }
    }

    @Test func badModelsAndTexts() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("odd", "abc")
        // Two spaces: token 8,224 of 8,192.
        _ = try directory.write("foreign", "ab  ab")
        try Data(count: 2 * 1024).write(to: URL(fileURLWithPath: directory.file("short")))
        try FileManager.default.createDirectory(atPath: directory.file("empty"), withIntermediateDirectories: false)
        try FileManager.default.createDirectory(atPath: directory.file("misshapen"), withIntermediateDirectories: false)
        try SafetensorsFile.write(
            [Tensor(name: "wte.weight", shape: [4], elements: [Float](repeating: 0, count: 4)),
             Tensor(name: "wpe.weight", shape: [1, 4], elements: [Float](repeating: 0, count: 4))],
            to: directory.file("misshapen/model.safetensors"))
        let before = directory.contents
        for (model, text, message) in [
            ("absent", Self.text, "absent: no such file"), ("odd", Self.text, "odd: it is not a directory"),
            ("empty", Self.text, "empty: no .safetensors file"),
            ("misshapen", Self.text, "misshapen/model.safetensors: tensor \"wte.weight\": shape is [4], expected [vocabulary, width]"),
            (Self.model, "absent", "absent: no such file"), (Self.model, "odd", "3 bytes are not whole tokens"),
            (Self.model, "foreign", "token 0 is 25185, but the model knows 0..<8192"),
            (Self.model, "short", "it has 1024 tokens, and 1025 are needed"),
        ] {
            let run = try LeanSpAtten(
                ["evaluate", "--model", model, "--tokens", text, "--windows", "1", "--json", "report.json"], in: directory)
            #expect(run.status == 65, "\(run.errors)")
            #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(message), "\(run.errors)")
            #expect(run.output.isEmpty && directory.contents == before)
        }
    }

    @Test(arguments: [
        (["--windows", "0"], "at least one window"), (["--windows", "x"], "--windows"),
        (["--preset", "static-k8-v9"], "did you mean 'static-k8-v8'?"), (["--preset", "lane-d64"], "there is no preset 'lane-d64'"),
    ])
    func usage(_ arguments: [String], _ message: String) throws {
        let run = try LeanSpAtten(["evaluate", "--model", Self.model, "--tokens", Self.text] + arguments, in: try TemporaryDirectory())
        #expect(run.status == 64)
        #expect(run.errors.contains(message), "\(run.errors)")
    }
}
