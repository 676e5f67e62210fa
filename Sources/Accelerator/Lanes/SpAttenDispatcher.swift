import Blocks
import Configuration
import FixedPoint
import RTL

/// Tells every unit of the lane its part of a row, through queues that let each be at a row of its own, and lets a new
/// kept list in while rows still read the one before.
///
/// What cannot be is made harmless and marked as a fault of the row: positions beyond the list or the context are cut off,
/// an entry of a list that does not ascend, or that is one too many, is left out, and a row with more keys than there are
/// importances does not accumulate.
///
/// A row that accumulates comes from a cascade: it sees all of its list and may begin when the list does, so its end is taken as it is.
package struct SpAttenDispatcher: Module {
    package let configuration: SpAttenConfiguration
    /// Rows have a part in the importance of their tokens too.
    package let accumulates: Bool

    package init(_ configuration: SpAttenConfiguration, accumulates: Bool = false) {
        self.configuration = configuration
        self.accumulates = accumulates
    }

    private var lane: LaneConfiguration { configuration.lane }

    /// Rows that may wait in front of a unit.
    static let waitingRows = 8

    /// Which tokens of a plane are read, and how.
    package struct PlanePorts {
        let range: Stream<ListRange>
        let reader: Stream<GatherRow>
    }

    package struct Ports {
        let job: Stream<SpAttenJob>
        let list: Stream<KeptListEntry>
        let listWrite: Flow<KeptListWrite>
        /// A row has left the lane.
        let rowDone: Bit
        let keyMSB, keyLSB, value: PlanePorts
        /// All LSBs are read, joined to the MSBs; otherwise those that the confidence asks for. Only rows that read LSBs.
        let joinsLSB: Stream<Bit>
        /// All values are read; otherwise those that the selector keeps.
        let keepsValues: Stream<Bit>
        let selectsValues: Stream<Bit>
        let join: Stream<KeyJoinRow>
        let query: Stream<QueryRow>
        let refine: Stream<RefineRow>
        /// The row's scores go through the first softmax.
        let centre: Stream<Bit>
        let centreScale, scale: Stream<ScaleSettings>
        let confidence: Stream<ConfidenceRow>
        let select: Stream<SelectorRow>
        let complete, normalize: Stream<Unsigned>
        let fault: Stream<Bit>
        /// Of the importances, if there are any.
        let accumulate: Stream<Bit>?
        let importanceRange: Stream<ListRange>?
    }

    package var suffix: String { (accumulates ? "i_" : "") + "n\(lane.maximumContext)_k\(configuration.maximumRowKeys)" }

    package func ports(_ io: Interface) -> Ports {
        func plane() -> PlanePorts {
            PlanePorts(range: io.source(ListRange.shape(lane)), reader: io.source(GatherRow.shape))
        }
        return Ports(
            job: io.sink(SpAttenJob.shape(lane)), list: io.sink(KeptListEntry.shape(lane)),
            listWrite: io.output(.flow(KeptListWrite.shape(configuration))), rowDone: io.input(.bit),
            keyMSB: plane(), keyLSB: plane(), value: plane(),
            joinsLSB: io.source(.bit), keepsValues: io.source(.bit), selectsValues: io.source(.bit),
            join: io.source(KeyJoinRow.shape(lane)), query: io.source(QueryRow.shape), refine: io.source(RefineRow.shape),
            centre: io.source(.bit), centreScale: io.source(ScaleSettings.shape), scale: io.source(ScaleSettings.shape),
            confidence: io.source(ConfidenceRow.shape), select: io.source(SelectorRow.shape),
            complete: io.source(.unsigned(formatBits)), normalize: io.source(.unsigned(formatBits)), fault: io.source(.bit), accumulate: accumulates ? io.source(.bit) : nil,
            importanceRange: accumulates ? io.source(ListRange.shape(lane)) : nil)
    }

    package func body(_ c: Circuit, _ io: Ports) {
        // A row is staged, cut, and pushed once there is room for it everywhere: never in two cycles on end, so that the room may be that
        // of the cycle before.
        let staged = c.register("staged", .bit, reset: 0)
        let isCut = c.register("is_cut", .bit, reset: 0)
        let everyoneReady = c.register("everyone_ready", .bit, reset: 0)
        let push = c.named("push", isCut.q & everyoneReady.q)
        let room = !staged.q
        let job = io.job.payload
        let list = KeptListLoader(c, io.list, io.listWrite, configuration, follows: accumulates)
        var isListed = !job.loadsList | list.isLoaded
        if let isComing = list.isComing { isListed = isListed | (job.accumulates & isComing) }
        let take = c.named("take", io.job.valid & room & isListed)
        c.drive(io.job.ready, room & isListed)
        c.when(take) { staged.set() }.elsewhen(push) { staged.clear() }
        isCut.next(staged.q & !push)
        let use = list.use(c, when: take & job.loadsList, rowBegins: take, rowEnds: io.rowDone)

        let row = SpAttenJobParts(c, job, enable: room)
        let range = cut(c, job, row, use, enable: room)
        var ready: [Bit] = []
        func queue<P>(_ name: String, _ payload: P, to target: Stream<P>, when wanted: Bit? = nil) {
            let queue = Queue(c, name, target.shape, depth: Self.waitingRows)
            queue.push(payload, when: wanted.map { push & $0 } ?? push)
            ready.append(queue.ready)
            c.connect(queue.output, to: target)
        }
        queue("key_msb_ranges", range.positions, to: io.keyMSB.range)
        queue("key_msb_rows", GatherRow(address: row.keyMSBAddress, bits: row.msbBits), to: io.keyMSB.reader)
        queue("key_lsb_ranges", range.positions, to: io.keyLSB.range, when: row.readsLSB)
        queue("key_lsb_rows", GatherRow(address: row.keyLSBAddress, bits: row.lsbBits), to: io.keyLSB.reader, when: row.readsLSB)
        queue("value_ranges", range.positions, to: io.value.range)
        queue("value_rows", GatherRow(address: row.valueAddress, bits: row.valueBits), to: io.value.reader)
        queue("joins_lsb_rows", row.joined, to: io.joinsLSB, when: row.readsLSB)
        queue("keeps_values_rows", row.keepsValues, to: io.keepsValues)
        queue("selects_values_rows", row.keepsValues, to: io.selectsValues)
        queue("join_rows", KeyJoinRow(
            first: range.positions.first, tileSize: row.tileSize, lsbBits: row.lsbBits, joined: row.joined), to: io.join)
        queue("query_rows", QueryRow(joined: row.joined, refines: row.decides, lsbBits: row.lsbBits), to: io.query)
        queue("refine_rows", RefineRow(decides: row.decides, joined: row.joined), to: io.refine)
        queue("centre_rows", row.decides, to: io.centre)
        queue("centre_scales", row.scale, to: io.centreScale, when: row.decides)
        queue("scales", row.scale, to: io.scale)
        queue("confidence_rows", ConfidenceRow(perKey: row.perKey, confidence: row.confidence), to: io.confidence, when: row.decides)
        queue("select_rows", SelectorRow(rule: row.valueRule, limit: row.valueLimit, renormalise: row.renormalise), to: io.select)
        queue("complete_rows", row.valueBits, to: io.complete)
        queue("output_formats", row.valueBits, to: io.normalize)
        queue("faults", range.fault, to: io.fault)
        if let accumulate = io.accumulate, let importanceRange = io.importanceRange {
            queue("accumulating_rows", range.accumulates, to: accumulate)
            queue("importance_ranges", range.positions, to: importanceRange)
        }
        everyoneReady.next(ready.allSet)
    }

    /// What a row can see of what it asks for.
    private func cut(
        _ c: Circuit, _ job: SpAttenJob, _ row: SpAttenJobParts, _ list: KeptListLoader.Use, enable: Bit
    ) -> (positions: ListRange, accumulates: Bit, fault: Bit) {
        let bits = lane.contextBits
        let isLimited = accumulates ? job.gathered & !job.accumulates : job.gathered
        let limit = c.stage("limit", mux(isLimited, list.entries.extended(to: bits), Unsigned(lane.maximumContext)), enable: enable)
        let first = c.stage("asked_first", job.first, enable: enable), end = c.stage("asked_end", job.end, enable: enable)
        let gathered = c.stage("gathered", job.gathered, enable: enable)
        let listFault = c.stage("fault_of_list", list.fault, enable: enable)

        // All is compared at a time: with the lesser of end and limit is with both.
        let most = Unsigned(configuration.maximumRowKeys)
        let beyond = c.named("beyond_limit", end > limit)
        let inverted = c.named("inverted_range", (first > end) | (first > limit))
        let unheld = c.named("unheld_tokens", row.accumulates & (end > most) & (limit > most))
        let within = c.named("end_within_limit", mux(beyond, limit, end))
        return (
            ListRange(first: c.stage("first_position", mux(inverted, within, first)), end: c.stage("end_position", within),
                      gathered: gathered, bank: c.stage("bank", list.bank, enable: enable)),
            c.stage("accumulates_keys", row.accumulates & !unheld),
            c.stage("fault", beyond | inverted | unheld | (gathered & listFault)))
    }
}
