extension SyntheticWorkload {
    /// What the scores and values of a synthetic workload look like.
    ///
    /// Scores are given after the softmax scale, in natural-log units (nats) or bits (1 bit = ln 2 nats).
    public enum Family: Sendable, Hashable {
        // Realistic: held to the tight accuracy bound.

        /// Scores within about +-0.2 nats: every key matters alike.
        case flat
        /// Query, key and value elements of a standard normal distribution, and hence the scores.
        case gaussian
        /// `count` keys that every row sees lie `margin` nats above the mean of the others (which spread by 0.26 nats).
        case plantedKeys(count: Int, margin: Double)
        /// As language models do: a sink at token 0 (+9 nats) and at a later token (+7), both with small values; newer
        /// keys score higher (+4 nats at the newest, half of that 32 keys back); one key channel in 16 has a large mean.
        case sinksAndOutliers

        // Adversarial: edges of the number formats and of the schedule.

        /// All keys alike, so all scores equal.
        case equalScores
        /// One key 64 bits above the rest.
        case oneHot
        /// Scores fall from the first key on, by 80 bits over the keys.
        case maximumFirst
        /// Scores rise up to the last key, by 80 bits over the keys: the maximum changes with every tile.
        case maximumLast
        /// Every element at plus or minus full scale; scores aligned with the query saturate the scaled score, both ways.
        case fullScale
        /// One key of every `spacing` scores 0, the others 17.05...17.5 bits below: each of their weights rounds to 0,
        /// though together they would move the result. Values are full scale and against that of the maximum.
        case belowWeightFloor(spacing: Int)
        /// As above with 16...17.5 bits, where weights round to 0 or to one unit.
        case aroundWeightFloor(spacing: Int)
        /// Gaussian without any key.
        case zeroKeys
        /// Gaussian with a single key.
        case oneKey
        /// Gaussian; every other row attends to nothing and the rest to a random count.
        case zeroContext

        /// Families that language models resemble.
        public static let realistic: [Family] = [
            .flat, .gaussian, .plantedKeys(count: 8, margin: 8), .sinksAndOutliers,
        ]

        /// Families made to break things.
        public static let adversarial: [Family] = [
            .equalScores, .oneHot, .maximumFirst, .maximumLast, .fullScale,
            .belowWeightFloor(spacing: 1024), .aroundWeightFloor(spacing: 1024),
            .zeroKeys, .oneKey, .zeroContext,
        ]

        public static let all = realistic + adversarial

        /// Name for reports, without the parameters.
        public var name: String {
            switch self {
            case .flat: "flat"
            case .gaussian: "gaussian"
            case .plantedKeys: "planted-keys"
            case .sinksAndOutliers: "sinks-and-outliers"
            case .equalScores: "equal-scores"
            case .oneHot: "one-hot"
            case .maximumFirst: "maximum-first"
            case .maximumLast: "maximum-last"
            case .fullScale: "full-scale"
            case .belowWeightFloor: "below-weight-floor"
            case .aroundWeightFloor: "around-weight-floor"
            case .zeroKeys: "zero-keys"
            case .oneKey: "one-key"
            case .zeroContext: "zero-context"
            }
        }

        /// The shape with the key count that the family asks for.
        func adjusted(_ shape: Shape) -> Shape {
            let keys =
                switch self {
                case .zeroKeys: 0
                case .oneKey: 1
                default: shape.keys
                }
            return Shape(
                heads: shape.heads, kvHeads: shape.kvHeads, rows: shape.rows, keys: keys, headSize: shape.headSize)
        }
    }
}
