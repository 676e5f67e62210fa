/// Functions of single elements, of additions and multiplications alone: no mathematics library, so the same bits on
/// every machine; no branches, so the loops over them run in vectors.
package enum Elementwise {
    /// `e^x` to a few units in the last place; 0 below -87 (the least normal number is e^-87.3), e^88 from 88 up.
    @inline(__always)
    package static func exponential(_ x: Float) -> Float {
        let low: Float = -87, high: Float = 88
        let clamped = x < low ? low : x > high ? high : x
        // Adding 3 * 2^22 leaves the nearest integer in the low bits.
        let shifter: Float = 12_582_912
        let shifted = clamped * 1.442695041 + shifter
        let whole = shifted - shifter
        // ln 2 in two parts, the first exact in a product with `whole`.
        let rest = (clamped - whole * 0.693359375) - whole * -2.12194440e-4
        var power: Float = 1.0 / 5040
        power = power * rest + 1.0 / 720
        power = power * rest + 1.0 / 120
        power = power * rest + 1.0 / 24
        power = power * rest + 1.0 / 6
        power = power * rest + 0.5
        power = power * rest + 1
        power = power * rest + 1
        let scale = Float(bitPattern: (shifted.bitPattern << 23) &+ (127 << 23))
        return x < low ? 0 : power * scale
    }

    /// Gaussian error linear unit, tanh form: `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))`.
    @inline(__always)
    package static func gelu(_ x: Float) -> Float {
        // (1 + tanh u) / 2 = 1 / (1 + e^-2u)
        let doubled: Float = 1.5957691216
        return x / (1 + exponential(-doubled * (x + 0.044715 * (x * x * x))))
    }

    /// Replaces each `elements[i]` by `gelu(elements[i] + bias[i % bias.count])`.
    static func addBiasAndActivate(_ elements: inout [Float], bias: [Float]) {
        elements.withUnsafeMutableBufferPointer { elements in
            bias.withUnsafeBufferPointer { bias in
                for row in stride(from: 0, to: elements.count, by: bias.count) {
                    for index in 0..<bias.count { elements[row + index] = gelu(elements[row + index] + bias[index]) }
                }
            }
        }
    }

    /// Adds `terms` and, to every row, `bias` to `sums`.
    static func add(_ terms: [Float], bias: [Float], to sums: inout [Float]) {
        precondition(terms.count == sums.count)
        sums.withUnsafeMutableBufferPointer { sums in
            terms.withUnsafeBufferPointer { terms in
                bias.withUnsafeBufferPointer { bias in
                    for row in stride(from: 0, to: sums.count, by: bias.count) {
                        for index in 0..<bias.count { sums[row + index] += terms[row + index] + bias[index] }
                    }
                }
            }
        }
    }

    /// The elements become `e^(element - largest)`; returns their sum, taken in order.
    static func exponentials(_ elements: UnsafeMutableBufferPointer<Float>) -> (sum: Double, largest: Float) {
        var largest = -Float.infinity
        for element in elements { largest = element > largest ? element : largest }
        for index in elements.indices { elements[index] = exponential(elements[index] - largest) }
        var sum = 0.0
        for element in elements { sum += Double(element) }
        return (sum, largest)
    }
}
