/// The user's line that made a node: `Module/File.swift:line`.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// The compiler's `#fileID`: `Accelerator/QueryKeyUnit.swift`.
    public let fileID: String
    public let line: Int

    public init(fileID: String, line: Int) {
        self.fileID = fileID
        self.line = line
    }

    /// The file's name without its module: what the Verilog comments carry.
    public var file: Substring {
        fileID.lastIndex(of: "/").map { fileID[fileID.index(after: $0)...] } ?? fileID[...]
    }

    public var description: String { "\(fileID):\(line)" }
}
