import Blocks
import Configuration
import RTL

/// The tokens of one plane that a row reads: all of its range, or those that are decided to be kept.
package struct TokenSource: Module {
    package let configuration: SpAttenConfiguration
    /// As in `IndexGenerator`.
    package let followsList: Bool

    package init(_ configuration: SpAttenConfiguration, followsList: Bool = false) {
        self.configuration = configuration
        self.followsList = followsList
    }

    package struct Ports {
        let range: Stream<ListRange>
        /// One a row: nothing is decided, all tokens are kept.
        let keepsAll: Stream<Bit>
        let list: Flow<KeptListWrite>
        /// One a position of the rows that do not keep all.
        let decisions: Stream<DecisionBeat>
        let tokens: Stream<TokenBeat>
    }

    package var suffix: String { "n\(configuration.lane.maximumContext)_k\(configuration.maximumRowKeys)\(followsList ? "_follows" : "")" }

    package func ports(_ io: Interface) -> Ports {
        Ports(range: io.sink(ListRange.shape(configuration.lane)), keepsAll: io.sink(.bit),
              list: io.input(.flow(KeptListWrite.shape(configuration))), decisions: io.sink(DecisionBeat.shape),
              tokens: io.source(TokenBeat.shape(configuration.lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let generator = c.instance("generator", IndexGenerator(configuration, followsList: followsList))
        let filter = c.instance("filter", IndexFilter(configuration))
        c.connect(io.range, to: generator.range)
        c.drive(generator.list.valid, io.list.valid)
        c.drive(generator.list.payload, io.list.payload)

        // What nobody decides is decided here.
        let token = generator.tokens.payload
        let all = io.keepsAll.payload
        let decided = c.named("decided", io.keepsAll.valid & mux(all, generator.tokens.valid, io.decisions.valid))
        c.drive(filter.tokens.valid, generator.tokens.valid & io.keepsAll.valid)
        c.drive(filter.tokens.payload, token)
        c.drive(generator.tokens.ready, filter.tokens.ready & io.keepsAll.valid)
        c.drive(filter.decisions.valid, decided)
        c.drive(filter.decisions.payload, DecisionBeat(
            keep: mux(all, token.occupied, io.decisions.payload.keep), rowLast: token.rowLast))
        c.drive(io.decisions.ready, io.keepsAll.valid & !all & filter.decisions.ready)
        c.drive(io.keepsAll.ready, filter.tokens.fires & token.rowLast)
        c.connect(filter.kept, to: io.tokens)
        c.discard(io.decisions.payload.rowLast)
    }
}
