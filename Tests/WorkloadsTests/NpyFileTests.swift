import Foundation
import Testing
import TestSupport
import Workloads

@Suite struct NpyFileTests {
    private func npy(version: UInt8 = 1, _ header: String, _ data: [UInt8]) -> [UInt8] {
        let count = header.utf8.count
        let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data
    }

    /// Headers as NumPy 2.4 writes them, without their padding.
    @Test func readsNumpyFiles() throws {
        let halves = try NpyFile.decoded(
            npy("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 3), }     \n", [0x00, 0x3E, 0x00, 0xC0, 0x00, 0x34]),
            path: "dir/query.npy")
        #expect(halves.name == "query")
        #expect(halves.shape == [1, 3])
        #expect(try halves.floats() == [1.5, -2, 0.25])

        let shorts = try NpyFile.decoded(
            npy(version: 2, "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }\n", [0xFF, 0xFF, 0x2C, 0x01]),
            path: "a.npy")
        #expect(shorts.shape == [2])
        #expect(try shorts.integers() == [-1, 300])

        let scalar = try NpyFile.decoded(
            npy(#"{"shape":(),"fortran_order":False,"descr":"|u1"}"#, [9]), path: "a.npy")
        #expect(scalar.shape == [])
        #expect(try scalar.integers() == [9])
    }

    @Test func readsBackWhatItWrote() throws {
        try withTemporaryDirectory { directory in
            for tensor in SafetensorsFileTests.everyType {
                let path = "\(directory)/\(tensor.name).npy"
                try NpyFile.write(tensor, to: path)
                let read = try NpyFile.read(path)
                #expect(read.name == tensor.name)
                #expect(read.shape == tensor.shape)
                #expect(read.elementType == tensor.elementType)
                #expect(read.bytes == tensor.bytes)
                let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
                #expect((size - tensor.bytes.count) % 64 == 0)
            }
        }
    }

    @Test func refusesWhatItCannotRead() throws {
        func found(_ bytes: [UInt8]) -> WorkloadError.Problem? {
            problem(file: "a.npy") { try NpyFile.decoded(bytes, path: "a.npy") }
        }
        func header(_ descriptor: String, _ order: String, _ shape: String) -> String {
            "{'descr': \(descriptor), 'fortran_order': \(order), 'shape': \(shape), }\n"
        }
        func isMalformed(_ problem: WorkloadError.Problem?) -> Bool {
            if case .malformedHeader = problem { true } else { false }
        }
        #expect(found([]) == .truncated(needed: 8, found: 0))
        #expect(isMalformed(found(Array("PK\u{3}\u{4} a zip archive".utf8))))
        #expect(found(npy(version: 3, "{}", [])) == .unsupportedFormat(reason: ".npy format version 3, of which 1 and 2 are read"))
        #expect(found(Array(npy("{}", [])[0..<9])) == .truncated(needed: 10, found: 9))
        #expect(found(Array(npy("{}", [])[0..<11])) == .truncated(needed: 12, found: 11))
        #expect(
            found(npy(header("'<f4'", "True", "(2, 2)"), Array(repeating: 0, count: 16)))
                == .unsupportedFormat(reason: "Fortran order (use numpy.ascontiguousarray)"))
        for descriptor in [">f4", "<c8", "|b1", "<U3", "|O", ""] {
            #expect(found(npy(header("'\(descriptor)'", "False", "(1,)"), [0, 0, 0, 0])) == .unsupportedElementType(descriptor))
        }
        #expect(found(npy(header("'<f4'", "False", "(2,)"), [0, 0, 0, 0])) == .sizeMismatch(bytes: 4, needed: 8))
        #expect(found(npy(header("'<f4'", "False", "(0,)"), [0, 0, 0, 0])) == .sizeMismatch(bytes: 4, needed: 0))
        for text in [
            "", "{", "{}", "{'descr'", "{'descr': '<f4'}", "{'descr': '<f4, }", header("[('a', '<f4')]", "False", "(1,)"),
            header("'<f4'", "0", "(1,)"), header("'<f4'", "False", "1"), header("'<f4'", "False", "(-1,)"),
            header("'<f4'", "False", "(1"), header("'<f4'", "False", "(99999999999999999999,)"),
            header("'<f4'", "False", "(4294967296, 4294967296)"), "{'extra': 1}",
        ] {
            #expect(isMalformed(found(npy(text, [0, 0, 0, 0]))), "\(text)")
        }
        try withTemporaryDirectory { directory in
            let absent = directory + "/absent/a.npy"
            #expect(problem(file: absent) { try NpyFile.read(absent) } == .fileNotFound)
            #expect(
                problem(file: absent) { try NpyFile.write(Tensor(name: "a", shape: [1], elements: [Int8(1)]), to: absent) }
                    == .cannotWrite(reason: "its directory does not exist"))
            let header = #"{"b":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}"#
            let brainFloat = try SafetensorsFile(path: "f", bytes: safetensors(header: header, data: [0, 0])).tensor("b")
            let path = directory + "/b.npy"
            #expect(problem(file: path, tensor: "b") { try NpyFile.write(brainFloat, to: path) } == .unsupportedElementType("BF16"))
            #expect(try listing(directory) == [])
        }
    }
}
