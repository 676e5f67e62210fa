import Simulation
import Verilog

/// A file for a Verilog tool: sources, benches, and the data that `$readmemh` reads.
public struct VerilogSource: Sendable, Equatable {
    /// A plain file name, `Fifo.v`.
    public let name: String
    public let text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    public init(_ file: VerilogFile) {
        self.init(name: file.name, text: file.text)
    }
}

extension [VerilogSource] {
    /// The names of those that a compiler is given.
    var compiled: [String] { map(\.name).filter { $0.hasSuffix(".v") || $0.hasSuffix(".sv") } }

    /// Writes every file into `directory`.
    func write(into directory: String) throws(CosimulationError) {
        var seen: Set<String> = []
        for file in self {
            if file.name.isEmpty || file.name.hasPrefix(".") || file.name.hasPrefix("-") || file.name.contains("/") {
                throw .badInterface("\"\(file.name)\" is not a plain file name")
            }
            if !seen.insert(file.name).inserted { throw .badInterface("two files are called \(file.name)") }
            try Files.write(file.text, to: "\(directory)/\(file.name)")
        }
    }
}

/// - Throws: `badInterface` for names and widths that cannot be a module's, and for more than 64 clocks.
func checkInterface(
    top: String, ports: [SimulatedPort], clocks: [SimulatedClock]
) throws(CosimulationError) {
    if !isVerilogIdentifier(top) { throw .badInterface("\"\(top)\" is not a module name") }
    var seen: Set<String> = []
    for name in ports.map(\.name) + clocks.flatMap({ [$0.name] + ($0.reset.map { [$0] } ?? []) }) {
        if !isVerilogIdentifier(name) { throw .badInterface("\(top): \"\(name)\" is not a port name") }
        if !seen.insert(name).inserted { throw .badInterface("\(top): two ports are called \(name)") }
    }
    for port in ports where port.width < 1 {
        throw .badInterface("\(top): port \(port.name) is \(port.width) bits wide")
    }
    if clocks.count > 64 { throw .badInterface("\(top): \(clocks.count) clocks; the most is 64") }
}

/// Whether `name` is a plain Verilog identifier.
func isVerilogIdentifier(_ name: String) -> Bool {
    let letters = name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
             UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
    return letters && !(name.first?.isNumber ?? true)
}
