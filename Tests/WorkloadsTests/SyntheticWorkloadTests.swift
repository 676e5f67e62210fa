import Foundation
import Testing
import Workloads

@Suite struct SyntheticWorkloadTests {
    private static let shape = SyntheticWorkload.Shape(heads: 2, kvHeads: 1, rows: 4, keys: 1500, headSize: 64)

    /// Scores of one row of head 0, in bits, of a family at its full key count.
    private func scoresInBits(
        _ family: SyntheticWorkload.Family, shape: SyntheticWorkload.Shape = shape, row: Int = 3
    ) -> [Double] {
        let workload = SyntheticWorkload(family, shape: shape).workload(seed: 11)
        return scores(workload.layers[0], scale: workload.softmaxScale, head: 0, row: row).map { $0 / log(2) }
    }

    private func largestProbability(_ family: SyntheticWorkload.Family) -> Double {
        probabilities(scoresInBits(family).map { $0 * log(2) }).max() ?? 0
    }

    /// FNV-1a over the bits of all tensors.
    private func digest(_ workload: AttentionWorkload) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }
        for layer in workload.layers {
            for tensor in [layer.query, layer.key, layer.value] {
                for element in tensor { mix(UInt64(element.bitPattern)) }
            }
            for length in layer.lengths { mix(UInt64(length)) }
        }
        return hash
    }

    /// The bits are part of every recorded result: a change here changes them all.
    @Test func bitsArePinned() {
        let shape = SyntheticWorkload.Shape(heads: 4, kvHeads: 2, rows: 3, keys: 40, headSize: 32)
        let expected: [String: UInt64] = [
            "flat": 0xED48754FBF138E48,
            "gaussian": 0x5E0E58C02C15822D,
            "planted-keys": 0xEB16275523F269F0,
            "sinks-and-outliers": 0x50B1D1A7DF246A06,
            "equal-scores": 0x00D770EBDFEA2A82,
            "one-hot": 0x49D0785D9B4D4DD7,
            "maximum-first": 0x2E67D75CD11BF180,
            "maximum-last": 0x598A9493D11BF180,
            "full-scale": 0xE43DB8A784177D27,
            "below-weight-floor": 0x14967CAF7BDDE2E7,
            "around-weight-floor": 0x644EB8888F5F7727,
            "zero-keys": 0x1EE2E7B6B60FC689,
            "one-key": 0xF97E51CB4A5FD8D7,
            "zero-context": 0x60F5C00E318D50BF,
        ]
        for family in SyntheticWorkload.Family.all {
            let digest = digest(SyntheticWorkload(family, shape: shape).workload(seed: 2024, layers: 2))
            #expect(digest == expected[family.name], "\(family.name): 0x\(String(digest, radix: 16))")
        }
    }

    @Test func seedsLayersAndHeadsDiffer() {
        let workload = SyntheticWorkload(.gaussian, shape: .init(heads: 2, kvHeads: 2, rows: 2, keys: 4, headSize: 32))
        let (a, b) = (workload.workload(seed: 1, layers: 2), workload.workload(seed: 2, layers: 2))
        #expect(a == workload.workload(seed: 1, layers: 2))
        #expect(digest(a) != digest(b))
        #expect(a.layers[0].key != a.layers[1].key)
        #expect(a.layers[0].key[..<128] != a.layers[0].key[128...])
        #expect(a.layers[0].query[..<64] != a.layers[0].query[64...])
    }

    /// More rows, keys or heads leave the ones that were there as they are.
    @Test func growthKeepsElements() {
        let small = SyntheticWorkload(.gaussian, shape: .init(heads: 1, kvHeads: 1, rows: 2, keys: 4, headSize: 32)).layer(seed: 3)
        let large = SyntheticWorkload(.gaussian, shape: .init(heads: 2, kvHeads: 2, rows: 5, keys: 9, headSize: 32)).layer(seed: 3)
        #expect(large.query.starts(with: small.query))
        #expect(large.key.starts(with: small.key))
        #expect(large.value.starts(with: small.value))
    }

    @Test(arguments: SyntheticWorkload.Family.all)
    func anyShapeWorks(family: SyntheticWorkload.Family) {
        for (heads, kvHeads, rows, keys, headSize) in [
            (1, 1, 1, 0, 32), (1, 1, 3, 1, 32), (4, 2, 5, 2, 64), (8, 1, 1, 129, 128), (3, 3, 40, 7, 1),
        ] {
            let shape = SyntheticWorkload.Shape(heads: heads, kvHeads: kvHeads, rows: rows, keys: keys, headSize: headSize)
            for lengths in [SyntheticWorkload.Lengths.causal, .full, .ragged] {
                let layer = SyntheticWorkload(family, shape: shape, lengths: lengths).layer(seed: 5)
                #expect(layer.keys == (family == .zeroKeys ? 0 : family == .oneKey ? 1 : keys))
                #expect((layer.query + layer.key + layer.value).allSatisfy { $0.isFinite && abs($0) <= 65504 })
            }
        }
    }

    @Test func lengthsFollowTheirRule() {
        func lengths(_ rule: SyntheticWorkload.Lengths, _ family: SyntheticWorkload.Family = .flat, keys: Int) -> [Int] {
            let shape = SyntheticWorkload.Shape(heads: 1, kvHeads: 1, rows: 4, keys: keys, headSize: 32)
            return SyntheticWorkload(family, shape: shape, lengths: rule).layer(seed: 9).lengths
        }
        #expect(lengths(.causal, keys: 10) == [7, 8, 9, 10])
        #expect(lengths(.causal, keys: 2) == [1, 1, 1, 2])
        #expect(lengths(.causal, keys: 0) == [0, 0, 0, 0])
        #expect(lengths(.full, keys: 10) == [10, 10, 10, 10])
        let ragged = lengths(.ragged, keys: 1000)
        #expect(Set(ragged).count == 4 && ragged.allSatisfy { (0...1000).contains($0) })
        let empty = lengths(.causal, .zeroContext, keys: 1000)
        #expect(empty[0] == 0 && empty[2] == 0 && empty[1] > 0)
    }

    @Test func flatMakesEveryKeyMatterAlike() {
        #expect(largestProbability(.flat) < 1.5 / 1500)
    }

    @Test func gaussianScoresHaveUnitVariance() {
        let nats = scoresInBits(.gaussian).map { $0 * log(2) }
        let variance = nats.reduce(0) { $0 + $1 * $1 } / Double(nats.count)
        #expect(variance > 0.5 && variance < 1.6)
    }

    @Test func plantedKeysCarryTheMass() {
        for (count, margin) in [(1, 12.0), (8, 8.0), (32, 8.0)] {
            let nats = scoresInBits(.plantedKeys(count: count, margin: margin)).map { $0 * log(2) }
            let order = nats.sorted(by: >)
            // Planted and background scores spread by 0.26 nats each, and the alignment by 3 %.
            #expect(order[count - 1] - order[count] > margin - 2.5)
            #expect(abs(order[..<count].reduce(0, +) / Double(count) - margin) < 0.15 * margin)
            #expect(probabilities(nats).sorted(by: >).prefix(count).reduce(0, +) > 0.9)
        }
    }

    @Test func sinksOutliersAndLocalityShow() {
        let layer = SyntheticWorkload(.sinksAndOutliers, shape: Self.shape).layer(seed: 11)
        let p = probabilities(scores(layer, scale: 0.125, head: 0, row: 3))
        #expect(p[0] == p.max())
        #expect(p[0] > 0.2)
        #expect(p.dropFirst().filter { $0 > 0.02 }.count >= 1)
        #expect(p[1468...].reduce(0, +) > 3 * p[700..<732].reduce(0, +))
        let means = (0..<64).map { e in
            (0..<1500).reduce(0.0) { $0 + Double(layer.key[$1 * 64 + e]) } / 1500
        }
        #expect(means.filter { abs($0) > 5 }.count == 4)
        #expect(layer.value[..<64].allSatisfy { abs($0) <= 0.6 })
    }

    @Test func edgesAreWhereTheyShouldBe() throws {
        let equal = scoresInBits(.equalScores)
        #expect(equal.allSatisfy { $0 == equal[0] } && equal[0] != 0)

        let hot = scoresInBits(.oneHot).sorted(by: >)
        #expect(hot[0] - hot[1] > 60)

        let falling = scoresInBits(.maximumFirst)
        #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 > $1 })
        #expect(abs(falling[0] - falling[1499] - 80) < 4)
        let rising = scoresInBits(.maximumLast)
        #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 < $1 })

        let layer = SyntheticWorkload(.fullScale, shape: .init(heads: 1, kvHeads: 1, rows: 2, keys: 64, headSize: 32)).layer(seed: 1)
        #expect(Set(layer.query.map { abs($0) }) == [32])
        #expect(Set(layer.key.map { abs($0) }).count == 1)
        #expect(Set(layer.value) == [-1, 1])
        for row in 0..<2 {
            let scores = scores(layer, scale: 1 / 32.0.squareRoot(), head: 0, row: row).map { $0 / log(2) }
            #expect(try #require(scores.max()) > 2048)
            #expect(try #require(scores.min()) < -2048)
            #expect(scores.contains { abs($0) < 2048 })
        }
    }

    @Test(arguments: [128, 1024])
    func weightFloorScoresLieJustUnderIt(spacing: Int) {
        for (family, lowest) in [
            (SyntheticWorkload.Family.belowWeightFloor(spacing: spacing), 17.05), (.aroundWeightFloor(spacing: spacing), 16.0),
        ] {
            let bits = scoresInBits(family)
            for (t, score) in bits.enumerated() {
                if t % spacing == 0 {
                    #expect(score == 0)
                } else {
                    #expect(-score > lowest - 1e-5 && -score < 17.5 + 1e-5)
                }
            }
            #expect(bits.min()! < -17.4 && bits.filter { $0 < 0 }.max()! > -lowest - 0.1)
        }
    }
}
