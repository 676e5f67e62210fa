import Blocks
import Configuration
import FixedPoint
import RTL

/// One query row of one head: what the lane has to know beside the query itself.
struct RowJob: Bundle {
    /// The row attends to keys 0 ..< keys.
    let keys: Unsigned
    /// log2 of the tile's keys, less 7: 128, 256, 512, 1024.
    let tileSize: Unsigned
    /// Bits of an element in each plane; one of the advertised formats.
    let msbBits: Unsigned
    let lsbBits: Unsigned
    let valueBits: Unsigned
    /// Score scale, base 2.
    let scale: ScaleSettings
    /// Byte addresses of the planes, multiples of the port's width.
    let keyMSBAddress: Unsigned
    let keyLSBAddress: Unsigned
    let valueAddress: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<RowJob> {
        Shape { RowJob(
            keys: $0.make(.unsigned(lane.contextBits)), tileSize: $0.make(.unsigned(2)),
            msbBits: $0.make(.unsigned(formatBits)), lsbBits: $0.make(.unsigned(formatBits)),
            valueBits: $0.make(.unsigned(formatBits)), scale: $0.make(ScaleSettings.shape),
            keyMSBAddress: $0.make(.unsigned(MemoryPort.addressBits)),
            keyLSBAddress: $0.make(.unsigned(MemoryPort.addressBits)),
            valueAddress: $0.make(.unsigned(MemoryPort.addressBits))) }
    }
}

/// Tells every unit of the lane its part of a row's job, through queues that let each be at a row of its own.
package struct JobDispatcher: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    /// Rows that may wait in front of a unit.
    static let waitingRows = 8

    package struct PlanePorts {
        let fetch: Stream<FetchCommand>
        let convert: Stream<ConvertCommand>
    }

    package struct Ports {
        let job: Stream<RowJob>
        let keyMSB, keyLSB, value: PlanePorts
        let assemble: Stream<KeyRowSettings>
        let scale: Stream<ScaleSettings>
        let normalize: Stream<Unsigned>
    }

    package var suffix: String { lane.fetchSuffix }

    package func ports(_ io: Interface) -> Ports {
        func plane() -> PlanePorts {
            PlanePorts(fetch: io.source(FetchCommand.shape(lane)), convert: io.source(ConvertCommand.shape(lane)))
        }
        return Ports(job: io.sink(RowJob.shape(lane)), keyMSB: plane(), keyLSB: plane(), value: plane(),
                     assemble: io.source(KeyRowSettings.shape(lane)), scale: io.source(ScaleSettings.shape),
                     normalize: io.source(.unsigned(formatBits)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let job = io.job.payload
        let staged = c.register("staged", .bit, reset: 0)
        let everyoneReady = c.wire("everyone_ready", .bit)
        let push = c.named("push", staged.q & everyoneReady)
        let room = c.named("room", !staged.q | everyoneReady)
        let take = c.named("take", io.job.valid & room)
        c.drive(io.job.ready, room)
        c.when(take) { staged.set() }.elsewhen(push) { staged.clear() }

        let vectors = c.stage("vectors", vectorCount(job.keys), enable: take)
        let lastKeys = lane.slots > 1
            ? c.stage("last_keys", (job.keys &- 1).truncated(to: ceilLog2(lane.slots)), enable: take)
            : c.constant(0, .unsigned(1))
        var ready: [Bit] = []
        func queue<P>(_ name: String, _ payload: P, to target: Stream<P>) {
            let queue = Queue(c, name, target.shape, depth: Self.waitingRows)
            queue.push(payload, when: push)
            ready.append(queue.ready)
            c.connect(queue.output, to: target)
        }
        func plane(_ name: String, _ address: Unsigned, _ bits: Unsigned, to ports: PlanePorts) {
            let held = c.stage("\(name)_address", address, enable: take)
            let beats = c.stage("\(name)_beats", beatCount(job.keys, bits), enable: take)
            let heldBits = c.stage("\(name)_bits", bits, enable: take)
            queue("\(name)_fetches", FetchCommand(address: held, beats: beats), to: ports.fetch)
            queue("\(name)_conversions", ConvertCommand(bits: heldBits, vectors: vectors, lastKeys: lastKeys), to: ports.convert)
        }
        plane("key_msb", job.keyMSBAddress, job.msbBits, to: io.keyMSB)
        plane("key_lsb", job.keyLSBAddress, job.lsbBits, to: io.keyLSB)
        plane("value", job.valueAddress, job.valueBits, to: io.value)
        queue("key_rows", KeyRowSettings(
            keys: c.stage("keys", job.keys, enable: take), tileSize: c.stage("tile_size", job.tileSize, enable: take),
            lsbBits: c.stage("lsb_bits", job.lsbBits, enable: take)), to: io.assemble)
        queue("scales", ScaleSettings(
            mantissa: c.stage("mantissa", job.scale.mantissa, enable: take),
            shift: c.stage("shift", job.scale.shift, enable: take)), to: io.scale)
        queue("output_formats", c.stage("output_format", job.valueBits, enable: take), to: io.normalize)
        c.drive(everyoneReady, ready.allSet)
    }

    /// Port beats of `keys` rows of `bits`-bit elements, packed.
    private func beatCount(_ keys: Unsigned, _ bits: Unsigned) -> Unsigned {
        let elementsBitsPerBeat = 8 * lane.portBytes / lane.headSize
        return ((keys * bits + Unsigned(elementsBitsPerBeat - 1)) >> ceilLog2(elementsBitsPerBeat))
            .resized(to: lane.planeBeatBits)
    }

    /// Vectors of `multipliers` elements that hold `keys` keys.
    private func vectorCount(_ keys: Unsigned) -> Unsigned {
        let count = lane.slots > 1
            ? (keys + Unsigned(lane.slots - 1)) >> ceilLog2(lane.slots)
            : keys << ceilLog2(lane.steps)
        return count.resized(to: lane.vectorBits)
    }
}
