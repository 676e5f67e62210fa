import RTL

/// One file of Verilog.
public struct VerilogFile: Sendable {
    /// `SkidBuffer_w8.v`.
    public let name: String
    /// The module in it; of a bundle, the top.
    public let moduleName: String
    public let text: String
    /// For each line of `text`, the line of Swift that it says.
    public let sourceMap: [SourceLocation?]

    /// The Swift line behind line `line` of the text, counted from 1 as tools do.
    public func source(ofLine line: Int) -> SourceLocation? {
        sourceMap.indices.contains(line - 1) ? sourceMap[line - 1] : nil
    }
}

/// Which tools the text is for.
public enum VerilogProfile: Sendable {
    /// Verilog-2001 without attributes: simulators, Yosys, Vivado, Quartus.
    case portable
}

/// Prints a design as Verilog that keeps its structure: modules, instances, names, conditions.
///
/// The text is a function of the design alone: no dates, paths or counters over the whole design, so a change to one
/// module changes that module's file, and a change to one line of it the Verilog of that line.
public struct VerilogEmitter: Sendable {
    public let profile: VerilogProfile
    /// Put before every module's name, so that two generated designs can live in one.
    public let prefix: String?

    public init(profile: VerilogProfile = .portable, prefix: String? = nil) {
        self.profile = profile
        self.prefix = prefix
    }

    /// One file for each module, children before the modules that use them.
    public func emit(_ design: Design) -> [VerilogFile] {
        var clocking: [ObjectIdentifier: Clocking] = [:]
        return design.modules.map { module in
            clocking[ObjectIdentifier(module)] = Clocking(of: module) { clocking[ObjectIdentifier($0)]! }
            var printer = ModulePrinter(module: module, prefix: prefix ?? "") { clocking[ObjectIdentifier($0)]! }
            let lines = Self.header(printer.name) + printer.print() + Self.footer
            return Self.file(printer.name + ".v", module: printer.name, lines)
        }
    }

    /// All modules in one file, named after the top.
    public func emitBundle(_ design: Design) -> VerilogFile {
        let files = emit(design)
        let top = files[files.count - 1].moduleName
        var lines = [TextLine("/* verilator lint_off DECLFILENAME */")]
        for file in files {
            let texts = file.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            lines += zip(texts, file.sourceMap).map { TextLine(String($0), $1) }
        }
        return Self.file(top + ".v", module: top, lines)
    }

    private static func header(_ name: String) -> [TextLine] {
        [TextLine("// \(name): written by leanspatten from the Swift lines in the comments; edit those."),
         TextLine("`default_nettype none"), TextLine("")]
    }

    private static let footer = [TextLine(""), TextLine("`default_nettype wire")]

    private static func file(_ name: String, module: String, _ lines: [TextLine]) -> VerilogFile {
        VerilogFile(name: name, moduleName: module, text: lines.map { $0.text + "\n" }.joined(),
                    sourceMap: lines.map(\.location))
    }
}

/// A line of Verilog and where it comes from.
struct TextLine {
    let text: String
    let location: SourceLocation?

    init(_ text: String, _ location: SourceLocation? = nil) {
        self.text = text
        self.location = location
    }
}

/// The clock and reset ports of a module: what its registers, memories and instances need.
struct Clocking {
    private(set) var clocks: [String] = []
    private(set) var resets: [String] = []

    /// Clocks, then resets, each in the order of their first use.
    var ports: [String] { clocks + resets }

    init(of module: ModuleGraph, child: (ModuleGraph) -> Clocking) {
        for register in module.registers {
            add(&clocks, register.domain.clock)
            if register.reset != nil { add(&resets, register.domain.reset) }
        }
        for memory in module.memories { add(&clocks, memory.domain.clock) }
        for instance in module.instances {
            for clock in child(instance.module).clocks { add(&clocks, clock) }
            for reset in child(instance.module).resets { add(&resets, reset) }
        }
    }

    private func add(_ names: inout [String], _ name: String) {
        if !names.contains(name) { names.append(name) }
    }
}
