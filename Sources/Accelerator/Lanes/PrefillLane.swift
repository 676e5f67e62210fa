import Blocks
import Configuration
import FixedPoint
import RTL

/// Attention of groups of query rows of one head: each tile of keys and values is read once and used by all rows of the
/// group that see it (Docs/prefill.md).
///
/// Give a `group`, then for each of its rows a `row` and a `query`; read `headSize` output elements a row. Rows come out as
/// they close: in the order of the tiles of their last positions, and of their numbers within a tile.
///
/// A lane of a cluster sees parts of rows and gives their states, which are not normalised yet: for each row of a group
/// what is to be known to do so, and `stateBeats` beats.
package struct PrefillLane: Module {
    package let prefill: PrefillConfiguration
    /// States come out instead of outputs.
    package let emitsStates: Bool

    package init(prefill: PrefillConfiguration, emitsStates: Bool = false) {
        self.prefill = prefill
        self.emitsStates = emitsStates
    }

    package struct Ports {
        let group: Stream<GroupJob>
        /// One beat a row of the group.
        let row: Stream<RowSpan>
        /// One beat a row of the group: `headSize` elements, signed 12 bits.
        let query: Stream<Vector<Signed>>
        let request: Stream<MemoryRequest>
        let response: Stream<MemoryResponse>
        /// Unless states are asked for.
        let output: Stream<PrefillOutputBeat>?
        /// If states are asked for: the rows that close, and their states; a row comes before the last beat of its state.
        let closed: Stream<ClosingRow>?
        let state: Stream<StateBeat>?
    }

    package var suffix: String { prefill.suffix + (emitsStates ? "_states" : "") }

    package func ports(_ io: Interface) -> Ports {
        let lane = prefill.lane
        return Ports(
            group: io.sink(GroupJob.shape(prefill)), row: io.sink(RowSpan.shape(lane)),
            query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
            request: io.source(MemoryRequest.shape), response: io.sink(MemoryResponse.shape(lane)),
            output: emitsStates ? nil : io.source(PrefillOutputBeat.shape(prefill)),
            closed: emitsStates ? io.source(ClosingRow.shape(prefill)) : nil,
            state: emitsStates ? io.source(StateBeat.shape(lane)) : nil)
    }

    /// Passes that may wait in front of a buffer, so that tiles are asked for ahead of their use.
    private var waitingPasses: Int { 4 * prefill.residentRows }
    /// Passes that may be anywhere between the buffers and the accumulator besides.
    private var passesUnderWay: Int { 2 * waitingPasses }

    package func body(_ c: Circuit, _ io: Ports) {
        let lane = prefill.lane
        let planner = c.instance("pass_planner", PassPlanner(prefill: prefill))
        let queries = heldQueries(c, io, planner)

        // A pass goes to all that have a part in it, at once.
        let pass = planner.pass.payload
        let push = c.wire("push_pass", .bit)
        var ready: [Bit] = []
        func queue<P>(_ name: String, _ payload: P, _ shape: Shape<P>, depth: Int, when condition: Bit) -> Stream<P> {
            let queue = Queue(c, name, shape, depth: depth)
            queue.push(payload, when: push & condition)
            ready.append(queue.ready)
            return queue.output
        }
        let always = c.constant(1, .bit)
        let keyPasses = queue(
            "key_passes", vectors(pass), ReplayCommand.shape(words: bufferWords), depth: waitingPasses, when: always)
        let valuePasses = queue(
            "value_passes", vectors(pass), ReplayCommand.shape(words: bufferWords), depth: waitingPasses, when: pass.occupied)
        c.connect(queue(
            "query_passes", ReplayCommand(
                range: WordRange(first: pass.slot, last: pass.slot), nextBank: pass.startsGroup, occupied: always),
            ReplayCommand.shape(words: prefill.slots), depth: waitingPasses, when: always), to: queries.replay)
        let owners = queue(
            "leaf_owners", LeafOwner(slot: pass.slot, opens: pass.opens, closes: pass.closes), LeafOwner.shape(prefill),
            depth: passesUnderWay, when: always)
        let closing = queue(
            "closing_rows", ClosingRow(slot: pass.slot, valueBits: pass.valueBits), ClosingRow.shape(prefill),
            depth: passesUnderWay, when: pass.closes)
        let everyoneReady = c.named("everyone_ready", ready.allSet)
        c.drive(planner.pass.ready, everyoneReady)
        c.drive(push, planner.pass.valid & everyoneReady)

        let buffers = fetch(c, io, planner.tile)
        c.connect(keyPasses, to: buffers.keys.replay)
        c.connect(valuePasses, to: buffers.values.replay)

        // Keys to weights: a pass is a row of one tile.
        let queryKey = c.instance("query_key", QueryKeyUnit(lane: lane))
        let scaler = c.instance("score_scaler", ScoreScaler(lane: lane))
        sendQueries(c, queries.output, queryKey.query, scaler.scale)
        let key = buffers.keys.output
        c.send(KeyBeat(
            elements: elements(of: key.payload), occupied: Vector([key.payload.occupied]),
            tileLast: key.payload.last, rowLast: key.payload.last), when: key.valid, to: queryKey.keys)
        c.drive(key.ready, queryKey.keys.ready)
        c.connect(queryKey.scores, to: scaler.scores)
        let softmax = c.instance("softmax", SoftmaxUnit(lane: lane))
        c.connect(scaler.scaled, to: softmax.scores)

        // Weights and values to outputs.
        let probabilityValue = c.instance("probability_value", ProbabilityValueUnit(lane: lane))
        c.connect(softmax.weights, to: probabilityValue.weights)
        let value = buffers.values.output
        c.send(elements(of: value.payload), when: value.valid, to: probabilityValue.values)
        c.drive(value.ready, probabilityValue.values.ready)
        c.discard(value.payload.occupied)
        c.discard(value.payload.last)
        let accumulator = c.instance("slot_accumulator", SlotAccumulator(prefill: prefill))
        c.connect(owners, to: accumulator.owner)
        c.connect(probabilityValue.leaf, to: accumulator.leaf)

        // The rows of a group may close within a few cycles: their states wait here, not in front of the array.
        let states = Queue(c, "closed_states", accumulator.state.shape, depth: prefill.residentRows * lane.stateBeats)
        c.drive(accumulator.state.ready, states.ready)
        states.push(accumulator.state.payload, when: accumulator.state.valid)
        if let closed = io.closed, let state = io.state {
            c.connect(closing, to: closed)
            c.connect(states.output, to: state)
        } else if let output = io.output {
            let normalizers = c.instance("normalizers", NormalizerPair(prefill: prefill))
            c.connect(closing, to: normalizers.row)
            c.connect(states.output, to: normalizers.state)
            c.connect(normalizers.output, to: output)
        }
    }

    /// Vectors of a tile's keys, or of its values.
    private var bufferWords: Int { prefill.bufferTileKeys * prefill.lane.steps }

    private func elements(of beat: ReplayBeat) -> Vector<Signed> {
        Shape.vector(prefill.lane.multipliers, signed: NumericFormats.keyBits).unpack(beat.word)
    }

    /// The vectors of a pass in a tile buffer.
    private func vectors(_ pass: TilePass) -> ReplayCommand {
        ReplayCommand(range: vectors(pass.first, pass.last), nextBank: pass.startsTile, occupied: pass.occupied)
    }

    private func vectors(_ first: Unsigned, _ last: Unsigned) -> WordRange {
        guard prefill.lane.steps > 1 else { return WordRange(first: first, last: last) }
        let shift = ceilLog2(prefill.lane.steps)
        return WordRange(first: first << shift, last: (last << shift) | Unsigned(prefill.lane.steps - 1))
    }

    /// Splits what is said of a group and its rows: positions to the planner, queries with their scales to a buffer of their
    /// own, from which each pass reads its row's again.
    private func heldQueries(_ c: Circuit, _ io: Ports, _ planner: PassPlanner.Ports) -> TileBuffer.Ports {
        let buffer = c.instance("query_buffer", TileBuffer(
            words: prefill.slots, bits: io.query.shape.width + ScaleSettings.shape.width))
        let fills = Queue(c, "query_fills", .unsigned(prefill.slotBits), depth: 2)
        c.drive(planner.group.valid, io.group.valid & fills.ready)
        c.drive(planner.group.payload, io.group.payload)
        c.drive(io.group.ready, planner.group.ready & fills.ready)
        fills.push(io.group.payload.rows, when: io.group.valid & planner.group.ready)
        c.send(WordRange(first: c.constant(0, .unsigned(prefill.slotBits)), last: fills.output.payload),
               when: fills.output.valid, to: buffer.fill)
        c.drive(fills.output.ready, buffer.fill.ready)

        let scales = Queue(c, "scales", ScaleSettings.shape, depth: prefill.slots)
        c.drive(planner.row.valid, io.row.valid & scales.ready)
        c.drive(planner.row.payload, io.row.payload.range)
        c.drive(io.row.ready, planner.row.ready & scales.ready)
        scales.push(io.row.payload.scale, when: io.row.valid & planner.row.ready)
        c.send(concatenate(io.query.payload, scales.output.payload), when: io.query.valid & scales.output.valid, to: buffer.words)
        c.drive(io.query.ready, buffer.words.ready & scales.output.valid)
        c.drive(scales.output.ready, buffer.words.ready & io.query.valid)
        return buffer
    }

    /// A pass's query, and its scale, which is needed a few cycles later.
    private func sendQueries(
        _ c: Circuit, _ source: Stream<ReplayBeat>, _ query: Stream<Vector<Signed>>, _ scale: Stream<ScaleSettings>
    ) {
        let scales = Queue(c, "scales_of_passes", ScaleSettings.shape, depth: 16)
        let bits = ScaleSettings.shape.width
        c.send(query.shape.unpack(source.payload.word >> bits), when: source.valid & scales.ready, to: query)
        scales.push(ScaleSettings.shape.unpack(source.payload.word.truncated(to: bits)), when: source.valid & query.ready)
        c.drive(source.ready, query.ready & scales.ready)
        c.connect(scales.output, to: scale)
        c.discard(source.payload.occupied)
        c.discard(source.payload.last)
    }

    /// Reads tiles into the two buffers. To the units of the dense lane a tile is a row.
    private func fetch(
        _ c: Circuit, _ io: Ports, _ tile: Stream<TileJob>
    ) -> (keys: TileBuffer.Ports, values: TileBuffer.Ports) {
        let lane = prefill.lane, shared = Lane(lane: lane)
        let dispatcher = c.instance("dispatcher", JobDispatcher(lane: lane))
        let bits = lane.multipliers * NumericFormats.keyBits
        func buffer(_ name: String) -> (buffer: TileBuffer.Ports, fills: Queue<WordRange>) {
            let buffer = c.instance("\(name)_buffer", TileBuffer(words: bufferWords, bits: bits))
            let fills = Queue(c, "\(name)_fills", buffer.fill.shape, depth: JobDispatcher.waitingRows)
            c.connect(fills.output, to: buffer.fill)
            return (buffer, fills)
        }
        let keys = buffer("key"), values = buffer("value")
        let job = tile.payload
        let room = c.named("fills_ready", keys.fills.ready & values.fills.ready)
        c.drive(tile.ready, dispatcher.job.ready & room)
        c.send(RowJob(
            keys: job.keys.extended(to: lane.contextBits), tileSize: 3, msbBits: job.msbBits, lsbBits: job.lsbBits,
            valueBits: job.valueBits, scale: c.constant(0, ScaleSettings.shape), keyMSBAddress: job.keyMSBAddress,
            keyLSBAddress: job.keyLSBAddress, valueAddress: job.valueAddress), when: tile.valid & room, to: dispatcher.job)
        for fills in [keys.fills, values.fills] {
            fills.push(vectors(job.first, job.last), when: tile.fires)
        }
        // A tile is no row: its scales and formats come with the passes.
        c.drive(dispatcher.scale.ready, true)
        c.drive(dispatcher.normalize.ready, true)
        for unread in [dispatcher.scale.valid, dispatcher.normalize.valid] { c.discard(unread) }
        c.discard(dispatcher.scale.payload)
        c.discard(dispatcher.normalize.payload)

        let msb = shared.reader(c, "key_msb_reader", .keyMSB, dispatcher.keyMSB, io.response)
        let lsb = shared.reader(c, "key_lsb_reader", .keyLSB, dispatcher.keyLSB, io.response)
        let value = shared.reader(c, "value_reader", .value, dispatcher.value, io.response)
        takeTurns(
            c, keys: [(dispatcher.keyMSB.fetch, msb.fetch), (dispatcher.keyLSB.fetch, lsb.fetch)],
            values: (dispatcher.value.fetch, value.fetch))
        shared.share(c, [(.keyMSB, msb.request), (.keyLSB, lsb.request), (.value, value.request)], io.request)
        c.drive(io.response.ready, true)

        let assembler = c.instance("key_assembler", KeyAssembler(lane: lane))
        c.connect(dispatcher.assemble, to: assembler.row)
        c.connect(msb.vectors, to: assembler.msb)
        c.connect(lsb.vectors, to: assembler.lsb)
        let beat = assembler.keys
        c.send(beat.payload.elements.packed, when: beat.valid, to: keys.buffer.words)
        c.drive(beat.ready, keys.buffer.words.ready)
        c.discard(beat.payload.occupied)
        c.discard(beat.payload.tileLast)
        c.discard(beat.payload.rowLast)
        c.connect(value.vectors, to: values.buffer.words)
        return (keys.buffer, values.buffer)
    }

    /// Asks for the keys of a tile, then for its values, then for the keys of the next: in the order in which the arrays
    /// need them. Were the port shared, the first pass would wait for keys while values come that it does not need yet.
    ///
    /// Nothing of a tile is asked for before all of those before it, so none waits for what is behind it.
    private func takeTurns(
        _ c: Circuit, keys: [(command: Stream<FetchCommand>, fetcher: Stream<FetchCommand>)],
        values: (command: Stream<FetchCommand>, fetcher: Stream<FetchCommand>)
    ) {
        let valuesTurn = c.register("values_turn", .bit, reset: 0)
        // A fetcher is ready for a command once it has asked for all of the one before.
        let allAsked = c.named("all_asked", (keys + [values]).map(\.fetcher.ready).allSet)
        let fetchKeys = c.named("fetch_keys", allAsked & !valuesTurn.q & keys.map(\.command.valid).allSet)
        let fetchValues = c.named("fetch_values", allAsked & valuesTurn.q & values.command.valid)
        for (planes, fetch) in [(keys, fetchKeys), ([values], fetchValues)] {
            for (command, fetcher) in planes {
                c.send(command.payload, when: fetch, to: fetcher)
                c.drive(command.ready, fetch)
            }
        }
        c.when(fetchKeys) { valuesTurn.set() }.elsewhen(fetchValues) { valuesTurn.clear() }
    }
}
