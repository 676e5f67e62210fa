import FixedPoint
import Foundation

/// A weight without a value that a row has besides its keys: it takes its share of the softmax and gives nothing.
///
/// It weighs `weight * 2^(reference - 20)`: a tile of one key whose value is zero.
public struct AttentionSink: Hashable, Sendable {
    /// Signed 12 bits.
    public let reference: Int
    /// Half of 2^20 ... 2^20.
    public let weight: Int

    /// Any pair the hardware accepts; nil for others.
    public init?(reference: Int, weight: Int) {
        let unit = 1 << NumericFormats.weightFractionBits, span = 1 << (NumericFormats.referenceBits - 1)
        guard (-span..<span).contains(reference), (unit / 2...unit).contains(weight) else { return nil }
        (self.reference, self.weight) = (reference, weight)
    }

    /// The nearest pair for a logit in natural units, scaled as scores are; saturates where scores do.
    public init(logit: Double) {
        let span = Double(1 << (NumericFormats.referenceBits - 1))
        let exponent = min(max(logit / M_LN2, -span), span - 1)
        let reference = exponent.rounded(.up)
        self.reference = Int(reference)
        weight = Int((exp2(exponent - reference) * Double(1 << NumericFormats.weightFractionBits)).rounded())
    }

    /// The state of the sink alone.
    public func state(headSize: Int) -> PartialState {
        MergeUnit.state(of: TileLeaf(
            reference: reference, weightSum: UInt64(weight), outputSums: [Int64](repeating: 0, count: headSize)))
    }
}
