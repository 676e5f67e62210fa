import Blocks
import Configuration
import RTL

/// Finds where a row of a launch lies in memory: its sequence's address, and the strides of its head and its row within the
/// group. One a cycle, latency 3 cycles.
struct LaunchRowLocator: Module {
    let system: LeanSystemConfiguration

    struct Ports {
        /// A sequence's address, in units of 64 bytes; written before a row of it comes.
        let place: Flow<SequenceBase>
        /// Of either launch.
        let strides: Flow<LaunchStrides>
        let row: Stream<LaunchRow>
        let located: Stream<PlacedRow>
    }

    /// The address of a sequence.
    struct SequenceBase: Bundle {
        let epoch: Bit
        let sequence, address: Unsigned

        static var shape: Shape<SequenceBase> {
            Shape { SequenceBase(
                epoch: $0.make(.bit), sequence: $0.make(.unsigned(OutputID.sequenceBits)),
                address: $0.make(.unsigned(SequencePlace.addressBits))) }
        }
    }

    /// The strides of a launch.
    struct LaunchStrides: Bundle {
        let epoch: Bit
        let strides: GroupStrides

        static var shape: Shape<LaunchStrides> { Shape { LaunchStrides(epoch: $0.make(.bit), strides: $0.make(GroupStrides.shape)) } }
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(place: io.input(.flow(SequenceBase.shape)), strides: io.input(.flow(LaunchStrides.shape)),
              row: io.sink(LaunchRow.shape(system)), located: io.source(PlacedRow.shape(system)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let bases = c.memory(
            "bases", depth: 2 * ClusterConfiguration.maximumSequences, width: SequencePlace.addressBits, collision: .undefined)
        let place = io.place.payload
        c.when(io.place.valid) { bases.write(concatenate(place.epoch, place.sequence), place.address) }
        let strides = (0..<2).map { c.register("strides_\($0)", GroupStrides.shape) }
        for (number, register) in strides.enumerated() {
            c.when(io.strides.valid & io.strides.payload.epoch.is(number)) { register.next(io.strides.payload.strides) }
        }

        let lastValid = c.wire("last_is_valid", .bit)
        let moves = c.named("moves", !lastValid | io.located.ready)
        let first = c.stage("first_is_valid", io.row.valid, enable: moves, reset: 0)
        let second = c.stage("second_is_valid", first, enable: moves, reset: 0)
        c.drive(lastValid, c.stage("third_is_valid", second, enable: moves, reset: 0))
        c.drive(io.row.ready, moves)

        let row = io.row.payload, bits = SequencePlace.addressBits
        let base = bases.read("base", concatenate(row.epoch, row.output.sequence), enable: moves)
        let head = c.stage("head", row.output.head, enable: moves), place1 = c.stage("row", row.row, enable: moves)
        let epoch = c.stage("epoch", row.epoch, enable: moves)
        func stride(_ part: (GroupStrides) -> Unsigned) -> Unsigned { mux(epoch, part(strides[1].q), part(strides[0].q)) }
        let headPart = c.stage("head_part", (head * stride(\.head)).resized(to: bits), enable: moves)
        let rowPart = c.stage("row_part", (place1 * stride(\.row)).resized(to: bits), enable: moves)
        let base2 = c.stage("base_2", base, enable: moves)
        let address = c.stage("address", base2 &+ headPart &+ rowPart, enable: moves)
        c.send(PlacedRow(
            lane: c.delayed("lane", row.lane, by: 3, enable: moves), epoch: c.delayed("epoch_of_row", row.epoch, by: 3, enable: moves),
            address: address), when: lastValid, to: io.located)
    }
}

extension LaunchRowLocator.Ports {
    /// Drives what the locator has to know of launches and their sequences, as they come.
    func learn(_ c: Circuit, _ begins: Flow<LaunchContext>, strides: GroupStrides, _ places: Flow<SequencePlace>, address: Unsigned) {
        c.drive(self.strides.valid, begins.valid)
        c.drive(self.strides.payload, LaunchRowLocator.LaunchStrides(epoch: begins.payload.epoch, strides: strides))
        c.drive(place.valid, places.valid)
        c.drive(place.payload, LaunchRowLocator.SequenceBase(
            epoch: places.payload.epoch, sequence: places.payload.sequence, address: address))
    }
}
