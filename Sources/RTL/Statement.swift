/// What a body says, in its order: the structure that the printed Verilog keeps.
public enum Statement {
    case assign(target: NodeID, value: NodeID, SourceLocation)
    case write(memory: Int, address: NodeID, data: NodeID, SourceLocation)
    case when(When)
}

/// A run of statements.
public final class Block {
    public internal(set) var statements: [Statement] = []
}

/// `when ... otherwise`.
public final class When {
    public let condition: NodeID
    public let then = Block()
    public let otherwise = Block()
    public let location: SourceLocation

    init(condition: NodeID, location: SourceLocation) {
        self.condition = condition
        self.location = location
    }
}
