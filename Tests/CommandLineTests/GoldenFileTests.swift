import Foundation
import Testing
import TestSupport
import Workloads

/// The file of `golden`, checked from its integers alone by a model of its own.
@Suite struct GoldenFileTests {
    @Test(arguments: [
        ("lane-d64", PackageFiles.decodeAttention, ["--rows", "3"]),
        ("lane-d32", "synthetic:maximum-last,keys=700,rows=2,heads=4,kv-heads=2", ["--value-bits", "6", "--tile", "128"]),
        ("lane-d32", "synthetic:zero-context,keys=200,rows=4,heads=2", ["--key-bits", "4+4"]),
        ("prefill-d32", "synthetic:planted-keys,keys=400,rows=12,heads=2,kv-heads=1", ["--mask", "window", "--window", "150"]),
        ("prefill-d32", "synthetic:planted-keys,keys=200,rows=4,heads=1", ["--mask", "full"]),
    ])
    func rowsFollowFromWhatIsWritten(_ preset: String, _ workload: String, _ arguments: [String]) throws {
        try check(preset, workload, arguments)
    }

    /// Scores just below a power of two of the merge's classes, and values of one sign in each channel.
    @Test func sumsTakeMoreThan64Bits() throws {
        let keys = 512, directory = try TemporaryDirectory()
        let workload = SmallWorkload(
            key: Tensor(name: "layer0.key", shape: [1, keys, 32], elements: [Float](repeating: -0.3, count: keys * 32)),
            value: Tensor(
                name: "layer0.value", shape: [1, keys, 32], elements: (0..<keys * 32).map { $0 % 2 == 0 ? Float(1) : -1 }))
        try check("lane-d32", workload.write("workload.safetensors", in: directory), [])
    }

    private func check(_ preset: String, _ workload: String, _ arguments: [String]) throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["golden", "--preset", preset, "--workload", workload, "--output", "golden.safetensors"] + arguments, in: directory)
        #expect(run.status == 0, "\(run.errors)")
        #expect(directory.contents == ["golden.safetensors"])
        let file = try SafetensorsFile(path: directory.file("golden.safetensors"))
        #expect(file.metadata["format"] == "leanspatten-golden-1")
        let layers = file.tensorNames.filter { $0.hasSuffix(".query") }.map { $0.dropLast("query".count) }
        #expect(!layers.isEmpty)
        for layer in layers {
            let golden = try WrittenLayer(file, prefix: String(layer))
            for head in 0..<golden.heads {
                for row in 0..<golden.rows { try golden.check(head: head, row: row) }
            }
        }
    }

    @Test func theSameRunGivesTheSameBytes() throws {
        let directory = try TemporaryDirectory()
        for name in ["a", "b"] {
            let run = try LeanSpAtten(
                ["golden", "--output", name, "--json", name + ".json"] + EnvironmentTests.small, in: directory)
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(FileManager.default.contentsEqual(atPath: directory.file("a"), andPath: directory.file("b")))
        let report = try String(contentsOfFile: directory.file("a.json"), encoding: .utf8)
        for key in ["preset", "workload", "rows", "rmsRelativeError", "maxRelativeToMaxV", "maxErrorLSB", "seed", "configHash"] {
            #expect(report.contains("\"\(key)\""))
        }
    }
}

/// One layer of a golden file.
struct WrittenLayer {
    let heads, rows, size, keys, group, tile: Int
    let query, key, value, output: [Int16]
    let mantissa, shift, firstKeys, lengths, stateClass: [Int32]
    let valid: [UInt8]
    let weightSums, outputSums: [UInt64]
    let gain: Int
    let outputScale, valueScale: [Double]

    init(_ file: SafetensorsFile, prefix: String) throws {
        func read<Element: TensorElement>(_ name: String) throws -> [Element] {
            try file.tensor(prefix + name).elements(as: Element.self)
        }
        let shape = try file.tensor(prefix + "query").shape, keyShape = try file.tensor(prefix + "key").shape
        (heads, rows, size, keys) = (shape[0], shape[1], shape[2], keyShape[1])
        group = heads / keyShape[0]
        tile = Int(file.metadata["tile_keys"]!)!
        gain = 16 - Int(file.metadata["value_bits"]!)!
        (query, key, value, output) = (try read("query"), try read("key"), try read("value"), try read("output"))
        (mantissa, shift) = (try read("score_mantissa"), try read("score_shift"))
        firstKeys = file.tensorNames.contains(prefix + "first_keys") ? try read("first_keys") : []
        (lengths, stateClass, valid) = (try read("lengths"), try read("state_class"), try read("state_valid"))
        (weightSums, outputSums) = (try read("state_weight_sums"), try read("state_output_sums"))
        (outputScale, valueScale) = (try read("output_scale"), try read("value_scale"))
    }

    /// Docs/numerics.md in a few lines, over all tiles at once; exponentials from the C library.
    func check(head: Int, row: Int) throws {
        let index = head * rows + row, kvHead = head / group, first = firstKeys.isEmpty ? 0 : Int(firstKeys[row])
        let count = Int(lengths[row])
        #expect(outputScale[kvHead] == valueScale[kvHead] / Double(1 << gain))
        let x = (first..<count).map { t in
            let s = (0..<size).reduce(0) { $0 + Int(query[index * size + $1]) * Int(key[(kvHead * keys + t) * size + $1]) }
            let p = Int128(s) * Int128(mantissa[index])
            let doubled: Int128 = (p * 2) >> Int128(shift[index])
            return Int(min(max((doubled + 1) >> 1, -(1 << 23)), (1 << 23) - 4096))
        }
        /// Of the tile of each key.
        let references = (first..<count).map { t in
            let tile = max(first, t / tile * tile)..<min((t / tile + 1) * tile, count)
            return Int((Double(x[tile.lowerBound - first..<tile.upperBound - first].max()!) / 4096).rounded(.up))
        }
        let top = references.map { $0 >> 5 }.max()
        #expect((valid[index] == 1) == (top != nil))
        #expect(Int(stateClass[index]) == top ?? 0)
        /// Sums of the highest class and the one below, of `weight * factor(key)`.
        func sums(_ factor: (Int) -> Int) -> [Int128] {
            var sums: [Int128] = [0, 0]
            for t in first..<count {
                let m = references[t - first]
                guard let top, top - (m >> 5) < 2 else { continue }
                sums[top - (m >> 5)] += Int128(Self.weight(m * 4096 - x[t - first]) * factor(t)) << Int128(m & 31)
            }
            return sums
        }
        func written(_ words: [UInt64], _ position: Int) -> Int128 {
            Int128(bitPattern: UInt128(words[position * 2 + 1]) << 64 | UInt128(words[position * 2]))
        }
        let l = sums { _ in 1 }
        for part in 0..<2 { #expect(written(weightSums, index * 2 + part) == l[part]) }
        let z = Double(l[0] + (l[1] >> 32))
        for element in 0..<size {
            let o = sums { Int(value[(kvHead * keys + $0) * size + element]) }
            for part in 0..<2 { #expect(written(outputSums, (index * 2 + part) * size + element) == o[part]) }
            let exact = count == first ? 0 : Double(o[0] + (o[1] >> 32)) / z * Double(1 << gain)
            // The normalizer promises 0.51 of the exact quotient.
            #expect(abs(Double(output[index * size + element]) - exact) <= 0.51)
        }
    }

    private static let base = (0...512).map { Int(exp2(22 - Double($0) / 512).rounded()) }

    private static func weight(_ delta: Int) -> Int {
        let (whole, fraction) = (delta / 4096, delta % 4096)
        let (segment, step) = (fraction / 8, fraction % 8)
        let y = base[segment] - ((base[segment] - base[segment + 1]) * step + 4) / 8
        return whole >= 22 ? 0 : (y + (1 << (whole + 1))) >> (whole + 2)
    }
}
