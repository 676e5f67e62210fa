import Configuration
import FixedPoint
import RTL

// Payloads of the streams between a lane of a cluster and what lies around it.

/// Asks for the queries of a group.
struct QueryRequest: Bundle {
    let output: OutputID
    /// Of the launch.
    let epoch: Bit

    static var shape: Shape<QueryRequest> {
        Shape { QueryRequest(output: $0.make(OutputID.shape), epoch: $0.make(.bit)) }
    }
}

/// An attention sink: a weight without a value that a row has besides its keys (Docs/cluster.md).
struct AttentionSink: Bundle {
    /// There is one.
    let occupied: Bit
    /// It weighs `weight` * 2^reference, as the keys of a tile do; `weight` is at least a half.
    let reference: Signed
    let weight: Unsigned

    static var shape: Shape<AttentionSink> {
        Shape { AttentionSink(
            occupied: $0.make(.bit), reference: $0.make(.signed(NumericFormats.referenceBits)),
            weight: $0.make(.unsigned(NumericFormats.weightBits))) }
    }
}

/// One query row of a group.
struct ClusterQuery: Bundle {
    /// `headSize` elements, signed 12 bits.
    let query: Vector<Signed>
    let scale: ScaleSettings
    let sink: AttentionSink

    static func shape(_ lane: LaneConfiguration) -> Shape<ClusterQuery> {
        Shape { ClusterQuery(
            query: $0.make(.vector(lane.headSize, signed: NumericFormats.queryBits)), scale: $0.make(ScaleSettings.shape),
            sink: $0.make(AttentionSink.shape)) }
    }
}

/// One element of an output row.
struct ClusterOutputBeat: Bundle {
    /// Signed 16 bits; one LSB is `valueScale * 2^-(16 - valueBits)`.
    let element: Signed
    /// The row's last element.
    let last: Bit
    /// Which row of the group.
    let row: Unsigned
    let output: OutputID
    /// Of the launch.
    let epoch: Bit

    static func shape(_ prefill: PrefillConfiguration) -> Shape<ClusterOutputBeat> {
        Shape { ClusterOutputBeat(
            element: $0.make(.signed(NumericFormats.outputBits)), last: $0.make(.bit),
            row: $0.make(.unsigned(prefill.slotBits)), output: $0.make(OutputID.shape), epoch: $0.make(.bit)) }
    }
}
