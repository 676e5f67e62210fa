import Blocks
import Configuration
import FixedPoint
import RTL

/// Attention of one query row after another over keys and values in memory: the dense datapath of SpAtten (Fig. 8) with
/// LeanAttention's tiles merged exactly.
///
/// Give each row a `job` and a `query`; read `headSize` output elements a row, in the order of the jobs. Rows, tiles and
/// planes overlap: while the values of a tile are fetched and summed, the keys of the next are.
package struct Lane: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        let job: Stream<RowJob>
        /// One beat a row: `headSize` elements, signed 12 bits.
        let query: Stream<Vector<Signed>>
        let request: Stream<MemoryRequest>
        let response: Stream<MemoryResponse>
        let output: Stream<OutputBeat>
    }

    package var suffix: String { lane.laneSuffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(job: io.sink(RowJob.shape(lane)),
              query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
              request: io.source(MemoryRequest.shape), response: io.sink(MemoryResponse.shape(lane)),
              output: io.source(OutputBeat.shape))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let dispatcher = c.instance("dispatcher", JobDispatcher(lane: lane))
        c.connect(io.job, to: dispatcher.job)

        // Fetch: three planes share the port.
        let msb = reader(c, "key_msb_reader", .keyMSB, dispatcher.keyMSB, io.response)
        let lsb = reader(c, "key_lsb_reader", .keyLSB, dispatcher.keyLSB, io.response)
        let values = reader(c, "value_reader", .value, dispatcher.value, io.response)
        for (plane, reader) in [(dispatcher.keyMSB, msb), (dispatcher.keyLSB, lsb), (dispatcher.value, values)] {
            c.connect(plane.fetch, to: reader.fetch)
        }
        share(c, [(.keyMSB, msb.request), (.keyLSB, lsb.request), (.value, values.request)], io.request)
        c.drive(io.response.ready, true)

        // Keys to weights.
        let assembler = c.instance("key_assembler", KeyAssembler(lane: lane))
        c.connect(dispatcher.assemble, to: assembler.row)
        c.connect(msb.vectors, to: assembler.msb)
        c.connect(lsb.vectors, to: assembler.lsb)
        let queryKey = c.instance("query_key", QueryKeyUnit(lane: lane))
        let queries = Queue(c, "queries", io.query.shape, depth: 2)
        c.drive(io.query.ready, queries.ready)
        queries.push(io.query.payload, when: io.query.valid)
        c.connect(queries.output, to: queryKey.query)
        c.connect(assembler.keys, to: queryKey.keys)
        let scaler = c.instance("score_scaler", ScoreScaler(lane: lane))
        c.connect(dispatcher.scale, to: scaler.scale)
        c.connect(queryKey.scores, to: scaler.scores)
        let softmax = c.instance("softmax", SoftmaxUnit(lane: lane))
        c.connect(scaler.scaled, to: softmax.scores)

        // Weights and values to outputs.
        let probabilityValue = c.instance("probability_value", ProbabilityValueUnit(lane: lane))
        c.connect(softmax.weights, to: probabilityValue.weights)
        c.connect(words: values.vectors, to: probabilityValue.values)
        let accumulator = c.instance("state_accumulator", StateAccumulator(lane: lane))
        c.connect(probabilityValue.leaf, to: accumulator.leaf)
        let normalizer = c.instance("normalizer", Normalizer(lane: lane))
        c.connect(dispatcher.normalize, to: normalizer.valueBits)
        c.connect(accumulator.state, to: normalizer.state)
        c.connect(normalizer.output, to: io.output)
    }

    /// The reader of a plane; who calls says when it fetches.
    func reader(
        _ c: Circuit, _ name: String, _ tag: MemoryPort.Tag, _ commands: JobDispatcher.PlanePorts,
        _ response: Stream<MemoryResponse>
    ) -> PlaneReader.Ports {
        let reader = c.instance(name, PlaneReader(lane: lane, widths: tag.widths, signed: tag != .keyLSB))
        c.connect(commands.convert, to: reader.convert)
        c.drive(reader.beats.valid, response.valid & (response.payload.tag == Unsigned(tag.rawValue)))
        c.drive(reader.beats.payload, response.payload.data)
        return reader
    }

    func share(
        _ c: Circuit, _ requests: [(tag: MemoryPort.Tag, stream: Stream<BurstRequest>)], _ port: Stream<MemoryRequest>
    ) {
        let arbiter = c.instance("port_arbiter", RoundRobinArbiter(inputs: requests.count, bits: MemoryRequest.shape.width))
        for (request, slot) in zip(requests, arbiter.request) {
            let tag = c.constant(request.tag.rawValue, .unsigned(MemoryPort.tagBits))
            c.drive(slot.valid, request.stream.valid)
            c.drive(slot.payload, concatenate(request.stream.payload, tag))
            c.drive(request.stream.ready, slot.ready)
        }
        c.connect(words: arbiter.granted, to: port)
    }
}

extension MemoryPort.Tag {
    /// Element widths the plane can have; 0: the plane may be absent.
    package var widths: [Int] {
        switch self {
        case .keyMSB: Set(KeyFormat.supported.map(\.msbBits)).sorted()
        case .keyLSB: Set(KeyFormat.supported.map(\.lsbBits)).sorted()
        case .value: ValueFormat.supported.map(\.bits).sorted()
        }
    }
}

extension LaneConfiguration {
    /// Names the lane by all its parameters.
    var laneSuffix: String { "\(fetchSuffix)_e\(mergeElements)" }
}
