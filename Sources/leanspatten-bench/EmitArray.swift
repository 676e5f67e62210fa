import ArgumentParser
import Foundation
import RTL
import Verilog

/// Our side of the emission figures: a process from its start to Verilog on disk.
struct EmitArray: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "array", abstract: "Writes the Verilog of a Q.K array with registered adder trees.")

    @Option(help: "Dot products.") var keys = 8
    @Option(help: "Products of each, a power of two.") var elements = 64
    @Option(help: "Width of a query's and a key's element.") var bits = 12
    @Option(help: "The Verilog file.") var output: String
    @Flag(help: "Print the most memory held at once.") var memory = false

    func validate() throws {
        guard keys >= 1, bits >= 1, elements >= 1, elements.nonzeroBitCount == 1 else {
            throw ValidationError("an array has a key, a bit and a power of two of elements at least")
        }
    }

    func run() throws {
        let design = try Design(QueryKeyArray(keys: keys, elements: elements, bits: bits))
        try Data(VerilogEmitter().emit(design)[0].text.utf8).write(to: URL(fileURLWithPath: output))
        if memory { print("\(try Self.peakBytes()) bytes") }
    }

    /// Of this process. What `getrusage` tells begins with what the parent held when it made the process.
    private static func peakBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw BenchError("/proc/self/status does not say VmHWM")
        }
        return kilobytes * 1024
    }
}
