import Blocks
import Configuration
import RTL

/// Finds the k-th largest of up to `capacity` keys by their digits of 3 bits, from the top (Docs/pruning.md, Top-k).
///
/// A digit is known once it is counted how many keys, of those that agree with all digits before it, have at least 1, at
/// least 2, ... at least 7 in its place: the largest of these that still as many have as are wanted. The first digit is
/// counted while the keys arrive; each further one takes a pass over the buffered keys, of which `banks` beats are read a
/// cycle. Cycles depend on n alone: from the last key to the selection `latency(keys:)`.
///
/// With two buffers the next set comes in meanwhile; with one, once the selection is taken.
package struct RadixSelect: Module {
    package let topK: TopKConfiguration

    package init(_ topK: TopKConfiguration) { self.topK = topK }

    package var suffix: String { topK.suffix }

    static let digitBits = 3
    /// Largest value of a digit.
    static let highest = (1 << digitBits) - 1

    /// Beats read in a cycle of a pass: `passKeys` keys, but at most 8 beats.
    package var banks: Int { max(1, min(8, topK.passKeys / topK.parallelism)) }
    package var digits: Int { (topK.keyBits + Self.digitBits - 1) / Self.digitBits }
    /// Of the first digit, which takes what the others leave.
    var firstDigitBits: Int { topK.keyBits - (digits - 1) * Self.digitBits }
    private var bankBits: Int { banks == 1 ? 0 : bitsToIndex(banks) }
    private var rows: Int { topK.beats / banks }

    /// Cycles from the last of `keys` keys, its command ahead of it, to the selection.
    package func latency(keys: Int) -> Int {
        let rows = max(1, (keys + banks * topK.parallelism - 1) / (banks * topK.parallelism))
        return 5 + (digits - 1) * (rows + Self.passOverhead)
    }

    /// From the last read of a pass to the first of the next: the word, its comparisons, their sum, the count, the decision.
    static let passOverhead = 4

    package func ports(_ io: Interface) -> SelectionPorts { SelectionPorts(io, topK) }

    package func body(_ c: Circuit, _ io: SelectionPorts) {
        let busy = c.register("busy", .bit, reset: 0)
        let intake = SelectionIntake(c, io, topK, busy: busy.q, overlaps: topK.buffers == 2)
        let arrived = arrivalCounts(c, io.keys.payload, intake)
        let passes = Passes(c, self, intake)
        let row = readRow(c, io.keys.payload, intake, passes)
        select(c, io, intake, busy, arrived, passes, row)
    }

    /// Counts of the first digit, for 1, 2, ... its highest value.
    private func arrivalCounts(_ c: Circuit, _ beat: TopKKeys, _ intake: SelectionIntake) -> [Unsigned] {
        let low = topK.keyBits - firstDigitBits
        let counting = c.stage("counting", intake.take, reset: 0)
        return (1..<1 << firstDigitBits).map { value in
            let reach = beat.keys.indices.map { lane in
                c.stage("arrived_\(lane)_reaches_\(value)",
                        beat.occupied[lane] & (beat.keys[lane][low..<topK.keyBits] >= Unsigned(value)))
            }
            let count = c.register("arrived_count_\(value)", .unsigned(topK.countBits), reset: 0)
            let sum = (count.q + reach.populationCount()).truncated(to: topK.countBits)
            c.when(intake.handover) { count.next(0) }.elsewhen(counting) { count.next(sum) }
            return count.q
        }
    }

    /// The sequence of passes over the rows of the set that is selected from.
    private struct Passes {
        let reads: Bit
        let row: Unsigned
        /// Of the row that is read: the banks that hold a beat of the set.
        let held: [Bit]
        /// Number of the digit that is counted.
        let digit: Register<Unsigned>
        /// The counts of the digit are there.
        let decide: Bit
        /// The digit is there.
        let resolve: Bit
        let isLastDigit: Bit

        init(_ c: Circuit, _ unit: RadixSelect, _ intake: SelectionIntake) {
            let rowBits = bitsToIndex(unit.rows)
            let digit = c.register("digit", .unsigned(bitsToIndex(unit.digits)), reset: 0)
            let reads = c.register("reads", .bit, reset: 0)
            let row = c.register("row", .unsigned(rowBits), reset: 0)
            let lastBeat = c.stage("last_beat", intake.beat, enable: intake.handover)
            isLastDigit = c.named("is_last_digit", digit.q == Unsigned(unit.digits - 1))
            let isLastRow = c.named("is_last_row", row.q == (lastBeat >> unit.bankBits).resized(to: rowBits))
            let passEnds = c.named("pass_ends", reads.q & isLastRow)
            let counted = c.delayed("pass_ended", passEnds, by: 3, enable: true, reset: 0)
            decide = c.stage("decide", counted | intake.handover, reset: 0)
            resolve = c.stage("resolve", decide, reset: 0)
            c.when(decide & !isLastDigit) { reads.set() }.elsewhen(passEnds) { reads.clear() }
            c.when(reads.q) { row.next(row.q &+ 1) }.otherwise { row.next(0) }
            c.when(intake.handover) { digit.next(0) }.elsewhen(resolve) { digit.next(digit.q &+ 1) }
            held = (0..<unit.banks).map { bank in
                bank == 0 ? true : !isLastRow | (lastBeat[0..<unit.bankBits] >= Unsigned(bank))
            }
            (self.reads, self.row, self.digit) = (reads.q, row.q, digit)
        }
    }

    /// A key that a pass reads.
    private struct StoredKey {
        let key: Unsigned
        let occupied: Bit
    }

    /// Writes beats into their banks as they arrive; gives the keys of the row that was asked for in the cycle before.
    private func readRow(
        _ c: Circuit, _ beat: TopKKeys, _ intake: SelectionIntake, _ passes: Passes
    ) -> [StoredKey] {
        let rowBits = bitsToIndex(rows), lanes = topK.parallelism, keyBits = topK.keyBits
        var write = (intake.beat >> bankBits).resized(to: rowBits), read = passes.row
        if topK.buffers == 2 {
            let half = c.register("half_that_fills", .bit, reset: 0)
            c.when(intake.handover) { half.next(!half.q) }
            write = concatenate(half.q, write)
            read = concatenate(c.stage("half_that_is_read", half.q, enable: intake.handover), read)
        }
        let word = concatenate((0..<lanes).reversed().map { concatenate(beat.occupied[$0], beat.keys[$0]) })
        return (0..<banks).flatMap { bank -> [StoredKey] in
            let memory = c.memory(
                "bank_\(bank)", depth: topK.buffers * rows, width: word.width, collision: .undefined)
            let isOwn = bankBits == 0 ? true : intake.beat[0..<bankBits] == Unsigned(bank)
            c.when(intake.take & isOwn) { memory.write(write, word) }
            let row = memory.read("row_\(bank)", read, enable: passes.reads)
            let held = c.stage("held_\(bank)", passes.held[bank])
            return (0..<lanes).map { lane in
                let low = lane * (keyBits + 1)
                return StoredKey(key: row[low..<low + keyBits], occupied: row[low + keyBits] & held)
            }
        }
    }

    private func select(
        _ c: Circuit, _ io: SelectionPorts, _ intake: SelectionIntake, _ busy: Register<Bit>, _ arrived: [Unsigned],
        _ passes: Passes, _ row: [StoredKey]
    ) {
        let digitBits = Self.digitBits, values = Array(1...Self.highest)
        let prefix = (0..<digits).map { digit in
            c.register("digit_\(digit)", .unsigned(digit == 0 ? firstDigitBits : digitBits))
        }
        func digit(_ number: Int, of key: Unsigned) -> Unsigned {
            let low = (digits - 1 - number) * digitBits
            return key[low..<low + prefix[number].q.width]
        }

        let wordRead = c.stage("word_read", passes.reads, reset: 0)
        let compared = c.stage("compared", wordRead, reset: 0), summed = c.stage("summed", compared, reset: 0)
        let decided = (0..<digits - 1).map { c.named("has_digit_\($0)", passes.digit.q > Unsigned($0)) }
        let candidates = row.map { stored in
            let agrees = (0..<digits - 1).map { number in
                let same = digit(number, of: stored.key) == prefix[number].q
                return number == 0 ? same : same | !decided[number]
            }
            return (stored.occupied & agrees.allSet,
                    RTL.select(passes.digit.q, (0..<digits).map { digit(max(1, $0), of: stored.key) }))
        }
        let counts = values.map { value -> Register<Unsigned> in
            let reach = candidates.enumerated().map { index, candidate in
                c.stage("key_\(index)_reaches_\(value)", candidate.0 & (candidate.1 >= Unsigned(value)))
            }
            let sum = c.stage("sum_\(value)", reach.populationCount())
            let count = c.register("count_\(value)", .unsigned(topK.countBits))
            let first = value <= arrived.count ? arrived[value - 1] : 0
            c.when(intake.handover) {
                count.next(first)
            }.elsewhen(passes.resolve) {
                count.next(0)
            }.elsewhen(summed) {
                count.next((count.q + sum).truncated(to: topK.countBits))
            }
            return count
        }

        // What is wanted of the keys that agree so far: those above the digit are kept whatever comes.
        let wanted = c.register("still_wanted", .unsigned(topK.countBits))
        let reached = values.map { value in
            c.stage("reached_\(value)", counts[value - 1].q >= wanted.q, enable: passes.decide)
        }
        let found = c.named("found", reached.populationCount())
        let none = c.constant(0, .unsigned(topK.countBits))
        let aboveFound = c.named("above_found", RTL.select(found, counts.map(\.q) + [none]))
        c.when(intake.handover) {
            wanted.next(intake.wanted)
        }.elsewhen(passes.resolve) {
            wanted.next(wanted.q &- aboveFound)
        }
        for number in 0..<digits {
            c.when(passes.resolve & (passes.digit.q == Unsigned(number))) {
                prefix[number].next(found.truncated(to: prefix[number].q.width))
            }
        }

        let isDone = c.register("is_done", .bit, reset: 0)
        c.when(intake.handover) { busy.set() }.elsewhen(io.selection.fires) { busy.clear() }
        c.when(passes.resolve & passes.isLastDigit) { isDone.set() }.elsewhen(io.selection.ready) { isDone.clear() }
        c.send(TopKSelection(value: concatenate(prefix.map(\.q)), equals: wanted.q), when: isDone.q, to: io.selection)
    }
}
