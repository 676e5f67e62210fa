import Foundation
import SeededRandom
import Simulation

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

    /// The memory itself; may be read and changed between cycles. Lives as long as this object.
    public let storage: UnsafeMutableRawBufferPointer
    public var bytes: [UInt8] { [UInt8](storage) }
    /// Address of the first byte.
    public let base: Int
    /// May be changed between cycles; numbers of bursts in faults count from when the memory was made.
    public var behavior: AXIMemoryBehavior
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
    /// Answers nothing and takes nothing, as a memory that has no clock.
    public var isDead = false

    private let pins: AXIPins
    private let readWires: ReadWires?
    /// Nil: this one.
    private let owner: AXIMemory?
    private var random: SeededGenerator
    private var pendingReads: [PendingRead] = []
    /// Place of the read whose beat is offered, and of the one that goes on.
    private var offered: Int?
    private var begun: Int?
    /// For choices among pending reads.
    private var due: [Int] = []
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

    /// The pins of the read channels that move in every cycle: where their words lie.
    private struct ReadWires {
        typealias Wire = UnsafeMutablePointer<UInt64>
        let addressValid, addressReady, valid, ready, data: Wire
        let words: Int

        init(_ read: AXIPins.ReadChannels) {
            (addressValid, addressReady) = (read.address.valid.storage, read.address.ready.storage)
            (valid, ready, data) = (read.data.valid.storage, read.data.ready.storage, read.data.data.storage)
            words = read.data.data.port.wordCount
        }
    }

    public init(_ pins: AXIPins, _ bytes: [UInt8], base: Int = 0, _ behavior: AXIMemoryBehavior) {
        self.pins = pins
        readWires = pins.read.map(ReadWires.init)
        storage = .allocate(byteCount: max(1, bytes.count), alignment: 64)
        storage.copyBytes(from: bytes)
        owner = nil
        self.base = base
        self.behavior = behavior
        random = SeededGenerator(seed: behavior.seed)
    }

    /// Another port of a memory, with timing of its own.
    public init(_ pins: AXIPins, sharing memory: AXIMemory, _ behavior: AXIMemoryBehavior) {
        self.pins = pins
        readWires = pins.read.map(ReadWires.init)
        (storage, owner, base) = (memory.storage, memory, memory.base)
        self.behavior = behavior
        random = SeededGenerator(seed: behavior.seed)
    }

    deinit { if owner == nil { storage.deallocate() } }

    /// Everything asked for is answered.
    public var isIdle: Bool {
        pendingReads.isEmpty && addresses.isEmpty && beats.isEmpty && dataBursts.isEmpty && answers.isEmpty && offeredAnswer == nil
    }

    /// Forgets what was asked for, as in a reset of both sides.
    public func forget() {
        (pendingReads, offered, begun, addresses, beats, dataBursts, answers, offeredAnswer) = ([], nil, nil, [], [], [], [], nil)
    }

    /// Before `settle()`.
    public func drive(cycle: Int) {
        if let wires = readWires, let read = pins.read {
            wires.addressReady.pointee = hesitates() || isDead ? 0 : 1
            if offered == nil, !isDead, !hesitates(), let index = nextRead(cycle) {
                offer(index)
                drive(read.data, wires, pendingReads[index])
            } else if offered == nil {
                driveNoise(read.data, wires)
            }
        }
        if let write = pins.write {
            driveReadies(write)
            if offeredAnswer == nil, !answers.isEmpty, !isDead, !hesitates(), let index = nextAnswer(cycle) {
                offeredAnswer = answers.remove(at: index)
            }
            let channel = write.response
            channel.valid.isSet = offeredAnswer != nil
            channel.id?.value = offeredAnswer?.burst.id ?? noise()
            channel.response.value = offeredAnswer?.response ?? noise()
        }
    }

    /// After `settle()`.
    public func observe(cycle: Int) {
        if let wires = readWires {
            if wires.addressValid.pointee & wires.addressReady.pointee & 1 == 1 {
                let burst = pins.read!.address.burst(bytes: pins.bytes)
                pendingReads.append(PendingRead(number: reads.count, burst: burst, due: cycle + latency()))
                reads.append((burst, cycle))
            }
            if let place = offered, wires.ready.pointee & 1 == 1 { take(place, cycle) }
        }
        if let write = pins.write { observe(write, cycle) }
    }

    private func take(_ place: Int, _ cycle: Int) {
        readCycles.append(cycle)
        let read = pendingReads[place]
        if read.response > 1, !read.isKnownFaulty {
            pendingReads[place].isKnownFaulty = true
            faultyReads.append(FaultyBurst(number: read.number, burst: read.burst, response: read.response))
        }
        offered = nil
        if read.next + 1 < read.burst.beats {
            pendingReads[place].next += 1
            begun = place
        } else {
            pendingReads.remove(at: place)
            begun = nil
        }
    }

    private func hesitates() -> Bool { behavior.stalls > 0 && random.unit() < behavior.stalls }

    private func latency() -> Int { behavior.latency.lowerBound + random.below(behavior.latency.count) }

    private func noise() -> Int { Int(truncatingIfNeeded: random.next()) }

    // MARK: Reads

    /// Of each id the oldest burst; of those that are due any one, or the oldest of all.
    private func nextRead(_ cycle: Int) -> Int? {
        if !behavior.interleaves, let begun { return begun }
        guard behavior.reorders else { return pendingReads.first.flatMap { $0.due <= cycle ? 0 : nil } }
        return choose(pendingReads.count, cycle, id: { pendingReads[$0].burst.id }, due: { pendingReads[$0].due })
    }

    private func choose(_ count: Int, _ cycle: Int, id: (Int) -> Int, due dueCycle: (Int) -> Int) -> Int? {
        due.removeAll(keepingCapacity: true)
        var seen: UInt64 = 0, others: Set<Int> = []
        for index in 0..<count {
            let id = id(index)
            if id < 64 {
                guard seen >> UInt64(id) & 1 == 0 else { continue }
                seen |= 1 << UInt64(id)
            } else {
                guard others.insert(id).inserted else { continue }
            }
            if dueCycle(index) <= cycle { due.append(index) }
        }
        return due.isEmpty ? nil : due[random.below(due.count)]
    }

    private func offer(_ index: Int) {
        let read = pendingReads[index]
        let place = read.burst.place(ofBeat: read.next, bytes: pins.bytes)
        pendingReads[index].response = response(read.number, read.next, behavior.readFaults, isInside: place.address >= base
            && (place.address | (pins.bytes - 1)) < base + storage.count)
        offered = index
    }

    private func response(_ burst: Int, _ beat: Int, _ faults: [AXIMemoryBehavior.Fault], isInside: Bool) -> Int {
        if !isInside { return 3 }
        if !faults.isEmpty, let fault = faults.first(where: { $0.burst == burst && $0.beat == beat }) { return fault.response }
        guard behavior.faultsPerThousand > 0, random.below(1_000) < behavior.faultsPerThousand else { return 0 }
        return 2 + random.below(2)
    }

    private func driveNoise(_ channel: AXIPins.ReadData, _ wires: ReadWires) {
        wires.valid.pointee = 0
        channel.id?.value = noise()
        channel.response.value = noise()
        channel.last?.value = noise()
        for word in 0..<wires.words { wires.data[word] = random.next() & channel.data.mask(ofWord: word) }
    }

    private func drive(_ channel: AXIPins.ReadData, _ wires: ReadWires, _ read: PendingRead) {
        wires.valid.pointee = 1
        channel.id?.value = read.burst.id
        channel.response.value = read.response
        channel.last?.isSet = read.next == read.burst.beats - 1
        let start = (read.burst.place(ofBeat: read.next, bytes: pins.bytes).address & ~(pins.bytes - 1)) - base
        if start >= 0, start + pins.bytes <= storage.count {
            memcpy(wires.data, storage.baseAddress! + start, pins.bytes)
        } else {
            for word in 0..<wires.words { wires.data[word] = 0 }
        }
    }

    // MARK: Writes

    private func driveReadies(_ write: AXIPins.WriteChannels) {
        // Bursts whose data has all come or is coming, over those whose address has.
        let dataAhead = dataBursts.count - addresses.count
        switch behavior.writeOrder {
        case .free:
            write.address.ready.isSet = !hesitates() && !isDead
            write.data.ready.isSet = !hesitates() && !isDead
        case .addressFirst:
            write.address.ready.isSet = !hesitates() && !isDead
            write.data.ready.isSet = dataAhead < 0 && !hesitates() && !isDead
        case .dataFirst:
            write.address.ready.isSet = dataAhead > 0 && !hesitates() && !isDead
            write.data.ready.isSet = !hesitates() && !isDead
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
            writesMatched, 0, behavior.writeFaults, isInside: burst.address >= base && last < base + storage.count)
        if response > 1 {
            faultyWrites.append(FaultyBurst(number: writesMatched, burst: burst, response: response))
        } else {
            for (beat, (words, strobes)) in data.enumerated() {
                let start = (burst.place(ofBeat: beat, bytes: pins.bytes).address & ~(pins.bytes - 1)) - base
                for lane in 0..<pins.bytes where strobes >> UInt64(lane) & 1 == 1 {
                    storage[start + lane] = UInt8(truncatingIfNeeded: words[lane / 8] >> UInt64(8 * (lane % 8)))
                }
            }
        }
        answers.append(Answer(burst: burst, due: cycle + latency(), response: response))
        writesMatched += 1
    }

    private func nextAnswer(_ cycle: Int) -> Int? {
        guard behavior.reorders else { return answers.first.flatMap { $0.due <= cycle ? 0 : nil } }
        return choose(answers.count, cycle, id: { answers[$0].burst.id }, due: { answers[$0].due })
    }
}
