import Cosimulation
import Foundation
import Testing

/// What stays in a cache that has become too large, and what benches take from it.
@Suite struct BuildCacheTests {
    @Test func theLeastRecentlyUsedGoesFirst() throws {
        let root = NSTemporaryDirectory() + "/cosimulation-tests-\(UUID().uuidString)"
        // Each library has some 100 kB, what models share is larger.
        let unlimited = BuildCache(root: root, byteLimit: .max, grace: .zero)
        defer { remove(unlimited) }
        func build(_ step: Int, _ cache: BuildCache) throws -> Bool { try counterModel(bits: 11, step: step, cache: cache).wasBuilt }
        func age(_ seconds: Int) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: root) {
                let date = try FileManager.default.attributesOfItem(atPath: "\(root)/\(name)")[.modificationDate] as! Date
                try FileManager.default.setAttributes([.modificationDate: date - Double(seconds)], ofItemAtPath: "\(root)/\(name)")
            }
        }
        func bytes() -> Int {
            let files = FileManager.default.enumerator(atPath: root)!.compactMap { "\(root)/\($0)" }
            return files.reduce(0) { sum, file in
                let attributes = try? FileManager.default.attributesOfItem(atPath: file)
                return sum + (attributes?[.type] as? FileAttributeType == .typeRegular ? attributes![.size] as! Int : 0)
            }
        }
        for step in 1...3 {
            #expect(try build(step, unlimited))
            try age(100)
        }
        #expect(try !build(1, unlimited))
        let all = bytes()
        // Nothing goes that was used within the grace, however large the cache.
        #expect(try build(4, BuildCache(root: root, byteLimit: 1)))
        #expect(entries(of: unlimited).count == 4)
        // Room for three models: of the four and a fifth, 2 and 3 are the oldest, as 1 was used again.
        let three = BuildCache(root: root, byteLimit: all + 1000, grace: .seconds(50))
        #expect(try build(5, three))
        #expect(entries(of: unlimited).count == 3)
        #expect(try !build(1, unlimited) && !build(4, unlimited) && !build(5, unlimited))
        #expect(try build(2, unlimited))
    }

    /// A second run of a bench compiles nothing, other data included; other Verilog is compiled.
    @Test func benchesAreCached() throws {
        try withEmptyCache { cache in
            let (icarus, verilator) = (try IcarusRunner(cache: cache), try VerilatorBinaryRunner(cache: cache))
            func run(_ factor: Int, _ vectors: String = "01\n22\n7f\n10\n") throws {
                let sources = [BenchRunnerTests.design, BenchRunnerTests.bench(expecting: factor),
                               VerilogSource(name: "vectors.hex", text: vectors)]
                let verdict = factor == 2 ? "0 errors" : vectors.hasPrefix("00") ? "0 errors" : "4 errors"
                #expect(try icarus.run(sources, top: "bench").output.contains(verdict))
                #expect(try verilator.run(sources, top: "bench").output.contains(verdict))
            }
            try run(2)
            #expect(entries(of: cache).count == 2)
            let again = try seconds { try run(2) }
            #expect(again < 1)
            try run(2, "00\n00\n00\n00\n")
            #expect(entries(of: cache).count == 2)
            try run(3, "00\n00\n00\n00\n")
            #expect(entries(of: cache).count == 4)
        }
    }
}
