import FixedPoint
import SeededRandom
import Testing
import Workloads

/// No damage to a file may trap: whatever the bytes, the readers return or throw a `WorkloadError`.
@Suite struct FuzzTests {
    @Test(arguments: ["anywhere", "header", "digits", "truncated", "spliced"])
    func damagedSafetensorsNeverTraps(kind: String) throws {
        let valid = SafetensorsFile.encoded(Self.layerTensors, metadata: ["scale": "0.5", "heads": "2", "head_dim": "2"])
        _ = try AttentionWorkload(SafetensorsFile(path: "fuzz", bytes: valid))
        let headerEnd = 8 + valid.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }

        try withDamage(of: valid, header: headerEnd, kind: kind) { bytes throws(WorkloadError) in
            let file = try SafetensorsFile(path: "fuzz", bytes: bytes)
            for name in file.tensorNames {
                _ = try? file.optionalTensor(name)?.floats()
                _ = try? file.optionalTensor(name)?.integers()
            }
            _ = try AttentionWorkload(file)
        }
    }

    @Test(arguments: ["anywhere", "header", "digits", "truncated", "spliced"])
    func damagedNpyNeverTraps(kind: String) throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n"
        let valid: [UInt8] =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
            + Array(repeating: 0, count: 24)
        #expect(try NpyFile.decoded(valid, path: "fuzz").shape == [2, 3])

        try withDamage(of: valid, header: valid.count - 24, kind: kind) { bytes throws(WorkloadError) in
            _ = try NpyFile.decoded(bytes, path: "fuzz").floats()
        }
    }

    private static let layerTensors: [Tensor] = [
        Tensor(name: "layer3.query", shape: [2, 2, 2], elements: [Float16](repeating: 1, count: 8)),
        Tensor(name: "layer3.key", shape: [1, 3, 2], elements: [Float](repeating: 1, count: 6)),
        Tensor(name: "layer3.value", shape: [1, 3, 2], elements: [Double](repeating: 1, count: 6)),
        Tensor(name: "layer3.lengths", shape: [2], elements: [Int32(2), 3]),
        Tensor(name: "layer3.output", shape: [2, 2, 2], elements: [Float](repeating: 1, count: 8)),
    ]

    /// Damages the bytes in many ways and reads them; some must fail and the message must name the file.
    private func withDamage(
        of valid: [UInt8], header: Int, kind: String, read: ([UInt8]) throws(WorkloadError) -> Void
    ) throws {
        var generator = SeededGenerator(seed: 2024, name: kind)
        var failures = 0
        for _ in 0..<4_000 {
            var bytes = valid
            switch kind {
            case "truncated":
                bytes.removeLast(1 + generator.below(bytes.count))
            case "spliced":
                let start = generator.below(bytes.count)
                let end = start + generator.below(min(16, bytes.count - start) + 1)
                let from = generator.below(bytes.count)
                bytes.replaceSubrange(start..<end, with: bytes[from..<min(bytes.count, from + generator.below(16))])
            default:
                let places = (kind == "anywhere" ? Array(bytes.indices) : Array(0..<header))
                    .filter { kind != "digits" || (0x30...0x39).contains(bytes[$0]) }
                for _ in 0...generator.below(4) {
                    let place = places[generator.below(places.count)]
                    if kind == "digits" {
                        bytes[place] = UInt8(ascii: "0") + UInt8(generator.below(10))
                    } else {
                        bytes[place] ^= UInt8(1 << generator.below(8))
                    }
                }
            }
            do throws(WorkloadError) {
                try read(bytes)
            } catch {
                failures += 1
                if !error.description.hasPrefix("fuzz: ") { Issue.record("no file named: \(error)") }
            }
        }
        #expect(failures > 400, "the damage is not noticed")
    }
}
