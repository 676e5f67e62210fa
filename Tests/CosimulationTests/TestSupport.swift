import Cosimulation
import Foundation
import Simulation

typealias PortDeclaration = (name: String, isInput: Bool, isSigned: Bool, width: Int)

func input(_ name: String, _ width: Int) -> PortDeclaration { (name, true, false, width) }
func output(_ name: String, _ width: Int) -> PortDeclaration { (name, false, false, width) }

/// A counter that adds `step` while `enable`, with a register that nothing initialises.
func counter(bits: Int, step: Int = 1) -> VerilogSource {
    VerilogSource(name: "counter.v", text: """
        module counter (input wire clock, input wire reset, input wire enable,
                        output wire [\(bits - 1):0] count, output wire [\(bits - 1):0] noise);
          reg [\(bits - 1):0] value;
          reg [\(bits - 1):0] untouched;
          always @(posedge clock) if (reset) value <= 0; else if (enable) value <= value + \(bits)'d\(step);
          always @(posedge clock) if (reset & enable) untouched <= 0;
          assign count = value;
          assign noise = untouched;
        endmodule

        """)
}

func counterModel(
    bits: Int, step: Int = 1, options: VerilatorOptions = VerilatorOptions(), cache: BuildCache = .standard
) throws -> VerilatorModel {
    try .build(
        sources: [counter(bits: bits, step: step)], top: "counter",
        ports: SimulatedPort.layout([input("enable", 1), output("count", bits), output("noise", bits)]),
        options: options, cache: cache)
}

extension Simulator {
    /// The lowest word of a port.
    subscript(_ name: String) -> UInt64 {
        get { values[port(name)!.firstWord] }
        set { values[port(name)!.firstWord] = newValue }
    }
}

/// An empty cache that is gone afterwards.
func withEmptyCache<R>(_ body: (BuildCache) throws -> R) throws -> R {
    let cache = BuildCache(root: NSTemporaryDirectory() + "/cosimulation-tests-\(UUID().uuidString)")
    defer { remove(cache) }
    return try body(cache)
}

func remove(_ cache: BuildCache) { try? FileManager.default.removeItem(atPath: cache.root) }

/// The names left in a cache, without Verilator's own objects.
func entries(of cache: BuildCache) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache.root)) ?? []).filter { !$0.hasPrefix("runtime-") }.sorted()
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
}
