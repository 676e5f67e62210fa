import RTL
import Testing

private struct Leaf: Module {
    let bits: Int
    struct Ports { let input, output: Unsigned }
    var suffix: String { "w\(bits)" }
    func ports(_ io: Interface) -> Ports { Ports(input: io.input(.unsigned(bits)), output: io.output(.unsigned(bits))) }
    func body(_ c: Circuit, _ io: Ports) { c.drive(io.output, c.stage("held", io.input)) }
}

private struct Pair: Module {
    let bits: Int
    struct Ports { let input, output: Unsigned }
    var suffix: String { "w\(bits)" }
    func ports(_ io: Interface) -> Ports { Ports(input: io.input(.unsigned(bits)), output: io.output(.unsigned(bits))) }
    func body(_ c: Circuit, _ io: Ports) {
        let first = c.instance("first", Leaf(bits: bits)), second = c.instance("second", Leaf(bits: bits))
        c.drive(first.input, io.input)
        c.drive(second.input, first.output)
        c.drive(io.output, second.output)
    }
}

private struct Tree: Module {
    struct Ports { let input, output: Unsigned }
    func ports(_ io: Interface) -> Ports { Ports(input: io.input(.unsigned(4)), output: io.output(.unsigned(8))) }
    func body(_ c: Circuit, _ io: Ports) {
        let narrow = c.instance("narrow", Pair(bits: 4)), again = c.instance("again", Pair(bits: 4))
        let wide = c.instance("wide", Leaf(bits: 8))
        c.drive(narrow.input, io.input)
        c.drive(again.input, narrow.output)
        c.drive(wide.input, concatenate(again.output, narrow.output))
        c.drive(io.output, wide.output)
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
        #expect(top.ports.map(\.name) == ["input", "output"])
        #expect(top.ports.map(\.isInput) == [true, false] && top.ports.map(\.width) == [4, 8])
        #expect(top.usesClock && !top.usesReset)
        #expect(top.combinationalInputs == [1: []])
    }
}
