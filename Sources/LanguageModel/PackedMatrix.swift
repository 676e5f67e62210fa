/// A matrix [outputs x inputs] of single precision, laid out for products with many vectors at once.
///
/// Every element of a product is summed in one order, over the inputs from the first to the last, whatever the number of
/// vectors: a token gives the same bits alone, in a batch and on any number of threads.
package struct PackedMatrix: Sendable {
    /// Outputs that are computed side by side.
    static let lanes = 8
    /// Vectors that go through a panel before the next panel is touched: they stay in the second-level cache.
    private static let vectorBlock = 64

    package let outputs: Int
    package let inputs: Int
    /// [outputs / lanes, rounded up][inputs]; lanes past the last output are 0.
    private let panels: [SIMD8<Float>]

    /// From rows, one after another: `elements[output * inputs + input]`.
    package init(rows elements: UnsafeBufferPointer<Float>, outputs: Int, inputs: Int) {
        self.init(outputs: outputs, inputs: inputs) { elements[$0 * inputs + $1] }
    }

    /// From columns, one after another: `elements[input * outputs + output]`.
    package init(columns elements: UnsafeBufferPointer<Float>, outputs: Int, inputs: Int) {
        self.init(outputs: outputs, inputs: inputs) { elements[$1 * outputs + $0] }
    }

    @inline(__always)
    private init(outputs: Int, inputs: Int, element: (_ output: Int, _ input: Int) -> Float) {
        self.outputs = outputs
        self.inputs = inputs
        let panelCount = (outputs + Self.lanes - 1) / Self.lanes
        panels = [SIMD8<Float>](unsafeUninitializedCapacity: panelCount * inputs) { panels, count in
            for panel in 0..<panelCount {
                let first = panel * Self.lanes
                for input in 0..<inputs {
                    var vector = SIMD8<Float>.zero
                    for lane in 0..<min(Self.lanes, outputs - first) { vector[lane] = element(first + lane, input) }
                    panels.initializeElement(at: panel * inputs + input, to: vector)
                }
            }
            count = panelCount * inputs
        }
    }

    /// `result[v][o] = sum over i of self[o][i] * vectors[v][i]`, for the first `outputs` and over the first `inputs`.
    ///
    /// - Parameter stride: Elements from one vector (one row of the result) to the next.
    package func multiply(
        _ vectors: UnsafePointer<Float>, stride: Int, count: Int, into result: UnsafeMutablePointer<Float>, resultStride: Int,
        outputs usedOutputs: Int? = nil, inputs usedInputs: Int? = nil
    ) {
        let outputs = usedOutputs ?? self.outputs, inputs = usedInputs ?? self.inputs
        precondition(outputs <= self.outputs && inputs <= self.inputs, "a product larger than its matrix")
        panels.withUnsafeBufferPointer { panels in
            guard let base = panels.baseAddress else { return }
            for block in Swift.stride(from: 0, to: count, by: Self.vectorBlock) {
                let blockEnd = min(block + Self.vectorBlock, count)
                for first in Swift.stride(from: 0, to: outputs, by: Self.lanes) {
                    let panel = base + first / Self.lanes * self.inputs
                    let used = min(Self.lanes, outputs - first)
                    var vector = block
                    while vector + 4 <= blockEnd {
                        let sums = Self.products4(vectors + vector * stride, stride, panel, inputs)
                        let target = result + vector * resultStride + first
                        Self.store(sums.0, used, target)
                        Self.store(sums.1, used, target + resultStride)
                        Self.store(sums.2, used, target + 2 * resultStride)
                        Self.store(sums.3, used, target + 3 * resultStride)
                        vector += 4
                    }
                    while vector < blockEnd {
                        let sum = Self.products1(vectors + vector * stride, panel, inputs)
                        Self.store(sum, used, result + vector * resultStride + first)
                        vector += 1
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func products4(
        _ vectors: UnsafePointer<Float>, _ stride: Int, _ panel: UnsafePointer<SIMD8<Float>>, _ inputs: Int
    ) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
        let second = vectors + stride, third = second + stride, fourth = third + stride
        var a = SIMD8<Float>.zero, b = a, c = a, d = a
        for input in 0..<inputs {
            let weights = panel[input]
            a += weights * vectors[input]
            b += weights * second[input]
            c += weights * third[input]
            d += weights * fourth[input]
        }
        return (a, b, c, d)
    }

    @inline(__always)
    private static func products1(
        _ vector: UnsafePointer<Float>, _ panel: UnsafePointer<SIMD8<Float>>, _ inputs: Int
    ) -> SIMD8<Float> {
        var sum = SIMD8<Float>.zero
        for input in 0..<inputs { sum += panel[input] * vector[input] }
        return sum
    }

    @inline(__always)
    private static func store(_ sums: SIMD8<Float>, _ used: Int, _ target: UnsafeMutablePointer<Float>) {
        if used == lanes {
            UnsafeMutableRawPointer(target).storeBytes(of: sums, as: SIMD8<Float>.self)
        } else {
            for lane in 0..<used { target[lane] = sums[lane] }
        }
    }
}
