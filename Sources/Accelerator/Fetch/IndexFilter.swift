import Blocks
import Configuration
import RTL

/// Lets the tokens of the positions through that were decided to be kept, so that only their rows are fetched.
///
/// Takes a token and a decision a cycle; latency 0. A row or block of positions whose last position was not kept ends with
/// an unoccupied beat.
package struct IndexFilter: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let tokens: Stream<TokenBeat>
        let decisions: Stream<DecisionBeat>
        let kept: Stream<TokenBeat>
    }

    package var suffix: String { "n\(configuration.lane.maximumContext)" }

    package func ports(_ io: Interface) -> Ports {
        Ports(tokens: io.sink(TokenBeat.shape(configuration.lane)), decisions: io.sink(DecisionBeat.shape),
              kept: io.source(TokenBeat.shape(configuration.lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.kept)
        let token = io.tokens.payload
        c.drive(io.tokens.ready, skid.ready & io.decisions.valid)
        c.drive(io.decisions.ready, skid.ready & io.tokens.valid)
        // The tokens say where a row ends.
        c.discard(io.decisions.payload.rowLast)

        let kept = c.named("is_kept", token.occupied & io.decisions.payload.keep)
        let passes = c.named("passes", kept | token.rowLast | token.blockLast)
        skid.send(TokenBeat(token: token.token, occupied: kept, rowLast: token.rowLast, blockLast: token.blockLast),
                  when: io.tokens.valid & io.decisions.valid & passes)
    }
}
