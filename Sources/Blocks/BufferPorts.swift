import RTL

/// What goes in at one end of a buffer or a queue comes out at the other.
public struct BufferPorts {
    public let input, output: Stream<Unsigned>

    init(_ io: Interface, bits: Int, fileID: String = #fileID, line: Int = #line) {
        input = io.sink(.unsigned(bits), fileID: fileID, line: line)
        output = io.source(.unsigned(bits), fileID: fileID, line: line)
    }
}
