import Foundation
import LanguageModel
import Testing
import TestSupport
import Workloads

/// Every way a model's directory or a file of tokens can be wrong, and what is said about it.
@Suite struct BadModelTests {
    private static let shard = "base-00001-of-00002.safetensors"

    @Test func directories() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: WorkloadError(file: directory.file("absent"), .fileNotFound)) {
            try LanguageModel(directory: directory.file("absent"))
        }
        #expect(throws: LanguageModelError.notADirectory(path: PackageFiles.languageModelTokens)) {
            try LanguageModel(directory: PackageFiles.languageModelTokens)
        }
        #expect(throws: LanguageModelError.noWeights(directory: directory.path)) {
            try LanguageModel(directory: directory.path)
        }
    }

    /// The first part holds three whole layers and all that is not in a layer: it must not pass for a model.
    @Test func aPartIsMissing() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: directory.file(Self.shard), withDestinationPath: PackageFiles.languageModel + "/" + Self.shard)
        #expect(throws: LanguageModelError.missingPart(directory: directory.path, file: "base-00002-of-00002.safetensors")) {
            try LanguageModel(directory: directory.path)
        }
    }

    @Test func tensors() throws {
        let shard = try SafetensorsFile(path: PackageFiles.languageModel + "/" + Self.shard)
        let all = try shard.tensorNames.map { try shard.tensor($0) }
        let missing = try TemporaryDirectory()
        try SafetensorsFile.write(all.filter { $0.name != "h.2.ln2.bias" }, to: missing.file("model.safetensors"))
        #expect(throws: LanguageModelError.missingTensor(name: "h.2.ln2.bias", directory: missing.path)) {
            try LanguageModel(directory: missing.path)
        }
        let gap = try TemporaryDirectory()
        try SafetensorsFile.write(all.filter { !$0.name.hasPrefix("h.1.") }, to: gap.file("model.safetensors"))
        #expect(throws: LanguageModelError.missingTensor(name: "h.1.qkv.weight", directory: gap.path)) {
            try LanguageModel(directory: gap.path)
        }
        let twice = try TemporaryDirectory()
        try SafetensorsFile.write(all, to: twice.file("a.safetensors"))
        try SafetensorsFile.write([all[3]], to: twice.file("b.safetensors"))
        #expect(throws: LanguageModelError.duplicateTensor(
            name: all[3].name, first: twice.file("a.safetensors"), second: twice.file("b.safetensors"))) {
            try LanguageModel(directory: twice.path)
        }
        let misshapen = try TemporaryDirectory()
        try SafetensorsFile.write(
            all.map { $0.name == "h.1.kg" ? Tensor(name: "h.1.kg", shape: [4, 32], elements: [Float](repeating: 1, count: 128)) : $0 },
            to: misshapen.file("model.safetensors"))
        #expect(throws: LanguageModelError.wrongShape(
            file: misshapen.file("model.safetensors"), tensor: "h.1.kg", found: [4, 32], expected: "[4, 64]")) {
            try LanguageModel(directory: misshapen.path)
        }
        let empty = try TemporaryDirectory()
        try SafetensorsFile.write(all.filter { !$0.name.hasPrefix("h.") }, to: empty.file("model.safetensors"))
        #expect(throws: LanguageModelError.noLayers(directory: empty.path)) { try LanguageModel(directory: empty.path) }
    }

    @Test func tokens() throws {
        let directory = try TemporaryDirectory(), path = directory.file("tokens")
        try Data([1, 0, 2]).write(to: URL(fileURLWithPath: path))
        #expect(throws: LanguageModelError.oddLength(file: path, bytes: 3)) { try TokenFile(path: path, vocabulary: 8192) }
        try Data([1, 0, 0, 32]).write(to: URL(fileURLWithPath: path))
        #expect(throws: LanguageModelError.tokenOutOfRange(place: path, index: 1, token: 8192, vocabulary: 8192)) {
            try TokenFile(path: path, vocabulary: 8192)
        }
        #expect(try TokenFile(path: path, vocabulary: 8193).tokens == [1, 8192])
        #expect(throws: WorkloadError(file: directory.file("absent"), .fileNotFound)) {
            try TokenFile(path: directory.file("absent"), vocabulary: 8192)
        }
    }
}
