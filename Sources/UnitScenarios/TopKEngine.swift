import Accelerator
import Configuration
import GoldenModel
import RTL
import SeededRandom
import Verification

/// A set of keys and how many of them are to be kept.
package struct TopKSet: Sendable {
    package var keys: [UInt32]
    package var k: Int

    package init(keys: [UInt32], k: Int) { (self.keys, self.k) = (keys, k) }
}

extension UnitScenario {
    /// Sets back to back through an engine: the selection, and what is kept.
    package static func topKEngine(_ topK: TopKConfiguration, _ sets: [TopKSet]) throws -> UnitScenario {
        try UnitScenario(Accelerator.TopKEngine(topK)) { streams in
            try topKStreams(&streams, topK, sets, suffix: "")
        }
    }

    /// The same through the selection core alone.
    package static func selectionCore(_ topK: TopKConfiguration, _ sets: [TopKSet]) throws -> UnitScenario {
        func build(_ streams: inout StreamScenario) throws { try selectionStreams(&streams, topK, sets, suffix: "") }
        return switch topK.algorithm {
        case .radix: try UnitScenario(RadixSelect(topK), build)
        case .quickSelect: try UnitScenario(QuickSelect(topK), build)
        }
    }

    /// Engines side by side in one module, each with sets of its own.
    package static func topKEngines(_ engines: [(TopKConfiguration, [TopKSet])]) throws -> UnitScenario {
        try UnitScenario(TopKEngines(engines: engines.map(\.0))) { streams in
            for (index, (topK, sets)) in engines.enumerated() {
                try topKStreams(&streams, topK, sets, suffix: "_\(index)")
            }
        }
    }

    static func topKStreams(
        _ streams: inout StreamScenario, _ topK: TopKConfiguration, _ sets: [TopKSet], suffix: String
    ) throws {
        try selectionStreams(&streams, topK, sets, suffix: suffix)
        try streams.expect(sets.flatMap { TopKKeptItem.beats(of: $0, topK) }, from: "kept" + suffix) {
            try $0.encode(into: $1, topK)
        }
    }

    private static func selectionStreams(
        _ streams: inout StreamScenario, _ topK: TopKConfiguration, _ sets: [TopKSet], suffix: String
    ) throws {
        try streams.send(sets, to: "command" + suffix) { try $1.set("", $0.k) }
        try streams.send(sets.flatMap { TopKKeyItem.beats(of: $0, topK) }, to: "keys" + suffix) {
            try $0.encode(into: $1, topK)
        }
        try streams.expect(sets, from: "selection" + suffix) { set, beat in
            let golden = GoldenModel.TopKEngine(set.keys, k: set.k, keyBits: topK.keyBits)
            try beat.set("value", Int(golden.value))
            try beat.set("equals", golden.equals)
        }
    }
}

/// Engines that share only the clock: many configurations in one model.
private struct TopKEngines: Module {
    let engines: [TopKConfiguration]

    struct Ports {
        let command: [Stream<Unsigned>]
        let keys: [Stream<TopKKeys>]
        let selection: [Stream<TopKSelection>]
        let kept: [Stream<TopKKept>]
    }

    var suffix: String { "of\(engines.count)" }

    func ports(_ io: Interface) -> Ports {
        let each = engines.map { Accelerator.TopKEngine($0).ports(io) }
        return Ports(command: each.map(\.command), keys: each.map(\.keys), selection: each.map(\.selection), kept: each.map(\.kept))
    }

    func body(_ c: Circuit, _ io: Ports) {
        for (index, topK) in engines.enumerated() {
            let engine = c.instance("engine_\(index)", Accelerator.TopKEngine(topK))
            c.connect(io.command[index], to: engine.command)
            c.connect(io.keys[index], to: engine.keys)
            c.connect(engine.selection, to: io.selection[index])
            c.connect(engine.kept, to: io.kept[index])
        }
    }
}

/// A beat of keys.
struct TopKKeyItem {
    let keys: ArraySlice<UInt32>
    let last: Bool

    static func beats(of set: TopKSet, _ topK: TopKConfiguration) -> [TopKKeyItem] {
        let count = max(1, (set.keys.count + topK.parallelism - 1) / topK.parallelism)
        return (0..<count).map { beat in
            let first = beat * topK.parallelism
            return TopKKeyItem(
                keys: set.keys[first..<min(first + topK.parallelism, set.keys.count)], last: beat == count - 1)
        }
    }

    func encode(into beat: Beat, _ topK: TopKConfiguration) throws {
        let occupied = (0..<topK.parallelism).map { $0 < keys.count }
        let padded = Array(keys) + [UInt32](repeating: 0, count: topK.parallelism - keys.count)
        try beat.set("keys", padded, width: topK.keyBits, where: occupied)
        try beat.set("occupied", occupied.map { $0 ? 1 : 0 }, width: 1)
        try beat.set("last", last)
    }
}

/// A beat of what is kept.
struct TopKKeptItem {
    let kept: [(index: Int, key: UInt32)]
    let last: Bool

    /// A full beat goes out with the beat of keys that completes it; so an empty one ends the set if that was not the last.
    static func beats(of set: TopKSet, _ topK: TopKConfiguration) -> [TopKKeptItem] {
        let golden = GoldenModel.TopKEngine(set.keys, k: set.k, keyBits: topK.keyBits)
        let lastBeat = max(0, set.keys.count - 1) / topK.parallelism
        let isSettledBefore = golden.indices.last.map { $0 / topK.parallelism < lastBeat } ?? false
        let full = golden.indices.count / topK.parallelism
        let isEmptyAtEnd = golden.indices.isEmpty
            || golden.indices.count % topK.parallelism == 0 && isSettledBefore
        let count = isEmptyAtEnd ? full + 1 : (golden.indices.count + topK.parallelism - 1) / topK.parallelism
        return (0..<count).map { beat in
            let own = golden.indices.dropFirst(beat * topK.parallelism).prefix(topK.parallelism)
            return TopKKeptItem(kept: own.map { ($0, set.keys[$0]) }, last: beat == count - 1)
        }
    }

    func encode(into beat: Beat, _ topK: TopKConfiguration) throws {
        let occupied = (0..<topK.parallelism).map { $0 < kept.count }
        let padding = [Int](repeating: 0, count: topK.parallelism - kept.count)
        try beat.set("keys", kept.map { Int($0.key) } + padding, width: topK.keyBits, where: occupied)
        try beat.set("indices", kept.map(\.index) + padding, width: topK.indexBits, where: occupied)
        try beat.set("occupied", occupied.map { $0 ? 1 : 0 }, width: 1)
        try beat.set("last", last)
    }
}
