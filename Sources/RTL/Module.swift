/// A hardware module: its stored properties are its parameters and its identity, so equal modules are emitted once.
///
/// ```swift
/// struct Increment: Module {
///     var bits = 8
///     struct Ports { let value, result: Unsigned }
///     var suffix: String { "w\(bits)" }
///     func ports(_ io: Interface) -> Ports { Ports(value: io.input(.unsigned(bits)), result: io.output(.unsigned(bits))) }
///     func body(_ c: Circuit, _ io: Ports) { c.drive(io.result, io.value &+ 1) }
/// }
/// ```
public protocol Module: Hashable {
    associatedtype Ports
    /// Verilog name without the suffix; the type's name unless given.
    var baseName: String { get }
    /// What tells this parameter point from others in the Verilog name; empty only for a module without parameters.
    var suffix: String { get }
    func ports(_ io: Interface) -> Ports
    func body(_ c: Circuit, _ io: Ports)
}

extension Module {
    public var baseName: String { "\(Self.self)" }
    public var suffix: String { "" }
    /// The module's name in Verilog.
    public var verilogName: String { suffix.isEmpty ? baseName : baseName + "_" + suffix }
}
