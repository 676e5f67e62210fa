import RTL
import Testing

/// Each code once, with its whole text: the lines are those of the module's description in this file.
@Suite struct DiagnosticTests {
    @Test func undriven() {
        let base = #line
        let module = Probe("undriven") { c, io in
            let lonely = c.wire("lonely", .unsigned(4))
            let part = c.instance("part", Probe("inner") { c, io in c.drive(io.result, io.number) })
            c.drive(io.result, part.result &+ lonely.extended(to: 8))
        }
        expectErrors([
            "+2: error UNDRIVEN: `lonely` is never driven (module Probe_undriven)",
            "+3: error UNDRIVEN: `part_flag` is never driven (module Probe_undriven)",
            "+3: error UNDRIVEN: `part_number` is never driven (module Probe_undriven)",
            "+3: error UNDRIVEN: `part_offset` is never driven (module Probe_undriven)",
        ], from: base, in: module)
    }

    @Test func undrivenOutput() {
        let base = #line
        let module = Probe("undriven_output") { _, _ in
        }
        expectErrors([
            "RTLTests/Probe.swift:22: error UNDRIVEN: `result` is never driven (module Probe_undriven_output)",
        ], from: base, in: module)
    }

    @Test func multiplyDriven() {
        let base = #line
        let module = Probe("multiply_driven") { c, io in
            c.drive(io.result, io.number)
            c.drive(io.result, 3)
            let state = c.register("state", .bit)
            c.discard([state.q])
            c.when(io.flag) {
                state.set()
                state.clear()
            }
        }
        expectErrors([
            "+3: error MULTIPLY-DRIVEN: `result` is driven twice under the same conditions (module Probe_multiply_driven)\n    +2: the other drive",
            "+8: error MULTIPLY-DRIVEN: `state` is driven twice under the same conditions (module Probe_multiply_driven)\n    +7: the other drive",
        ], from: base, in: module)
    }

    @Test func notDrivable() {
        let base = #line
        let module = Probe("not_drivable") { c, io in
            c.drive(io.number, 3)
            c.drive(io.number &+ 1, 3)
            c.drive(io.result, io.number)
        }
        expectErrors([
            "+2: error NOT-DRIVABLE: only outputs, wires, registers and instance inputs can be driven (`number`) (module Probe_not_drivable)",
            "+3: error NOT-DRIVABLE: only outputs, wires, registers and instance inputs can be driven (module Probe_not_drivable)",
        ], from: base, in: module)
    }

    @Test func conditionalWithoutDefault() {
        let base = #line
        let module = Probe("conditional") { c, io in
            let sometimes = c.wire("sometimes", .unsigned(8))
            c.when(io.flag) {
                c.when(io.number[0]) {
                    c.drive(sometimes, 1)
                }.otherwise {
                    c.drive(sometimes, 2)
                }
            }
            c.when(io.flag) { c.drive(io.result, sometimes) }.otherwise { c.drive(io.result, 0) }
        }
        expectErrors([
            "+5: error CONDITIONAL-WITHOUT-DEFAULT: `sometimes` is driven only under conditions; drive a default before them (module Probe_conditional)",
        ], from: base, in: module)
    }

    @Test func combinationalLoop() {
        let base = #line
        let module = Probe("loop") { c, io in
            let first = c.wire("first", .unsigned(8))
            let second = c.named("second", first &+ io.number)
            c.drive(first, ~second)
            c.drive(io.result, second)
        }
        expectErrors([
            "+2: error COMBINATIONAL-LOOP: a value depends on itself within a cycle: first -> second -> first (module Probe_loop)\n    +3: through `second`",
        ], from: base, in: module)
    }

    @Test func combinationalLoopThroughAnInstance() {
        let base = #line
        let module = Probe("loop_through") { c, io in
            let part = c.instance("part", Probe("passes") { c, io in c.drive(io.result, io.number &+ 1) })
            c.drive(part.number, part.result)
            c.drive(part.offset, io.offset)
            c.drive(part.flag, io.flag)
            c.drive(io.result, part.result)
        }
        expectErrors([
            "+2: error COMBINATIONAL-LOOP: a value depends on itself within a cycle: part_number -> part_result -> part_number (module Probe_loop_through)\n    +2: through `part_result`",
        ], from: base, in: module)
    }

    @Test func aRegisteredInstanceIsNoLoop() {
        let base = #line
        let module = Probe("no_loop") { c, io in
            let part = c.instance("part", Probe("holds") { c, io in c.drive(io.result, c.stage("held", io.number)) })
            c.drive(part.number, part.result)
            c.drive(part.offset, io.offset)
            c.drive(part.flag, io.flag)
            c.drive(io.result, part.result)
        }
        expectErrors([], from: base, in: module)
    }

    @Test func widthMismatch() {
        let base = #line
        let module = Probe("width") { c, io in
            let sum = c.named("sum", io.number + io.number)
            c.drive(io.result, sum)
            c.discard(io.number & sum)
            c.discard(sum.extended(to: 4))
            let store = c.memory("store", depth: 4, width: 4, collision: .readFirst)
            store.write(io.number, 1)
            store.write(1, io.number)
            c.discard(store.read("word", io.number, enable: true))
        }
        expectErrors([
            "+3: error WIDTH-MISMATCH: 9 bits for 8; truncate explicitly (`result`) (module Probe_width)",
            "+4: error WIDTH-MISMATCH: and of 8 and 9 bits; extend or truncate one of them (`number`) (module Probe_width)",
            "+5: error WIDTH-MISMATCH: 9 bits extended to 4; use truncated(to:) (`sum`) (module Probe_width)",
            "+7: error WIDTH-MISMATCH: 8 bits for a memory address of 2 (`number`) (module Probe_width)",
            "+8: error WIDTH-MISMATCH: 8 bits for a memory word of 4 (`number`) (module Probe_width)",
            "+9: error WIDTH-MISMATCH: 8 bits for a memory address of 2 (`number`) (module Probe_width)",
        ], from: base, in: module)
    }

    @Test func outOfRange() {
        let base = #line
        let module = Probe("range") { c, io in
            let state = c.register("state", .unsigned(4), reset: 16)
            state.next(state.q &+ 20)
            c.discard(io.number[4..<12])
            c.drive(io.result, io.number[8].asUnsigned.extended(to: 8))
            c.discard(io.offset &+ -200)
            c.discard(c.wire("nothing", .unsigned(0)))
            c.discard(io.number << -1)
        }
        expectErrors([
            "+2: error OUT-OF-RANGE: the reset value 16 does not fit 4 bits (module Probe_range)",
            "+3: error OUT-OF-RANGE: the literal 20 does not fit 4 bits (module Probe_range)",
            "+4: error OUT-OF-RANGE: bits 4 ..< 12 of a 8-bit value (`number`) (module Probe_range)",
            "+5: error OUT-OF-RANGE: bits 8 ..< 9 of a 8-bit value (`number`) (module Probe_range)",
            "+6: error OUT-OF-RANGE: the literal -200 does not fit 8 bits (module Probe_range)",
            "+7: error OUT-OF-RANGE: a signal of 0 bits; the least is 1 (module Probe_range)",
            "+8: error OUT-OF-RANGE: a signal of -1 bits; the least is 1 (module Probe_range)",
            "+7: error UNDRIVEN: `nothing` is never driven (module Probe_range)",
        ], from: base, in: module)
    }

    @Test func addressOutOfRange() {
        let base = #line
        let module = Probe("address") { c, io in
            let store = c.memory("store", depth: 10, width: 8, collision: .readFirst)
            store.write(10, io.number)
            store.write(9, io.number)
            c.discard(store.read("word", c.constant(15, .unsigned(4)), enable: true))
            c.drive(io.result, store.read("other", 9, enable: true))
        }
        expectErrors([
            "+3: error OUT-OF-RANGE: address 10 of `store`, which has 10 words (module Probe_address)",
            "+5: error OUT-OF-RANGE: address 15 of `store`, which has 10 words (module Probe_address)",
        ], from: base, in: module)
    }

    @Test func foreignSignal() {
        let base = #line
        let module = Probe("foreign") { c, outer in
            let state = c.register("state", .unsigned(8))
            let part = c.instance("part", Probe("borrower") { c, io in
                c.drive(io.result, io.number &+ outer.number)
                c.drive(outer.result, io.number)
                state.next(io.number)
            })
            c.drive(part.number, outer.number)
            c.drive(part.offset, outer.offset)
            c.drive(part.flag, outer.flag)
            c.drive(outer.result, part.result ^ state.q)
        }
        expectErrors([
            "+4: error FOREIGN-SIGNAL: a signal of module Probe_foreign is used here; pass it through a port (module Probe_borrower)",
            "+5: error FOREIGN-SIGNAL: the target belongs to another module; drive its port instead (module Probe_borrower)",
            "+6: error FOREIGN-SIGNAL: a signal of module Probe_borrower is used here; pass it through a port (module Probe_foreign)",
        ], from: base, in: module)
    }

    @Test func aSignalOfAFinishedModule() {
        let base = #line
        let module = Probe("finished") { c, io in
            var leaked: Unsigned?
            let part = c.instance("part", Probe("leaks") { c, io in
                leaked = io.number
                c.drive(io.result, io.number)
            })
            c.drive(part.number, io.number)
            c.drive(part.offset, io.offset)
            c.drive(part.flag, io.flag)
            c.drive(io.result, part.result &+ leaked!)
        }
        expectErrors([
            "+10: error FOREIGN-SIGNAL: a signal of module Probe_leaks is used here; pass it through a port (module Probe_finished)",
        ], from: base, in: module)
    }

    @Test func names() {
        let base = #line
        let module = Probe("names") { c, io in
            c.discard(c.stage("Number", io.number))
            c.discard(c.stage("clock", io.number))
            c.discard(c.stage("wire", io.number))
            c.discard(c.stage("two words", io.number))
            c.discard(c.stage("9lives", io.number))
            c.drive(io.result, io.number)
        }
        expectErrors([
            "+2: error DUPLICATE-NAME: two things are named `Number` (module Probe_names)\n    RTLTests/Probe.swift:22: the other one",
            "+3: error DUPLICATE-NAME: `clock` is the name of a clock or reset of this module (module Probe_names)",
            "+4: error ILLEGAL-NAME: `wire` is a reserved word of Verilog, SystemVerilog or VHDL (module Probe_names)",
            "+5: error ILLEGAL-NAME: `two words` is not a Verilog identifier (module Probe_names)",
            "+6: error ILLEGAL-NAME: `9lives` is not a Verilog identifier (module Probe_names)",
        ], from: base, in: module)
    }

    private struct Twin: Module {
        let value: Int
        struct Ports { let value: Unsigned }
        func ports(_ io: Interface) -> Ports { Ports(value: io.output(.unsigned(8))) }
        func body(_ c: Circuit, _ io: Ports) { c.drive(io.value, Unsigned(value)) }
    }

    @Test func modulesOfOneName() {
        let base = #line
        let module = Probe("twins") { c, io in
            let one = c.instance("one", Twin(value: 1))
            let two = c.instance("two", Twin(value: 2))
            c.drive(io.result, one.value &+ two.value)
        }
        expectErrors([
            "+3: error DUPLICATE-NAME: two different modules are named Twin; give `suffix` all parameters (module Twin)\n    +2: the other one",
        ], from: base, in: module)
    }

    private struct Hidden: Module {
        struct Ports { let value: Unsigned }
        func ports(_ io: Interface) -> Ports {
            _ = io.input(.bit)
            return Ports(value: io.output(.unsigned(8)))
        }
        func body(_ c: Circuit, _ io: Ports) { c.drive(io.value, 1) }
    }

    @Test func unnamedPort() {
        let base = #line
        let module = Probe("hides") { c, io in
            c.drive(io.result, c.instance("part", Hidden()).value)
        }
        expectErrors([
            "+-7: error UNNAMED-PORT: ports(_:) made a port that is not in the Ports struct (module Hidden)",
        ], from: base, in: module)
    }

    @Test func unusedIsAWarning() throws {
        let base = #line
        let design = try Design(Probe("unused") { c, io in
            _ = c.named("idle", io.number &+ 1)
            let state = c.register("counter", .unsigned(8), reset: 0)
            state.next(io.number)
            c.drive(io.result, io.number)
        })
        #expect(design.warnings.map { relative($0.description, base, #fileID) } == [
            "+2: warning UNUSED: `idle` is never read; remove it or discard(_:) it (module Probe_unused)",
            "+3: warning UNUSED: `counter` is never read; remove it or discard(_:) it (module Probe_unused)",
        ])
    }

    @Test func allErrorsOfAHierarchyInOneRun() {
        let base = #line
        let module = Probe("outer") { c, io in
            let part = c.instance("part", Probe("broken") { c, io in
                c.drive(io.result, io.number + io.number)
            })
            c.drive(part.number, io.number)
            c.drive(part.offset, io.offset)
            c.drive(io.result, part.result &+ 300)
        }
        expectErrors([
            "+3: error WIDTH-MISMATCH: 9 bits for 8; truncate explicitly (`result`) (module Probe_broken)",
            "+7: error OUT-OF-RANGE: the literal 300 does not fit 8 bits (module Probe_outer)",
            "+2: error UNDRIVEN: `part_flag` is never driven (module Probe_outer)",
        ], from: base, in: module)
    }
}
