import Blocks
import Configuration
import FixedPoint
import RTL

/// Reads the query records of the groups that the lanes ask for, and gives each lane its queries in the order in which it has asked.
///
/// Lanes are served in turn. Records of all lanes come over one read master, so nothing is asked for that has no place in the
/// buffer of its lane: two groups each.
struct QueryFeeder: Module {
    let system: LeanSystemConfiguration

    struct Ports {
        let begins: Flow<LaunchContext>
        let place: Flow<SequencePlace>
        // One a lane.
        let request: [Stream<QueryRequest>]
        let query: [Stream<ClusterQuery>]
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        /// A sink that is none; the address is that of its weight.
        let fault: Flow<FaultReport>
        /// Of the launch that has it.
        let faultEpoch: Bit
    }

    /// Groups of a lane that are asked for or wait for it.
    private static let groupsOfLane = 2
    /// Records that are asked for; as many as `ControlReads` lets be.
    private static let recordsUnderWay = 16

    /// A record that is asked for.
    private struct Asked: Bundle {
        let row: PlacedRow
        /// The last of its group.
        let last: Bit

        static func shape(_ system: LeanSystemConfiguration) -> Shape<Asked> {
            Shape { Asked(row: $0.make(PlacedRow.shape(system)), last: $0.make(.bit)) }
        }
    }

    /// A query that waits for its lane.
    private struct Fed: Bundle {
        let query: ClusterQuery
        let last: Bit

        static func shape(_ lane: LaneConfiguration) -> Shape<Fed> {
            Shape { Fed(query: $0.make(ClusterQuery.shape(lane)), last: $0.make(.bit)) }
        }
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        let lanes = 0..<system.lanes
        return Ports(
            begins: io.input(.flow(LaunchContext.shape(system))), place: io.input(.flow(SequencePlace.shape)),
            request: lanes.map { _ in io.sink(QueryRequest.shape) },
            query: lanes.map { _ in io.source(ClusterQuery.shape(system.laneGeometry)) },
            read: io.source(ControlRead.shape(system)), beat: io.sink(.unsigned(system.dataBits)),
            fault: io.output(.flow(FaultReport.shape)), faultEpoch: io.output(.bit))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let taken = (0..<system.lanes).map { c.wire("group_taken_\($0)", .bit) }
        let rows = locate(c, io, groups: arbitrate(c, io, taken: taken))

        // A record is asked for.
        let asked = Queue(c, "asked", Asked.shape(system), depth: Self.recordsUnderWay)
        let located = rows.located.payload
        let lasts = Queue(c, "lasts", .bit, depth: 4)
        lasts.push(rows.isLast, when: rows.row.fires)
        c.drive(rows.mayAsk, lasts.ready)
        c.drive(lasts.output.ready, rows.located.fires)
        c.send(ControlRead(
            address: concatenate(located.address, c.constant(0, .unsigned(bitsToIndex(RecordLayout.alignment)))),
            beats: c.constant(system.recordBeats - 1, .unsigned(system.controlBeatBits))),
            when: rows.located.valid & asked.ready, to: io.read)
        asked.push(Asked(row: located, last: lasts.output.payload), when: io.read.fires)
        c.drive(rows.located.ready, io.read.ready & asked.ready)

        // It comes, and goes to its lane.
        let reader = c.instance("record_reader", RecordReader(dataBits: system.dataBits, beats: system.recordBeats))
        c.connect(io.beat, to: reader.beat)
        c.drive(reader.record.ready, true)
        let isWhole = reader.record.valid
        let owner = asked.output.payload
        c.drive(asked.output.ready, isWhole)
        let (query, isBad) = query(c, reader.record.payload)
        for (number, target) in io.query.enumerated() {
            let queries = Queue(c, "queries_\(number)", Fed.shape(system.laneGeometry), depth: Self.groupsOfLane * max(1, system.groupRows))
            queries.push(Fed(query: query, last: owner.last), when: isWhole & (owner.row.lane == Unsigned(number)))
            c.discard(queries.ready)
            c.send(queries.output.payload.query, when: queries.output.valid, to: target)
            c.drive(queries.output.ready, target.ready)
            c.drive(taken[number], target.fires & queries.output.payload.last)
        }
        c.drive(io.fault.valid, isWhole & isBad)
        let offset = 4 * RecordLayout.queryRecord["sink_weight"].word
        c.drive(io.fault.payload, FaultReport(
            code: c.constant(SystemFault.badField.rawValue, .unsigned(FaultReport.codeBits)),
            address: concatenate(owner.row.address, c.constant(offset, .unsigned(bitsToIndex(RecordLayout.alignment))))))
        c.drive(io.faultEpoch, owner.row.epoch)
        c.discard(concatenate(asked.output.valid, reader.record.payload))
    }

    /// The groups of all lanes, of each as long as its buffer has room: lane, epoch, head, sequence.
    private func arbitrate(_ c: Circuit, _ io: Ports, taken: [Bit]) -> Stream<Unsigned> {
        let shape = QueryRequest.shape, bits = shape.width + system.laneBits
        let arbiter = c.instance("arbiter", RoundRobinArbiter(inputs: system.lanes, bits: bits))
        for (number, (own, request)) in zip(io.request, arbiter.request).enumerated() {
            let groups = c.register("groups_\(number)", .unsigned(bitsToCount(Self.groupsOfLane)), reset: 0)
            let room = c.named("room_\(number)", groups.q != Unsigned(Self.groupsOfLane))
            c.send(concatenate(c.constant(number, .unsigned(system.laneBits)), own.payload), when: own.valid & room, to: request)
            c.drive(own.ready, request.ready & room)
            c.when(request.fires & !taken[number]) {
                groups.next(groups.q &+ 1)
            }.elsewhen(taken[number] & !request.fires) {
                groups.next(groups.q &- 1)
            }
        }
        return arbiter.granted
    }

    /// The rows of groups on their way to where they lie.
    private struct Rows {
        let row: Stream<LaunchRow>
        let isLast: Bit
        /// To be driven.
        let mayAsk: Bit
        let located: Stream<PlacedRow>
    }

    private func locate(_ c: Circuit, _ io: Ports, groups: Stream<Unsigned>) -> Rows {
        let begins = io.begins.payload, place = io.place.payload
        let locator = c.instance("locator", LaunchRowLocator(system: system))
        locator.learn(c, io.begins, strides: begins.queries, io.place, address: place.queries)
        let most = (0..<2).map { c.register("last_row_\($0)", .unsigned(system.cluster.lane.slotBits)) }
        for (number, register) in most.enumerated() {
            c.when(io.begins.valid & begins.epoch.is(number)) { register.next(begins.groupRows) }
        }
        c.discard(concatenate(begins, place.outputs))

        let request = QueryRequest.shape.unpack(groups.payload[0..<QueryRequest.shape.width])
        let row = c.register("row_of_group", .unsigned(system.cluster.lane.slotBits), reset: 0)
        let isLast = c.named("is_last_row", row.q == mux(request.epoch, most[1].q, most[0].q))
        let mayAsk = c.wire("may_ask", .bit)
        c.send(LaunchRow(
            lane: groups.payload[QueryRequest.shape.width..<groups.payload.width], row: row.q, output: request.output, epoch: request.epoch),
            when: groups.valid & mayAsk, to: locator.row)
        let asks = c.named("asks", locator.row.fires)
        c.drive(groups.ready, asks & isLast)
        c.when(asks) { row.next(mux(isLast, 0, row.q &+ 1)) }
        return Rows(row: locator.row, isLast: isLast, mayAsk: mayAsk, located: locator.located)
    }

    /// What a record holds; whether its sink is none.
    private func query(_ c: Circuit, _ record: Unsigned) -> (query: ClusterQuery, isBad: Bit) {
        let head = QueryRecordWords(bits: record[0..<QueryRecordWords.width])
        let sink = AttentionSink(
            occupied: head.flag("has_sink"), reference: head["sink_reference"].asSigned, weight: head["sink_weight"])
        let one = 1 << NumericFormats.weightFractionBits
        let isOff = (sink.weight < Unsigned(one / 2)) | (sink.weight > Unsigned(one))
        let elements = QueryRecordWords.query(of: record, elements: system.laneGeometry.headSize)
        return (ClusterQuery(query: Vector(elements), scale: head.scale, sink: sink), sink.occupied & isOff)
    }
}
