import FixedPoint
import GoldenModel
import Workloads

/// The file of a golden run: the integers that went in, the merged states and the outputs, for others to check.
/// `Docs/golden-output.md` describes it.
extension GoldenRun {
    public static let fileFormat = "leanspatten-golden-1"

    /// The bytes of a safetensors file; equal runs give equal bytes.
    public func fileContents(_ description: RunDescription) -> [UInt8] {
        let settings = workload.settings
        let metadata = [
            "format": Self.fileFormat,
            "preset": description.preset,
            "config_hash": workload.configuration.configHash.hexadecimal,
            "key_bits": settings.keyFormat.description,
            "value_bits": settings.valueFormat.description,
            "tile_keys": "\(settings.tileKeys)",
            "heads": "\(workload.layers[0].heads)",
            "head_dim": "\(workload.configuration.headSize)",
            "scale": "\(workload.softmaxScale)",
        ]
        var tensors = zip(workload.layers, results).flatMap { layer, rows in Self.tensors(of: layer, rows: rows) }
        if workload.kind.mask != nil { tensors += workload.layers.map(Self.firstKeys) }
        for (layer, rows) in zip(workload.layers, pruned) { tensors += Self.tensors(of: layer, pruned: rows) }
        if let cascade { tensors += Self.tensors(of: cascade, layers: workload.layers) }
        return SafetensorsFile.encoded(tensors, metadata: metadata)
    }

    private static func tensors(of layer: QuantizedLayer, rows: [LaneResult]) -> [Tensor] {
        let (size, queries) = (layer.headSize, [layer.heads, layer.rows])
        func tensor<Element: TensorElement>(_ name: String, _ shape: [Int], _ elements: [Element]) -> Tensor {
            Tensor(name: "layer\(layer.index).\(name)", shape: shape, elements: elements)
        }
        let scales = layer.keyValues.map(\.scales)
        let states = rows.map(\.state)
        return [
            tensor("query", queries + [size], layer.queries.flatMap(\.codes)),
            tensor("query_scale", queries, layer.queries.map(\.realScale)),
            tensor("score_mantissa", queries, layer.queries.map { Int32($0.scoreScale.mantissa) }),
            tensor("score_shift", queries, layer.queries.map { Int32($0.scoreScale.shift) }),
            tensor("key", [layer.kvHeads, layer.keys, size], layer.keyValues.flatMap(\.keys)),
            tensor("key_scale", [layer.kvHeads, size], scales.flatMap(\.keyScales)),
            tensor("value", [layer.kvHeads, layer.keys, size], layer.keyValues.flatMap(\.values)),
            tensor("value_scale", [layer.kvHeads], scales.map(\.valueScale)),
            tensor("lengths", [layer.rows], layer.lengths.map(Int32.init)),
            tensor("state_valid", queries, states.map { UInt8($0.isValid ? 1 : 0) }),
            tensor("state_class", queries, states.map { Int32($0.stateClass) }),
            tensor("state_weight_sums", queries + [2, 2], states.flatMap {
                [$0.upperWeightSum, $0.lowerWeightSum].flatMap(words)
            }),
            tensor("state_output_sums", queries + [2, size, 2], states.flatMap {
                ($0.upperOutputSums.prefix(size) + $0.lowerOutputSums.prefix(size)).flatMap { words(UInt128(bitPattern: $0)) }
            }),
            tensor("output", queries + [size], rows.flatMap(\.outputs)),
            tensor("output_scale", [layer.kvHeads], scales.map(\.outputScale)),
        ]
    }

    /// Of a lane for prefill.
    private static func firstKeys(of layer: QuantizedLayer) -> Tensor {
        Tensor(name: "layer\(layer.index).first_keys", shape: [layer.rows], elements: layer.firstKeys.map { Int32($0) })
    }

    /// What a lane that prunes left out.
    private static func tensors(of layer: QuantizedLayer, pruned rows: [SpAttenResult]) -> [Tensor] {
        func flags(_ name: String, _ flags: (SpAttenResult) -> [Bool]) -> Tensor {
            let padded = rows.flatMap { row in flags(row).map { $0 ? 1 : 0 } + [UInt8](repeating: 0, count: layer.keys - row.tokens.count) }
            return Tensor(name: "layer\(layer.index).\(name)", shape: [layer.heads, layer.rows, layer.keys], elements: padded)
        }
        return [
            flags("refined", \.isRefined), flags("value_kept", \.keepsValue),
            Tensor(name: "layer\(layer.index).left_out", shape: [layer.heads, layer.rows, 2],
                   elements: rows.flatMap { [Int32($0.report.unrefinedMass), Int32($0.report.droppedMass)] }),
        ]
    }

    /// What a cascade kept, and the importances that its last iteration leaves.
    private static func tensors(of cascade: CascadeWorkload, layers: [QuantizedLayer]) -> [Tensor] {
        layers.enumerated().flatMap { position, layer in
            let decisions = (0..<layer.rows).map { cascade.program.decisions[$0 * layers.count + position] }
            let tokens = decisions.flatMap { context, kept in
                var flags = [UInt8](repeating: 0, count: layer.keys)
                for token in kept.tokens ?? Array(0..<context) { flags[token] = 1 }
                return flags
            }
            let heads = (0..<layer.heads).flatMap { head in decisions.map { UInt8($0.kept.keepsHead[head] ? 1 : 0) } }
            return [
                Tensor(name: "layer\(layer.index).token_kept", shape: [layer.rows, layer.keys], elements: tokens),
                Tensor(name: "layer\(layer.index).head_kept", shape: [layer.heads, layer.rows], elements: heads),
            ]
        } + [
            Tensor(name: "token_importance", shape: [cascade.cascade.tokenImportance.context],
                   elements: cascade.cascade.tokenImportance.values),
            Tensor(name: "head_importance", shape: [cascade.cascade.heads], elements: cascade.cascade.headImportance.values),
        ]
    }

    /// Low word, high word.
    private static func words(_ value: UInt128) -> [UInt64] {
        [UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value >> 64)]
    }
}
