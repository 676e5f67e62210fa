import Blocks
import Cosimulation
import Foundation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing

/// FST files, read back by GTKWave's `fst2vcd` where it is installed.
@Suite struct WaveFileTests {
    /// A Value Change Dump as values over time.
    struct Dump {
        /// Paths with dots to codes.
        var codes: [String: String] = [:]
        var changes: [String: [(time: Int, value: String)]] = [:]
        var end = 0

        init(_ text: String) {
            var scope: [String] = []
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                if words.isEmpty { continue }
                switch words[0] {
                case "$scope": scope.append(words[2])
                case "$upscope": scope.removeLast()
                case "$var": codes[(scope + [words[4]]).joined(separator: ".")] = words[3]
                default:
                    if line.hasPrefix("#") { end = Int(line.dropFirst())! } else if line.hasPrefix("b") {
                        changes[words[1], default: []].append((end, String(words[0].dropFirst())))
                    } else if let first = line.first, "01xz".contains(first) {
                        changes[String(line.dropFirst()), default: []].append((end, String(first)))
                    }
                }
            }
        }

        /// The paths that end so.
        func path(endingIn name: String) -> String? { codes.keys.sorted().first { $0 == name || $0.hasSuffix("." + name) } }

        func value(_ name: String, at time: Int) -> UInt64? {
            guard let path = path(endingIn: name), let code = codes[path] else { return nil }
            return changes[code]?.last { $0.time <= time }.flatMap { UInt64($0.value, radix: 2) }
        }
    }

    static func dump(_ file: String) throws -> Dump? {
        guard let tool = try? ToolSearch().find("fst2vcd", install: "apt install gtkwave") else { return nil }
        return Dump(try ToolProcess(tool, [file]).require(timeout: .seconds(60)).output)
    }

    static func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "/wave-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    static let names = ["input_valid", "input_ready", "input_payload", "output_valid", "output_ready", "output_payload"]

    /// Two instances with a file each; every port in every cycle is what was read.
    @Test func everyCycleOfEveryInstance() throws {
        let model = try VerilatorModel.build(Design(Fifo(bits: 40, depth: 4)), options: VerilatorOptions(waves: .fst))
        try Self.withDirectory { directory in
            let simulators = (0..<2).map { VerilatorSimulator(model, seed: UInt64($0)) }
            var seen: [[[UInt64]]] = [[], []]
            for (index, simulator) in simulators.enumerated() { try simulator.openWaves("\(directory)/\(index).fst") }
            for (index, simulator) in simulators.enumerated() {
                var random = TestSeed.generator("inputs \(index)")
                for cycle in 0..<200 {
                    simulator.reset = cycle < 2
                    for port in simulator.ports where port.isInput {
                        simulator[port.name] = random.next() & (port.width == 1 ? 1 : 1 << 40 - 1)
                    }
                    simulator.settle()
                    seen[index].append(Self.names.map { simulator[$0] })
                    simulator.clockEdge()
                }
                simulator.closeWaves()
            }
            for index in 0..<2 {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(index).fst"))
                // A header block: type 0, 329 bytes, first and last time.
                #expect(Array(bytes.prefix(9)) == [0, 0, 0, 0, 0, 0, 0, 1, 73])
                guard let dump = try Self.dump("\(directory)/\(index).fst") else { continue }
                #expect(dump.end == 2000)
                for (cycle, values) in seen[index].enumerated() {
                    for (name, value) in zip(Self.names, values) {
                        #expect(dump.value("dut." + name, at: cycle * 10 + 4) == value, "\(name), cycle \(cycle)")
                    }
                    #expect(dump.value("dut.clock", at: cycle * 10 + 4) == 0)
                    #expect(dump.value("dut.clock", at: cycle * 10 + 9) == 1)
                }
                // Inside, too.
                #expect(dump.path(endingIn: "dut.stored") != nil)
                #expect(dump.codes.keys.contains { $0.contains("dut.words") })
            }
        }
    }

    /// A second file of the same instance, other scopes and depths, batch calls, and the end of an instance.
    @Test func filesOneAfterAnother() throws {
        let text = """
            module leaf (input wire clock, input wire [3:0] d, output reg [3:0] q); always @(posedge clock) q <= d; endmodule
            module branch (input wire clock, input wire [3:0] d, output wire [3:0] q);
              wire [3:0] middle; leaf first (.clock(clock), .d(d), .q(middle)); leaf second (.clock(clock), .d(middle), .q(q));
            endmodule
            module tree (input wire clock, input wire [3:0] d, output wire [3:0] q, output wire [3:0] r);
              branch left (.clock(clock), .d(d), .q(q)); branch right (.clock(clock), .d(~d), .q(r));
            endmodule

            """
        let model = try VerilatorModel.build(
            sources: [VerilogSource(name: "tree.v", text: text)], top: "tree",
            ports: SimulatedPort.layout([input("d", 4), output("q", 4), output("r", 4)]), reset: nil,
            options: VerilatorOptions(waves: .fst, verilatorArguments: ["-Wno-DECLFILENAME"]))
        try Self.withDirectory { directory in
            var simulator: VerilatorSimulator? = VerilatorSimulator(model, seed: 1)
            simulator!["d"] = 5
            try simulator!.openWaves("\(directory)/left.fst", scope: "left")
            simulator!.run(10)
            try simulator!.openWaves("\(directory)/top.fst", levels: 1)
            simulator!["d"] = 6
            simulator!.run(10)
            simulator!.closeWaves()
            simulator!.run(10)
            try simulator!.openWaves("\(directory)/all.fst")
            simulator!["d"] = 7
            simulator!.run(10)
            simulator = nil
            guard let left = try Self.dump("\(directory)/left.fst"), let top = try Self.dump("\(directory)/top.fst"),
                  let all = try Self.dump("\(directory)/all.fst") else { return }
            #expect(left.value("left.second.q", at: 99) == 5)
            #expect(left.path(endingIn: "right.q") == nil && left.path(endingIn: "dut.d") == nil)
            #expect(top.value("dut.q", at: 199) == 6 && top.end == 200)
            #expect(top.path(endingIn: "left.q") == nil && top.path(endingIn: "first.q") == nil)
            #expect(all.value("right.first.q", at: 399) == 8 && all.end == 400)
            #expect(all.value("dut.q", at: 305) == 6)
        }
    }

    @Test func aModelWithoutWavesSaysSo() throws {
        let simulator = try VerilatorSimulator(Design(SkidBuffer(bits: 8)), seed: 1)
        let error = #expect(throws: CosimulationError.notBuiltWith(option: "waves: .fst", top: "SkidBuffer_w8")) {
            try simulator.openWaves("/nonexistent/x.fst")
        }
        #expect("\(error!)".contains("VerilatorOptions(waves: .fst)"))
        let traced = try VerilatorSimulator(Design(Fifo(bits: 40, depth: 4)), seed: 1, options: VerilatorOptions(waves: .fst))
        #expect {
            try traced.openWaves("/nonexistent/x.fst")
        } throws: { if case CosimulationError.fileSystem = $0 { true } else { false } }
    }
}
