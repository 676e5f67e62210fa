import RandomModules
import RTL
import Simulation
import Testing

/// The comparison of random modules finds what is wrong, names the module, and makes it smaller.
@Suite struct RandomFaultTests {
    /// A fault planted in the text of a module; nil where the text offers no place.
    struct Fault: Sendable {
        let description: String
        let plant: @Sendable (String) -> String?

        static func replacing(_ pattern: String, by replacement: String, _ description: String) -> Fault {
            Fault(description: description) {
                $0.contains(pattern) ? $0.replacingOccurrences(of: pattern, with: replacement) : nil
            }
        }

        /// Not even a warning of the tools gives these away.
        static let silent = [
            replacing(" >>> ", by: " >> ", "arithmetic shift made logical"),
            replacing("$signed(", by: "$unsigned(", "sign of an operand lost"),
            replacing(" <= fill[", by: " <= ~fill[", "register loads the inverse"),
            replacing("end else begin", by: "end else if (1'b0) begin", "alternative left out"),
            replacing("if (reset)", by: "if (1'b0)", "reset ignored"),
        ]
        static let all = silent + [
            replacing(" - ", by: " + ", "sum for a difference"),
            Fault(description: "width off by one") { text in
                // The highest bit of every net inside that has two.
                let net = /wire \[([1-9][0-9]*):0\] (\w+) =/
                guard text.contains(net) else { return nil }
                return text.replacing(net) { "wire [\(Int($0.1)! - 1):0] \($0.2) =" }
            },
            replacing("if (load)", by: "if (1'b0)", "state left unknown"),
        ]
    }

    /// Modules with a fault of each kind in some of them, and which have one.
    private func faultyBatch(_ count: Int, _ faults: [Fault]) throws -> (batch: ModuleBatch, planted: [Int: Fault]) {
        var planted: [Int: Fault] = [:]
        let batch = try ModuleBatch(RandomPopulation.fixedSeeds(count, "faulty modules").map { RandomModule(seed: $0) }) { index, text in
            // Every other module is healthy.
            guard index % 2 == 1 else { return text }
            let fault = faults[index / 2 % faults.count]
            guard let edited = fault.plant(text) else { return text }
            planted[index] = fault
            return edited
        }
        return (batch, planted)
    }

    private func check(_ mismatches: [Mismatch], _ planted: [Int: Fault], _ faults: [Fault]) {
        for mismatch in mismatches {
            #expect(planted[mismatch.index] != nil, "a healthy module differs: \(mismatch)")
            #expect("\(mismatch)".contains("LEANSPATTEN_RANDOM_MODULE=\(mismatch.module.seed) "))
        }
        let found = Set(mismatches.compactMap { planted[$0.index]?.description })
        #expect(faults.map(\.description).filter { !found.contains($0) } == [])
    }

    @Test func icarusFindsFaultyText() throws {
        let (batch, planted) = try faultyBatch(64, Fault.all)
        let mismatches = try batch.icarusMismatches(expected: batch.nativeTraces())
        check(mismatches, planted, Fault.all)
        #expect(mismatches.contains { planted[$0.index]!.description == "state left unknown" && $0.seen.lowercased().contains("x") })
    }

    @Test func verilatorFindsFaultyTextAndFaultyDesigns() throws {
        let (batch, planted) = try faultyBatch(50, Fault.silent)
        let traces = try batch.verilatorTraces(), native = batch.nativeTraces()
        check(batch.mismatches(expected: native, seen: traces), planted, Fault.silent)

        // The other way round: in one healthy module after the other the native engine runs a mutant.
        var found: Set<String> = []
        for (index, design) in batch.designs.enumerated() where index % 2 == 0 {
            for mutant in design.mutants().enumerated().filter({ $0.offset % 5 == 0 }).map(\.element) {
                // Some bypassed registers close a loop.
                guard let faulty = try? design.mutated(by: [mutant]) else { continue }
                var expected = native
                expected[index] = nativeTrace(faulty, batch.stimuli[index], seed: 1, mutant: 1)
                let mismatches = batch.mismatches(expected: expected, seen: traces).filter { planted[$0.index] == nil }
                #expect(mismatches.allSatisfy { $0.index == index })
                if !mismatches.isEmpty { found.insert(mutant.change.kind) }
            }
        }
        #expect(found.count >= 11, "\(found.sorted())")
    }

    @Test func failingModuleIsMadeSmaller() throws {
        let fault = Fault.all[0]
        func fails(_ modules: [RandomModule]) throws -> [Bool] {
            let batch = try ModuleBatch(modules) { fault.plant($1) ?? $1 }
            let wrong = try Set(batch.icarusMismatches(expected: batch.nativeTraces()).map(\.index))
            return modules.indices.map(wrong.contains)
        }
        let modules = RandomPopulation.fixedSeeds(10, "faulty modules").map { RandomModule(seed: $0) }
        let failing = try #require(try zip(modules, fails(modules)).first(where: \.1)?.0)
        let smallest = try shrunk(failing, fails: fails)
        #expect(try fails([smallest]) == [true])
        let text = try smallest.verilog()
        #expect(text.contains(" >>> "))
        #expect(try text.utf8.count < failing.verilog().utf8.count)
        // Nothing but the one statement that holds the shift is left of the statements and outputs.
        #expect(smallest.reduction.omitted.count >= smallest.statements)
    }
}
