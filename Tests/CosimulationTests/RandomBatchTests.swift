import Cosimulation
import RandomModules
import RTL
import Simulation
import Testing

/// Random modules, cycle by cycle: native against Verilator, and against Icarus, where an unknown output is a failure.
///
/// `LEANSPATTEN_RANDOM_MODULES` and `LEANSPATTEN_RANDOM_ICARUS` set how many; see `RandomPopulation`.
@Suite struct RandomBatchTests {
    static let batches = chunks(RandomPopulation.count, of: ModuleBatch.size)
    static let icarusBatches = chunks(RandomPopulation.icarusCount, of: 50)

    private static func chunks(_ count: Int, of size: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }

    private static func batch(_ numbers: Range<Int>) throws -> ModuleBatch {
        try ModuleBatch(RandomPopulation.seeds(numbers.upperBound)[numbers].map { RandomModule(seed: $0) })
    }

    @Test(arguments: batches) func verilatorAgrees(numbers: Range<Int>) throws {
        let batch = try Self.batch(numbers)
        try Self.report(batch.mismatches(expected: batch.nativeTraces(), seen: Self.verilator(batch)), Self.verilatorFails)
    }

    @Test(arguments: icarusBatches) func icarusAgrees(numbers: Range<Int>) throws {
        let batch = try Self.batch(numbers)
        try Self.report(batch.icarusMismatches(expected: batch.nativeTraces()), Self.icarusFails)
    }

    @Test(.enabled(if: RandomPopulation.oneSeed != nil)) func oneModule() throws {
        let batch = try ModuleBatch([RandomModule(seed: RandomPopulation.oneSeed!)])
        let native = batch.nativeTraces()
        try Self.report(batch.mismatches(expected: batch.interpretedTraces(), seen: native)) { modules in
            try modules.map {
                let candidate = try ModuleBatch([$0])
                return !candidate.mismatches(expected: candidate.interpretedTraces(), seen: candidate.nativeTraces()).isEmpty
            }
        }
        try Self.report(batch.mismatches(expected: native, seen: batch.verilatorTraces(keepsModel: false)), Self.verilatorFails)
        try Self.report(batch.icarusMismatches(expected: native), Self.icarusFails)
    }

    /// A large run leaves no models behind, and has one build on each core.
    private static func verilator(_ batch: ModuleBatch) throws -> [Trace] {
        try batch.verilatorTraces(keepsModel: !RandomPopulation.isLarge, jobs: RandomPopulation.isLarge ? 1 : 2)
    }

    private static func verilatorFails(_ modules: [RandomModule]) throws -> [Bool] {
        let batch = try ModuleBatch(modules)
        let wrong = try Set(batch.mismatches(expected: batch.nativeTraces(), seen: batch.verilatorTraces(keepsModel: false)).map(\.index))
        return modules.indices.map(wrong.contains)
    }

    private static func icarusFails(_ modules: [RandomModule]) throws -> [Bool] {
        let batch = try ModuleBatch(modules)
        let wrong = try Set(batch.icarusMismatches(expected: batch.nativeTraces()).map(\.index))
        return modules.indices.map(wrong.contains)
    }

    /// Every mismatch, and the first module as small as it gets.
    private static func report(_ mismatches: [Mismatch], _ fails: ([RandomModule]) throws -> [Bool]) throws {
        guard let first = mismatches.first else { return }
        let smallest = try shrunk(first.module, fails: fails)
        Issue.record("""
            \(mismatches.count) modules differ:
            \(mismatches.map(\.description).joined(separator: "\n"))
            the first, made smaller:
            \(try smallest.verilog())
            """)
    }
}
