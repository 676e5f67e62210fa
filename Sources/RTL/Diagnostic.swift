/// What is wrong with a description, with a stable code and the user's lines.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    /// Stable codes: scripts and `leanspatten explain` may rely on them.
    public enum Code: String, Sendable, CaseIterable {
        case undriven = "UNDRIVEN"
        case multiplyDriven = "MULTIPLY-DRIVEN"
        case notDrivable = "NOT-DRIVABLE"
        case conditionalWithoutDefault = "CONDITIONAL-WITHOUT-DEFAULT"
        case combinationalLoop = "COMBINATIONAL-LOOP"
        case widthMismatch = "WIDTH-MISMATCH"
        case outOfRange = "OUT-OF-RANGE"
        case foreignSignal = "FOREIGN-SIGNAL"
        case duplicateName = "DUPLICATE-NAME"
        case illegalName = "ILLEGAL-NAME"
        case unnamedPort = "UNNAMED-PORT"
        case clockDomain = "CLOCK-DOMAIN"
        case clockCrossing = "CLOCK-CROSSING"
        case unused = "UNUSED"

        /// An unused signal is suspicious; everything else is wrong.
        public var severity: Severity { self == .unused ? .warning : .error }
    }

    public enum Severity: String, Sendable {
        case error, warning
    }

    public let code: Code
    /// Verilog name of the module that holds the fault.
    public let module: String
    public let message: String
    public let location: SourceLocation
    /// Further lines that bear on the fault, in order: the other driver, the steps of a loop.
    public var notes: [Note] = []

    public struct Note: Hashable, Sendable {
        public let message: String
        public let location: SourceLocation
    }

    public var description: String {
        var text = "\(location): \(code.severity.rawValue) \(code.rawValue): \(message) (module \(module))"
        for note in notes { text += "\n    \(note.location): \(note.message)" }
        return text
    }
}

/// Everything found wrong while elaborating one design.
public struct ElaborationError: Error, CustomStringConvertible {
    public let diagnostics: [Diagnostic]

    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
