import Foundation

/// Attention of one or more layers, to be run on the accelerator or the golden model.
///
/// Files: a safetensors file with, for each layer N, `layerN.query` [heads, rows, headSize], `layerN.key` and
/// `layerN.value` [kvHeads, keys, headSize], optionally `layerN.lengths` [rows] (integers) and `layerN.output` (as
/// query); optional metadata `scale`, `heads`, `head_dim`. Other tensors are ignored. Or a directory with `query.npy`,
/// `key.npy`, `value.npy` and optionally `lengths.npy` and `output.npy`, which is layer 0.
public struct AttentionWorkload: Sendable, Equatable {
    /// Factor of q . k in natural-log units.
    public let softmaxScale: Double
    /// In ascending order of their index; all of one head count and head size.
    public let layers: [AttentionLayer]

    public var heads: Int { layers[0].heads }
    public var headSize: Int { layers[0].headSize }

    /// A workload made in memory; the scale defaults to 1/sqrt(headSize).
    public init(layers: [AttentionLayer], softmaxScale: Double? = nil) {
        precondition(!layers.isEmpty, "a workload needs a layer")
        precondition(
            layers.allSatisfy { $0.heads == layers[0].heads && $0.headSize == layers[0].headSize },
            "the layers must agree in heads and headSize")
        self.layers = layers
        self.softmaxScale = softmaxScale ?? 1 / Double(layers[0].headSize).squareRoot()
    }

    /// Loads a safetensors file or a directory of .npy files.
    ///
    /// - Parameters:
    ///   - selected: Indices of the layers to load; nil loads all.
    ///   - rowLimit: At most this many rows of each head, from row 0; nil loads all.
    public init(
        path: String, layers selected: [Int]? = nil, rowLimit: Int? = nil
    ) throws(WorkloadError) {
        if let rowLimit, rowLimit < 1 { throw WorkloadError(file: path, .invalidRowLimit(rowLimit)) }
        if isDirectory(path) {
            try self.init(npyDirectory: path, layers: selected)
        } else {
            try self.init(SafetensorsFile(path: path), layers: selected)
        }
        if let rowLimit {
            self.init(layers: layers.map { $0.prefix(rows: rowLimit) }, softmaxScale: softmaxScale)
        }
    }

    /// The workload in a safetensors file that has been read already.
    public init(_ file: SafetensorsFile, layers selected: [Int]? = nil) throws(WorkloadError) {
        let present = Self.layerIndices(of: file)
        guard !present.isEmpty else { throw WorkloadError(file: file.path, .noLayers(present: file.tensorNames)) }
        let indices = try Self.select(selected, from: present, file: file.path)

        var layers: [AttentionLayer] = []
        for index in indices {
            let prefix = "layer\(index)."
            let tensors = LayerTensors(
                index: index, query: try file.tensor(prefix + "query"), key: try file.tensor(prefix + "key"),
                value: try file.tensor(prefix + "value"), lengths: try file.optionalTensor(prefix + "lengths"),
                output: try file.optionalTensor(prefix + "output"))
            let layer = try tensors.checked()
            if let first = layers.first, (layer.heads, layer.headSize) != (first.heads, first.headSize) {
                throw tensors.query.error(.wrongShape(
                    found: tensors.query.shape,
                    expected: "\(first.heads) heads of size \(first.headSize) as in layer \(first.index)"))
            }
            layers.append(layer)
        }
        let metadata = WorkloadMetadata(values: file.metadata, file: file.path)
        try metadata.expect("heads", layers[0].heads)
        try metadata.expect("head_dim", layers[0].headSize)
        self.init(layers: layers, softmaxScale: try metadata.scale())
    }

    private init(npyDirectory directory: String, layers selected: [Int]?) throws(WorkloadError) {
        func path(_ name: String) -> String {
            directory.hasSuffix("/") ? "\(directory)\(name).npy" : "\(directory)/\(name).npy"
        }
        func optional(_ name: String) throws(WorkloadError) -> Tensor? {
            FileManager.default.fileExists(atPath: path(name)) ? try NpyFile.read(path(name)) : nil
        }
        _ = try Self.select(selected, from: [0], file: directory)
        let tensors = LayerTensors(
            index: 0, query: try NpyFile.read(path("query")), key: try NpyFile.read(path("key")),
            value: try NpyFile.read(path("value")), lengths: try optional("lengths"), output: try optional("output"))
        self.init(layers: [try tensors.checked()])
    }

    /// Ascending and without repetition.
    private static func select(_ selected: [Int]?, from present: [Int], file: String) throws(WorkloadError) -> [Int] {
        guard let selected else { return present }
        guard !selected.isEmpty else { throw WorkloadError(file: file, .emptyLayerSelection(present: present)) }
        if let absent = selected.first(where: { !present.contains($0) }) {
            throw WorkloadError(file: file, .missingLayer(absent, present: present))
        }
        return present.filter(selected.contains)
    }

    /// Indices of the layers that have any of the tensors a layer needs, ascending.
    private static func layerIndices(of file: SafetensorsFile) -> [Int] {
        var indices: Set<Int> = []
        for name in file.tensorNames where name.hasPrefix("layer") {
            let parts = name.dropFirst("layer".count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, ["query", "key", "value"].contains(parts[1]) else { continue }
            // "layer007" is not the name of layer 7.
            if let index = Int(parts[0]), index >= 0, String(index) == parts[0] { indices.insert(index) }
        }
        return indices.sorted()
    }
}

extension AttentionWorkload {
    /// Precision of the query, key and value tensors in a file.
    public enum Precision: Sendable {
        /// IEEE 754 binary16, rounded to nearest.
        case half
        /// IEEE 754 binary32: exact.
        case single
    }

    /// Writes a safetensors file that loads again; a failure leaves the path as it was.
    ///
    /// Throws `outOfRange` if an element is too large for half precision.
    public func write(to path: String, precision: Precision = .single) throws(WorkloadError) {
        func tensor(_ name: String, _ shape: [Int], _ elements: [Float]) throws(WorkloadError) -> Tensor {
            let exact = Tensor(name: name, shape: shape, elements: elements)
            guard precision == .half else { return exact }
            let halves = elements.map { Float16($0) }
            if let offset = halves.firstIndex(where: { !$0.isFinite }) {
                throw WorkloadError(
                    file: path, tensor: name,
                    .outOfRange(index: exact.index(ofElement: offset), value: "\(elements[offset])", type: "half precision"))
            }
            return Tensor(name: name, shape: shape, elements: halves)
        }

        var tensors: [Tensor] = []
        for layer in layers {
            let prefix = "layer\(layer.index)."
            let rowShape = [layer.heads, layer.rows, layer.headSize]
            let keyShape = [layer.kvHeads, layer.keys, layer.headSize]
            tensors.append(try tensor(prefix + "query", rowShape, layer.query))
            tensors.append(try tensor(prefix + "key", keyShape, layer.key))
            tensors.append(try tensor(prefix + "value", keyShape, layer.value))
            tensors.append(Tensor(name: prefix + "lengths", shape: [layer.rows], elements: layer.lengths.map(Int32.init)))
            if let output = layer.expectedOutput {
                tensors.append(Tensor(name: prefix + "output", shape: rowShape, elements: output))
            }
        }
        let metadata = ["scale": "\(softmaxScale)", "heads": "\(heads)", "head_dim": "\(headSize)"]
        try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    }
}

/// The metadata of a workload file.
private struct WorkloadMetadata {
    let values: [String: String]
    let file: String

    /// Nil if the file leaves it to the default.
    func scale() throws(WorkloadError) -> Double? {
        guard let text = values["scale"] else { return nil }
        guard let scale = Double(text), scale.isFinite, scale >= 0 else {
            throw WorkloadError(file: file, .invalidMetadata(key: "scale", value: text, expected: "a finite number >= 0"))
        }
        return scale
    }

    /// An entry that repeats what the shapes say must agree with them.
    func expect(_ key: String, _ value: Int) throws(WorkloadError) {
        if let text = values[key], text != String(value) {
            throw WorkloadError(file: file, .invalidMetadata(key: key, value: text, expected: "\(value), as in the shape of query"))
        }
    }
}
