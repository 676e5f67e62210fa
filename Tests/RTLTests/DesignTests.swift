import RTL
import Testing

private struct Leaf: Module {
    let bits: Int
    struct Ports { let value, result: Unsigned }
    var suffix: String { "w\(bits)" }
    func ports(_ io: Interface) -> Ports { Ports(value: io.input(.unsigned(bits)), result: io.output(.unsigned(bits))) }
    func body(_ c: Circuit, _ io: Ports) { c.drive(io.result, c.stage("held", io.value)) }
}

private struct Pair: Module {
    let bits: Int
    struct Ports { let value, result: Unsigned }
    var suffix: String { "w\(bits)" }
    func ports(_ io: Interface) -> Ports { Ports(value: io.input(.unsigned(bits)), result: io.output(.unsigned(bits))) }
    func body(_ c: Circuit, _ io: Ports) {
        let first = c.instance("first", Leaf(bits: bits)), second = c.instance("second", Leaf(bits: bits))
        c.drive(first.value, io.value)
        c.drive(second.value, first.result)
        c.drive(io.result, second.result)
    }
}

private struct Tree: Module {
    struct Ports { let value, result: Unsigned }
    func ports(_ io: Interface) -> Ports { Ports(value: io.input(.unsigned(4)), result: io.output(.unsigned(8))) }
    func body(_ c: Circuit, _ io: Ports) {
        let narrow = c.instance("narrow", Pair(bits: 4)), again = c.instance("again", Pair(bits: 4))
        let wide = c.instance("wide", Leaf(bits: 8))
        c.drive(narrow.value, io.value)
        c.drive(again.value, narrow.result)
        c.drive(wide.value, concatenate(again.result, narrow.result))
        c.drive(io.result, wide.result)
    }
}

@Suite struct DesignTests {
    @Test func equalModulesAreElaboratedOnceChildrenFirst() throws {
        let design = try Design(Tree())
        #expect(design.modules.map(\.name) == ["Leaf_w4", "Pair_w4", "Leaf_w8", "Tree"])
        #expect(design.top.instances.map(\.module.name) == ["Pair_w4", "Pair_w4", "Leaf_w8"])
        #expect(design.top.instances[0].module === design.top.instances[1].module)
        #expect(design.warnings.isEmpty)
    }

    @Test func portsAndClockingAreKnown() throws {
        let top = try Design(Tree()).top
        #expect(top.ports.map(\.name) == ["value", "result"])
        #expect(top.ports.map(\.isInput) == [true, false] && top.ports.map(\.width) == [4, 8])
        #expect(top.usesClock && !top.usesReset)
        #expect(top.combinationalInputs == [1: []])
    }
}
