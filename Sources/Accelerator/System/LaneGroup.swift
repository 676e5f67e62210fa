import Blocks
import Configuration
import FixedPoint
import RTL

/// Several lanes with the ports of one: rows go to the lanes in turn, and their outputs and reports come in the order of the
/// rows. Every lane has a bank of token importances of its own, which are added where they are read.
///
/// A kept list goes to all lanes at once. A lane that no row of a list has come to is given an empty row before the next list,
/// so that all lanes are at the same list.
struct LaneGroup: Module {
    let configuration: SpAttenConfiguration
    let lanes: Int
    /// Sequences whose importances they hold.
    let slots: Int

    /// As those of a `SpAttenLane` that accumulates; requests and responses of each lane.
    struct Ports {
        let job: Stream<SpAttenJob>
        let query: Stream<Vector<Signed>>
        let list: Stream<KeptListEntry>
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        let output: Stream<OutputBeat>
        let report: Stream<SpAttenLane.RowReport>
        let slot: Unsigned?
        let bank: [TokenBankPorts]
        let rowAdded: [Bit]
    }

    var suffix: String { "\(configuration.suffix)_l\(lanes)\(slotsSuffix(slots))" }
    private var laneBits: Int { bitsToIndex(lanes) }
    /// Rows that a lane may have at a time, and more.
    static let rowsOfLane = 32

    func ports(_ io: Interface) -> Ports {
        let lane = configuration.lane
        return Ports(
            job: io.sink(SpAttenJob.shape(lane)), query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
            list: io.sink(KeptListEntry.shape(lane)), request: (0..<lanes).map { _ in io.source(MemoryRequest.shape) },
            response: (0..<lanes).map { _ in io.sink(MemoryResponse.shape(bytes: configuration.sectorBytes)) },
            output: io.source(OutputBeat.shape), report: io.source(SpAttenLane.RowReport.shape),
            slot: slots > 1 ? io.input(.unsigned(bitsToIndex(slots))) : nil, bank: (0..<slots).map { _ in .sink(io, configuration) },
            rowAdded: (0..<slots).map { _ in io.output(.bit) })
    }

    func body(_ c: Circuit, _ io: Ports) {
        let members = (0..<lanes).map { c.instance("lane_\($0)", SpAttenLane(configuration, accumulates: true, slots: slots)) }
        for (index, member) in members.enumerated() {
            c.connect(member.request[0], to: io.request[index])
            c.connect(io.response[index], to: member.response[0])
        }
        let unused = list(c, io, members)
        let row = dispatch(c, io, members, unused)
        collect(c, io, members, row)
        countRows(c, io, members)
        for slot in 0..<slots { joinBanks(c, io.bank[slot], members.map { $0.bank[slot] }, slots == 1 ? "" : "_of_slot_\(slot)") }
    }

    /// The lanes that have had no row of the list that came last.
    private struct Lists {
        let unused: Register<Vector<Bit>>
        /// A list has begun to come that no row has asked for yet.
        let isFresh: Register<Bit>
        /// A list is to come for which lanes must let go of the one before.
        let flushes: Bit
        /// Its first entry goes to the lanes.
        let begins: Bit
    }

    private func list(_ c: Circuit, _ io: Ports, _ members: [SpAttenLane.Ports]) -> Lists {
        let unused = c.register("list_unused", .bits(lanes), reset: 0)
        let isFresh = c.register("list_is_fresh", .bit, reset: 0)
        let inList = c.register("in_list", .bit, reset: 0)
        let isFirst = c.named("list_is_to_begin", io.list.valid & !inList.q)
        let mayPass = c.named("list_may_pass", inList.q | (!unused.q.packed.isNonzero & !isFresh.q))
        let ready = members.map(\.list.ready)
        for (index, member) in members.enumerated() {
            let others = ready.indices.filter { $0 != index }.map { ready[$0] }.allSet
            c.send(io.list.payload, when: io.list.valid & mayPass & others, to: member.list)
        }
        c.drive(io.list.ready, mayPass & ready.allSet)
        c.when(io.list.fires) { inList.next(!io.list.payload.last) }
        return Lists(unused: unused, isFresh: isFresh, flushes: c.named("flushes", isFirst & !isFresh.q & unused.q.packed.isNonzero),
                     begins: c.named("list_begins", io.list.fires & !inList.q))
    }

    /// A row that goes to a lane.
    private struct Dispatched {
        let goes: Bit
        let lane: Unsigned
        /// It only makes the lane turn to its list.
        let isEmpty: Bit
        let orders: (output: Queue<Unsigned>, report: Queue<Unsigned>)
    }

    private func dispatch(_ c: Circuit, _ io: Ports, _ members: [SpAttenLane.Ports], _ lists: Lists) -> Dispatched {
        let next = c.register("next_lane", .unsigned(laneBits), reset: 0)
        // The first of those whose list is unused.
        let stale = (0..<lanes - 1).reversed().reduce(Unsigned(lanes - 1)) { other, index in
            mux(lists.unused.q[index], c.constant(index, .unsigned(laneBits)), other)
        }
        let isEmpty = lists.flushes
        let lane = c.named("target_lane", mux(isEmpty, stale, next.q))
        // An empty row has the formats of the one before it: there was one, as the list before this one was asked for.
        let held = c.register("job_before", io.job.shape)
        let job = io.job.shape.unpack(mux(isEmpty, concatenate(held.q), concatenate(io.job.payload)))
        let jobs = (0..<lanes).map { Queue(c, "jobs_\($0)", io.job.shape, depth: 4) }
        let queries = (0..<lanes).map { Queue(c, "queries_\($0)", io.query.shape, depth: 4) }
        let outputOrder = Queue(c, "output_order", Shape<Unsigned>.unsigned(laneBits + 1), depth: Self.rowsOfLane * lanes)
        let reportOrder = Queue(c, "report_order", Shape<Unsigned>.unsigned(laneBits + 1), depth: Self.rowsOfLane * lanes)

        let room = c.named("has_room", select(lane, (0..<lanes).map { jobs[$0].ready & queries[$0].ready })
            & outputOrder.ready & reportOrder.ready)
        let isListed = !io.job.payload.loadsList | lists.isFresh.q
        let passes = c.named("row_passes", io.job.valid & io.query.valid & room & isListed & !isEmpty)
        c.drive(io.job.ready, io.query.valid & room & isListed & !isEmpty)
        c.drive(io.query.ready, io.job.valid & room & isListed & !isEmpty)
        let goes = c.named("row_goes", passes | (isEmpty & room))
        let isUnused = c.named("list_is_unused", select(lane, lists.unused.q.elements))
        let sent = SpAttenJob(
            first: mux(isEmpty, 0, job.first), end: mux(isEmpty, 0, job.end), gathered: job.gathered | isEmpty,
            loadsList: isEmpty | (job.gathered & isUnused), accumulates: job.accumulates & !isEmpty,
            tileSize: job.tileSize, msbBits: job.msbBits, lsbBits: job.lsbBits, valueBits: job.valueBits, scale: job.scale,
            refine: job.refine, confidence: job.confidence, valueRule: job.valueRule, valueLimit: job.valueLimit,
            renormalise: job.renormalise, keyMSBAddress: job.keyMSBAddress, keyLSBAddress: job.keyLSBAddress,
            valueAddress: job.valueAddress)
        for index in 0..<lanes {
            let isHere = goes & (lane == Unsigned(index))
            jobs[index].push(sent, when: isHere)
            queries[index].push(io.query.payload, when: isHere)
            c.connect(jobs[index].output, to: members[index].job)
            if let slot = io.slot, let own = members[index].slot {
                // As deep as that of the jobs, and as slow.
                let slots = Queue(c, "slots_\(index)", .like(slot), depth: 4)
                slots.push(slot, when: isHere)
                c.drive(slots.output.ready, members[index].job.fires)
                c.drive(own, slots.output.payload)
                c.discard(concatenate(slots.ready, slots.output.valid))
            }
            c.connect(queries[index].output, to: members[index].query)
        }
        outputOrder.push(concatenate(isEmpty, lane), when: goes)
        reportOrder.push(concatenate(isEmpty, lane), when: goes)
        c.when(passes) { held.next(io.job.payload) }
        c.when(passes) { next.next(mux(next.q == Unsigned(lanes - 1), 0, next.q &+ 1)) }

        c.when(lists.begins) { lists.isFresh.set() }.elsewhen(passes & job.loadsList) { lists.isFresh.clear() }
        let used = goes & (job.gathered | isEmpty)
        lists.unused.next(Vector((0..<lanes).map { index in
            lists.begins | (lists.unused.q[index] & !(used & (lane == Unsigned(index))))
        }))
        return Dispatched(goes: goes, lane: lane, isEmpty: isEmpty, orders: (outputOrder, reportOrder))
    }

    /// Outputs and reports come in the order of the rows; those of empty rows are dropped.
    private func collect(_ c: Circuit, _ io: Ports, _ members: [SpAttenLane.Ports], _ row: Dispatched) {
        func gather<P: Value>(
            _ name: String, _ sources: [Stream<P>], depth: Int, _ order: Queue<Unsigned>, to target: Stream<P>, last: (P) -> Bit
        ) {
            let queues = sources.enumerated().map { index, source in
                let queue = Queue(c, "\(name)_\(index)", source.shape, depth: depth)
                queue.push(source.payload, when: source.valid)
                c.drive(source.ready, queue.ready)
                return queue.output
            }
            let lane = order.output.payload[0..<laneBits], isEmpty = order.output.payload[laneBits]
            let isHere = c.named("\(name)_is_here", order.output.valid & select(lane, queues.map(\.valid)))
            let payload = target.shape.unpack(select(lane, queues.map { concatenate($0.payload) }))
            c.send(payload, when: isHere & !isEmpty, to: target)
            let taken = c.named("\(name)_taken", isHere & (isEmpty | target.ready))
            for (index, queue) in queues.enumerated() { c.drive(queue.ready, taken & (lane == Unsigned(index))) }
            c.drive(order.output.ready, taken & last(payload))
        }
        // A row's elements wait beside the lane while those of the rows before it come from others.
        gather("outputs", members.map { $0.output! }, depth: 2 * configuration.lane.headSize, row.orders.output, to: io.output) { $0.last }
        gather("reports", members.map { $0.report! }, depth: 4, row.orders.report, to: io.report) { _ in c.constant(1, .bit) }
    }

    /// Rows of a slot are added one a cycle, whichever lanes have added them.
    private func countRows(_ c: Circuit, _ io: Ports, _ members: [SpAttenLane.Ports]) {
        let bits = bitsToCount(Self.rowsOfLane * lanes)
        for slot in 0..<slots {
            let name = slots == 1 ? "" : "_of_slot_\(slot)"
            let added = members.map { $0.rowAdded[slot].asUnsigned.extended(to: bits) }.reduce(c.constant(0, .unsigned(bits))) { $0 &+ $1 }
            let waiting = c.register("rows_to_report\(name)", .unsigned(bits), reset: 0)
            let some = c.named("reports_row\(name)", waiting.q.isNonzero)
            waiting.next(waiting.q &+ added &- some.asUnsigned.extended(to: bits))
            c.drive(io.rowAdded[slot], some)
        }
    }

    /// Commands go to all banks of a slot; what is loaded goes to the first, and all are added where they are read.
    private func joinBanks(_ c: Circuit, _ io: TokenBankPorts, _ banks: [TokenBankPorts], _ name: String) {
        let sent = banks.indices.map { c.register("command_sent\(name)_\($0)", .bit, reset: 0) }
        let ready = banks.indices.map { sent[$0].q | banks[$0].command.ready }
        let all = c.named("command_done\(name)", io.command.valid & ready.allSet)
        c.drive(io.command.ready, ready.allSet)
        for (index, bank) in banks.enumerated() {
            c.send(io.command.payload, when: io.command.valid & !sent[index].q, to: bank.command)
            c.when(all) { sent[index].clear() }.elsewhen(bank.command.fires) { sent[index].set() }

            let others = banks.indices.filter { $0 != index }.map { banks[$0].load.ready }.allSet
            c.drive(bank.load.valid, io.load.valid & others)
            c.drive(bank.load.payload.born, io.load.payload.born.elements)
            c.drive(bank.load.payload.importance, index == 0
                ? io.load.payload.importance.elements
                : io.load.payload.importance.elements.map { _ in c.constant(0, .unsigned(tokenImportanceBits)) })
        }
        c.drive(io.load.ready, banks.map(\.load.ready).allSet)

        let scans = banks.map(\.scan)
        let isWhole = c.named("scan_is_whole\(name)", scans.map(\.valid).allSet)
        let bits = tokenImportanceBits + ceilLog2(lanes)
        let stage = OutputSkid(c, "scan_skid\(name)", to: io.scan)
        let sums = (0..<io.scan.payload.importance.count).map { token -> Unsigned in
            let sum = scans.map { $0.payload.importance[token].extended(to: bits) }.dropFirst()
                .reduce(scans[0].payload.importance[token].extended(to: bits)) { $0 &+ $1 }
            return mux((sum >> tokenImportanceBits).isNonzero, Unsigned((1 << tokenImportanceBits) - 1), sum.truncated(to: tokenImportanceBits))
        }
        stage.send(TokenWord(importance: Vector(sums), born: scans[0].payload.born), when: isWhole)
        for scan in scans { c.drive(scan.ready, isWhole & stage.ready) }
        for scan in scans.dropFirst() { c.discard(scan.payload.born) }
    }
}

extension LaneGroup.Ports {
    /// Of one lane, which accumulates.
    init(_ lane: SpAttenLane.Ports) {
        self.init(
            job: lane.job, query: lane.query, list: lane.list, request: lane.request, response: lane.response, output: lane.output!,
            report: lane.report!, slot: lane.slot, bank: lane.bank, rowAdded: lane.rowAdded)
    }
}
