import Blocks
import RTL
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct RegisterTests {
    /// Registers of every kind, with holes between them.
    static func map() throws -> RegisterMap {
        try RegisterMap("sample_core", addressBits: 7, [
            ControlRegister("identity", at: 0x00, "Which core this is.", [
                RegisterField("version", 0...15, .constant, reset: 0x0203, "Major and minor number."),
                RegisterField("name", 16...31, .constant, reset: 0xBEEF, "A \"magic\" number."),
            ]),
            ControlRegister("control", at: 0x04, "What it is to do.", [
                RegisterField("start", 0, .pulse, "Begins a job."),
                RegisterField("mode", 4...6, .readWrite, reset: 5, "How."),
                RegisterField("stop", 31, .pulse, "Ends all jobs."),
                RegisterField("count", 12...27, .readWrite, reset: 0x1234, "How often; crosses bytes."),
            ]),
            ControlRegister("status", at: 0x08, "What it does.", [
                RegisterField("busy", 0, .readOnly, "A job runs."),
                RegisterField("place", 3...22, .readOnly, "Where it is."),
            ]),
            ControlRegister("events", at: 0x0c, "What has happened.", [
                RegisterField("done", 0, .writeOneToClear, "A job has ended."),
                RegisterField("errors", 6...10, .writeOneToClear, "Something is wrong."),
            ]),
            ControlRegister("base_low", at: 0x20, "Where its memory begins.", [
                RegisterField("address", 0...31, .readWrite, reset: 0xDEAD_BEEF, "In bytes."),
            ]),
            ControlRegister("cycles", at: 0x44, "Counts cycles.", [RegisterField("count", 0...31, .readOnly, "Wraps.")]),
        ])
    }

    @Test func portNames() throws {
        let ports = try Design(AXILiteRegisters(try Self.map())).top.ports.map(\.name)
        #expect(ports == [
            "awaddr", "awprot", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid", "bready", "araddr", "arprot",
            "arvalid", "arready", "rdata", "rresp", "rvalid", "rready",
        ].map { "s_axil_" + $0 } + [
            "read_status_busy", "read_status_place", "read_cycles_count", "set_events_done", "set_events_errors", "value_control_mode",
            "value_control_count", "value_events_done", "value_events_errors", "value_base_low_address", "pulse_control_start",
            "pulse_control_stop",
        ])
    }

    @Test(arguments: [0, 0.3, 0.8]) func randomAccess(_ stalls: Double) throws {
        let map = try Self.map()
        let simulator = NativeSimulator(try Design(AXILiteRegisters(map)), seed: TestSeed.derived("power-up"))
        let bench = try RegisterBench(simulator, map, count: 3_000, stalls: stalls, seed: TestSeed.derived("traffic \(stalls)"))
        try run(simulator, [bench])
        #expect(bench.reads == 3_000 && bench.writes == 3_000 && bench.refusals > 100 && bench.contested > 50)
    }

    /// One register at byte 0, and one at the last word of the smallest window.
    @Test func smallestMaps() throws {
        for offset in [0, 4] {
            let map = try RegisterMap("one_\(offset)", addressBits: 3, [
                ControlRegister("only", at: offset, "", [RegisterField("bit", 7, .readWrite, "")]),
            ])
            let simulator = NativeSimulator(try Design(AXILiteRegisters(map)), seed: 1)
            try run(simulator, [try RegisterBench(simulator, map, count: 200, stalls: 0.2, seed: 5)])
        }
    }

    @Test func mistakesAreNamed() throws {
        func fault(_ registers: [ControlRegister]) -> String? {
            do { _ = try RegisterMap("core", addressBits: 4, registers) } catch { return "\(error)" }
            return nil
        }
        func register(_ name: String = "a", at offset: Int = 0, _ fields: [RegisterField]? = nil) -> ControlRegister {
            ControlRegister(name, at: offset, "", fields ?? [RegisterField("f", 0, .readWrite, "")])
        }
        #expect(fault([register(), register("b", at: 4)]) == nil)
        #expect(fault([]) == "core. has no registers")
        #expect(fault([register("Bad")]) == "core.Bad is not a name in snake case")
        #expect(fault([register(), register(at: 4)]) == "core.a is there twice")
        #expect(fault([register(at: 2)]) == "core.a lies at byte 2, which is no word of the window")
        #expect(fault([register(at: 16)]) == "core.a lies at byte 16, which is no word of the window")
        #expect(fault([register(), register("b")]) == "core.b shares byte 0 with another")
        #expect(fault([register("a", at: 0, [])]) == "core.a has no fields")
        func field(_ fields: RegisterField...) -> String? { fault([register("a", at: 0, fields)]) }
        #expect(field(RegisterField("f", 30...32, .readOnly, "")) == "core.a.f leaves the 32 bits")
        #expect(field(RegisterField("f", 0...3, .readOnly, ""), RegisterField("g", 3, .readOnly, "")) == "core.a.g overlaps another field")
        #expect(field(RegisterField("f", 0, .readOnly, ""), RegisterField("f", 1, .readOnly, "")) == "core.a.f is there twice")
        #expect(field(RegisterField("f", 0...1, .readWrite, reset: 4, "")) == "core.a.f has a reset that does not fit")
        #expect(field(RegisterField("f", 0...1, .pulse, "")) == "core.a.f is a pulse of more than one bit")
        #expect(field(RegisterField("f", 0, .readOnly, reset: 1, "")) == "core.a.f cannot have a reset")
    }

    @Test func texts() throws {
        let map = try Self.map()
        let header = map.cHeader
        for line in [
            "#define SAMPLE_CORE_WINDOW_BYTES 0x80u", "#define SAMPLE_CORE_CONTROL_OFFSET 0x4u", "#define SAMPLE_CORE_CONTROL_COUNT_SHIFT 12u",
            "#define SAMPLE_CORE_CONTROL_COUNT_MASK 0x0ffff000u", "#define SAMPLE_CORE_CONTROL_COUNT_RESET 0x1234u",
            "#define SAMPLE_CORE_BASE_LOW_ADDRESS_MASK 0xffffffffu",
        ] { #expect(header.contains(line + "\n"), "\(line)") }
        #expect(!header.contains("STATUS_BUSY_RESET"))
        #expect(map.markdown.contains("| `0x00c` | `events` | | | | | What has happened. |\n| | | 0 | `done` | W1C | `0x0` | A job has ended. |\n"))
        #expect(map.systemRDL.contains("name[31:16] = 16'hbeef;"))
        #expect(map.systemRDL.contains("desc = \"A \\\"magic\\\" number.\";"))
    }
}
