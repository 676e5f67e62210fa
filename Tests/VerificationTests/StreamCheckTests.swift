import Blocks
import Foundation
import RTL
import Simulation
import Testing
import Verification

/// A wrong beat is found at once and comes back with everything needed to look at it.
@Suite struct StreamCheckTests {
    private static func bytes(_ bytes: [Int], expecting expected: [Int]) throws -> StreamCheck {
        let design = try Design(SkidBuffer(bits: 8))
        var scenario = StreamScenario(design)
        try scenario.send(bytes, to: "input") { try $1.set("", $0) }
        try scenario.expect(expected, from: "output") { try $1.set("", $0) }
        return StreamCheck(design, scenario)
    }

    @Test func aWrongBeatIsExplained() throws {
        var check = try Self.bytes([1, 2, 3, 4], expecting: [1, 2, 7, 4])
        check.waveDirectory = FileManager.default.temporaryDirectory.appending(path: "leanspatten-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: check.waveDirectory!) }
        let failure = try #require(throws: StreamFailure.self) { try check.run() }
        #expect("\(failure)".hasPrefix("""
            SkidBuffer_w8: cycle 2: `output_payload`, beat 2 of 4: expected 7, seen 3
              with no stalls
              `output_payload` driven at Blocks/SkidBuffer.swift:
            """))
        #expect("\(failure)".contains("""

              cycle            1   2   3
              input_valid     ▔▔▔▔▔▔▔▔▔▔▔▔
              input_ready     ▔▔▔▔▔▔▔▔▔▔▔▔
              output_valid    ▔▔▔▔▔▔▔▔▔▔▔▔
              output_ready    ▔▔▔▔▔▔▔▔▔▔▔▔
              output_payload  │1  │2  │3

            """), "\(failure)")
        let waves = try String(contentsOfFile: try #require(failure.waveFile), encoding: .utf8)
        #expect(waves.hasPrefix("$timescale 1 ns $end\n$scope module SkidBuffer_w8 $end\n"))
        #expect(waves.contains("$var wire 8 "))
    }

    @Test func beatsThatAreMissingAndBeatsTooMany() throws {
        var check = try Self.bytes([1, 2], expecting: [1, 2, 3])
        check.waveDirectory = nil
        check.patience = 50
        let missing = try #require(throws: StreamFailure.self) { try check.run() }
        #expect(missing.cause == "cycle 51: nothing has moved for 50 cycles; done so far: input 2/2, output 2/3")
        check = try Self.bytes([1, 2, 3], expecting: [1, 2])
        check.waveDirectory = nil
        let unexpected = try #require(throws: StreamFailure.self) { try check.run() }
        #expect(unexpected.cause == "cycle 2: `output` offers a beat beyond the 2 expected")
    }

    /// Bits that mean nothing are noise on the way in and not looked at on the way out.
    @Test func meaninglessBitsAreNoise() throws {
        let design = try Design(SkidBuffer(bits: 8))
        var scenario = StreamScenario(design)
        try scenario.send(0..<64, to: "input") { try $1.set("", [$0 & 3, 0], width: 4, where: [true, false]) }
        try scenario.collect(64, from: "output")
        let seen = try StreamCheck(design, scenario).run(.random(seed: 3))["output"].beats.map { try $0.value() }
        #expect(seen.map { $0 & 15 } == (0..<64).map { $0 & 3 })
        #expect(Set(seen.map { $0 >> 4 }).count > 8)
        try scenario.expect(0..<64, from: "output") { try $1.set("", [$0 & 3, 9], width: 4, where: [true, false]) }
    }

    @Test func mistakesOfTheBenchAreSaid() throws {
        let design = try Design(SkidBuffer(bits: 8))
        var scenario = StreamScenario(design)
        #expect(throws: StreamPortError.self) { try scenario.send([1], to: "inptu") { try $1.set("", $0) } }
        #expect(throws: StreamPortError.self) { try scenario.send([1], to: "output") { try $1.set("", $0) } }
        #expect(throws: StreamPortError.self) { try scenario.send([1], to: "input") { try $1.set("data", $0) } }
        #expect(throws: StreamPortError.self) { try scenario.hold("enable", at: 1) }
        let error = #expect(throws: StreamPortError.self) { try scenario.expect([1], from: "input") { try $1.set("", $0) } }
        #expect("\(error!)".hasPrefix("the design has no `output input_valid` for stream `input`; it has input_valid, "))
    }
}

/// Engines that run together and must agree in every cycle.
@Suite struct LockstepTests {
    private struct Delay: Module {
        let reset: Int

        struct Ports {
            let first: Unsigned
            let second: Unsigned
        }

        var suffix: String { "r\(reset)" }

        func ports(_ io: Interface) -> Ports { Ports(first: io.input(.unsigned(8)), second: io.output(.unsigned(8))) }

        func body(_ c: Circuit, _ io: Ports) {
            let held = c.register("held", .unsigned(8), reset: reset)
            held.next(io.first)
            c.drive(io.second, held.q)
        }
    }

    @Test func theFirstDifferenceIsKept() throws {
        let lockstep = try Lockstep(
            NativeSimulator(try Design(Delay(reset: 1)), seed: 1),
            against: [("same", NativeSimulator(try Design(Delay(reset: 1)), seed: 2)),
                      ("other", NativeSimulator(try Design(Delay(reset: 5)), seed: 1))])
        try lockstep.poke("first", 9)
        lockstep.applyReset(cycles: 2)
        lockstep.run(3)
        let divergence = try #require(lockstep.divergence)
        #expect("\(divergence)" == "cycle 0: `other: second`: expected 1, seen 5")
    }

    @Test func otherPortsAreRefused() throws {
        let error = #expect(throws: LockstepError.self) {
            try Lockstep(NativeSimulator(try Design(Delay(reset: 1)), seed: 1),
                         against: [("skid", NativeSimulator(try Design(SkidBuffer(bits: 8)), seed: 1))])
        }
        #expect("\(error!)".hasPrefix("skid simulates another design: it has no input [8] first, output [8] second, but input [1] input_valid"))
    }
}
