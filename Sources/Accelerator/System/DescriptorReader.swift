import Configuration
import RTL

/// Puts the beats of a job descriptor together; `words` holds until the next one comes.
struct DescriptorReader: Module {
    let dataBits: Int

    struct Ports {
        let beat: Stream<Unsigned>
        let words: Unsigned
        /// A pulse: the last beat has come.
        let loaded: Bit
    }

    var suffix: String { "w\(dataBits)" }
    var beats: Int { JobDescriptorWords.width / dataBits }

    func ports(_ io: Interface) -> Ports {
        Ports(beat: io.sink(.unsigned(dataBits)), words: io.output(.unsigned(JobDescriptorWords.width)), loaded: io.output(.bit))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let held = c.register("descriptor", .unsigned(JobDescriptorWords.width))
        let count = c.register("beats_taken", .unsigned(bitsToIndex(beats)), reset: 0)
        let isLast = c.named("is_last", count.q == Unsigned(beats - 1))
        c.drive(io.beat.ready, true)
        c.when(io.beat.valid) {
            held.next(concatenate(io.beat.payload, held.q[dataBits..<held.q.width]))
            count.next(mux(isLast, 0, count.q &+ 1))
        }
        c.drive(io.words, held.q)
        c.drive(io.loaded, c.stage("has_loaded", io.beat.valid & isLast, reset: 0))
    }
}
