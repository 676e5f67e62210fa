import Configuration
import Driver
import GoldenModel
import Simulation
import Verification

/// What a row of a cluster that prunes has left out, as its lane reports it.
public struct ClusterRowReport: Hashable, Sendable, CustomStringConvertible {
    /// Units of 2^-14 of the row's weight sum.
    public let unrefined, dropped: Int
    /// A part of the row asked for what cannot be.
    public let fault: Bool

    init(unrefined: Int, dropped: Int, fault: Bool) {
        self.unrefined = unrefined
        self.dropped = dropped
        self.fault = fault
    }

    /// Of a row that asks for nothing but what there is.
    init(_ report: RowReport) { self.init(unrefined: report.unrefinedMass, dropped: report.droppedMass, fault: false) }

    public var description: String { "\(unrefined) unrefined, \(dropped) dropped" + (fault ? ", a fault" : "") }
}

/// What a lane of a cluster that prunes has beside a dense one's ports: more with each query, kept lists, reports.
struct ClusterPruningBench {
    let report: ReportPort
    private let gathered, loadsList: PortHandle
    private let fields: [(port: PortHandle, value: (PruningSettings) -> Int)]
    private let list: StreamPort
    private let token, last: PortHandle
    private var listStalls, reportStalls: StallPattern
    /// The list that the lane holds by the last query that was given.
    private var held: [Int]?
    /// Entries that are to be given, and how many of them have been.
    private var entries: [(token: Int, isLast: Bool)] = []
    private var given = 0
    private var offersEntry = false

    /// The reports of a lane.
    struct ReportPort {
        let owner: ClusterLaneBench.OwnerFields
        private let port: StreamPort
        private let number, unrefined, dropped, fault: PortHandle

        init(_ index: Int, _ simulator: any Simulator) throws {
            port = try StreamPort("report_\(index)", of: simulator)
            owner = try ClusterLaneBench.OwnerFields(port)
            number = try port.field("row")
            unrefined = try port.field("unrefined")
            dropped = try port.field("dropped")
            fault = try port.field("fault")
        }

        var fires: Bool { port.fires }
        /// Row of its group.
        var row: Int { number.value }
        var value: ClusterRowReport {
            ClusterRowReport(unrefined: unrefined.value, dropped: dropped.value, fault: fault.isSet)
        }

        func setReady(_ isReady: Bool) { port.isReady = isReady }
    }

    init(_ index: Int, _ simulator: any Simulator, _ query: StreamPort, stalls: (String) -> StallPattern) throws {
        report = try ReportPort(index, simulator)
        gathered = try query.field("gathered")
        loadsList = try query.field("loads_list")
        let values: [(String, (PruningSettings) -> Int)] = [
            ("refine", { RefineMode.allCases.firstIndex(of: $0.refine)! }),
            ("confidence", { $0.confidence }),
            ("value_rule", { $0.values.code.rule }),
            ("value_limit", { $0.values.code.limit }),
            ("renormalise", { $0.renormalise ? 1 : 0 }),
        ]
        fields = try values.map { (try query.field($0.0), $0.1) }
        list = try StreamPort("list_\(index)", of: simulator)
        token = try list.field("token")
        last = try list.field("last")
        listStalls = stalls("list \(index)")
        reportStalls = stalls("report \(index)")
    }

    /// Sets the fields of the query that is given next. Its list goes with it if it is not the one that the lane has.
    mutating func set(_ query: ClusterQuery) {
        for field in fields { field.port.value = field.value(query.pruning) }
        let list = query.list.flatMap { $0.isEmpty ? nil : $0 }
        let isNew = list != nil && list != held
        gathered.isSet = list != nil
        loadsList.isSet = isNew
        guard isNew, let list else { return }
        held = list
        entries += list.enumerated().map { (token: $1, isLast: $0 == list.count - 1) }
    }

    mutating func drive() {
        if !offersEntry, given < entries.count, !listStalls.next() {
            token.value = entries[given].token
            last.isSet = entries[given].isLast
            offersEntry = true
        }
        list.isValid = offersEntry
        report.setReady(!reportStalls.next())
    }

    /// Returns whether an entry was taken.
    mutating func observe() -> Bool {
        guard list.fires else { return false }
        given += 1
        offersEntry = false
        return true
    }
}
