import Blocks
import Configuration
import FixedPoint
import RTL

/// Reads the records of a job's heads and gives the lane a job and a query for each, in order.
///
/// Records are asked for as fast as they are taken; a head goes out `recordBeats` beats and 2 cycles after its record's first beat.
struct HeadFeeder: Module {
    let system: SystemConfiguration

    struct Ports {
        /// The descriptor at hand.
        let words: Unsigned
        /// Whether the rows are direct; done when the last head is taken.
        let feed: Stream<Bit>
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        let job: Stream<CascadeJob>
        let query: Stream<Vector<Signed>>
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        let lane = system.lane.lane
        return Ports(
            words: io.input(.unsigned(JobDescriptorWords.width)), feed: io.sink(.bit), read: io.source(ControlRead.shape(system)),
            beat: io.sink(.unsigned(system.dataBits)), job: io.source(CascadeJob.shape(lane)),
            query: io.source(.vector(lane.headSize, signed: NumericFormats.queryBits)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let job = JobDescriptorWords(bits: io.words)
        let begun = c.register("begun", .bit, reset: 0)
        let begins = c.named("begins", io.feed.valid & !begun.q)
        let ends = c.wire("ends", .bit)
        c.drive(io.feed.ready, ends)
        c.when(ends) { begun.clear() }.elsewhen(begins) { begun.set() }

        /// Goes on by a stride from head to head.
        func walk(_ name: String, _ stride: String, when steps: Bit) -> Unsigned {
            let address = c.register("\(name)_of_head", .unsigned(MemoryPort.addressBits))
            c.when(begins) {
                address.next(job.address(name))
            }.elsewhen(steps) {
                address.next(address.q &+ job[stride].extended(to: MemoryPort.addressBits))
            }
            return address.q
        }
        // Records are asked for.
        let asked = c.register("heads_asked", .unsigned(headCountBits))
        let asks = c.named("asks", begun.q & (asked.q != job["heads"]))
        c.when(begins) { asked.next(0) }.elsewhen(io.read.fires) { asked.next(asked.q &+ 1) }
        c.send(ControlRead(
            address: walk("head_table", "head_stride", when: io.read.fires),
            beats: c.constant(system.recordBeats - 1, .unsigned(system.controlBeatBits))), when: asks, to: io.read)

        // A record comes.
        let reader = c.instance("record_reader", RecordReader(dataBits: system.dataBits, beats: system.recordBeats))
        c.connect(io.beat, to: reader.beat)
        let isWhole = reader.record.valid, record = reader.record.payload
        let headRecord = HeadRecordWords(bits: record[0..<HeadRecordWords.width])

        // It goes out as a job and a query, which may be taken in either order; a cycle after both it has gone.
        let jobSent = c.register("job_sent", .bit, reset: 0), querySent = c.register("query_sent", .bit, reset: 0)
        let goes = c.named("head_goes", jobSent.q & querySent.q)
        c.when(goes) { jobSent.clear() }.elsewhen(io.job.fires) { jobSent.set() }
        c.when(goes) { querySent.clear() }.elsewhen(io.query.fires) { querySent.set() }
        c.drive(reader.record.ready, goes)
        let head = c.register("head", .unsigned(headCountBits))
        c.when(begins) { head.next(0) }.elsewhen(goes) { head.next(head.q &+ 1) }
        c.drive(ends, goes & (head.q + 1 == job["heads"].extended(to: headCountBits + 1)))

        let keyMSB = walk("key_msb_address", "key_msb_stride", when: goes)
        let keyLSB = walk("key_lsb_address", "key_lsb_stride", when: goes)
        let value = walk("value_address", "value_stride", when: goes)
        c.send(CascadeJob(
            job: laneJob(c, job, isFirst: !head.q.isNonzero, headRecord.scale, keyMSB, keyLSB, value),
            headScale: headRecord["head_scale"]), when: isWhole & !jobSent.q, to: io.job)
        c.drive(io.query.valid, isWhole & !querySent.q)
        c.drive(io.query.payload, HeadRecordWords.query(of: record, elements: system.lane.lane.headSize))
        c.discard(io.feed.payload)
        c.discard(concatenate(record, io.words))
    }

    /// Range and list are those of a direct row; the cascade sets its own.
    private func laneJob(
        _ c: Circuit, _ job: JobDescriptorWords, isFirst: Bit, _ scale: ScaleSettings, _ keyMSB: Unsigned, _ keyLSB: Unsigned, _ value: Unsigned
    ) -> SpAttenJob {
        let lane = system.lane.lane, listed = job.flag("given_list")
        return SpAttenJob(
            first: c.constant(0, .unsigned(lane.contextBits)),
            end: mux(listed, job["list_entries"], job["context"]).truncated(to: lane.contextBits),
            gathered: listed, loadsList: listed & isFirst, accumulates: c.constant(0, .bit),
            tileSize: job["tile_size"], msbBits: job["key_msb_bits"], lsbBits: job["key_lsb_bits"], valueBits: job["value_bits"],
            scale: scale, refine: job["refine"], confidence: job["confidence"].truncated(to: probabilityBits),
            valueRule: job["value_rule"], valueLimit: job["value_limit"].truncated(to: probabilityBits),
            renormalise: job.flag("renormalise"), keyMSBAddress: keyMSB, keyLSBAddress: keyLSB, valueAddress: value)
    }
}
