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

/// One query row of a lane that prunes, with what its job needs beyond the segment: as in `SpAttenJob`.
struct SpAttenQuery: Bundle {
    /// `headSize` elements, signed 12 bits.
    let query: Vector<Signed>
    let scale: ScaleSettings
    /// Positions are looked up in the kept list that the lane holds, or that comes with this row.
    let gathered: Bit
    let loadsList: Bit
    let refine: Unsigned
    let confidence: Unsigned
    let valueRule: Unsigned
    let valueLimit: Unsigned
    let renormalise: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<SpAttenQuery> {
        Shape { SpAttenQuery(
            query: $0.make(.vector(lane.headSize, signed: NumericFormats.queryBits)), scale: $0.make(ScaleSettings.shape),
            gathered: $0.make(.bit), loadsList: $0.make(.bit), refine: $0.make(.unsigned(2)),
            confidence: $0.make(.unsigned(probabilityBits)), valueRule: $0.make(.unsigned(2)),
            valueLimit: $0.make(.unsigned(probabilityBits)), renormalise: $0.make(.bit)) }
    }
}

/// What a row of a cluster has left out.
struct ClusterReport: Bundle {
    /// As in `SpAttenLane.RowReport`, over all parts of the row.
    let unrefined, dropped: Signed
    let fault: Bit
    /// Which row of the group.
    let row: Unsigned
    let output: OutputID
    /// Of the launch.
    let epoch: Bit

    static func shape(_ prefill: PrefillConfiguration) -> Shape<ClusterReport> {
        Shape { ClusterReport(
            unrefined: $0.make(.signed(NumericFormats.outputBits)), dropped: $0.make(.signed(NumericFormats.outputBits)),
            fault: $0.make(.bit), row: $0.make(.unsigned(prefill.slotBits)), output: $0.make(OutputID.shape), epoch: $0.make(.bit)) }
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
