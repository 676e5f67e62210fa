import Accelerator
import Configuration
import FixedPoint
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct BitwidthConverterTests {
    /// Rows of every width back to back in random order, odd lengths included; a missing plane gives zeros.
    @Test(arguments: lanes, MemoryPort.Tag.allCases) func everyWidth(lane: LaneConfiguration, tag: MemoryPort.Tag) throws {
        let signed = tag != .keyLSB
        var random = TestSeed.generator("\(#function) \(tag)")
        let rows = (0..<80).map { index -> (bits: Int, keys: Int, codes: [Int16]) in
            let bits = tag.widths[index < tag.widths.count ? index : random.below(tag.widths.count)]
            let keys = [1, 2, 3, random.below(20), random.below(100)][random.below(5)]
            let codes = (0..<keys * lane.headSize).map { _ in
                bits == 0 ? 0 : Int16(signed ? random.code(bits) : random.below(1 << bits))
            }
            return (bits, keys, codes)
        }
        let beats = rows.flatMap { packed($0.codes, bits: $0.bits, beatBits: 8 * lane.portBytes, &random) }
        let expected = rows.flatMap { lane.vectors(of: $0.codes) }
        // Elements of the last vector of an odd row that no key owns.
        let owned = rows.flatMap { row in lane.vectors(of: row.codes.map { _ in 1 }, padding: 0) }
        for timing in timings("command", "beats", "vectors") {
            let bench = try bench(BitwidthConverter(lane: lane, widths: tag.widths, signed: signed), timing)
            try bench.send(rows.map { ($0.bits, $0.keys) }, to: "command") { port in
                let bits = try port.field("bits"), vectors = try port.field("vectors"), last = try port.field("last_keys")
                return { row in
                    bits.value = row.0
                    vectors.value = (row.1 + lane.slots - 1) / lane.slots * lane.steps
                    last.value = (row.1 + lane.slots - 1) % lane.slots
                }
            }
            let offered = try bench.send(beats, to: "beats") { port in
                let field = try port.field("")
                return { field.set($0, width: 64) }
            }
            let vectors = try bench.receive(expected.count, from: "vectors") { port in
                let field = try port.field("")
                return { field.elements(width: NumericFormats.keyBits, as: Int16.self) }
            }
            try bench.run()
            let seen = zip(vectors.items, owned).map { zip($0, $1).map { $0 * $1 } }
            #expect(difference(seen, expected) == nil)
            if timing.isSteady, tag == .value, rows[0].bits == 4 {
                #expect(vectors.cycles[0] - offered.cycles[0] == BitwidthConverter.latency)
            }
        }
    }

    /// Codes packed little-endian into whole beats of 64-bit words; noise behind the last.
    private func packed(_ codes: [Int16], bits: Int, beatBits: Int, _ random: inout SeededGenerator) -> [[UInt64]] {
        guard bits > 0 else { return [] }
        let beats = (codes.count * bits + beatBits - 1) / beatBits
        return (0..<beats).map { beat in
            (0..<beatBits / 64).map { word in
                (0..<64).reduce(UInt64(0)) { value, bit in
                    let position = beat * beatBits + word * 64 + bit, element = position / bits
                    let set = element < codes.count ? codes[element] >> Int16(position % bits) & 1 == 1 : random.flip()
                    return set ? value | 1 << UInt64(bit) : value
                }
            }
        }
    }
}

@Suite struct PlaneFetcherTests {
    struct Command { let address, beats: Int }

    @Test(arguments: [16, 32, 256]) func bursts(buffer: Int) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64, fetchBufferBeats: buffer)
        var random = TestSeed.generator(#function)
        let lengths = [1, 2, 15, 16, 17, 31, 32, 33, 0, 0, 64, 100, 300] + (0..<40).map { _ in random.below(80) }
        let commands = lengths.map { beats in
            Command(address: [0, 64 * random.below(1 << 20), (1 << 40) - 64 * 512][random.below(3)], beats: beats)
        }
        let wanted = commands.map(\.beats).reduce(0, +)
        for timing in timings("command", "request") {
            let bench = try bench(PlaneFetcher(lane: lane), timing)
            try bench.send(commands, to: "command") { port in
                let address = try port.field("address"), beats = try port.field("beats")
                return { address.value = $0.address; beats.value = $0.beats }
            }
            let requests = try bench.receive(expectedRequests(commands), from: "request") { port in
                let address = try port.field("address"), beats = try port.field("beats")
                return { Request(address: address.value, beats: beats.value + 1) }
            }
            // Beats come back some time after they were asked for; each then leaves the buffer.
            let released = try bench.simulator.handle("released")
            var gone = 0, mostOutstanding = 0
            let eager = timing.isSteady
            bench.beforeSettle = { _ in
                let outstanding = requests.items.map(\.beats).reduce(0, +) - gone
                mostOutstanding = max(mostOutstanding, outstanding)
                released.value = outstanding > 0 && (eager || random.below(4) == 0) ? 1 : 0
                gone += released.value
            }
            try bench.run()
            #expect(mostOutstanding <= buffer)
            check(requests.items, commands)
            #expect(requests.items.map(\.beats).reduce(0, +) == wanted)
        }
    }

    /// While nothing leaves the buffer, just as much is asked for as it holds.
    @Test(arguments: [16, 64, 256]) func asksForTheWholeBuffer(buffer: Int) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64, fetchBufferBeats: buffer)
        let bench = try bench(PlaneFetcher(lane: lane))
        let command = Command(address: 64 * 16, beats: buffer + 16)
        try bench.send([command], to: "command") { port in
            let address = try port.field("address"), beats = try port.field("beats")
            return { address.value = $0.address; beats.value = $0.beats }
        }
        let requests = try bench.receive(buffer / 16 + 1, from: "request") { port in
            let beats = try port.field("beats")
            return { beats.value + 1 }
        }
        let released = try bench.simulator.handle("released")
        var asked = 0
        bench.beforeSettle = { cycle in
            if cycle == 100 { asked = requests.items.reduce(0, +) }
            released.value = cycle >= 100 && cycle < 100 + buffer ? 1 : 0
        }
        try bench.run()
        #expect(asked == buffer)
        #expect(requests.items.reduce(0, +) == command.beats)
    }

    private struct Request {
        let address, beats: Int
    }

    /// A burst ends where the next multiple of 16 beats begins.
    private func expectedRequests(_ commands: [Command]) -> Int {
        commands.map { command in
            let first = command.address / 64
            return command.beats == 0 ? 0 : (first + command.beats - 1) / 16 - first / 16 + 1
        }.reduce(0, +)
    }

    /// The requests cover each plane once, in order, and cross no burst boundary.
    private func check(_ requests: [Request], _ commands: [Command]) {
        var next = 0
        for command in commands {
            var (address, left) = (command.address, command.beats)
            while left > 0 {
                guard next < requests.count else { return }
                let request = requests[next]
                #expect(request.address == address)
                #expect(request.beats <= left && address / 64 % 16 + request.beats <= 16)
                address += 64 * request.beats
                left -= request.beats
                next += 1
            }
        }
    }
}

@Suite struct PlaneReaderTests {
    /// Rows back to back from a memory that answers in the next cycle, whoever stalls: no beat may be lost.
    @Test(arguments: MemoryPort.Tag.allCases) func rowsBackToBack(tag: MemoryPort.Tag) throws {
        let lane = laneD64, bits = tag.widths.last!
        var random = TestSeed.generator(#function)
        let words = (0..<8 * 2_000).map { _ in random.next() }
        let rows = [1, 0, 700, 3, 64, 400].map { keys in (keys: keys, firstBeat: random.below(500)) }
        let beatsOfRow = rows.map { ($0.keys * lane.headSize * bits + 511) / 512 }
        let expected = rows.flatMap { row in
            (0..<row.keys).map { key in
                (0..<lane.headSize).map { element -> Int16 in
                    let position = 512 * row.firstBeat + (key * lane.headSize + element) * bits
                    let code = (0..<bits).reduce(0) { $0 | Int(words[(position + $1) / 64] >> UInt64((position + $1) % 64) & 1) << $1 }
                    return Int16(tag != .keyLSB && code >> (bits - 1) == 1 ? code - (1 << bits) : code)
                }
            }
        }
        for timing in timings("fetch", "request", "vectors") {
            let bench = try bench(PlaneReader(lane: lane, widths: tag.widths, signed: tag != .keyLSB), timing)
            try bench.send(Array(zip(rows, beatsOfRow)), to: "fetch") { port in
                let address = try port.field("address"), beats = try port.field("beats")
                return { address.value = 64 * $0.0.firstBeat; beats.value = $0.1 }
            }
            try bench.send(rows, to: "convert") { port in
                let width = try port.field("bits"), vectors = try port.field("vectors"), last = try port.field("last_keys")
                return { width.value = bits; vectors.value = $0.keys; last.value = 0 }
            }
            let bursts = zip(rows, beatsOfRow).map { row, beats in
                beats == 0 ? 0 : (row.firstBeat + beats - 1) / 16 - row.firstBeat / 16 + 1
            }
            var waiting: [Int] = [], next = 0
            _ = try bench.receive(bursts.reduce(0, +), from: "request") { port in
                let address = try port.field("address"), beats = try port.field("beats")
                return { waiting += (0...beats.value).map { address.value / 64 + $0 } }
            }
            let vectors = try bench.receive(expected.count, from: "vectors") { port in
                let field = try port.field("")
                return { field.elements(width: NumericFormats.keyBits, as: Int16.self) }
            }
            let valid = try bench.simulator.handle("beats_valid"), data = try bench.simulator.handle("beats_payload")
            bench.beforeSettle = { _ in
                valid.value = next < waiting.count ? 1 : 0
                guard next < waiting.count else { return }
                data.set(words[8 * waiting[next]..<8 * waiting[next] + 8], width: 64)
                next += 1
            }
            try bench.run()
            #expect(difference(vectors.items, expected) == nil)
        }
    }
}

@Suite struct KeyAssemblerTests {
    /// Every tile size with rows that end next to a tile's end, every split of the key into planes.
    @Test(arguments: lanes) func tileAndRowEnds(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        var rows: [(keys: Int, tileKeys: Int, format: KeyFormat)] = []
        for (index, tileKeys) in RowSettings.tileSizes.enumerated() {
            for keys in [0, 1, tileKeys - 1, tileKeys, tileKeys + 1] + (tileKeys < 512 ? [2 * tileKeys + 1, 3 * tileKeys] : []) {
                rows.append((keys, tileKeys, KeyFormat.supported[(rows.count + index) % KeyFormat.supported.count]))
            }
        }
        rows += KeyFormat.supported.map { (3, 128, $0) }
        let keys = rows.map { row in
            (0..<row.keys * lane.headSize).map { _ in Int16(random.number(in: row.format.codeRange)) }
        }
        let expected = zip(rows, keys).flatMap { row, keys in
            keyBeats(of: keys, tileKeys: row.tileKeys, lane).map { $0.blanked(lane) }
        }
        func vectors(_ plane: (Int16, KeyFormat) -> Int16) -> [[Int16]] {
            zip(rows, keys).flatMap { row, keys in lane.vectors(of: keys.map { plane($0, row.format) }, padding: 5) }
        }
        // Long rows: all timings for one lane only.
        for timing in lane == laneD64 ? timings("row", "lsb", "keys") : Array(timings().prefix(2)) {
            let bench = try bench(KeyAssembler(lane: lane), timing)
            try bench.send(rows, to: "row") { port in
                let keys = try port.field("keys"), tileSize = try port.field("tile_size"), lsbBits = try port.field("lsb_bits")
                return { row in
                    keys.value = row.keys
                    tileSize.value = RowSettings.tileSizes.firstIndex(of: row.tileKeys)!
                    lsbBits.value = row.format.lsbBits
                }
            }
            for (name, plane) in [("msb", vectors { $0 >> $1.lsbBits }), ("lsb", vectors { $0 & ((1 << $1.lsbBits) - 1) })] {
                try bench.send(plane, to: name) { port in
                    let field = try port.field("")
                    return { field.set($0, width: NumericFormats.keyBits) }
                }
            }
            let beats = try bench.receive(expected.count, from: "keys", KeyItem.reader(lane))
            try bench.run()
            #expect(difference(beats.items, expected) == nil)
            if timing.isSteady { #expect(beats.cycles.last! - beats.cycles[0] == expected.count - 1) }
        }
    }
}
