import Blocks
import SeededRandom
import Simulation
import Verification

/// Gives a write master packets for a memory, and knows what must lie there afterwards.
final class WriteBench: AXIBench {
    struct Packet {
        let address, bytes, tag: Int
        /// Of each beat.
        let words: [[UInt64]]
        let strobes: [UInt64]
    }

    struct Fault: Hashable {
        let code, address: Int
    }

    struct Done: Hashable {
        let tag: Int
        let failed: Bool
    }

    let master: AXIWriteMaster
    let memory: AXIMemory
    let checker: AXIProtocolChecker
    private(set) var faults: [Fault] = []
    private(set) var done: [Done] = []
    private(set) var doneCycles: [Int] = []
    var region: ClosedRange<Int>
    var abandonCycle: Int?
    var afterwards: [Packet] = []
    var faultStalls = 0.0
    /// Probability of gaps of commands, of data, and that what is done is not taken at once.
    let gaps, dataGaps, stalls: Double
    let limit: Int

    private let base: Int
    private let command, data, doneStream, fault: (valid: PortHandle, ready: PortHandle)
    private let address, bytes, tag, word, strobes, doneTag, doneFailed, code, faultAddress: PortHandle
    private let regionFirst, regionLast, outstandingLimit, abandon, idle: PortHandle
    private var packets: [Packet]
    private var next = 0, beat = 0
    private var isOfferingCommand = false, isOfferingData = false
    private var beats: [(words: [UInt64], strobes: UInt64)]
    private var isDraining = false
    private var abandonedAt: Int?
    private var waiting: Fault?
    private var random: SeededGenerator
    /// Before the packets at hand; bursts and faults of those before them.
    private var baseline: [UInt8]
    private var burstsBefore = 0, faultsBefore = 0, doneBefore = 0

    init(
        _ simulator: any Simulator, prefix: String = "", _ master: AXIWriteMaster, _ packets: [Packet], bytes content: [UInt8],
        base: Int, region: ClosedRange<Int>? = nil, behavior: AXIMemoryBehavior, gaps: Double = 0, dataGaps: Double = 0,
        stalls: Double = 0, limit: Int? = nil, seed: UInt64 = 1
    ) throws {
        let pins = Pins(simulator: simulator, prefix: prefix)
        self.master = master
        self.packets = packets
        self.base = base
        self.region = region ?? base...base + content.count - 1
        (self.gaps, self.dataGaps, self.stalls, self.limit) = (gaps, dataGaps, stalls, limit ?? master.outstanding)
        let axi = try AXIPins(pins.full("m_axi"), of: simulator)
        memory = AXIMemory(axi, content, base: base, behavior)
        checker = AXIProtocolChecker(axi, writeLimit: min(self.limit, master.outstanding))
        command = (try pins("command_valid"), try pins("command_ready"))
        data = (try pins("data_valid"), try pins("data_ready"))
        doneStream = (try pins("done_valid"), try pins("done_ready"))
        fault = (try pins("fault_valid"), try pins("fault_ready"))
        (address, bytes, tag) = (try pins("command_payload_address"), try pins("command_payload_bytes"), try pins("command_payload_tag"))
        (word, strobes) = (try pins("data_payload_data"), try pins("data_payload_strobes"))
        (doneTag, doneFailed) = (try pins("done_payload_tag"), try pins("done_payload_failed"))
        (code, faultAddress) = (try pins("fault_payload_code"), try pins("fault_payload_address"))
        (regionFirst, regionLast) = (try pins("region_first"), try pins("region_last"))
        (outstandingLimit, abandon, idle) = (try pins("outstanding_limit"), try pins("abandon"), try pins("idle"))
        beats = packets.flatMap { Array(zip($0.words, $0.strobes)) }.map { (words: $0.0, strobes: $0.1) }
        baseline = content
        random = SeededGenerator(seed: seed)
    }

    var isDone: Bool {
        next == packets.count && beat == beats.count && done.count - doneBefore == packets.count && idle.isSet
            && !fault.valid.isSet && afterwards.isEmpty && abandonCycle == nil && !isDraining
    }

    var progress: String {
        "\(next) of \(packets.count) packets and \(beat) of \(beats.count) beats given, \(done.count - doneBefore) done, idle \(idle.value)"
    }

    func observeReset() { checker.observeReset(cycle: 0) }

    func drive(_ cycle: Int) {
        regionFirst.value = region.lowerBound
        regionLast.value = region.upperBound
        outstandingLimit.value = limit
        abandon.isSet = cycle == abandonCycle
        if cycle == abandonCycle {
            (abandonCycle, abandonedAt, isDraining) = (nil, cycle, true)
            (isOfferingCommand, isOfferingData) = (false, false)
        }
        if !isOfferingCommand { isOfferingCommand = !isDraining && next < packets.count && !random.chance(gaps) }
        if !isOfferingData { isOfferingData = !isDraining && beat < beats.count && !random.chance(dataGaps) }
        command.valid.isSet = isOfferingCommand
        data.valid.isSet = isOfferingData
        address.value = isOfferingCommand ? packets[next].address : noise()
        bytes.value = isOfferingCommand ? packets[next].bytes - 1 : noise()
        tag.value = isOfferingCommand ? packets[next].tag : noise()
        word.words = isOfferingData ? beats[beat].words : random.words(word.port.wordCount)
        strobes.words = isOfferingData ? [beats[beat].strobes] : [random.next()]
        doneStream.ready.isSet = !random.chance(stalls)
        fault.ready.isSet = !random.chance(faultStalls)
        memory.drive(cycle: cycle)
    }

    private func noise() -> Int { Int(truncatingIfNeeded: random.next()) }

    func observe(_ cycle: Int) throws {
        try checker.observe(memory, cycle)
        try observeFault(cycle)
        if isDraining { return try observeDrain(cycle) }
        if command.valid.isSet, command.ready.isSet {
            next += 1
            isOfferingCommand = false
        }
        if data.valid.isSet, data.ready.isSet {
            beat += 1
            isOfferingData = false
        }
        if doneStream.valid.isSet, doneStream.ready.isSet {
            done.append(Done(tag: doneTag.value, failed: doneFailed.isSet))
            doneCycles.append(cycle)
            if done.count - doneBefore > next { throw AXIBenchError("cycle \(cycle): a packet done that was not given") }
            try checkWritten(cycle)
        }
        if idle.isSet, !memory.isIdle || done.count - doneBefore != next { throw AXIBenchError("cycle \(cycle): not idle at all") }
    }

    /// A packet is done when its answers have come: not before all of its bursts were written.
    private func checkWritten(_ cycle: Int) throws {
        let packet = packets[done.count - 1 - doneBefore]
        guard region.contains(packet.address), region.contains(packet.address + packet.bytes - 1) else { return }
        burstsDone += Self.bursts(packet, master.axi).count
        if memory.answered - burstsBefore < burstsDone { throw AXIBenchError("cycle \(cycle): done before it was answered") }
    }
    private var burstsDone = 0

    /// A fault stays until it is taken.
    private func observeFault(_ cycle: Int) throws {
        let now = fault.valid.isSet ? Fault(code: code.value, address: faultAddress.value) : nil
        if let waiting, waiting != now { throw AXIBenchError("cycle \(cycle): fault \(waiting) was not taken, and is gone") }
        waiting = fault.ready.isSet ? nil : now
        if let now, fault.ready.isSet { faults.append(now) }
    }

    private func observeDrain(_ cycle: Int) throws {
        guard cycle > abandonedAt! else {
            if idle.isSet { throw AXIBenchError("cycle \(cycle): idle while told to abandon") }
            return
        }
        if doneStream.valid.isSet { throw AXIBenchError("cycle \(cycle): done with what was abandoned") }
        if memory.writes.filter({ $0.cycle > abandonedAt! }).count > 2 {
            throw AXIBenchError("cycle \(cycle): a new address after all was abandoned")
        }
        guard idle.isSet else { return }
        guard memory.isIdle, checker.isIdle else { throw AXIBenchError("cycle \(cycle): idle with bursts outstanding") }
        try checkAbandoned()
        isDraining = false
        (packets, afterwards, next, beat) = (afterwards, [], 0, 0)
        beats = packets.flatMap { Array(zip($0.words, $0.strobes)) }.map { (words: $0.0, strobes: $0.1) }
        baseline = memory.bytes
        (burstsBefore, faultsBefore, doneBefore, burstsDone) = (memory.writes.count, faults.count, done.count, 0)
    }

    /// Each byte is as it was, or as some packet that was taken has it.
    private func checkAbandoned() throws {
        var allowed: [Int: Set<UInt8>] = [:]
        for packet in packets.prefix(next) { forEachByte(of: packet) { allowed[$0, default: []].insert($1) } }
        for (index, byte) in memory.bytes.enumerated() where byte != baseline[index] {
            guard allowed[base + index]?.contains(byte) == true else {
                throw AXIBenchError("byte \(base + index) holds what no packet gave it")
            }
        }
    }

    private func forEachByte(of packet: Packet, _ body: (_ address: Int, _ byte: UInt8) -> Void) {
        let bytes = master.axi.bytes
        for address in packet.address..<packet.address + packet.bytes {
            let beat = address / bytes - packet.address / bytes, lane = address % bytes
            guard packet.strobes[beat] >> UInt64(lane) & 1 == 1 else { continue }
            body(address, UInt8(truncatingIfNeeded: packet.words[beat][lane / 8] >> UInt64(8 * (lane % 8))))
        }
    }

    static func bursts(_ packet: Packet, _ axi: AXIParameters) -> [(address: Int, beats: Int)] {
        cut(address: packet.address / axi.bytes * axi.bytes, beats: packet.words.count, axi: axi)
    }

    /// Compares bursts, memory, faults and what was done with what the packets say.
    /// - Parameter faultsInOrder: Nobody made `fault` wait.
    func checkResult(faultsInOrder: Bool = true) throws {
        var expected = baseline, expectedFaults: [Fault] = [], expectedDone: [Done] = [], expectedBursts: [[Int]] = []
        var number = burstsBefore
        let responses = Dictionary(uniqueKeysWithValues: memory.faultyWrites.map { ($0.number, $0.response) })
        for packet in packets {
            guard region.contains(packet.address), region.contains(packet.address + packet.bytes - 1) else {
                expectedFaults.append(Fault(code: AXIFault.outsideRegion, address: packet.address / master.axi.bytes * master.axi.bytes))
                expectedDone.append(Done(tag: packet.tag, failed: true))
                continue
            }
            let bursts = Self.bursts(packet, master.axi)
            var failed: [Range<Int>] = []
            for burst in bursts {
                expectedBursts.append([burst.address, burst.beats])
                if let response = responses[number] {
                    failed.append(burst.address..<burst.address + burst.beats * master.axi.bytes)
                    expectedFaults.append(Fault(code: response, address: burst.address))
                }
                number += 1
            }
            forEachByte(of: packet) { address, byte in
                if !failed.contains(where: { $0.contains(address) }) { expected[address - base] = byte }
            }
            expectedDone.append(Done(tag: packet.tag, failed: !failed.isEmpty))
        }
        let made = memory.writes[burstsBefore...].map { [$0.burst.address, $0.burst.beats] }
        guard made == expectedBursts else { throw AXIBenchError("other bursts than the packets make") }
        guard memory.bytes == expected else { throw AXIBenchError("the memory holds something else") }
        guard Array(done[doneBefore...]) == expectedDone else { throw AXIBenchError("done: something else") }
        let seen = Array(faults[faultsBefore...])
        let isRight = faultsInOrder ? seen == expectedFaults : Set(seen).isSubset(of: expectedFaults)
        guard isRight else { throw AXIBenchError("faults \(seen), not \(expectedFaults)") }
    }

    static func packet(address: Int, bytes: Int, tag: Int, _ axi: AXIParameters, _ random: inout SeededGenerator) -> Packet {
        let beats = (address + bytes - 1) / axi.bytes - address / axi.bytes + 1
        let full = random.below(2) == 0
        return Packet(address: address, bytes: bytes, tag: tag, words: (0..<beats).map { _ in random.words(axi.bytes / 8) },
                      strobes: (0..<beats).map { _ in full ? .max : random.next() })
    }

    /// Packets within a memory of `size` bytes from `base` on; a few leave it at either end if they may.
    static func packets(
        _ count: Int, _ master: AXIWriteMaster, base: Int, size: Int, leaving: Bool = false, _ random: inout SeededGenerator
    ) -> [Packet] {
        (0..<count).map { number in
            let bytes = random.length(upTo: min(1 << master.lengthBits, size))
                * (random.below(2) == 0 ? 1 : min(master.axi.bytes, 1 << master.lengthBits / 4))
            let length = min(bytes, 1 << master.lengthBits, size)
            var address = base + random.below(size - length + 1)
            if leaving, random.below(8) == 0 {
                address = random.below(2) == 0 ? base - random.number(1...length) : base + size - length + random.number(1...length)
            }
            return packet(address: address, bytes: length, tag: number % (1 << master.tagBits), master.axi, &random)
        }
    }
}
