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
    private let places: [Place]
    private let reads: UnsafeMutableBufferPointer<ReadPort>
    private let writes: UnsafeMutableBufferPointer<WritePort>

    init(_ plans: [MemoryPlan], noise: inout SeededGenerator) {
        func words(_ plan: MemoryPlan) -> Int { (plan.width + 63) / 64 }
        contents = .allocate(capacity: plans.reduce(0) { $0 + $1.depth * words($1) })
        var places: [Place] = [], reads: [ReadPort] = [], writes: [WritePort] = []
        var next = 0
        for plan in plans {
            let place = Place(
                contents: contents.baseAddress! + next, depth: UInt64(plan.depth), wordsPerEntry: words(plan),
                mask: lowMask((plan.width - 1) % 64 + 1))
            next += plan.depth * place.wordsPerEntry
            for entry in 0..<plan.depth { Self.fill(place.contents + entry * place.wordsPerEntry, place, &noise) }
            places.append(place)
            let colliding = plan.collision == .undefined ? writes.count..<writes.count + plan.writes.count : 0..<0
            writes += plan.writes.map { WritePort(port: $0, place: place) }
            reads += plan.reads.map { ReadPort(port: $0, place: place, colliding: colliding) }
        }
        self.places = places
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

    /// Takes the words addressed before an edge of `clocks` to the next values of their read data.
    func read(_ arena: UnsafeMutablePointer<UInt64>, _ clocks: ClockSet, _ noise: inout SeededGenerator) {
        for read in reads where read.port.isActive(arena, clocks) {
            let address = arena[read.port.address], next = arena + read.port.next
            if address >= read.place.depth || isWritten(address, read.colliding, arena, clocks) {
                Self.fill(next, read.place, &noise)
            } else {
                let words = read.place.wordsPerEntry
                next.update(from: read.place.contents + Int(address) * words, count: words)
            }
        }
    }

    /// Writes in the order of the ports: the last one wins.
    func write(_ arena: UnsafeMutablePointer<UInt64>, _ clocks: ClockSet) {
        for write in writes where write.port.isActive(arena, clocks) {
            let address = arena[write.port.address], words = write.place.wordsPerEntry
            guard address < write.place.depth else { continue }
            (write.place.contents + Int(address) * words).update(from: arena + write.port.data, count: words)
        }
    }

    private func isWritten(
        _ address: UInt64, _ ports: Range<Int>, _ arena: UnsafeMutablePointer<UInt64>, _ clocks: ClockSet
    ) -> Bool {
        for index in ports where arena[writes[index].port.address] == address && writes[index].port.isActive(arena, clocks) {
            return true
        }
        return false
    }

    /// Word `index` of a memory, which has that many.
    subscript(memory: Int, index: Int) -> [UInt64] {
        get {
            let place = places[memory]
            return Array(UnsafeBufferPointer(start: place.contents + index * place.wordsPerEntry, count: place.wordsPerEntry))
        }
        set {
            let place = places[memory], words = place.contents + index * place.wordsPerEntry
            for word in 0..<place.wordsPerEntry { words[word] = word < newValue.count ? newValue[word] : 0 }
            words[place.wordsPerEntry - 1] &= place.mask
        }
    }
}
