import Foundation
import Testing
import TestSupport
import Workloads

@Suite struct AttentionWorkloadTests {
    /// A small grouped-query workload: 4 heads on 2 KV heads, ragged lengths.
    private static let small = SyntheticWorkload(
        .gaussian, shape: .init(heads: 4, kvHeads: 2, rows: 3, keys: 5, headSize: 8), lengths: .ragged
    ).workload(seed: 7, layers: 2)

    /// Tensors of layer 0 that load; each can be replaced.
    private func tensors(
        query: Tensor? = nil, key: Tensor? = nil, value: Tensor? = nil, lengths: Tensor? = nil, output: Tensor? = nil
    ) -> [Tensor] {
        [
            query ?? zeros("query", [2, 3, 4]), key ?? zeros("key", [1, 5, 4]), value ?? zeros("value", [1, 5, 4]),
            lengths, output,
        ].compactMap(\.self)
    }

    private func zeros(_ name: String, _ shape: [Int], layer: Int = 0) -> Tensor {
        Tensor(name: "layer\(layer).\(name)", shape: shape, elements: [Float](repeating: 0, count: shape.reduce(1, *)))
    }

    private func load(_ tensors: [Tensor], metadata: [String: String] = [:], layers: [Int]? = nil) throws -> AttentionWorkload {
        let bytes = SafetensorsFile.encoded(tensors, metadata: metadata)
        return try AttentionWorkload(SafetensorsFile(path: "w", bytes: bytes), layers: layers)
    }

    @Test func readsBackWhatItWrote() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/w.safetensors"
            try Self.small.write(to: path)
            #expect(try AttentionWorkload(path: path) == Self.small)
            #expect(try listing(directory) == ["w.safetensors"])

            try Self.small.write(to: path, precision: .half)
            let rounded = try AttentionWorkload(path: path)
            #expect(rounded.layers[1].key == Self.small.layers[1].key.map { Float(Float16($0)) })
            #expect(rounded.layers[1].lengths == Self.small.layers[1].lengths)
        }
    }

    @Test func keepsExpectedOutputAndScale() throws {
        try withTemporaryDirectory { directory in
            let fixture = try AttentionWorkload(path: PackageFiles.decodeAttention, layers: [5], rowLimit: 2)
            let path = directory + "/w.safetensors"
            try fixture.write(to: path, precision: .half)
            #expect(try AttentionWorkload(path: path) == fixture)
        }
    }

    @Test func halfPrecisionRefusesLargeElements() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/w.safetensors"
            let layer = AttentionLayer(
                index: 0, heads: 1, kvHeads: 1, rows: 1, keys: 1, headSize: 2, query: [0, 0], key: [0, 70_000], value: [0, 0])
            #expect(
                problem(file: path, tensor: "layer0.key") {
                    try AttentionWorkload(layers: [layer]).write(to: path, precision: .half)
                } == .outOfRange(index: [0, 0, 1], value: "70000.0", type: "half precision"))
            let left = try listing(directory)
            #expect(left == [])
        }
    }

    @Test func selectsLayersAndRows() throws {
        let all = try AttentionWorkload(path: PackageFiles.decodeAttention)
        let some = try AttentionWorkload(path: PackageFiles.decodeAttention, layers: [11, 0, 11], rowLimit: 5)
        #expect(some.layers.map(\.index) == [0, 11])
        let (whole, part) = (all.layers[2], some.layers[1])
        #expect(part.rows == 5)
        #expect(part.key == whole.key)
        #expect(part.lengths == Array(993...997))
        for head in 0..<4 {
            for row in 0..<5 {
                #expect(part.query[part.queryRange(head: head, row: row)] == whole.query[whole.queryRange(head: head, row: row)])
                #expect(
                    part.expectedOutput?[part.queryRange(head: head, row: row)]
                        == whole.expectedOutput?[whole.queryRange(head: head, row: row)])
            }
        }
        #expect(try AttentionWorkload(path: PackageFiles.decodeAttention, layers: [0], rowLimit: 1000) == AttentionWorkload(layers: [all.layers[0]]))
        #expect(
            problem(file: PackageFiles.decodeAttention) { try AttentionWorkload(path: PackageFiles.decodeAttention, layers: [0, 3]) }
                == .missingLayer(3, present: [0, 5, 11]))
        #expect(
            problem(file: PackageFiles.decodeAttention) { try AttentionWorkload(path: PackageFiles.decodeAttention, layers: []) }
                == .emptyLayerSelection(present: [0, 5, 11]))
        #expect(problem(file: PackageFiles.decodeAttention) { try AttentionWorkload(path: PackageFiles.decodeAttention, rowLimit: 0) } == .invalidRowLimit(0))
    }

    @Test func defaultsLengthsAndScale() throws {
        let workload = try load(tensors())
        #expect(workload.softmaxScale == 0.5)
        #expect(workload.layers[0].lengths == [5, 5, 5])
        #expect(workload.layers[0].expectedOutput == nil)
        #expect(try load(tensors(), metadata: ["scale": "0.25", "heads": "2", "head_dim": "4"]).softmaxScale == 0.25)
        let lengths = Tensor(name: "layer0.lengths", shape: [3], elements: [Int64(0), 5, 1])
        #expect(try load(tensors(lengths: lengths)).layers[0].lengths == [0, 5, 1])
    }

    @Test func acceptsNoKeys() throws {
        let layer = try load(tensors(key: zeros("key", [2, 0, 4]), value: zeros("value", [2, 0, 4]))).layers[0]
        #expect((layer.kvHeads, layer.keys) == (2, 0))
        #expect(layer.lengths == [0, 0, 0])
    }

    @Test func groupsHeads() {
        let layer = Self.small.layers[0]
        #expect((0..<4).map(layer.kvHead(ofHead:)) == [0, 0, 1, 1])
        #expect(layer.queryRange(head: 2, row: 1) == 56..<64)
        #expect(layer.keyRange(kvHead: 1, key: 2) == 56..<64)
    }

    @Test func refusesWrongShapes() {
        func found(_ name: String, _ tensors: [Tensor]) -> [Int]? {
            guard case .wrongShape(let shape, _) = problem(file: "w", tensor: "layer0.\(name)", { try load(tensors) })
            else { return nil }
            return shape
        }
        for shape in [[], [2, 3], [2, 3, 4, 1], [0, 3, 4], [2, 0, 4], [2, 3, 0]] {
            #expect(found("query", tensors(query: zeros("query", shape))) == shape)
        }
        for shape in [[5, 4], [0, 5, 4], [3, 5, 4], [4, 5, 4], [1, 5, 3]] {
            #expect(found("key", tensors(key: zeros("key", shape))) == shape)
        }
        for shape in [[1, 4, 4], [1, 5, 8], [2, 5, 4], [20]] {
            #expect(found("value", tensors(value: zeros("value", shape))) == shape)
        }
        let lengths = Tensor(name: "layer0.lengths", shape: [2], elements: [Int32(1), 1])
        #expect(found("lengths", tensors(lengths: lengths)) == [2])
        #expect(found("output", tensors(output: zeros("output", [3, 2, 4]))) == [3, 2, 4])
    }

    @Test func refusesWrongContents() {
        func found(_ name: String?, _ tensors: [Tensor], _ metadata: [String: String] = [:]) -> WorkloadError.Problem? {
            problem(file: "w", tensor: name) { try load(tensors, metadata: metadata) }
        }
        func lengths(_ values: [Int32]) -> Tensor { Tensor(name: "layer0.lengths", shape: [3], elements: values) }
        #expect(
            found("layer0.lengths", tensors(lengths: lengths([5, 6, 5]))) == .contextOutOfRange(row: 1, length: 6, keys: 5))
        #expect(
            found("layer0.lengths", tensors(lengths: lengths([5, 5, -1]))) == .contextOutOfRange(row: 2, length: -1, keys: 5))
        #expect(
            found("layer0.lengths", tensors(lengths: zeros("lengths", [3])))
                == .wrongElementType(found: "F32", expected: "an integer type such as I32"))
        let codes = Tensor(name: "layer0.key", shape: [1, 5, 4], elements: [Int8](repeating: 0, count: 20))
        #expect(
            found("layer0.key", tensors(key: codes)) == .wrongElementType(found: "I8", expected: "F16, BF16, F32 or F64"))
        var values = [Float](repeating: 0, count: 20)
        values[9] = .infinity
        let value = Tensor(name: "layer0.value", shape: [1, 5, 4], elements: values)
        #expect(found("layer0.value", tensors(value: value)) == .notFinite(index: [0, 2, 1], value: "infinity"))

        for (key, text) in [("scale", "fast"), ("scale", "-1"), ("scale", "nan"), ("scale", "inf"), ("heads", "3"), ("head_dim", "64")] {
            guard case .invalidMetadata(key, text, _) = found(nil, tensors(), [key: text]) else {
                Issue.record("\(key) \(text)")
                continue
            }
        }
    }

    @Test func refusesMissingTensors() throws {
        for name in ["query", "key", "value"] {
            let rest = tensors().filter { $0.name != "layer0.\(name)" }
            #expect(
                problem(file: "w", tensor: "layer0.\(name)") { try load(rest) } == .missingTensor(present: rest.map(\.name)))
        }
        let foreign = ["h.0.attn", "layer0", "layer0.mask", "layer00.query", "layer-1.query", "layer99999999999999999999.key"]
            .map { Tensor(name: $0, shape: [1], elements: [Float(0)]) }
        #expect(problem(file: "w") { try load(foreign) } == .noLayers(present: foreign.map(\.name)))
        #expect(problem(file: "w") { try load([]) } == .noLayers(present: []))
        #expect(try load(foreign + tensors()).layers.count == 1)
    }

    /// Layers may differ in keys and rows, not in heads and head size.
    @Test func layersAgreeInHeads() throws {
        func second(_ headSize: Int) -> [Tensor] {
            [
                zeros("query", [2, 1, headSize], layer: 1), zeros("key", [2, 9, headSize], layer: 1),
                zeros("value", [2, 9, headSize], layer: 1),
            ]
        }
        #expect(try load(tensors() + second(4)).layers.map(\.keys) == [5, 9])
        let different = tensors() + second(8)
        guard case .wrongShape([2, 1, 8], _) = problem(file: "w", tensor: "layer1.query", { try load(different) }) else {
            Issue.record("a second head size was accepted")
            return
        }
        #expect(try load(different, layers: [1]).headSize == 8)
    }

    @Test func loadsNpyDirectory() throws {
        try withTemporaryDirectory { directory in
            let layer = Self.small.layers[0]
            let keyShape = [layer.kvHeads, layer.keys, layer.headSize]
            func write<Element: TensorElement>(_ name: String, _ shape: [Int], _ elements: [Element]) throws {
                try NpyFile.write(Tensor(name: name, shape: shape, elements: elements), to: "\(directory)/\(name).npy")
            }
            try write("query", [layer.heads, layer.rows, layer.headSize], layer.query)
            try write("key", keyShape, layer.key)
            let value = directory + "/value.npy"
            #expect(problem(file: value) { try AttentionWorkload(path: directory) } == .fileNotFound)
            try write("value", keyShape, layer.value)
            #expect(try AttentionWorkload(path: directory).layers[0].lengths == [5, 5, 5])
            try write("lengths", [layer.rows], layer.lengths.map(Int32.init))
            #expect(try AttentionWorkload(path: directory + "/") == AttentionWorkload(layers: [layer]))
            #expect(try AttentionWorkload(path: directory, rowLimit: 2).layers[0] == layer.prefix(rows: 2))
            #expect(
                problem(file: directory) { try AttentionWorkload(path: directory, layers: [1]) } == .missingLayer(1, present: [0]))
            try write("value", [layer.kvHeads, layer.headSize, layer.keys], layer.value)
            #expect(
                problem(file: value, tensor: "value") { try AttentionWorkload(path: directory) }
                    == .wrongShape(found: [2, 8, 5], expected: "[2, 5, 8]"))
        }
    }
}
