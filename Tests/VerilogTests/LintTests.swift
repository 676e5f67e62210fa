import Blocks
import Foundation
import RTL
import Testing
import Verilog

/// Verilator and Icarus have nothing to say about what is emitted.
@Suite struct LintTests {
    @Test func verilatorHasNothingToSay() throws {
        for (directory, files) in try Self.emitted() {
            defer { try? FileManager.default.removeItem(at: directory) }
            let result = try run("verilator", ["--lint-only", "-Wall", "-y", ".", files.last!], in: directory)
            #expect(result.exitCode == 0 && result.output.isEmpty, "\(result.output)")
        }
    }

    @Test func icarusHasNothingToSay() throws {
        for (directory, files) in try Self.emitted() {
            defer { try? FileManager.default.removeItem(at: directory) }
            let result = try run("iverilog", ["-g2005", "-Wall", "-o", "/dev/null"] + files, in: directory)
            #expect(result.exitCode == 0 && result.output.isEmpty, "\(result.output)")
        }
    }

    @Test func linesAreShort() throws {
        for design in try Self.designs() {
            for file in VerilogEmitter().emit(design) {
                for line in file.text.split(separator: "\n") { #expect(line.utf8.count <= 100, "\(line)") }
            }
        }
    }

    private static func designs() throws -> [Design] {
        var designs = try PrimitiveExample.all.flatMap(\.examples).map(PrimitivesPageTests.design)
        designs.append(try Design(SkidBuffer(bits: 1)))
        designs.append(try Design(Fifo(bits: 70, depth: 2)))
        designs.append(try Design(AsynchronousFifo(bits: 1, depth: 2)))
        designs.append(try Design(AsynchronousFifo(bits: 70, depth: 32)))
        designs.append(try Design(LongPorts.sketch()))
        designs.append(try Design(Sketch("Oddities", ports: SketchPorts.make, body: oddities)))
        return designs
    }

    /// What linters like to speak about.
    private static func oddities(_ c: Circuit, _ io: SketchPorts) {
        _ = c.named("never", io.a < 0)
        _ = c.named("always_so", io.a <= 255)
        _ = c.named("beyond", io.x < -128)
        _ = c.named("known", mux(true, io.a, io.b))
        _ = c.named("far", io.a.shiftedRight(by: concatenate(io.a, io.b, io.a, io.b, io.a)))
        let single = c.memory("single", depth: 1, width: 1, collision: .readFirst)
        single.write(concatenate(io.s), concatenate(io.t))
        _ = single.read("single_word", concatenate(io.t), enable: io.s)
        let silent = c.memory("silent", depth: 4, width: 3, collision: .undefined)
        silent.write(io.n[0..<2], io.a[0..<3])
        _ = c.register("still", .signed(3), reset: -1)
        _ = c.register("idle", .bit)
        _ = c.table("constant_entry", [1, 2, 3], width: 2, index: c.constant(2, .unsigned(3)))
        _ = c.table("short_index", [1, 2, 3, 0, 1, 2], width: 2, index: io.n[0..<1])
    }

    /// Each design in a directory of its own, with its files, the top last.
    private static func emitted() throws -> [(URL, [String])] {
        try designs().map { design in
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent("verilog-lint-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let files = VerilogEmitter().emit(design)
            for file in files {
                try file.text.write(to: directory.appendingPathComponent(file.name), atomically: true, encoding: .utf8)
            }
            return (directory, files.map(\.name))
        }
    }
}
