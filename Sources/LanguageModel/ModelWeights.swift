import Foundation
import Workloads

/// Sizes of a decoder, as its weights have them.
public struct ModelShape: Hashable, Sendable {
    public let layers, heads, headSize, width, hidden, context, vocabulary: Int

    /// Of the query, the key or the value of a token, over all heads.
    public var attentionWidth: Int { heads * headSize }
}

/// The weights of one layer.
struct LayerWeights: Sendable {
    let beforeAttention, beforeMLP: LayerNormalization
    /// [3 x heads x headSize outputs]: queries, keys, values.
    let queryKeyValue: PackedMatrix
    /// [heads x headSize].
    let queryGain, keyGain: [Float]
    let projection: PackedMatrix
    let projectionBias: [Float]
    let up, down: PackedMatrix
    let upBias, downBias: [Float]
}

/// Reads the tensors of a model from all `.safetensors` files of a directory.
struct WeightReader {
    let directory: String
    private var tensors: [String: Tensor] = [:]

    init(directory: String) throws {
        self.directory = directory
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
            throw WorkloadError(file: directory, .fileNotFound)
        }
        guard isDirectory.boolValue else { throw LanguageModelError.notADirectory(path: directory) }
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".safetensors") }
        guard !files.isEmpty else { throw LanguageModelError.noWeights(directory: directory) }
        if let part = Self.missingPart(of: Set(files)) {
            throw LanguageModelError.missingPart(directory: directory, file: part)
        }
        for file in files.sorted() {
            let path = directory + (directory.hasSuffix("/") ? "" : "/") + file
            let shard = try SafetensorsFile(path: path)
            for name in shard.tensorNames {
                if let first = tensors[name] {
                    throw LanguageModelError.duplicateTensor(name: name, first: first.file, second: path)
                }
                tensors[name] = try shard.tensor(name)
            }
        }
    }

    /// A file that the names of others (`...-00001-of-00002.safetensors`) speak of: without it a model may look whole and
    /// have fewer layers.
    private static func missingPart(of files: Set<String>) -> String? {
        for file in files.sorted() {
            guard let match = file.wholeMatch(of: /(.*)-\d{5}-of-(\d{5})\.safetensors/), let parts = Int(match.2) else {
                continue
            }
            for part in stride(from: 1, through: parts, by: 1) {
                let digits = "\(part)"
                let name = "\(match.1)-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
                    + "-of-\(match.2).safetensors"
                if !files.contains(name) { return name }
            }
        }
        return nil
    }

    /// Layers are numbered from 0 without gaps.
    func shape() throws -> ModelShape {
        let embedding = try tensor("wte.weight"), positions = try tensor("wpe.weight")
        try check(embedding, embedding.shape.count == 2 && !embedding.shape.contains(0), "[vocabulary, width]")
        try check(positions, positions.shape.count == 2, "[context, width]")
        var layers = 0
        while tensors["h.\(layers).qkv.weight"] != nil { layers += 1 }
        // A layer beyond a gap would be left out in silence.
        if tensors.keys.contains(where: { name in
            name.hasPrefix("h.") && Int(name.dropFirst(2).prefix { $0.isNumber }).map { $0 >= layers } ?? false
        }) {
            throw LanguageModelError.missingTensor(name: "h.\(layers).qkv.weight", directory: directory)
        }
        guard layers > 0 else { throw LanguageModelError.noLayers(directory: directory) }
        let gain = try tensor("h.0.qg"), up = try tensor("h.0.fc.bias")
        try check(gain, gain.shape.count == 2 && !gain.shape.contains(0), "[heads, head size]")
        try check(up, up.shape.count == 1 && up.shape != [0], "[hidden width]")
        return ModelShape(
            layers: layers, heads: gain.shape[0], headSize: gain.shape[1], width: embedding.shape[1], hidden: up.shape[0],
            context: positions.shape[0], vocabulary: embedding.shape[0])
    }

    func layer(_ index: Int, _ shape: ModelShape) throws -> LayerWeights {
        let prefix = "h.\(index)."
        return LayerWeights(
            beforeAttention: try normalization(prefix + "ln1", shape), beforeMLP: try normalization(prefix + "ln2", shape),
            queryKeyValue: try matrix(prefix + "qkv.weight", [3 * shape.attentionWidth, shape.width]),
            queryGain: try floats(prefix + "qg", [shape.heads, shape.headSize]),
            keyGain: try floats(prefix + "kg", [shape.heads, shape.headSize]),
            projection: try matrix(prefix + "proj.weight", [shape.width, shape.attentionWidth]),
            projectionBias: try floats(prefix + "proj.bias", [shape.width]),
            up: try matrix(prefix + "fc.weight", [shape.hidden, shape.width]),
            down: try matrix(prefix + "out.weight", [shape.width, shape.hidden]),
            upBias: try floats(prefix + "fc.bias", [shape.hidden]), downBias: try floats(prefix + "out.bias", [shape.width]))
    }

    func normalization(_ name: String, _ shape: ModelShape) throws -> LayerNormalization {
        LayerNormalization(
            gain: try floats(name + ".weight", [shape.width]), bias: try floats(name + ".bias", [shape.width]))
    }

    func matrix(_ name: String, _ shape: [Int]) throws -> PackedMatrix {
        try floats(name, shape).withUnsafeBufferPointer { PackedMatrix(rows: $0, outputs: shape[0], inputs: shape[1]) }
    }

    func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
        let tensor = try tensor(name)
        try check(tensor, tensor.shape == shape, "\(shape)")
        return try tensor.floats()
    }

    private func tensor(_ name: String) throws -> Tensor {
        guard let tensor = tensors[name] else {
            throw LanguageModelError.missingTensor(name: name, directory: directory)
        }
        return tensor
    }

    private func check(_ tensor: Tensor, _ isRight: Bool, _ expected: String) throws {
        guard isRight else {
            throw LanguageModelError.wrongShape(
                file: tensor.file, tensor: tensor.name, found: tensor.shape, expected: expected)
        }
    }
}
