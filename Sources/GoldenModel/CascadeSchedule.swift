/// The paper's ratio rule (SpAtten V-A; Docs/pruning.md 10): the first layers keep everything, the rest a share that
/// changes linearly around an average.
public struct RatioRule: Hashable, Codable, Sendable {
    /// Average and first share of the layers that prune, with 16 fractional bits.
    public var average, start: Int
    /// Of all layers, those that prune nothing; rounded up to a whole layer.
    public var unprunedPercent: Int

    /// The shares of the paper: of the layers, 15 % (heads: 30 %) prune nothing.
    public static let unprunedTokenPercent = 15, unprunedHeadPercent = 30

    public init(average: Int, start: Int, unprunedPercent: Int) {
        self.average = average
        self.start = start
        self.unprunedPercent = unprunedPercent
    }

    /// The line for that many layers.
    public func line(layers: Int) throws(CascadeError) -> RatioLine {
        guard layers > 0 else { throw .zeroLayers }
        guard (0...100).contains(unprunedPercent) else { throw .percentOutOfRange(unprunedPercent) }
        let end = 2 * average - start
        guard CascadeSchedule.ratioRange.contains(start), CascadeSchedule.ratioRange.contains(end) else {
            throw .lineOutOfRange(start: start, end: end)
        }
        let unpruned = (unprunedPercent * layers + 99) / 100
        let pruned = layers - unpruned
        return RatioLine(unpruned: unpruned, start: start, step: pruned > 1 ? (end - start) / (pruned - 1) : 0)
    }
}

/// What a controller adds up: layer i after the `unpruned` ones keeps `start + i * step`.
public struct RatioLine: Hashable, Codable, Sendable {
    public let unpruned: Int
    /// 16 fractional bits.
    public let start, step: Int

    public init(unpruned: Int, start: Int, step: Int) {
        self.unpruned = unpruned
        self.start = start
        self.step = step
    }

    /// Keep ratio of a layer, 16 fractional bits.
    public func ratio(layer: Int) -> Int {
        layer < unpruned ? CascadeSchedule.one : start + (layer - unpruned) * step
    }
}

/// The shares of tokens and heads that each layer keeps, with 16 fractional bits.
public struct CascadeSchedule: Hashable, Codable, Sendable {
    /// Per layer.
    public let tokenRatios, headRatios: [Int]

    static let fractionBits = 16
    static let one = 1 << fractionBits
    static let ratioRange = 0...one

    public var layers: Int { tokenRatios.count }

    /// Any shares, one a layer; throws for a share outside 0...2^16.
    public init(tokenRatios: [Int], headRatios: [Int]) throws(CascadeError) {
        guard !tokenRatios.isEmpty else { throw .zeroLayers }
        guard tokenRatios.count == headRatios.count else {
            throw .unequalSchedules(tokens: tokenRatios.count, heads: headRatios.count)
        }
        for ratios in [tokenRatios, headRatios] {
            if let layer = ratios.firstIndex(where: { !Self.ratioRange.contains($0) }) {
                throw .ratioOutOfRange(layer: layer, ratio: ratios[layer])
            }
        }
        self.tokenRatios = tokenRatios
        self.headRatios = headRatios
    }

    /// On lines, as a controller makes them; throws for a share outside 0...2^16.
    public init(tokens: RatioLine, heads: RatioLine, layers: Int) throws(CascadeError) {
        try self.init(tokenRatios: (0..<layers).map(tokens.ratio), headRatios: (0..<layers).map(heads.ratio))
    }

    /// The paper's rule; a nil rule keeps everything.
    public init(layers: Int, tokens: RatioRule?, heads: RatioRule?) throws(CascadeError) {
        guard layers > 0 else { throw .zeroLayers }
        func ratios(_ rule: RatioRule?) throws(CascadeError) -> [Int] {
            guard let line = try rule?.line(layers: layers) else { return [Int](repeating: Self.one, count: layers) }
            return (0..<layers).map(line.ratio)
        }
        try self.init(tokenRatios: ratios(tokens), headRatios: ratios(heads))
    }

    /// `ceil(ratio * count / 2^16)`.
    static func share(_ ratio: Int, of count: Int) -> Int {
        (ratio * count + one - 1) >> fractionBits
    }
}
