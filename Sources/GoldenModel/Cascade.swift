import Configuration

/// The tokens and heads that each layer of a model still computes (SpAtten III-A, III-B; Docs/pruning.md 7 to 10).
///
/// For every iteration: ``beginIteration(context:)``; then for every layer ``beginLayer()``, the layer's rows, and
/// ``accumulate(_:head:headScale:)`` of each. A value: a copy of it is the saved state of the sequence.
public struct Cascade: Hashable, Codable, Sendable {
    public let schedule: CascadeSchedule
    public let settings: CascadeSettings
    public private(set) var tokenImportance: TokenImportance
    public private(set) var headImportance: HeadImportance
    /// The layer that has begun last in this iteration.
    private var current: CascadeLayer?
    private var nextLayer: Int

    /// A sequence that begins, of a model with that many heads a layer.
    public init(schedule: CascadeSchedule, heads: Int, settings: CascadeSettings) throws {
        try settings.validate()
        guard heads > 0 else { throw CascadeError.zeroHeads }
        self.schedule = schedule
        self.settings = settings
        tokenImportance = TokenImportance(mode: settings.importance)
        headImportance = HeadImportance(heads: heads)
        // Until an iteration begins there is no layer to go on to.
        nextLayer = schedule.layers
    }

    public var heads: Int { headImportance.values.count }

    /// All tokens `0 ..< context` and all heads are candidates again.
    public mutating func beginIteration(context: Int) throws(CascadeError) {
        try tokenImportance.beginIteration(context: context)
        current = nil
        nextLayer = 0
    }

    /// Prunes by what has been accumulated so far, and says what the layer computes.
    public mutating func beginLayer() throws(CascadeError) -> CascadeLayer {
        guard nextLayer < schedule.layers else { throw .pastLastLayer(layers: schedule.layers) }
        let layer = CascadeLayer(
            index: nextLayer,
            tokens: keptTokens(ratio: schedule.tokenRatios[nextLayer]),
            keepsHead: keptHeads(ratio: schedule.headRatios[nextLayer]))
        current = layer
        nextLayer += 1
        return layer
    }

    /// Adds a row of the current layer. `headScale`, 16 bits, is in proportion to the head's value scale.
    public mutating func accumulate(_ row: SpAttenResult, head: Int, headScale: Int) throws(CascadeError) {
        guard let current else { throw .noLayer }
        guard current.keepsHead.indices.contains(head) else { throw .headOutOfRange(head: head, heads: heads) }
        guard current.keepsHead[head] else { throw .prunedHead(head: head, layer: current.index) }
        if let token = current.prunedToken(in: row.tokens) { throw .prunedToken(token: token, layer: current.index) }
        // Both or neither: a row that is refused leaves no trace.
        var heads = headImportance
        try heads.accumulate(row.outputs, head: head, headScale: headScale)
        try tokenImportance.accumulate(row)
        headImportance = heads
    }

    /// Adds to the iteration that has begun rows that were computed elsewhere, as a dense prompt's: see
    /// ``TokenImportance/accumulate(sums:rows:)``.
    public mutating func accumulate(sums: [UInt32], rows: Int) throws(CascadeError) {
        try tokenImportance.accumulate(sums: sums, rows: rows)
    }

    /// Likewise the outputs of such a row: see ``HeadImportance/accumulate(magnitude:head:headScale:)``.
    public mutating func accumulate(magnitude: UInt64, head: Int, headScale: Int) throws(CascadeError) {
        try headImportance.accumulate(magnitude: magnitude, head: head, headScale: headScale)
    }

    /// Nil for all.
    private func keptTokens(ratio: Int) -> [Int]? {
        let context = tokenImportance.context
        let candidates = current?.tokens ?? Array(0..<context)
        let protected = min(context, min(context, settings.sink) + min(context, settings.recent))
        let kept = min(candidates.count, max(CascadeSchedule.share(ratio, of: context), protected))
        guard kept < candidates.count else { return current?.tokens }
        return selected(candidates, TopKEngine(candidates.map(rank), k: kept, keyBits: 32).keeps)
    }

    private func keptHeads(ratio: Int) -> [Bool] {
        let candidates = (0..<heads).filter { current?.keepsHead[$0] ?? true }
        let kept = min(candidates.count, CascadeSchedule.share(ratio, of: heads))
        let keys = candidates.map { headImportance.values[$0] }
        var keepsHead = [Bool](repeating: false, count: heads)
        for head in selected(candidates, TopKEngine(keys, k: kept, keyBits: 32).keeps) { keepsHead[head] = true }
        return keepsHead
    }

    /// Protected tokens rank above all others.
    private func rank(of token: Int) -> UInt32 {
        let isProtected = token < settings.sink || token >= tokenImportance.context - settings.recent
        return tokenImportance.rank(of: token) + (isProtected ? TokenImportance.largest + 1 : 0)
    }

    private func selected(_ candidates: [Int], _ flags: [Bool]) -> [Int] {
        zip(candidates, flags).compactMap { $1 ? $0 : nil }
    }
}

/// What one layer of an iteration computes.
public struct CascadeLayer: Hashable, Codable, Sendable {
    public let index: Int
    /// The kept list, ascending; nil if no token is pruned.
    public let tokens: [Int]?
    /// Per head. Without any the layer's outputs are zeros.
    public let keepsHead: [Bool]

    public init(index: Int, tokens: [Int]?, keepsHead: [Bool]) {
        self.index = index
        self.tokens = tokens
        self.keepsHead = keepsHead
    }

    /// The first of `seen`, ascending, that is not in the kept list.
    func prunedToken(in seen: [Int]) -> Int? {
        guard var rest = tokens?[...] else { return nil }
        for token in seen {
            rest = rest.drop { $0 < token }
            guard rest.first == token else { return token }
        }
        return nil
    }
}
