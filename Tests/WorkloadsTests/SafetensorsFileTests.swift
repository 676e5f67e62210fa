import Foundation
import Testing
import TestSupport
import Workloads

@Suite struct SafetensorsFileTests {
    /// One tensor of each type, with values at both ends of its range.
    static let everyType: [Tensor] = [
        Tensor(name: "f16", shape: [2], elements: [Float16.greatestFiniteMagnitude, -0.5]),
        Tensor(name: "f32", shape: [1, 2], elements: [Float.pi, -.leastNonzeroMagnitude]),
        Tensor(name: "f64", shape: [], elements: [Double.pi]),
        Tensor(name: "i8", shape: [3], elements: [Int8.min, 0, .max]),
        Tensor(name: "i16", shape: [2], elements: [Int16.min, .max]),
        Tensor(name: "i32", shape: [2], elements: [Int32.min, .max]),
        Tensor(name: "i64", shape: [2], elements: [Int64.min, .max]),
        Tensor(name: "u8", shape: [1], elements: [UInt8.max]),
        Tensor(name: "u16", shape: [1], elements: [UInt16.max]),
        Tensor(name: "u32", shape: [1], elements: [UInt32.max]),
        Tensor(name: "u64", shape: [1], elements: [UInt64.max]),
        Tensor(name: "empty", shape: [4, 0, 2], elements: [Float]()),
    ]

    @Test func readsBackWhatItWrote() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/all.safetensors"
            let metadata = ["scale": "0.125", "note": "quote \" backslash \\ newline \n tab \t é 漢 \u{1}"]
            try SafetensorsFile.write(Self.everyType, metadata: metadata, to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.metadata == metadata)
            // The empty tensor shares its offset with the end, so it stays last.
            #expect(file.tensorNames == Self.everyType.map(\.name))
            for written in Self.everyType {
                let read = try file.tensor(written.name)
                #expect(read.shape == written.shape)
                #expect(read.elementType == written.elementType)
                #expect(read.bytes == written.bytes)
            }
            #expect(try file.tensor("f16").elements(as: Float16.self) == [65504, -0.5])
            #expect(try file.tensor("f16").floats() == [65504, -0.5])
            #expect(try file.tensor("f64").floats() == [Float(Double.pi)])
            #expect(try file.tensor("i8").integers() == [-128, 0, 127])
            #expect(try file.tensor("i64").integers() == [.min, .max])
            #expect(try file.tensor("u32").integers() == [4_294_967_295])
            #expect(try file.optionalTensor("absent") == nil)
            #expect(try listing(directory) == ["all.safetensors"])
        }
    }

    @Test func writesTheseBytes() {
        let bytes = SafetensorsFile.encoded(
            [
                Tensor(name: "b", shape: [2], elements: [Int16(1), -2]),
                Tensor(name: "a", shape: [1], elements: [UInt8(7)]),
            ],
            metadata: ["z": "1", "k": "2"])
        let header =
            #"{"__metadata__":{"k":"2","z":"1"},"b":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"#
            + #""a":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}     "#
        #expect(header.utf8.count % 8 == 0)
        #expect(bytes == safetensors(header: header, data: [1, 0, 0xFE, 0xFF, 7]))
    }

    @Test func readsBrainFloats() throws {
        let header = #"{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#
        let file = try SafetensorsFile(path: "x", bytes: safetensors(header: header, data: [0x80, 0x3F, 0x49, 0xC0]))
        #expect(try file.tensor("x").floats() == [1, -3.140625])
    }

    /// A type we do not read is no obstacle until its tensor is asked for.
    @Test func leavesForeignTypesAlone() throws {
        let header =
            #"{"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]},"x":{"dtype":"I8","shape":[1],"data_offsets":[3,4]}}"#
        let file = try SafetensorsFile(path: "f", bytes: safetensors(header: header, data: [1, 0, 1, 5]))
        #expect(try file.tensor("x").integers() == [5])
        #expect(problem(file: "f", tensor: "mask") { try file.tensor("mask") } == .unsupportedElementType("BOOL"))
    }

    @Test func refusesDamagedStructure() {
        func found(_ bytes: [UInt8], tensor: String? = nil) -> WorkloadError.Problem? {
            problem(file: "f", tensor: tensor) { try SafetensorsFile(path: "f", bytes: bytes) }
        }
        func found(header: String, data: Int, tensor: String? = nil) -> WorkloadError.Problem? {
            found(safetensors(header: header, data: Array(repeating: 0, count: data)), tensor: tensor)
        }
        func isMalformed(_ problem: WorkloadError.Problem?) -> Bool {
            if case .malformedHeader = problem { true } else { false }
        }
        func entry(_ name: String, _ shape: String, _ offsets: String) -> String {
            #""\#(name)":{"dtype":"I16","shape":\#(shape),"data_offsets":\#(offsets)}"#
        }

        #expect(found([]) == .truncated(needed: 8, found: 0))
        #expect(found([1, 2, 3]) == .truncated(needed: 8, found: 3))
        #expect(found([9, 0, 0, 0, 0, 0, 0, 0, 0x7B]) == .truncated(needed: 17, found: 9))
        #expect(found(Array(repeating: 0xFF, count: 8)) == .headerTooLong(length: .max, limit: 100_000_000))
        #expect(found([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0]) == .headerTooLong(length: 100_000_001, limit: 100_000_000))

        for header in [
            "", "not json", "[]", "{", #"{"x":1}"#, #"{"x":{}}"#, #"{"__metadata__":{"scale":0.125}}"#, "{}}",
            #"{"x":{"dtype":"I16","shape":[1.5],"data_offsets":[0,2]}}"#,
            #"{"x":{"dtype":"I16","shape":[1e400],"data_offsets":[0,2]}}"#,
            #"{"x":{"dtype":"I16","shape":[99999999999999999999],"data_offsets":[0,2]}}"#,
            String(repeating: "[", count: 100_000), String(repeating: #"{"x":"#, count: 100_000),
        ] {
            #expect(isMalformed(found(header: header, data: 2)), "\(header.prefix(40))")
        }
        for shape in ["[-1]", "[-1,-1]", "[0,-1]", "[4294967296,4294967296]", "[9223372036854775807,0,2]"] {
            #expect(isMalformed(found(header: "{\(entry("x", shape, "[0,2]"))}", data: 2, tensor: "x")), "\(shape)")
        }
        for offsets in ["[]", "[0]", "[0,2,4]"] {
            #expect(isMalformed(found(header: "{\(entry("x", "[1]", offsets))}", data: 2, tensor: "x")), "\(offsets)")
        }
        for (begin, end) in [(-2, 0), (2, 0), (0, 3), (0, Int.max), (Int.min, Int.max)] {
            #expect(
                found(header: "{\(entry("x", "[1]", "[\(begin),\(end)]"))}", data: 2, tensor: "x")
                    == .offsetsOutOfRange(begin: begin, end: end, available: 2))
        }
        #expect(
            found(header: "{\(entry("x", "[2]", "[0,4]")),\(entry("y", "[2]", "[2,6]"))}", data: 6, tensor: "y")
                == .offsetsOverlap(other: "x"))
        #expect(found(header: "{\(entry("x", "[1]", "[0,2]"))}", data: 5) == .unownedBytes(2..<5))
        #expect(found(header: "{\(entry("x", "[1]", "[2,4]"))}", data: 4) == .unownedBytes(0..<2))
        #expect(
            found(header: "{\(entry("x", "[2]", "[0,2]"))}", data: 2, tensor: "x") == .sizeMismatch(bytes: 2, needed: 4))
    }

    @Test func refusesUnfitContents() throws {
        func file(_ tensor: Tensor) throws -> SafetensorsFile {
            try SafetensorsFile(path: "f", bytes: SafetensorsFile.encoded([tensor]))
        }
        func found<Result>(_ tensor: Tensor, _ body: (Tensor) throws -> Result) -> WorkloadError.Problem? {
            problem(file: "f", tensor: "x") { try body(file(tensor).tensor("x")) }
        }
        var cube = Array(repeating: Float(0), count: 24)
        cube[23 - 4] = .nan
        let nan = Tensor(name: "x", shape: [2, 3, 4], elements: cube)
        #expect(found(nan) { try $0.floats() } == .notFinite(index: [1, 1, 3], value: "NaN"))
        let infinity = Tensor(name: "x", shape: [2], elements: [0, -Float16.infinity])
        #expect(found(infinity) { try $0.floats() } == .notFinite(index: [1], value: "-infinity"))
        let wide = Tensor(name: "x", shape: [2], elements: [0, 1e300])
        #expect(
            found(wide) { try $0.floats() } == .outOfRange(index: [1], value: "1e+300", type: "single precision"))
        let large = Tensor(name: "x", shape: [1], elements: [UInt64.max])
        #expect(
            found(large) { try $0.integers() }
                == .outOfRange(index: [0], value: "18446744073709551615", type: "a signed 64-bit integer"))
        let integers = Tensor(name: "x", shape: [1], elements: [Int32(1)])
        #expect(found(integers) { try $0.floats() } == .wrongElementType(found: "I32", expected: "F16, BF16, F32 or F64"))
        #expect(found(integers) { try $0.elements(as: Int16.self) } == .wrongElementType(found: "I32", expected: "I16"))
        #expect(
            found(wide) { try $0.integers() } == .wrongElementType(found: "F64", expected: "an integer type such as I32"))
        #expect(problem(file: "f", tensor: "y") { try file(wide).tensor("y") } == .missingTensor(present: ["x"]))
    }

    @Test func refusesUnreadablePaths() throws {
        try withTemporaryDirectory { directory in
            let absent = directory + "/absent.safetensors"
            #expect(problem(file: absent) { try SafetensorsFile(path: absent) } == .fileNotFound)
            #expect(
                problem(file: directory) { try SafetensorsFile(path: directory) }
                    == .cannotRead(reason: "it is a directory"))
            // Reading on would never end.
            #expect(
                problem(file: "/dev/zero") { try SafetensorsFile(path: "/dev/zero") }
                    == .cannotRead(reason: "it is not a regular file"))
        }
    }

    @Test func failedWriteLeavesNothingBehind() throws {
        try withTemporaryDirectory { directory in
            let inside = directory + "/absent/out.safetensors"
            #expect(
                problem(file: inside) { try SafetensorsFile.write(Self.everyType, to: inside) }
                    == .cannotWrite(reason: "its directory does not exist"))

            let taken = directory + "/taken"
            try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
            #expect(
                problem(file: taken) { try SafetensorsFile.write(Self.everyType, to: taken) }
                    == .cannotWrite(reason: "it is a directory"))
            let device = "/dev/null"
            #expect(
                problem(file: device) { try SafetensorsFile.write(Self.everyType, to: device) }
                    == .cannotWrite(reason: "it is not a regular file"))
            #expect(try listing(directory) == ["taken"])
            #expect(try listing(taken) == [])
        }
    }

    @Test func writesThroughSymbolicLinks() throws {
        try withTemporaryDirectory { directory in
            let (path, link) = (directory + "/x.safetensors", directory + "/link")
            try SafetensorsFile.write([], to: path)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            try SafetensorsFile.write(Self.everyType, to: link)
            #expect(try SafetensorsFile(path: path).tensorNames.count == Self.everyType.count)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
        }
    }

    /// A second name of the old file keeps the old bytes, so the new ones were complete before they took its name.
    @Test func writeReplacesWhole() throws {
        try withTemporaryDirectory { directory in
            let (path, former) = (directory + "/x.safetensors", directory + "/former")
            func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
            try SafetensorsFile.write(Self.everyType, to: path)
            try FileManager.default.linkItem(atPath: path, toPath: former)
            let small = [Tensor(name: "x", shape: [1], elements: [Int8(1)])]
            try SafetensorsFile.write(small, to: path)
            #expect(try bytes(path) == SafetensorsFile.encoded(small))
            #expect(try bytes(former) == SafetensorsFile.encoded(Self.everyType))
            #expect(try listing(directory) == ["former", "x.safetensors"])
        }
    }
}
