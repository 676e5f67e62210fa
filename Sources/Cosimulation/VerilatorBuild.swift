import Foundation

/// How a model is built: build time against speed.
public struct VerilatorOptions: Sendable {
    /// Optimisation of the C++ compiler. Measured on 1,024 8-bit multiply-accumulate lanes with Verilator 5.006 and
    /// g++ 12 on one core: `quick` compiles in 2.9 s and runs 0.50 Mcycle/s, `full` 5.2 s and 0.61 Mcycle/s. `quick`
    /// wins up to about six million cycles a build.
    public enum Optimization: String, Sendable {
        case quick = "-O1"
        case full = "-O2"
    }

    public var optimization: Optimization
    /// Compilers at a time.
    public var jobs: Int
    /// More arguments for Verilator, such as `-Wno-fatal`; its warnings are errors otherwise.
    public var verilatorArguments: [String]
    /// Limit for each tool.
    public var timeout: Duration

    public init(
        optimization: Optimization = .quick, jobs: Int = 2, verilatorArguments: [String] = [],
        timeout: Duration = .seconds(1800)
    ) {
        self.optimization = optimization
        self.jobs = max(1, jobs)
        self.verilatorArguments = verilatorArguments
        self.timeout = timeout
    }
}

/// Turns Verilog into a shared library with the interface of `VerilatorShim`.
struct VerilatorBuild {
    let sources: [VerilogSource]
    let shim: VerilatorShim
    let options: VerilatorOptions
    let toolchain: VerilatorToolchain

    static let library = "model.so"

    /// `unique`: state that nothing initialises holds seeded noise. Splitting helps the compiler even on one core.
    private static let verilatorFlags = [
        "--cc", "-O3", "--x-assign", "unique", "--x-initial", "unique", "--output-split", "5000",
    ]
    /// Nothing of one model is visible to another in the same process, not even what C++ says is unique.
    private static let compilerFlags = [
        "-std=gnu++17", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique", "-DVL_TIME_CONTEXT", "-w",
    ]
    private static let linkerFlags = ["-shared", "-pthread", "-Wl,-Bsymbolic", "-Wl,--no-undefined"]

    /// Names the build by all that goes into it.
    var key: String {
        var hash = SHA256()
        let flags = Self.verilatorFlags + Self.compilerFlags + Self.linkerFlags
            + [options.optimization.rawValue] + options.verilatorArguments
        for field in ["model", toolchain.identity, flags.joined(separator: " "), shim.harness(named: "H"), shim.source(model: "M")] {
            hash.update(field: field)
        }
        for source in sources {
            hash.update(field: source.name)
            hash.update(field: source.text)
        }
        return "\(shim.top)-\(hash.hexadecimal().prefix(32))"
    }

    /// Builds in `directory`, leaving the library and the Verilog it came from.
    func run(in directory: String, cache: BuildCache) throws(CosimulationError) {
        let name = "V" + key.suffix(16)
        let work = "\(directory)/work"
        let verilog = "\(directory)/verilog"
        try Files.makeDirectory(work)
        try Files.makeDirectory(verilog)
        try sources.write(into: verilog)
        try Files.write(shim.harness(named: "\(name)_harness"), to: "\(verilog)/\(name)_harness.v")
        try Files.write(shim.source(model: name), to: "\(work)/shim.cc")

        let files = sources.compiled + ["\(name)_harness.v"]
        try ToolProcess(
            toolchain.verilator,
            Self.verilatorFlags + options.verilatorArguments
                + ["--prefix", name, "--Mdir", work, "--top-module", "\(name)_harness"] + files,
            in: verilog
        ).require(timeout: options.timeout)

        let runtime = try runtimeObjects(in: cache)
        let units = try writeUnits(in: work)
        try compile(units.map { unit in
            (source: "\(work)/\(unit.name).cc", object: "\(work)/\(unit.name).o",
             optimization: unit.runsOnce ? "-O0" : options.optimization.rawValue)
        }, in: work)
        try ToolProcess(
            toolchain.compiler,
            Self.linkerFlags + ["-o", "\(directory)/\(Self.library)"] + units.map { "\(work)/\($0.name).o" } + runtime
        ).require(timeout: options.timeout)
        Files.remove(work)
    }

    /// Spreads Verilator's files over one translation unit a job, because its headers cost more than most of its
    /// files; code that runs once goes in a unit of its own.
    private func writeUnits(in work: String) throws(CosimulationError) -> [(name: String, runsOnce: Bool)] {
        let files = Files.names(in: work).filter { $0.hasSuffix(".cpp") }.map { name in
            (name: name, size: (try? FileManager.default.attributesOfItem(atPath: "\(work)/\(name)")[.size] as? Int) ?? 0)
        }
        let hot = files.filter { !$0.name.contains("__Slow") }
        // Below this the headers dominate, and a second unit only costs.
        let small = 100_000
        let count = max(1, min(options.jobs, hot.reduce(0) { $0 + $1.size } / small))
        var bins = [(files: [String], size: Int)](repeating: ([], 0), count: count)
        bins[0].files.append("shim.cc")
        for file in hot.sorted(by: { ($1.size, $0.name) < ($0.size, $1.name) }) {
            let lightest = bins.indices.min { bins[$0].size < bins[$1].size }!
            bins[lightest].files.append(file.name)
            bins[lightest].size += file.size
        }
        var units = bins.enumerated().map { (name: "unit\($0.offset)", runsOnce: false, files: $0.element.files) }
        units.append((name: "once", runsOnce: true, files: files.map(\.name).filter { $0.contains("__Slow") }))
        for unit in units {
            try Files.write(unit.files.map { "#include \"\($0)\"\n" }.joined(), to: "\(work)/\(unit.name).cc")
        }
        return units.map { ($0.name, $0.runsOnce) }
    }

    /// Verilator's own objects, compiled once for its version.
    private func runtimeObjects(in cache: BuildCache) throws(CosimulationError) -> [String] {
        let names = ["verilated", "verilated_threads"]
        var hash = SHA256()
        for field in ["runtime", toolchain.identity, Self.compilerFlags.joined(separator: " ")] + names { hash.update(field: field) }
        let key = "runtime-\(hash.hexadecimal().prefix(32))"
        let entry = try cache.entry(key) { (directory) throws(CosimulationError) in
            try compile(names.map { name in
                (source: "\(toolchain.includeDirectory)/\(name).cpp", object: "\(directory)/\(name).o", optimization: "-O1")
            }, in: directory)
        }
        return names.map { "\(entry.directory)/\($0).o" }
    }

    private func compile(
        _ units: [(source: String, object: String, optimization: String)], in directory: String
    ) throws(CosimulationError) {
        let commands = units.map { unit in
            ToolProcess(toolchain.compiler, Self.compilerFlags + [
                unit.optimization, "-I\(directory)", "-I\(toolchain.includeDirectory)", "-I\(toolchain.includeDirectory)/vltstd",
                "-c", unit.source, "-o", unit.object,
            ])
        }
        try ToolProcess.requireAll(commands, jobs: options.jobs, timeout: options.timeout)
    }
}
