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
    /// More than one: sequences that it holds, each with a controller and a bank of importances of its own, whose layers may take
    /// turns. A power of two.
    package let slots: Int

    package init(
        _ configuration: SpAttenConfiguration, maximumHeads: Int = 64, isShared: Bool = false, lanes: Int = 1, slots: Int = 1
    ) {
        precondition(isShared || slots == 1, "whose turn it is must be said from outside")
        self.configuration = configuration
        self.maximumHeads = maximumHeads
        self.isShared = isShared
        self.lanes = lanes
        self.slots = slots
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
        /// If there are several slots: it is the list that the layer before had.
        let isRepeated: Bit?
    }

    /// Which sequence is meant.
    struct Turns {
        /// By commands, jobs, queries, states and selected lists: those of the job at hand.
        let job: Unsigned
        /// Its heads are handed out, and pass the cascade.
        let hands: Bit
        /// By `skipped`: that of the row to be written.
        let writes: Unsigned
        /// By `status`.
        let answers: Unsigned
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
        // If there are several slots.
        let turns: Turns?
    }

    package var suffix: String {
        "\(configuration.suffix)_h\(maximumHeads)\(isShared ? "_shared" : "")\(lanes > 1 ? "_l\(lanes)" : "")\(slotsSuffix(slots))"
    }

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
            selected: isShared ? SelectedLists(
                entry: io.source(list), listing: io.output(.flow(.unsigned(layerBits))), isRepeated: slots > 1 ? io.output(.bit) : nil) : nil,
            turns: slots > 1 ? Turns(
                job: io.input(.unsigned(bitsToIndex(slots))), hands: io.input(.bit), writes: io.input(.unsigned(bitsToIndex(slots))),
                answers: io.output(.unsigned(bitsToIndex(slots)))) : nil)
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let controllers = (0..<slots).map { slot in
            c.instance(slots == 1 ? "controller" : "controller_\(slot)", CascadeController(
                configuration, maximumHeads: maximumHeads, showsLists: isShared, repeatsLists: slots > 1))
        }
        let lane = lanes == 1
            ? LaneGroup.Ports(c.instance("lane", SpAttenLane(configuration, accumulates: true, slots: slots)))
            : c.instance("lanes", LaneGroup(configuration: configuration, lanes: lanes, slots: slots))
        let turn = io.turns?.job
        deliver(c, io.command, to: controllers.map(\.command), turn)
        // The slot whose rows go to the lane; the next one's are taken when all of them have gone.
        var giving: Register<Unsigned>?, gives: Bit?
        if let turn {
            let slot = c.register("giving_slot", .like(turn), reset: 0)
            (giving, gives) = (slot, c.named("gives_turn", slot.q == turn))
        }
        deliver(c, io.job, to: controllers.map(\.job), turn, when: gives)
        deliver(c, io.query, to: controllers.map(\.query), turn, when: gives)
        deliver(c, io.restored, to: controllers.map(\.restored), turn)
        collect(c, controllers.map(\.saved), to: io.saved, turn)
        collect(c, controllers.map(\.skipped), to: io.skipped, io.turns?.writes)
        answer(c, controllers.map(\.status), io)
        for (slot, controller) in controllers.enumerated() {
            c.connect(controller.tokenCommand, to: lane.bank[slot].command)
            c.connect(controller.tokenLoad, to: lane.bank[slot].load)
            c.connect(lane.bank[slot].scan, to: controller.tokenScan)
            c.drive(controller.rowDone, lane.rowAdded[slot])
        }
        for (request, own) in zip(lane.request, io.request) { c.connect(request, to: own) }
        for (own, response) in zip(io.response, lane.response) { c.connect(own, to: response) }
        c.connect(lane.report, to: io.report)

        var owner: Stream<Unsigned>?
        if let direct = io.direct, let selected = io.selected {
            shareLists(c, controllers, lane, direct, selected, turn)
            owner = shareRows(c, controllers, lane, direct, io.turns, giving)
        } else {
            c.connect(controllers[0].laneJob, to: lane.job)
            c.connect(controllers[0].laneQuery, to: lane.query)
            c.connect(controllers[0].list, to: lane.list)
        }
        giveOutputs(c, controllers, lane, owner, to: io.output)
    }

    /// Outputs leave, and add to the importance of their head.
    private func giveOutputs(
        _ c: Circuit, _ controllers: [CascadeController.Ports], _ lane: LaneGroup.Ports, _ owner: Stream<Unsigned>?,
        to output: Stream<OutputBeat>
    ) {
        let outputs = Queue(c, "outputs", output.shape, depth: 4)
        let element = lane.output
        // Those of direct rows, owner 0, are nobody's.
        var isOf: [Bit] = [], taken = controllers[0].output.ready
        if let owner {
            isOf = controllers.indices.map { c.named("output_is_of_\($0)", owner.valid & (owner.payload == Unsigned($0 + 1))) }
            taken = c.named("output_is_taken", owner.valid & select(owner.payload, [c.constant(1, .bit)] + controllers.map(\.output.ready)))
            c.drive(owner.ready, element.fires & element.payload.last)
        }
        outputs.push(element.payload, when: element.valid & taken)
        for (slot, controller) in controllers.enumerated() {
            let offered = element.valid & outputs.ready
            c.drive(controller.output.valid, isOf.isEmpty ? offered : offered & isOf[slot])
            c.drive(controller.output.payload, element.payload)
        }
        c.drive(element.ready, outputs.ready & taken)
        c.connect(outputs.output, to: output)
    }

    /// The lane's rows come from the cascade or from outside.
    ///
    /// - Returns: Whose each of them is, in order: 0, or a slot and 1.
    private func shareRows(
        _ c: Circuit, _ controllers: [CascadeController.Ports], _ lane: LaneGroup.Ports, _ direct: DirectRows, _ turns: Turns?,
        _ giving: Register<Unsigned>?
    ) -> Stream<Unsigned> {
        let owners = Queue(c, "row_owners", .unsigned(bitsToCount(slots)), depth: LaneGroup.rowsOfLane * lanes)
        var job = controllers[0].laneJob, query = controllers[0].laneQuery, owner = c.constant(1, .unsigned(bitsToCount(slots)))
        if let turns, let giving, let slot = lane.slot {
            job = chosen(c, "given_job", controllers.map(\.laneJob), giving.q)
            query = chosen(c, "given_query", controllers.map(\.laneQuery), giving.q)
            owner = (giving.q + 1).resized(to: owner.width)
            c.when(turns.hands & !job.valid & !query.valid) { giving.next(turns.job) }
            c.drive(slot, giving.q)
        }
        merge(c, direct.job, job, to: lane.job, room: owners.ready)
        owners.push(mux(direct.job.valid, 0, owner), when: lane.job.fires)
        merge(c, direct.query, query, to: lane.query)
        return owners.output
    }

    /// The cascade's lists go to the lane, and outside too.
    private func shareLists(
        _ c: Circuit, _ controllers: [CascadeController.Ports], _ lane: LaneGroup.Ports, _ direct: DirectRows, _ selected: SelectedLists,
        _ turn: Unsigned?
    ) {
        let list = chosen(c, "selected_list", controllers.map(\.list), turn)
        let both = Stream(valid: c.wire("list_valid", .bit), ready: c.wire("list_ready", .bit), payload: list.payload, shape: list.shape)
        c.drive(both.valid, list.valid & selected.entry.ready)
        c.send(list.payload, when: list.valid & both.ready, to: selected.entry)
        c.drive(list.ready, both.ready & selected.entry.ready)
        merge(c, direct.list, configuration.relayed(c, "next_list_entry", both), to: lane.list)
        let listings = controllers.compactMap(\.listing), repeated = controllers.compactMap(\.listIsRepeated)
        guard let turn, let isRepeated = selected.isRepeated else {
            c.drive(selected.listing, listings[0])
            return
        }
        c.drive(selected.listing.valid, select(turn, listings.map(\.valid)))
        c.drive(selected.listing.payload, select(turn, listings.map(\.payload)))
        c.drive(isRepeated, select(turn, repeated))
    }

    /// Only one of the two has something at a time.
    private func merge<P: Value>(_ c: Circuit, _ first: Stream<P>, _ second: Stream<P>, to target: Stream<P>, room: Bit? = nil) {
        let payload = mux(first.valid, concatenate(first.payload), concatenate(second.payload)), valid = first.valid | second.valid
        var (offered, taken) = (valid, target.ready)
        if let room { (offered, taken) = (valid & room, target.ready & room) }
        c.send(target.shape.unpack(payload), when: offered, to: target)
        c.drive(first.ready, taken)
        c.drive(second.ready, taken & !first.valid)
    }
}

// Of several slots one is meant; nil: there is one.
extension CascadeLane {
    /// To the target of the slot, while it is open.
    private func deliver<P: Value>(_ c: Circuit, _ source: Stream<P>, to targets: [Stream<P>], _ slot: Unsigned?, when isOpen: Bit? = nil) {
        guard let slot else {
            c.connect(source, to: targets[0])
            return
        }
        var (valid, ready) = (source.valid, select(slot, targets.map(\.ready)))
        if let isOpen { (valid, ready) = (valid & isOpen, ready & isOpen) }
        for (number, target) in targets.enumerated() {
            c.send(source.payload, when: valid & (slot == Unsigned(number)), to: target)
        }
        c.drive(source.ready, ready)
    }

    /// From the source of the slot.
    private func collect<P: Value>(_ c: Circuit, _ sources: [Stream<P>], to target: Stream<P>, _ slot: Unsigned?) {
        guard let slot else {
            c.connect(sources[0], to: target)
            return
        }
        c.send(target.shape.unpack(select(slot, sources.map { concatenate($0.payload) })), when: select(slot, sources.map(\.valid)), to: target)
        for (number, source) in sources.enumerated() { c.drive(source.ready, target.ready & (slot == Unsigned(number))) }
    }

    /// The source of the slot.
    private func chosen<P: Value>(_ c: Circuit, _ name: String, _ sources: [Stream<P>], _ slot: Unsigned?) -> Stream<P> {
        guard let slot else { return sources[0] }
        let shape = sources[0].shape
        let target = Stream(
            valid: c.wire("\(name)_valid", .bit), ready: c.wire("\(name)_ready", .bit), payload: c.wire(name, shape), shape: shape)
        collect(c, sources, to: target, slot)
        return target
    }

    /// A status at a time, and of which slot.
    private func answer(_ c: Circuit, _ statuses: [Stream<Unsigned>], _ io: Ports) {
        guard let turns = io.turns else {
            c.connect(statuses[0], to: io.status)
            return
        }
        let first = statuses.indices.dropLast().reversed().reduce(c.constant(slots - 1, .unsigned(bitsToIndex(slots)))) { other, slot in
            mux(statuses[slot].valid, c.constant(slot, .unsigned(bitsToIndex(slots))), other)
        }
        let slot = c.named("answering_slot", first)
        collect(c, statuses, to: io.status, slot)
        c.drive(turns.answers, slot)
    }
}
