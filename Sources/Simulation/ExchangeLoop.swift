import SeededRandom

extension StreamExchange {
    /// The exchange cycle by cycle, for engines that bring no loop of their own.
    func run(on simulator: some Simulator, limit: Int) -> Outcome {
        outcome(state.run(on: simulator, limit: UInt64(max(0, limit))))
    }
}

extension ExchangeState {
    /// Returns a code of `StreamExchange.outcome`. `VerilatorExchange` says the same in C++.
    fileprivate func run(on simulator: some Simulator, limit: UInt64) -> UInt64 {
        let control = control, words = simulator.values.baseAddress!
        let sources = UnsafeMutableBufferPointer(start: control.pointee.streams, count: Int(control.pointee.sourceCount))
        let sinks = UnsafeMutableBufferPointer(
            start: control.pointee.streams + sources.count, count: Int(control.pointee.sinkCount))
        var left = limit
        while true {
            let cycle = control.pointee.cycle
            if control.pointee.end == Self.never,
               sources.allSatisfy({ $0.done == $0.count }), sinks.allSatisfy({ $0.done == $0.count }) {
                control.pointee.end = cycle + control.pointee.quietCycles
            }
            if cycle == control.pointee.end || left == 0 {
                // A beat that was taken in the last cycle is not offered again, one that waits is.
                for source in sources { words[Int(source.valid)] = source.isPending }
                for sink in sinks { words[Int(sink.ready)] = 0 }
                return cycle == control.pointee.end ? Self.finished : Self.limit
            }
            left -= 1
            for index in sources.indices { sources[index].offer(words, noise: &control.pointee.noiseState) }
            for index in sinks.indices { sinks[index].decideReady(words) }
            simulator.settle()
            var moves = false
            for index in sources.indices where sources[index].sends(words, cycle) { moves = true }
            for index in sinks.indices {
                switch sinks[index].watch(words, cycle) {
                case .nothing: break
                case .beat: moves = true
                case .fault(let fault):
                    control.pointee.faultySink = UInt64(index)
                    return Self.firstFault + UInt64(fault.rawValue)
                }
            }
            if moves { control.pointee.lastMove = cycle }
            if control.pointee.end == Self.never, cycle - control.pointee.lastMove >= control.pointee.patience {
                return Self.stuck
            }
            simulator.clockEdge()
            control.pointee.cycle += 1
        }
    }
}

extension ExchangeState.Stream {
    enum Observation {
        case nothing, beat, fault(StreamExchange.Violation.Fault)
    }

    private static func draw(_ state: inout UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: state)
        defer { state = generator.state }
        return generator.next()
    }

    private mutating func hesitates() -> Bool {
        if nextStallBit < stallBitCount {
            defer { nextStallBit += 1 }
            return stallBits[Int(nextStallBit >> 6)] >> (nextStallBit & 63) & 1 == 1
        }
        return stallThreshold > 0 && Self.draw(&stallState) >> 32 < stallThreshold
    }

    fileprivate mutating func offer(_ words: UnsafeMutablePointer<UInt64>, noise: inout UInt64) {
        let pins = words + Int(payload), width = Int(payloadWords)
        if isPending == 0 {
            if done < count, !hesitates() {
                pins.update(from: beats + Int(done) * width, count: width)
                isPending = 1
            } else {
                for word in 0..<width { pins[word] = Self.draw(&noise) & scratch[word] }
            }
        }
        words[Int(valid)] = isPending
    }

    /// Whether the beat that is offered is taken.
    fileprivate mutating func sends(_ words: UnsafeMutablePointer<UInt64>, _ cycle: UInt64) -> Bool {
        guard isPending == 1, words[Int(ready)] & 1 == 1 else { return false }
        finishBeat(cycle)
        return true
    }

    fileprivate mutating func decideReady(_ words: UnsafeMutablePointer<UInt64>) {
        words[Int(ready)] = (endsStream == 1 || done < count) && !hesitates() ? 1 : 0
    }

    fileprivate mutating func watch(_ words: UnsafeMutablePointer<UInt64>, _ cycle: UInt64) -> Observation {
        if endsStream == 0, done == count { return .nothing }
        guard words[Int(valid)] & 1 == 1 else { return isPending == 1 ? .fault(.withdrawn) : .nothing }
        if done == count { return .fault(.unexpected) }
        let pins = words + Int(payload), width = Int(payloadWords)
        if isPending == 1, !(0..<width).allSatisfy({ pins[$0] == scratch[$0] }) { return .fault(.changed) }
        guard words[Int(ready)] & 1 == 1 else {
            scratch.update(from: pins, count: width)
            isPending = 1
            return .nothing
        }
        (beats + Int(done) * width).update(from: pins, count: width)
        finishBeat(cycle)
        return .beat
    }

    private mutating func finishBeat(_ cycle: UInt64) {
        cycles[Int(done)] = cycle
        done += 1
        isPending = 0
    }
}
