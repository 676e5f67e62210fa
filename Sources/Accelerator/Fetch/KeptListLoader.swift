import Configuration
import RTL

/// One entry of a kept list as it comes in.
struct KeptListEntry: Bundle {
    let token: Unsigned
    /// The list ends with this entry.
    let last: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<KeptListEntry> {
        Shape { KeptListEntry(token: $0.make(.unsigned(bitsToIndex(lane.maximumContext))), last: $0.make(.bit)) }
    }
}

/// Two banks of kept lists: a list comes into one while rows read the other. Rows leave in order, so a bank is free again
/// once as many rows have left as were under way when it was left for the other.
///
/// An entry that is not above the one before it, or beyond `maximumRowKeys`, is left out and makes the list faulty.
///
/// Where rows follow, one may turn to a list that has begun to come.
struct KeptListLoader {
    /// A whole list waits for the row that asks for it.
    let isLoaded: Bit
    /// If rows follow: a list has begun to come that no row has turned to.
    let isComing: Bit?
    private let loaded: Register<Bit>
    private let spareEntries, entries: Register<Unsigned>
    private let spareFault, fault, bank: Register<Bit>
    private let oldRows: Register<Unsigned>
    /// If rows follow: they read the list that is coming.
    private let followed: Register<Bit>?
    /// The last entry of a list is taken.
    private let ends: Bit

    /// More rows than a lane's queues and units can hold.
    private static let rowBits = 8

    /// What the row that begins now reads.
    struct Use {
        let bank: Bit
        let entries: Unsigned
        let fault: Bit
    }

    init(
        _ c: Circuit, _ list: Stream<KeptListEntry>, _ write: Flow<KeptListWrite>, _ configuration: SpAttenConfiguration, follows: Bool
    ) {
        let entryBits = bitsToCount(configuration.maximumRowKeys)
        loaded = c.register("list_loaded", .bit, reset: 0)
        spareEntries = c.register("spare_entries", .unsigned(entryBits), reset: 0)
        entries = c.register("list_entries", .unsigned(entryBits), reset: 0)
        spareFault = c.register("spare_fault", .bit, reset: 0)
        fault = c.register("list_fault", .bit, reset: 0)
        bank = c.register("list_bank", .bit, reset: 0)
        oldRows = c.register("rows_of_spare_list", .unsigned(Self.rowBits), reset: 0)
        isLoaded = loaded.q

        let loading = c.register("list_loading", .bit, reset: 0)
        let largest = c.register("largest_token", .unsigned(bitsToIndex(configuration.lane.maximumContext)))
        var isFree = oldRows.q == 0, spareBank = !bank.q
        if follows {
            let follows = c.register("list_is_followed", .bit, reset: 0)
            isComing = c.named("list_is_coming", loading.q & !follows.q)
            (isFree, spareBank) = (isFree | follows.q, spareBank ^ follows.q)
            followed = follows
        } else {
            (isComing, followed) = (nil, nil)
        }
        let open = c.named("list_open", !loaded.q & isFree)
        let entry = list.payload
        let accept = c.named("accept_entry", list.valid & open)
        ends = accept & entry.last
        let position = c.named("entry_position", mux(loading.q, spareEntries.q, 0))
        let ascends = !loading.q | (entry.token > largest.q)
        let fits = c.named("entry_fits", ascends & (position != Unsigned(configuration.maximumRowKeys)))
        c.drive(list.ready, open)
        c.when(accept) {
            loading.next(!entry.last)
            if let followed { loaded.next(entry.last & !followed.q) } else { loaded.next(entry.last) }
            spareFault.next((loading.q & spareFault.q) | !fits)
            c.when(fits) {
                largest.next(entry.token)
                spareEntries.next(position &+ 1)
            }
        }
        c.drive(write.valid, accept & fits)
        c.drive(write.payload, KeptListWrite(
            position: concatenate(spareBank, position.truncated(to: bitsToIndex(configuration.maximumRowKeys))),
            token: entry.token))
    }

    /// Turns to the list that is loaded, or coming, when `turn` is set. `rowBegins` and `rowEnds` count the rows under way.
    func use(_ c: Circuit, when turn: Bit, rowBegins: Bit, rowEnds: Bit) -> Use {
        let bits = Self.rowBits
        let rows = c.register("rows_under_way", .unsigned(bits), reset: 0)
        let left = c.named("rows_left", rows.q &- rowEnds.asUnsigned.extended(to: bits))
        rows.next(left &+ rowBegins.asUnsigned.extended(to: bits))
        c.when(rowEnds & oldRows.q.isNonzero) { oldRows.next(oldRows.q &- 1) }
        c.when(turn) {
            loaded.clear()
            bank.next(!bank.q)
            entries.next(spareEntries.q)
            fault.next(spareFault.q)
            oldRows.next(left)
        }
        if let followed {
            c.when(turn & !loaded.q) { followed.set() }
            c.when(ends) { followed.clear() }
        }
        return Use(
            bank: c.named("row_bank", bank.q ^ turn), entries: c.named("row_entries", mux(turn, spareEntries.q, entries.q)),
            fault: c.named("row_fault", mux(turn, spareFault.q, fault.q)))
    }
}
