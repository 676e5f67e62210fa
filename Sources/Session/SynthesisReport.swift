import Configuration
import Foundation
import Synthesis

/// What `synthesize` found; its names are those of the JSON that scripts read.
public struct SynthesisReport: Encodable, Sendable {
    public struct Seed: Encodable, Sendable {
        public let seed: Int
        public let fmaxMHz: Double?
        /// Why there is none.
        public let failure: String?
    }

    public struct PathStep: Encodable, Sendable {
        public let signal: String
        /// The line of Swift that describes it.
        public let source: String
        public let nanoseconds: Double
    }

    public let preset, configHash: String
    public let target: SynthesisTarget
    /// Names and versions.
    public let tool: String
    public let placer: String?
    public let lut, ff, dsp, bram: Double
    /// By kind, as Yosys names them.
    public let cells: [String: Int]
    /// Of the best seed; none if the design was not placed.
    public let fmaxMHz: Double?
    public let seeds: [Seed]
    /// Of the worst seed.
    public let criticalPath: [PathStep]

    /// - Parameters:
    ///   - seeds: Of as many placements, if the target can be placed.
    ///   - floorplan: An absolute path.
    ///   - jobs: Placements at a time.
    public init(
        of lane: NamedConfiguration, for target: SynthesisTarget, seeds: Int, megahertz: Double, floorplan: String? = nil, jobs: Int = 1
    ) throws {
        let tools = try SynthesisTools()
        let synthesis = try Synthesis(
            of: try lane.configuration.design(), for: target, with: tools, seeds: (0..<seeds).map { $0 + 1 }, megahertz: megahertz,
            floorplan: floorplan, jobs: jobs)
        preset = lane.name
        configHash = lane.configuration.configHash.hexadecimal
        self.target = target
        tool = tools.yosysVersion
        placer = synthesis.placements.isEmpty ? nil : tools.nextpnrVersion
        (lut, ff) = (synthesis.cells[.lut], synthesis.cells[.ff])
        (dsp, bram) = (synthesis.cells[.dsp], synthesis.cells[.bram])
        cells = synthesis.cells.cells
        let placements = synthesis.placements
        fmaxMHz = placements.compactMap(\.megahertz).max()
        self.seeds = placements.map { Seed(seed: $0.seed, fmaxMHz: $0.megahertz, failure: $0.failure.map { "\($0)" }) }
        criticalPath = (synthesis.slowest?.criticalPath ?? []).map {
            PathStep(signal: $0.signal, source: "\($0.location)", nanoseconds: $0.delay)
        }
    }

    public var text: String {
        var lines = [("tool", [tool, placer].compactMap(\.self).joined(separator: ", "))]
        for (resource, used) in [(Resource.lut, lut), (.ff, ff), (.dsp, dsp), (.bram, bram)] {
            let share = target.available(resource).map { " (\(percent(used / $0)) of the device)" } ?? ""
            lines.append((resource.rawValue, Self.number(used) + share))
        }
        if seeds.isEmpty {
            lines.append(("fmax", target.isPlaced ? "not placed" : "not placed: nextpnr places \(SynthesisTarget.ecp5.rawValue) only"))
        } else {
            let frequencies = seeds.map { seed in
                seed.fmaxMHz.map { String(format: "%.1f MHz", $0) } ?? (seed.failure == nil ? "no path" : "not routed")
            }
            lines.append(("fmax", frequencies.joined(separator: ", ") + " (\(plural(seeds.count, "seed")))"))
            for seed in seeds {
                guard let failure = seed.failure else { continue }
                lines.append(("seed \(seed.seed)", String(failure.prefix { $0 != "\n" })))
            }
        }
        return "\(preset) (configuration \(configHash)) for \(target.rawValue)\n" + table(lines) + criticalPathText
    }

    private var criticalPathText: String {
        guard !criticalPath.isEmpty else { return "" }
        return "Longest path, in ns from the clock:\n"
            + table(criticalPath.map { (String(format: "%.2f", $0.nanoseconds), "\($0.signal)  \($0.source)") })
    }

    /// Half a block memory is not rounded away.
    private static func number(_ value: Double) -> String {
        value == value.rounded() ? grouped(Int(value)) : String(format: "%.1f", value)
    }
}
