/// The check that state of one clock is loaded by state of another only where the description says so.
enum ClockCrossings {
    /// - Parameter earlier: what was found before; after errors there may be nothing sound to follow.
    static func run(on module: ModuleGraph, after earlier: [Diagnostic]) -> [Diagnostic] {
        guard module.domains.count > 1, !earlier.contains(where: { $0.code.severity == .error }) else { return [] }
        let paths = module.domainPaths
        var diagnostics: [Diagnostic] = []
        var reported: Set<String> = []
        for sink in paths.sinks {
            for (index, use) in module.domains.enumerated() where sink.domains >> UInt64(index) & 1 == 1 {
                let foreign = paths.origins[Int(sink.value.index)] & ~(1 << UInt64(index))
                guard foreign != 0, reported.insert(sink.name).inserted else { continue }
                let origin = paths.origin(of: sink.value, in: foreign)
                let clock = module.domains[foreign.trailingZeroBitCount].domain.clock
                let name = module.graph.name(of: origin).map { "`\($0)`" } ?? "a value"
                diagnostics.append(Diagnostic(
                    code: .clockCrossing, module: module.name,
                    message: "\(sink.name) on `\(use.domain.clock)` loads \(name), which changes with `\(clock)`; pass it "
                        + "through a synchroniser, or mark the register that may load it `crossing: true`",
                    location: sink.location,
                    notes: [.init(message: "\(name) comes from here", location: module.graph.location(of: origin))]))
            }
        }
        return diagnostics
    }
}
