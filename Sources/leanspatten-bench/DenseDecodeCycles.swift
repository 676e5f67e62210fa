import Configuration
import FixedPoint
import Session

/// Dense decode: cycles against the port's bound, by format and tile. Cycle counts do not depend on the machine.
struct DenseDecodeCycles: Benchmark {
    let names = Self.formats.flatMap { keys, bits in RowSettings.tileSizes.map { Self.name(keys, bits, $0) } }

    private static let formats = [("8+4", 12), ("8+0", 8), ("4+0", 4)]

    private static func name(_ keys: String, _ valueBits: Int, _ tileKeys: Int) -> String {
        "dense-decode-\(keys)-v\(valueBits)-tile\(tileKeys)"
    }

    func run(_ report: Report) throws {
        let lane = try Preset.named("lane-d64").configuration.lane
        let model = try LaneModel(lane, engine: .native)
        for (keys, valueBits) in Self.formats {
            for tileKeys in RowSettings.tileSizes where report.wants(Self.name(keys, valueBits, tileKeys)) {
                let settings = RowSettings(
                    tileKeys: tileKeys, keyFormat: try KeyFormat(keys), valueFormat: try ValueFormat(bits: valueBits))
                let (checked, bound) = try DenseDecode.program(lane: lane, settings: settings, rows: 32, keys: 1024)
                let bench = try LaneTestBench(try model.simulator(seed: 1), headSize: lane.headSize, program: checked.program)
                let result = try bench.run()
                try requireCorrect(result, checked)
                report.add(Figure(
                    Self.name(keys, valueBits, tileKeys), Double(result.cycles), .cycles,
                    peer: "bound (\(bound.bindingResource.rawValue))", peerValue: Double(bound.cycles)))
            }
        }
    }
}

/// A figure counts only if every output is right.
func requireCorrect(_ result: LaneTestBench.Result, _ checked: CheckedProgram) throws {
    if let (row, element, expected, seen) = checked.mismatches(result.outputs).first {
        throw BenchError("row \(row), element \(element): \(seen) instead of \(expected)")
    }
}
