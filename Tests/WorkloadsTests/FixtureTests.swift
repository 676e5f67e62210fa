import Testing
import TestSupport
import Workloads

/// The committed real workload: reading it right means that its own expected outputs come out.
@Suite struct FixtureTests {
    @Test func hasTheStatedShape() throws {
        let workload = try AttentionWorkload(path: PackageFiles.decodeAttention)
        #expect(workload.layers.map(\.index) == [0, 5, 11])
        #expect(workload.softmaxScale == 0.125)
        #expect(workload.heads == 4)
        #expect(workload.headSize == 64)
        for layer in workload.layers {
            #expect((layer.heads, layer.kvHeads, layer.rows, layer.keys, layer.headSize) == (4, 4, 32, 1024, 64))
            #expect(layer.lengths == Array(993...1024))
        }
        // Sums that NumPy gives.
        let layer = workload.layers[1]
        #expect(abs(layer.query.reduce(0.0) { $0 + Double($1) } - 419.1374092102051) < 1e-6)
        #expect(abs(layer.key.reduce(0.0) { $0 + Double($1) } - 9129.562381207943) < 1e-6)
        #expect(abs(layer.value.reduce(0.0) { $0 + Double($1) } + 1024.4248073101044) < 1e-6)
    }

    @Test(arguments: [0, 5, 11])
    func expectedOutputsAreReproduced(layer index: Int) throws {
        let workload = try AttentionWorkload(path: PackageFiles.decodeAttention, layers: [index])
        let layer = try #require(workload.layers.first)
        let expected = try #require(layer.expectedOutput)
        var worst = 0.0
        for head in 0..<layer.heads {
            for row in 0..<layer.rows {
                let output = attention(layer, scale: workload.softmaxScale, head: head, row: row)
                for (ours, theirs) in zip(output, expected[layer.queryRange(head: head, row: row)]) {
                    worst = max(worst, abs(ours - Double(theirs)))
                }
            }
        }
        // Half a unit in the last place of the largest stored output, 2.3, is 1.2e-7.
        #expect(worst < 1.2e-7)
    }
}
