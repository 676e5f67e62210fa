/// Runs a Verilog bench in Icarus Verilog: four-state values, delays, `$readmemh`.
public struct IcarusRunner: Sendable {
    private let compiler: String
    private let runtime: String

    /// - Throws: `missingTool`.
    public init() throws(CosimulationError) { try self.init(searching: ToolSearch()) }

    package init(searching search: ToolSearch) throws(CosimulationError) {
        compiler = try search.find("iverilog", install: "apt install iverilog")
        runtime = try search.find("vvp", install: "apt install iverilog")
    }

    /// Compiles `sources` as Verilog-2005 with `top` as the bench and runs it until `$finish`.
    ///
    /// - Parameters:
    ///   - sources: `.v` and `.sv` files are compiled, others lie in the bench's working directory.
    ///   - plusArguments: what `$plusargs` sees, without the plus.
    /// - Returns: what the bench printed; its failing is a result.
    /// - Throws: `toolFailed` with the compiler's message; `timedOut`.
    public func run(
        _ sources: [VerilogSource], top: String, plusArguments: [String] = [], timeout: Duration = .seconds(600)
    ) throws(CosimulationError) -> ToolResult {
        try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            try sources.write(into: directory)
            try ToolProcess(
                compiler, ["-g2005", "-Wall", "-s", top, "-o", "bench.vvp"] + sources.compiled, in: directory
            ).require(timeout: timeout)
            // -n: $stop ends the run, as nobody is there to continue it.
            return try ToolProcess(
                runtime, ["-n", "bench.vvp"] + plusArguments.map { "+\($0)" }, in: directory
            ).run(timeout: timeout)
        }
    }
}

/// Runs a Verilog bench as a program made by `verilator --binary --timing`: two-state and fast.
public struct VerilatorBinaryRunner: Sendable {
    private let toolchain: VerilatorToolchain

    /// - Throws: `missingTool`, `unsupportedTool`.
    public init() throws(CosimulationError) {
        // Verilator starts make itself and says little when there is none.
        _ = try ToolSearch().find("make", install: "apt install make")
        toolchain = try VerilatorToolchain.standard()
    }

    /// As `IcarusRunner.run`; undriven state holds noise drawn from `seed`.
    ///
    /// - Parameter arguments: more for Verilator; its warnings are not errors here, as a bench is not a design.
    public func run(
        _ sources: [VerilogSource], top: String, seed: Int32 = 1, plusArguments: [String] = [], arguments: [String] = [],
        jobs: Int = 2, timeout: Duration = .seconds(600)
    ) throws(CosimulationError) -> ToolResult {
        try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            try sources.write(into: directory)
            try ToolProcess(
                toolchain.verilator,
                // Without the optimisation that `VerilatorBuild` does without.
                ["--binary", "--timing", "-fno-const-bit-op-tree", "-Wno-fatal", "--x-assign", "unique", "--x-initial", "unique",
                 // Not every packaging of Verilator asks for the standard that its coroutines need.
                 "-CFLAGS", "-std=gnu++20", "--build-jobs", "\(jobs)", "--Mdir", "obj", "-o", "bench", "--top-module", top]
                    + arguments + sources.compiled,
                in: directory
            ).require(timeout: timeout)
            return try ToolProcess(
                "\(directory)/obj/bench",
                ["+verilator+rand+reset+2", "+verilator+seed+\(seed)"] + plusArguments.map { "+\($0)" }, in: directory
            ).run(timeout: timeout)
        }
    }
}
