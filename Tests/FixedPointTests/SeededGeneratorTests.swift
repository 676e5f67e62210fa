import SeededRandom
import Testing

@Suite struct SeededGeneratorTests {
    /// Output of the authors' C program for this seed, which many implementations quote.
    @Test func matchesPublishedSequence() {
        var generator = SeededGenerator(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    /// Figures of an independent implementation: a change of the derivation would change every recorded workload.
    @Test func derivedSeedIsStable() {
        #expect(derivedSeed(42, "layer0.key") == 855_936_779_050_819_586)
        #expect(derivedSeed(0, "") == 17_665_956_581_633_026_203)
        #expect(derivedSeed(42, "layer0.key") != derivedSeed(43, "layer0.key"))
        #expect(derivedSeed(42, "layer0.key") != derivedSeed(42, "layer1.key"))
    }

    /// Likewise.
    @Test func codesAreStable() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.uniformCodes(5, bits: 12) == [-615, -1337, 131, -1029, 1595])
        #expect(generator.uniformCodes(200, bits: 3).min() == -4)
        #expect(generator.uniformCodes(200, bits: 3).max() == 3)
    }

    @Test func drawsHaveTheirDistributions() {
        var generator = SeededGenerator(seed: 1)
        var counts = Array(repeating: 0, count: 7)
        var (sum, squares, uniforms, signs) = (0.0, 0.0, 0.0, 0.0)
        let draws = 70_000
        for _ in 0..<draws {
            counts[generator.below(7)] += 1
            let g = generator.gaussian()
            sum += g
            squares += g * g
            let u = generator.unit()
            #expect(u >= 0 && u < 1)
            uniforms += u
            signs += generator.sign()
        }
        // Five standard errors, of a seed that is fixed.
        for count in counts { #expect(abs(count - draws / 7) < 470) }
        #expect(abs(sum / Double(draws)) < 0.02)
        #expect(abs(squares / Double(draws) - 1) < 0.03)
        #expect(abs(uniforms / Double(draws) - 0.5) < 0.006)
        #expect(abs(signs / Double(draws)) < 0.02)
        #expect(generator.below(1) == 0)
    }
}
