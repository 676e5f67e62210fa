import Blocks
import Configuration
import FixedPoint
import RTL

/// Attention of one query row after another, as SpAtten prunes and refines it (Fig. 8; Docs/pruning.md): what is read of
/// keys and values is decided by the probabilities that the lane has computed itself.
///
/// Give each row a `job` and a `query`, and a kept `list` before a row that asks for one; read `headSize` output elements and
/// one `report` a row, in the order of the jobs. Tiles and rows overlap: while one tile is decided, refined, selected or
/// summed, the keys of later ones come in.
///
/// A lane of a cluster sees parts of rows and gives their states, which are not normalised yet: for each row `stateBeats`
/// beats and one of masses, and whether its job had a fault.
package struct SpAttenLane: Module {
    package let configuration: SpAttenConfiguration
    /// Holds a bank of token importances, and the ports that sweep it.
    package let accumulates: Bool
    /// Sequences whose importances it holds: a power of two.
    package let slots: Int
    /// States come out instead of outputs and reports.
    package let emitsStates: Bool

    package init(_ configuration: SpAttenConfiguration, accumulates: Bool = false, slots: Int = 1, emitsStates: Bool = false) {
        precondition(!(accumulates && emitsStates), "importance is of whole rows: a lane that has parts of them cannot accumulate it")
        self.configuration = configuration
        self.accumulates = accumulates
        self.slots = slots
        self.emitsStates = emitsStates
    }

    private var lane: LaneConfiguration { configuration.lane }

    /// What a row has left out.
    struct RowReport: Bundle {
        /// Mass of the keys that were not refined, and of those whose value was dropped: units of 2^-14 of the weight sum.
        let unrefined, dropped: Signed
        /// The job or its kept list asked for what cannot be.
        let fault: Bit

        static var shape: Shape<RowReport> {
            Shape { RowReport(
                unrefined: $0.make(.signed(NumericFormats.outputBits)), dropped: $0.make(.signed(NumericFormats.outputBits)),
                fault: $0.make(.bit)) }
        }
    }

    package struct Ports {
        let job: Stream<SpAttenJob>
        /// One beat a row: `headSize` elements, signed 12 bits.
        let query: Stream<Vector<Signed>>
        let list: Stream<KeptListEntry>
        /// Of each channel.
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        /// Unless states are asked for.
        let output: Stream<OutputBeat>?
        let report: Stream<RowReport>?
        /// If states are asked for: those of the rows, in order; and of each row, before the last beat of its state, whether the
        /// job or its kept list asked for what cannot be.
        let state: Stream<StateBeat>?
        let fault: Stream<Bit>?
        /// Whose the row is that `job` offers, if the lane holds importances of several sequences.
        let slot: Unsigned?
        /// Of the importances of each slot, if the lane holds them: as in `TokenImportance`.
        let bank: [TokenBankPorts]
        let rowAdded: [Bit]
    }

    package var suffix: String { configuration.suffix + (accumulates ? "_i" + slotsSuffix(slots) : "") + (emitsStates ? "_states" : "") }

    package func ports(_ io: Interface) -> Ports {
        Ports(job: io.sink(SpAttenJob.shape(lane)),
              query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
              list: io.sink(KeptListEntry.shape(lane)),
              request: (0..<configuration.channels).map { _ in io.source(MemoryRequest.shape) },
              response: (0..<configuration.channels).map { _ in
                  io.sink(MemoryResponse.shape(bytes: configuration.sectorBytes))
              },
              output: emitsStates ? nil : io.source(OutputBeat.shape), report: emitsStates ? nil : io.source(RowReport.shape),
              state: emitsStates ? io.source(StateBeat.shape(lane)) : nil, fault: emitsStates ? io.source(.bit) : nil,
              slot: accumulates && slots > 1 ? io.input(.unsigned(bitsToIndex(slots))) : nil,
              bank: (0..<(accumulates ? slots : 0)).map { _ in .sink(io, configuration) },
              rowAdded: (0..<(accumulates ? slots : 0)).map { _ in io.output(.bit) })
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let dispatcher = c.instance("dispatcher", SpAttenDispatcher(configuration, accumulates: accumulates))
        c.connect(io.job, to: dispatcher.job)
        c.connect(io.list, to: dispatcher.list)
        let rowKeys = configuration.maximumRowKeys

        let responses = arriving(c, io.response)

        // Keys: the MSBs of the whole range, the LSBs that the row wants.
        let msbIndex = c.instance("key_msb_index", IndexGenerator(configuration, followsList: accumulates))
        c.connect(dispatcher.keyMSB.range, to: msbIndex.range)
        load(c, dispatcher.listWrite, into: msbIndex.list)
        let msb = reader(c, "key_msb_reader", .keyMSB, dispatcher.keyMSB.reader, msbIndex.tokens, responses)
        let lsbSource = tokenSource(c, "key_lsb_source", dispatcher.keyLSB, dispatcher.listWrite)
        let lsb = reader(c, "key_lsb_reader", .keyLSB, dispatcher.keyLSB.reader, lsbSource.tokens, responses)
        let (joinsTokens, joinsVectors) = fork(c, dispatcher.joinsLSB, ("lsb_token_rows", 8), ("lsb_vector_rows", 8))
        c.connect(joinsTokens, to: lsbSource.keepsAll)

        // Exact scores: of whole keys, or of the centres of their bins and then of what refines them.
        let joiner = c.instance("key_joiner", KeyJoiner(configuration: configuration))
        let queryKey = c.instance("query_key", ProgressiveQueryKeyUnit(configuration: configuration))
        c.connect(dispatcher.join, to: joiner.row)
        c.connect(msb.vectors, to: joiner.msb)
        route(c, lsb.vectors, by: joinsVectors, joined: joiner.lsb, refining: queryKey.lsb)
        if configuration.isNarrow {
            c.connect(io.query, to: queryKey.query)
        } else {
            queue(c, "queries", io.query, to: queryKey.query, depth: 2)
        }
        c.connect(dispatcher.query, to: queryKey.row)
        c.connect(joiner.keys, to: queryKey.keys)
        let refiner = c.instance("score_refiner", ScoreRefiner(configuration: configuration))
        c.connect(dispatcher.refine, to: refiner.row)
        c.connect(queryKey.corrections, to: refiner.corrections)

        // A first softmax over the centres decides what is refined.
        let centreScaler = c.instance("centre_scaler", ScoreScaler(lane: lane, doubled: true))
        let centreSoftmax = c.instance("centre_softmax", SoftmaxUnit(lane: lane, tileKeys: rowKeys))
        let confidence = c.instance("confidence", ConfidenceUnit(configuration: configuration))
        c.connect(dispatcher.centreScale, to: centreScaler.scale)
        tap(c, queryKey.scores, decides: dispatcher.centre, to: refiner.scores, and: centreScaler.scores)
        c.connect(centreScaler.scaled, to: centreSoftmax.scores)
        c.connect(dispatcher.confidence, to: confidence.row)
        c.connect(centreSoftmax.weights, to: confidence.weights)
        let (refines, fetches) = fork(c, confidence.decisions, ("refine_decisions", rowKeys), ("lsb_decisions", rowKeys))
        c.connect(configuration.relayed(c, "next_refine_decision", refines), to: refiner.decisions)
        c.connect(configuration.relayed(c, "next_lsb_decision", fetches), to: lsbSource.decisions)

        // Final weights, and the values that are worth reading.
        let scaler = c.instance("score_scaler", ScoreScaler(lane: lane, doubled: true))
        let softmax = c.instance("softmax", SoftmaxUnit(lane: lane, tileKeys: rowKeys))
        let selector = c.instance("value_selector", LocalValueSelector(configuration: configuration))
        c.connect(dispatcher.scale, to: scaler.scale)
        c.connect(configuration.relayed(c, "next_refined_score", refiner.refined), to: scaler.scores)
        c.connect(scaler.scaled, to: softmax.scores)
        c.connect(dispatcher.select, to: selector.row)
        let weights = connectWeights(c, softmax.weights, to: selector.weights)
        let unrefined = Queue(c, "unrefined_flags", refiner.unrefined.shape, depth: 4 * rowKeys)
        unrefined.push(refiner.unrefined.payload, when: refiner.unrefined.valid)
        c.drive(refiner.unrefined.ready, unrefined.ready)
        c.connect(configuration.relayed(c, "next_unrefined_flag", unrefined.output), to: selector.unrefined)
        let valueSource = tokenSource(c, "value_source", dispatcher.value, dispatcher.listWrite)
        c.connect(dispatcher.keepsValues, to: valueSource.keepsAll)
        let decisions = useful(c, selector.decisions, unless: dispatcher.selectsValues, depth: rowKeys)
        c.connect(configuration.relayed(c, "next_value_decision", decisions), to: valueSource.decisions)
        let values = reader(c, "value_reader", .value, dispatcher.value.reader, valueSource.tokens, responses)

        // Weights and values to outputs.
        let serialValues = SerialProbabilityValueUnit(configuration)
        let probabilityValue = serialValues.isPossible ? c.instance("probability_value", serialValues)
            : c.instance("probability_value", ProbabilityValueUnit(lane: lane, tileKeys: rowKeys))
        let completion = c.instance("leaf_completion", LeafCompletion(configuration: configuration))
        let accumulator = c.instance("state_accumulator", StateAccumulator(
            lane: lane, tileKeys: rowKeys, extraBeats: LeafCompletion.massBeats))
        let kept = Queue(c, "kept_weights", selector.kept.shape, depth: rowKeys)
        kept.push(selector.kept.payload, when: selector.kept.valid)
        c.drive(selector.kept.ready, kept.ready)
        c.connect(configuration.relayed(c, "next_kept_weight", kept.output), to: probabilityValue.weights)
        connectValues(c, values.vectors, to: probabilityValue.values)
        c.connect(dispatcher.complete, to: completion.valueBits)
        c.connect(probabilityValue.leaf, to: completion.leaf)
        queue(c, "tile_sums", selector.sums, to: completion.sums, depth: 16)
        c.connect(completion.completed, to: accumulator.leaf)
        if let state = io.state, let fault = io.fault {
            emit(c, accumulator.state, dispatcher, to: state, fault)
        } else if let output = io.output, let report = io.report {
            normalize(c, io, accumulator.state, dispatcher, weights, to: output, report)
        }

        share(c, [(.keyMSB, msb), (.keyLSB, lsb), (.value, values)], io.request)
    }

    /// The tokens of a plane that is read in part.
    private func tokenSource(
        _ c: Circuit, _ name: String, _ plane: SpAttenDispatcher.PlanePorts, _ write: Flow<KeptListWrite>
    ) -> TokenSource.Ports {
        let source = c.instance(name, TokenSource(configuration, followsList: accumulates))
        c.connect(plane.range, to: source.range)
        load(c, write, into: source.list)
        return source
    }

    private func load(_ c: Circuit, _ write: Flow<KeptListWrite>, into list: Flow<KeptListWrite>) {
        c.drive(list.valid, write.valid)
        c.drive(list.payload, write.payload)
    }

    /// All scores go on; those of rows that decide go to the first softmax too.
    private func tap(
        _ c: Circuit, _ scores: Stream<ScoreBeat>, decides: Stream<Bit>, to target: Stream<ScoreBeat>,
        and tapped: Stream<ScoreBeat>
    ) {
        let known = decides.valid, wanted = decides.payload
        c.send(scores.payload, when: scores.valid & known & (!wanted | tapped.ready), to: target)
        c.send(scores.payload, when: scores.valid & known & wanted & target.ready, to: tapped)
        c.drive(scores.ready, known & target.ready & (!wanted | tapped.ready))
        c.drive(decides.ready, scores.fires & scores.payload.rowLast)
    }
}
