import SeededRandom
import Simulation

/// How an `AXIMemory` behaves.
public struct AXIMemoryBehavior: Sendable {
    /// When addresses and data of writes are taken.
    public enum WriteOrder: Sendable, CaseIterable {
        /// Each for itself.
        case free
        /// Data after its address.
        case addressFirst
        /// An address after all of its data.
        case dataFirst
    }

    /// What a burst is answered.
    public struct Fault: Hashable, Sendable {
        /// Number of the burst among those of its direction, from 0.
        public let burst: Int
        /// Of a read; a write has one answer.
        public let beat: Int
        public let response: Int

        public init(burst: Int, beat: Int = 0, response: Int) {
            (self.burst, self.beat, self.response) = (burst, beat, response)
        }
    }

    public var seed: UInt64
    /// Of the cycles: how often a READY is low, and how often something that is there is not offered.
    public var stalls: Double
    /// Cycles from the request to its first beat or answer.
    public var latency: ClosedRange<Int>
    /// Bursts of different ids overtake one another; their beats mix.
    public var reorders, interleaves: Bool
    public var writeOrder: WriteOrder
    public var readFaults, writeFaults: [Fault]
    /// Of 1,000 beats or writes, how many are answered with an error besides.
    public var faultsPerThousand: Int

    public init(
        seed: UInt64, stalls: Double = 0, latency: ClosedRange<Int> = 1...1, reorders: Bool = false, interleaves: Bool = false,
        writeOrder: WriteOrder = .free, readFaults: [Fault] = [], writeFaults: [Fault] = [], faultsPerThousand: Int = 0
    ) {
        self.seed = seed
        self.stalls = stalls
        self.latency = latency
        self.reorders = reorders
        self.interleaves = interleaves
        self.writeOrder = writeOrder
        self.readFaults = readFaults
        self.writeFaults = writeFaults
        self.faultsPerThousand = faultsPerThousand
    }
}

/// A memory behind an AXI4 interface: an AXI slave for test benches.
///
/// A cycle: `drive`, `settle()` of the simulator, `observe`. Addresses outside its bytes answer DECERR; a write that is
/// answered with an error changes nothing. What it drives while it offers nothing is noise.
public final class AXIMemory {
    /// What an error befell.
    public struct FaultyBurst: Hashable, Sendable {
        /// Among the bursts of its direction, from 0.
        public let number: Int
        public let burst: AXIBurst
        /// Of the first beat with an error, or of the write.
        public let response: Int
    }

    public private(set) var bytes: [UInt8]
    /// Address of the first byte.
    public let base: Int
    /// Bursts whose address was taken, in order, and the cycles.
    public private(set) var reads: [(burst: AXIBurst, cycle: Int)] = []
    public private(set) var writes: [(burst: AXIBurst, cycle: Int)] = []
    /// In the order in which the errors were taken.
    public private(set) var faultyReads: [FaultyBurst] = []
    public private(set) var faultyWrites: [FaultyBurst] = []
    /// Cycles in which a beat of read data was taken.
    public private(set) var readCycles: [Int] = []
    /// Writes whose answer was taken.
    public private(set) var answered = 0

    private let pins: AXIPins
    private let behavior: AXIMemoryBehavior
    private var random: SeededGenerator
    private var pendingReads: [PendingRead] = []
    private var offered: PendingRead?
    private var addresses: [AXIBurst] = []
    private var beats: [(words: [UInt64], strobes: UInt64)] = []
    private var dataBursts: [[(words: [UInt64], strobes: UInt64)]] = []
    private var answers: [Answer] = []
    private var offeredAnswer: Answer?
    private var writesMatched = 0

    private struct PendingRead {
        let number: Int
        let burst: AXIBurst
        let due: Int
        var next = 0
        var response = 0
        var isKnownFaulty = false
    }

    private struct Answer {
        let burst: AXIBurst
        let due: Int
        let response: Int
    }

    public init(_ pins: AXIPins, _ bytes: [UInt8], base: Int = 0, _ behavior: AXIMemoryBehavior) {
        self.pins = pins
        self.bytes = bytes
        self.base = base
        self.behavior = behavior
        random = SeededGenerator(seed: behavior.seed)
    }

    /// Everything asked for is answered.
    public var isIdle: Bool {
        pendingReads.isEmpty && offered == nil && addresses.isEmpty && beats.isEmpty && dataBursts.isEmpty && answers.isEmpty
            && offeredAnswer == nil
    }

    /// Before `settle()`.
    public func drive(cycle: Int) {
        if let read = pins.read {
            read.address.ready.isSet = !hesitates()
            if offered == nil, !hesitates(), let index = nextRead(cycle) { offer(index) }
            drive(read.data)
        }
        if let write = pins.write {
            driveReadies(write)
            if offeredAnswer == nil, !hesitates(), let index = nextAnswer(cycle) { offeredAnswer = answers.remove(at: index) }
            let channel = write.response
            channel.valid.isSet = offeredAnswer != nil
            channel.id?.value = offeredAnswer?.burst.id ?? noise()
            channel.response.value = offeredAnswer?.response ?? noise()
        }
    }

    /// After `settle()`.
    public func observe(cycle: Int) {
        if let read = pins.read {
            if read.address.valid.isSet, read.address.ready.isSet {
                let burst = read.address.burst(bytes: pins.bytes)
                pendingReads.append(PendingRead(number: reads.count, burst: burst, due: cycle + latency()))
                reads.append((burst, cycle))
            }
            if var taken = offered, read.data.ready.isSet {
                readCycles.append(cycle)
                if taken.response > 1, !taken.isKnownFaulty {
                    taken.isKnownFaulty = true
                    faultyReads.append(FaultyBurst(number: taken.number, burst: taken.burst, response: taken.response))
                }
                taken.next += 1
                offered = nil
                // It keeps its place in front of all later ones of its id.
                if taken.next < taken.burst.beats { pendingReads.insert(taken, at: 0) }
            }
        }
        if let write = pins.write { observe(write, cycle) }
    }

    private func hesitates() -> Bool { behavior.stalls > 0 && random.unit() < behavior.stalls }

    private func latency() -> Int { behavior.latency.lowerBound + random.below(behavior.latency.count) }

    private func noise() -> Int { Int(truncatingIfNeeded: random.next()) }

    // MARK: Reads

    /// Of each id the oldest burst; of those that are due any one, or the oldest of all.
    private func nextRead(_ cycle: Int) -> Int? {
        if !behavior.interleaves, let first = pendingReads.first, first.next > 0 { return 0 }
        guard behavior.reorders else { return pendingReads.first.flatMap { $0.due <= cycle ? 0 : nil } }
        return choose(pendingReads, cycle, id: \.burst.id, due: \.due)
    }

    private func choose<Item>(_ items: [Item], _ cycle: Int, id: (Item) -> Int, due: (Item) -> Int) -> Int? {
        var seen: Set<Int> = [], ready: [Int] = []
        for (index, item) in items.enumerated() where seen.insert(id(item)).inserted && due(item) <= cycle {
            ready.append(index)
        }
        return ready.isEmpty ? nil : ready[random.below(ready.count)]
    }

    private func offer(_ index: Int) {
        var read = pendingReads.remove(at: index)
        let place = read.burst.place(ofBeat: read.next, bytes: pins.bytes)
        read.response = response(read.number, read.next, behavior.readFaults, isInside: place.address >= base
            && (place.address | (pins.bytes - 1)) < base + bytes.count)
        offered = read
    }

    private func response(_ burst: Int, _ beat: Int, _ faults: [AXIMemoryBehavior.Fault], isInside: Bool) -> Int {
        if !isInside { return 3 }
        if let fault = faults.first(where: { $0.burst == burst && $0.beat == beat }) { return fault.response }
        guard behavior.faultsPerThousand > 0, random.below(1_000) < behavior.faultsPerThousand else { return 0 }
        return 2 + random.below(2)
    }

    private func drive(_ channel: AXIPins.ReadData) {
        channel.valid.isSet = offered != nil
        guard let read = offered else {
            channel.id?.value = noise()
            channel.response.value = noise()
            channel.last?.value = noise()
            channel.data.words = (0..<channel.data.port.wordCount).map { _ in random.next() }
            return
        }
        channel.id?.value = read.burst.id
        channel.response.value = read.response
        channel.last?.isSet = read.next == read.burst.beats - 1
        let start = (read.burst.place(ofBeat: read.next, bytes: pins.bytes).address & ~(pins.bytes - 1)) - base
        channel.data.words = (0..<channel.data.port.wordCount).map { word in
            (0..<8).reduce(0) { sum, byte in
                let index = start + 8 * word + byte
                return sum | (bytes.indices.contains(index) ? UInt64(bytes[index]) << UInt64(8 * byte) : 0)
            }
        }
    }

    // MARK: Writes

    private func driveReadies(_ write: AXIPins.WriteChannels) {
        // Bursts whose data has all come or is coming, over those whose address has.
        let dataAhead = dataBursts.count - addresses.count
        switch behavior.writeOrder {
        case .free:
            write.address.ready.isSet = !hesitates()
            write.data.ready.isSet = !hesitates()
        case .addressFirst:
            write.address.ready.isSet = !hesitates()
            write.data.ready.isSet = dataAhead < 0 && !hesitates()
        case .dataFirst:
            write.address.ready.isSet = dataAhead > 0 && !hesitates()
            write.data.ready.isSet = !hesitates()
        }
    }

    private func observe(_ write: AXIPins.WriteChannels, _ cycle: Int) {
        if offeredAnswer != nil, write.response.ready.isSet {
            offeredAnswer = nil
            answered += 1
        }
        if write.address.valid.isSet, write.address.ready.isSet {
            let burst = write.address.burst(bytes: pins.bytes)
            writes.append((burst, cycle))
            addresses.append(burst)
        }
        if write.data.valid.isSet, write.data.ready.isSet {
            beats.append((write.data.data.words, write.data.strobes.storage[0]))
            if write.data.last?.isSet ?? true {
                dataBursts.append(beats)
                beats = []
            }
        }
        while let burst = addresses.first, let data = dataBursts.first {
            addresses.removeFirst()
            dataBursts.removeFirst()
            finish(burst, data, cycle)
        }
    }

    private func finish(_ burst: AXIBurst, _ data: [(words: [UInt64], strobes: UInt64)], _ cycle: Int) {
        let last = burst.place(ofBeat: burst.beats - 1, bytes: pins.bytes).address | (pins.bytes - 1)
        let response = response(
            writesMatched, 0, behavior.writeFaults, isInside: burst.address >= base && last < base + bytes.count)
        if response > 1 {
            faultyWrites.append(FaultyBurst(number: writesMatched, burst: burst, response: response))
        } else {
            for (beat, (words, strobes)) in data.enumerated() {
                let start = (burst.place(ofBeat: beat, bytes: pins.bytes).address & ~(pins.bytes - 1)) - base
                for lane in 0..<pins.bytes where strobes >> UInt64(lane) & 1 == 1 {
                    bytes[start + lane] = UInt8(truncatingIfNeeded: words[lane / 8] >> UInt64(8 * (lane % 8)))
                }
            }
        }
        answers.append(Answer(burst: burst, due: cycle + latency(), response: response))
        writesMatched += 1
    }

    private func nextAnswer(_ cycle: Int) -> Int? {
        guard behavior.reorders else { return answers.first.flatMap { $0.due <= cycle ? 0 : nil } }
        return choose(answers, cycle, id: \.burst.id, due: \.due)
    }
}
