import Foundation
import LanguageModel
import TestSupport
import Testing

/// The parts the model's arithmetic is made of, against plain formulas in double precision.
@Suite struct ArithmeticTests {
    @Test("products of any size agree with sums in double precision, whichever way the matrix was given")
    func products() {
        var random = TestSeed.generator("packed matrix")
        for _ in 0..<60 {
            let outputs = Int.random(in: 1...40, using: &random), inputs = Int.random(in: 1...70, using: &random)
            let count = Int.random(in: 1...150, using: &random)
            let rows = (0..<outputs * inputs).map { _ in Float.random(in: -1...1, using: &random) }
            let columns = (0..<inputs * outputs).map { rows[$0 % outputs * inputs + $0 / outputs] }
            let vectors = (0..<count * inputs).map { _ in Float.random(in: -1...1, using: &random) }
            let usedOutputs = Int.random(in: 1...outputs, using: &random), usedInputs = Int.random(in: 1...inputs, using: &random)
            let byRows = rows.withUnsafeBufferPointer { PackedMatrix(rows: $0, outputs: outputs, inputs: inputs) }
            let byColumns = columns.withUnsafeBufferPointer { PackedMatrix(columns: $0, outputs: outputs, inputs: inputs) }
            for matrix in [byRows, byColumns] {
                // What lies beside the result must stay.
                let stride = usedOutputs + 3
                var result = [Float](repeating: 77, count: count * stride)
                matrix.multiply(
                    vectors, stride: inputs, count: count, into: &result, resultStride: stride, outputs: usedOutputs,
                    inputs: usedInputs)
                for vector in 0..<count {
                    for output in 0..<usedOutputs {
                        let exact = (0..<usedInputs).reduce(0.0) {
                            $0 + Double(rows[output * inputs + $1]) * Double(vectors[vector * inputs + $1])
                        }
                        #expect(abs(Double(result[vector * stride + output]) - exact) < 1e-5, "\(TestSeed.rerun)")
                    }
                    #expect(result[vector * stride + usedOutputs..<(vector + 1) * stride].allSatisfy { $0 == 77 })
                }
            }
        }
    }

    @Test func exponential() {
        var worst = 0.0
        for step in -870_000...880_000 {
            let x = Float(step) / 10_000, exact = exp(Double(x))
            worst = max(worst, abs(Double(Elementwise.exponential(x)) - exact) / exact)
        }
        #expect(worst < 3e-7)
        #expect(Elementwise.exponential(0) == 1)
        #expect(Elementwise.exponential(-.infinity) == 0 && Elementwise.exponential(-1000) == 0)
        #expect(Elementwise.exponential(1000) == Elementwise.exponential(88))
    }

    @Test func gelu() {
        for step in -12_000...12_000 {
            let x = Float(step) / 1_000, double = Double(x)
            let exact = 0.5 * double * (1 + tanh((2 / Double.pi).squareRoot() * (double + 0.044715 * double * double * double)))
            #expect(abs(Double(Elementwise.gelu(x)) - exact) < 1e-6 * max(1, abs(double)))
        }
    }
}
