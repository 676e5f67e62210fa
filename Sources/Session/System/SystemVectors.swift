import Accelerator
import Configuration
import Driver
import FixedPoint
import Foundation
import SeededRandom

/// A chain of jobs with its memory and what must be there afterwards, for clients that are not Swift: a file of JSON, with bytes
/// in hexadecimal, lowest address first.
public struct SystemVectors: Encodable {
    public struct Bytes: Encodable {
        public let what: String
        public let address: Int
        public let bytes: String

        init(_ what: String, _ address: Int, _ bytes: [UInt8]) {
            (self.what, self.address) = (what, address)
            self.bytes = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    public let configHash: String
    public let ring, ringSizeLog2: Int
    /// Everything else is 0: planes, records, noise, and the descriptors, the first in the ring's first slot.
    public let memory: [Bytes]
    /// What differs afterwards.
    public let written: [Bytes]
    /// Likewise, but for the last four bytes, `cycles`.
    public let completions: [Bytes]

    /// The first chain of a program.
    ///
    /// - Parameters:
    ///   - ring: Address of the ring.
    ///   - descriptors: Of the descriptors behind the first.
    init(_ program: SystemProgram, ring: Int, ringSizeLog2: Int, descriptors: Int) throws {
        let jobs = program.steps[0].chains[0], size = RecordLayout.jobDescriptor.bytes
        let places = jobs.indices.map { $0 == 0 ? ring : descriptors + ($0 - 1) * size }
        let records = try jobs.enumerated().map { index, job in
            var record = try job.descriptor.record(for: program.configuration)
            try record.set("next", index + 1 < jobs.count ? places[index + 1] : 0)
            return Bytes("descriptor \(index)", places[index], record.bytes)
        }
        configHash = String(program.configuration.configHash, radix: 16)
        (self.ring, self.ringSizeLog2) = (ring, ringSizeLog2)
        memory = [Bytes("image", program.base, program.image)] + records
        written = jobs.flatMap { job in job.writes.map { Bytes("job \(job.descriptor.id): \($0.what)", $0.address, $0.bytes) } }
        completions = try jobs.compactMap { job in
            guard let place = job.descriptor.completion else { return nil }
            return Bytes("job \(job.descriptor.id): completion record", place, try job.completion.bytes())
        }
    }

    /// Two layers of an iteration, the second of which has fewer tokens and heads.
    static func committed(_ configuration: SystemConfiguration) throws -> SystemVectors {
        var random = SeededGenerator(seed: 6), program = try SystemProgram(
            configuration, region: DeviceRegion(address: 0x1_0000, bytes: 0x1_0000), seed: 7)
        let headSize = configuration.lane.lane.headSize, tokens = 24, heads = 2
        var sequence = try CascadeProgram.Sequence(
            layers: 2, heads: heads, tokenRatios: .init(unpruned: 1, start: 30_000, step: 0), headRatios: .init(unpruned: 1, start: 20_000, step: 0),
            settings: CascadeSettings())
        let state = try program.placeState()
        var works: [SystemProgram.LayerWork] = []
        for index in 0..<2 {
            var layer = try program.placeLayer(
                heads: heads, keyFormat: KeyFormat(index == 0 ? "8+4" : "6+0"), valueFormat: ValueFormat(bits: 8), capacity: tokens)
            let bits = layer.store.keyFormat.bits
            let rows = (0..<heads).map { _ in
                (random.uniformCodes(tokens * headSize, bits: bits), random.uniformCodes(tokens * headSize, bits: 8))
            }
            try program.append(rows, to: &layer, byHost: false)
            var work = SystemProgram.LayerWork(
                layer, heads: try (0..<heads).map { _ in
                    HeadRecord(
                        query: random.uniformCodes(headSize, bits: 12), scale: try ScoreScale(real: 3 / Double(1 << (bits + 11))), headScale: 40_000)
                }, tileKeys: 128, pruning: PruningSettings(refine: .perKey, confidence: 1 << 20, values: .threshold(limit: 1 << 17)))
            work.options.writesList = true
            work.options.interrupts = index == 1
            works.append(work)
        }
        let jobs = try program.iteration(
            of: &sequence, slot: configuration.slots - 1, context: tokens, isNew: true, layers: works,
            state: (place: state, restores: false, saves: true))
        program.append([jobs])
        return try SystemVectors(program, ring: 0x1000, ringSizeLog2: 2, descriptors: 0x2000)
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
