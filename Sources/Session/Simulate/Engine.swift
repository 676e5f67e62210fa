import Cosimulation

/// What runs a design.
public enum Engine: String, CaseIterable, Codable, Sendable {
    /// The emitted Verilog, compiled by Verilator and loaded into this process.
    case verilator
    /// The emitted Verilog in Icarus Verilog: some 300 cycles a second, but with unknown values, which are failures.
    case icarus
    /// The design itself, in this process; needs no tool.
    case native

    /// Verilator, or the native engine with the reason why Verilator cannot be used.
    public static func preferred() -> (engine: Engine, reason: String?) {
        do throws(CosimulationError) {
            _ = try VerilatorToolchain.standard()
            return (.verilator, nil)
        } catch {
            return (.native, error.description)
        }
    }
}
