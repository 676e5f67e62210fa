import Blocks
import SeededRandom
import Simulation
import Verification

/// Asks a read master for beats of a memory, and knows what must come back.
final class ReadBench: AXIBench {
    struct Request {
        let address, beats, tag: Int
    }

    let master: AXIReadMaster
    let memory: AXIMemory
    let checker: AXIProtocolChecker
    /// Cycles in which a beat came to the one who asked.
    private(set) var beatCycles: [Int] = []
    private(set) var faults: [Fault] = []
    /// A cycle of the pulse; then `afterwards` is asked for.
    var abandonCycle: Int?
    var afterwards: [Request] = []
    /// Chance that the one who reads faults does not.
    var faultStalls = 0.0
    /// Probability of gaps between requests, and that a beat is not taken at once.
    let gaps, stalls: Double
    let limit: Int

    struct Fault: Hashable {
        let code, address: Int
    }

    private let base: Int
    private let request, response, fault: (valid: PortHandle, ready: PortHandle)
    private let address, beats, tag, data, dataTag, code, faultAddress, outstandingLimit, abandon, idle: PortHandle
    private let rready: PortHandle?
    /// The memory is not shared.
    private let isAlone: Bool
    private var requests: [Request]
    private var next = 0
    private var isOffering = false
    private var isDraining = false
    private var expected: [[[UInt64]]]
    private var random: SeededGenerator
    private var abandonedAt: Int?
    private var waiting: Fault?

    init(
        _ simulator: any Simulator, prefix: String = "", _ master: AXIReadMaster, _ requests: [Request], bytes: [UInt8],
        base: Int, behavior: AXIMemoryBehavior, gaps: Double = 0, stalls: Double = 0, limit: Int? = nil, seed: UInt64 = 1,
        sharing shared: (memory: AXIMemory, checker: AXIProtocolChecker)? = nil
    ) throws {
        let pins = Pins(simulator: simulator, prefix: prefix)
        self.master = master
        self.requests = requests
        self.base = base
        (self.gaps, self.stalls, self.limit) = (gaps, stalls, limit ?? master.outstanding)
        isAlone = shared == nil
        if let shared {
            (memory, checker) = shared
        } else {
            let axi = try AXIPins(pins.full("m_axi"), of: simulator)
            memory = AXIMemory(axi, bytes, base: base, behavior)
            checker = AXIProtocolChecker(axi, readLimit: min(self.limit, master.outstanding))
        }
        request = (try pins("request_valid"), try pins("request_ready"))
        response = (try pins("response_valid"), try pins("response_ready"))
        fault = (try pins("fault_valid"), try pins("fault_ready"))
        (address, beats, tag) = (try pins("request_payload_address"), try pins("request_payload_beats"), try pins("request_payload_tag"))
        (data, dataTag) = (try pins("response_payload_data"), try pins("response_payload_tag"))
        (code, faultAddress) = (try pins("fault_payload_code"), try pins("fault_payload_address"))
        (outstandingLimit, abandon, idle) = (try pins("outstanding_limit"), try pins("abandon"), try pins("idle"))
        rready = pins.ifThere("m_axi_rready")
        expected = Array(repeating: [], count: 1 << master.tagBits)
        random = SeededGenerator(seed: seed)
    }

    var isDone: Bool {
        next == requests.count && expected.allSatisfy(\.isEmpty) && afterwards.isEmpty && idle.isSet && !fault.valid.isSet
            && abandonCycle == nil && !isDraining
    }

    var progress: String { "\(next) of \(requests.count) reads asked for, \(expected.map(\.count)) beats missing, idle \(idle.value)" }

    func observeReset() {
        if isAlone { checker.observeReset(cycle: 0) }
    }

    func drive(_ cycle: Int) {
        outstandingLimit.value = limit
        abandon.isSet = cycle == abandonCycle
        if cycle == abandonCycle {
            (abandonCycle, abandonedAt, isDraining) = (nil, cycle, true)
            isOffering = false
            next = requests.count
        }
        if !isOffering { isOffering = !isDraining && next < requests.count && !random.chance(gaps) }
        request.valid.isSet = isOffering
        if isOffering {
            // The low bits of an address mean nothing.
            address.value = requests[next].address | random.below(master.axi.bytes)
            beats.value = requests[next].beats - 1
            tag.value = requests[next].tag
        } else {
            for handle in [address, beats, tag] { handle.value = Int(truncatingIfNeeded: random.next()) }
        }
        if cycle == abandonedAt { for index in expected.indices { expected[index] = [] } }
        response.ready.isSet = !random.chance(stalls)
        fault.ready.isSet = !random.chance(faultStalls)
        if isAlone { memory.drive(cycle: cycle) }
    }

    func observe(_ cycle: Int) throws {
        if isAlone { try checker.observe(memory, cycle) }
        if master.buffer > 0, let rready, !rready.isSet { throw AXIBenchError("cycle \(cycle): rready is low") }
        try observeFault(cycle)
        if isDraining { return try observeDrain(cycle) }
        if request.valid.isSet, request.ready.isSet {
            let taken = requests[next]
            expected[taken.tag] += (0..<taken.beats).map {
                beatWords(memory.bytes, base: base, at: taken.address + $0 * master.axi.bytes, bytes: master.axi.bytes)
            }
            next += 1
            isOffering = false
        }
        if response.valid.isSet, response.ready.isSet {
            let tag = dataTag.value
            guard let words = expected[tag].first else { throw AXIBenchError("cycle \(cycle): a beat of tag \(tag) too many") }
            guard words == data.words else {
                throw AXIBenchError("cycle \(cycle): tag \(tag) has \(data.words), not \(words)")
            }
            expected[tag].removeFirst()
            beatCycles.append(cycle)
        }
        if idle.isSet, !expected.allSatisfy(\.isEmpty) || isAlone && !memory.isIdle { throw AXIBenchError("cycle \(cycle): not idle at all") }
    }

    /// A fault stays until it is taken.
    private func observeFault(_ cycle: Int) throws {
        let now = fault.valid.isSet ? Fault(code: code.value, address: faultAddress.value) : nil
        if let waiting, waiting != now { throw AXIBenchError("cycle \(cycle): fault \(waiting) was not taken, and is gone") }
        waiting = fault.ready.isSet ? nil : now
        if let now, fault.ready.isSet { faults.append(now) }
        if idle.isSet, isAlone, faultStalls == 0, abandonedAt == nil, faults.count < memory.faultyReads.count {
            throw AXIBenchError("cycle \(cycle): idle before its last fault is there")
        }
    }

    private func observeDrain(_ cycle: Int) throws {
        guard cycle > abandonedAt! else {
            if idle.isSet { throw AXIBenchError("cycle \(cycle): idle while told to abandon") }
            return
        }
        if response.valid.isSet { throw AXIBenchError("cycle \(cycle): a beat of what was abandoned") }
        if isAlone, memory.reads.filter({ $0.cycle > abandonedAt! }).count > 2 {
            throw AXIBenchError("cycle \(cycle): a new address after all was abandoned")
        }
        guard idle.isSet else { return }
        guard !isAlone || memory.isIdle && checker.isIdle else { throw AXIBenchError("cycle \(cycle): idle with bursts outstanding") }
        isDraining = false
        (requests, afterwards, next) = (afterwards, [], 0)
    }

    /// What `fault` must have said, if nobody made it wait.
    var expectedFaults: [Fault] { memory.faultyReads.map { Fault(code: $0.response, address: $0.burst.address) } }

    /// What it must have said if this is master `number` of several.
    func expectedFaults(ofMaster number: Int) -> [Fault] {
        memory.faultyReads.filter { $0.burst.id >> master.axi.idBits == number }
            .map { Fault(code: $0.response, address: $0.burst.address) }
    }

    /// Requests within a memory of `bytes` from `base` on, many of them at page ends.
    static func requests(
        _ count: Int, _ master: AXIReadMaster, base: Int, bytes: Int, most: Int = .max, _ random: inout SeededGenerator
    ) -> [Request] {
        let beatBytes = master.axi.bytes
        return (0..<count).map { _ in
            let beats = random.length(upTo: min(most, 1 << master.beatBits, bytes / beatBytes))
            var first = random.below(bytes / beatBytes - beats + 1)
            if random.below(3) == 0 {
                let page = random.number(1...bytes / 4096 - 1) * 4096 / beatBytes
                first = max(0, min(page - random.below(min(beats, 20) + 1), bytes / beatBytes - beats))
            }
            return Request(address: base + first * beatBytes, beats: beats, tag: random.below(1 << master.tagBits))
        }
    }
}
