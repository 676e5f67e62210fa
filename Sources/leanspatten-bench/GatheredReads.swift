import Configuration
import SeededRandom
import Session

/// Scattered survivors read from a plane: cycles against the beat bound, requests against rows. Cycle counts do not depend on
/// the machine.
struct GatheredReads: Benchmark {
    let names = Self.cases.flatMap { [$0.name + "-cycles", $0.name + "-requests"] }

    private struct Case {
        let sectorBytes, bits: Int
        let keep: Double
        var name: String { "gather-s\(sectorBytes)-b\(bits)-keep\(keep)" }
    }

    private static let cases = SpAttenConfiguration.sectorSizes.flatMap { sectorBytes in
        GatherMeasurement.widths.flatMap { bits in
            [0.1, 0.3, 0.54, 1].map { Case(sectorBytes: sectorBytes, bits: bits, keep: $0) }
        }
    }

    func run(_ report: Report) throws {
        let lane = try Preset.named("lane-d64").configuration.lane
        for each in Self.cases where report.wants(each.name + "-cycles") || report.wants(each.name + "-requests") {
            let measured = try GatherMeasurement(
                SpAttenConfiguration(lane: lane, sectorBytes: each.sectorBytes), bits: each.bits, keep: each.keep, context: 4096,
                rows: 4, SeededGenerator(seed: 1, name: each.name))
            report.add(Figure(
                each.name + "-cycles", Double(measured.cycles), .cycles, peer: "bound", peerValue: Double(measured.bound.cycles)))
            report.add(Figure(
                each.name + "-requests", Double(measured.requests), .requests, peer: "rows", peerValue: Double(measured.bound.rows)))
        }
    }
}
