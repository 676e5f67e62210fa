import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    /// The buffer of a tile's keys as the lane of prefill has it: banks of many fills, parts of them read over and over, the
    /// last word of one command followed at once by the first of the next.
    package static func tileBuffer(
        _ prefill: PrefillConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let words = prefill.bufferTileKeys * prefill.lane.steps
        return try tileBuffer(
            words: words, bits: prefill.lane.multipliers * NumericFormats.keyBits, tiles: extent == .full ? 12 : 6,
            longest: extent == .full ? words : 20, random)
    }

    /// One fill and one command that reads all of it, on its heels.
    package static func trailingRead(words: Int, bits: Int, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let written = (0..<words).map { _ in (0..<(bits + 63) / 64).map { _ in random.next() } }
        return try UnitScenario(Accelerator.TileBuffer(words: words, bits: bits)) { streams in
            try streams.send([0], to: "fill") { _, beat in
                try beat.set("first", 0)
                try beat.set("last", words - 1)
            }
            try streams.send(written, to: "words") { try $1.set("", $0, width: 64) }
            try streams.send([0], to: "replay") { _, beat in
                try beat.set("range_first", 0)
                try beat.set("range_last", words - 1)
                try beat.set("next_bank", true)
                try beat.set("occupied", true)
            }
            try streams.expect(written.enumerated(), from: "output") { item, beat in
                try beat.set("word", item.element, width: 64)
                try beat.set("occupied", true)
                try beat.set("last", item.offset == words - 1)
            }
        }
    }

    /// - Parameter longest: Words of a fill at most.
    package static func tileBuffer(
        words: Int, bits: Int, tiles: Int, longest: Int, _ random: SeededGenerator
    ) throws -> UnitScenario {
        struct Part {
            let first, last: Int
            let nextBank, occupied: Bool
        }
        var random = random
        var fills: [(first: Int, last: Int)] = [], written: [[UInt64]] = []
        var parts: [Part] = [], read: [(word: [UInt64]?, occupied: Bool, last: Bool)] = []
        func part(_ first: Int, _ last: Int, nextBank: Bool, occupied: Bool, of tile: [Int: [UInt64]]) {
            parts.append(Part(first: first, last: last, nextBank: nextBank, occupied: occupied))
            read += (first...last).map { (tile[$0], occupied, $0 == last) }
        }
        // Nothing has been filled yet: what comes out means nothing.
        part(0, 0, nextBank: false, occupied: false, of: [:])
        for tile in 0..<tiles {
            let length = random.number(in: min(2, longest)...longest)
            let first = [0, words - length, random.below(words - length + 1)][tile % 3], last = first + length - 1
            var held: [Int: [UInt64]] = [:]
            for index in first...last {
                let word = (0..<(bits + 63) / 64).map { _ in random.next() }
                held[index] = word
                written.append(word)
            }
            fills.append((first, last))
            for pass in 0..<[1, 2, 7][tile % 3] {
                let from = random.number(in: first...last)
                let to = [from, last, random.number(in: from...last)][random.below(3)]
                part(from, to, nextBank: pass == 0, occupied: random.below(4) != 0, of: held)
            }
        }
        return try UnitScenario(Accelerator.TileBuffer(words: words, bits: bits)) { streams in
            try streams.send(fills, to: "fill") { fill, beat in
                try beat.set("first", fill.first)
                try beat.set("last", fill.last)
            }
            try streams.send(written, to: "words") { try $1.set("", $0, width: 64) }
            try streams.send(parts, to: "replay") { part, beat in
                try beat.set("range_first", part.first)
                try beat.set("range_last", part.last)
                try beat.set("next_bank", part.nextBank)
                try beat.set("occupied", part.occupied)
            }
            try streams.expect(read, from: "output") { item, beat in
                if let word = item.word { try beat.set("word", word, width: 64) }
                try beat.set("occupied", item.occupied)
                try beat.set("last", item.last)
            }
        }
    }
}
