import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import Session
import Simulation

nonisolated(unsafe) var g = SplitMix64(seed: 1)
func run(_ preset: String, rows: Int, maxKeys: Int, stall: UInt64?) throws {
    let lane = try Preset.named(preset).configuration
    let design = try Design(Accelerator.Lane(lane: lane))
    let sim = NativeSimulator(design, seed: 1)
    var program = LaneProgram()
    var expected: [[Int16]] = []
    for _ in 0..<rows {
        let s = RowSettings.all.randomElement(using: &g)!
        let keys = Int.random(in: 0...maxKeys, using: &g)
        let kr = s.keyFormat.codeRange, vr = s.valueFormat.codeRange
        let k = (0..<keys*lane.headSize).map { _ in Int16(Int.random(in: kr, using: &g)) }
        let v = (0..<keys*lane.headSize).map { _ in Int16(Int.random(in: vr, using: &g)) }
        let q = (0..<lane.headSize).map { _ in Int16(Int.random(in: -2048...2047, using: &g)) }
        let scale = try ScoreScale(real: pow2(-Int.random(in: 10...20, using: &g)))
        let planes = try KeyValuePlanes(keys: k, values: v, headSize: lane.headSize, keyFormat: s.keyFormat, valueFormat: s.valueFormat)
        let place = program.place(planes)
        program.append(query: q, keyCount: keys, scale: scale, tileKeys: s.tileKeys, over: place)
        expected.append(try GoldenModel.Lane(configuration: lane, settings: s).run(LaneRow(query: q, keys: k, values: v, keyCount: keys, scale: scale)).outputs)
    }
    let bench = try LaneTestBench(sim, headSize: lane.headSize, program: program, stallSeed: stall)
    let clock = ContinuousClock(); let t0 = clock.now
    let r = try bench.run()
    let dt = clock.now - t0
    let bad = zip(r.outputs, expected).enumerated().filter { $1.0 != $1.1 }.map { $0.offset }
    print(preset, "rows", rows, "bad", bad.count, bad.prefix(10), "cycles", r.cycles, "beats", r.traffic.beats, dt)
    for b in bad.prefix(3) { print(program.jobs[b].keyCount, program.jobs[b].settings, r.outputs[b].prefix(8), expected[b].prefix(8)) }
}
func pow2(_ n: Int) -> Double { Double(sign: .plus, exponent: n, significand: 1) }

func dense(_ preset: String, _ kf: String, _ vb: Int, _ tile: Int) throws {
    let lane = try Preset.named(preset).configuration
    let sim = NativeSimulator(try Design(Accelerator.Lane(lane: lane)), seed: 1)
    let s = RowSettings(tileKeys: tile, keyFormat: try KeyFormat(kf), valueFormat: try ValueFormat(bits: vb))
    var program = LaneProgram()
    let keys = 1024
    let k = (0..<keys*lane.headSize).map { _ in Int16(Int.random(in: s.keyFormat.codeRange, using: &g)) }
    let v = (0..<keys*lane.headSize).map { _ in Int16(Int.random(in: s.valueFormat.codeRange, using: &g)) }
    let planes = try KeyValuePlanes(keys: k, values: v, headSize: lane.headSize, keyFormat: s.keyFormat, valueFormat: s.valueFormat)
    let place = program.place(planes)
    for _ in 0..<32 {
        let q = (0..<lane.headSize).map { _ in Int16(Int.random(in: -2048...2047, using: &g)) }
        program.append(query: q, keyCount: keys, scale: try ScoreScale(real: pow2(-16)), tileKeys: s.tileKeys, over: place)
    }
    let bench = try LaneTestBench(sim, headSize: lane.headSize, program: program)
    let r = try bench.run()
    let beats = r.traffic.totalBeats
    let bound = max(beats, 32 * 1024 * lane.steps / lane.slots)
    print(preset, kf, vb, "tile", tile, "cycles", r.cycles, "bound", bound, Double(r.cycles) / Double(bound), r.cycles - bound)
}
for (k, v) in [("8+4", 12), ("8+0", 8), ("4+0", 4), ("12+0", 12), ("3+5", 12), ("6+4", 6)] { for t in [128, 256, 512, 1024] { try dense("lane-d64", k, v, t) } }
