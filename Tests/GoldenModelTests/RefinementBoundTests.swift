import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import TestSupport
import Testing

@Suite("Bound of what refinement could change")
struct RefinementBoundTests {
    /// How a row tries to break the bound.
    enum Attack: CaseIterable {
        /// Random codes.
        case random
        /// Keys whose LSBs all agree with the query's signs, up or down, and values to match.
        case aligned
        /// One key carries the row, all others are at the weight floor.
        case floor
        /// Many tiles, references far apart.
        case classes
        /// The same score at every bin centre.
        case flat
    }

    private func row(_ attack: Attack, _ settings: RowSettings, rows: inout PruningRows) throws -> SpAttenRow {
        let seen = attack == .classes ? 300 : [1, 2, 3, 30, 128, 200][rows.random.below(6)]
        let spread = [0.1, 2, 6, 12, 40][rows.random.below(5)]
        var row = try rows.row(headSize: 32, settings: settings, seen: seen, first: 0, gathered: false, spread: spread)
        if attack == .random { return row }
        let lsb = settings.keyFormat.lsbBits
        let mask = Int16(1 << lsb - 1)
        let top = Int16(1 << (settings.keyFormat.msbBits - 1) - 1)
        let extreme = Int16(settings.valueFormat.codeRange.upperBound)
        for key in 0..<seen {
            let rises = rows.random.below(2) == 0
            for element in 0..<32 {
                let place = key * 32 + element
                var msb = row.keys[place] >> lsb
                switch attack {
                case .flat: msb = 0
                case .floor: msb = (key == 0) == (row.query[element] > 0) ? min(abs(msb), top) : -abs(msb)
                case .classes: if key / 128 == 1 { msb = row.query[element] > 0 ? top : 0 }
                case .aligned, .random: break
                }
                let high = rises == (row.query[element] > 0)
                row.keys[place] = msb << lsb | (high ? mask : 0)
                row.values[place] = rises ? extreme : -extreme
            }
        }
        return row
    }

    @Test("10,000 rows stay within the bound, refined by every rule, with and without dropped values")
    func holds() throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        let formats = KeyFormat.supported.filter { $0.lsbBits > 0 }
        var (worst, informative, misses, count) = (0.0, 0, 0, 0)
        var nearest = [Double](repeating: 0, count: Attack.allCases.count)
        for index in 0..<10_000 {
            let settings = RowSettings(
                tileKeys: RowSettings.tileSizes[rows.random.below(2)], keyFormat: formats[rows.random.below(formats.count)],
                valueFormat: ValueFormat.supported[rows.random.below(4)])
            let attack = index % Attack.allCases.count
            let row = try row(Attack.allCases[attack], settings, rows: &rows)
            var pruning = rows.pruning()
            pruning.renormalise = false
            pruning.refine = [.never, .perKey, .perKey, .paper][rows.random.below(4)]
            let result = try SpAttenLane(configuration: .headSize(32), settings: settings, pruning: pruning).run(row)
            let bound = try #require(result.errorBound)
            // The same row with all keys refined and the same values kept.
            let dense = PlainPruning(row, settings, .dense, tileKeys: settings.tileKeys, keeping: result.keepsValue)
            let error = zip(result.unrounded, dense.exact).reduce(0) { max($0, abs($1.0 - $1.1)) }
            if error > bound { misses += 1 }
            if bound == 0 { continue }
            count += 1
            worst = max(worst, error / bound)
            nearest[attack] = max(nearest[attack], error / bound)
            let largest = row.values.reduce(0) { max($0, Int($1.magnitude)) }
            if bound < Double(largest) { informative += 1 }
        }
        print("refinement bound: \(count) rows with unrefined keys, largest error / bound \(worst); of each attack \(nearest); "
            + "\(informative) bounds under max|V|")
        #expect(misses == 0, "\(TestSeed.rerun)")
        #expect(worst > 0.5 && informative > count / 20, "the rows do not try the bound")
    }

    @Test("the share is the largest over all ways to move exponents")
    func tight() {
        // Every split of the unrefined share in keys that rise and keys that fall, with the refined ones on either side.
        for share in [0.001, 0.1, 0.5, 0.9, 1] {
            for exponent in [0.001, 0.1, 1, 5] {
                let factor = exp2(exponent)
                var most = 0.0
                for step in 0...10_000 {
                    let rising = share * Double(step) / 10_000
                    let sum = 1 - share + rising * factor + (share - rising) / factor
                    let change = [rising * (factor / sum - 1), (1 - share) * (1 / sum - 1), (share - rising) * (1 / factor / sum - 1)]
                    most = max(most, change.reduce(0) { $0 + max(0, $1) })
                }
                let claimed = RefinementBound.movedShare(unrefinedShare: share, exponentError: exponent)
                #expect(claimed >= most - 1e-12 && claimed <= most * 1.0001 + 1e-9, "share \(share), exponent \(exponent)")
            }
        }
        #expect(RefinementBound.movedShare(unrefinedShare: 0.01, exponentError: 1e9) == 1)
    }

    @Test("no bound is claimed for a row that renormalises over some of its values; none is needed if all keys are refined")
    func claims() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 8))
        let row = try rows.row(headSize: 32, settings: settings, seen: 50, first: 0, gathered: false, spread: 3)
        func bound(_ pruning: PruningSettings) throws -> Double? {
            try SpAttenLane(configuration: .headSize(32), settings: settings, pruning: pruning).run(row).errorBound
        }
        #expect(try bound(PruningSettings(refine: .never, values: .fraction(limit: 1 << 15), renormalise: true)) == nil)
        #expect(try bound(PruningSettings(refine: .never, values: .fraction(limit: 1 << 16), renormalise: true)) != nil)
        #expect(try bound(PruningSettings(refine: .paper, confidence: 1 << 24, values: .fraction(limit: 1 << 15), renormalise: true)) == 0)
        #expect(try #require(try bound(PruningSettings(refine: .never))) > 0)
    }
}
