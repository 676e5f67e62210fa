import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

/// One position of a row's list.
struct TokenItem {
    /// Nil: the position was not kept, but a row or block ends with it.
    var token: Int?
    var rowLast, blockLast: Bool

    /// What is left of positions `range` of a list (nil: position t is token t) once those are gone that `keeps` does not keep.
    static func kept(_ range: Range<Int>, of list: [Int]? = nil, _ keeps: (Int) -> Bool = { _ in true }) -> [TokenItem] {
        guard !range.isEmpty else { return [TokenItem(token: nil, rowLast: true, blockLast: false)] }
        return range.compactMap { position in
            let token = keeps(position) ? list.map { $0[position % $0.count] } ?? position : nil
            let rowLast = position == range.upperBound - 1, blockLast = position % 128 == 127
            return token == nil && !rowLast && !blockLast ? nil : TokenItem(token: token, rowLast: rowLast, blockLast: blockLast)
        }
    }

    func encode(into beat: Beat) throws {
        if let token { try beat.set("token", token) }
        try beat.set("occupied", token != nil)
        try beat.set("row_last", rowLast)
        // The end of an empty row says nothing about blocks.
        if token != nil || !rowLast { try beat.set("block_last", blockLast) }
    }
}

/// What a row of attention reads of one plane.
package struct GatheredRow {
    /// Byte address of the plane.
    package var address: Int
    package var bits: Int
    var items: [TokenItem]

    package var tokens: [Int] { items.compactMap(\.token) }

    /// Those of tokens 0 ..< `context` that survive, each with the probability `keep`; position t is token t.
    package init(address: Int, bits: Int, context: Int, keep: Double, _ random: inout SeededGenerator) {
        let survives = (0..<context).map { _ in random.unit() < keep }
        self.init(address: address, bits: bits, items: TokenItem.kept(0..<context) { survives[$0] })
    }

    /// The tokens of a list, in its order.
    package init(address: Int, bits: Int, list: [Int]) {
        self.init(address: address, bits: bits, items: TokenItem.kept(0..<list.count, of: list))
    }

    init(address: Int, bits: Int, items: [TokenItem]) {
        (self.address, self.bits, self.items) = (address, bits, items)
    }

    /// The tokens behind its last one as a row of their own, behind the end of a block of which nothing was kept or not; nil
    /// if there are none.
    func continued(_ lane: LaneConfiguration, keys: Int, behindBlock: Bool) -> GatheredRow? {
        guard let last = tokens.last, last + keys < lane.maximumContext else { return nil }
        let block = behindBlock ? [TokenItem(token: nil, rowLast: false, blockLast: true)] : []
        return GatheredRow(address: address, bits: bits, items: block + TokenItem.kept(last + 1..<last + 1 + keys))
    }

    /// Any kind of row: empty, one token, dense, scattered, of a list, at the context's end; anywhere in memory.
    static func random(_ lane: LaneConfiguration, bits: Int, longest: Int, _ random: inout SeededGenerator) -> GatheredRow {
        let planeBytes = lane.maximumContext * lane.headSize * bits / 8
        let last = (1 << MemoryPort.addressBits) - (planeBytes + lane.portBytes - 1) / lane.portBytes * lane.portBytes
        let address = [0, last, lane.portBytes * random.below(last / lane.portBytes)][random.below(3)]
        let keep = [0.03, 0.1, 0.3, 0.54, 0.9, 1][random.below(6)]
        let count = 1 + random.below(longest)
        let first = [0, random.below(lane.maximumContext - count + 1), lane.maximumContext - count][random.below(3)]
        var survives: [Bool] = []
        for _ in 0..<count { survives.append(random.unit() < keep) }
        let items: [TokenItem]
        switch random.below(8) {
        case 0: items = TokenItem.kept(0..<0)
        case 1: items = TokenItem.kept(first..<first + 1)
        case 2:
            var list = [random.below(1000)]
            while list.count < count { list.append(list.last! + 1 + random.below(keep > 0.5 ? 2 : 50)) }
            list.removeAll { $0 >= lane.maximumContext }
            items = TokenItem.kept(0..<list.count, of: list)
        default: items = TokenItem.kept(first..<first + count) { survives[$0 - first] }
        }
        return GatheredRow(address: address, bits: bits, items: items)
    }
}

/// What reading some rows must look like: the memory's bytes, the bursts of each channel, the vectors.
struct GatheredReads {
    let configuration: SpAttenConfiguration
    let rows: [GatheredRow]
    let isSigned: Bool
    private var lane: LaneConfiguration { configuration.lane }
    private var sectorBytes: Int { configuration.sectorBytes }

    /// The memory holds random numbers everywhere.
    private static func word(_ index: Int) -> UInt64 {
        var random = SeededGenerator(seed: UInt64(index))
        return random.next()
    }

    /// Local sector `index` of a channel.
    func sector(_ index: Int, of channel: Int) -> [UInt64] {
        let first = (index * configuration.channels + channel) * sectorBytes / 8
        return (first..<first + sectorBytes / 8).map(Self.word)
    }

    /// Bytes of a channel's memory that hold all the rows.
    func image(of channel: Int) -> [UInt8] {
        let end = rows.flatMap { row in row.tokens.map { row.address + ($0 + 1) * rowBytes(row) } }.max() ?? 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end + lane.portBytes)
        for index in 0...end / lane.portBytes {
            for word in sector(index, of: channel) { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
        }
        return bytes
    }

    private func rowBytes(_ row: GatheredRow) -> Int { lane.headSize * row.bits / 8 }

    /// The bursts of a channel in its own addresses: sectors in order, each once for neighbours, as long as possible within
    /// blocks of the list. Tokens ascend.
    func bursts(of channel: Int) -> [PlaneRange] {
        var bursts: [PlaneRange] = []
        for row in rows {
            var mayGrow = false, last = -1
            for item in row.items {
                if let token = item.token, row.bits > 0 {
                    let start = row.address + token * rowBytes(row)
                    for sector in start / sectorBytes...(start + rowBytes(row) - 1) / sectorBytes where sector > last {
                        last = sector
                        guard sector % configuration.channels == channel else { continue }
                        let address = sector / configuration.channels * sectorBytes
                        if mayGrow, let open = bursts.last, open.address + open.beats * sectorBytes == address,
                           address % (MemoryPort.burstBeats * sectorBytes) != 0 {
                            bursts[bursts.count - 1] = PlaneRange(address: open.address, beats: open.beats + 1)
                        } else {
                            bursts.append(PlaneRange(address: address, beats: 1))
                            mayGrow = true
                        }
                    }
                }
                if item.blockLast || item.rowLast { mayGrow = false }
            }
        }
        return bursts
    }

    struct VectorItem {
        /// Nil: none, the row ends.
        let elements: [Int16]?
        let rowLast: Bool
    }

    var vectors: [VectorItem] {
        rows.flatMap { row in
            row.items.flatMap { item -> [VectorItem] in
                guard let token = item.token else { return item.rowLast ? [VectorItem(elements: nil, rowLast: true)] : [] }
                let vectors = lane.vectors(of: codes(row, token))
                return vectors.enumerated().map {
                    VectorItem(elements: $0.element, rowLast: item.rowLast && $0.offset == vectors.count - 1)
                }
            }
        }
    }

    private func codes(_ row: GatheredRow, _ token: Int) -> [Int16] {
        (0..<lane.headSize).map { element in
            guard row.bits > 0 else { return 0 }
            let position = 8 * row.address + (token * lane.headSize + element) * row.bits
            var code = Int(truncatingIfNeeded: Self.word(position / 64) >> UInt64(position % 64))
            if position % 64 + row.bits > 64 { code |= Int(truncatingIfNeeded: Self.word(position / 64 + 1)) << (64 - position % 64) }
            code &= 1 << row.bits - 1
            return Int16(isSigned && code >> (row.bits - 1) == 1 ? code - 1 << row.bits : code)
        }
    }
}
