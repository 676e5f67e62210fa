import Foundation
import Workloads

/// Scores of one row in nats: scale * q . k for each key it attends to.
func scores(_ layer: AttentionLayer, scale: Double, head: Int, row: Int) -> [Double] {
    let query = layer.query[layer.queryRange(head: head, row: row)]
    return (0..<layer.lengths[row]).map { t in
        let key = layer.key[layer.keyRange(kvHead: layer.kvHead(ofHead: head), key: t)]
        return scale * zip(query, key).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}

/// Softmax of the scores; empty for no scores.
func probabilities(_ scores: [Double]) -> [Double] {
    let maximum = scores.max() ?? 0
    let weights = scores.map { exp($0 - maximum) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
}

/// The textbook attention of one row, in double precision.
func attention(_ layer: AttentionLayer, scale: Double, head: Int, row: Int) -> [Double] {
    var output = Array(repeating: 0.0, count: layer.headSize)
    for (t, p) in probabilities(scores(layer, scale: scale, head: head, row: row)).enumerated() {
        for (e, v) in layer.value[layer.keyRange(kvHead: layer.kvHead(ofHead: head), key: t)].enumerated() {
            output[e] += p * Double(v)
        }
    }
    return output
}
