import Testing
import Verification

/// HBM2 behind a stream: latency, bandwidth and order as the module sees them.
@Suite struct HBM2PortTests {
    private static func timing(_ change: (inout HBM2Timing) -> Void = { _ in }) -> HBM2Timing {
        var timing = HBM2Timing()
        timing.tREFI = nil
        timing.pathCycles = 0
        change(&timing)
        return timing
    }

    /// Consecutive bursts of 16 beats of 64 bytes.
    private static func stream(_ beats: Int, stride: Int = 1024) -> [Read] {
        (0..<beats / 16).map { Read(address: stride * $0, beats: 16) }
    }

    /// Beats a cycle of a stream, of 64 bytes each.
    private func rate(_ timing: HBM2Timing, _ reads: [Read], imageBytes: Int = 1 << 18) throws -> (rate: Double, traffic: MemoryModel.Traffic) {
        let run = try PassageCheck(reads, bytes: 64, timing: .hbm2(timing), imageBytes: imageBytes).run()
        let cycles = run["output"].cycles
        return (Double(cycles.count) / Double(cycles.last! + 1), run.traffic(of: "request"))
    }

    @Test("the first beat: a cycle to the queue, tRCD, tCL, a burst, and the way")
    func latency() throws {
        for path in [0, 60] {
            let timing = Self.timing { $0.pathCycles = path }
            let check = try PassageCheck([Read(address: 0, beats: 2)], bytes: 32, timing: .hbm2(timing))
            // Neighbours lie in two channels, which both answer at once.
            #expect(try check.cycles() == [33 + path, 34 + path])
        }
        // A core at half the clock waits half the cycles: (1 + 12 + 18 + 2) ns, from a request in cycle 0 of 2 ns.
        let slow = Self.timing { $0.cyclePicoseconds = 2000 }
        #expect(try PassageCheck([Read(address: 0)], bytes: 32, timing: .hbm2(slow)).cycles() == [17])
        // A row conflict in one channel of one bank: the second read comes tRC later.
        let conflict = Self.timing { $0.channels = 1 }
        let reads = [Read(address: 0), Read(address: 16 * 1024)]
        #expect(try PassageCheck(reads, bytes: 32, timing: .hbm2(conflict)).cycles() == [33, 33 + 42])
    }

    @Test("four pseudo-channels stream 64 bytes a cycle, less refresh")
    func sequential() throws {
        let peak = try rate(Self.timing(), Self.stream(4096))
        #expect(peak.rate > 0.98 && peak.rate <= 1, "\(peak.rate)")
        // 4096 * 64 bytes over rows of 1 KiB: one activation each, and everything else hits.
        let rows = try #require(peak.traffic.rowBuffers)
        #expect(rows.reads == 8192 && rows.rowMisses + rows.rowConflicts == 256)
        #expect(peak.traffic.bytesMoved == 4096 * 64)
        // Refresh: 220 of 3,900 clocks, and a little for closing and opening.
        let refreshed = try rate(Self.timing { $0.tREFI = 3900 }, Self.stream(4096))
        #expect(refreshed.rate > 0.91 && refreshed.rate < 1 - 220.0 / 3900, "\(refreshed.rate)")
        #expect(refreshed.traffic.rowBuffers!.refreshes == 4)
    }

    @Test("tCCD_L sets the pace of a mapping that stays in a bank")
    func bankGroups() throws {
        let inOrder = try rate(Self.timing { ($0.mapping, $0.queueDepth) = (.rowBankColumnChannel, 4) }, Self.stream(4096)).rate
        #expect(inOrder > 0.55 && inOrder <= 2.0 / 3, "\(inOrder)")
        // A queue that reaches into the next row, which lies in another group, takes from both in turn.
        let deep = try rate(Self.timing { ($0.mapping, $0.queueDepth) = (.rowBankColumnChannel, 32) }, Self.stream(4096)).rate
        #expect(deep > 0.95, "\(deep) \(inOrder)")
    }

    @Test("channels add up, unless a stride keeps to one")
    func channels() throws {
        #expect(try rate(Self.timing { $0.channels = 2 }, Self.stream(2048)).rate.isClose(to: 0.5))
        #expect(try rate(Self.timing { $0.channels = 1 }, Self.stream(2048)).rate.isClose(to: 0.25))
        // 32-byte beats, every 128 bytes: always channel 0.
        let reads = (0..<2000).map { Read(address: 128 * $0) }
        let cycles = try PassageCheck(reads, bytes: 32, timing: .hbm2(Self.timing()), imageBytes: 1 << 18).cycles()
        #expect((2000 / Double(cycles.last! + 1)).isClose(to: 0.5))
        // Half the clock, half the bandwidth.
        #expect(try rate(Self.timing { $0.clockPicoseconds = 2000 }, Self.stream(2048)).rate.isClose(to: 0.5))
    }

    @Test("a sector of 64 bytes costs two accesses")
    func sectors() throws {
        let reads = (0..<1000).map { Read(address: 64 * $0) }
        let timing = MemoryTiming(.hbm2(Self.timing { $0.channels = 1 }), sectorBytes: 64)
        let run = try PassageCheck(reads, bytes: 32, timing: timing).run()
        #expect(run.traffic(of: "request").bytesMoved == 64_000)
        #expect((1000 / Double(run["output"].cycles.last! + 1)).isClose(to: 0.25))
    }

    @Test("beats of a tag come in order, a tag whose beats are there passes one that waits")
    func order() throws {
        // Tag 0 reads row after row of one bank; tag 1 an open row of another.
        var reads: [Read] = []
        for index in 0..<8 {
            reads.append(Read(address: 64 * 1024 * (index % 4), tag: 0))
            reads.append(Read(address: 128 + 512 * index, tag: 1))
        }
        let check = try PassageCheck(reads, bytes: 32, timing: .hbm2(Self.timing()), imageBytes: 1 << 18, ordered: false)
        let beats = try check.run()["output"].beats.map { (tag: try $0.value("tag"), data: try $0.elements("data", width: 8, as: UInt8.self)) }
        for tag in 0..<2 {
            let expected = reads.filter { $0.tag == tag }.map { Array(check.image[$0.address..<$0.address + 32]) }
            #expect(beats.filter { $0.tag == tag }.map(\.data) == expected)
        }
        #expect(beats.map(\.tag) != reads.map(\.tag))
        #expect(beats.last!.tag == 0)
    }
}

extension Double {
    /// Not above, and at most 3 % below.
    fileprivate func isClose(to limit: Double) -> Bool { self <= limit && self > 0.97 * limit }
}
