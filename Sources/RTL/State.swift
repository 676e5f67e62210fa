/// A register of any shape: read `q`, say what it takes with `next`. Without a `next` it holds.
public struct Register<V: Value> {
    let circuit: Circuit
    /// The value since the last clock edge.
    public let q: V

    /// The value from the next clock edge on.
    public func next(_ value: V, fileID: String = #fileID, line: Int = #line) {
        circuit.assign(q, value, at: circuit.stamp(fileID, line))
    }
}

extension Register where V == Bit {
    public func set(fileID: String = #fileID, line: Int = #line) { next(true, fileID: fileID, line: line) }
    public func clear(fileID: String = #fileID, line: Int = #line) { next(false, fileID: fileID, line: line) }
}

/// A memory with synchronous reads.
public struct Memory {
    let circuit: Circuit
    let index: Int
    public let width: Int
    public let addressWidth: Int

    /// Writes a word at the clock edge; under `when`, if the condition holds.
    public func write(_ address: Unsigned, _ data: Unsigned, fileID: String = #fileID, line: Int = #line) {
        circuit.write(index, address, data, addressWidth: addressWidth, width: width, at: circuit.stamp(fileID, line))
    }

    /// A read port: the word at `address` one cycle after `enable` is set, held until the next enable.
    ///
    /// - Parameter domain: whose clock reads; nil: the one that writes. A memory between two clocks must be `.undefined`:
    ///   a word is not to be read at an edge that writes it, or just before or after.
    public func read(
        _ name: String, _ address: Unsigned, enable: Bit, domain: ClockDomain? = nil,
        fileID: String = #fileID, line: Int = #line
    ) -> Unsigned {
        let here = circuit.stamp(fileID, line)
        guard address.reference.isLiteral || address.width <= addressWidth else {
            circuit.report(.widthMismatch, "\(address.width) bits for a memory address of \(addressWidth)", of: address.reference)
            return Unsigned(circuit.poison(width: width, signed: false))
        }
        let address = circuit.bind(address.reference, width: addressWidth)
        circuit.checkAddress(address, of: index, at: here)
        let read = circuit.make(.memoryRead, width: width, signed: false, attribute: index, operands: [
            address, circuit.bind(enable.reference, width: 1)])
        let memory = circuit.module.memories[index], readDomain = domain ?? memory.domain
        if readDomain != memory.domain && memory.collision != .undefined {
            circuit.report(
                .clockDomain, "`\(memory.name)` is written on `\(memory.domain.clock)` and read on `\(readDomain.clock)`: "
                    + "no RAM promises the old word then; make it `.undefined`", of: nil, at: here)
        }
        circuit.module.memories[index].reads.append(read.node)
        circuit.module.memories[index].readDomains.append(readDomain)
        circuit.module.graph.setName(name, of: read.node)
        _ = circuit.stamp(here.fileID, here.line)
        return Unsigned(read)
    }
}

/// The rest of a `when`.
public struct WhenChain {
    let circuit: Circuit
    let last: When

    @discardableResult
    public func elsewhen(
        _ condition: Bit, fileID: String = #fileID, line: Int = #line, _ body: () -> Void
    ) -> WhenChain {
        let here = circuit.stamp(fileID, line)
        return WhenChain(circuit: circuit, last: circuit.nested(condition, in: last.otherwise, at: here, body))
    }

    public func otherwise(_ body: () -> Void) { circuit.enter(last.otherwise, body) }
}
