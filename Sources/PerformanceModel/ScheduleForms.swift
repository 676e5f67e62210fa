import Configuration

/// When sequences of one length are done, in tiles, if all lanes are as fast and nothing but tiles takes time: the closed
/// forms that every schedule is measured against.
public struct UniformForms: Hashable, Sendable {
    /// Heads times sequences, and tiles of each.
    public let outputs, tiles: Int
    public let lanes: Int

    public init(outputs: Int, tiles: Int, lanes: Int) {
        self.outputs = outputs
        self.tiles = tiles
        self.lanes = lanes
    }

    /// Whole outputs: FlashAttention-2.
    public var perHead: Int { ceilDivide(outputs, lanes) * tiles }
    /// Chunks of equal size: FlashDecoding, without its second kernel.
    public func fixedSplit(_ splits: Int) -> Int { ceilDivide(outputs * splits, lanes) * ceilDivide(tiles, splits) }
    /// The same with as many chunks as FlashDecoding takes.
    public var flashDecoding: Int {
        fixedSplit(SchedulePolicy.flashDecodingSplits(outputs: outputs, lanes: lanes, tiles: tiles))
    }
    /// Equal numbers of tiles: LeanAttention.
    public var streamK: Int { ceilDivide(outputs * tiles, lanes) }
}

/// When pieces of work are done, in their own unit, if each goes in order to the lane that is free first, as the blocks of a
/// GPU's grid do: what ragged sequences are compared with, which have no closed form.
///
/// Ours has no such dispatch: under `per-head` and `fixed-split` its lanes get equal numbers of outputs or chunks.
public func dispatchedMakespan(_ pieces: some Sequence<Int>, lanes: Int) -> Int {
    var free = [Int](repeating: 0, count: lanes)
    for piece in pieces where piece > 0 {
        // The earliest is at the top of the heap.
        var place = 0, time = free[0] + piece
        while true {
            let left = 2 * place + 1, right = left + 1
            guard left < lanes else { break }
            let child = right < lanes && free[right] < free[left] ? right : left
            guard free[child] < time else { break }
            free[place] = free[child]
            place = child
        }
        swap(&free[place], &time)
    }
    return free.max() ?? 0
}

/// `ceil(a / b)` of numbers that are not negative.
func ceilDivide(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }
