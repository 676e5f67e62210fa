import FixedPoint
import SeededRandom

/// The parameters by which `HeadSynthesis` makes one KV head of a family.
struct ScoreProfile {
    enum Values {
        case gaussian
        case signs
        /// The common direction, so that the values of all keys add up or cancel in every channel.
        case direction
    }

    /// Size of the common direction in the query.
    var queryAlignment = 1.0
    var alternatesQuerySign = false
    /// Standard deviation of the Gaussian part of the query.
    var queryNoise = 0.0
    /// Standard deviation of the Gaussian part of the key.
    var keyNoise = 0.0
    /// Size of the random signs that make up a key without advantage.
    var keySigns = 0.0
    var values = Values.gaussian
    /// [keys], nats.
    var advantages: [Double]
    /// [keys]
    var valueGains: [Double]
    /// [headSize]: mean of the key channel.
    var channelBias: [Double]
    /// [headSize]: factor of the query's Gaussian part.
    var channelQueryGain: [Double]

    /// `visible`: keys that every row sees; `generator` places the special keys and channels.
    init(
        _ family: SyntheticWorkload.Family, shape: SyntheticWorkload.Shape, visible: Int,
        generator: inout SeededGenerator
    ) {
        let keys = shape.keys
        // Rows of ragged lengths may have no key in common; then any key will do.
        let candidates = visible > 0 ? visible : keys
        advantages = Array(repeating: 0, count: keys)
        valueGains = Array(repeating: 1, count: keys)
        channelBias = Array(repeating: 0, count: shape.headSize)
        channelQueryGain = Array(repeating: 1, count: shape.headSize)

        switch family {
        case .flat:
            (queryAlignment, queryNoise, keyNoise) = (0, 0.05, 1)
        case .gaussian, .zeroKeys, .oneKey, .zeroContext:
            (queryAlignment, queryNoise, keyNoise) = (0, 1, 1)
        case .plantedKeys(let count, let margin):
            (queryNoise, keyNoise) = (0.25, 0.25)
            for t in distinct(min(count, candidates), below: candidates, &generator) { advantages[t] = margin }
        case .sinksAndOutliers:
            (queryNoise, keyNoise) = (0.5, 1)
            placeSinksAndLocality(candidates: candidates, &generator)
            for channel in distinct(max(1, shape.headSize / 16), below: shape.headSize, &generator) {
                channelBias[channel] = 8 * generator.sign()
                channelQueryGain[channel] = 0.25
            }
        case .equalScores:
            queryNoise = 0.5
            for t in 0..<keys { advantages[t] = 3 }
        case .oneHot:
            keyNoise = 0.1
            if keys > 0 { advantages[generator.below(candidates)] = bits(64) }
        case .maximumFirst:
            queryNoise = 0.1
            for t in 0..<keys { advantages[t] = bits(40 - 80 * Double(t) / Double(max(1, keys - 1))) }
        case .maximumLast:
            queryNoise = 0.1
            for t in 0..<keys { advantages[t] = bits(80 * Double(t) / Double(max(1, keys - 1)) - 40) }
        case .fullScale:
            // 32 * 32 * sqrt(d) nats is beyond the 2048 bits of a scaled score for d >= 32.
            let size = 32.0
            (queryAlignment, alternatesQuerySign, keySigns, values) = (size, true, size, .signs)
            let full = size * Double(shape.headSize).squareRoot()
            for t in 0..<keys where t % 4 < 2 { advantages[t] = t % 4 == 0 ? full : -full }
        case .belowWeightFloor(let spacing):
            placeNearFloor(17.05, 17.5, spacing: spacing, &generator)
        case .aroundWeightFloor(let spacing):
            placeNearFloor(16, 17.5, spacing: spacing, &generator)
        }
    }

    private mutating func placeSinksAndLocality(candidates: Int, _ generator: inout SeededGenerator) {
        let keys = advantages.count
        let reach = 32.0
        for t in 0..<keys {
            advantages[t] = 4 * reach / (reach + Double(keys - 1 - t))
        }
        guard candidates > 1 else { return }
        for (t, advantage) in [(0, 9.0), (1 + generator.below(candidates - 1), 7.0)] {
            advantages[t] += advantage
            valueGains[t] = 0.1
        }
    }

    /// A key of every `spacing` at 0 and the rest `lowest` to `highest` bits below it.
    private mutating func placeNearFloor(
        _ lowest: Double, _ highest: Double, spacing: Int, _ generator: inout SeededGenerator
    ) {
        precondition(spacing > 0, "spacing must be positive")
        values = .direction
        for t in advantages.indices {
            let isMaximum = t % spacing == 0
            advantages[t] = isMaximum ? 0 : bits(-(lowest + (highest - lowest) * generator.unit()))
            valueGains[t] = isMaximum ? -1 : 1
        }
    }
}

/// Bits in nats.
private func bits(_ count: Double) -> Double {
    count * 0.693_147_180_559_945_3
}

/// `count` different numbers below `bound`, by the first steps of a Fisher-Yates shuffle.
private func distinct(_ count: Int, below bound: Int, _ generator: inout SeededGenerator) -> [Int] {
    var numbers = Array(0..<bound)
    for i in 0..<count {
        numbers.swapAt(i, i + generator.below(bound - i))
    }
    return Array(numbers.prefix(count))
}
