import Blocks
import Configuration
import FixedPoint
import RTL

/// SpAtten whole on one lane: rows are computed as `SpAttenLane` does, and which tokens and heads each layer still has is
/// decided from the importance that they have accumulated (Docs/pruning.md).
///
/// Give it a `command`, and for an iteration a `job` and a `query` for every head of every layer, in order; read outputs and
/// reports of the rows that are computed, and the others' names on `skipped`.
package struct CascadeLane: Module {
    package let configuration: SpAttenConfiguration
    /// The most heads a layer may have: a multiple of 16.
    package let maximumHeads: Int
    /// Takes rows besides that the cascade does not see, and shows the lists that it selects: the lane of a `LeanSpAtten`.
    package let isShared: Bool
    /// More than one: a `LaneGroup` computes the rows, and there are requests and responses of each.
    package let lanes: Int

    package init(_ configuration: SpAttenConfiguration, maximumHeads: Int = 64, isShared: Bool = false, lanes: Int = 1) {
        self.configuration = configuration
        self.maximumHeads = maximumHeads
        self.isShared = isShared
        self.lanes = lanes
    }

    /// Rows for the lane itself, given while no command of the cascade is carried out.
    struct DirectRows {
        let job: Stream<SpAttenJob>
        let query: Stream<Vector<Signed>>
        let list: Stream<KeptListEntry>
    }

    /// The lists that the cascade selects, beside the lane.
    struct SelectedLists {
        let entry: Stream<KeptListEntry>
        /// A list is being selected, of the layer in the payload.
        let listing: Flow<Unsigned>
    }

    package struct Ports {
        let command: Stream<CascadeCommand>
        let job: Stream<CascadeJob>
        let query: Stream<Vector<Signed>>
        let skipped: Stream<SkippedRow>
        /// Place among `CascadeStatus`.
        let status: Stream<Unsigned>
        let saved, restored: Stream<StateWord>
        /// Of each channel of each lane.
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        let output: Stream<OutputBeat>
        let report: Stream<SpAttenLane.RowReport>
        // If it is shared.
        let direct: DirectRows?
        let selected: SelectedLists?
    }

    package var suffix: String { "\(configuration.suffix)_h\(maximumHeads)\(isShared ? "_shared" : "")\(lanes > 1 ? "_l\(lanes)" : "")" }

    package func ports(_ io: Interface) -> Ports {
        let lane = configuration.lane, list = KeptListEntry.shape(lane)
        return Ports(
            command: io.sink(CascadeCommand.shape(configuration)), job: io.sink(CascadeJob.shape(lane)),
            query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)), skipped: io.source(SkippedRow.shape),
            status: io.source(.unsigned(CascadeController.statusBits)), saved: io.source(StateWord.shape(configuration)),
            restored: io.sink(StateWord.shape(configuration)),
            request: (0..<configuration.channels * lanes).map { _ in io.source(MemoryRequest.shape) },
            response: (0..<configuration.channels * lanes).map { _ in
                io.sink(MemoryResponse.shape(bytes: configuration.sectorBytes))
            },
            output: io.source(OutputBeat.shape), report: io.source(SpAttenLane.RowReport.shape),
            direct: isShared ? DirectRows(
                job: io.sink(SpAttenJob.shape(lane)), query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
                list: io.sink(list)) : nil,
            selected: isShared ? SelectedLists(entry: io.source(list), listing: io.output(.flow(.unsigned(layerBits)))) : nil)
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let controller = c.instance("controller", CascadeController(configuration, maximumHeads: maximumHeads, showsLists: isShared))
        let lane = lanes == 1
            ? LaneGroup.Ports(c.instance("lane", SpAttenLane(configuration, accumulates: true)))
            : c.instance("lanes", LaneGroup(configuration: configuration, lanes: lanes))
        c.connect(io.command, to: controller.command)
        c.connect(io.job, to: controller.job)
        c.connect(io.query, to: controller.query)
        c.connect(controller.skipped, to: io.skipped)
        c.connect(controller.status, to: io.status)
        c.connect(controller.saved, to: io.saved)
        c.connect(io.restored, to: controller.restored)

        c.connect(controller.tokenCommand, to: lane.tokenCommand)
        c.connect(controller.tokenLoad, to: lane.tokenLoad)
        c.connect(lane.tokenScan, to: controller.tokenScan)
        // Rows and outputs that are not the cascade's.
        var rowIsDirect: Bit = false, outputIsDirect: Bit = false
        if let direct = io.direct, let selected = io.selected {
            share(c, controller, lane, direct, selected)
            let begins = direct.job.fires
            rowIsDirect = directRows(c, "direct_rows", begins, ends: lane.rowDone)
            outputIsDirect = directRows(c, "direct_outputs", begins, ends: lane.output.fires & lane.output.payload.last)
        } else {
            c.connect(controller.laneJob, to: lane.job)
            c.connect(controller.laneQuery, to: lane.query)
            c.connect(controller.list, to: lane.list)
        }
        c.drive(controller.rowDone, isShared ? lane.rowDone & !rowIsDirect : lane.rowDone)

        for (request, own) in zip(lane.request, io.request) { c.connect(request, to: own) }
        for (own, response) in zip(io.response, lane.response) { c.connect(own, to: response) }
        c.connect(lane.report, to: io.report)

        // Outputs leave, and add to the importance of their head.
        let outputs = Queue(c, "outputs", io.output.shape, depth: 4)
        let element = lane.output
        let taken = isShared ? controller.output.ready | outputIsDirect : controller.output.ready
        outputs.push(element.payload, when: element.valid & taken)
        c.drive(controller.output.valid, isShared ? element.valid & outputs.ready & !outputIsDirect : element.valid & outputs.ready)
        c.drive(controller.output.payload, element.payload)
        c.drive(element.ready, outputs.ready & taken)
        c.connect(outputs.output, to: io.output)
    }

    /// The lane's streams come from the cascade or from outside, and the cascade's lists go outside too.
    private func share(
        _ c: Circuit, _ controller: CascadeController.Ports, _ lane: LaneGroup.Ports, _ direct: DirectRows, _ selected: SelectedLists
    ) {
        merge(c, direct.job, controller.laneJob, to: lane.job)
        merge(c, direct.query, controller.laneQuery, to: lane.query)
        let list = controller.list
        let both = Stream(valid: c.wire("list_valid", .bit), ready: c.wire("list_ready", .bit), payload: list.payload, shape: list.shape)
        c.drive(both.valid, list.valid & selected.entry.ready)
        c.send(list.payload, when: list.valid & both.ready, to: selected.entry)
        c.drive(list.ready, both.ready & selected.entry.ready)
        merge(c, direct.list, both, to: lane.list)
        if let listing = controller.listing {
            c.drive(selected.listing.valid, listing.valid)
            c.drive(selected.listing.payload, listing.payload)
        }
    }

    /// Only one of the two has something at a time.
    private func merge<P: Value>(_ c: Circuit, _ first: Stream<P>, _ second: Stream<P>, to target: Stream<P>) {
        let chosen = mux(first.valid, concatenate(first.payload), concatenate(second.payload))
        c.send(target.shape.unpack(chosen), when: first.valid | second.valid, to: target)
        c.drive(first.ready, target.ready)
        c.drive(second.ready, target.ready & !first.valid)
    }

    /// The oldest row that has not ended is a direct one: those that the cascade has come after them.
    private func directRows(_ c: Circuit, _ name: String, _ begins: Bit, ends: Bit) -> Bit {
        let count = c.register(name, .unsigned(8), reset: 0)
        let some = c.named("has_\(name)", count.q.isNonzero)
        count.next(count.q &+ begins.asUnsigned.extended(to: 8) &- (ends & some).asUnsigned.extended(to: 8))
        return some
    }
}
