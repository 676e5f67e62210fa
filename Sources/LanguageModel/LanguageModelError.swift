/// A model, a file of tokens or a prompt that cannot be used: where, what, and what to do about it.
public enum LanguageModelError: Error, Equatable, CustomStringConvertible {
    case notADirectory(path: String)
    case noWeights(directory: String)
    case missingPart(directory: String, file: String)
    case duplicateTensor(name: String, first: String, second: String)
    case missingTensor(name: String, directory: String)
    case noLayers(directory: String)
    case wrongShape(file: String, tensor: String, found: [Int], expected: String)
    case oddLength(file: String, bytes: Int)
    case tokenOutOfRange(place: String, index: Int, token: Int, vocabulary: Int)
    case tooFewTokens(file: String, tokens: Int, needed: Int)
    case emptyPrompt
    case positionOutOfRange(position: Int, context: Int)

    public var description: String {
        switch self {
        case .notADirectory(let path):
            "\(path): it is not a directory. Give the directory that holds the model's .safetensors files."
        case .noWeights(let directory):
            "\(directory): no .safetensors file lies in it. Give the directory that holds the model's weights."
        case .missingPart(let directory, let file):
            "\(directory): the part \(file) of the model is missing. Copy all parts into the directory."
        case .duplicateTensor(let name, let first, let second):
            "\(second): tensor \(name.debugDescription) is in \(first) too. Keep the files of one model alone in the directory."
        case .missingTensor(let name, let directory):
            "\(directory): tensor \(name.debugDescription) is in none of its .safetensors files. Copy all parts of the model, "
                + "with the tensor names of Docs/evaluation.md."
        case .noLayers(let directory):
            "\(directory): no tensor is named h.0.qkv.weight. Export the model with the tensor names of Docs/evaluation.md."
        case .wrongShape(let file, let tensor, let found, let expected):
            "\(file): tensor \(tensor.debugDescription): shape is \(found), expected \(expected). Export the model again with "
                + "the shapes of Docs/evaluation.md."
        case .oddLength(let file, let bytes):
            "\(file): \(bytes) bytes are not whole tokens. Store every token as two bytes, little-endian."
        case .tokenOutOfRange(let place, let index, let token, let vocabulary):
            "\(place): token \(index) is \(token), but the model knows 0..<\(vocabulary). Encode the text with the model's own "
                + "tokenizer."
        case .tooFewTokens(let file, let tokens, let needed):
            "\(file): it has \(tokens) tokens, and \(needed) are needed. Give a longer text or ask for fewer windows."
        case .emptyPrompt:
            "the prompt has no token: give at least one."
        case .positionOutOfRange(let position, let context):
            "position \(position) is outside the model's context of \(context): use a shorter prompt, or a model with a longer "
                + "context."
        }
    }
}
