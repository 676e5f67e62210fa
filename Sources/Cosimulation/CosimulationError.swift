/// What can go wrong around the tools: their absence, their verdicts, the disk.
public enum CosimulationError: Error, Equatable, CustomStringConvertible {
    /// Not on PATH. `install` is a command that helps.
    case missingTool(name: String, install: String)
    /// Found, but older than what the generated text needs.
    case unsupportedTool(name: String, found: String, needed: String)
    /// The tool ran and refused; `output` is its own message.
    case toolFailed(command: String, status: ToolStatus, output: String)
    /// Killed because it ran for `seconds`; `output` is what it had said by then.
    case timedOut(command: String, seconds: Double, output: String)
    /// Killed because it printed more than `bytes`; `output` is the beginning.
    case tooMuchOutput(command: String, bytes: Int, output: String)
    /// The operating system would not start it.
    case cannotStart(command: String, reason: String)
    /// A file or directory could not be read, made or renamed.
    case fileSystem(path: String, action: String, reason: String)
    /// A built model would not load.
    case cannotLoad(library: String, reason: String)
    /// A model lacks what its `VerilatorOptions` did not ask for.
    case notBuiltWith(option: String, top: String)
    /// The process that simulates has gone or hangs; `reason` says what it left.
    case engineLost(engine: String, cycle: Int, reason: String)
    /// A coverage file that Verilator did not write.
    case badCoverage(path: String, line: Int)
    /// Names or widths that cannot be those of a Verilog module.
    case badInterface(String)

    public var description: String {
        switch self {
        case .missingTool(let name, let install):
            "\(name) is not on PATH; install it (\(install)) and try again"
        case .unsupportedTool(let name, let found, let needed):
            "\(name) is \(found); at least \(needed) is needed"
        case .toolFailed(let command, let status, let output):
            "`\(command)` \(status):\n\(output)"
        case .timedOut(let command, let seconds, let output):
            "`\(command)` was stopped after \(seconds) s:\n\(output)"
        case .tooMuchOutput(let command, let bytes, let output):
            "`\(command)` was stopped after printing \(bytes) bytes, which begin:\n\(output)"
        case .cannotStart(let command, let reason):
            "cannot start `\(command)`: \(reason)"
        case .fileSystem(let path, let action, let reason):
            "cannot \(action) \(path): \(reason)"
        case .cannotLoad(let library, let reason):
            "cannot load the built model \(library) (\(reason)); delete its directory to build it again"
        case .notBuiltWith(let option, let top):
            "the model of \(top) was built without \(option): give VerilatorOptions(\(option)) to its build"
        case .engineLost(let engine, let cycle, let reason):
            "\(engine) was lost in cycle \(cycle): \(reason)"
        case .badCoverage(let path, let line):
            "\(path), line \(line), is not of a coverage file of Verilator's"
        case .badInterface(let what):
            what
        }
    }
}
