import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    private struct Job {
        let keys, tileSize, mantissa, shift, keyMSBAddress, keyLSBAddress, valueAddress: Int
        let format: KeyFormat
        let valueBits: Int
    }

    /// Random jobs: every unit gets its part of every job, each at a pace of its own.
    package static func jobDispatcher(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let jobs = (0..<60).map { _ in
            Job(keys: [0, 1, 2, 3, random.below(300), lane.maximumContext - random.below(2)][random.below(6)],
                tileSize: random.below(4), mantissa: random.below(1 << 18), shift: random.below(64),
                keyMSBAddress: 64 * random.below(1 << 34), keyLSBAddress: 64 * random.below(1 << 34),
                valueAddress: 64 * random.below(1 << 34),
                format: KeyFormat.supported[random.below(KeyFormat.supported.count)],
                valueBits: ValueFormat.supported[random.below(4)].bits)
        }
        return try UnitScenario(JobDispatcher(lane: lane)) { streams in
            func fields(_ job: Job, _ beat: Beat, _ fields: [(String, Int)]) throws {
                for (name, value) in fields { try beat.set(name, value) }
            }
            try streams.send(jobs, to: "job") { job, beat in
                try fields(job, beat, [
                    ("keys", job.keys), ("tile_size", job.tileSize), ("msb_bits", job.format.msbBits),
                    ("lsb_bits", job.format.lsbBits), ("value_bits", job.valueBits), ("scale_mantissa", job.mantissa),
                    ("scale_shift", job.shift), ("key_msb_address", job.keyMSBAddress),
                    ("key_lsb_address", job.keyLSBAddress), ("value_address", job.valueAddress),
                ])
            }
            let planes: [(String, (Job) -> Int, (Job) -> Int)] = [
                ("key_msb", \.keyMSBAddress, \.format.msbBits), ("key_lsb", \.keyLSBAddress, \.format.lsbBits),
                ("value", \.valueAddress, \.valueBits),
            ]
            for (name, address, bits) in planes {
                try streams.expect(jobs, from: name + "_fetch") { job, beat in
                    let beatBits = 8 * lane.portBytes
                    try fields(job, beat, [
                        ("address", address(job)), ("beats", (job.keys * lane.headSize * bits(job) + beatBits - 1) / beatBits),
                    ])
                }
                try streams.expect(jobs, from: name + "_convert") { job, beat in
                    try fields(job, beat, [
                        ("bits", bits(job)), ("vectors", (job.keys + lane.slots - 1) / lane.slots * lane.steps),
                        ("last_keys", (job.keys + lane.slots - 1) % lane.slots),
                    ])
                }
            }
            try streams.expect(jobs, from: "assemble") { job, beat in
                try fields(job, beat, [("keys", job.keys), ("tile_size", job.tileSize), ("lsb_bits", job.format.lsbBits)])
            }
            try streams.expect(jobs, from: "scale") { job, beat in
                try fields(job, beat, [("mantissa", job.mantissa), ("shift", job.shift)])
            }
            try streams.expect(jobs, from: "normalize") { try $1.set("", $0.valueBits) }
        }
    }
}
