import FixedPoint
import LanguageModel
import PerformanceModel

extension AttentionTraffic.Amount {
    /// Adds one fetch of contiguous rows of a plane; nothing for a format without that plane.
    mutating func add(rows: Range<Int>, of layout: PlaneLayout?) {
        guard let layout else { return }
        usefulBits += rows.count * layout.headSize * layout.bits
        movedBytes32 += 32 * sectorsTouched(rows: rows, rowBytes: layout.rowBytes, sectorBytes: 32)
        movedBytes64 += 64 * sectorsTouched(rows: rows, rowBytes: layout.rowBytes, sectorBytes: 64)
    }

    /// The same of any ascending rows.
    mutating func add(rows: [Int], of layout: PlaneLayout?) {
        guard let layout else { return }
        usefulBits += rows.count * layout.headSize * layout.bits
        movedBytes32 += 32 * sectorsTouched(rows: rows, rowBytes: layout.rowBytes, sectorBytes: 32)
        movedBytes64 += 64 * sectorsTouched(rows: rows, rowBytes: layout.rowBytes, sectorBytes: 64)
    }
}
