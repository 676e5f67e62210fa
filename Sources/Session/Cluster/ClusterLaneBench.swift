import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Simulation
import Verification

/// The launches and sequences that go into a cluster.
final class LaunchPorts {
    private let launch, sequences: StreamPort
    private let fields: [(PortHandle, (ClusterLayer, ClusterSchedule) -> Int)]
    private let entryFields: [(PortHandle, (ClusterLayer, Int) -> Int)]
    private var launchStalls, sequenceStalls: StallPattern
    private(set) var launchesTaken = 0
    /// The entry that comes next: whose, and which.
    private var entry = (launch: 0, sequence: 0)
    private var offersLaunch = false, offersEntry = false
    private var program: ClusterProgram?

    init(_ simulator: any Simulator, _ launchStalls: StallPattern, _ sequenceStalls: StallPattern) throws {
        launch = try StreamPort("launch", of: simulator)
        sequences = try StreamPort("sequences", of: simulator)
        (self.launchStalls, self.sequenceStalls) = (launchStalls, sequenceStalls)
        let launch = launch, sequences = sequences
        let values: [(String, (ClusterLayer, ClusterSchedule) -> Int)] = [
            ("settings_rows", { layer, _ in layer.rows - 1 }),
            ("settings_sequences", { layer, _ in layer.contexts.count - 1 }),
            ("settings_tile_size", { layer, _ in ceilLog2(layer.settings.tileKeys) - 7 }),
            ("settings_msb_bits", { layer, _ in layer.settings.keyFormat.msbBits }),
            ("settings_lsb_bits", { layer, _ in layer.settings.keyFormat.lsbBits }),
            ("settings_value_bits", { layer, _ in layer.settings.valueFormat.bits }),
            ("settings_key_msb_stride", { layer, _ in layer.strides.keyMSB }),
            ("settings_key_lsb_stride", { layer, _ in layer.strides.keyLSB }),
            ("settings_value_stride", { layer, _ in layer.strides.value }),
            ("lanes", { _, schedule in schedule.lanes - 1 }),
            ("heads", { layer, _ in layer.heads - 1 }),
            ("policy", { _, schedule in SchedulePolicy.allCases.firstIndex(of: schedule.policy)! }),
            ("splits", { _, schedule in schedule.splits }),
            ("by_keys", { _, schedule in schedule.byKeys ? 1 : 0 }),
        ]
        fields = try values.map { (try launch.field($0.0), $0.1) }
        let entries: [(String, (ClusterLayer, Int) -> Int)] = [
            ("keys", { layer, index in layer.contexts[index] }),
            ("key_msb_address", { layer, index in layer.addresses[index].keyMSB }),
            ("key_lsb_address", { layer, index in layer.addresses[index].keyLSB }),
            ("value_address", { layer, index in layer.addresses[index].value }),
        ]
        entryFields = try entries.map { (try sequences.field($0.0), $0.1) }
    }

    /// Before the logic settles: offers launches up to the one numbered `limit`, and the entries of those that were taken.
    func offer(_ program: ClusterProgram, upTo limit: Int) {
        self.program = program
        if !offersLaunch, launchesTaken < limit, !launchStalls.next() {
            let next = program.launches[launchesTaken]
            for (port, value) in fields { port.value = value(program.layers[next.layer], next.schedule) }
            offersLaunch = true
        }
        if !offersEntry, entry.launch < launchesTaken, !sequenceStalls.next() {
            let layer = program.layers[program.launches[entry.launch].layer]
            for (port, value) in entryFields { port.value = value(layer, entry.sequence) }
            offersEntry = true
        }
        launch.isValid = offersLaunch
        sequences.isValid = offersEntry
    }

    /// Once it has settled. Returns whether a beat was taken.
    func observe() -> Bool {
        let takesLaunch = launch.fires, takesEntry = sequences.fires
        if takesLaunch {
            launchesTaken += 1
            offersLaunch = false
        }
        if takesEntry, let program {
            offersEntry = false
            entry.sequence += 1
            if entry.sequence == program.layers[program.launches[entry.launch].layer].contexts.count {
                entry = (entry.launch + 1, 0)
            }
        }
        return takesLaunch || takesEntry
    }
}

/// What lies around one lane of a cluster: its memory, the queries, the rows that come out.
struct ClusterLaneBench {
    /// A row that has come out.
    struct Row {
        let launch, head, sequence, row: Int
        var elements: [Int16] = []
        /// Of a lane that prunes.
        var report: ClusterRowReport?

        var place: [Int] { [launch, head, sequence, row] }

        var text: String { "row \(row) of head \(head), sequence \(sequence) of launch \(launch)" }
    }

    /// Of each channel.
    private let memories: [MemoryModel]
    private let index, headSize: Int
    private let request, query, output: StreamPort
    private let requestFields, ownerFields: OwnerFields
    private let codes, mantissa, shift: PortHandle
    /// Of a dense lane, and of one that prunes.
    private let sink: SinkPorts?
    private var pruning: ClusterPruningBench?
    private let element, last, row: PortHandle
    private let queryLatency: Int
    private var requestStalls, queryStalls, outputStalls: StallPattern
    /// Rows that were asked for, and from when on they may be given.
    private var asked: [(query: ClusterQuery, cycle: Int)] = []
    private var nextAsked = 0
    private var offersQuery = false
    private var open: Row?
    /// Rows whose elements have come, and rows whose reports have, in order.
    private var finished: [Row] = [], reported: [Row] = []
    private(set) var segments = 0

    /// The attention sink that goes with a query.
    private struct SinkPorts {
        let occupied, reference, weight: PortHandle

        init(_ query: StreamPort) throws {
            occupied = try query.field("sink_occupied")
            reference = try query.field("sink_reference")
            weight = try query.field("sink_weight")
        }

        func set(_ sink: AttentionSink?, _ noise: inout SeededGenerator) {
            occupied.isSet = sink != nil
            reference.value = sink?.reference ?? Int(noise.next() & 0xfff)
            weight.value = sink?.weight ?? Int(noise.next() & 0x1f_ffff)
        }
    }

    /// Which output of which launch.
    struct OwnerFields {
        let head, sequence, epoch: PortHandle

        init(_ port: StreamPort) throws {
            head = try port.field("output_head")
            sequence = try port.field("output_sequence")
            epoch = try port.field("epoch")
        }
    }

    init(
        _ index: Int, _ simulator: any Simulator, _ program: ClusterProgram, memory timing: MemoryTiming, queryLatency: Int,
        stalls: (String) -> StallPattern
    ) throws {
        self.index = index
        self.queryLatency = queryLatency
        headSize = program.configuration.lane.lane.headSize
        let channels = program.configuration.spAtten?.channelImages(program.memory) ?? [program.memory]
        memories = try channels.enumerated().map { channel, image in
            let port = index * channels.count + channel
            let served = try StreamScenario.Memory(
                image, request: "request_\(port)", response: "response_\(port)", timing: timing, among: simulator.ports)
            return MemoryModel(
                served, of: simulator, requestStalls: stalls("memory request \(port)"),
                responseStalls: stalls("memory response \(port)"))
        }
        request = try StreamPort("query_request_\(index)", of: simulator)
        query = try StreamPort("query_\(index)", of: simulator)
        output = try StreamPort("output_\(index)", of: simulator)
        requestFields = try OwnerFields(request)
        ownerFields = try OwnerFields(output)
        codes = try query.field("query")
        mantissa = try query.field("scale_mantissa")
        shift = try query.field("scale_shift")
        let prunes = program.configuration.spAtten != nil
        sink = prunes ? nil : try SinkPorts(query)
        pruning = prunes ? try ClusterPruningBench(index, simulator, query, stalls: stalls) : nil
        element = try output.field("element")
        last = try output.field("last")
        row = try output.field("row")
        requestStalls = stalls("query request \(index)")
        queryStalls = stalls("query \(index)")
        outputStalls = stalls("output \(index)")
    }

    mutating func drive(_ cycle: Int, _ noise: inout SeededGenerator) {
        if !offersQuery, nextAsked < asked.count, asked[nextAsked].cycle <= cycle, !queryStalls.next() {
            let next = asked[nextAsked].query
            codes.set(next.codes, width: NumericFormats.queryBits)
            mantissa.value = next.scale.mantissa
            shift.value = next.scale.shift
            sink?.set(next.sink, &noise)
            pruning?.set(next)
            offersQuery = true
        }
        query.isValid = offersQuery
        request.isReady = !requestStalls.next()
        output.isReady = !outputStalls.next()
        pruning?.drive()
        for memory in memories { memory.drive(cycle: cycle) }
    }

    var isFetching: Bool { memories.contains(where: \.isFetching) }

    /// Of all channels.
    var traffic: MemoryModel.Traffic { memories.dropFirst().reduce(memories[0].traffic) { $0 + $1.traffic } }

    /// Takes what has passed this cycle; returns whether anything has.
    mutating func observe(_ cycle: Int, _ program: ClusterProgram, firstOpen: Int, taken: Int) throws -> Bool {
        for memory in memories { try memory.observe(cycle: cycle) }
        var moves = memories.contains { $0.lastBeatCycle == cycle }
        if pruning?.observe() == true { moves = true }
        if query.fires {
            nextAsked += 1
            offersQuery = false
            moves = true
        }
        if request.fires {
            let owner = try owner(requestFields, "asks for queries", program, firstOpen, taken, cycle)
            let layer = program.layers[program.launches[owner.launch].layer]
            let first = layer.firstRow(head: owner.head, sequence: owner.sequence)
            asked += (first..<first + layer.rows).map { (layer.queries[$0], cycle + queryLatency) }
            segments += 1
            moves = true
        }
        if output.fires {
            try takeElement(program, firstOpen, taken, cycle)
            moves = true
        }
        if let report = pruning?.report, report.fires {
            let owner = try owner(report.owner, "reports a row", program, firstOpen, taken, cycle)
            reported.append(Row(
                launch: owner.launch, head: owner.head, sequence: owner.sequence, row: report.row, report: report.value))
            moves = true
        }
        if let row = reported.first, let elements = finished.first, row.place != elements.place {
            throw ClusterRunError.unknownRow("reports \(row.text) behind the elements of \(elements.text)", lane: index, cycle: cycle)
        }
        return moves
    }

    /// The next row that has come whole: of a lane that prunes, with its report.
    mutating func finishedRow() -> Row? {
        guard !finished.isEmpty, pruning == nil || !reported.isEmpty else { return nil }
        var row = finished.removeFirst()
        if pruning != nil { row.report = reported.removeFirst().report }
        return row
    }

    private mutating func takeElement(_ program: ClusterProgram, _ firstOpen: Int, _ taken: Int, _ cycle: Int) throws {
        let owner = try owner(ownerFields, "gives a row", program, firstOpen, taken, cycle)
        let number = row.value
        var current = open ?? Row(launch: owner.launch, head: owner.head, sequence: owner.sequence, row: number)
        guard (current.launch, current.head, current.sequence, current.row) == (owner.launch, owner.head, owner.sequence, number),
              number < program.layers[program.launches[owner.launch].layer].rows
        else { throw ClusterRunError.unknownRow("mixes \(current.text) with another", lane: index, cycle: cycle) }
        current.elements.append(Int16(truncatingIfNeeded: element.value))
        guard last.isSet == (current.elements.count == headSize) else {
            throw ClusterRunError.unknownRow(
                "marks the end of \(current.text) wrongly at element \(current.elements.count - 1)", lane: index, cycle: cycle)
        }
        open = current
        if last.isSet {
            finished.append(current)
            open = nil
        }
    }

    /// The launch that an epoch means, of the two that may be under way.
    private func owner(
        _ fields: OwnerFields, _ what: String, _ program: ClusterProgram, _ firstOpen: Int, _ taken: Int, _ cycle: Int
    ) throws -> (launch: Int, head: Int, sequence: Int) {
        let launch = firstOpen + (fields.epoch.value ^ (firstOpen & 1))
        let head = fields.head.value, sequence = fields.sequence.value
        guard launch < taken, head < program.layers[program.launches[launch].layer].heads,
              sequence < program.layers[program.launches[launch].layer].contexts.count
        else {
            throw ClusterRunError.unknownRow(
                "\(what) of head \(head), sequence \(sequence) of epoch \(fields.epoch.value), which no launch has", lane: index,
                cycle: cycle)
        }
        return (launch, head, sequence)
    }
}
