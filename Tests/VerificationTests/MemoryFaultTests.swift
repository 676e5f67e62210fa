import RTL
import Simulation
import Testing
import Verification

/// Every fault is seen by what it should break, and by nothing else.
@Suite struct MemoryFaultTests {
    private static let reads = [Read(address: 0, beats: 4, tag: 1), Read(address: 512, beats: 4, tag: 2)]

    private func check(_ kind: MemoryFault.Kind, at place: MemoryFault.Place = .beat(2), ordered: Bool = true) throws -> PassageCheck {
        try PassageCheck(
            Self.reads, bytes: 16, timing: .fixed(latency: 5), faults: [MemoryFault(kind, at: place)], ordered: ordered)
    }

    private func cause(_ kind: MemoryFault.Kind) throws -> String {
        try #require(throws: StreamFailure.self) { try check(kind).run() }.cause
    }

    @Test func aCorruptBeatIsWrong() throws {
        let cause = try cause(.corrupt(bit: 21))
        #expect(cause.hasPrefix("cycle 7: `output_payload_data[2]`, beat 2 of 8: expected "), "\(cause)")
    }

    @Test func anErrorIsSeen() throws {
        #expect(try cause(.error) == "cycle 7: `output_payload_error`, beat 2 of 8: expected 0, seen 1")
    }

    @Test func aWrongTagIsSeen() throws {
        #expect(try cause(.wrongTag) == "cycle 7: `output_payload_tag`, beat 2 of 8: expected 1, seen 0")
    }

    @Test func aDroppedBeatIsMissed() throws {
        // The next beat comes in its place one cycle later.
        #expect(try cause(.drop).hasPrefix("cycle 8: `output_payload_data[0]`, beat 2 of 8: expected "))
        let last = try #require(throws: StreamFailure.self) { try check(.drop, at: .beat(7)).run(patience: 40) }
        #expect(last.cause == """
            cycle 51: nothing has moved for 40 cycles; done so far: command 2/2, output 7/8, request 2, response 7
            """)
    }

    @Test func aRepeatedBeatIsOneTooMany() throws {
        #expect(try cause(.duplicate).hasPrefix("cycle 8: `output_payload_data[0]`, beat 3 of 8: expected "))
        let last = try #require(throws: StreamFailure.self) { try check(.duplicate, at: .beat(7)).run() }
        #expect(last.cause == "cycle 13: `output` offers a beat beyond the 8 expected")
    }

    @Test func aDelayCostsItsCycles() throws {
        let run = try check(.delay(cycles: 300)).run(patience: 50)
        #expect(run["output"].cycles == [5, 6] + (307..<313))
        #expect(run.traffic(of: "request").faults == 1)
    }

    /// A bad cell is bad whenever it is read; a beat's number comes once.
    @Test func placesByAddress() throws {
        let reads = [Read(address: 0, beats: 2), Read(address: 64), Read(address: 16), Read(address: 0, beats: 2)]
        let check = try PassageCheck(
            reads, bytes: 16, timing: .fixed(latency: 5), faults: [MemoryFault(.error, at: .address(19))], ordered: false)
        let run = try check.run()
        #expect(try run["output"].beats.map { try $0.value("error") } == [0, 1, 0, 1, 0, 1])
        #expect(run.traffic(of: "request").faults == 3)
    }
}
