import Foundation
import RTL
import Simulation
import Verilog

/// A Verilog design compiled by Verilator and loaded into this process: what instances are made from.
///
/// Several models live in one process, and a model stays loaded until the process ends.
public final class VerilatorModel: Sendable {
    /// The top's ports without clocks and resets.
    public let ports: [SimulatedPort]
    public let clocks: [SimulatedClock]
    /// Path of the shared library; the Verilog it was built from lies in `verilog` beside it.
    public let library: String
    /// False: it was in the cache.
    public let wasBuilt: Bool

    let wordCount: Int
    let create: @convention(c) (UnsafeMutablePointer<UInt64>?, Int32) -> UnsafeMutableRawPointer
    let destroy: @convention(c) (UnsafeMutableRawPointer) -> Void
    let settle: @convention(c) (UnsafeMutableRawPointer, UInt64) -> Void
    let edge: @convention(c) (UnsafeMutableRawPointer, UInt64) -> Void
    let run: @convention(c) (UnsafeMutableRawPointer, UInt64, UInt64) -> Void
    let runUntil: @convention(c) (UnsafeMutableRawPointer, UInt64, _ pin: UInt64, _ limit: UInt64) -> UInt64
    let exchange: @convention(c) (UnsafeMutableRawPointer, UInt64, UnsafeMutableRawPointer, _ limit: UInt64) -> UInt64
    /// Nil in a model built without.
    let openWaves: (@convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>) -> Void)?
    let closeWaves: (@convention(c) (UnsafeMutableRawPointer) -> Void)?
    let writeCoverage: (@convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> Void)?
    /// Where every instance leaves its counts; nil: nowhere.
    let coverageDirectory: CoverageDirectory?
    let top: String

    private init(
        library: String, shim: VerilatorShim, wasBuilt: Bool, coverageDirectory: CoverageDirectory?
    ) throws(CosimulationError) {
        guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
            throw .cannotLoad(library: library, reason: String(cString: dlerror()))
        }
        func symbol<F>(_ name: String, as type: F.Type) throws(CosimulationError) -> F {
            guard let address = dlsym(handle, "leanspatten_\(name)") else {
                throw .cannotLoad(library: library, reason: String(cString: dlerror()))
            }
            return unsafeBitCast(address, to: type)
        }
        create = try symbol("create", as: (@convention(c) (UnsafeMutablePointer<UInt64>?, Int32) -> UnsafeMutableRawPointer).self)
        destroy = try symbol("destroy", as: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
        settle = try symbol("settle", as: (@convention(c) (UnsafeMutableRawPointer, UInt64) -> Void).self)
        edge = try symbol("edge", as: (@convention(c) (UnsafeMutableRawPointer, UInt64) -> Void).self)
        run = try symbol("run", as: (@convention(c) (UnsafeMutableRawPointer, UInt64, UInt64) -> Void).self)
        runUntil = try symbol(
            "run_until", as: (@convention(c) (UnsafeMutableRawPointer, UInt64, UInt64, UInt64) -> UInt64).self)
        exchange = try symbol(
            "exchange", as: (@convention(c) (UnsafeMutableRawPointer, UInt64, UnsafeMutableRawPointer, UInt64) -> UInt64).self)
        let hasWaves = shim.instruments.waves != .none
        openWaves = !hasWaves ? nil : try symbol(
            "open_waves",
            as: (@convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>) -> Void).self)
        closeWaves = !hasWaves ? nil : try symbol("close_waves", as: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
        writeCoverage = shim.instruments.coverage.isEmpty ? nil : try symbol(
            "write_coverage", as: (@convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> Void).self)
        self.coverageDirectory = coverageDirectory
        top = shim.top
        ports = shim.ports
        clocks = shim.clocks
        wordCount = shim.wordCount
        self.library = library
        self.wasBuilt = wasBuilt
    }

    /// Builds, or takes from the cache, the model of module `top` in `sources`.
    ///
    /// - Parameters:
    ///   - sources: the `.v` and `.sv` files are compiled, in this order; others only lie beside them.
    ///   - ports: all ports of `top` but clocks and resets, in any order.
    ///   - clocks: its clocks, of which state is loaded at rising edges, with their synchronous, active-high resets.
    /// - Throws: `toolFailed` with the tool's message, of which nothing stays in the cache.
    public static func build(
        sources: [VerilogSource], top: String, ports: [SimulatedPort], clocks: [SimulatedClock],
        options: VerilatorOptions = VerilatorOptions(), toolchain: VerilatorToolchain? = nil, cache: BuildCache = .standard
    ) throws(CosimulationError) -> VerilatorModel {
        try build(
            sources: sources, top: top, ports: ports, clocks: clocks, options: options, toolchain: toolchain, cache: cache,
            coverageDirectory: nil)
    }

    private static func build(
        sources: [VerilogSource], top: String, ports: [SimulatedPort], clocks: [SimulatedClock],
        options: VerilatorOptions, toolchain: VerilatorToolchain?, cache: BuildCache, coverageDirectory: CoverageDirectory?
    ) throws(CosimulationError) -> VerilatorModel {
        let shim = try VerilatorShim(
            top: top, ports: ports, clocks: clocks,
            instruments: VerilatorInstruments(
                waves: options.waves, coverage: options.coverage, uncounted: options.uncounted, shared: options.shared))
        let tools = if let toolchain { toolchain } else { try VerilatorToolchain.standard() }
        let build = VerilatorBuild(sources: sources, shim: shim, options: options, toolchain: tools)
        let entry = try cache.entry(build.key) { (directory) throws(CosimulationError) in
            try build.run(in: directory, cache: cache)
        }
        return try VerilatorModel(
            library: "\(entry.directory)/\(VerilatorBuild.library)", shim: shim, wasBuilt: entry.wasBuilt,
            coverageDirectory: coverageDirectory)
    }

    /// The same for a module of at most one clock.
    ///
    /// - Parameters:
    ///   - clock: nil if it has none; a reset is then an input port like others.
    ///   - reset: nil if it has none.
    public static func build(
        sources: [VerilogSource], top: String, ports: [SimulatedPort], clock: String? = "clock", reset: String? = "reset",
        options: VerilatorOptions = VerilatorOptions(), toolchain: VerilatorToolchain? = nil, cache: BuildCache = .standard
    ) throws(CosimulationError) -> VerilatorModel {
        try build(
            sources: sources, top: top, ports: ports, clocks: clock.map { [SimulatedClock(name: $0, reset: reset)] } ?? [],
            options: options, toolchain: toolchain, cache: cache)
    }

    /// Emits `design` as portable Verilog and builds it.
    ///
    /// With `LEANSPATTEN_COVERAGE=DIR` in the environment it is built with all coverage, and each instance writes its
    /// counts to `DIR/<top>-<n>.dat` when it goes, for `Coverage` to merge.
    public static func build(
        _ design: Design, options: VerilatorOptions = VerilatorOptions(), cache: BuildCache = .standard
    ) throws(CosimulationError) -> VerilatorModel {
        let files = VerilogEmitter().emit(design)
        let coverageDirectory = try CoverageDirectory.fromEnvironment()
        var options = options
        if coverageDirectory != nil { options.coverage = Set(VerilatorOptions.Coverage.allCases) }
        options.shared += design.sharedModules()
        return try build(
            sources: files.map(VerilogSource.init), top: files[files.count - 1].moduleName,
            ports: SimulatedPort.layout(of: design.top),
            clocks: SimulatedClock.list(of: design.top), options: options, toolchain: nil, cache: cache,
            coverageDirectory: coverageDirectory)
    }
}
