import PerformanceModel
import Testing

/// Sectors of gathered rows, against examples worked by hand and a count byte by byte.
@Suite struct SectorTests {
    @Test(arguments: [
        // No row, no sector.
        ([], 96, 32, 0),
        // Row 0 of 96 bytes: bytes 0..<96, three sectors of 32; two of 64.
        ([0], 96, 32, 3), ([0], 96, 64, 2),
        // Row 1: bytes 96..<192: sectors 3, 4, 5; of 64 bytes: 1 and 2.
        ([1], 96, 64, 2),
        // Rows 0 and 1 share the 64-byte sector 1.
        ([0, 1], 96, 64, 3),
        // Rows of 24 bytes (64 elements of 3 bits). Row 1 is 24..<48: sectors 0 and 1. Row 2 is 48..<72: 1 and 2.
        ([1], 24, 32, 2), ([1, 2], 24, 32, 3), ([0, 3], 24, 32, 2),
        // Row 3 is 72..<96: sector 2 alone.
        ([3], 24, 32, 1),
        // Two rows of 32 bytes in one 64-byte sector, and a third far away.
        ([4, 5, 100], 32, 64, 2),
        // The same row twice is read once.
        ([7, 7], 48, 32, 2),
        // Contiguous: 1,000 rows of 24 bytes are 24,000 bytes.
        (Array(0..<1000), 24, 32, 750), (Array(0..<1000), 24, 64, 375),
        // The last sector is only begun: 11 rows of 24 bytes are 264 bytes.
        (Array(0..<11), 24, 32, 9), (Array(0..<11), 24, 64, 5),
    ] as [([Int], Int, Int, Int)])
    func workedByHand(_ rows: [Int], _ rowBytes: Int, _ sectorBytes: Int, _ sectors: Int) {
        #expect(sectorsTouched(rows: rows, rowBytes: rowBytes, sectorBytes: sectorBytes) == sectors)
    }

    @Test func everyPatternOfTenRowsAgreesWithACountOfBytes() {
        for rowBytes in [24, 32, 48, 64, 96, 128, 192] {
            for sectorBytes in [32, 64] {
                for pattern in 0..<1024 {
                    let rows = (0..<10).filter { pattern >> $0 & 1 == 1 }
                    let touched = Set(rows.flatMap { row in (row * rowBytes..<(row + 1) * rowBytes).map { $0 / sectorBytes } })
                    #expect(sectorsTouched(rows: rows, rowBytes: rowBytes, sectorBytes: sectorBytes) == touched.count)
                }
                for first in 0..<10 {
                    for end in first...10 {
                        #expect(
                            sectorsTouched(rows: first..<end, rowBytes: rowBytes, sectorBytes: sectorBytes)
                                == sectorsTouched(rows: Array(first..<end), rowBytes: rowBytes, sectorBytes: sectorBytes))
                    }
                }
            }
        }
    }
}
