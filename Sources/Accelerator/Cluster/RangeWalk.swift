import Configuration
import FixedPoint
import RTL

/// The ends of the ranges, one lane after another, and the ranges themselves, as lanes take them.
extension StreamKScheduler {
    /// What is known of a sequence when its number has been looked up.
    struct SearchWords {
        /// Its tiles.
        let count: Unsigned
        /// What lies before it.
        let keys, tiles: Unsigned
    }

    /// Byte offsets of a head's planes.
    struct HeadOffsets {
        let keyMSB, keyLSB, value: Unsigned

        var all: [Unsigned] { [keyMSB, keyLSB, value] }
    }

    /// Where a range ends: found in steps of a lane's weight, and of a head's.
    private struct Place {
        /// Weight from the beginning of the head.
        let offset: Register<Unsigned>
        let head: Register<Unsigned>
        let planes: [Register<Unsigned>]
        /// Sequence, and the low bits of the weight before it: enough for what lies within it.
        let sequence, base: Register<Unsigned>
        /// Tiles of the sequence.
        let count: Register<Unsigned>
    }

    func walk(_ c: Circuit, _ io: Ports, _ state: State, _ scan: RescanPort) -> SearchWords {
        let offsetBits = MemoryPort.addressBits, strides = [
            state.settings.keyMSBStride, state.settings.keyLSBStride, state.settings.valueStride,
        ]
        let place = Place(
            offset: c.register("place", .unsigned(totalBits)), head: c.register("head", .unsigned(OutputID.headBits + 1)),
            planes: (0..<3).map { c.register("plane_offset_\($0)", .unsigned(offsetBits)) },
            sequence: c.register("place_sequence", .unsigned(OutputID.sequenceBits)),
            base: c.register("place_base", .unsigned(positionBits)), count: c.register("place_count", .unsigned(tileBits)))
        let nextPlanes = zip(place.planes, strides).enumerated().map { index, pair in
            c.named("next_plane_offset_\(index)", pair.0.q &+ pair.1)
        }
        let (stepping, reducing, searching) = (
            c.register("stepping", .bit, reset: 0), c.register("reducing", .bit, reset: 0), c.register("searching", .bit, reset: 0))
        /// A range's end has been found.
        let located = c.register("located", .bit, reset: 0), locatedEnd = c.register("located_end", .bit)
        // Ranges whose ends have been looked for.
        let ends = c.register("ends", .unsigned(bitsToCount(lanes)))
        located.clear()

        c.when(state.phase.is(.share) & state.divider.result.valid) {
            stepping.set()
            ends.next(0)
            place.offset.next(0)
            place.head.next(0)
            for plane in place.planes { plane.next(0) }
        }
        c.when(stepping.q) {
            stepping.clear()
            c.when(ends.q > state.launch.q.lanes) {
                state.phase.go(.hand)
            }.otherwise {
                let isLarger = c.named("is_larger", state.largerLanes.q > ends.q)
                place.offset.next(place.offset.q &+ state.quota.q &+ isLarger.asUnsigned.extended(to: totalBits))
                ends.next(ends.q &+ 1)
                reducing.set()
            }
        }
        let rest = c.named("rest", place.offset.q - state.headWeight.q)
        let isAtEnd = c.named("is_at_end", (place.head.q > state.launch.q.heads) | !state.headWeight.q.isNonzero)
        c.when(reducing.q) {
            c.when(isAtEnd) {
                reducing.clear()
                stepping.set()
                located.set()
                locatedEnd.set()
            }.elsewhen(rest.isNegative) {
                reducing.clear()
                searching.set()
            }.otherwise {
                place.offset.next(rest.asUnsigned.truncated(to: totalBits))
                place.head.next(place.head.q &+ 1)
                for (plane, next) in zip(place.planes, nextPlanes) { plane.next(next) }
            }
        }

        // The last sequence that does not begin behind the place: sequence 0, then bit after bit of its number.
        let candidate = c.register("candidate", .unsigned(OutputID.sequenceBits))
        let probe = c.register("probe", .unsigned(OutputID.sequenceBits))
        let following = c.wire("following_candidate", .unsigned(OutputID.sequenceBits))
        let reads = c.named("reads_candidate", reducing.q | searching.q)
        let address = c.named("search_address", mux(scan.enable, scan.address, mux(searching.q, following, 0)))
        let prefix = state.prefixes.read("prefix", address, enable: reads)
        let words = SearchWords(
            count: state.counts.read("count_word", address, enable: reads | scan.enable),
            keys: prefix[tileSumBits..<tileSumBits + keySumBits], tiles: prefix[0..<tileSumBits])
        let before = c.named("weight_before", mux(state.byKeys.q, words.keys, words.tiles))
        let fits = c.named("fits", (candidate.q <= state.settings.sequences) & (before <= place.offset.q))
        c.drive(following, mux(fits, candidate.q, place.sequence.q) | probe.q)
        c.when(reducing.q) {
            candidate.next(0)
            probe.next(state.topProbe.q)
        }
        c.when(searching.q) {
            c.when(fits) {
                place.sequence.next(candidate.q)
                place.base.next(before.truncated(to: positionBits))
                place.count.next(words.count)
            }
            candidate.next(following)
            probe.next((probe.q >> 1).extended(to: OutputID.sequenceBits))
            c.when(!probe.q.isNonzero) {
                searching.clear()
                stepping.set()
                located.set()
                locatedEnd.clear()
            }
        }
        finish(c, io, state, place, nextPlanes, located: located.q, isEnd: locatedEnd.q)
        return words
    }

    /// The tile in which a place lies, or the next one; the end of a range goes to the memory of ends.
    ///
    /// Two stages. While they are passed the next place is stepped to and perhaps reduced, but no sequence is looked up; so the
    /// sequence is still there, and so is the mark of the end, behind which no other place comes.
    private func finish(
        _ c: Circuit, _ io: Ports, _ state: State, _ place: Place, _ nextPlanes: [Unsigned], located: Bit, isEnd: Bit
    ) {
        let sequence = place.sequence.q, count = place.count.q
        let offset = c.stage("own_offset", place.offset.q.truncated(to: positionBits) &- place.base.q)
        let head = c.stage("end_head", place.head.q)
        let planes = place.planes.enumerated().map { c.stage("end_plane_\($0)", $1.q) }
        let followingPlanes = nextPlanes.enumerated().map { c.stage("end_next_plane_\($0)", $1) }
        let valid = c.stage("offset_known", located, reset: 0)

        let chunked = c.named("chunked", offset.truncated(to: OutputID.sequenceBits) * state.chunk.q)
        let own = mux(
            state.byKeys.q, roundedToTiles(offset, state.settings.tileSize),
            mux(state.follows(.fixedSplit), chunked.truncated(to: tileBits),
                mux(state.follows(.perHead), 0, offset.truncated(to: tileBits))))
        let tile = c.stage("end_tile", own)
        let known = c.stage("end_known", valid, reset: 0)

        // A place inside the last tile of a sequence ends the range with the sequence.
        let passes = c.named("passes_sequence", tile == count)
        let isLast = c.named("is_last_of_head", sequence == state.settings.sequences)
        let wraps = c.named("passes_head", passes & isLast)
        let pointer = TilePointer(
            head: mux(isEnd, state.launch.q.heads + 1, mux(wraps, head &+ 1, head)),
            sequence: mux(isEnd | wraps, 0, mux(passes, sequence &+ 1, sequence)),
            tile: mux(isEnd | passes, 0, tile))
        let offsets = HeadOffsets(
            keyMSB: mux(wraps, followingPlanes[0], planes[0]), keyLSB: mux(wraps, followingPlanes[1], planes[1]),
            value: mux(wraps, followingPlanes[2], planes[2]))
        let word = concatenate(pointer, offsets.keyMSB, offsets.keyLSB, offsets.value)
        let memory = c.memory("range_ends", depth: max(2, lanes), width: word.width, collision: .undefined)
        let written = c.register("ends_written", .unsigned(bitsToCount(lanes)), reset: 0)
        c.when(known) {
            memory.write(written.q.resized(to: memory.addressWidth), word)
            written.next(written.q &+ 1)
        }
        handOut(c, io, state, memory, written)
    }

    /// Offers each lane its range: from the end of the one before to its own end.
    private func handOut(_ c: Circuit, _ io: Ports, _ state: State, _ memory: Memory, _ written: Register<Unsigned>) {
        let addressBits = MemoryPort.addressBits
        let turn = c.register("turn", .unsigned(bitsToIndex(lanes)), reset: 0)
        let offering = c.register("offering", .bit, reset: 0)
        let takesPart = c.named("takes_part", turn.q <= state.launch.q.lanes)
        // The other lanes get what lies behind the end of the last one that takes part: nothing.
        let fetches = c.named("fetches", !offering.q & (written.q > mux(takesPart, turn.q, state.launch.q.lanes)))
        let word = memory.read("end_word", turn.q, enable: fetches & takesPart)
        let shape = TilePointer.shape(lane.lane)
        let end = shape.unpack(word[3 * addressBits..<3 * addressBits + shape.width])
        let first = c.register("range_first", shape)
        let offsets = (0..<3).map { c.register("range_offset_\($0)", .unsigned(addressBits)) }

        let accepted = c.named("accepted", offering.q & io.ranges.enumerated().map { $1.ready & (turn.q == Unsigned($0)) }.anySet)
        let isLast = c.named("is_last_lane", turn.q == Unsigned(lanes - 1))
        c.when(io.launch.fires) {
            for field in [first.q.head, first.q.sequence, first.q.tile] { c.drive(field, 0) }
            for offset in offsets { offset.next(0) }
        }
        c.when(fetches) { offering.set() }
        c.when(accepted) {
            offering.clear()
            first.next(end)
            for (index, offset) in offsets.enumerated() { offset.next(word[(2 - index) * addressBits..<(3 - index) * addressBits]) }
            turn.next(turn.q &+ 1)
            c.when(isLast) {
                turn.next(0)
                written.next(0)
                state.epoch.next(!state.epoch.q)
                state.phase.go(.idle)
            }
        }
        for (index, range) in io.ranges.enumerated() {
            c.send(LaneRange(
                first: first.q, end: end, keyMSBOffset: offsets[0].q, keyLSBOffset: offsets[1].q, valueOffset: offsets[2].q,
                epoch: state.epoch.q, settings: state.settings),
                when: offering.q & (turn.q == Unsigned(index)), to: range)
        }
    }
}
