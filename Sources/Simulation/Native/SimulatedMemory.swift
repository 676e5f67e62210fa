import RTL

/// The contents of a memory and what its ports do at a clock edge.
final class SimulatedMemory {
    private let layout: MemoryPlan
    private let wordsPerEntry: Int
    private let contents: UnsafeMutableBufferPointer<UInt64>

    init(_ layout: MemoryPlan, noise: inout SplitMix64) {
        self.layout = layout
        wordsPerEntry = (layout.width + 63) / 64
        contents = .allocate(capacity: layout.depth * wordsPerEntry)
        contents.initialize(repeating: 0)
        for entry in 0..<layout.depth { fill(contents.baseAddress! + entry * wordsPerEntry, &noise) }
    }

    deinit { contents.deallocate() }

    private func fill(_ words: UnsafeMutablePointer<UInt64>, _ noise: inout SplitMix64) {
        for index in 0..<wordsPerEntry { words[index] = noise.next() }
        words[wordsPerEntry - 1] &= lowMask((layout.width - 1) % 64 + 1)
    }

    /// Takes the words addressed before the edge to the next values of the read data.
    func read(_ arena: UnsafeMutablePointer<UInt64>, _ noise: inout SplitMix64) {
        for port in layout.reads where isSet(port.enable, arena) {
            let address = arena[port.address], next = arena + port.next
            if address >= UInt64(layout.depth) || layout.collision == .undefined && isWritten(address, arena) {
                fill(next, &noise)
            } else {
                next.update(from: contents.baseAddress! + Int(address) * wordsPerEntry, count: wordsPerEntry)
            }
        }
    }

    /// Writes in the order of the ports: the last one wins.
    func write(_ arena: UnsafeMutablePointer<UInt64>) {
        for port in layout.writes where isSet(port.enable, arena) && arena[port.address] < UInt64(layout.depth) {
            (contents.baseAddress! + Int(arena[port.address]) * wordsPerEntry).update(from: arena + port.data, count: wordsPerEntry)
        }
    }

    private func isWritten(_ address: UInt64, _ arena: UnsafeMutablePointer<UInt64>) -> Bool {
        layout.writes.contains { arena[$0.address] == address && isSet($0.enable, arena) }
    }

    private func isSet(_ condition: MemoryPlan.Condition, _ arena: UnsafeMutablePointer<UInt64>) -> Bool {
        UnsafeRawPointer(arena).load(fromByteOffset: condition.byte, as: UInt8.self) >> UInt8(condition.bit) & 1 != 0
    }
}
