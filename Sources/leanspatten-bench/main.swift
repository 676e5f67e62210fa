import Configuration
import FixedPoint
import Foundation
import PerformanceModel
import Session

// Prints each figure as it is measured and writes them all to the file named on the command line.

/// Dense decode: cycles against the port's bound, by format and tile. Cycle counts do not depend on the machine.
func denseDecode(_ figures: inout [Figure]) throws {
    let lane = try Preset.named("lane-d64").configuration
    let model = try LaneModel(lane, engine: .native)
    for (keys, valueBits) in [("8+4", 12), ("8+0", 8), ("4+0", 4)] {
        for tileKeys in RowSettings.tileSizes {
            let settings = RowSettings(
                tileKeys: tileKeys, keyFormat: try KeyFormat(keys), valueFormat: try ValueFormat(bits: valueBits))
            let (checked, bound) = try DenseDecode.program(lane: lane, settings: settings, rows: 32, keys: 1024)
            let bench = try LaneTestBench(try model.simulator(seed: 1), headSize: lane.headSize, program: checked.program)
            figures.append(Figure(
                "dense-decode-\(keys)-v\(valueBits)-tile\(tileKeys)", Double(try bench.run().cycles), "cycles",
                peer: "bound (\(bound.bindingResource.rawValue))", peerValue: Double(bound.cycles)))
            print(figures[figures.count - 1].line)
        }
    }
}

/// Simulated cycles a second of the lane, both engines on the same stimulus in turn.
func simulationSpeed(_ figures: inout [Figure]) throws {
    let lane = try Preset.named("lane-d64").configuration
    let settings = RowSettings(tileKeys: 256, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
    let (checked, _) = try DenseDecode.program(lane: lane, settings: settings, rows: 32, keys: 1024)
    let verilator = try LaneModel(lane, engine: .verilator), native = try LaneModel(lane, engine: .native)
    func rate(_ model: LaneModel) throws -> Double {
        let bench = try LaneTestBench(try model.simulator(seed: 1), headSize: lane.headSize, program: checked.program)
        var cycles = 0
        let time = try seconds { cycles = try bench.run().cycles }
        return Double(cycles) / time
    }
    var rates: [(verilator: Double, native: Double)] = []
    for _ in 0..<5 { rates.append((try rate(verilator), try rate(native))) }
    let byRatio = rates.sorted { $0.native / $0.verilator < $1.native / $1.verilator }
    let median = byRatio[byRatio.count / 2]
    figures.append(Figure("native-vs-verilator", median.native, "cycles/s", peer: "Verilator in process", peerValue: median.verilator))
    print(figures[figures.count - 1].line)
}

var figures: [Figure] = []
try denseDecode(&figures)
try simulationSpeed(&figures)
try streamSpeed(&figures)
if CommandLine.arguments.count > 1 {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(figures).write(to: URL(fileURLWithPath: CommandLine.arguments[1]), options: .atomic)
}
