import Blocks
import Configuration
import RTL

/// Reads the rows of tokens from a plane, in the order of the tokens, and gives their elements.
///
/// A locator says which sectors a token needs; each channel's fetcher merges them into bursts and asks for them; what
/// arrives lies in a buffer a channel, out of which the rows are cut. Each part runs ahead of the next as far as queues and
/// buffers reach, across rows of attention too.
///
/// Bursts end with a block of positions at the latest, and a block is shorter than the queue of places: a burst that still
/// waits for neighbours while the queue is full can hold nothing that the first place in it needs.
package struct GatherReader: Module {
    package let configuration: SpAttenConfiguration
    package let widths: [Int]
    package let signed: Bool

    /// - Parameters:
    ///   - widths: Element widths that can be asked for, ascending; 0: there may be no plane.
    ///   - signed: How elements are extended.
    package init(_ configuration: SpAttenConfiguration, widths: [Int], signed: Bool) {
        self.configuration = configuration
        self.widths = widths
        self.signed = signed
    }

    package struct Ports {
        let row: Stream<GatherRow>
        let tokens: Stream<TokenBeat>
        /// One a channel; addresses are those of the channel's own memory.
        let requests: [Stream<BurstRequest>]
        /// Sectors of this plane, one stream a channel; there is always room.
        let beats: [Flow<Unsigned>]
        let vectors: Stream<VectorBeat>
    }

    package var suffix: String { cutter.suffix }

    /// Tokens whose rows may be on their way.
    private static let places = 2 * TokenBeat.blockKeys
    /// Spans that may wait in front of a fetcher.
    private static let spans = 16
    private var cutter: RowCutter { RowCutter(configuration, widths: widths, signed: signed) }

    package func ports(_ io: Interface) -> Ports {
        let channels = 0..<configuration.channels, sector = Shape.unsigned(8 * configuration.sectorBytes)
        return Ports(
            row: io.sink(GatherRow.shape), tokens: io.sink(TokenBeat.shape(configuration.lane)),
            requests: channels.map { _ in io.source(BurstRequest.shape) },
            beats: channels.map { _ in io.input(.flow(sector)) },
            vectors: io.source(VectorBeat.shape(configuration.lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let locator = c.instance("locator", RowLocator(configuration))
        c.connect(io.row, to: locator.row)
        c.connect(configuration.relayed(c, "next_token", io.tokens), to: locator.tokens)
        let serial = SerialRowCutter(configuration, widths: widths, signed: signed)
        let cutter = serial.isPossible ? c.instance("cutter", serial) : c.instance("cutter", cutter)
        c.connect(cutter.vectors, to: io.vectors)

        // Every token goes to all fetchers; a beat that only ends a block is none of the cutter's business.
        let located = locator.located
        let places = Queue(c, "places", cutter.places.shape, depth: Self.places)
        let spans = (0..<configuration.channels).map { channel in
            Queue(c, "spans_\(channel)", SectorSpan.shape(configuration), depth: Self.spans)
        }
        let ready = c.named("queues_ready", spans.map(\.ready).reduce(places.ready, &))
        let passes = c.named("passes", located.valid & ready)
        c.drive(located.ready, ready)
        let place = located.payload.place
        places.push(place, when: passes & (place.occupied | place.rowLast))
        c.connect(places.output, to: cutter.places)
        for (channel, queue) in spans.enumerated() {
            queue.push(located.payload.spans[channel], when: passes)
            let fetcher = c.instance("fetcher_\(channel)", SectorFetcher(configuration))
            c.connect(queue.output, to: fetcher.spans)
            c.connect(fetcher.request, to: io.requests[channel])
            let buffer = c.instance(
                "sectors_\(channel)", Fifo(bits: 8 * configuration.sectorBytes, depth: configuration.lane.fetchBufferBeats))
            c.drive(buffer.input.valid, io.beats[channel].valid)
            c.drive(buffer.input.payload, io.beats[channel].payload)
            c.discard(buffer.input.ready)
            c.connect(buffer.output, to: cutter.sectors[channel])
            c.drive(fetcher.released, buffer.output.fires)
        }
    }
}
