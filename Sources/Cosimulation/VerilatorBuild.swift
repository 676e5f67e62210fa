import Foundation

/// How a model is built: build time against speed.
public struct VerilatorOptions: Sendable {
    /// Optimisation of the C++ compiler. Measured in seconds of one core with Verilator 5.006 and g++ 12:
    /// the 64-multiplier lane compiles in 5.0 (`quick`) or 10.0 (`full`) and runs 1.16 Mcycles in 2.2 or 2.5;
    /// 1,024 bare 8-bit multiply-accumulators compile in 2.9 or 5.2 and run 1 Mcycle in 2.0 or 1.6.
    public enum Optimization: String, Sendable {
        /// For a large model of few cycles: 250 random modules compile in 17 (`none`) or 52 (`quick`).
        case none = "-O0"
        case quick = "-O1"
        case full = "-O2"
    }

    /// Waves that an instance can write. Writing every signal of the 64-multiplier lane makes it 30 times slower.
    public enum Waves: String, Sendable {
        case none
        /// Every signal of the hierarchy in GTKWave's compressed format: `VerilatorSimulator.openWaves`.
        case fst
    }

    /// What is counted, in `VerilatorSimulator.writeCoverage`. Both together make the 64-multiplier lane 50 times slower and
    /// its build, at `quick`, take minutes.
    public enum Coverage: String, Sendable, CaseIterable {
        /// Statements and branches.
        case line
        /// Changes of every bit of every signal.
        case toggle
    }

    public var optimization: Optimization
    public var waves: Waves
    public var coverage: Set<Coverage>
    /// Verilog modules, each in a file of its name, that `coverage` leaves out: large ones that are counted elsewhere.
    public var uncounted: [String]
    /// Verilog modules that are compiled once for all of their instances: large ones of which there are several. A design's are found by
    /// themselves.
    public var shared: [String]
    /// Compilers at a time.
    public var jobs: Int
    /// More arguments for Verilator, such as `-Wno-fatal`; its warnings are errors otherwise.
    public var verilatorArguments: [String]
    /// Limit for each tool.
    public var timeout: Duration

    public init(
        optimization: Optimization = .quick, waves: Waves = .none, coverage: Set<Coverage> = [], uncounted: [String] = [],
        shared: [String] = [], jobs: Int = 2, verilatorArguments: [String] = [], timeout: Duration = .seconds(1800)
    ) {
        self.optimization = optimization
        self.waves = waves
        self.coverage = coverage
        self.uncounted = uncounted
        self.shared = shared
        self.jobs = max(1, jobs)
        self.verilatorArguments = verilatorArguments
        self.timeout = timeout
    }
}

/// Turns Verilog into a shared library with the interface of `VerilatorShim`.
package struct VerilatorBuild {
    let sources: [VerilogSource]
    let shim: VerilatorShim
    let options: VerilatorOptions
    let toolchain: VerilatorToolchain

    static let library = "model.so"

    /// `unique`: state that nothing initialises holds seeded noise. Splitting files helps the compiler even on one core, and splitting
    /// functions more: short ones compile faster, and most of a shared module's are then the same for all of its instances.
    package static let verilatorFlags = [
        "--cc", "-O3", "--x-assign", "unique", "--x-initial", "unique", "--output-split", "5000", "--output-split-cfuncs", "200",
    ] + VerilatorToolchain.withoutWrongOptimizations
    /// Nothing of one model is visible to another in the same process, not even what C++ says is unique.
    private static let compilerFlags = [
        "-std=gnu++17", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique", "-DVL_TIME_CONTEXT", "-w",
    ]
    private static let linkerFlags = ["-shared", "-pthread", "-Wl,-Bsymbolic", "-Wl,--no-undefined"]

    private var verilatorFlags: [String] {
        Self.verilatorFlags + shim.instruments.verilatorFlags + options.verilatorArguments
    }
    private var compilerFlags: [String] { Self.compilerFlags + shim.instruments.compilerFlags }
    private var libraries: [String] { options.waves == .fst ? toolchain.waveLibraries : [] }

    /// Names the build by all that goes into it.
    var key: String {
        var hash = SHA256()
        let flags = verilatorFlags + compilerFlags + Self.linkerFlags + libraries + [options.optimization.rawValue]
        for field in [
            "model", toolchain.identity, flags.joined(separator: " "), shim.instruments.configuration?.text ?? "",
            shim.harness(named: "H"), shim.source(model: "M", harness: "H"),
        ] {
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
        if let file = shim.instruments.configuration { try Files.write(file.text, to: "\(verilog)/\(file.name)") }
        let harness = "\(name)_harness"
        try Files.write(shim.harness(named: harness), to: "\(verilog)/\(harness).v")
        try Files.write(shim.source(model: name, harness: harness), to: "\(work)/shim.cc")

        try toolchain.verilatorProcess(
            verilatorFlags + ["--prefix", name, "--Mdir", work, "--top-module", harness] + sources.compiled + ["\(harness).v"],
            in: verilog
        ).require(timeout: options.timeout)

        let runtime = try runtime(in: cache)
        let units = try writeUnits(in: work)
        try compile(units.map { (source: "\(work)/\($0).cc", output: "\(work)/\($0).o") },
                    flags: ["-I\(work)", "-include", "\(runtime)/\(Self.header)"])
        try ToolProcess(
            toolchain.compiler,
            Self.linkerFlags + ["-o", "\(directory)/\(Self.library)"] + units.map { "\(work)/\($0).o" }
                + runtimeSources.map { "\(runtime)/\($0).o" } + libraries
        ).require(timeout: options.timeout)
        Files.remove(work)
    }

    /// Spreads Verilator's files over at most one translation unit a job; returns the units' names.
    private func writeUnits(in work: String) throws(CosimulationError) -> [String] {
        let files = try Files.names(in: work).filter { $0.hasSuffix(".cpp") }.map { (name) throws(CosimulationError) in
            (name: name, size: try Files.byteCount(of: "\(work)/\(name)"))
        }
        // A second compiler below this costs more than it saves.
        let smallest = 100_000
        let count = min(options.jobs, 1 + files.reduce(0) { $0 + $1.size } / smallest)
        var units = [(files: [String], size: Int)](repeating: ([], 0), count: count)
        units[0].files.append("shim.cc")
        for file in files.sorted(by: { ($1.size, $0.name) < ($0.size, $1.name) }) {
            let lightest = units.indices.min { units[$0].size < units[$1].size }!
            units[lightest].files.append(file.name)
            units[lightest].size += file.size
        }
        for (index, unit) in units.enumerated() {
            try Files.write(unit.files.map { "#include \"\($0)\"\n" }.joined(), to: "\(work)/unit\(index).cc")
        }
        return units.indices.map { "unit\($0)" }
    }

    private var runtimeSources: [String] { ["verilated", "verilated_threads"] + shim.instruments.runtimeSources }
    /// Precompiled, because reading Verilator's headers takes four times as long as compiling a small model.
    private static let header = "model.h"

    /// The directory of what all models share, compiled once for a version of the tools: Verilator's own objects and header.
    private func runtime(in cache: BuildCache) throws(CosimulationError) -> String {
        var hash = SHA256()
        for field in ["runtime", toolchain.identity, options.optimization.rawValue, Self.header] + compilerFlags + runtimeSources {
            hash.update(field: field)
        }
        return try cache.entry("runtime-\(hash.hexadecimal().prefix(32))") { (directory) throws(CosimulationError) in
            try Files.write("#include \"verilated.h\"\n", to: "\(directory)/\(Self.header)")
            let objects = runtimeSources.map { (source: "\(toolchain.includeDirectory)/\($0).cpp", output: "\(directory)/\($0).o") }
            try compile(objects + [(source: "\(directory)/\(Self.header)", output: "\(directory)/\(Self.header).gch")], flags: [])
        }.directory
    }

    private func compile(_ units: [(source: String, output: String)], flags: [String]) throws(CosimulationError) {
        let include = toolchain.includeDirectory
        let commands = units.map { unit in
            ToolProcess(toolchain.compiler, compilerFlags + flags + [
                options.optimization.rawValue, "-I\(include)", "-I\(include)/vltstd", "-c", unit.source, "-o", unit.output,
            ])
        }
        try ToolProcess.requireAll(commands, jobs: options.jobs, timeout: options.timeout)
    }
}
