import Accelerator
import Configuration
import FixedPoint
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct JobDispatcherTests {
    struct Job {
        let keys, tileSize, mantissa, shift, keyMSBAddress, keyLSBAddress, valueAddress: Int
        let format: KeyFormat
        let valueBits: Int
    }

    /// Every unit gets its part of every job, each at a pace of its own.
    @Test(arguments: lanes) func commands(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        let jobs = (0..<60).map { _ in
            Job(keys: [0, 1, 2, 3, random.below(300), lane.maximumContext - random.below(2)][random.below(6)],
                tileSize: random.below(4), mantissa: random.below(1 << 18), shift: random.below(64),
                keyMSBAddress: 64 * random.below(1 << 34), keyLSBAddress: 64 * random.below(1 << 34),
                valueAddress: 64 * random.below(1 << 34),
                format: KeyFormat.supported[random.below(KeyFormat.supported.count)],
                valueBits: ValueFormat.supported[random.below(4)].bits)
        }
        for timing in timings("job", "key_msb_fetch", "normalize") {
            let bench = try bench(JobDispatcher(lane: lane), timing)
            let given = try bench.send(jobs, to: "job", Self.writer)
            let planes: [(String, (Job) -> Int, (Job) -> Int)] = [
                ("key_msb", \.keyMSBAddress, \.format.msbBits), ("key_lsb", \.keyLSBAddress, \.format.lsbBits),
                ("value", \.valueAddress, \.valueBits),
            ]
            var checks: [() -> Void] = []
            func receive(_ stream: String, _ fields: [String], _ expected: @escaping (Job) -> [Int]) throws {
                let seen = try bench.receive(jobs.count, from: stream) { port in
                    let fields = try fields.map { try port.field($0) }
                    return { fields.map(\.value) }
                }
                checks.append { #expect(difference(seen.items, jobs.map(expected)) == nil, "\(stream)") }
            }
            for (name, address, bits) in planes {
                try receive(name + "_fetch", ["address", "beats"]) { job in
                    [address(job), (job.keys * lane.headSize * bits(job) + 8 * lane.portBytes - 1) / (8 * lane.portBytes)]
                }
                try receive(name + "_convert", ["bits", "vectors", "last_keys"]) { job in
                    [bits(job), (job.keys + lane.slots - 1) / lane.slots * lane.steps, (job.keys + lane.slots - 1) % lane.slots]
                }
            }
            try receive("assemble", ["keys", "tile_size", "lsb_bits"]) { [$0.keys, $0.tileSize, $0.format.lsbBits] }
            try receive("scale", ["mantissa", "shift"]) { [$0.mantissa, $0.shift] }
            try receive("normalize", [""]) { [$0.valueBits] }
            try bench.run()
            for check in checks { check() }
            if timing.isSteady { #expect(given.cycles.last! - given.cycles[0] == jobs.count - 1) }
        }
    }

    private static func writer(_ port: StreamPort) throws -> (Job) -> Void {
        let fields: [(PortHandle, (Job) -> Int)] = [
            (try port.field("keys"), \.keys), (try port.field("tile_size"), \.tileSize),
            (try port.field("msb_bits"), \.format.msbBits), (try port.field("lsb_bits"), \.format.lsbBits),
            (try port.field("value_bits"), \.valueBits), (try port.field("scale_mantissa"), \.mantissa),
            (try port.field("scale_shift"), \.shift), (try port.field("key_msb_address"), \.keyMSBAddress),
            (try port.field("key_lsb_address"), \.keyLSBAddress), (try port.field("value_address"), \.valueAddress),
        ]
        return { job in for (field, value) in fields { field.value = value(job) } }
    }
}
