import Blocks
import Cosimulation
import Foundation
import RTL
import Testing

import Synthesis

/// Cells and placements, from what the tools write.
@Suite struct SynthesisTests {
    /// A register behind an adder behind a register, one level down.
    struct Sum: Module {
        struct Ports {
            let a, b, sum: Unsigned
        }

        func ports(_ io: Interface) -> Ports {
            Ports(a: io.input(.unsigned(16)), b: io.input(.unsigned(16)), sum: io.output(.unsigned(16)))
        }

        func body(_ c: Circuit, _ io: Ports) {
            let left = c.stage("left", io.a), right = c.stage("right", io.b)
            c.drive(io.sum, c.stage("sum_register", left &+ right))
        }
    }

    struct Outer: Module {
        struct Ports {
            let a, b, sum: Unsigned
        }

        func ports(_ io: Interface) -> Ports {
            Ports(a: io.input(.unsigned(16)), b: io.input(.unsigned(16)), sum: io.output(.unsigned(16)))
        }

        func body(_ c: Circuit, _ io: Ports) {
            let inner = c.instance("inner", Sum())
            c.drive(inner.a, io.a)
            c.drive(inner.b, io.b)
            c.drive(io.sum, inner.sum)
        }
    }

    @Test("cells of an adder between registers, in every target", arguments: SynthesisTarget.allCases)
    func adder(_ target: SynthesisTarget) throws {
        let synthesis = try Synthesis(of: try Design(Outer()), for: target, with: try SynthesisTools())
        #expect(synthesis.cells[.ff] == 48)
        #expect(synthesis.cells[.lut] >= 16 && synthesis.cells[.lut] <= 40)
        #expect(synthesis.cells[.dsp] == 0 && synthesis.cells[.bram] == 0)
        #expect(synthesis.placements.isEmpty)
    }

    @Test("resources are sums over kinds of cells, carry chains and small memories with the tables they take")
    func costs() {
        let ecp5 = CellCount(target: .ecp5, cells: ["LUT4": 10, "CCU2C": 3, "TRELLIS_DPR16X4": 2, "TRELLIS_FF": 7, "DP16KD": 1])
        #expect(Resource.allCases.map { ecp5[$0] } == [24, 7, 0, 1])
        let xilinx = CellCount(target: .ultraScalePlus, cells: ["RAMB36E2": 2, "RAMB18E2": 3, "LUT6": 4, "SRL16E": 1, "DSP48E2": 5])
        #expect(Resource.allCases.map { xilinx[$0] } == [5, 0, 5, 3.5])
    }

    /// As nextpnr writes it, cut down to two segments of two paths.
    static let report = """
        {"fmax": {"clock": {"achieved": 123.5, "constraint": 100}}, "utilization": {}, "critical_paths": [
          {"from": "async", "to": "posedge clock", "path": []},
          {"from": "posedge clock", "to": "posedge clock", "path": [
            {"delay": 0.5, "from": {"cell": "x"}, "to": {"cell": "inner.left_TRELLIS_FF_Q_4"}, "type": "clk-to-q"},
            {"delay": 1.25, "from": {"cell": "x"}, "net": "inner.left[3]", "to": {"cell": "inner.sum_register_CCU2C_S0"}, "type": "routing"},
            {"delay": 0.25, "from": {"cell": "x"}, "to": {"cell": "$nextpnr_1"}, "type": "logic"},
            {"delay": 0.25, "from": {"cell": "x"}, "to": {"cell": "inner.sum_register_TRELLIS_FF_Q"}, "type": "setup"}]}]}
        """

    @Test("the longest path is told in signals and lines of Swift")
    func criticalPath() throws {
        let placement = try Placement(report: Self.report, seed: 7, of: try Design(Outer()))
        #expect(placement.megahertz == 123.5)
        #expect(placement.criticalPath.map(\.signal) == ["inner.left", "inner.sum_register"])
        #expect(placement.criticalPath.map(\.delay) == [1.75, 2.25])
        #expect(placement.criticalPath.allSatisfy { $0.location.fileID == "SynthesisTests/SynthesisTests.swift" })
        #expect(placement.criticalPath.map(\.location.line) == [22, 23])
    }

    /// A placer that says of a seed that it reaches 100 MHz and as many more, of a netlist that a floorplan has written; seed 3 fails.
    @Test("placements of several seeds at a time keep their seeds, and one that fails tells so", arguments: [1, 2, 3])
    func seeds(jobs: Int) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "leanspatten-seeds-\(jobs)-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func program(_ name: String, _ script: String) throws -> String {
            let path = directory.appending(path: name).path
            try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            return path
        }
        let nextpnr = try program("nextpnr", """
            while [ $# -gt 1 ]; do case $1 in
              --seed) seed=$2; shift;; --json) netlist=$2; shift;; --report) report=$2; shift;; --router) router=$2; shift;; esac; shift; done
            [ "$router" = router2 ] && grep -q planned $netlist || exit 1
            sleep 0.$((5 - seed))
            [ $seed != 3 ] || { echo "wires are left over" >&2; exit 1; }
            echo "{\\"fmax\\": {\\"clock\\": {\\"achieved\\": $((100 + seed)), \\"constraint\\": 100}}, \\"critical_paths\\": []}" > $report
            """)
        let floorplan = try program("floorplan", "{ cat $1; echo planned; } > $2")
        let tools = SynthesisTools(yosys: try SynthesisTools().yosys, nextpnr: nextpnr)
        func placed(_ seeds: [Int]) throws -> Synthesis {
            try Synthesis(of: try Design(Outer()), for: .ecp5, with: tools, seeds: seeds, floorplan: floorplan, jobs: jobs)
        }
        let synthesis = try placed([1, 2, 3, 4])
        #expect(synthesis.cells[.ff] == 48)
        #expect(synthesis.placements.map(\.seed) == [1, 2, 3, 4])
        #expect(synthesis.placements.map(\.megahertz) == [101, 102, nil, 104])
        #expect(synthesis.placements.map { $0.failure.map { "\($0)".contains("wires are left over") } } == [nil, nil, true, nil])
        #expect(synthesis.slowest?.seed == 1)
        // No seed at all is an error.
        #expect(throws: CosimulationError.self) { try placed([3]) }
    }

    @Test("a report of another form is an error that names the tool")
    func unknownReports() throws {
        #expect(throws: CosimulationError.self) { try Placement(report: "{}", seed: 1, of: try Design(Outer())) }
        #expect(throws: CosimulationError.self) { try Synthesis.cells(in: "{\"cells\": 3}") }
    }
}
