import Blocks
import Configuration
import FixedPoint
import RTL

extension SpAttenLane {
    /// What a channel answers.
    typealias Arrival = (valid: Bit, response: MemoryResponse)

    /// The readers always have room for what the channels answer. Behind a narrow port it comes a cycle later, out of registers.
    func arriving(_ c: Circuit, _ channels: [Stream<MemoryResponse>]) -> [Arrival] {
        channels.enumerated().map { number, channel in
            c.drive(channel.ready, true)
            guard configuration.isNarrow else { return (channel.valid, channel.payload) }
            let response = c.register("response_\(number)", channel.shape)
            response.next(channel.payload)
            return (c.stage("response_\(number)_arrives", channel.valid, reset: 0), response.q)
        }
    }

    /// The reader of a plane, with its share of every channel's beats.
    func reader(
        _ c: Circuit, _ name: String, _ tag: MemoryPort.Tag, _ rows: Stream<GatherRow>, _ tokens: Stream<TokenBeat>,
        _ arrivals: [Arrival]
    ) -> GatherReader.Ports {
        let reader = c.instance(name, GatherReader(configuration, widths: tag.widths, signed: tag != .keyLSB))
        c.connect(rows, to: reader.row)
        c.connect(tokens, to: reader.tokens)
        for (beats, arrival) in zip(reader.beats, arrivals) {
            c.drive(beats.valid, arrival.valid & (arrival.response.tag == Unsigned(tag.rawValue)))
            c.drive(beats.payload, arrival.response.data)
        }
        return reader
    }

    /// Lets the planes' requests take turns at every channel.
    func share(
        _ c: Circuit, _ readers: [(tag: MemoryPort.Tag, ports: GatherReader.Ports)], _ requests: [Stream<MemoryRequest>]
    ) {
        for (channel, request) in requests.enumerated() {
            let arbiter = c.instance(
                "port_arbiter_\(channel)", RoundRobinArbiter(inputs: readers.count, bits: MemoryRequest.shape.width))
            for (reader, slot) in zip(readers, arbiter.request) {
                let asked = reader.ports.requests[channel]
                let tag = c.constant(reader.tag.rawValue, .unsigned(MemoryPort.tagBits))
                c.drive(slot.valid, asked.valid)
                c.drive(slot.payload, concatenate(asked.payload, tag))
                c.drive(asked.ready, slot.ready)
            }
            c.connect(words: arbiter.granted, to: request)
        }
    }

    /// Puts a queue between two units.
    func queue<P>(_ c: Circuit, _ name: String, _ source: Stream<P>, to target: Stream<P>, depth: Int) {
        let queue = Queue(c, name, source.shape, depth: depth)
        c.drive(source.ready, queue.ready)
        queue.push(source.payload, when: source.valid)
        c.connect(queue.output, to: target)
    }

    /// Gives every beat of a stream to two queues; a beat is taken when both have room.
    func fork<P>(
        _ c: Circuit, _ source: Stream<P>, _ first: (name: String, depth: Int), _ second: (name: String, depth: Int)
    ) -> (Stream<P>, Stream<P>) {
        let one = Queue(c, first.name, source.shape, depth: first.depth)
        let two = Queue(c, second.name, source.shape, depth: second.depth)
        let ready = one.ready & two.ready
        c.drive(source.ready, ready)
        one.push(source.payload, when: source.valid & two.ready)
        two.push(source.payload, when: source.valid & one.ready)
        return (one.output, two.output)
    }

    /// LSBs go to be joined to the row's MSBs, or to be multiplied by themselves.
    func route(
        _ c: Circuit, _ vectors: Stream<VectorBeat>, by joins: Stream<Bit>, joined: Stream<VectorBeat>,
        refining: Stream<VectorBeat>
    ) {
        c.send(vectors.payload, when: vectors.valid & joins.valid & joins.payload, to: joined)
        c.send(vectors.payload, when: vectors.valid & joins.valid & !joins.payload, to: refining)
        c.drive(vectors.ready, joins.valid & mux(joins.payload, joined.ready, refining.ready))
        c.drive(joins.ready, vectors.fires & vectors.payload.rowLast)
    }

    /// Decisions of rows that keep all values are of no use: those values are on their way already.
    func useful(_ c: Circuit, _ decisions: Stream<DecisionBeat>, unless keepsAll: Stream<Bit>, depth: Int) -> Stream<DecisionBeat> {
        let queue = Queue(c, "value_decisions", DecisionBeat.shape, depth: depth)
        let drop = keepsAll.payload
        queue.push(decisions.payload, when: decisions.valid & keepsAll.valid & !drop)
        c.drive(decisions.ready, keepsAll.valid & (drop | queue.ready))
        c.drive(keepsAll.ready, decisions.fires & decisions.payload.rowLast)
        return queue.output
    }

    /// The vectors that hold a value; a row's end without one is of no use to the sums.
    func connectValues(_ c: Circuit, _ source: Stream<VectorBeat>, to target: Stream<Vector<Signed>>) {
        c.send(target.shape.unpack(source.payload.elements), when: source.valid & source.payload.occupied, to: target)
        c.drive(source.ready, target.ready | !source.payload.occupied)
        c.discard(source.payload.rowLast)
    }

    /// The weights of all keys go to the selector; a lane that accumulates gives them to its importances too.
    func connectWeights(_ c: Circuit, _ weights: Stream<WeightBeat>, to target: Stream<WeightBeat>) -> Stream<WeightBeat>? {
        guard accumulates else {
            c.connect(weights, to: target)
            return nil
        }
        let (selected, accumulated) = fork(c, weights, ("selected_weights", 4), ("accumulated_weights", 4))
        c.connect(selected, to: target)
        return accumulated
    }

    /// The importances of tokens, behind the softmax and the normalizer.
    func addImportance(
        _ c: Circuit, _ io: Ports, _ dispatcher: SpAttenDispatcher.Ports, weights: Stream<WeightBeat>, totals: Stream<RowTotal>
    ) -> TokenImportance.Ports {
        let importance = c.instance("token_importance", TokenImportance(configuration, slots: slots))
        c.connect(weights, to: importance.weights)
        // A total that waits does not keep the next row out of the normalizer.
        queue(c, "row_totals", totals, to: importance.total, depth: 4)
        c.connect(dispatcher.accumulate!, to: importance.accumulates)
        c.connect(dispatcher.importanceRange!, to: importance.range)
        c.drive(importance.list.valid, dispatcher.listWrite.valid)
        c.drive(importance.list.payload, dispatcher.listWrite.payload)
        if let slot = io.slot, let target = importance.slot {
            // More rows than wait between dispatcher and importances.
            let slots = Queue(c, "row_slots", target.shape, depth: 2 * SpAttenDispatcher.waitingRows)
            slots.push(slot, when: io.job.fires)
            c.discard(slots.ready)
            c.connect(slots.output, to: target)
        }
        for (own, bank) in zip(io.bank, importance.bank) {
            c.connect(own.command, to: bank.command)
            c.connect(own.load, to: bank.load)
            c.connect(bank.scan, to: own.scan)
        }
        for (own, added) in zip(io.rowAdded, importance.rowAdded) { c.drive(own, added) }
        return importance
    }

    /// States to outputs and reports.
    ///
    /// - Parameter weights: Of all keys, if the lane holds importances.
    func normalize(
        _ c: Circuit, _ io: Ports, _ state: Stream<StateBeat>, _ dispatcher: SpAttenDispatcher.Ports,
        _ weights: Stream<WeightBeat>?, to output: Stream<OutputBeat>, _ reports: Stream<RowReport>
    ) {
        let normalizer = c.instance("normalizer", Normalizer(lane: configuration.lane, reports: true))
        c.connect(dispatcher.normalize, to: normalizer.valueBits)
        c.connect(state, to: normalizer.state)
        c.connect(normalizer.output, to: output)
        if let weights {
            let importance = addImportance(c, io, dispatcher, weights: weights, totals: normalizer.total!)
            c.drive(dispatcher.rowDone, importance.rowDone)
        } else {
            c.drive(dispatcher.rowDone, normalizer.output.fires & normalizer.output.payload.last)
            c.drive(normalizer.total!.ready, true)
        }
        report(c, normalizer.report!, dispatcher.fault, to: reports)
    }

    /// States as they are. One row's may wait, so that the next row's leaves can be merged.
    func emit(
        _ c: Circuit, _ state: Stream<StateBeat>, _ dispatcher: SpAttenDispatcher.Ports, to target: Stream<StateBeat>,
        _ fault: Stream<Bit>
    ) {
        let beats = configuration.lane.stateBeats(reports: true)
        let beat = c.register("state_beat", .unsigned(bitsToIndex(beats)), reset: 0)
        let isLast = c.named("is_last_state_beat", beat.q == Unsigned(beats - 1))
        c.when(state.fires) { beat.next(mux(isLast, 0, beat.q &+ 1)) }
        queue(c, "closed_states", state, to: target, depth: 1 << ceilLog2(beats))
        // All that the row reads has been read.
        c.drive(dispatcher.rowDone, state.fires & isLast)
        c.connect(dispatcher.fault, to: fault)
        // Whoever normalises knows the format.
        c.drive(dispatcher.normalize.ready, true)
        c.discard(dispatcher.normalize.valid)
        c.discard(dispatcher.normalize.payload)
    }

    /// The row's masses, with the fault that its job brought.
    func report(_ c: Circuit, _ masses: Stream<ReportBeat>, _ fault: Stream<Bit>, to target: Stream<RowReport>) {
        c.send(RowReport(unrefined: masses.payload.unrefined, dropped: masses.payload.dropped, fault: fault.payload),
               when: masses.valid & fault.valid, to: target)
        c.drive(masses.ready, target.ready & fault.valid)
        c.drive(fault.ready, target.ready & masses.valid)
    }
}

extension SpAttenConfiguration {
    /// Names a unit by all parameters of the lane.
    var suffix: String { "\(lane.laneSuffix)_r\(maximumRowKeys)_s\(sectorBytes)_k\(topKParallelism)" }
}
