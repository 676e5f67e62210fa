import Blocks
import Foundation
import RTL
import Testing
import TestSupport
import Verilog

/// `Docs/primitives.md` shows every primitive beside the Verilog it becomes, as the emitter writes it today.
@Suite struct PrimitivesPageTests {
    @Test func thePageSaysWhatTheEmitterWrites() throws {
        try PackageFiles.expect("Docs/primitives.md", says: Self.page())
    }

    @Test func everyOperationHasAnExample() throws {
        var seen: Set<RTL.Operation> = []
        for example in PrimitiveExample.all.flatMap(\.examples) {
            for module in try Self.design(example).modules { seen.formUnion(module.graph.nodes.map(\.operation)) }
        }
        #expect(RTL.Operation.allCases.filter { !seen.contains($0) } == [])
    }

    static func design(_ example: PrimitiveExample) throws -> Design {
        try Design(Sketch("Example\(example.line)", ports: SketchPorts.make, body: example.body))
    }

    private static func page() throws -> String {
        let source = try String(contentsOfFile: PrimitiveExample.file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var text = """
            # Primitives and their Verilog

            Every primitive of the graph (`RTL.Operation`) as the DSL makes it and as `VerilogEmitter` writes it, without the
            location comments. In all examples `s` and `t` are bits, `a` and `b` unsigned numbers of 8 bits, `n` of 4 bits,
            `x` and `y` signed numbers of 8 bits, all input ports. A test compares this page with the emitter.

            The rules behind it: operands of one operator always have one width; what Verilog would widen or re-sign by its
            surroundings (products, carries, variable shifts, signed comparisons) stands alone on a net of its exact width
            and sign; bits are selected from names only; every literal has a size; nothing is left to `x`.

            """
        for (section, examples) in PrimitiveExample.all {
            text += "\n## \(section)\n"
            for example in examples {
                let body = bodyText(VerilogEmitter().emit(try design(example)).last!)
                text += "\n### \(example.title)\n\n\(example.remark)\n\n```swift\n\(swift(of: example, source))```\n\n```verilog\n\(body)\n```\n"
            }
        }
        let fifo = VerilogEmitter().emit(try Design(AsynchronousFifo(bits: 8, depth: 16)))[0]
        return text + """

            ## A block of two clocks

            `AsynchronousFifo(bits: 8, depth: 16)` of `Blocks`, a queue between two clocks: each side's pointer in Gray code, of
            which one bit changes a step, through two registers into the other clock.

            ```verilog
            \(bodyText(fifo))
            ```

            """
    }

    /// The lines of the example's closure.
    private static func swift(of example: PrimitiveExample, _ source: [String]) -> String {
        let opening = source[(example.line - 1)...].firstIndex { $0.hasSuffix("{ c, io in") }!
        let closing = source[opening...].firstIndex { $0 == "            }," }!
        return source[(opening + 1)..<closing].map { $0.dropFirst(16) + "\n" }.joined()
    }
}
