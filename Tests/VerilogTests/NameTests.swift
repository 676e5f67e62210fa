import RTL
import Testing
import Verilog

/// Names stay as they are, and a change stays where it is made.
@Suite struct NameTests {
    @Test func aTemporaryIsNamedAfterWhatItFeedsAndWhatItIs() throws {
        let text = try body { c, io in
            let score = c.register("score", .signed(17))
            score.next(io.x * io.y + io.x)
            c.when((io.x * io.y)[3]) { score.next(io.x.extended(to: 17)) }
        }
        #expect(text.contains("wire signed [15:0] score_next_product = x * y;"), "\(text)")
        #expect(text.contains("wire signed [15:0] score_when_product = x * y;"), "\(text)")
    }

    @Test func aTemporaryGivesWayToTheUsersName() throws {
        let text = try body { c, io in
            _ = c.named("total_sum", io.s)
            _ = c.named("total", (io.a + io.b)[8])
        }
        #expect(text.contains("wire total_sum = s;") && text.contains("wire [8:0] total_sum_2 = "), "\(text)")
    }

    /// Units of several statements, in two variants that differ in one.
    private func variants(_ change: @escaping (Circuit, SketchPorts, Bool) -> Void) throws -> (removed: [String], added: [String]) {
        func lines(_ isChanged: Bool) throws -> [String] {
            let text = try body { c, io in
                let sum = io.a &+ io.b
                let head = c.register("head", .unsigned(16), reset: 0)
                c.when(sum[7]) { head.next(io.a * io.b) }
                change(c, io, isChanged)
                let rear = c.register("rear", .signed(18))
                c.when(io.s & (sum == 3)) { rear.next((io.x * io.y + io.x) + io.y) }
                _ = c.named("tail", mux(io.x.shiftedRight(by: io.n) < io.y, sum, head.q[0..<8]))
            }
            return text.split(separator: "\n").map(String.init)
        }
        let old = try lines(false), new = try lines(true)
        let difference = new.difference(from: old)
        return (difference.removals.map { if case .remove(_, let line, _) = $0 { line } else { "" } },
                difference.insertions.map { if case .insert(_, let line, _) = $0 { line } else { "" } })
    }

    @Test func anEditedExpressionChangesItsOwnLines() throws {
        let (removed, added) = try variants { c, io, isChanged in
            _ = c.named("middle", isChanged ? (io.a * io.b)[0..<8] : io.a & io.b)
        }
        #expect(removed == ["wire [7:0] middle = a & b;"], "\(removed)")
        #expect(added == ["wire [15:0] middle_product = a * b;", "wire [7:0] middle = middle_product[7:0];"], "\(added)")
    }

    @Test func anEditedRegisterChangesItsOwnLines() throws {
        let (removed, added) = try variants { c, io, isChanged in
            let middle = c.register("middle", .unsigned(9))
            c.when(io.t) { middle.next(isChanged ? (io.a &+ 1).extended(to: 9) : io.a + io.b) }
        }
        #expect(removed == ["        middle <= {1'b0, a} + {1'b0, b};"], "\(removed)")
        #expect(added == ["        middle <= {1'b0, a + 8'h1};"], "\(added)")
    }

    @Test func anAddedStatementAddsItsOwnLines() throws {
        let (removed, added) = try variants { c, io, isChanged in
            if isChanged { _ = c.named("extra", io.x * io.y < io.x * io.x) }
        }
        #expect(removed.isEmpty, "\(removed)")
        #expect(added.count == 3 && added.allSatisfy { $0.contains("extra") }, "\(added)")
    }
}
