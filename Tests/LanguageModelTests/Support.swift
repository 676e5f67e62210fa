import Foundation
import LanguageModel
import Workloads

private let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures").path

/// The committed model, read once.
enum Fixture {
    static let modelDirectory = fixtures + "/language-model"
    static let tokensPath = modelDirectory + "/dev_tokens.u16"
    static let attentionPath = fixtures + "/decode-attention.safetensors"

    static let model = Result { try LanguageModel(directory: modelDirectory) }
    static let text = Result { try TokenFile(path: tokensPath, vocabulary: 8192) }
}

/// A directory that is gone with the last use of it.
final class Directory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("model-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// All tensors of the committed model, with one of them changed.
    func writeModel(changing name: String, _ change: (inout [Float]) -> Void) throws {
        for file in ["base-00001-of-00002.safetensors", "base-00002-of-00002.safetensors"] {
            let shard = try SafetensorsFile(path: Fixture.modelDirectory + "/" + file)
            let tensors = try shard.tensorNames.map { tensorName in
                let tensor = try shard.tensor(tensorName)
                guard tensorName == name else { return tensor }
                var elements = try tensor.floats()
                change(&elements)
                return Tensor(name: name, shape: tensor.shape, elements: elements)
            }
            try SafetensorsFile.write(tensors, to: self.file(file))
        }
    }
}
