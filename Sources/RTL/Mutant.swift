/// A deliberate small fault in one module of a design: what tests are measured by.
///
/// A module that is instantiated several times has the fault in all its instances, as a wrong line of Swift would.
public struct Mutant: Hashable, Sendable {
    /// What is faulty.
    public enum Site: Hashable, Sendable {
        case node(NodeID)
        /// The condition of a `when`, numbered in the order of the body.
        case condition(Int)
    }

    /// How it differs from the healthy one.
    public enum Change: Hashable, Sendable {
        /// Another operation on the same operands.
        case operation(Operation)
        /// Operands of a subtraction or comparison, arms of a mux, two halves of a concatenation.
        case operandsSwapped
        /// `a <= b` for `a < b`.
        case orEqual
        /// The bits of another constant.
        case constant(Constant)
        /// A slice that starts at another bit.
        case sliceFrom(Int)
        /// Signed operands read as unsigned ones: zeros for copies of the sign.
        case signDropped
        /// A value that has lost its top bit: one bit less, extended by its sign.
        case narrowed
        /// All bits of a value, or a condition, always clear or always set.
        case stuck(Bool)
        /// A register's value under reset; nil: reset does not reach it.
        case reset(Constant?)
        /// A register never loads, or loads in every cycle what it loads under its condition.
        case enableStuck(Bool)
        /// Users read what the register is about to load: a cycle too early.
        case bypassed
        /// The enable of a memory's read port.
        case readEnableStuck(Bool)
    }

    /// Verilog name of the module.
    public let module: String
    public let site: Site
    public let change: Change
    /// The signal, or the nearest named one that it feeds, with the path of its module's first instance.
    public let signal: String
    /// The Swift line.
    public let location: SourceLocation

    /// Names the kind of fault: that of the change, but a stuck hand-shake or condition by what it is.
    public var kind: String {
        guard case .stuck = change else { return change.kind }
        if signal.hasSuffix("_valid") || signal.hasSuffix("_ready") { return "handshake" }
        if case .condition = site { return "condition" }
        return change.kind
    }

    public init(module: String, site: Site, change: Change, signal: String, location: SourceLocation) {
        self.module = module
        self.site = site
        self.change = change
        self.signal = signal
        self.location = location
    }
}

extension Mutant: CustomStringConvertible {
    public var description: String { "\(signal): \(change) (\(location))" }
}

extension Mutant.Change: CustomStringConvertible {
    /// Names the kind of change, without its particulars.
    public var kind: String {
        switch self {
        case .operation: "operator"
        case .operandsSwapped: "operands swapped"
        case .orEqual: "bound"
        case .constant: "constant"
        case .sliceFrom: "slice"
        case .signDropped: "sign"
        case .narrowed: "width"
        case .stuck: "stuck"
        case .reset(nil): "no reset"
        case .reset: "reset value"
        case .enableStuck: "register enable"
        case .bypassed: "register bypassed"
        case .readEnableStuck: "read enable"
        }
    }

    public var description: String {
        switch self {
        case .operation(let operation): "\(operation) instead"
        case .operandsSwapped: "operands swapped"
        case .orEqual: "or equal"
        case .constant(let constant): "constant \(constant.words.reversed().map { String($0, radix: 16) }.joined(separator: "_"))"
        case .sliceFrom(let low): "slice from bit \(low)"
        case .signDropped: "sign dropped"
        case .narrowed: "top bit cut"
        case .stuck(let value): "stuck at \(value ? 1 : 0)"
        case .reset(nil): "not reset"
        case .reset(let constant?): "reset to \(constant.words.reversed().map { String($0, radix: 16) }.joined(separator: "_"))"
        case .enableStuck(let value): "enable stuck at \(value ? 1 : 0)"
        case .bypassed: "bypassed"
        case .readEnableStuck(let value): "read enable stuck at \(value ? 1 : 0)"
        }
    }
}
