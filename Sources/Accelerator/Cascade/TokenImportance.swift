import Blocks
import Configuration
import FixedPoint
import RTL

/// How much attention every token of a sequence has drawn (Docs/pruning.md 6, 7).
///
/// The weights of a row wait until its total is known; then a key a cycle becomes a probability and is added, with
/// saturation, to the number of its token. From a total to the row's first addition: 4 cycles; from a row's
/// last key to the next row's first one: 7, so that no number is read before it is written back.
/// Rows that do not accumulate pass without waiting for room and may be of any length; a row that does has at most
/// `maximumRowKeys` keys. A token from `maximumRowKeys` on has no number.
///
/// Commands sweep the bank 16 tokens a cycle: all of it in `maximumRowKeys / 16` cycles and 3. A command begins between two
/// rows; which ones is up to whoever counts `rowDone`.
package struct TokenImportance: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    private var lane: LaneConfiguration { configuration.lane }

    package struct Ports {
        /// One a row.
        let accumulates: Stream<Bit>
        let range: Stream<ListRange>
        let list: Flow<KeptListWrite>
        /// Every key of every row, in order; one unoccupied beat of an empty row.
        let weights: Stream<WeightBeat>
        /// One a row.
        let total: Stream<RowTotal>
        let command: Stream<TokenCommand>
        let load: Stream<TokenWord>
        let scan: Stream<TokenWord>
        /// A row has left: all of it is in the bank.
        let rowDone: Bit
    }

    package var suffix: String { configuration.importanceSuffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(accumulates: io.sink(.bit), range: io.sink(ListRange.shape(lane)),
              list: io.input(.flow(KeptListWrite.shape(configuration))), weights: io.sink(WeightBeat.shape(lane)),
              total: io.sink(RowTotal.shape(lane)), command: io.sink(TokenCommand.shape(configuration)),
              load: io.sink(TokenWord.shape(configuration)), scan: io.source(TokenWord.shape(configuration)), rowDone: io.output(.bit))
    }

    /// A key that waits for its row's total.
    struct WaitingKey: Bundle {
        let weight: Unsigned
        let reference: Signed

        static var shape: Shape<WaitingKey> {
            Shape { WaitingKey(
                weight: $0.make(.unsigned(NumericFormats.weightBits)),
                reference: $0.make(.signed(NumericFormats.referenceBits))) }
        }
    }

    /// Rows that may have come in whole and not left.
    static let waitingRows = 16

    package func body(_ c: Circuit, _ io: Ports) {
        // Keys come in; those of a row that does not accumulate are forgotten.
        let keys = Queue(c, "waiting_keys", WaitingKey.shape, depth: 2 * configuration.maximumRowKeys)
        let rows = Queue(c, "waiting_rows", .bit, depth: Self.waitingRows)
        let beat = io.weights.payload
        let room = c.named("room", io.accumulates.valid & rows.ready & (keys.ready | !io.accumulates.payload))
        let take = c.named("take", io.weights.valid & room)
        c.drive(io.weights.ready, room)
        c.drive(io.accumulates.ready, take & beat.rowLast)
        keys.push(WaitingKey(weight: beat.weights[0], reference: beat.reference), when: take & io.accumulates.payload)
        rows.push(io.accumulates.payload, when: take & beat.rowLast)
        let next = configuration.relayed(c, "next_key", keys.output)
        c.discard(concatenate(beat.occupied, beat.tileLast))

        let bank = c.instance("bank", TokenBank(configuration))
        c.connect(io.command, to: bank.command)
        c.connect(io.load, to: bank.load)
        c.connect(bank.scan, to: io.scan)
        let running = c.register("row_running", .bit, reset: 0)
        let weighing = c.wire("weighing", .bit)
        c.drive(bank.hold, running.q | weighing | bank.adding)

        // A row leaves once all of it is known.
        let quiet = c.named("quiet", !running.q & !weighing & !bank.adding & !bank.sweeping & !io.command.valid)
        let known = c.named("row_known", rows.output.valid & io.total.valid)
        let passes = c.named("row_passes", known & !rows.output.payload & io.range.valid & quiet)
        let begins = c.named("row_begins", known & rows.output.payload & quiet)
        let index = c.instance("index", IndexGenerator(configuration))
        c.drive(index.list.valid, io.list.valid)
        c.drive(index.list.payload, io.list.payload)
        let indexed = c.register("row_indexed", .bit)
        let asks = c.named("asks_for_tokens", running.q & !indexed.q)
        c.drive(index.range.valid, io.range.valid & asks)
        c.drive(index.range.payload, io.range.payload)
        c.drive(io.range.ready, passes | (asks & index.range.ready))
        c.when(index.range.fires) { indexed.set() }

        let token = index.tokens.payload
        let add = c.named("add", running.q & index.tokens.valid & next.valid)
        c.drive(index.tokens.ready, running.q & next.valid)
        c.drive(next.ready, running.q & index.tokens.valid)
        let ends = c.named("row_ends", add & token.rowLast)
        c.when(begins) {
            running.set()
            indexed.clear()
        }.elsewhen(ends) {
            running.clear()
        }
        c.drive(rows.output.ready, passes | ends)
        c.drive(io.total.ready, passes | ends)

        let valid1 = c.stage("valid_1", add, reset: 0), valid2 = c.stage("valid_2", valid1, reset: 0)
        c.drive(weighing, valid1 | valid2)
        c.drive(bank.addition.valid, valid2)
        c.drive(bank.addition.payload, addition(c, next.payload, io.total.payload, token))
        c.drive(io.rowDone, bank.rowAdded | c.stage("row_passed", passes, reset: 0))
    }

    /// What a key adds: its probability, in the second cycle after this one.
    private func addition(_ c: Circuit, _ key: WaitingKey, _ total: RowTotal, _ token: TokenBeat) -> TokenAddition {
        let one = 1 << NumericFormats.weightFractionBits
        let span = NumericFormats.classShiftBits
        // Class of the row less that of the tile, and the shift that is left of both exponents.
        let classes = c.named("classes_below", total.highestClass - (key.reference >> span))
        let exponent = c.named(
            "exponent", total.shift.signExtendedByZero + 16 - key.reference[0..<span].signExtendedByZero + (classes << span))
        let hasNumber = token.occupied & !(token.token >> bitsToIndex(configuration.maximumRowKeys)).isNonzero
        let counts = c.stage(
            "counts", hasNumber & total.occupied & key.weight.isNonzero & (classes < 2) & (exponent < 64))
        let product = c.stage("product", key.weight * (total.reciprocal >> 7))
        let held = c.stage("held_exponent", exponent)
        let shifted = c.named("shifted", product.shiftedRight(by: held[0..<6]))
        let limited = c.named("limited", mux(held.isNegative | (shifted > Unsigned(one)), Unsigned(one),
                                             shifted.truncated(to: NumericFormats.weightBits)))
        return TokenAddition(
            token: c.delayed("token", token.token.truncated(to: bitsToIndex(configuration.maximumRowKeys)), by: 2, enable: true),
            probability: c.stage("probability", mux(counts, limited, 0)),
            rowLast: c.delayed("row_last", token.rowLast, by: 2, enable: true))
    }
}
