/// Runs a Verilog bench in Icarus Verilog: four-state values, delays, `$readmemh`.
public struct IcarusRunner: Sendable {
    private let tools: IcarusTools
    private let cache: BuildCache

    /// - Throws: `missingTool`.
    public init(cache: BuildCache = .standard) throws(CosimulationError) { try self.init(searching: ToolSearch(), cache: cache) }

    package init(searching search: ToolSearch, cache: BuildCache = .standard) throws(CosimulationError) {
        tools = try IcarusTools(searching: search)
        self.cache = cache
    }

    /// Compiles `sources` as Verilog-2005 with `top` as the bench, or takes that from the cache, and runs it until `$finish`.
    ///
    /// - Parameters:
    ///   - sources: `.v` and `.sv` files are compiled, others lie in the bench's working directory.
    ///   - plusArguments: what `$plusargs` sees, without the plus.
    /// - Returns: what the bench printed; its failing is a result.
    /// - Throws: `toolFailed` with the compiler's message; `timedOut`.
    public func run(
        _ sources: [VerilogSource], top: String, plusArguments: [String] = [], timeout: Duration = .seconds(600)
    ) throws(CosimulationError) -> ToolResult {
        let program = try tools.compile(sources, top: top, cache: cache, timeout: timeout).program
        return try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            try sources.write(into: directory)
            // -n: $stop ends the run, as nobody is there to continue it.
            return try ToolProcess(
                tools.runtime, ["-n", program] + plusArguments.map { "+\($0)" }, in: directory
            ).run(timeout: timeout)
        }
    }
}

/// Runs a Verilog bench as a program made by `verilator --binary --timing`: two-state and fast.
public struct VerilatorBinaryRunner: Sendable {
    private let toolchain: VerilatorToolchain
    private let cache: BuildCache

    /// - Throws: `missingTool`, `unsupportedTool`.
    public init(cache: BuildCache = .standard) throws(CosimulationError) {
        // Verilator starts make itself and says little when there is none.
        _ = try ToolSearch().find("make", install: "apt install make")
        toolchain = try VerilatorToolchain.standard()
        self.cache = cache
    }

    /// As `IcarusRunner.run`; undriven state holds noise drawn from `seed`.
    ///
    /// - Parameter arguments: more for Verilator; its warnings are not errors here, as a bench is not a design.
    public func run(
        _ sources: [VerilogSource], top: String, seed: Int32 = 1, plusArguments: [String] = [], arguments: [String] = [],
        jobs: Int = 2, timeout: Duration = .seconds(600)
    ) throws(CosimulationError) -> ToolResult {
        let flags = [
            "--binary", "--timing", "-Wno-fatal", "--x-assign", "unique", "--x-initial", "unique",
            // Not every packaging of Verilator asks for the standard that its coroutines need.
            "-CFLAGS", "-std=gnu++20", "--Mdir", "obj", "-o", "bench", "--top-module", top,
        ] + VerilatorToolchain.withoutWrongOptimizations + arguments
        let key = sources.buildKey("bench", ["verilator", toolchain.identity] + flags)
        let entry = try cache.entry(key) { (place) throws(CosimulationError) in
            try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
                try sources.write(into: directory)
                try toolchain.verilatorProcess(flags + ["--build-jobs", "\(jobs)"] + sources.compiled, in: directory)
                    .require(timeout: timeout)
                try Files.copy("\(directory)/obj/bench", to: "\(place)/bench")
            }
        }
        return try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            try sources.write(into: directory)
            return try ToolProcess(
                "\(entry.directory)/bench",
                ["+verilator+rand+reset+2", "+verilator+seed+\(seed)"] + plusArguments.map { "+\($0)" }, in: directory
            ).run(timeout: timeout)
        }
    }
}

/// The programs of Icarus Verilog.
struct IcarusTools: Sendable {
    let compiler, runtime: String

    /// - Throws: `missingTool`.
    init(searching search: ToolSearch = ToolSearch()) throws(CosimulationError) {
        compiler = try search.find("iverilog", install: "apt install iverilog")
        runtime = try search.find("vvp", install: "apt install iverilog")
    }

    /// The program for `vvp` of Verilog-2005 `sources`, from the cache if it is there.
    func compile(
        _ sources: [VerilogSource], top: String, cache: BuildCache, timeout: Duration
    ) throws(CosimulationError) -> (program: String, wasBuilt: Bool) {
        let flags = ["-g2005", "-Wall", "-s", top]
        let version = try ToolProcess(compiler, ["-V"]).run(timeout: .seconds(60)).output
        let entry = try cache.entry(sources.buildKey("icarus", [version] + flags)) { (place) throws(CosimulationError) in
            try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
                try sources.write(into: directory)
                try ToolProcess(compiler, flags + ["-o", "\(place)/program.vvp"] + sources.compiled, in: directory)
                    .require(timeout: timeout)
            }
        }
        return ("\(entry.directory)/program.vvp", entry.wasBuilt)
    }
}

extension [VerilogSource] {
    /// Names what a compiler makes of the sources. Data that only a running bench reads does not change it.
    func buildKey(_ kind: String, _ flags: [String]) -> String {
        var hash = SHA256()
        for flag in flags { hash.update(field: flag) }
        let includes = contains { $0.text.contains("`include") }
        let compiled = Set(compiled)
        for source in self where includes || compiled.contains(source.name) {
            hash.update(field: source.name)
            hash.update(field: source.text)
        }
        return "\(kind)-\(hash.hexadecimal().prefix(32))"
    }
}
