import RTL

/// The register of a state machine whose states are the cases of an enumeration; reset to the one of raw value 0.
public struct PhaseRegister<Phase: RawRepresentable & CaseIterable> where Phase.RawValue == Int {
    private let register: Register<Unsigned>

    public init(_ c: Circuit, _ name: String = "phase", fileID: String = #fileID, line: Int = #line) {
        register = c.register(name, .unsigned(bitsToIndex(Phase.allCases.count)), reset: 0, fileID: fileID, line: line)
    }

    public func `is`(_ phase: Phase) -> Bit { register.q == Unsigned(phase.rawValue) }

    public func go(_ phase: Phase, fileID: String = #fileID, line: Int = #line) {
        register.next(Unsigned(phase.rawValue), fileID: fileID, line: line)
    }
}
