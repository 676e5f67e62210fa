import RTL

extension Design {
    /// Large modules of which the design holds several instances, the outermost: those worth compiling once for all of them.
    ///
    /// Verilator inlines modules, so that sixteen equal lanes are sixteen times the C++ of one, in sixteen times the time. A module that is
    /// not inlined has functions of its own, of which Verilator drops those that are the same for several instances.
    ///
    /// - Parameter nodes: Those of a module, with all that it holds, below which a copy for each instance is no matter.
    package func sharedModules(ofAtLeast nodes: Int = 5000) -> [String] {
        // Instances come before what holds them.
        var sizes = [String: Int](), instances = [top.name: 1]
        for module in modules {
            sizes[module.name] = module.graph.count + module.instances.reduce(0) { $0 + sizes[$1.module.name]! }
        }
        for module in modules.reversed() {
            for instance in module.instances { instances[instance.module.name, default: 0] += instances[module.name]! }
        }
        var shared: [String] = []
        func visit(_ module: ModuleGraph) {
            for inner in module.instances.map(\.module) where sizes[inner.name]! >= nodes && !shared.contains(inner.name) {
                if instances[inner.name]! > 1 { shared.append(inner.name) } else { visit(inner) }
            }
        }
        visit(top)
        return shared
    }
}
