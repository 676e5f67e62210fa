import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import SeededRandom
import Simulation
import UnitScenarios
import Verification

/// Groups of query rows for a lane for prefill, the memory they read, and what the golden model makes of them.
public struct CheckedPrefill: Sendable {
    /// A query row and the positions it sees; none if `end` is no larger than `first`.
    public struct Row: Sendable {
        /// [headSize], 12 bits signed.
        public let query: [Int16]
        public let first, end: Int
        public let scale: ScoreScale

        public init(query: [Int16], first: Int = 0, end: Int, scale: ScoreScale) {
            self.query = query
            self.first = first
            self.end = end
            self.scale = scale
        }

        var range: Range<Int> { first..<max(first, end) }
    }

    /// Keys and values of one head, in memory.
    public struct Head: Sendable {
        let keys, values: [Int16]
        let placement: MemoryImage.Placement
    }

    private struct Group {
        let rows: [Row]
        let settings: RowSettings
        let placement: MemoryImage.Placement
    }

    public let configuration: PrefillConfiguration
    private var groups: [Group] = []
    private var planes = LaneProgram()
    /// Rows in the order in which they come out: which row of its group, in all, its format, its state and its outputs.
    private(set) var expected: [(slot: Int, row: Int, valueBits: Int, result: LaneResult)] = []
    public private(set) var bound: PrefillBound

    /// Throws if the configuration is not supported.
    public init(_ configuration: PrefillConfiguration) throws {
        try configuration.validate()
        self.init(validated: configuration)
    }

    /// For a lane of a cluster, whose groups may be smaller: its rows are parts of rows, their states are looked at.
    public init(laneOf cluster: ClusterConfiguration) throws {
        try cluster.validate()
        self.init(validated: cluster.lane)
    }

    private init(validated configuration: PrefillConfiguration) {
        self.configuration = configuration
        bound = PrefillBound(configuration: configuration)
    }

    public var rowCount: Int { expected.count }

    /// Lays the keys and values of a head behind what is there.
    public mutating func place(
        keys: [Int16], values: [Int16], keyFormat: KeyFormat, valueFormat: ValueFormat
    ) throws -> Head {
        let packed = try KeyValuePlanes(
            keys: keys, values: values, headSize: configuration.lane.headSize, keyFormat: keyFormat, valueFormat: valueFormat)
        return Head(keys: keys, values: values, placement: planes.place(packed))
    }

    /// Appends rows of one head, as many groups as they take.
    ///
    /// - Parameter results: [rows], if they are known; nil: the golden model makes them.
    public mutating func append(_ rows: [Row], tileKeys: Int, over head: Head, expecting results: [LaneResult]? = nil) throws {
        for start in stride(from: 0, to: rows.count, by: configuration.residentRows) {
            let group = start..<min(start + configuration.residentRows, rows.count)
            try appendGroup(Array(rows[group]), tileKeys: tileKeys, over: head, expecting: results.map { Array($0[group]) })
        }
    }

    /// Appends all rows of a layer of a workload, quantised by `settings`, head by head.
    ///
    /// - Parameter results: [heads x rows], if they are known.
    public mutating func append(_ layer: QuantizedLayer, settings: RowSettings, expecting results: [LaneResult]? = nil) throws {
        let heads = try layer.keyValues.map {
            try place(keys: $0.keys, values: $0.values, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        }
        for head in 0..<layer.heads {
            let queries = head * layer.rows..<(head + 1) * layer.rows
            let rows = queries.map { query in
                let keys = layer.keys(ofQuery: query)
                return Row(
                    query: layer.queries[query].codes, first: keys.lowerBound, end: keys.upperBound,
                    scale: layer.queries[query].scoreScale)
            }
            try append(
                rows, tileKeys: settings.tileKeys, over: heads[layer.kvHead(ofQuery: queries.lowerBound)],
                expecting: results.map { Array($0[queries]) })
        }
    }

    /// Appends one group of 1 ... `residentRows` rows.
    public mutating func appendGroup(
        _ rows: [Row], tileKeys: Int, over head: Head, expecting results: [LaneResult]? = nil
    ) throws {
        precondition((1...configuration.residentRows).contains(rows.count), "a group has 1 ... \(configuration.residentRows) rows")
        let settings = RowSettings(
            tileKeys: tileKeys, keyFormat: head.placement.keyFormat, valueFormat: head.placement.valueFormat)
        try configuration.validate(settings)
        groups.append(Group(rows: rows, settings: settings, placement: head.placement))
        bound.addGroup(rows.map(\.range), settings: settings)

        // Within a group rows come out as they close, tile by tile; empty ones in its first tile.
        let lane = try Lane(configuration: configuration.lane, settings: settings)
        let firstTile = (rows.filter { !$0.range.isEmpty }.map(\.first).min() ?? 0) / tileKeys
        let closing = rows.map { $0.range.isEmpty ? firstTile : ($0.end - 1) / tileKeys }
        let order = rows.indices.sorted { (closing[$0], $0) < (closing[$1], $1) }
        let results = try results ?? rows.map { row in
            try lane.run(LaneRow(
                query: row.query, keys: head.keys, values: head.values, firstKey: row.first, keyCount: row.end, scale: row.scale))
        }
        let first = expected.count
        expected += order.map { ($0, first + $0, settings.valueFormat.bits, results[$0]) }
    }

    /// What goes into a lane with these ports.
    ///
    /// - Throws: `StreamPortError` if they are not those of a lane for prefill, `MemoryConfigurationError` for a memory that
    ///   cannot be.
    func inputs(
        of ports: [SimulatedPort], memory: MemoryTiming, faults: [MemoryFault]
    ) throws -> StreamScenario {
        var scenario = StreamScenario(ports: ports)
        try scenario.send(groups, to: "group") { group, beat in
            try beat.set("rows", group.rows.count - 1)
            try beat.set("tile_size", ceilLog2(group.settings.tileKeys) - 7)
            try beat.set("msb_bits", group.settings.keyFormat.msbBits)
            try beat.set("lsb_bits", group.settings.keyFormat.lsbBits)
            try beat.set("value_bits", group.settings.valueFormat.bits)
            try beat.set("key_msb_address", group.placement.keyMSB)
            try beat.set("key_lsb_address", group.placement.keyLSB)
            try beat.set("value_address", group.placement.value)
        }
        let rows = groups.flatMap(\.rows)
        try scenario.send(rows, to: "row") { row, beat in
            try beat.set("range_first", row.first)
            try beat.set("range_end", row.end)
            try beat.set("scale_mantissa", row.scale.mantissa)
            try beat.set("scale_shift", row.scale.shift)
        }
        try scenario.send(rows, to: "query") { try $1.set("", $0.query, width: NumericFormats.queryBits) }
        try scenario.serve(planes.memory, request: "request", response: "response", timing: memory, faults: faults)
        return scenario
    }

    /// The same with what must come out: outputs, or states where the lane has a port for these.
    public func scenario(
        of ports: [SimulatedPort], memory: MemoryTiming, faults: [MemoryFault] = []
    ) throws -> StreamScenario {
        var scenario = try inputs(of: ports, memory: memory, faults: faults)
        if ports.contains(where: { $0.name == "state_valid" }) {
            try expectStates(&scenario)
        } else {
            try expectOutputs(&scenario)
        }
        return scenario
    }

    private func expectOutputs(_ scenario: inout StreamScenario) throws {
        let outputs = expected.flatMap { row in
            row.result.outputs.enumerated().map { (element: $1, isLast: $0 == row.result.outputs.count - 1, slot: row.slot) }
        }
        try scenario.expect(outputs, from: "output") { output, beat in
            try beat.set("element", Int(output.element))
            try beat.set("last", output.isLast)
            try beat.set("slot", output.slot)
        }
    }

    private func expectStates(_ scenario: inout StreamScenario) throws {
        let lane = configuration.lane
        try scenario.expect(expected, from: "closed") { row, beat in
            try beat.set("slot", row.slot)
            try beat.set("value_bits", row.valueBits)
        }
        try scenario.expect(expected.flatMap { StateItem.beats(of: $0.result.state, lane) }, from: "state") { try $0.encode(into: $1, lane) }
    }
}
