import RTL

/// Consecutive beats, however many.
struct BeatRun: Bundle {
    /// Number of the first beat in memory: its byte address over the bytes of a beat.
    let address: Unsigned
    /// Beats less one.
    let beats: Unsigned
    /// Whatever goes with them.
    let info: Unsigned

    static func shape(addressBits: Int, beatBits: Int, infoBits: Int) -> Shape<BeatRun> {
        Shape { BeatRun(address: $0.make(.unsigned(addressBits)), beats: $0.make(.unsigned(beatBits)),
                        info: $0.make(.unsigned(infoBits))) }
    }
}

/// The part of a run that lies in one aligned block.
struct BeatBurst: Bundle {
    let address: Unsigned
    /// Beats less one.
    let beats: Unsigned
    /// First and last of its run.
    let isFirst, isLast: Bit
    /// That of its run.
    let info: Unsigned

    static func shape(addressBits: Int, burstBeats: Int, infoBits: Int) -> Shape<BeatBurst> {
        Shape { BeatBurst(address: $0.make(.unsigned(addressBits)), beats: $0.make(.unsigned(bitsToIndex(burstBeats))),
                          isFirst: $0.make(.bit), isLast: $0.make(.bit), info: $0.make(.unsigned(infoBits))) }
    }
}

/// Cuts runs of beats at the multiples of `burstBeats`.
///
/// One burst a cycle, within a run and from run to run; latency 1. `runs.ready` comes from a register. While `clear` is set,
/// what it holds and what comes is dropped; `bursts.valid` may fall then.
struct BurstSplitter: Module {
    /// Of a beat's number.
    let addressBits: Int
    /// Of the length of a run.
    let beatBits: Int
    let infoBits: Int
    /// Longest burst: a power of two from 2.
    let burstBeats: Int

    struct Ports {
        let runs: Stream<BeatRun>
        let clear: Bit
        let bursts: Stream<BeatBurst>
        /// Something is at hand or being offered.
        let busy: Bit
    }

    var suffix: String { "a\(addressBits)_n\(beatBits)_i\(infoBits)_b\(burstBeats)" }

    func ports(_ io: Interface) -> Ports {
        Ports(runs: io.sink(BeatRun.shape(addressBits: addressBits, beatBits: beatBits, infoBits: infoBits)),
              clear: io.input(.bit),
              bursts: io.source(BeatBurst.shape(addressBits: addressBits, burstBeats: burstBeats, infoBits: infoBits)),
              busy: io.output(.bit))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let blockBits = bitsToIndex(burstBeats)
        let skid = c.instance("skid", SkidBuffer(bits: io.runs.shape.width))
        c.drive(skid.input.valid, io.runs.valid)
        c.drive(skid.input.payload, concatenate(io.runs.payload))
        c.drive(io.runs.ready, skid.input.ready)
        let run = io.runs.shape.unpack(skid.output.payload)

        let held = c.register("held", .bit, reset: 0)
        let address = c.register("address", .unsigned(addressBits))
        let left = c.register("left", .unsigned(beatBits))
        let isFirst = c.register("is_first", .bit)
        let info = c.register("info", .unsigned(infoBits))

        // How far the run reaches, counted from the beginning of the block; known a cycle earlier whether it ends in this one.
        let place = address.q.truncated(to: blockBits)
        let reach = c.named("reach", place + left.q)
        let ends = c.named("run_ends", run.address.truncated(to: blockBits) + run.beats)
        let isLast = c.register("is_last", .bit)
        let sent = c.named("sent", held.q & io.bursts.ready)
        let next = c.named("takes_next", !held.q | (sent & isLast.q))
        c.drive(skid.output.ready, next | io.clear)
        c.when(io.clear) {
            held.clear()
        }.elsewhen(next) {
            held.next(skid.output.valid)
        }
        c.when(next) {
            address.next(run.address)
            left.next(run.beats)
            info.next(run.info)
            isFirst.set()
            isLast.next(!ends[blockBits..<ends.width].isNonzero)
        }.elsewhen(sent) {
            let block = address.q[blockBits..<addressBits] &+ 1
            address.next(concatenate(block, c.constant(0, .unsigned(blockBits))))
            left.next((reach &- Unsigned(burstBeats)).truncated(to: beatBits))
            isFirst.clear()
            isLast.next(reach[blockBits..<reach.width] == 1)
        }

        let whole = (~place).resized(to: blockBits), rest = left.q.resized(to: blockBits)
        c.send(BeatBurst(address: address.q, beats: mux(isLast.q, rest, whole), isFirst: isFirst.q, isLast: isLast.q, info: info.q),
               when: held.q, to: io.bursts)
        c.drive(io.busy, held.q | skid.output.valid)
    }
}
