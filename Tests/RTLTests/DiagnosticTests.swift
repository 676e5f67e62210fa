import RTL
import Testing

/// Each code once, with its whole text: the lines are those of the module's description in this file.
@Suite struct DiagnosticTests {
    @Test func undriven() {
        let base = #line
        expectErrors([
            "+8: error UNDRIVEN: `lonely` is never driven (module Probe_undriven)",
            "+9: error UNDRIVEN: `part_number` is never driven (module Probe_undriven)",
            "+9: error UNDRIVEN: `part_signed` is never driven (module Probe_undriven)",
            "+9: error UNDRIVEN: `part_flag` is never driven (module Probe_undriven)",
        ], from: base, in: Probe("undriven") { c, io in
            let lonely = c.wire("lonely", .unsigned(4))
            let part = c.instance("part", Probe("inner") { c, io in c.drive(io.result, io.number) })
            c.drive(io.result, part.result &+ lonely.extended(to: 8))
        })
    }

    @Test func undrivenOutput() {
        expectErrors(["? UNDRIVEN"], from: #line, in: Probe("undriven_output") { _, _ in })
    }

    @Test func multiplyDriven() {
        let base = #line
        expectErrors([], from: base, in: Probe("multiply_driven") { c, io in
            c.drive(io.result, io.number)
            c.drive(io.result, 3)
            let state = c.register("state", .bit)
            c.discard([state.q])
            c.when(io.flag) {
                state.set()
                state.clear()
            }
        })
    }

    @Test func notDrivable() {
        let base = #line
        expectErrors([], from: base, in: Probe("not_drivable") { c, io in
            c.drive(io.number, 3)
            c.drive(io.number &+ 1, 3)
            c.drive(io.result, io.number)
        })
    }

    @Test func conditionalWithoutDefault() {
        let base = #line
        expectErrors([], from: base, in: Probe("conditional") { c, io in
            let sometimes = c.wire("sometimes", .unsigned(8))
            c.when(io.flag) {
                c.when(io.number[0]) {
                    c.drive(sometimes, 1)
                }.otherwise {
                    c.drive(sometimes, 2)
                }
            }
            c.when(io.flag) { c.drive(io.result, sometimes) }.otherwise { c.drive(io.result, 0) }
        })
    }

    @Test func combinationalLoop() {
        let base = #line
        expectErrors([], from: base, in: Probe("loop") { c, io in
            let first = c.wire("first", .unsigned(8))
            let second = c.named("second", first &+ io.number)
            c.drive(first, ~second)
            c.drive(io.result, second)
        })
    }

    @Test func combinationalLoopThroughAnInstance() {
        let base = #line
        expectErrors([], from: base, in: Probe("loop_through") { c, io in
            let part = c.instance("part", Probe("passes") { c, io in c.drive(io.result, io.number &+ 1) })
            c.drive(part.number, part.result)
            c.drive(part.signed, io.signed)
            c.drive(part.flag, io.flag)
            c.drive(io.result, part.result)
        })
    }

    @Test func aRegisteredInstanceIsNoLoop() {
        expectErrors([], from: #line, in: Probe("no_loop") { c, io in
            let part = c.instance("part", Probe("holds") { c, io in c.drive(io.result, c.stage("held", io.number)) })
            c.drive(part.number, part.result)
            c.drive(part.signed, io.signed)
            c.drive(part.flag, io.flag)
            c.drive(io.result, part.result)
        })
    }

    @Test func widthMismatch() {
        let base = #line
        expectErrors([], from: base, in: Probe("width") { c, io in
            let sum = c.named("sum", io.number + io.number)
            c.drive(io.result, sum)
            c.discard(io.number & sum)
            c.discard(sum.extended(to: 4))
            let store = c.memory("store", depth: 4, width: 4, collision: .readFirst)
            store.write(io.number, 1)
            store.write(1, io.number)
            c.discard(store.read("word", io.number, enable: true))
        })
    }

    @Test func outOfRange() {
        let base = #line
        expectErrors([], from: base, in: Probe("range") { c, io in
            let state = c.register("state", .unsigned(4), reset: 16)
            state.next(state.q &+ 20)
            c.discard(io.number[4..<12])
            c.drive(io.result, io.number[8].asUnsigned.extended(to: 8))
            c.discard(io.signed &+ -200)
        })
    }

    @Test func foreignSignal() {
        let base = #line
        expectErrors([], from: base, in: Probe("foreign") { c, outer in
            let part = c.instance("part", Probe("borrower") { c, io in
                c.drive(io.result, io.number &+ outer.number)
                c.drive(outer.result, io.number)
            })
            c.drive(part.number, outer.number)
            c.drive(part.signed, outer.signed)
            c.drive(part.flag, outer.flag)
            c.drive(outer.result, part.result)
        })
    }

    @Test func aSignalOfAFinishedModule() {
        let base = #line
        expectErrors([], from: base, in: Probe("finished") { c, io in
            var leaked: Unsigned?
            let part = c.instance("part", Probe("leaks") { c, io in
                leaked = io.number
                c.drive(io.result, io.number)
            })
            c.drive(part.number, io.number)
            c.drive(part.signed, io.signed)
            c.drive(part.flag, io.flag)
            c.drive(io.result, part.result &+ leaked!)
        })
    }

    @Test func names() {
        let base = #line
        expectErrors([], from: base, in: Probe("names") { c, io in
            c.discard(c.stage("Number", io.number))
            c.discard(c.stage("clock", io.number))
            c.discard(c.stage("wire", io.number))
            c.discard(c.stage("two words", io.number))
            c.discard(c.stage("9lives", io.number))
            c.drive(io.result, io.number)
        })
    }

    private struct Twin: Module {
        let value: Int
        struct Ports { let out: Unsigned }
        func ports(_ io: Interface) -> Ports { Ports(out: io.output(.unsigned(8))) }
        func body(_ c: Circuit, _ io: Ports) { c.drive(io.out, Unsigned(value)) }
    }

    @Test func modulesOfOneName() {
        let base = #line
        expectErrors([], from: base, in: Probe("twins") { c, io in
            let one = c.instance("one", Twin(value: 1))
            let two = c.instance("two", Twin(value: 2))
            c.drive(io.result, one.out &+ two.out)
        })
    }

    private struct Hidden: Module {
        struct Ports { let out: Unsigned }
        func ports(_ io: Interface) -> Ports {
            _ = io.input(.bit)
            return Ports(out: io.output(.unsigned(8)))
        }
        func body(_ c: Circuit, _ io: Ports) { c.drive(io.out, 1) }
    }

    @Test func unnamedPort() {
        let base = #line
        expectErrors([], from: base, in: Probe("hides") { c, io in
            c.drive(io.result, c.instance("part", Hidden()).out)
        })
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
        ])
    }

    @Test func allErrorsOfAHierarchyInOneRun() {
        let base = #line
        expectErrors([], from: base, in: Probe("outer") { c, io in
            let part = c.instance("part", Probe("broken") { c, io in
                c.drive(io.result, io.number + io.number)
            })
            c.drive(part.number, io.number)
            c.drive(part.signed, io.signed)
            c.drive(io.result, part.result &+ 300)
        })
    }
}
