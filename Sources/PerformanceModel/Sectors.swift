/// Distinct memory sectors that hold any byte of the rows: what a fetch of them moves, each sector once.
///
/// - Parameters:
///   - rows: Ascending row numbers of one plane, whose row 0 begins a sector; repeated rows count once.
///   - rowBytes: Bytes from the beginning of one row to that of the next.
public func sectorsTouched(rows: some Sequence<Int>, rowBytes: Int, sectorBytes: Int) -> Int {
    precondition(rowBytes > 0 && sectorBytes > 0)
    var sectors = 0, next = 0, previous = 0
    for row in rows {
        precondition(row >= previous, "rows are not ascending")
        previous = row
        let first = max(next, row * rowBytes / sectorBytes)
        let end = ((row + 1) * rowBytes - 1) / sectorBytes + 1
        if end > first {
            sectors += end - first
            next = end
        }
    }
    return sectors
}
