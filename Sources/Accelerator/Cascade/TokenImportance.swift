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
/// rows; which ones is up to whoever counts `rowAdded`.
///
/// Rows of several sequences have a bank each; one is swept while rows add to another.
package struct TokenImportance: Module {
    package let configuration: SpAttenConfiguration
    /// Sequences whose importances it holds: a power of two.
    package let slots: Int

    package init(_ configuration: SpAttenConfiguration, slots: Int = 1) {
        self.configuration = configuration
        self.slots = slots
    }

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
        /// If there are several slots, whose the row is: one a row.
        let slot: Stream<Unsigned>?
        /// Of each slot.
        let bank: [TokenBankPorts]
        /// A row has left: all of it is in the bank.
        let rowDone: Bit
        /// Of each slot: that row was one that accumulates.
        let rowAdded: [Bit]
    }

    package var suffix: String { configuration.importanceSuffix + slotsSuffix(slots) }

    package func ports(_ io: Interface) -> Ports {
        Ports(accumulates: io.sink(.bit), range: io.sink(ListRange.shape(lane)),
              list: io.input(.flow(KeptListWrite.shape(configuration))), weights: io.sink(WeightBeat.shape(lane)),
              total: io.sink(RowTotal.shape(lane)), slot: slots > 1 ? io.sink(.unsigned(bitsToIndex(slots))) : nil,
              bank: (0..<slots).map { _ in .sink(io, configuration) }, rowDone: io.output(.bit),
              rowAdded: (0..<slots).map { _ in io.output(.bit) })
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
        let owner = RowOwner(c, io, slots)
        let room = c.named("room", owner.withRoom(io.accumulates.valid & rows.ready & (keys.ready | !io.accumulates.payload)))
        let take = c.named("take", io.weights.valid & room)
        c.drive(io.weights.ready, room)
        c.drive(io.accumulates.ready, take & beat.rowLast)
        owner.take(c, io, when: take & beat.rowLast)
        keys.push(WaitingKey(weight: beat.weights[0], reference: beat.reference), when: take & io.accumulates.payload)
        rows.push(io.accumulates.payload, when: take & beat.rowLast)
        let next = configuration.relayed(c, "next_key", keys.output)
        c.discard(concatenate(beat.occupied, beat.tileLast))

        let banks = (0..<slots).map { c.instance(slots == 1 ? "bank" : "bank_of_slot_\($0)", TokenBank(configuration)) }
        let adding = slots == 1 ? banks[0].adding : c.named("adding", banks.map(\.adding).anySet)
        let running = c.register("row_running", .bit, reset: 0)
        let weighing = c.wire("weighing", .bit)
        for (slot, bank) in banks.enumerated() {
            c.connect(io.bank[slot].command, to: bank.command)
            c.connect(io.bank[slot].load, to: bank.load)
            c.connect(bank.scan, to: io.bank[slot].scan)
            c.drive(bank.hold, owner.ofSlot(slot, running.q | weighing | adding))
        }

        // A row leaves once all of it is known.
        let swept = owner.ofNext(zip(banks, io.bank).map { $0.sweeping | $1.command.valid })
        let quiet = c.named("quiet", !running.q & !weighing & !adding & !swept)
        let range = configuration.relayed(c, "next_range", io.range)
        let known = c.named("row_known", rows.output.valid & io.total.valid)
        let passes = c.named("row_passes", known & !rows.output.payload & range.valid & quiet)
        let begins = c.named("row_begins", known & rows.output.payload & quiet)
        let index = c.instance("index", IndexGenerator(configuration))
        c.drive(index.list.valid, io.list.valid)
        c.drive(index.list.payload, io.list.payload)
        let indexed = c.register("row_indexed", .bit)
        let asks = c.named("asks_for_tokens", running.q & !indexed.q)
        c.drive(index.range.valid, range.valid & asks)
        c.drive(index.range.payload, range.payload)
        c.drive(range.ready, passes | (asks & index.range.ready))
        c.when(index.range.fires) { indexed.set() }

        let tokens = configuration.relayed(c, "next_token", index.tokens), token = tokens.payload
        let add = c.named("add", running.q & tokens.valid & next.valid)
        c.drive(tokens.ready, running.q & next.valid)
        c.drive(next.ready, running.q & tokens.valid)
        let ends = c.named("row_ends", add & token.rowLast)
        owner.begin(c, when: begins)
        c.when(begins) {
            running.set()
            indexed.clear()
        }.elsewhen(ends) {
            running.clear()
        }
        c.drive(rows.output.ready, passes | ends)
        c.drive(io.total.ready, passes | ends)
        owner.leave(c, when: passes | ends)

        let valid1 = c.stage("valid_1", add, reset: 0), valid2 = c.stage("valid_2", valid1, reset: 0)
        c.drive(weighing, valid1 | valid2)
        let addition = addition(c, next.payload, io.total.payload, token)
        for (slot, bank) in banks.enumerated() {
            c.drive(bank.addition.valid, owner.ofSlot(slot, valid2))
            c.drive(bank.addition.payload, addition)
            c.drive(io.rowAdded[slot], bank.rowAdded)
        }
        c.drive(io.rowDone, banks.map(\.rowAdded).anySet | c.stage("row_passed", passes, reset: 0))
    }

    /// Whose rows they are, if there are several slots: of those that wait, and of the one whose keys are added.
    private struct RowOwner {
        private let waiting: Queue<Unsigned>?
        private let slot: Register<Unsigned>?
        private let room: Bit?

        init(_ c: Circuit, _ io: Ports, _ slots: Int) {
            guard let owners = io.slot else {
                (waiting, slot, room) = (nil, nil, nil)
                return
            }
            let waiting = Queue(c, "waiting_slots", owners.shape, depth: TokenImportance.waitingRows)
            (self.waiting, room) = (waiting, owners.valid & waiting.ready)
            slot = c.register("row_slot", owners.shape)
        }

        /// What is said of the room for a row, if there is room for its slot
        /// too, and that is known.
        func withRoom(_ condition: Bit) -> Bit {
            guard let room else { return condition }
            return condition & room
        }

        /// A row has come in whole.
        func take(_ c: Circuit, _ io: Ports, when takes: Bit) {
            guard let waiting, let owners = io.slot else { return }
            waiting.push(owners.payload, when: takes)
            c.drive(owners.ready, takes)
        }

        /// The next row's keys are added from now on.
        func begin(_ c: Circuit, when begins: Bit) {
            guard let waiting, let slot else { return }
            c.when(begins) { slot.next(waiting.output.payload) }
        }

        func leave(_ c: Circuit, when leaves: Bit) {
            guard let waiting else { return }
            c.drive(waiting.output.ready, leaves)
        }

        /// What is said of the row whose keys are added, if it is that slot's.
        func ofSlot(_ number: Int, _ condition: Bit) -> Bit {
            guard let slot else { return condition }
            return condition & (slot.q == Unsigned(number))
        }

        /// What is said of the slot of the row that waits; also as long as that is not known.
        func ofNext(_ values: [Bit]) -> Bit {
            guard let waiting else { return values[0] }
            return !waiting.output.valid | select(waiting.output.payload, values)
        }
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
