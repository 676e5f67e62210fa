import RTL
import SeededRandom

/// The statements of a `RandomModule`.
struct BodyBuilder {
    private let module: RandomModule
    private let c: Circuit
    private let io: RandomModule.Ports
    private let maker: ExpressionMaker
    private let omitted: Set<Int>
    private var unsignedStates: [Register<Unsigned>] = []
    private var signedStates: [Register<Signed>] = []
    private var flags: [Register<Bit>] = []
    private var triples: [Register<Triple>] = []
    private var lanes: [Register<Vector<Unsigned>>] = []
    private var memories: [FilledMemory] = []
    /// What state without a reset takes while `load` is set.
    private var loads: [() -> Void] = []

    private var random: SeededGenerator {
        get { maker.random }
        nonmutating set { maker.random = newValue }
    }

    init(_ module: RandomModule, _ c: Circuit, _ io: RandomModule.Ports) {
        (self.module, self.c, self.io) = (module, c, io)
        omitted = Set(module.reduction.omitted)
        maker = ExpressionMaker(
            c, random: SeededGenerator(seed: module.seed, name: "state"), reduction: module.reduction, census: module.census)
    }

    mutating func build() {
        takeInputs()
        makeState()
        for index in 0..<2 where random.chance(1, in: 2) { makeMemory(index) }
        answerSinks()
        for index in 0..<module.statements {
            random = SeededGenerator(seed: module.seed, name: "statement \(index)")
            statement(index)
            if module.levels > 0 && index == module.statements / 2 { instance("child", module.child(index)) }
        }
        driveOutputs()
        maker.note("Circuit.discard")
        c.discard(io.slot)
        maker.note("Circuit.when")
        c.when(io.load) { for load in loads { load() } }
    }

    // MARK: Ports

    private func take(_ triple: Triple) {
        maker.bits.append(triple.flag)
        maker.unsigned.append(triple.count)
        maker.signed.append(triple.level)
    }

    private func takeInputs() {
        maker.note("Interface.input", "Shape.bit", "Shape.unsigned", "Shape.signed")
        maker.bits = io.bit
        maker.unsigned = io.unsigned + [io.fill]
        maker.signed = io.signed
        for triple in io.triple { take(triple) }
        for vector in io.flags {
            maker.note("Shape.bits", "Vector.elements")
            maker.bits += vector.elements
        }
        for vector in io.lanes {
            maker.note("Shape.vector", "Vector[index]", "Vector.indices")
            for index in vector.indices { maker.signed.append(vector[index]) }
        }
    }

    /// Before the statements, so that they can ask whether a stream fires.
    private func answerSinks() {
        for stream in io.sink {
            maker.note("Interface.sink", "Stream.fires")
            if let source = io.source.first {
                maker.note("Circuit.connect")
                c.connect(stream, to: source)
            } else {
                c.drive(stream.ready, maker.condition(2))
            }
            maker.bits += [stream.valid, stream.fires]
            take(stream.payload)
        }
    }

    private func driveOutputs() {
        var number = module.statements
        func output(_ drive: (_ isOmitted: Bool) -> Void) {
            random = SeededGenerator(seed: module.seed, name: "output \(number)")
            drive(omitted.contains(number))
            number += 1
        }
        maker.note("Interface.output", "Circuit.drive")
        for port in io.outBit { output { c.drive(port, $0 ? false : maker.condition(4)) } }
        for port in io.outUnsigned { output { c.drive(port, $0 ? 0 : maker.number(port.width, 4)) } }
        for port in io.outSigned { output { c.drive(port, $0 ? 0 : maker.integer(port.width, 4)) } }
        for port in io.outTriple { output { c.drive(port, $0 ? zero(shape(of: port)) : maker.value(shape(of: port), 2)) } }
        for port in io.outWords {
            maker.note("Vector[index]")
            output { isOmitted in
                c.drive(port, port.elements.map { isOmitted ? zero(.like($0)) : maker.number($0.width, 2) })
            }
        }
        for port in io.outFlow {
            maker.note("Shape.flow")
            output { c.drive(port, $0 ? zero(shape(of: port)) : maker.value(shape(of: port), 2)) }
        }
        for stream in io.source where io.sink.isEmpty {
            maker.note("Interface.source", "Circuit.send")
            output { isOmitted in
                let payload = isOmitted ? zero(stream.shape) : maker.value(stream.shape, 2)
                c.send(payload, when: isOmitted ? false : maker.condition(2), to: stream)
            }
        }
        for stream in io.source { c.discard(stream.ready) }
    }

    private func shape(of triple: Triple) -> Shape<Triple> { Triple.shape(triple.count.width, triple.level.width) }
    private func shape(of flow: Flow<Signed>) -> Shape<Flow<Signed>> { .flow(.signed(flow.payload.width)) }

    private func zero<V: Value>(_ shape: Shape<V>) -> V { c.constant(0, shape) }

    // MARK: State

    /// `width` bits of `fill`, repeated.
    private func filling(_ width: Int) -> Unsigned {
        let offset = random.below(RandomModule.fillWidth)
        let copies = (offset + width + RandomModule.fillWidth - 1) / RandomModule.fillWidth
        return concatenate((0..<copies).map { _ in io.fill as any Value })[offset..<offset + width]
    }

    private mutating func state<V: Value>(_ name: String, _ shape: Shape<V>, reset: Int) -> Register<V> {
        maker.note("Circuit.register", "Register.next")
        if random.chance(1, in: 2) { return c.register(name, shape, reset: reset) }
        let register = c.register(name, shape)
        let value = shape.unpack(filling(shape.width))
        loads.append { register.next(value) }
        return register
    }

    private mutating func makeState() {
        for index in 0..<random.roll(1...2) {
            let (width, other) = (maker.width(), maker.width())
            let unsigned = state("u\(index)", .unsigned(width), reset: maker.literal(width))
            let signed = state("s\(index)", .signed(other), reset: maker.signedLiteral(other))
            unsignedStates.append(unsigned)
            signedStates.append(signed)
            maker.unsigned.append(unsigned.q)
            maker.signed.append(signed.q)
        }
        let flag = state("flag", .bit, reset: random.below(2))
        flags.append(flag)
        maker.bits.append(flag.q)
        if random.chance(1, in: 2) {
            let triple = state("triple_state", Triple.shape(maker.width(), maker.width()), reset: random.pick([0, -1]))
            triples.append(triple)
            take(triple.q)
        }
        if random.chance(1, in: 3) {
            let vector = state("lanes_state", .vector(random.roll(2...4), unsigned: min(maker.width(), 50)), reset: 1)
            lanes.append(vector)
            maker.unsigned += vector.q.elements
        }
        // What a register takes unless a later statement says otherwise.
        for register in unsignedStates where random.chance(1, in: 3) { register.next(maker.number(register.q.width, 2)) }
        for register in signedStates where random.chance(1, in: 3) { register.next(maker.integer(register.q.width, 2)) }
    }

    private mutating func makeMemory(_ index: Int) {
        maker.note("Circuit.memory")
        let memory = FilledMemory("store\(index)", c, maker, width: maker.width(), load: io.load, slot: io.slot)
        memories.append(memory)
        let word = filling(memory.words.width)
        loads.append { [io] in memory.words.write(io.slot.truncated(to: memory.words.addressWidth), word) }
        maker.unsigned.append(memory.read("stored\(index)", maker))
    }

    // MARK: Statements

    private mutating func statement(_ index: Int) {
        let isOmitted = omitted.contains(index)
        switch random.below(20) {
        case 0, 1:
            maker.note("Circuit.named")
            maker.unsigned.append(c.named("n\(index)", isOmitted ? zero(.unsigned(maker.width())) : maker.number(maker.width(), 4)))
        case 2, 3:
            maker.note("Circuit.named")
            maker.signed.append(c.named("m\(index)", isOmitted ? zero(.signed(maker.width())) : maker.integer(maker.width(), 4)))
        case 4: // Kept without a name, to be used several times.
            let (width, other) = (maker.width(), maker.width())
            maker.unsigned.append(isOmitted ? zero(.unsigned(width)) : maker.number(width, 3))
            maker.signed.append(isOmitted ? zero(.signed(other)) : maker.integer(other, 3))
            maker.bits.append(isOmitted ? zero(.bit) : maker.condition(3))
        case 5, 6: wire(index, isOmitted)
        case 7: chosenWire(index, isOmitted)
        case 8: vectorWire(index, isOmitted)
        case 9, 13: table(index, isOmitted)
        case 10: stage(index, isOmitted)
        case 11:
            let (width, memory) = (maker.width(), memories.isEmpty ? nil : random.pick(memories))
            guard let memory else { return maker.unsigned.append(maker.number(width, 3)) }
            maker.unsigned.append(isOmitted ? zero(.unsigned(memory.words.width)) : memory.read("read\(index)", maker))
        case 12: if !isOmitted { write() }
        default: if !isOmitted { update() }
        }
    }

    /// Two ports now and then: the last write wins.
    private func write() {
        guard !memories.isEmpty else { return update() }
        let memory = random.pick(memories)
        c.when(!io.load) { maker.conditionally(2) { memory.write(maker) } }
    }

    private func update() {
        let kind = random.below(3 + triples.count + lanes.count)
        maker.conditionally(2) {
            switch kind {
            case 0:
                let register = random.pick(unsignedStates)
                register.next(maker.number(register.q.width, 3))
            case 1:
                let register = random.pick(signedStates)
                register.next(maker.integer(register.q.width, 3))
            case 2:
                switch random.below(3) {
                case 0:
                    maker.note("Register.set")
                    flags[0].set()
                case 1:
                    maker.note("Register.clear")
                    flags[0].clear()
                default: flags[0].next(maker.condition(3))
                }
            case 3 where !triples.isEmpty: triples[0].next(maker.value(shape(of: triples[0].q), 3))
            default: lanes[0].next(Vector(lanes[0].q.elements.map { maker.number($0.width, 2) }))
            }
        }
    }

    /// A default, and other drives under conditions.
    private func wire(_ index: Int, _ isOmitted: Bool) {
        maker.note("Circuit.wire", "Circuit.drive")
        let shape = Triple.shape(maker.width(), maker.width()), wire = c.wire("w\(index)", shape)
        c.drive(wire, isOmitted ? zero(shape) : maker.value(shape, 2))
        if !isOmitted {
            maker.conditionally(2) { c.drive(wire.level, maker.integer(wire.level.width, 3)) }
            maker.conditionally(1) { c.drive(wire.count, maker.number(wire.count.width, 3)) }
        }
        take(wire)
    }

    /// Driven on every path instead of by default.
    private func chosenWire(_ index: Int, _ isOmitted: Bool) {
        maker.note("Circuit.wire", "Circuit.drive")
        let wire = c.wire("w\(index)", .signed(maker.width()))
        if isOmitted { c.drive(wire, 0) } else { maker.onEveryPath(3) { c.drive(wire, maker.integer(wire.width, 3)) } }
        maker.signed.append(wire)
    }

    private func vectorWire(_ index: Int, _ isOmitted: Bool) {
        maker.note("Circuit.wire", "Circuit.drive", "Vector[index]", "Shape.vector")
        let wire = c.wire("w\(index)", .vector(random.roll(1...4), unsigned: min(maker.width(), 50)))
        c.drive(wire, wire.elements.map { isOmitted ? zero(.like($0)) : maker.number($0.width, 2) })
        maker.unsigned += [wire.packed, wire[random.below(wire.count)]]
    }

    private func table(_ index: Int, _ isOmitted: Bool) {
        maker.note("Circuit.table")
        let width = min(random.chance(1, in: 2) ? maker.width() : random.pick([1, 32, 33, 63, 64]), module.reduction.width)
        let mask = width < 64 ? 1 << UInt64(width) - 1 : UInt64.max
        let entries = (0..<random.roll(1...20)).map { _ in isOmitted ? 0 : random.next() & mask }
        maker.unsigned.append(c.table("t\(index)", entries, width: width, index: maker.number(random.roll(1...6), 2)))
    }

    /// With an enable the register starts at its reset; without, it follows what is known.
    private func stage(_ index: Int, _ isOmitted: Bool) {
        maker.note("Circuit.stage", "Shape.like")
        let width = maker.width(), isEnabled = random.chance(1, in: 2)
        guard !isOmitted else { return maker.signed.append(zero(.signed(width))) }
        let value = maker.integer(width, 3)
        if isEnabled {
            maker.signed.append(c.stage("p\(index)", value, enable: maker.condition(2), reset: maker.signedLiteral(width)))
        } else {
            maker.signed.append(c.stage("p\(index)", value))
        }
    }

    private func instance(_ name: String, _ module: RandomModule) {
        maker.note("Circuit.instance")
        let child = c.instance(name, module)
        c.drive(child.load, io.load)
        c.drive(child.slot, io.slot)
        c.drive(child.fill, io.fill)
        for port in child.bit { c.drive(port, maker.condition(2)) }
        for (index, port) in child.unsigned.enumerated() {
            // The first only repeats an input.
            c.drive(port, index == 0 ? io.unsigned[0].resized(to: port.width) : maker.number(port.width, 2))
        }
        for port in child.signed { c.drive(port, maker.integer(port.width, 2)) }
        for port in child.triple { c.drive(port, maker.value(shape(of: port), 2)) }
        for port in child.flags { c.drive(port, port.elements.map { _ in maker.condition(1) }) }
        for port in child.lanes { c.drive(port, port.elements.map { maker.integer($0.width, 1) }) }
        for stream in child.sink {
            c.send(maker.value(stream.shape, 2), when: maker.condition(2), to: stream)
        }
        for stream in child.source { c.drive(stream.ready, maker.condition(1)) }
        maker.bits += child.outBit + child.sink.map(\.ready) + child.source.map(\.valid) + child.outFlow.map(\.valid)
        maker.unsigned += child.outUnsigned + child.outWords.map(\.packed)
        maker.signed += child.outSigned + child.outFlow.map(\.payload)
        for triple in child.outTriple + child.source.map(\.payload) { take(triple) }
    }
}
