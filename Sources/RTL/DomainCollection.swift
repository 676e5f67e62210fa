/// The domains a module needs and who needs each first.
struct DomainCollection {
    private(set) var uses: [DomainUse] = []
    /// For each of `uses`, the register, memory or instance that brings it in.
    private var locations: [SourceLocation] = []
    private let module: ModuleGraph

    init(_ module: ModuleGraph) {
        self.module = module
        for register in module.registers { add(register.domain, usesReset: register.reset != nil, register.location) }
        for memory in module.memories {
            add(memory.domain, usesReset: false, memory.location)
            for (read, domain) in zip(memory.reads, memory.readDomains) {
                add(domain, usesReset: false, module.graph.location(of: read))
            }
        }
        for instance in module.instances {
            for use in instance.module.domains {
                add(instance.domain(use.domain), usesReset: use.usesReset, instance.location)
            }
        }
    }

    private mutating func add(_ domain: ClockDomain, usesReset: Bool, _ location: SourceLocation) {
        if let known = uses.firstIndex(where: { $0.domain == domain }) {
            if usesReset { uses[known].usesReset = true }
        } else {
            uses.append(DomainUse(domain: domain, usesReset: usesReset))
            locations.append(location)
        }
    }

    /// Names that are none, clocks and resets that share one, and more clocks than a set of them holds.
    func conflicts() -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        func report(_ code: Diagnostic.Code, _ message: String, _ use: Int, other: Int? = nil) {
            diagnostics.append(Diagnostic(
                code: code, module: module.name, message: message, location: locations[use],
                notes: other.map { [.init(message: "the other one is used here", location: locations[$0])] } ?? []))
        }
        var seen: [String: Int] = [:]
        for (index, use) in uses.enumerated() {
            for name in [use.domain.clock, use.domain.reset] {
                // Whoever brought a domain in has been told of its names.
                if !isInherited(use.domain), let fault = illegality(ofName: name) { report(.illegalName, fault, index) }
                if let other = seen.updateValue(index, forKey: name.lowercased()) {
                    report(.clockDomain, other == index
                        ? "`\(name)` is both clock and reset of a domain"
                        : "two domains share the clock or reset `\(name)`: a clock has one reset and a reset one clock",
                        index, other: other == index ? nil : other)
                }
            }
        }
        if uses.count > Self.mostDomains {
            report(.clockDomain, "more than \(Self.mostDomains) clocks", Self.mostDomains)
        }
        return diagnostics
    }

    private func isInherited(_ domain: ClockDomain) -> Bool {
        module.instances.contains { instance in instance.module.domains.contains { $0.domain == domain } }
    }

    /// Sets of clocks are kept as the bits of a word.
    private static let mostDomains = 64
}
