/// A cascade that cannot run as asked.
public enum CascadeError: Error, Hashable, CustomStringConvertible {
    case zeroLayers
    case zeroHeads
    case unequalSchedules(tokens: Int, heads: Int)
    case ratioOutOfRange(layer: Int, ratio: Int)
    case percentOutOfRange(Int)
    case lineOutOfRange(start: Int, end: Int)
    case contextShrinks(from: Int, to: Int)
    case tokenOutOfRange(token: Int, context: Int)
    case headOutOfRange(head: Int, heads: Int)
    case headScaleOutOfRange(Int)
    case prunedHead(head: Int, layer: Int)
    case prunedToken(token: Int, layer: Int)
    case noLayer
    case pastLastLayer(layers: Int)
    case tooManyRows

    public var description: String {
        switch self {
        case .zeroLayers:
            "the schedule has no layer: give one keep ratio for each layer of the model"
        case .zeroHeads:
            "the cascade has no head: pass the heads of a layer, at least 1"
        case .unequalSchedules(let tokens, let heads):
            "the schedule has \(tokens) token ratios and \(heads) head ratios: give one of each for every layer"
        case .ratioOutOfRange(let layer, let ratio):
            "keep ratio \(ratio) of layer \(layer) is outside 0...65536: it has 16 fractional bits, 65536 keeps all"
        case .percentOutOfRange(let percent):
            "\(percent) % of the layers cannot be left unpruned: use 0 to 100"
        case .lineOutOfRange(let start, let end):
            "keep ratios from \(start) to \(end) leave 0...65536: choose a start nearer to the average (the line ends at "
                + "2 * average - start)"
        case .contextShrinks(let from, let to):
            "an iteration with \(to) tokens follows one with \(from): a context only grows; start a new sequence instead"
        case .tokenOutOfRange(let token, let context):
            "a row saw token \(token) of a context of \(context): begin the iteration with the whole context"
        case .headOutOfRange(let head, let heads):
            "head \(head) is outside 0..<\(heads): pass the head's number within its layer"
        case .headScaleOutOfRange(let scale):
            "head scale \(scale) is outside 0...65535: scale all heads alike so that the largest fits"
        case .prunedHead(let head, let layer):
            "a row of head \(head) was accumulated in layer \(layer), where that head is pruned: skip pruned heads"
        case .prunedToken(let token, let layer):
            "a row of layer \(layer) saw token \(token), which is pruned there: give its rows the layer's kept list"
        case .noLayer:
            "a row was accumulated before a layer began: begin the iteration, then the layer"
        case .pastLastLayer(let layers):
            "all \(layers) layers of the schedule have begun: begin the next iteration"
        case .tooManyRows:
            "2^32 - 1 rows have accumulated in this sequence: start a new sequence"
        }
    }
}
