import RTL
import Verilog

/// A module described on the spot; its name is its identity.
struct Sketch<Ports>: Module {
    let baseName: String
    private let makePorts: (Interface) -> Ports
    private let describe: (Circuit, Ports) -> Void

    init(_ name: String, ports: @escaping (Interface) -> Ports, body: @escaping (Circuit, Ports) -> Void) {
        baseName = name
        makePorts = ports
        describe = body
    }

    func ports(_ io: Interface) -> Ports { makePorts(io) }
    func body(_ c: Circuit, _ io: Ports) { describe(c, io) }

    static func == (a: Self, b: Self) -> Bool { a.baseName == b.baseName }
    func hash(into hasher: inout Hasher) { hasher.combine(baseName) }
}

/// The ports most sketches use. What a sketch leaves unread ends in `_unused_ok`.
struct SketchPorts {
    let s, t: Bit
    let a, b: Unsigned
    let n: Unsigned
    let x, y: Signed

    static func make(_ io: Interface) -> SketchPorts {
        SketchPorts(s: io.input(.bit), t: io.input(.bit), a: io.input(.unsigned(8)), b: io.input(.unsigned(8)),
                    n: io.input(.unsigned(4)), x: io.input(.signed(8)), y: io.input(.signed(8)))
    }
}

/// Ports whose names leave hardly any room in a line.
struct LongPorts {
    let an_input_whose_name_is_so_long_that_there_is_no_room_beside_it: Signed
    let an_output_whose_name_is_so_long_that_there_is_no_room_beside_it: Signed

    static func make(_ io: Interface) -> LongPorts {
        LongPorts(
            an_input_whose_name_is_so_long_that_there_is_no_room_beside_it: io.input(.signed(16)),
            an_output_whose_name_is_so_long_that_there_is_no_room_beside_it: io.output(.signed(16)))
    }

    /// A module that only hands its input to an instance with the same ports.
    static func sketch() -> Sketch<LongPorts> {
        Sketch("Outer", ports: make) { c, io in
            let inner = c.instance("inner", Sketch("Inner", ports: make) { c, io in
                c.drive(io.an_output_whose_name_is_so_long_that_there_is_no_room_beside_it,
                        io.an_input_whose_name_is_so_long_that_there_is_no_room_beside_it)
            })
            c.drive(inner.an_input_whose_name_is_so_long_that_there_is_no_room_beside_it,
                    io.an_input_whose_name_is_so_long_that_there_is_no_room_beside_it)
            c.drive(io.an_output_whose_name_is_so_long_that_there_is_no_room_beside_it,
                    inner.an_output_whose_name_is_so_long_that_there_is_no_room_beside_it)
        }
    }
}

/// The lines between a module's ports and its end, without locations, indentation of the module and unused bits.
func bodyText(_ file: VerilogFile) -> String {
    var lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.removeSubrange(0...lines.firstIndex(of: ");")!)
    lines.removeSubrange(lines.firstIndex(of: "endmodule")!...)
    if let unused = lines.firstIndex(where: { $0.contains("wire _unused_ok") }) { lines.removeSubrange(unused...) }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return withoutLocations(lines.map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : $0 }.joined(separator: "\n"))
}

/// The text without `// @[...]`.
func withoutLocations(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.range(of: "  // @[").map { String(line[..<$0.lowerBound]) } ?? String(line)
    }.joined(separator: "\n")
}

/// The body of a sketch with the usual ports.
func body(
    _ name: String = "Sketch", _ describe: @escaping (Circuit, SketchPorts) -> Void
) throws -> String {
    bodyText(VerilogEmitter().emit(try Design(Sketch(name, ports: SketchPorts.make, body: describe))).last!)
}
