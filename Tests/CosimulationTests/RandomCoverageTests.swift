import Foundation
import RandomModules
import RTL
import Testing
import TestSupport

/// Every part of the DSL, every node of the graph and every class of widths occurs often enough among the random modules
/// of the default run.
@Suite struct RandomCoverageTests {
    private static let modules = 600
    private static let widthClasses: [(name: String, widths: ClosedRange<Int>)] = [
        ("1", 1...1), ("2...8", 2...8), ("9...31", 9...31), ("32", 32...32), ("33", 33...33), ("63", 63...63), ("64", 64...64),
        ("65", 65...65), ("127...129", 127...129), ("200", 200...200),
    ]

    @Test func everyPartOfTheDSLOccurs() throws {
        let census = Census()
        for seed in RandomPopulation.fixedSeeds(Self.modules) { _ = try Design(RandomModule(seed: seed, census: census)) }
        let offered = try Self.offered()
        #expect(offered.count > 90)
        for name in offered { #expect(census.counts[name, default: 0] >= 50, "\(name)") }
        // What is counted exists.
        #expect(census.counts.keys.filter { !offered.contains($0) }.sorted() == [])
    }

    @Test func everyNodeOccursAtEveryWidth() throws {
        var counts: [String: Int] = [:], collisions: [Collision: Int] = [:], resets = 0, plain = 0, depths: Set<Int> = []
        func add(_ key: String) { counts[key, default: 0] += 1 }
        for seed in RandomPopulation.fixedSeeds(Self.modules) {
            let design = try Design(RandomModule(seed: seed))
            depths.insert(design.modules.count)
            for module in design.modules {
                for memory in module.memories { collisions[memory.collision, default: 0] += 1 }
                resets += module.registers.filter { $0.reset != nil }.count
                plain += module.registers.filter { $0.reset == nil }.count
                for node in (0..<module.firstResolvedNode).map({ NodeID($0) }) {
                    let shape = module.graph[node]
                    // What a comparison or reduction works on is wider than its result.
                    let operands = module.graph.operands(of: node)
                    let measured = [.equal, .less, .reduceAnd, .reduceOr, .reduceXor].contains(shape.operation) ? operands[0] : node
                    let width = module.graph.width(of: measured), isSigned = module.graph[measured].isSigned
                    guard let range = Self.widthClasses.first(where: { $0.widths.contains(width) }) else { continue }
                    add("\(shape.operation) \(range.name)")
                    add("\(shape.operation) \(isSigned ? "signed" : "unsigned")")
                }
            }
        }
        for operation in Operation.allCases {
            for range in Self.widthClasses where Self.isPossible(operation, range.widths) {
                #expect(counts["\(operation) \(range.name)", default: 0] >= 3, "\(operation) of \(range.name) bits")
            }
            for sign in ["unsigned", "signed"] where sign == "unsigned" || Self.canBeSigned(operation) {
                #expect(counts["\(operation) \(sign)", default: 0] >= 100, "\(sign) \(operation)")
            }
        }
        for collision in [Collision.readFirst, .undefined] { #expect(collisions[collision, default: 0] >= 100) }
        #expect(resets >= 500 && plain >= 500)
        #expect(depths == [1, 2, 3])
    }

    private static func isPossible(_ operation: RTL.Operation, _ widths: ClosedRange<Int>) -> Bool {
        switch operation {
        case .multiply, .concatenate, .extend: widths.upperBound >= 2
        // Entries are of 64 bits at most.
        case .table: widths.upperBound <= 64
        default: true
        }
    }

    private static func canBeSigned(_ operation: RTL.Operation) -> Bool {
        switch operation {
        // Of unsigned values only, in this DSL.
        case .and, .or, .xor, .not, .concatenate, .slice, .reduceAnd, .reduceOr, .reduceXor, .table, .memoryRead: false
        default: true
        }
    }

    /// The operators, functions and properties that the sources of the DSL make public: `Unsigned &+`, `Signed.extended`.
    private static func offered() throws -> Set<String> {
        var names: Set<String> = []
        for file in ["BitOperations", "Operators", "Values", "Packing", "Circuit", "State", "Stream", "Interface"] {
            let text = try PackageFiles.text("Sources/RTL/\(file).swift")
            var type = ""
            for line in text.split(separator: "\n") {
                if let match = line.firstMatch(of: /^(?:public )?(?:final )?(?:extension|struct|class|protocol) (\w+)/) {
                    type = String(match.1)
                } else if let match = line.firstMatch(of: /^    public static prefix func (\S+)\s/) {
                    names.insert(match.1 == "-" ? "\(type) -x" : "\(type) \(match.1)")
                } else if let match = line.firstMatch(of: /^    public static func ([^\w\s]+)\s/) {
                    names.insert("\(type) \(match.1)")
                } else if let match = line.firstMatch(of: /^    public (?:static |mutating )?(?:func|var) (\w+)/) {
                    names.insert("\(type).\(match.1)")
                } else if let match = line.firstMatch(of: /^    public subscript\((\w+)/) {
                    names.insert("\(type)[\(match.1)]")
                } else if let match = line.firstMatch(of: /^public func mux\(_ condition: Bit, _ a: (\w+)/) {
                    names.insert("mux(\(match.1))")
                } else if let match = line.firstMatch(of: /^public func (\w+)/) {
                    names.insert(String(match.1))
                }
            }
        }
        // How values are looked into, which makes no hardware.
        return names.subtracting(["Vector.leaves", "FieldBuilder.make"])
    }
}
