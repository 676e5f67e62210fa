import RTL
import SeededRandom

/// The contents of all memories and what their ports do at a clock edge.
final class SimulatedMemories {
    private struct Place {
        let contents: UnsafeMutablePointer<UInt64>
        let depth: UInt64
        let wordsPerEntry: Int
        /// The bits of an entry's highest word.
        let mask: UInt64
    }

    private struct ReadPort {
        let port: MemoryPlan.Read
        let place: Place
        /// Ports of the same memory whose writes a read must not meet; empty if it may.
        let colliding: Range<Int>
    }

    private struct WritePort {
        let port: MemoryPlan.Write
        let place: Place
    }

    private let contents: UnsafeMutableBufferPointer<UInt64>
    private let reads: UnsafeMutableBufferPointer<ReadPort>
    private let writes: UnsafeMutableBufferPointer<WritePort>

    init(_ plans: [MemoryPlan], noise: inout SeededGenerator) {
        func words(_ plan: MemoryPlan) -> Int { (plan.width + 63) / 64 }
        contents = .allocate(capacity: plans.reduce(0) { $0 + $1.depth * words($1) })
        var reads: [ReadPort] = [], writes: [WritePort] = []
        var next = 0
        for plan in plans {
            let place = Place(
                contents: contents.baseAddress! + next, depth: UInt64(plan.depth), wordsPerEntry: words(plan),
                mask: lowMask((plan.width - 1) % 64 + 1))
            next += plan.depth * place.wordsPerEntry
            for entry in 0..<plan.depth { Self.fill(place.contents + entry * place.wordsPerEntry, place, &noise) }
            let colliding = plan.collision == .undefined ? writes.count..<writes.count + plan.writes.count : 0..<0
            writes += plan.writes.map { WritePort(port: $0, place: place) }
            reads += plan.reads.map { ReadPort(port: $0, place: place, colliding: colliding) }
        }
        self.reads = copied(reads)
        self.writes = copied(writes)
    }

    deinit {
        contents.deallocate()
        reads.deallocate()
        writes.deallocate()
    }

    private static func fill(_ words: UnsafeMutablePointer<UInt64>, _ place: Place, _ noise: inout SeededGenerator) {
        for index in 0..<place.wordsPerEntry { words[index] = noise.next() }
        words[place.wordsPerEntry - 1] &= place.mask
    }

    /// Takes the words addressed before the edge to the next values of the read data.
    func read(_ arena: UnsafeMutablePointer<UInt64>, _ noise: inout SeededGenerator) {
        for read in reads where read.port.enable.isSet(arena) {
            let address = arena[read.port.address], next = arena + read.port.next
            if address >= read.place.depth || isWritten(address, read.colliding, arena) {
                Self.fill(next, read.place, &noise)
            } else {
                let words = read.place.wordsPerEntry
                next.update(from: read.place.contents + Int(address) * words, count: words)
            }
        }
    }

    /// Writes in the order of the ports: the last one wins.
    func write(_ arena: UnsafeMutablePointer<UInt64>) {
        for write in writes where write.port.enable.isSet(arena) {
            let address = arena[write.port.address], words = write.place.wordsPerEntry
            guard address < write.place.depth else { continue }
            (write.place.contents + Int(address) * words).update(from: arena + write.port.data, count: words)
        }
    }

    private func isWritten(_ address: UInt64, _ ports: Range<Int>, _ arena: UnsafeMutablePointer<UInt64>) -> Bool {
        for index in ports where arena[writes[index].port.address] == address && writes[index].port.enable.isSet(arena) { return true }
        return false
    }
}
