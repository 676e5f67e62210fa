import Accelerator
import Configuration
import GoldenModel
import Workloads

/// Which tokens and heads the layers of a workload keep.
///
/// The workload's layers are those of a model, in order, and its rows the iterations of one sequence.
public struct CascadePlan: Sendable {
    public let settings: CascadeSettings
    let tokenRatios, headRatios: RatioLine

    /// - Parameters:
    ///   - name: Of the workload.
    ///   - tokenKeep: Part of the context that layers keep: one for all layers, or one for each. From the first below 1 on, they
    ///     lie on a line: that is what the controller can make.
    ///   - headKeep: Part of the heads, likewise.
    ///   - maximumHeads: Of a layer; nil: what a lane by itself has.
    /// - Throws: `SessionError` for ratios that cannot be, and for a workload that is no sequence.
    public init(
        _ workload: AttentionWorkload, name: String, configuration: SpAttenConfiguration, settings: CascadeSettings,
        tokenKeep: [Double] = [1], headKeep: [Double] = [1], maximumHeads: Int? = nil
    ) throws {
        self.settings = settings
        try Self.check(workload, name: name, configuration, maximumHeads: maximumHeads ?? CascadeLane(configuration).maximumHeads)
        let layers = workload.layers.count, shortest = workload.layers[0].lengths.min() ?? 0
        guard settings.sink + settings.recent <= shortest else {
            throw SessionError.badArgument(
                argument: "--sink, --recent", value: "\(settings.sink), \(settings.recent)",
                reason: "\(settings.sink + settings.recent) tokens are to be kept, more than the \(shortest) of the first context")
        }
        tokenRatios = try Self.line(tokenKeep, layers: layers, argument: "--token-keep")
        headRatios = try Self.line(headKeep, layers: layers, argument: "--head-keep")
        if settings.sink + settings.recent == 0, let layer = Self.emptyLayer(tokenRatios, of: layers) {
            throw SessionError.badArgument(
                argument: "--token-keep", value: Self.text(tokenKeep),
                reason: "layer \(workload.layers[layer].index) would keep no token: keep some, or protect some with --sink or --recent")
        }
        if let layer = Self.emptyLayer(headRatios, of: layers) {
            throw SessionError.badArgument(
                argument: "--head-keep", value: Self.text(headKeep),
                reason: "all heads of layer \(workload.layers[layer].index) would be pruned: keep at least one of its \(workload.heads)")
        }
    }

    private static func emptyLayer(_ ratios: RatioLine, of layers: Int) -> Int? {
        (0..<layers).first { ratios.ratio(layer: $0) == 0 }
    }

    /// The controller counts layers with 8 bits.
    private static let maximumLayers = 255

    private static func check(
        _ workload: AttentionWorkload, name: String, _ configuration: SpAttenConfiguration, maximumHeads: Int
    ) throws {
        func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
            if !condition { throw SessionError.noSequence(workload: name, reason: reason()) }
        }
        let first = workload.layers[0]
        try require(workload.layers.count <= maximumLayers, "the cascade has at most \(maximumLayers) layers: choose some with --layers")
        try require(workload.heads <= maximumHeads, "it has \(workload.heads) heads a layer, the cascade has room for \(maximumHeads)")
        for layer in workload.layers {
            try require(
                layer.lengths == first.lengths,
                "the rows of layer \(layer.index) see other numbers of keys than those of layer \(first.index), but row r of every "
                    + "layer belongs to iteration r: give all layers the same lengths, or run the layer alone with --layers")
        }
        for (row, length) in first.lengths.enumerated() {
            try require(
                (1...configuration.maximumRowKeys).contains(length),
                "row \(row) sees \(length) keys, the cascade takes 1 to \(configuration.maximumRowKeys)")
            try require(
                row == 0 || length >= first.lengths[row - 1],
                "row \(row) sees fewer keys than row \(row - 1): the context of a sequence only grows")
        }
    }

    private static func text(_ ratios: [Double]) -> String { ratios.map { "\($0)" }.joined(separator: ",") }

    /// The line through ratios, to the rounding of its step.
    private static func line(_ ratios: [Double], layers: Int, argument: String) throws(SessionError) -> RatioLine {
        func bad(_ reason: String) -> SessionError { .badArgument(argument: argument, value: text(ratios), reason: reason) }
        if let ratio = ratios.first(where: { !(0...1).contains($0) }) { throw bad("\(ratio) is not in 0...1") }
        guard ratios.count == 1 || ratios.count == layers else {
            throw bad("give one ratio for all layers or one for each of the \(layers)")
        }
        let all = ratios.count == layers ? ratios : Array(repeating: ratios[0], count: layers)
        let codes = all.map { Int(($0 * 65536).rounded()) }
        let pruned = codes.drop { $0 == 1 << 16 }
        guard let start = pruned.first, let end = pruned.last else { return RatioLine(unpruned: layers, start: 1 << 16, step: 0) }
        let line = RatioLine(
            unpruned: layers - pruned.count, start: start, step: pruned.count > 1 ? (end - start) / (pruned.count - 1) : 0)
        if let layer = codes.indices.first(where: { abs(line.ratio(layer: $0) - codes[$0]) > pruned.count }) {
            throw bad(
                "from the first ratio below 1 on they must lie on a line, as the controller makes them: instead of "
                    + "\(all[layer]) it is \(Double(line.ratio(layer: layer)) / 65536) there")
        }
        return line
    }
}
