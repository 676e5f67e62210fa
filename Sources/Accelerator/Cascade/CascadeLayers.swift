import Blocks
import Configuration
import FixedPoint
import RTL

// The layers of an iteration: what each keeps, and its rows.

/// How many tokens and heads a layer keeps (Docs/pruning.md 8 to 10).
struct LayerSchedule {
    let layer: Register<Unsigned>
    /// What is still computed: tokens, heads; all heads, or those in `keepsHead`.
    let tokens, heads: Register<Unsigned>
    let allHeads: Register<Bit>
    let keepsHead: Register<Vector<Bit>>
    /// There is a list, and the next row has it loaded.
    let hasList, loadsList: Register<Bit>
    /// Of the layer that is decided.
    let keptTokens, keptHeads: Unsigned
    let prunesTokens, prunesHeads: Bit
    /// It has a token and a head.
    let keepsSome: Bit

    init(
        _ c: Circuit, _ unit: CascadeController, _ command: HeldCommand, _ sequence: SequenceState, _ phase: CascadePhase,
        take: Bit
    ) {
        let tokenBits = unit.configuration.rowKeyBits
        let layer = c.register("layer", .unsigned(layerBits))
        let tokens = c.register("tokens_left", .unsigned(tokenBits)), heads = c.register("heads_left", .unsigned(headCountBits))
        let allHeads = c.register("all_heads", .bit), hasList = c.register("has_list", .bit)
        let loadsList = c.register("loads_list", .bit)
        let context = command.context.truncated(to: tokenBits)
        c.when(phase.is(.extend)) {
            layer.next(0)
            tokens.next(context)
            heads.next(command.heads)
            allHeads.set()
            hasList.clear()
            loadsList.clear()
        }
        c.when(phase.is(.nextLayer)) { layer.next(layer.q &+ 1) }

        /// `ceil(ratio * count / 2^16)` of the layer, in its phase `compare`: the ratio is known in `share`, the product in `weigh`.
        func share(_ name: String, _ ratio: RatioSchedule, of count: Unsigned) -> Unsigned {
            let line = c.register("\(name)_line", .signed(ratioBits + layerBits + 2))
            let prunes = c.named("\(name)_layer_prunes", layer.q >= ratio.unpruned)
            c.when(phase.is(.extend)) {
                line.next(ratio.start.signExtendedByZero.extended(to: line.q.width))
            }.elsewhen(phase.is(.nextLayer) & prunes) {
                line.next(line.q &+ ratio.step.extended(to: line.q.width))
            }
            let one = 1 << ratioFractionBits
            let clamped = mux(line.q.isNegative, 0, mux(line.q > Signed(one), Unsigned(one), line.q.asUnsigned.truncated(to: ratioBits)))
            let ratio = c.stage("\(name)_ratio", mux(prunes, clamped, Unsigned(one)))
            let product = c.stage("\(name)_product", ratio * count)
            return ((product + Unsigned(one - 1)) >> ratioFractionBits).resized(to: count.width)
        }
        let shared = share("tokens", command.tokenRatio, of: context)
        let protected = command.sink + command.recent
        let least = c.stage(
            "least_tokens", mux(protected < context.extended(to: protected.width), protected, context).truncated(to: tokenBits))
        let wanted = c.named("wanted_tokens", mux(shared < least, least, shared))
        let keptTokens = c.stage("kept_tokens", mux(wanted < tokens.q, wanted, tokens.q))
        let sharedHeads = share("heads", command.headRatio, of: command.heads)
        let keptHeads = c.stage("kept_heads", mux(sharedHeads < heads.q, sharedHeads, heads.q))
        prunesHeads = c.named("prunes_heads", keptHeads < heads.q)
        // Without a head no list is read; a list of no token is none.
        keepsSome = keptTokens.isNonzero & keptHeads.isNonzero
        prunesTokens = c.named("prunes_tokens", (keptTokens < tokens.q) & keepsSome)
        keepsHead = c.register("keeps_head", .bits(unit.maximumHeads))
        (self.layer, self.tokens, self.heads, self.allHeads) = (layer, tokens, heads, allHeads)
        (self.hasList, self.loadsList, self.keptTokens, self.keptHeads) = (hasList, loadsList, keptTokens, keptHeads)
    }
}

extension CascadeController {
    /// What is known of the rows that the lane has.
    struct LaneRows {
        /// All that the lane was given is in the importances of tokens, of heads.
        let tokensAreIn, headsAreIn: Bit
    }

    /// Rows of the heads that stay go to the lane, others back.
    func passRows(
        _ c: Circuit, _ io: Ports, _ command: HeldCommand, _ sequence: SequenceState, _ schedule: LayerSchedule,
        _ phase: CascadePhase, _ heads: HeadImportance.Ports
    ) -> LaneRows {
        let head = c.register("head", .unsigned(headCountBits))
        let jobs = halfBuffer(c, "job_buffer", to: io.laneJob), queries = halfBuffer(c, "query_buffer", to: io.laneQuery)
        let skips = halfBuffer(c, "skipped_buffer", to: io.skipped)
        let headRows = Queue(c, "head_rows", HeadRow.shape(heads: maximumHeads), depth: 32)
        let tokenRows = RowCount(c, "token_rows", done: io.rowDone)
        let headBankRows = RowCount(c, "head_bank_rows", done: heads.rowDone)
        c.connect(headRows.output, to: heads.row)
        c.connect(io.output, to: heads.output)

        let index = head.q.truncated(to: bitsToIndex(maximumHeads))
        let stays = c.named("head_stays", schedule.allHeads.q | select(index, schedule.keepsHead.q.elements))
        let room = c.named("room_for_row", mux(
            stays, jobs.ready & queries.ready & headRows.ready & tokenRows.hasRoom & headBankRows.hasRoom, skips.ready))
        let open = c.named("rows_pass", phase.is(.rows) & room)
        c.drive(io.job.ready, open & io.query.valid)
        c.drive(io.query.ready, open & io.job.valid)
        let row = c.named("row_passes", open & io.job.valid & io.query.valid)
        let goes = c.named("row_goes", row & stays)

        let job = io.job.payload.job
        let tokens = schedule.tokens.q
        c.send(concatenate(SpAttenJob(
            first: c.constant(0, .unsigned(lane.contextBits)), end: tokens.extended(to: lane.contextBits),
            gathered: schedule.hasList.q & tokens.isNonzero, loadsList: schedule.loadsList.q, accumulates: c.constant(1, .bit),
            tileSize: job.tileSize, msbBits: job.msbBits, lsbBits: job.lsbBits, valueBits: job.valueBits, scale: job.scale,
            refine: job.refine, confidence: job.confidence, valueRule: job.valueRule, valueLimit: job.valueLimit,
            renormalise: job.renormalise, keyMSBAddress: job.keyMSBAddress, keyLSBAddress: job.keyLSBAddress,
            valueAddress: job.valueAddress)), when: goes, to: jobs)
        c.discard(concatenate(job.first, job.end, job.gathered, job.loadsList, job.accumulates))
        c.send(concatenate(io.query.payload), when: goes, to: queries)
        headRows.push(HeadRow(head: index, scale: io.job.payload.headScale), when: goes)
        c.send(concatenate(SkippedRow(layer: schedule.layer.q, head: head.q)), when: row & !stays, to: skips)
        tokenRows.count(c, goes)
        headBankRows.count(c, goes)
        c.when(goes) {
            schedule.loadsList.clear()
            sequence.rows.next(sequence.rows.q &+ 1)
        }
        c.when(phase.is(.decide)) { head.next(0) }
        c.when(row) {
            head.next(head.q &+ 1)
            c.when(head.q + 1 == command.heads.extended(to: headCountBits + 1)) { phase.go(.nextLayer) }
        }
        c.when(phase.is(.nextLayer)) {
            phase.go(.share)
            c.when(schedule.layer.q + 1 == command.layers.extended(to: layerBits + 1)) { phase.go(.drain) }
        }
        return LaneRows(tokensAreIn: c.named("tokens_are_in", tokenRows.isNone), headsAreIn: c.named("heads_are_in", headBankRows.isNone))
    }

    /// The words that go to `target` through a `HalfBuffer`, so that a row's way ends here: there is one in many cycles.
    private func halfBuffer<P>(_ c: Circuit, _ name: String, to target: Stream<P>) -> Stream<Unsigned> {
        let buffer = c.instance(name, HalfBuffer(bits: target.shape.width))
        c.connect(words: buffer.output, to: target)
        return buffer.input
    }

    /// Rows under way.
    private struct RowCount {
        private let register: Register<Unsigned>
        private let done: Bit

        init(_ c: Circuit, _ name: String, done: Bit) {
            register = c.register(name, .unsigned(8), reset: 0)
            self.done = done
        }

        var isNone: Bit { register.q == 0 }
        /// Far more than a lane takes in.
        var hasRoom: Bit { !register.q[7] }

        func count(_ c: Circuit, _ goes: Bit) {
            register.next(register.q &+ goes.asUnsigned.extended(to: 8) &- done.asUnsigned.extended(to: 8))
        }
    }

    /// Heads and tokens that stay in a layer: the phases from `share` to `awaitHeads`, and the list beside what follows.
    func rank(
        _ c: Circuit, _ io: Ports, _ command: HeldCommand, _ sequence: SequenceState, _ schedule: LayerSchedule,
        _ phase: CascadePhase, _ heads: HeadImportance.Ports, _ selector: TokenSelector.Ports, _ rows: LaneRows
    ) {
        let context = sequence.context.q
        let selecting = c.register("selecting", .bit, reset: 0)
        let (prunesTokens, prunesHeads) = (schedule.prunesTokens, schedule.prunesHeads)
        // Which needs no importances: as many stay as there are.
        let repeats = repeatsLists ? c.named("repeats", schedule.hasList.q & !prunesTokens & schedule.keepsSome) : nil
        let selects = either(prunesTokens, repeats)
        let settled = c.named(
            "settled", (!prunesTokens | rows.tokensAreIn) & (!prunesHeads | rows.headsAreIn) & (!selects | !selecting.q))
        c.when(phase.is(.share)) { phase.go(.weigh) }
        c.when(phase.is(.weigh)) { phase.go(.compare) }
        c.when(phase.is(.compare)) { phase.go(.decide) }
        c.when(phase.is(.decide) & settled) {
            phase.go(.rows)
            c.when(selects) { phase.go(.rankTokens) }
            c.when(prunesHeads) { phase.go(.rankHeads) }
            schedule.tokens.next(schedule.keptTokens)
            schedule.heads.next(schedule.keptHeads)
        }
        let awaitsHeads = c.register("awaits_heads", .bit)
        let ranksTokens = c.register("ranks_tokens", .bit)
        c.when(phase.is(.decide)) {
            awaitsHeads.next(prunesHeads)
            ranksTokens.next(selects)
        }
        c.when(phase.is(.rankHeads) & heads.command.ready) {
            phase.go(.awaitHeads)
            c.when(ranksTokens.q) { phase.go(.rankTokens) }
        }
        let recent = command.recent < context
        let from = mux(recent, (context &- command.recent), 0)
        c.send(TokenSelection(
            context: context, keep: schedule.keptTokens, fresh: !schedule.hasList.q, sink: command.sink, recent: from,
            divides: command.divides, rows: sequence.rows.q), when: phase.is(.rankTokens), to: selector.command)
        c.when(selector.command.fires) {
            selecting.set()
            schedule.loadsList.set()
            phase.go(.scanTokens)
        }
        let scans = c.named("scans", phase.is(.scanTokens) & io.tokenCommand.ready)
        c.when(scans) {
            schedule.hasList.set()
            phase.go(.rows)
            c.when(awaitsHeads.q) { phase.go(.awaitHeads) }
        }
        c.drive(heads.kept.ready, phase.is(.awaitHeads))
        c.when(phase.is(.awaitHeads) & heads.kept.valid) {
            schedule.keepsHead.next(heads.kept.payload)
            schedule.allHeads.clear()
            phase.go(.rows)
        }
        c.connect(selector.list, to: io.list)
        c.when(selector.list.fires & selector.list.payload.last) { selecting.clear() }
        if let listing = io.listing {
            c.drive(listing.valid, selecting.q)
            c.drive(listing.payload, c.stage("list_layer", schedule.layer.q, enable: selector.command.fires))
        }
        if let repeats, let listIsRepeated = io.listIsRepeated {
            // The list that is selected is still on its way when the next layer is decided.
            let decided = c.stage("decided_repeats", repeats, enable: phase.is(.decide))
            c.drive(listIsRepeated, c.stage("selected_is_repeated", decided, enable: selector.command.fires))
        }
        c.when(phase.is(.drain) & rows.tokensAreIn & rows.headsAreIn & !selecting.q) { phase.go(.answer) }
    }

    private func either(_ condition: Bit, _ other: Bit?) -> Bit {
        guard let other else { return condition }
        return condition | other
    }
}
