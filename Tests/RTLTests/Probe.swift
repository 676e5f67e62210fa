import RTL
import Testing

/// A module with a given body: one bit and two numbers in, one bit and one number out, both driven by default.
struct Probe: Module {
    let suffix: String
    let describe: (Circuit, Ports) -> Void

    struct Ports {
        let flag: Bit
        let number: Unsigned
        let offset: Signed
        let result: Unsigned
    }

    init(_ suffix: String, _ describe: @escaping (Circuit, Ports) -> Void) {
        self.suffix = suffix
        self.describe = describe
    }

    func ports(_ io: Interface) -> Ports {
        Ports(flag: io.input(.bit), number: io.input(.unsigned(8)), offset: io.input(.signed(8)), result: io.output(.unsigned(8)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        c.discard([io.flag])
        c.discard(io.number)
        c.discard(io.offset)
        describe(c, io)
    }

    static func == (a: Probe, b: Probe) -> Bool { a.suffix == b.suffix }
    func hash(into hasher: inout Hasher) { hasher.combine(suffix) }
}

/// The errors of a design, as the user sees them; `:+3:` stands for a line of this file three below `base`.
func expectErrors(
    _ expected: [String], from base: Int, in module: some Module, fileID: String = #fileID, location: Testing.SourceLocation = #_sourceLocation
) {
    do {
        _ = try Design(module)
        #expect(expected.isEmpty, "no errors were found", sourceLocation: location)
    } catch {
        let found = error.diagnostics.map { relative($0.description, base, fileID) }
        #expect(found == expected, "\n\(found.joined(separator: "\n"))", sourceLocation: location)
    }
}

/// The text with lines of this file relative to `base`.
func relative(_ text: String, _ base: Int, _ fileID: String) -> String {
    var parts = text.components(separatedBy: fileID + ":")
    for index in parts.indices.dropFirst() {
        let digits = parts[index].prefix { $0.isNumber }
        parts[index] = "+\(Int(digits)! - base)" + parts[index].dropFirst(digits.count)
    }
    return parts.joined()
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
