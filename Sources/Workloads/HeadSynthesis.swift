import FixedPoint
import SeededRandom

/// Makes the tensors of one KV head and of the query heads that share it.
///
/// A random direction u of +-1 is common to queries and keys: q = alignment * u + noise, and
/// k[t] = noise + bias + advantage[t] / sqrt(d) * u. As u . u = d and the softmax scale is 1/sqrt(d), advantage[t] is what
/// the direction adds to the score of key t, in nats, at alignment 1.
struct HeadSynthesis {
    private let shape: SyntheticWorkload.Shape
    private let seed: UInt64
    private let profile: ScoreProfile
    private let direction: [Double]

    /// `visible`: keys that every row sees.
    init(family: SyntheticWorkload.Family, shape: SyntheticWorkload.Shape, visible: Int, seed: UInt64) {
        self.shape = shape
        self.seed = seed
        var generator = SeededGenerator(seed: seed, name: "direction")
        direction = (0..<shape.headSize).map { _ in generator.sign() }
        var profileGenerator = SeededGenerator(seed: seed, name: "profile")
        profile = ScoreProfile(family, shape: shape, visible: visible, generator: &profileGenerator)
    }

    func appendKeys(to key: inout [Float]) {
        var generator = SeededGenerator(seed: seed, name: "key")
        let root = Double(shape.headSize).squareRoot()
        for t in 0..<shape.keys {
            let along = profile.advantages[t] / root
            let signs = along == 0 ? profile.keySigns : 0
            for e in 0..<shape.headSize {
                let noise = profile.keyNoise * generator.gaussian() + signs * generator.sign()
                key.append(Float(noise + profile.channelBias[e] + along * direction[e]))
            }
        }
    }

    func appendValues(to value: inout [Float]) {
        var generator = SeededGenerator(seed: seed, name: "value")
        for t in 0..<shape.keys {
            for e in 0..<shape.headSize {
                let base =
                    switch profile.values {
                    case .gaussian: generator.gaussian()
                    case .signs: generator.sign()
                    case .direction: direction[e]
                    }
                value.append(Float(base * profile.valueGains[t]))
            }
        }
    }

    /// `seed` is the query head's.
    func appendQueries(to query: inout [Float], seed: UInt64) {
        var generator = SeededGenerator(seed: seed, name: "query")
        for row in 0..<shape.rows {
            let alignment = profile.alternatesQuerySign && row % 2 == 1 ? -profile.queryAlignment : profile.queryAlignment
            for e in 0..<shape.headSize {
                let noise = profile.queryNoise * generator.gaussian() * profile.channelQueryGain[e]
                query.append(Float(alignment * direction[e] + noise))
            }
        }
    }
}
