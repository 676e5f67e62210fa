import Blocks
import Configuration
import RTL

/// One entry of a kept list.
struct KeptListWrite: Bundle {
    /// Bank of the list, then position in it.
    let position: Unsigned
    let token: Unsigned

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<KeptListWrite> {
        Shape { KeptListWrite(
            position: $0.make(.unsigned(1 + bitsToIndex(configuration.maximumRowKeys))),
            token: $0.make(.unsigned(bitsToIndex(configuration.lane.maximumContext)))) }
    }
}

/// The tokens of the positions that a row sees, from its own copy of the kept list or counted.
///
/// One position a cycle, rows without a gap between them; latency 1 cycle. A row without a position gives one unoccupied
/// beat. Positions from `maximumRowKeys` on begin at the front of the list again. There are two lists; one may be written
/// while no row that has been taken reads it, or while one follows: a row's position waits until it is written, once the first is.
package struct IndexGenerator: Module {
    package let configuration: SpAttenConfiguration
    /// Rows may be taken when the first entry of their list has been written.
    package let followsList: Bool

    package init(_ configuration: SpAttenConfiguration, followsList: Bool = false) {
        self.configuration = configuration
        self.followsList = followsList
    }

    package struct Ports {
        let range: Stream<ListRange>
        let list: Flow<KeptListWrite>
        let tokens: Stream<TokenBeat>
    }

    package var suffix: String { "n\(configuration.lane.maximumContext)_k\(configuration.maximumRowKeys)\(followsList ? "_follows" : "")" }

    /// Cycles from a row's range to its first token.
    package static let latency = 1

    package func ports(_ io: Interface) -> Ports {
        Ports(range: io.sink(ListRange.shape(configuration.lane)),
              list: io.input(.flow(KeptListWrite.shape(configuration))),
              tokens: io.source(TokenBeat.shape(configuration.lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.tokens)
        let advance = skid.ready
        let lane = configuration.lane
        let list = c.memory("kept_lists", depth: 2 * configuration.maximumRowKeys,
                            width: bitsToIndex(lane.maximumContext), collision: .undefined)
        c.when(io.list.valid) { list.write(io.list.payload.position, io.list.payload.token) }

        let range = io.range.payload
        let done = c.register("positions_done", .unsigned(lane.contextBits), reset: 0)
        let position = c.named("position", range.first &+ done.q)
        var offered = io.range.valid
        if followsList { offered = c.named("is_offered", offered & isWritten(c, io, position)) }
        let take = c.named("take", offered & advance)
        let rowLast = c.named("row_last", position + 1 >= range.end)
        c.drive(io.range.ready, take & rowLast)
        c.when(take) { done.next(mux(rowLast, 0, done.q &+ 1)) }

        let address = concatenate(range.bank, position.truncated(to: list.addressWidth - 1))
        let entry = list.read("entry", address, enable: advance)
        let counted = c.stage("counted", position.truncated(to: entry.width), enable: advance)
        let gathered = c.stage("gathered", range.gathered, enable: advance)
        let inBlock = position.truncated(to: bitsToIndex(TokenBeat.blockKeys))
        skid.send(
            TokenBeat(
                token: mux(gathered, entry, counted),
                occupied: c.stage("occupied", range.first < range.end, enable: advance),
                rowLast: c.stage("row_last_of_token", rowLast, enable: advance),
                blockLast: c.stage("block_last", inBlock.isAllOnes, enable: advance)),
            when: c.stage("token_valid", take, enable: advance, reset: 0))
    }
    /// The entry of a row's position is there, or none is needed: of the list that is written last, those up to the last one written are.
    private func isWritten(_ c: Circuit, _ io: Ports, _ position: Unsigned) -> Bit {
        let indexBits = bitsToIndex(configuration.maximumRowKeys)
        let written = c.register("entries_written", .unsigned(indexBits + 1), reset: 0), bank = c.register("bank_written", .bit, reset: 0)
        let entry = io.list.payload.position
        c.when(io.list.valid) {
            written.next(entry[0..<indexBits] + 1)
            bank.next(entry[indexBits])
        }
        let range = io.range.payload
        return !range.gathered | (range.first >= range.end) | (bank.q ^ range.bank) | (position < written.q)
    }
}
