import FixedPoint

/// How far rows are from the double reference, over as many rows as are added.
public struct ErrorMetrics: Hashable, Sendable {
    public private(set) var rows = 0
    /// Largest |unrounded - reference| of any element over the row's largest |value code|.
    public private(set) var maxRelativeToMaxV = 0.0
    /// Largest |output - reference * 2^outputGainBits|, in output units.
    public private(set) var maxErrorLSB = 0.0
    private var squaredError = 0.0
    private var squaredReference = 0.0

    public init() {}

    /// Root mean square of the error before output rounding over that of the reference; 0 if both are zero.
    public var rmsRelativeError: Double {
        squaredError == 0 ? 0 : (squaredError / squaredReference).squareRoot()
    }

    /// Adds one row: the lane's result, the reference in units of a value code, and the largest |value code| among the
    /// row's keys.
    public mutating func add(_ result: LaneResult, reference: [Double], maxMagnitudeV: Int, valueFormat: ValueFormat) {
        let gain = Double(1 << valueFormat.outputGainBits)
        let unrounded = result.unrounded
        rows += 1
        for element in reference.indices {
            let error = (unrounded[element] - reference[element]).magnitude
            squaredError += error * error
            squaredReference += reference[element] * reference[element]
            if error > 0 { maxRelativeToMaxV = max(maxRelativeToMaxV, error / Double(maxMagnitudeV)) }
            maxErrorLSB = max(maxErrorLSB, (Double(result.outputs[element]) - reference[element] * gain).magnitude)
        }
    }
}
