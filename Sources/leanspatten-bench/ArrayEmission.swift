import Cosimulation
import Foundation
import RTL
import Verilog

/// A Q.K array of 8 keys of 64 elements of 12 bits (512 multipliers), described and printed as Verilog, against a Python
/// library that does the same: two processes, each from its start to the file on disk, by their processor time.
struct ArrayEmission: Benchmark {
    enum Peer: String {
        case amaranth, pyrtl

        var name: String { self == .amaranth ? "Amaranth" : "PyRTL" }
    }

    private let peer: Peer
    var names: [String] { ["emit-vs-\(peer.rawValue)"] }

    init(_ peer: Peer) { self.peer = peer }

    private static let keys = 8, elements = 64, bits = 12

    func run(_ report: Report) throws {
        try Places.withTemporaryDirectory { directory in
            let own = "\(directory)/own.v", other = "\(directory)/peer.v"
            let sizes = ["\(Self.keys)", "\(Self.elements)", "\(Self.bits)"]
            let python = try Places.python()
            func write() throws -> Double {
                try MeasuredProcess(Places.executable, Self.arguments(keys: Self.keys, elements: Self.elements, to: own))
                    .processorSeconds
            }
            func writePeer() throws -> Double {
                try MeasuredProcess(python, ["\(Places.peers)/array_\(peer.rawValue).py"] + sizes + [other]).processorSeconds
            }
            // Once unmeasured: files come into memory, and Amaranth's Yosys is compiled for this machine and kept.
            _ = (try write(), try writePeer())
            try ArrayEquivalence.require(
                keys: Self.keys, elements: Self.elements, bits: Self.bits, own: own, peer: other, named: "array_\(peer.rawValue)")
            let times = try paired(rounds: 7, write, writePeer)
            report.add(Figure(names[0], times.own, .seconds, peer: peer.name, peerValue: times.peer))
        }
    }

    static func arguments(keys: Int, elements: Int, to path: String) -> [String] {
        ["array", "--keys", "\(keys)", "--elements", "\(elements)", "--bits", "\(bits)", "--output", path]
    }
}

/// The time and the memory of that, a multiplier, as the array grows sixteenfold.
///
/// The start of the process must not hide how the rest grows. Of the times, that of an array of two multipliers is
/// subtracted; of memory, what a further multiplier takes is compared between arrays of 4 to 16 and of 1 to 4 times the
/// size, as a small one partly fits into what the start has left free.
struct EmissionGrowth: Benchmark {
    let names = ["emit-growth", "emit-growth-memory"]

    private static let small = 8, middle = 32, large = 128, elements = 64

    func run(_ report: Report) throws {
        try Places.withTemporaryDirectory { directory in
            func arguments(_ keys: Int, _ elements: Int) -> [String] {
                ArrayEmission.arguments(keys: keys, elements: elements, to: "\(directory)/array.v")
            }
            func time(_ keys: Int, _ elements: Int) throws -> Double {
                try MeasuredProcess(Places.executable, arguments(keys, elements)).processorSeconds
            }
            func memory(_ keys: Int, _ elements: Int) throws -> Double {
                let process = ToolProcess(Places.executable, arguments(keys, elements) + ["--memory"])
                let output = try process.require(timeout: .seconds(60)).output
                guard let bytes = Double(output.split(separator: " ")[0]) else { throw BenchError("not a number: \(output)") }
                return bytes
            }
            let startTime = median(try (0..<5).map { _ in try time(1, 2) })
            func timeOfMultiplier(_ keys: Int) throws -> Double {
                (try time(keys, Self.elements) - startTime) / Double(keys * Self.elements)
            }
            let times = try paired(rounds: 5, { try timeOfMultiplier(Self.large) }, { try timeOfMultiplier(Self.small) })
            report.add(Figure(
                names[0], 1e6 * times.own, .microsecondsPerMultiplier, peer: "an array of 1/16", peerValue: 1e6 * times.peer))

            let peaks = try [Self.small, Self.middle, Self.large].map { try memory($0, Self.elements) }
            let added = [Self.middle - Self.small, Self.large - Self.middle].map { Double($0 * Self.elements) }
            report.add(Figure(
                names[1], (peaks[2] - peaks[1]) / added[1] / 1000, .kilobytesPerMultiplier, peer: "in arrays of 1/16 to 1/4",
                peerValue: (peaks[1] - peaks[0]) / added[0] / 1000))
        }
    }
}
