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

    package init(_ configuration: SpAttenConfiguration, maximumHeads: Int = 64) {
        self.configuration = configuration
        self.maximumHeads = maximumHeads
    }

    package struct Ports {
        let command: Stream<CascadeCommand>
        let job: Stream<CascadeJob>
        let query: Stream<Vector<Signed>>
        let skipped: Stream<SkippedRow>
        /// Place among `CascadeStatus`.
        let status: Stream<Unsigned>
        let saved, restored: Stream<StateWord>
        /// Of each channel.
        let request: [Stream<MemoryRequest>]
        let response: [Stream<MemoryResponse>]
        let output: Stream<OutputBeat>
        let report: Stream<SpAttenLane.RowReport>
    }

    package var suffix: String { "\(configuration.suffix)_h\(maximumHeads)" }

    package func ports(_ io: Interface) -> Ports {
        let lane = configuration.lane
        return Ports(
            command: io.sink(CascadeCommand.shape(configuration)), job: io.sink(CascadeJob.shape(lane)),
            query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)), skipped: io.source(SkippedRow.shape),
            status: io.source(.unsigned(CascadeController.statusBits)), saved: io.source(StateWord.shape(configuration)),
            restored: io.sink(StateWord.shape(configuration)),
            request: (0..<configuration.channels).map { _ in io.source(MemoryRequest.shape) },
            response: (0..<configuration.channels).map { _ in
                io.sink(MemoryResponse.shape(bytes: configuration.sectorBytes))
            },
            output: io.source(OutputBeat.shape), report: io.source(SpAttenLane.RowReport.shape))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let controller = c.instance("controller", CascadeController(configuration, maximumHeads: maximumHeads))
        let lane = c.instance("lane", SpAttenLane(configuration, accumulates: true))
        c.connect(io.command, to: controller.command)
        c.connect(io.job, to: controller.job)
        c.connect(io.query, to: controller.query)
        c.connect(controller.skipped, to: io.skipped)
        c.connect(controller.status, to: io.status)
        c.connect(controller.saved, to: io.saved)
        c.connect(io.restored, to: controller.restored)

        c.connect(controller.laneJob, to: lane.job)
        c.connect(controller.laneQuery, to: lane.query)
        c.connect(controller.list, to: lane.list)
        c.connect(controller.tokenCommand, to: lane.tokenCommand!)
        c.connect(controller.tokenLoad, to: lane.tokenLoad!)
        c.connect(lane.tokenScan!, to: controller.tokenScan)
        c.drive(controller.rowDone, lane.rowDone!)

        for (request, own) in zip(lane.request, io.request) { c.connect(request, to: own) }
        for (own, response) in zip(io.response, lane.response) { c.connect(own, to: response) }
        c.connect(lane.report!, to: io.report)

        // Outputs leave, and add to the importance of their head.
        let outputs = Queue(c, "outputs", io.output.shape, depth: 4)
        let element = lane.output!
        outputs.push(element.payload, when: element.valid & controller.output.ready)
        c.drive(controller.output.valid, element.valid & outputs.ready)
        c.drive(controller.output.payload, element.payload)
        c.drive(element.ready, outputs.ready & controller.output.ready)
        c.connect(outputs.output, to: io.output)
    }
}
