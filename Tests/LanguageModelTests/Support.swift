import Foundation
import LanguageModel
import TestSupport
import Workloads

/// The committed model, read once.
enum Fixture {
    static let model = Result { try LanguageModel(directory: PackageFiles.languageModel) }
    static let text = Result { try TokenFile(path: PackageFiles.languageModelTokens, vocabulary: 8192) }
}

extension TemporaryDirectory {
    /// All tensors of the committed model, with one of them changed.
    func writeModel(changing name: String, _ change: (inout [Float]) -> Void) throws {
        for file in ["base-00001-of-00002.safetensors", "base-00002-of-00002.safetensors"] {
            let shard = try SafetensorsFile(path: PackageFiles.languageModel + "/" + file)
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
