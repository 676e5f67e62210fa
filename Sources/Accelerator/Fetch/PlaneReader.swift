import Blocks
import Configuration
import RTL

/// Reads one plane of a row: fetcher, buffer and converter behind one another, each with its own queue of rows, so that
/// the next row is fetched while this one is cut.
package struct PlaneReader: Module {
    package let lane: LaneConfiguration
    package let widths: [Int]
    package let signed: Bool

    package init(lane: LaneConfiguration, widths: [Int], signed: Bool) {
        self.lane = lane
        self.widths = widths
        self.signed = signed
    }

    package struct Ports {
        let fetch: Stream<FetchCommand>
        let convert: Stream<ConvertCommand>
        let request: Stream<BurstRequest>
        /// Beats of this plane; there is always room.
        let beats: Flow<Unsigned>
        let vectors: Stream<Unsigned>
    }

    package var suffix: String { converter.suffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(fetch: io.sink(FetchCommand.shape(lane)), convert: io.sink(ConvertCommand.shape(lane)),
              request: io.source(BurstRequest.shape), beats: io.input(.flow(.unsigned(8 * lane.portBytes))),
              vectors: io.source(.unsigned(lane.multipliers * converter.elementBits)))
    }

    private var converter: BitwidthConverter { BitwidthConverter(lane: lane, widths: widths, signed: signed) }

    package func body(_ c: Circuit, _ io: Ports) {
        let fetcher = c.instance("fetcher", PlaneFetcher(lane: lane))
        let buffer = c.instance("beat_buffer", Fifo(bits: 8 * lane.portBytes, depth: lane.fetchBufferBeats))
        let cutter = c.instance("converter", converter)
        c.connect(io.fetch, to: fetcher.command)
        c.connect(io.convert, to: cutter.command)
        c.connect(fetcher.request, to: io.request)
        c.drive(buffer.input.valid, io.beats.valid)
        c.drive(buffer.input.payload, io.beats.payload)
        c.discard(buffer.input.ready)
        c.connect(buffer.output, to: cutter.beats)
        c.drive(fetcher.released, buffer.output.fires)
        c.connect(cutter.vectors, to: io.vectors)
    }
}
