import RTL
import Verilog

/// The smallest form of a failing module that still fails: narrower values, flatter expressions, fewer statements.
///
/// - Parameter fails: which of some candidates fail; asked for many at once, as one build of a tool takes them all.
package func shrunk(_ module: RandomModule, fails: ([RandomModule]) throws -> [Bool]) throws -> RandomModule {
    var smallest = module, variant = 0
    func firstFailing(_ reductions: [RandomModule.Reduction]) throws -> RandomModule? {
        let candidates = reductions.map { reduction in
            variant += 1
            var numbered = reduction
            numbered.variant = variant
            return module.reduced(numbered)
        }
        if candidates.isEmpty { return nil }
        return try zip(candidates, fails(candidates)).first(where: \.1)?.0
    }

    let sizes = [1, 2, 3, 8, 33, 65, 200].flatMap { width in (0...2).map { depth in (width, depth) } }
    // Smallest first; the last is the module as it is.
    let frames = sizes.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.dropLast().map { width, depth in
        var reduction = smallest.reduction
        (reduction.width, reduction.depth) = (width, depth)
        return reduction
    }
    if let smaller = try firstFailing(frames) { smallest = smaller }

    // Outputs count on from the statements; there are at most 12 of them.
    var present = Array(0..<smallest.statements + 12), chunk = present.count / 2
    while chunk >= 1 {
        let reductions = stride(from: 0, to: present.count, by: chunk).map { start in
            var reduction = smallest.reduction
            reduction.omitted = (reduction.omitted + present[start..<min(start + chunk, present.count)]).sorted()
            return reduction
        }
        if let smaller = try firstFailing(reductions) {
            smallest = smaller
            present.removeAll { smaller.reduction.omitted.contains($0) }
            chunk = min(chunk, max(1, present.count / 2))
        } else {
            chunk /= 2
        }
        if present.isEmpty { break }
    }
    return smallest
}

extension RandomModule {
    /// Its Verilog, with its children.
    package func verilog() throws -> String { VerilogEmitter().emit(try Design(self)).map(\.text).joined() }
}
