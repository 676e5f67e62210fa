import Blocks
import RTL
import Testing

private let left = ClockDomain(clock: "left_clock", reset: "left_reset")
private let right = ClockDomain(clock: "right_clock", reset: "right_reset")

/// Registers its input in `domain` if there is one, else passes it on, plus one.
private struct Stage: Module {
    var domain: ClockDomain?
    var crossing = false

    struct Ports { let value, result: Unsigned }

    var suffix: String { (domain?.clock ?? "none") + (crossing ? "_crossing" : "") }

    func ports(_ io: Interface) -> Ports { Ports(value: io.input(.unsigned(8)), result: io.output(.unsigned(8))) }

    func body(_ c: Circuit, _ io: Ports) {
        guard let domain else { return c.drive(io.result, io.value &+ 1) }
        c.drive(io.result, c.stage("held", io.value, reset: 0, domain: domain, crossing: crossing))
    }
}

extension Circuit {
    /// An instance of a stage with its input driven.
    fileprivate func stage(
        _ name: String, _ stage: Stage, _ value: Unsigned, domains: [ClockDomain: ClockDomain] = [:],
        fileID: String = #fileID, line: Int = #line
    ) -> Unsigned {
        let ports = instance(name, stage, domains: domains, fileID: fileID, line: line)
        drive(ports.value, value, fileID: fileID, line: line)
        return ports.result
    }
}

@Suite struct ClockDomainTests {
    @Test func domainsAreThoseOfStateAndOfInstances() throws {
        let top = try Design(Probe("collected") { c, io in
            let below = c.stage("below", Stage(domain: right), io.number)
            let renamed = c.stage("renamed", Stage(domain: .main), io.number, domains: [.main: left])
            c.discard(c.stage("held", io.flag, domain: left))
            c.drive(io.result, below ^ renamed)
        }).top
        #expect(top.domains.map(\.domain) == [left, right])
        #expect(top.domains.map(\.usesReset) == [true, true])
        #expect(top.instances[1].domain(.main) == left && top.instances[1].domain(right) == right)
    }

    @Test func namesOfClocksAndPortsMustDiffer() {
        let base = #line
        let module = Probe("clash") { c, io in
            let state = c.register("state", .unsigned(8), domain: ClockDomain(clock: "Number", reset: "right_clock"))
            let other = c.register("other", .unsigned(8), reset: 0, domain: ClockDomain(clock: "right_clock", reset: "wait"))
            c.discard([state.q, other.q])
            c.discard(c.wire("wait", .bit))
            c.drive(io.result, 0)
        }
        expectErrors([
            "+3: error CLOCK-DOMAIN: two domains share the clock or reset `right_clock`: a clock has one reset and a reset one clock (module Probe_clash)\n    +2: the other one is used here",
            "+3: error ILLEGAL-NAME: `wait` is a reserved word of Verilog, SystemVerilog or VHDL (module Probe_clash)",
            "RTLTests/Probe.swift:22: error DUPLICATE-NAME: `number` is the name of a clock or reset of this module (module Probe_clash)",
            "+5: error ILLEGAL-NAME: `wait` is a reserved word of Verilog, SystemVerilog or VHDL (module Probe_clash)",
            "+5: error DUPLICATE-NAME: `wait` is the name of a clock or reset of this module (module Probe_clash)",
            "+5: error UNDRIVEN: `wait` is never driven (module Probe_clash)",
        ], from: base, in: module)
    }

    /// The parent's port clashes with a clock that only its instance brings in.
    @Test func clocksOfInstancesAreNamesToo() {
        let base = #line
        let module = Probe("clash_below") { c, io in
            let right_clock = c.named("right_clock", io.number &+ 1)
            c.drive(io.result, c.stage("below", Stage(domain: right), right_clock))
        }
        expectErrors([
            "+2: error DUPLICATE-NAME: `right_clock` is the name of a clock or reset of this module (module Probe_clash_below)",
        ], from: base, in: module)
    }

    @Test func unknownDomainsOfAnInstance() {
        let base = #line
        let module = Probe("unknown") { c, io in
            c.drive(io.result, c.stage("below", Stage(domain: right), io.number, domains: [.main: left]))
        }
        expectErrors([
            "+2: error CLOCK-DOMAIN: Stage_right_clock has no domain of clock `clock` and reset `reset` (module Probe_unknown)",
        ], from: base, in: module)
    }

    @Test func aMemoryBetweenClocksPromisesNothing() {
        let base = #line
        let module = Probe("between") { c, io in
            let words = c.memory("words", depth: 4, width: 8, collision: .readFirst, domain: left)
            c.when(io.flag) { words.write(io.number[0..<2], io.number) }
            c.drive(io.result, words.read("word", io.number[2..<4], enable: io.flag, domain: right))
        }
        expectErrors([
            "+4: error CLOCK-DOMAIN: `words` is written on `left_clock` and read on `right_clock`: no RAM promises the old word then; make it `.undefined` (module Probe_between)",
        ], from: base, in: module)
    }

    // MARK: Crossings

    private func crossing(_ name: String, _ sink: String, on: String, from origin: String, _ source: String, line: Int, origin originLine: Int) -> String {
        "+\(line): error CLOCK-CROSSING: \(sink) on `\(on)` loads `\(origin)`, which changes with `\(source)`; pass it through a synchroniser, or mark the register that may load it `crossing: true` (module Probe_\(name))\n    +\(originLine): `\(origin)` comes from here"
    }

    @Test func registersDoNotLoadOtherClocksState() {
        let base = #line
        let module = Probe("registers") { c, io in
            let a = c.stage("a", io.number, domain: left)
            let sum = c.named("sum", mux(io.flag, a &+ 1, 0))
            let b = c.stage("b", sum, domain: right)
            c.drive(io.result, b)
        }
        expectErrors([
            crossing("registers", "register `b`", on: "right_clock", from: "a", "left_clock", line: 4, origin: 2),
        ], from: base, in: module)
    }

    @Test func conditionsCount() {
        let base = #line
        let module = Probe("conditions") { c, io in
            let a = c.stage("a", io.flag, domain: left)
            let b = c.register("b", .unsigned(8), domain: right)
            c.when(a) { b.next(io.number) }
            c.drive(io.result, b.q)
        }
        expectErrors([
            crossing("conditions", "register `b`", on: "right_clock", from: "a", "left_clock", line: 3, origin: 2),
        ], from: base, in: module)
    }

    @Test func memoriesHaveTheirClocks() {
        let base = #line
        let module = Probe("memories") { c, io in
            let a = c.stage("a", io.number, domain: left), b = c.stage("b", io.number, domain: right)
            let words = c.memory("words", depth: 4, width: 8, collision: .undefined, domain: left)
            c.when(io.flag) { words.write(a[0..<2], b) }
            c.drive(io.result, words.read("word", a[0..<2], enable: io.flag, domain: right))
        }
        expectErrors([
            crossing("memories", "memory `words`", on: "left_clock", from: "b", "right_clock", line: 4, origin: 2),
            crossing("memories", "read port `word`", on: "right_clock", from: "a", "left_clock", line: 5, origin: 2),
        ], from: base, in: module)
    }

    /// Out of one instance, through the logic of a second, into a third.
    @Test func instancesAreSeenThrough() {
        let base = #line
        let module = Probe("instances") { c, io in
            let from = c.stage("from", Stage(domain: left), io.number)
            let through = c.stage("through", Stage(), from)
            c.drive(io.result, c.stage("into", Stage(domain: right), through))
        }
        expectErrors([
            crossing("instances", "input `value` of `into`", on: "right_clock", from: "from_result", "left_clock", line: 4, origin: 2),
        ], from: base, in: module)
    }

    /// The same stages on one clock are no crossing, on two clocks they are.
    @Test func givenDomainsAreTheOnesThatCount() throws {
        func chain(_ name: String, _ first: ClockDomain, _ second: ClockDomain) throws {
            _ = try Design(Probe(name) { c, io in
                // First, so that no clock has the same place above as below.
                c.discard(c.stage("aside", io.flag, domain: ClockDomain(clock: "third_clock", reset: "third_reset")))
                let from = c.stage("from", Stage(domain: .main), io.number, domains: [.main: first])
                c.drive(io.result, c.stage("into", Stage(domain: right), from, domains: [right: second]))
            })
        }
        try chain("same", left, left)
        #expect(throws: ElaborationError.self) { try chain("different", left, right) }
        #expect(throws: ElaborationError.self) { try chain("exchanged", right, left) }
    }

    @Test func whatIsMarkedMayCross() throws {
        let design = try Design(Probe("marked") { c, io in
            let from = c.stage("from", Stage(domain: left), io.number)
            let below = c.stage("below", Stage(domain: right, crossing: true), from)
            let here = c.synchronised("here", io.flag, in: right)
            let back = c.synchronised("back", below[0] ^ here, in: left, stages: 3, reset: 1)
            c.drive(io.result, concatenate(back, from[0..<7]))
        })
        #expect(design.warnings.isEmpty)
        let registers = design.top.registers
        #expect(registers.map { design.top.graph.name(of: $0.node) } == ["here_0", "here", "back_0", "back_1", "back"])
        #expect(registers.map(\.isCrossing) == [true, false, true, false, false])
        #expect(registers.map(\.domain) == [right, right, left, left, left])
        #expect(registers.map { $0.reset != nil } == [false, false, true, true, true])
    }
}
