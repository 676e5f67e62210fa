import Simulation

/// A rule of the AXI4 specification that `AXIProtocolChecker` watches over.
public enum AXIRule: String, Sendable, CaseIterable {
    case validInReset = "VALID is low in reset"
    case validKept = "VALID stays until READY"
    case payloadKept = "nothing else on the channel changes between VALID and READY"
    case burstKind = "the burst type is not the reserved one"
    case beatSize = "a beat is no wider than the bus"
    case page = "a burst does not cross 4 KiB"
    case fixedLength = "a fixed burst has at most 16 beats"
    case wrapping = "a wrapping burst has 2, 4, 8 or 16 beats and an aligned address"
    case writeLast = "WLAST is set in the last beat of a burst and in no other"
    case strobes = "strobes are set only in lanes that the beat uses"
    case writeResponse = "a write is answered after its address and its last beat, with its id"
    case readData = "read data comes after its address, with its id"
    case readLast = "RLAST is set in the last beat of a burst and in no other"
    case exclusive = "a plain access is not answered EXOKAY"
    case readLimit = "no more reads are outstanding than agreed"
    case writeLimit = "no more writes are outstanding than agreed"
}

/// A rule that was broken, where and when.
public struct AXIViolation: Error, Hashable, Sendable, CustomStringConvertible {
    public let rule: AXIRule
    /// `m_axi_ar`
    public let channel: String
    public let cycle: Int
    public let detail: String

    public var description: String { "cycle \(cycle): \(channel): \(detail), but \(rule.rawValue)" }
}

/// Watches the pins of an AXI4 or AXI4-Lite interface, both ends of it, and collects every breach of the protocol.
///
/// Once a cycle, after the logic has settled and before the edge: `observe`, or `observeReset` in a cycle in which reset has
/// been held for an edge.
public final class AXIProtocolChecker {
    public let pins: AXIPins
    public private(set) var violations: [AXIViolation] = []
    /// Bursts whose address was taken.
    public private(set) var readBursts = 0, writeBursts = 0
    /// Most at a time.
    public private(set) var mostReads = 0, mostWrites = 0
    private let readLimit, writeLimit: Int
    private var channels: [KeptChannel] = []

    /// By id, in order; beats that have come.
    private var reads: [Int: ReadQueue] = [:]
    private var readCount = 0
    /// Addresses whose data has not all come; data of bursts whose address has not come; strobes of the burst at hand.
    private var addressed: [AXIBurst] = []
    private var sent: [[UInt64]] = []
    private var strobes: [UInt64] = []
    /// Writes to be answered, by id.
    private var unanswered: [Int: Int] = [:]
    private var writeCount = 0

    public init(_ pins: AXIPins, readLimit: Int = .max, writeLimit: Int = .max) {
        self.pins = pins
        self.readLimit = readLimit
        self.writeLimit = writeLimit
        if let read = pins.read {
            let a = read.address, d = read.data
            channels.append(KeptChannel("ar", a.valid, a.ready, a.payload))
            channels.append(KeptChannel("r", d.valid, d.ready, [d.data, d.response, d.id, d.last]))
        }
        if let write = pins.write {
            let a = write.address, d = write.data, b = write.response
            channels.append(KeptChannel("aw", a.valid, a.ready, a.payload))
            channels.append(KeptChannel("w", d.valid, d.ready, [d.data, d.strobes, d.last]))
            channels.append(KeptChannel("b", b.valid, b.ready, [b.response, b.id]))
        }
    }

    /// Every burst has all of its beats and answers.
    public var isIdle: Bool { readCount == 0 && writeCount == 0 && sent.isEmpty && strobes.isEmpty }

    /// - Throws: The first violation.
    public func check() throws(AXIViolation) {
        if let first = violations.first { throw first }
    }

    public func observeReset(cycle: Int) {
        for index in channels.indices {
            if channels[index].valid.isSet { report(.validInReset, channels[index].name, cycle, "VALID is high") }
            channels[index].forget()
        }
        (reads, readCount, addressed, sent, strobes, unanswered, writeCount) = ([:], 0, [], [], [], [:], 0)
    }

    public func observe(cycle: Int) {
        for index in channels.indices {
            if let (rule, detail) = channels[index].observe() { report(rule, channels[index].name, cycle, detail) }
        }
        // What answers is judged by what was asked before this cycle.
        if let read = pins.read {
            watch(read.data, cycle)
            watch(read.address, cycle)
        }
        if let write = pins.write {
            watch(write.response, cycle)
            watch(write.address, write.data, cycle)
        }
    }

    private func report(_ rule: AXIRule, _ channel: String, _ cycle: Int, _ detail: String) {
        violations.append(AXIViolation(rule: rule, channel: "\(pins.prefix)_\(channel)", cycle: cycle, detail: detail))
    }

    // MARK: Reads

    private func watch(_ channel: AXIPins.Address, _ cycle: Int) {
        guard channel.valid.isSet, channel.ready.isSet else { return }
        let burst = channel.burst(bytes: pins.bytes)
        judge(burst, "ar", cycle)
        if reads[burst.id] == nil { reads[burst.id] = ReadQueue() }
        reads[burst.id]!.bursts.append(burst)
        readBursts += 1
        readCount += 1
        mostReads = max(mostReads, readCount)
        if readCount > readLimit { report(.readLimit, "ar", cycle, "\(readCount) reads are outstanding") }
    }

    private func watch(_ channel: AXIPins.ReadData, _ cycle: Int) {
        guard channel.valid.isSet else { return }
        let id = channel.id?.value ?? 0
        guard let queue = reads[id], let burst = queue.bursts.first else {
            report(.readData, "r", cycle, "data for id \(id), of which nothing is outstanding")
            return
        }
        if channel.response.value == 1 { report(.exclusive, "r", cycle, "EXOKAY") }
        let isLast = queue.beats + 1 >= burst.beats
        if let last = channel.last, last.isSet != isLast {
            report(.readLast, "r", cycle, "RLAST is \(last.value) in beat \(queue.beats) of \(burst.beats)")
        }
        guard channel.ready.isSet else { return }
        queue.beats += 1
        if isLast {
            queue.bursts.removeFirst()
            queue.beats = 0
            readCount -= 1
        }
    }

    // MARK: Writes

    private func watch(_ address: AXIPins.Address, _ data: AXIPins.WriteData, _ cycle: Int) {
        if address.valid.isSet, address.ready.isSet {
            let burst = address.burst(bytes: pins.bytes)
            judge(burst, "aw", cycle)
            addressed.append(burst)
            writeBursts += 1
            writeCount += 1
            mostWrites = max(mostWrites, writeCount)
            if writeCount > writeLimit { report(.writeLimit, "aw", cycle, "\(writeCount) writes are outstanding") }
        }
        if data.valid.isSet, data.ready.isSet {
            strobes.append(data.strobes.storage[0])
            if data.last?.isSet ?? true {
                sent.append(strobes)
                strobes = []
            }
        }
        while let burst = addressed.first, let beats = sent.first {
            addressed.removeFirst()
            sent.removeFirst()
            match(burst, beats, cycle)
        }
        // The burst at hand is already longer than it should be: said once.
        if let burst = addressed.first, strobes.count == burst.beats, data.valid.isSet, data.ready.isSet {
            report(.writeLast, "w", cycle, "beat \(strobes.count - 1) of \(burst.beats) is not the last")
        }
    }

    private func match(_ burst: AXIBurst, _ beats: [UInt64], _ cycle: Int) {
        unanswered[burst.id, default: 0] += 1
        if beats.count != burst.beats {
            report(.writeLast, "w", cycle, "\(beats.count) beats for a burst of \(burst.beats)")
        }
        for (beat, strobes) in beats.prefix(burst.beats).enumerated() {
            let lanes = burst.place(ofBeat: beat, bytes: pins.bytes).lanes
            let used = lanes.count >= 64 ? UInt64.max : (1 << UInt64(lanes.count) - 1) << UInt64(lanes.lowerBound)
            if strobes & ~used != 0 {
                report(.strobes, "w", cycle, "strobes \(String(strobes, radix: 16)) in beat \(beat) at lanes \(lanes)")
            }
        }
    }

    private func watch(_ channel: AXIPins.WriteResponse, _ cycle: Int) {
        guard channel.valid.isSet else { return }
        let id = channel.id?.value ?? 0
        guard unanswered[id, default: 0] > 0 else {
            report(.writeResponse, "b", cycle, "an answer for id \(id), of which nothing waits for one")
            return
        }
        if channel.response.value == 1 { report(.exclusive, "b", cycle, "EXOKAY") }
        guard channel.ready.isSet else { return }
        unanswered[id]! -= 1
        writeCount -= 1
    }

    // MARK: Addresses

    private func judge(_ burst: AXIBurst, _ channel: String, _ cycle: Int) {
        let first = burst.address & ~(burst.beatBytes - 1)
        switch burst.kind {
        case nil: report(.burstKind, channel, cycle, "burst type 3")
        case .fixed:
            if burst.beats > 16 { report(.fixedLength, channel, cycle, "\(burst.beats) beats") }
        case .wrapping:
            if ![2, 4, 8, 16].contains(burst.beats) || first != burst.address {
                report(.wrapping, channel, cycle, "\(burst.beats) beats from \(burst.address)")
            }
        case .incrementing:
            if first >> 12 != (first + burst.beats * burst.beatBytes - 1) >> 12 {
                report(.page, channel, cycle, "\(burst.beats) beats of \(burst.beatBytes) bytes from \(burst.address)")
            }
        }
        if burst.beatBytes > pins.bytes { report(.beatSize, channel, cycle, "\(burst.beatBytes) bytes on \(pins.bytes)") }
    }
}

/// Bursts of an id that are outstanding.
private final class ReadQueue {
    var bursts: [AXIBurst] = []
    /// Of the first.
    var beats = 0
}

/// Remembers what a channel offers until it is taken.
private struct KeptChannel {
    let name: String
    let valid, ready: PortHandle
    private let payload: [PortHandle]
    /// Words of the payload when it was first offered.
    private var offered: [UInt64]
    private var isOffered = false

    init(_ name: String, _ valid: PortHandle, _ ready: PortHandle, _ payload: [PortHandle?]) {
        (self.name, self.valid, self.ready) = (name, valid, ready)
        self.payload = payload.compactMap { $0 }
        offered = [UInt64](repeating: 0, count: self.payload.reduce(0) { $0 + $1.port.wordCount })
    }

    mutating func forget() { isOffered = false }

    mutating func observe() -> (AXIRule, String)? {
        let before = isOffered
        guard valid.isSet else {
            isOffered = false
            return before ? (.validKept, "VALID has fallen") : nil
        }
        isOffered = !ready.isSet
        guard before || isOffered else { return nil }
        var index = 0, isKept = true
        for port in payload {
            for word in 0..<port.port.wordCount {
                if offered[index] != port.storage[word] {
                    offered[index] = port.storage[word]
                    isKept = false
                }
                index += 1
            }
        }
        return isKept || !before ? nil : (.payloadKept, "the payload has changed")
    }
}
