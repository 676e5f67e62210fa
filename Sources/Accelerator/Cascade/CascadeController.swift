import Blocks
import Configuration
import FixedPoint
import RTL

/// Runs a sequence's layers, iteration by iteration: passes the rows of the heads that stay on to a lane, each with the
/// tokens that stay, and swallows the others (SpAtten III-A, III-B; Docs/pruning.md 7 to 10).
///
/// Give it a `command` and, for an iteration, one `job` and one `query` for every head of every layer, in order. A row
/// of a pruned head comes back on `skipped`, and every command ends with its `status`, an iteration once all of its rows are in the
/// importances. A command that cannot be is refused: its status says why, and no job is taken.
///
/// A layer at which tokens are pruned waits until the rows before it are in the importances of tokens, one at which heads are for
/// those of heads; one that keeps everything follows without a gap. Its heads are ranked while its tokens are, and its rows are on the way
/// once the heads are known.
package struct CascadeController: Module {
    package let configuration: SpAttenConfiguration
    /// The most heads a layer may have: a multiple of 16, at most 240.
    package let maximumHeads: Int
    /// Says which layer's list it selects.
    let showsLists: Bool
    /// Gives a list to every layer that has one, also if it is that of the layer before: others may have come between. It shows lists.
    let repeatsLists: Bool

    package init(_ configuration: SpAttenConfiguration, maximumHeads: Int = 64, showsLists: Bool = false, repeatsLists: Bool = false) {
        self.configuration = configuration
        self.maximumHeads = maximumHeads
        self.showsLists = showsLists || repeatsLists
        self.repeatsLists = repeatsLists
    }

    var lane: LaneConfiguration { configuration.lane }

    package struct Ports {
        let command: Stream<CascadeCommand>
        let job: Stream<CascadeJob>
        let query: Stream<Vector<Signed>>
        let skipped: Stream<SkippedRow>
        /// Place among `CascadeStatus`.
        let status: Stream<Unsigned>
        let saved: Stream<StateWord>
        let restored: Stream<StateWord>
        /// To the lane, and its outputs as they leave it.
        let laneJob: Stream<SpAttenJob>
        let laneQuery: Stream<Vector<Signed>>
        let list: Stream<KeptListEntry>
        let output: Stream<OutputBeat>
        /// To the lane's `TokenImportance`.
        let tokenCommand: Stream<TokenCommand>
        let tokenLoad: Stream<TokenWord>
        let tokenScan: Stream<TokenWord>
        /// A row is in its bank.
        let rowDone: Bit
        /// If it shows lists: one is being selected, of the layer in the payload.
        let listing: Flow<Unsigned>?
        /// If it repeats lists: it is that of the layer before.
        let listIsRepeated: Bit?
    }

    package var suffix: String {
        "\(configuration.importanceSuffix)_d\(lane.headSize)_h\(maximumHeads)" + (repeatsLists ? "_repeats" : showsLists ? "_lists" : "")
    }

    package func ports(_ io: Interface) -> Ports {
        let query = Shape<Vector<Signed>>.vector(lane.headSize, signed: NumericFormats.queryBits)
        return Ports(
            command: io.sink(CascadeCommand.shape(configuration)), job: io.sink(CascadeJob.shape(lane)), query: io.sink(query),
            skipped: io.source(SkippedRow.shape), status: io.source(.unsigned(CascadeController.statusBits)),
            saved: io.source(StateWord.shape(configuration)), restored: io.sink(StateWord.shape(configuration)),
            laneJob: io.source(SpAttenJob.shape(lane)), laneQuery: io.source(query),
            list: io.source(KeptListEntry.shape(lane)), output: io.sink(OutputBeat.shape),
            tokenCommand: io.source(TokenCommand.shape(configuration)), tokenLoad: io.source(TokenWord.shape(configuration)),
            tokenScan: io.sink(TokenWord.shape(configuration)), rowDone: io.input(.bit),
            listing: showsLists ? io.output(.flow(.unsigned(layerBits))) : nil, listIsRepeated: repeatsLists ? io.output(.bit) : nil)
    }

    static var statusBits: Int { bitsToIndex(CascadeStatus.allCases.count) }

    /// What is being done.
    enum Phase: Int, CaseIterable {
        case idle, check, clearTokens, clearHeads, decay, extend
        /// A layer: what it keeps, the rankings, its rows.
        case share, weigh, compare, decide, rankHeads, rankTokens, scanTokens, awaitHeads, rows, nextLayer, drain
        case saveHeader, scanToSave, saveTokens, askHeads, saveHeads
        case restoreHeader, loadTokens, restoreTokens, loadHeads, restoreHeads, restoreRest
        case answer
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let phase = CascadePhase(c)
        let sequence = SequenceState(c, configuration)
        let heads = c.instance("head_importance", HeadImportance(lane: lane, heads: maximumHeads, lanes: configuration.importanceLanes))
        let selector = c.instance("token_selector", TokenSelector(configuration))
        let take = c.named("take_command", io.command.fires)
        let command = HeldCommand(c, io.command.payload, take)
        c.drive(io.command.ready, phase.is(.idle))
        let fault = c.register("fault", .unsigned(Self.statusBits))
        c.when(take) { fault.next(Unsigned(CascadeStatus.done.rawValue)) }

        let schedule = LayerSchedule(c, self, command, sequence, phase, take: take)
        let rows = passRows(c, io, command, sequence, schedule, phase, heads)
        rank(c, io, command, sequence, schedule, phase, heads, selector, rows)
        begin(c, io, command, sequence, phase, fault)
        commandTokens(c, io, command, sequence, phase)
        commandHeads(c, schedule, command, phase, heads)
        keep(c, io, sequence, phase, heads, selector, fault)

        let done = phase.is(.answer)
        c.send(fault.q, when: done, to: io.status)
        c.when(io.status.fires) { phase.go(.idle) }
    }

    /// From a command to its first layer.
    private func begin(
        _ c: Circuit, _ io: Ports, _ command: HeldCommand, _ sequence: SequenceState, _ phase: CascadePhase,
        _ fault: Register<Unsigned>
    ) {
        c.when(phase.is(.idle) & io.command.valid) {
            phase.go(.check)
            c.when(io.command.payload.operation == Unsigned(CascadeOperation.save.rawValue)) { phase.go(.saveHeader) }
            c.when(io.command.payload.operation == Unsigned(CascadeOperation.restore.rawValue)) { phase.go(.restoreHeader) }
        }
        let fresh = c.named("begins_sequence", command.isNewSequence | sequence.isEmpty.q)
        let context = command.context
        let badContext = (context == 0) | (context > Unsigned(configuration.maximumRowKeys))
            | (!fresh & (context < sequence.context.q.extended(to: context.width)))
        let badHeads = (command.heads == 0) | (command.heads > Unsigned(maximumHeads))
        c.when(phase.is(.check)) {
            c.when(badContext | badHeads | (command.layers == 0)) {
                fault.next(mux(badContext, Unsigned(CascadeStatus.context.rawValue),
                               mux(badHeads, Unsigned(CascadeStatus.heads.rawValue), Unsigned(CascadeStatus.layers.rawValue))))
                phase.go(.answer)
            }.elsewhen(fresh) {
                phase.go(.clearTokens)
            }.elsewhen(command.decays) {
                phase.go(.decay)
            }.otherwise {
                phase.go(.extend)
            }
        }
        c.when(phase.is(.clearTokens) & io.tokenCommand.ready) {
            sequence.context.next(0)
            sequence.rows.next(0)
        }
        c.when(phase.is(.extend) & io.tokenCommand.ready) {
            sequence.context.next(context.truncated(to: configuration.rowKeyBits))
            sequence.isEmpty.clear()
            phase.go(.share)
        }
    }

    /// What the bank of tokens does in each phase.
    private func commandTokens(
        _ c: Circuit, _ io: Ports, _ command: HeldCommand, _ sequence: SequenceState, _ phase: CascadePhase
    ) {
        let loads = phase.is(.clearTokens) | phase.is(.loadTokens), extends = phase.is(.extend)
        let scans = phase.is(.scanTokens) | phase.is(.scanToSave), decays = phase.is(.decay)
        func code(_ operation: TokenOperation) -> Unsigned { Unsigned(operation.rawValue) }
        let end = mux(extends, command.context.truncated(to: configuration.rowKeyBits),
                      mux(phase.is(.clearTokens), 0, sequence.context.q))
        c.send(TokenCommand(
            operation: mux(loads, code(.load), mux(decays, code(.decay), mux(extends, code(.extend), code(.scan))))
                .resized(to: bitsToIndex(TokenOperation.allCases.count)),
            first: sequence.context.q, end: end, born: sequence.rows.q),
            when: loads | extends | scans | decays, to: io.tokenCommand)
        c.when(io.tokenCommand.ready) {
            c.when(phase.is(.clearTokens)) { phase.go(.clearHeads) }
            c.when(decays) { phase.go(.extend) }
            c.when(phase.is(.loadTokens)) { phase.go(.restoreTokens) }
            c.when(phase.is(.scanToSave)) { phase.go(.saveTokens) }
        }
    }

    /// What the bank of heads does in each phase.
    private func commandHeads(
        _ c: Circuit, _ schedule: LayerSchedule, _ command: HeldCommand, _ phase: CascadePhase, _ heads: HeadImportance.Ports
    ) {
        let clears = phase.is(.clearHeads), loads = phase.is(.loadHeads), saves = phase.is(.askHeads), ranks = phase.is(.rankHeads)
        func code(_ operation: HeadOperation) -> Unsigned { Unsigned(operation.rawValue) }
        let count = bitsToCount(maximumHeads)
        c.send(HeadCommand(
            operation: mux(clears, code(.clear), mux(loads, code(.load), mux(saves, code(.save), code(.rank))))
                .resized(to: bitsToIndex(HeadOperation.allCases.count)),
            heads: command.heads.truncated(to: count), keep: schedule.keptHeads.truncated(to: count), fresh: schedule.allHeads.q),
            when: clears | loads | saves | ranks, to: heads.command)
        c.when(heads.command.ready) {
            c.when(clears) { phase.go(.extend) }
            c.when(loads) { phase.go(.restoreHeads) }
            c.when(saves) { phase.go(.saveHeads) }
        }
    }
}

/// The controller's phase.
typealias CascadePhase = PhaseRegister<CascadeController.Phase>

/// A sequence as far as it is not in the banks.
struct SequenceState {
    /// There is none yet: the next iteration begins one.
    let isEmpty: Register<Bit>
    /// Tokens, and rows that have accumulated.
    let context, rows: Register<Unsigned>

    init(_ c: Circuit, _ configuration: SpAttenConfiguration) {
        isEmpty = c.register("sequence_is_empty", .bit, reset: 1)
        context = c.register("sequence_context", .unsigned(configuration.rowKeyBits), reset: 0)
        rows = c.register("sequence_rows", .unsigned(rowCountBits), reset: 0)
    }
}

/// The command that is carried out.
struct HeldCommand {
    let context, layers, heads, sink, recent: Unsigned
    let isNewSequence, decays, divides: Bit
    let tokenRatio, headRatio: RatioSchedule

    init(_ c: Circuit, _ command: CascadeCommand, _ take: Bit) {
        func held(_ name: String, _ value: Unsigned) -> Unsigned { c.stage(name, value, enable: take) }
        func held(_ name: String, _ ratio: RatioSchedule) -> RatioSchedule {
            RatioSchedule(unpruned: held("\(name)_unpruned", ratio.unpruned), start: held("\(name)_start", ratio.start),
                          step: c.stage("\(name)_step", ratio.step, enable: take))
        }
        func mode(_ mode: ImportanceMode) -> Bit { command.mode == Unsigned(ImportanceMode.allCases.firstIndex(of: mode)!) }
        context = held("asked_tokens", command.context)
        layers = held("layers", command.layers)
        heads = held("heads_of_layer", command.heads)
        sink = held("sink", command.sink)
        recent = held("recent", command.recent)
        isNewSequence = c.stage("is_new_sequence", command.isNewSequence, enable: take)
        decays = c.stage("decays", mode(.decay), enable: take)
        divides = c.stage("divides", mode(.age), enable: take)
        tokenRatio = held("token_ratio", command.tokenRatio)
        headRatio = held("head_ratio", command.headRatio)
    }
}
