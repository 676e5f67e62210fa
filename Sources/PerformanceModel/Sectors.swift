/// Distinct memory sectors that hold any byte of the rows: what a fetch of them moves, each sector once.
///
/// - Parameters:
///   - rows: Ascending row numbers of one plane, whose row 0 begins a sector; repeated rows count once.
///   - rowBytes: Bytes from the beginning of one row to that of the next.
public func sectorsTouched(rows: [Int], rowBytes: Int, sectorBytes: Int) -> Int {
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

/// The same of contiguous rows.
public func sectorsTouched(rows: Range<Int>, rowBytes: Int, sectorBytes: Int) -> Int {
    precondition(rows.lowerBound >= 0 && rowBytes > 0 && sectorBytes > 0)
    guard !rows.isEmpty else { return 0 }
    return (rows.upperBound * rowBytes - 1) / sectorBytes - rows.lowerBound * rowBytes / sectorBytes + 1
}
