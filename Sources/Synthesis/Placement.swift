import Cosimulation
import Foundation
import RTL

/// What nextpnr says of a placed and routed design.
public struct Placement: Sendable {
    public let seed: Int
    /// Why this seed was not placed and routed, such as the time that ran out; nil: it was.
    public let failure: CosimulationError?
    /// The highest frequency at which every path from register to register holds; nil if there is no such path.
    public let megahertz: Double?
    /// The signals along the longest such path, from its first register to its last.
    public let criticalPath: [PathStep]

    public struct PathStep: Sendable, Equatable {
        /// `scheduler.quotient`: instances and a signal.
        public let signal: String
        /// Where the signal is described.
        public let location: SourceLocation
        /// From the clock to this signal, in nanoseconds.
        public let delay: Double
    }

    var isRouted: Bool { failure == nil }

    package init(failure: CosimulationError, seed: Int) {
        self.seed = seed
        self.failure = failure
        megahertz = nil
        criticalPath = []
    }

    /// Reads the report, and finds the signals of the design in it.
    package init(report: String, seed: Int, of design: Design) throws(CosimulationError) {
        let timing: Timing
        do {
            timing = try JSONDecoder().decode(Timing.self, from: Data(report.utf8))
        } catch {
            throw .toolFailed(command: "nextpnr --report", status: .exited(0), output: "an unknown form of report: \(error)")
        }
        self.seed = seed
        failure = nil
        megahertz = timing.fmax.map(\.value.achieved).min()
        let path = timing.critical_paths.first { $0.from.hasPrefix("posedge") && $0.to.hasPrefix("posedge") }
        criticalPath = Self.steps(of: path?.path ?? [], in: design)
    }

    /// The part of nextpnr's report that is read.
    private struct Timing: Decodable {
        struct Frequency: Decodable { let achieved: Double }
        struct Pin: Decodable { let cell: String }
        struct Segment: Decodable {
            let delay: Double
            let from, to: Pin
            let net: String?
        }
        struct Path: Decodable {
            let from, to: String
            let path: [Segment]
        }
        let fmax: [String: Frequency]
        let critical_paths: [Path]
    }

    /// Yosys names what it makes after a signal nearby, so names go a long way; a signal that several segments lead
    /// through is named once, with the delay to the last of them.
    private static func steps(of segments: [Timing.Segment], in design: Design) -> [PathStep] {
        var steps: [PathStep] = [], delay = 0.0
        for segment in segments {
            delay += segment.delay
            let names = [segment.net, segment.to.cell].compactMap(\.self)
            guard let found = names.lazy.compactMap({ design.signal(nearNetlistName: $0) }).first else { continue }
            let step = PathStep(signal: found.path, location: found.location, delay: delay)
            if steps.last?.signal == step.signal { steps.removeLast() }
            steps.append(step)
        }
        return steps
    }
}

extension Design {
    /// The signal that a name in a flattened netlist begins with: `walker.address_TRELLIS_FF_Q_4` is near `walker.address`.
    func signal(nearNetlistName name: String) -> (path: String, location: SourceLocation)? {
        var module = top, scope: [String] = [], rest = Substring(name)
        while let instance = module.instances.first(where: { rest.hasPrefix($0.name + ".") }) {
            rest = rest.dropFirst(instance.name.count + 1)
            scope.append(instance.name)
            module = instance.module
        }
        guard let signal = module.signals.filter({ rest.begins(withName: $0.name) }).max(by: { $0.name.count < $1.name.count })
        else { return nil }
        return ((scope + [signal.name]).joined(separator: "."), signal.location)
    }
}

extension ModuleGraph {
    /// Everything with a name in the Verilog.
    fileprivate var signals: [(name: String, location: SourceLocation)] {
        let nodes = (0..<graph.count).lazy.map { NodeID($0) }
        return nodes.compactMap { node in self.graph.name(of: node).map { ($0, self.graph.location(of: node)) } }
            + memories.map { ($0.name, $0.location) }
    }
}

extension Substring {
    /// `name` stands at the beginning, and ends there as netlists end the name of a signal.
    fileprivate func begins(withName name: String) -> Bool {
        guard hasPrefix(name) else { return false }
        guard let next = dropFirst(name.count).first else { return true }
        return "_.[$".contains(next)
    }
}
