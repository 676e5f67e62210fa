/// The scales of one (sequence, KV head), frozen at prefill; whatever is appended later is encoded with the same ones.
public struct FrozenScales: Hashable, Sendable {
    public let keyFormat: KeyFormat
    public let valueFormat: ValueFormat
    /// Subtracted from every key before it is encoded, [headSize]; zero unless the quantizer removes the mean.
    public let keyMeans: [Double]
    /// Real step of a key code, [headSize].
    public let keyScales: [Double]
    /// Real step of a value code.
    public let valueScale: Double

    public var headSize: Int { keyScales.count }
    /// Real step of an output code of the hardware.
    public var outputScale: Double {
        valueScale * Double(sign: .plus, exponent: -valueFormat.outputGainBits, significand: 1)
    }

    /// Codes of `keys`, [rows x headSize] of finite numbers, and the error this caused.
    /// - Precondition: whole rows.
    public func encodeKeys(_ keys: [Float]) -> (codes: [Int16], error: QuantizationReport) {
        encode(keys, means: keyMeans, scales: keyScales, largestCode: keyFormat.largestSymmetricCode)
    }

    /// Codes of `values`, [rows x headSize] of finite numbers, and the error this caused.
    /// - Precondition: whole rows.
    public func encodeValues(_ values: [Float]) -> (codes: [Int16], error: QuantizationReport) {
        encode(
            values, means: [Double](repeating: 0, count: headSize),
            scales: [Double](repeating: valueScale, count: headSize), largestCode: valueFormat.largestSymmetricCode)
    }

    /// Codes of one query row, [headSize], for a softmax over `softmaxScale * (query . key)`.
    public func encodeQuery(_ query: [Float], softmaxScale: Double) throws(QuantizationError) -> QuantizedQuery {
        guard query.count == headSize else {
            throw .partialRow(tensor: .query, elements: query.count, headSize: headSize)
        }
        try HostQuantizer.checkFinite(query, .query, headSize: headSize)
        let folded = zip(query, keyScales).map { Double($0) * $1 }
        let largestCode = (1 << (NumericFormats.queryBits - 1)) - 1
        let peak = folded.reduce(0) { max($0, $1.magnitude) }
        let scale = HostQuantizer.scale(peak: peak, largestCode: largestCode)
        var report = QuantizationReport()
        let codes = folded.map { report.encode($0, scale: scale, largestCode: largestCode) }
        // A query of zeros weighs every key the same whatever its scale; zero keeps the scale representable.
        let realScale = peak > 0 ? softmaxScale * scale : 0
        do {
            return QuantizedQuery(
                codes: codes, realScale: realScale, scoreScale: try ScoreScale(real: realScale), error: report)
        } catch {
            throw .scoreScale(error)
        }
    }

    private func encode(
        _ elements: [Float], means: [Double], scales: [Double], largestCode: Int
    ) -> (codes: [Int16], error: QuantizationReport) {
        precondition(elements.count % headSize == 0, "not whole rows")
        var report = QuantizationReport()
        let codes = [Int16](unsafeUninitializedCapacity: elements.count) { codes, count in
            for row in stride(from: 0, to: elements.count, by: headSize) {
                for channel in 0..<headSize {
                    let element = Double(elements[row + channel]) - means[channel]
                    codes.initializeElement(
                        at: row + channel,
                        to: report.encode(element, scale: scales[channel], largestCode: largestCode))
                }
            }
            count = elements.count
        }
        return (codes, report)
    }
}

/// Keys and values of one (sequence, KV head) as the hardware reads them.
public struct QuantizedKeyValues: Hashable, Sendable {
    public let scales: FrozenScales
    /// [keyCount x headSize].
    public let keys: [Int16]
    /// [keyCount x headSize].
    public let values: [Int16]
    public let keyCount: Int
    public let keyError: QuantizationReport
    public let valueError: QuantizationReport
}

/// One query row as the hardware reads it.
public struct QuantizedQuery: Hashable, Sendable {
    /// [headSize], 12 bits signed, the keys' scales folded in.
    public let codes: [Int16]
    /// Softmax weights are `exp(realScale * (codes . key codes))`: the scale before it is rounded to ``scoreScale``.
    public let realScale: Double
    /// The scale the hardware multiplies scores by.
    public let scoreScale: ScoreScale
    public let error: QuantizationReport
}

/// The error that quantizing a tensor caused.
public struct QuantizationReport: Hashable, Sendable {
    public private(set) var elements = 0
    /// Elements beyond the largest code, which took it.
    public private(set) var saturated = 0
    private var squaredError = 0.0
    private var squaredSignal = 0.0

    /// Of no element.
    public init() {}

    /// Root mean square of (decoded - real), in real units.
    public var rmsError: Double {
        elements == 0 ? 0 : (squaredError / Double(elements)).squareRoot()
    }

    /// ``rmsError`` over the root mean square of the tensor; 0 for a tensor of zeros.
    public var rmsRelativeError: Double {
        squaredSignal == 0 ? 0 : (squaredError / squaredSignal).squareRoot()
    }

    /// Joins the report of another tensor.
    public mutating func add(_ other: QuantizationReport) {
        elements += other.elements
        saturated += other.saturated
        squaredError += other.squaredError
        squaredSignal += other.squaredSignal
    }

    mutating func encode(_ element: Double, scale: Double, largestCode: Int) -> Int16 {
        let limit = Double(largestCode)
        let exact = (element / scale).rounded(.toNearestOrAwayFromZero)
        let code = min(max(exact, -limit), limit)
        let difference = code * scale - element
        elements += 1
        saturated += exact == code ? 0 : 1
        squaredError += difference * difference
        squaredSignal += element * element
        return Int16(code)
    }
}
