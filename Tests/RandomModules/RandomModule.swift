import RTL
import SeededRandom

/// A bundle of one of each kind.
package struct Triple: Bundle {
    let flag: Bit
    let count: Unsigned
    let level: Signed

    static func shape(_ count: Int, _ level: Int) -> Shape<Triple> {
        Shape { Triple(flag: $0.make(.bit), count: $0.make(.unsigned(count)), level: $0.make(.signed(level))) }
    }
}

/// A module of random statements: every part of the DSL, values of 1 to 200 bits, nested conditions, state with and
/// without reset, memories, tables, bundles, vectors, streams, and instances of its kind to two levels below.
///
/// Each statement draws from a generator of its own, so that leaving one out changes the others little. State without a
/// reset takes `fill` while `load` is set, memories at `slot`: after `Stimulus.loadCycles` cycles with both `load` and
/// reset all state is known, and stays so, as no memory is read beyond its depth nor, where that is undefined, at the
/// address being written.
package struct RandomModule: Module {
    package let seed: UInt64
    /// Levels of instances below.
    package let levels: Int
    /// Statements before the outputs are driven; outputs count as one more each.
    package let statements: Int
    package let reduction: Reduction
    let census: Census?

    /// What makes a failing module smaller.
    package struct Reduction: Hashable, Sendable {
        /// The widest value and the deepest expression asked for.
        package var width = 200, depth = 2
        /// Statements whose values are zero instead, in order.
        package var omitted: [Int] = []
        /// Tells reductions apart in module names.
        package var variant = 0

        package init() {}
    }

    /// The module of a seed; its size is drawn from the seed too.
    package init(seed: UInt64, reduction: Reduction = Reduction(), census: Census? = nil) {
        var random = SeededGenerator(seed: seed, name: "size")
        self.init(
            seed: seed, levels: random.pick([0, 0, 0, 0, 0, 0, 1, 2]), statements: random.roll(1...5),
            reduction: reduction, census: census)
    }

    private init(seed: UInt64, levels: Int, statements: Int, reduction: Reduction, census: Census?) {
        (self.seed, self.levels, self.statements, self.reduction, self.census) = (seed, levels, statements, reduction, census)
    }

    package func reduced(_ reduction: Reduction) -> RandomModule { RandomModule(seed: seed, reduction: reduction) }

    package var suffix: String {
        "s\(seed)_n\(statements)_l\(levels)" + (reduction == Reduction() ? "" : "_v\(reduction.variant)")
    }

    package struct Ports {
        let load: Bit
        let slot, fill: Unsigned
        let bit: [Bit]
        let unsigned: [Unsigned]
        let signed: [Signed]
        let triple: [Triple]
        let flags: [Vector<Bit>]
        let lanes: [Vector<Signed>]
        let sink: [Stream<Triple>]
        let outBit: [Bit]
        let outUnsigned: [Unsigned]
        let outSigned: [Signed]
        let outTriple: [Triple]
        let outWords: [Vector<Unsigned>]
        let outFlow: [Flow<Signed>]
        let source: [Stream<Triple>]
    }

    /// Bits of `slot` and `fill`.
    static let slotWidth = 4, fillWidth = 48

    package func ports(_ io: Interface) -> Ports {
        var random = SeededGenerator(seed: seed, name: "ports")
        func width() -> Int { random.width(upTo: reduction.width) }
        func some<T>(_ most: Int, least: Int = 0, _ make: () -> T) -> [T] { (0..<random.roll(least...most)).map { _ in make() } }
        let triple = Triple.shape(width(), width())
        return Ports(
            load: io.input(.bit), slot: io.input(.unsigned(Self.slotWidth)), fill: io.input(.unsigned(Self.fillWidth)),
            bit: some(2, least: 1) { io.input(.bit) },
            unsigned: some(3, least: 1) { io.input(.unsigned(width())) },
            signed: some(3, least: 1) { io.input(.signed(width())) },
            triple: some(1) { io.input(triple) },
            flags: some(1) { io.input(.bits(random.roll(1...12))) },
            lanes: some(1) { io.input(.vector(random.roll(1...4), signed: min(width(), 50))) },
            sink: some(1) { io.sink(triple) },
            outBit: some(1) { io.output(.bit) },
            outUnsigned: some(2, least: 1) { io.output(.unsigned(width())) },
            outSigned: some(2, least: 1) { io.output(.signed(width())) },
            outTriple: some(1) { io.output(triple) },
            outWords: some(1) { io.output(.vector(random.roll(1...4), unsigned: min(width(), 50))) },
            outFlow: some(1) { io.output(.flow(.signed(width()))) },
            source: some(1) { io.source(triple) })
    }

    package func body(_ c: Circuit, _ io: Ports) {
        var builder = BodyBuilder(self, c, io)
        builder.build()
    }

    /// The instance that statement `index` of this module may make.
    func child(_ index: Int) -> RandomModule {
        RandomModule(seed: derivedSeed(seed, "child \(index)") >> 24, levels: levels - 1, statements: max(2, statements / 2),
                     reduction: childReduction, census: census)
    }

    private var childReduction: Reduction {
        var reduction = reduction
        reduction.omitted = []
        return reduction
    }
}
