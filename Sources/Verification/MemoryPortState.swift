import Simulation

/// The state of a `MemoryModel`: a value, so that what changes every cycle is reached through one access to the object.
///
/// An unclocked device knows a beat's arrival as soon as it takes the burst, so nothing is asked of it in between.
struct MemoryPortState {
    private let memory: StreamScenario.Memory
    private let image: [UInt8]
    private let beatBytes, alignment, mostRequests, mostBeats: Int
    private let hasFaults: Bool
    private let device: any MemoryDevice
    private let isClocked: Bool
    /// What is read and written in every cycle goes straight to the simulator's words, which `address` keeps alive.
    private let requestValid, requestReady, responseValid, data: UnsafeMutablePointer<UInt64>
    /// Nil: every beat is taken at once.
    private let responseReady: UnsafeMutablePointer<UInt64>?
    private let tag: UnsafeMutablePointer<UInt64>?
    private let tagMask: UInt64
    private let address: PortHandle
    private let length, askedTag, error: PortHandle?
    private var requestStalls, responseStalls: StallPattern
    /// In the order of the requests, those before `head` over and done with.
    private var bursts: [MemoryBurst] = []
    private var head = 0
    /// When the next beat of `bursts[head]` is there, if the device is not clocked; `Int.max`: no burst.
    private var headArrival = Int.max
    /// Where the offered beat comes from; nil: none is offered.
    private var offered: Int?
    /// The offered beat comes once more.
    private var repeats = false
    private var beatsRead = 0, beatsOnTheWay = 0, requestsOnTheWay = 0
    /// Until when the response is held back, and the number of the beat for which it was last.
    private var pausedUntil = 0, delayed = -1
    /// Beats were asked for, and the next is not there yet.
    private(set) var isFetching = false
    private var passed: MemoryModel.Traffic

    init(
        _ memory: StreamScenario.Memory, of simulator: any Simulator, requestStalls: StallPattern = .none,
        responseStalls: StallPattern = .none
    ) {
        self.memory = memory
        image = memory.image
        hasFaults = !memory.faults.isEmpty
        let streams = memory.streams
        beatBytes = streams.beatBytes
        alignment = memory.timing.alignment ?? streams.beatBytes
        (mostRequests, mostBeats) =
            switch memory.timing.outstanding {
            case nil: (.max, .max)
            case .requests(let count): (count, .max)
            case .beats(let count): (.max, count)
            }
        device = memory.timing.makeDevice(beatBytes: streams.beatBytes)
        isClocked = device.isClocked
        let base = simulator.values.baseAddress!
        func field(_ port: SimulatedPort, of pins: StreamPins) -> PortHandle {
            PortHandle(port, in: base + pins.firstWord, owner: simulator)
        }
        requestValid = base + streams.request.valid.firstWord
        requestReady = base + streams.request.ready!.firstWord
        responseValid = base + streams.response.valid.firstWord
        responseReady = streams.response.ready.map { base + $0.firstWord }
        data = base + streams.response.firstWord + streams.data.firstWord
        var length: PortHandle?, askedTag: PortHandle?, error: PortHandle?, tag: UnsafeMutablePointer<UInt64>?
        if let port = streams.beats { length = field(port, of: streams.request) }
        if let port = streams.askedTag { askedTag = field(port, of: streams.request) }
        if let port = streams.error { error = field(port, of: streams.response) }
        if let port = streams.tag { tag = base + streams.response.firstWord + port.firstWord }
        (self.length, self.askedTag, self.error, self.tag) = (length, askedTag, error, tag)
        tagMask = (1 << UInt64(streams.tag?.width ?? 0)) - 1
        address = field(streams.address, of: streams.request)
        self.requestStalls = requestStalls
        self.responseStalls = responseStalls
        passed = MemoryModel.Traffic(beats: [Int](repeating: 0, count: streams.tags))
    }

    var traffic: MemoryModel.Traffic {
        var traffic = passed
        traffic.rowBuffers = device.rowBuffers
        return traffic
    }

    var lastBeatCycle: Int? { passed.lastBeatCycle }
    var firstRequestCycle: Int? { passed.firstRequestCycle }
    var isIdle: Bool { offered == nil && head == bursts.count }
    var isOffering: Bool { offered != nil }

    mutating func drive(cycle: Int) {
        if isClocked { device.advance(to: cycle) }
        let hesitates = requestStalls.next()
        let isReady = !hesitates && requestsOnTheWay < mostRequests && beatsOnTheWay < mostBeats && (!isClocked || device.hasRoom)
        requestReady.pointee = isReady ? 1 : 0
        let next = offered == nil ? nextBurst(cycle) : nil
        isFetching = offered == nil && next == nil && head < bursts.count
        if !responseStalls.next(where: next != nil), let next { offer(next, cycle) }
        responseValid.pointee = offered == nil ? 0 : 1
    }

    /// The oldest burst whose next beat is there and is the next of its tag.
    private func nextBurst(_ cycle: Int) -> Int? {
        guard head < bursts.count, pausedUntil <= cycle else { return nil }
        guard isClocked else { return headArrival <= cycle ? head : nil }
        if device.arrival(in: bursts[head]) <= cycle { return head }
        guard askedTag != nil else { return nil }
        var seen: Set<Int> = [bursts[head].tag]
        for index in (head + 1)..<bursts.count where !bursts[index].isFinished && seen.insert(bursts[index].tag).inserted {
            if device.arrival(in: bursts[index]) <= cycle { return index }
        }
        return nil
    }

    private mutating func offer(_ index: Int, _ cycle: Int) {
        let offset = bursts[index].offset + bursts[index].read * beatBytes
        // Delayed first: the other faults befall the beat when it comes.
        if hasFaults, delayed != beatsRead, let cycles = faults(offset).lazy.compactMap(\.delayCycles).max() {
            delayed = beatsRead
            pausedUntil = cycle + cycles
            passed.faults += 1
            return
        }
        image.withUnsafeBytes { bytes in
            UnsafeMutableRawPointer(data).copyMemory(from: bytes.baseAddress! + offset, byteCount: beatBytes)
        }
        if let tag { tag.pointee = UInt64(bursts[index].tag) & tagMask }
        if let error { error.value = 0 }
        offered = index
        guard hasFaults else { return }
        for fault in faults(offset) { befall(fault.kind) }
        if offered == nil {
            repeats = false
            read(index)
        }
    }

    private func faults(_ offset: Int) -> [MemoryFault] {
        memory.faults.filter { fault in
            switch fault.place {
            case .beat(let number): number == beatsRead
            case .address(let address): (offset..<offset + beatBytes).contains(address)
            }
        }
    }

    private mutating func befall(_ kind: MemoryFault.Kind) {
        switch kind {
        case .error: error!.value = memory.streams.errorValue
        case .corrupt(let bit): data[bit / 64] ^= 1 << UInt64(bit % 64)
        case .drop: offered = nil
        case .duplicate: repeats = true
        case .wrongTag: tag!.pointee ^= 1
        case .delay: return
        }
        passed.faults += 1
    }

    mutating func observe(cycle: Int) throws(MemoryModelError) {
        if let index = offered, (responseReady?.pointee ?? 1) & 1 == 1 {
            passed.beats[bursts[index].tag] += 1
            passed.lastBeatCycle = cycle
            if repeats {
                repeats = false
            } else {
                offered = nil
                read(index)
            }
        }
        if requestValid.pointee & requestReady.pointee & 1 == 1 { try accept(cycle) }
    }

    private mutating func accept(_ cycle: Int) throws(MemoryModelError) {
        var burst = MemoryBurst(
            serial: passed.requests, offset: address.value, beats: (length?.value ?? 0) + 1, tag: askedTag?.value ?? 0)
        let bytes = burst.beats * beatBytes
        guard burst.offset >= 0, burst.offset % alignment == 0, burst.offset <= image.count - bytes else {
            throw MemoryModelError(
                stream: memory.request.name, address: burst.offset, beats: burst.beats, imageBytes: image.count,
                alignment: alignment, cycle: cycle)
        }
        burst.start = device.accept(burst, cycle: cycle)
        bursts.append(burst)
        updateHeadArrival()
        if passed.firstRequestCycle == nil { passed.firstRequestCycle = cycle }
        passed.requests += 1
        passed.bytesMoved += memory.timing.bytesMoved(offset: burst.offset, bytes: bytes, beatBytes: beatBytes)
        requestsOnTheWay += 1
        beatsOnTheWay += burst.beats
    }

    /// The next beat of a burst is gone.
    private mutating func read(_ index: Int) {
        beatsRead += 1
        beatsOnTheWay -= 1
        bursts[index].read += 1
        if bursts[index].isFinished {
            device.finish(bursts[index])
            requestsOnTheWay -= 1
            while head < bursts.count, bursts[head].isFinished { head += 1 }
            if head > 1024 {
                bursts.removeFirst(head)
                head = 0
            }
        }
        updateHeadArrival()
    }

    private mutating func updateHeadArrival() {
        if !isClocked { headArrival = head < bursts.count ? device.arrival(in: bursts[head]) : .max }
    }
}

extension MemoryFault {
    fileprivate var delayCycles: Int? { if case .delay(let cycles) = kind { cycles } else { nil } }
}
