import Blocks
import Configuration
import RTL

/// Lets the units that read what jobs name share one read master: requests in turn, and each request's beats to the one who
/// asked. Beats come in the order of the requests, so who does not take his holds up the others.
struct ControlReads: Module {
    let bus: BusParameters
    let readers: Int

    struct Ports {
        // One each a reader.
        let read: [Stream<ControlRead>]
        let beat: [Stream<Unsigned>]
        let request: Stream<AXIReadRequest>
        let response: Stream<AXIReadBeat>
    }

    /// Requests that may be ahead of their beats.
    private static let ahead = 16

    var suffix: String { bus.suffix }

    func ports(_ io: Interface) -> Ports {
        let axi = bus.axi
        return Ports(
            read: (0..<readers).map { _ in io.sink(ControlRead.shape(bus)) },
            beat: (0..<readers).map { _ in io.source(.unsigned(axi.dataBits)) },
            request: io.source(AXIReadRequest.shape(
                addressBits: axi.addressBits, beatBits: bus.controlBeatBits, tagBits: 1)),
            response: io.sink(AXIReadBeat.shape(dataBits: axi.dataBits, tagBits: 1)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let read = ControlRead.shape(bus), readerBits = bitsToIndex(readers)
        let arbiter = c.instance("arbiter", RoundRobinArbiter(inputs: io.read.count, bits: readerBits + read.width))
        for (number, (own, request)) in zip(io.read, arbiter.request).enumerated() {
            c.drive(request.valid, own.valid)
            c.drive(request.payload, concatenate(c.constant(number, .unsigned(readerBits)), own.payload))
            c.drive(own.ready, request.ready)
        }
        // A request in many cycles: those who ask do not wait for the bus in the same one.
        let buffer = c.instance("granted", HalfBuffer(bits: arbiter.granted.shape.width))
        c.connect(arbiter.granted, to: buffer.input)
        let granted = buffer.output
        let chosen = read.unpack(granted.payload[0..<read.width])
        let owners = Queue(c, "owners", .unsigned(readerBits + bus.controlBeatBits), depth: Self.ahead)
        owners.push(concatenate(granted.payload[read.width..<granted.payload.width], chosen.beats),
                    when: granted.valid & io.request.ready)
        c.send(AXIReadRequest(address: chosen.address, beats: chosen.beats, tag: c.constant(0, .unsigned(1))),
               when: granted.valid & owners.ready, to: io.request)
        c.drive(granted.ready, owners.ready & io.request.ready)

        let owner = owners.output.payload[bus.controlBeatBits..<owners.output.payload.width]
        let isHere = c.named("beat_is_here", owners.output.valid & io.response.valid)
        for (number, beat) in io.beat.enumerated() {
            c.send(io.response.payload.data, when: isHere & (owner == Unsigned(number)), to: beat)
        }
        c.discard(io.response.payload.tag)
        let taken = c.named("beat_taken", isHere & select(owner, io.beat.map(\.ready)))
        c.drive(io.response.ready, taken)
        let place = c.register("beat_place", .unsigned(bus.controlBeatBits), reset: 0)
        let isLast = place.q == owners.output.payload[0..<bus.controlBeatBits]
        c.when(taken) { place.next(mux(isLast, 0, place.q &+ 1)) }
        c.drive(owners.output.ready, taken & isLast)
    }
}
