/// Linear symmetric quantization on the host: Double/Float tensors to the integer codes the hardware reads.
///
/// * Key: one scale per channel, folded into the query, so the hardware never sees it.
/// * Query: 12 bits, one scale per row, folded into the row's ``ScoreScale``.
/// * Value: one scale per KV head; one output unit is `valueScale * 2^-outputGainBits`.
/// * Codes are symmetric, `-(2^(b-1) - 1) ... 2^(b-1) - 1`, rounded to nearest (halves away from zero), saturated.
/// * Scales are frozen at prefill: they come from the first `promptKeys` keys, with `headroom` for those appended later.
public struct HostQuantizer: Hashable, Sendable {
    public var keyFormat: KeyFormat
    public var valueFormat: ValueFormat
    /// Subtract every channel's mean over the prompt from the keys. It shifts all scores of a row alike, and softmax
    /// does not see that; it helps models whose keys are biased.
    public var removesKeyMean: Bool
    /// Factor on the prompt's largest magnitude when keys are appended after the prompt; a prompt that is everything
    /// needs none.
    public var headroom: Double

    public init(keyFormat: KeyFormat, valueFormat: ValueFormat, removesKeyMean: Bool = false, headroom: Double = 1.25) {
        self.keyFormat = keyFormat
        self.valueFormat = valueFormat
        self.removesKeyMean = removesKeyMean
        self.headroom = headroom
    }

    /// Quantizes the keys and values of one (sequence, KV head), each [keys x headSize], row after row.
    ///
    /// `promptKeys` leading keys fix the scales; nil means all of them.
    public func quantize(
        keys: [Float], values: [Float], headSize: Int, promptKeys: Int? = nil
    ) throws(QuantizationError) -> QuantizedKeyValues {
        let keyCount = try checkedKeyCount(keys: keys, values: values, headSize: headSize)
        let prompt = promptKeys ?? keyCount
        guard (0...keyCount).contains(prompt), prompt > 0 || keyCount == 0 else {
            throw .promptOutOfRange(promptKeys: prompt, keys: keyCount)
        }

        let scales = frozenScales(
            keys: keys, values: values, headSize: headSize, promptKeys: prompt, room: prompt < keyCount ? headroom : 1)
        let (keyCodes, keyError) = scales.encodeKeys(keys)
        let (valueCodes, valueError) = scales.encodeValues(values)
        return QuantizedKeyValues(
            scales: scales, keys: keyCodes, values: valueCodes, keyCount: keyCount,
            keyError: keyError, valueError: valueError)
    }

    /// The scales that a prompt of one (sequence, KV head) leaves for itself and for keys still to come: headroom applies.
    ///
    /// `keys` and `values` are the prompt's, each [keys x headSize], at least one.
    public func scales(
        ofPrompt keys: [Float], values: [Float], headSize: Int
    ) throws(QuantizationError) -> FrozenScales {
        let keyCount = try checkedKeyCount(keys: keys, values: values, headSize: headSize)
        guard keyCount > 0 else { throw .promptOutOfRange(promptKeys: 0, keys: 0) }
        return frozenScales(keys: keys, values: values, headSize: headSize, promptKeys: keyCount, room: headroom)
    }

    private func checkedKeyCount(keys: [Float], values: [Float], headSize: Int) throws(QuantizationError) -> Int {
        guard headSize > 0, keys.count % headSize == 0 else {
            throw .partialRow(tensor: .key, elements: keys.count, headSize: headSize)
        }
        guard values.count == keys.count else {
            throw .unequalCounts(keys: keys.count, values: values.count)
        }
        guard headroom.isFinite, headroom >= 1 else { throw .headroomBelowOne(headroom) }
        try Self.checkFinite(keys, .key, headSize: headSize)
        try Self.checkFinite(values, .value, headSize: headSize)
        return keys.count / headSize
    }

    private func frozenScales(
        keys: [Float], values: [Float], headSize: Int, promptKeys: Int, room: Double
    ) -> FrozenScales {
        var means = [Double](repeating: 0, count: headSize)
        let prompt = 0..<promptKeys * headSize
        if removesKeyMean && promptKeys > 0 {
            for index in prompt { means[index % headSize] += Double(keys[index]) }
            for channel in means.indices { means[channel] /= Double(promptKeys) }
        }
        var peaks = [Double](repeating: 0, count: headSize)
        for index in prompt {
            let channel = index % headSize
            peaks[channel] = max(peaks[channel], (Double(keys[index]) - means[channel]).magnitude)
        }
        // A channel that is silent in the prompt may speak later: the loudest channel's scale is the safe guess.
        let loudest = peaks.max() ?? 0
        let keyPeaks = peaks.map { $0 > 0 ? $0 : loudest }
        let valuePeak = prompt.reduce(0) { max($0, Double(values[$1].magnitude)) }

        return FrozenScales(
            keyFormat: keyFormat, valueFormat: valueFormat, keyMeans: means,
            keyScales: keyPeaks.map { Self.scale(peak: $0 * room, largestCode: keyFormat.largestSymmetricCode) },
            valueScale: Self.scale(peak: valuePeak * room, largestCode: valueFormat.largestSymmetricCode))
    }

    /// Scale 1 for a tensor that is zero throughout.
    static func scale(peak: Double, largestCode: Int) -> Double {
        peak > 0 ? peak / Double(largestCode) : 1
    }

    static func checkFinite(_ elements: [Float], _ tensor: QuantizedTensor, headSize: Int) throws(QuantizationError) {
        guard let index = elements.firstIndex(where: { !$0.isFinite }) else { return }
        throw .notFinite(tensor: tensor, row: index / headSize, element: index % headSize)
    }
}

/// The tensor an error or a report speaks of.
public enum QuantizedTensor: String, Hashable, Sendable {
    case query, key, value
}

/// Tensors that cannot be quantized.
public enum QuantizationError: Error, Equatable, CustomStringConvertible {
    case partialRow(tensor: QuantizedTensor, elements: Int, headSize: Int)
    case unequalCounts(keys: Int, values: Int)
    case promptOutOfRange(promptKeys: Int, keys: Int)
    case notFinite(tensor: QuantizedTensor, row: Int, element: Int)
    case headroomBelowOne(Double)
    case scoreScale(ScoreScaleError)

    public var description: String {
        switch self {
        case .partialRow(let tensor, let elements, let headSize):
            "\(tensor) has \(elements) elements, not whole rows of \(headSize): check the head size and the tensor's shape"
        case .unequalCounts(let keys, let values):
            "key has \(keys) elements, value has \(values): both must be [keys x head size]"
        case .promptOutOfRange(let promptKeys, let keys):
            "the prompt has \(promptKeys) keys of \(keys): it must have at least one and at most all of them"
        case .notFinite(let tensor, let row, let element):
            "\(tensor) is NaN or infinite at row \(row), element \(element): repair the tensor"
        case .headroomBelowOne(let headroom):
            "headroom \(headroom) is not a finite factor >= 1: use 1.25 unless measurements say otherwise"
        case .scoreScale(let error):
            error.description
        }
    }
}
