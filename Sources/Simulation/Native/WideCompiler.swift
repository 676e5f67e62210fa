import RTL

/// Operations with a result or an operand of several words.
extension Compiler {
    mutating func compileWide(_ node: FlatNode, _ values: [View], at claim: Int?) -> View {
        let follows = values.contains { $0.followsInputs }
        var instruction = Instruction(opcode: .moveW, mask: lowMask((node.width - 1) % 64 + 1))
        switch node.operation {
        case .mux:
            instruction.opcode = .muxW
            instruction.c = Int32(values[0].byte)
            instruction.bitC = UInt8(values[0].bit % 8)
            setOperands(&instruction, values[1], values[2])
        case .add: binary(.addW)
        case .subtract: binary(.subtractW)
        case .and: binary(.andW)
        case .or: binary(.orW)
        case .xor: binary(.xorW)
        case .equal: binary(.equalW)
        case .less:
            binary(node.isSigned ? .lessSignedW : .lessW)
            instruction.c = Int32((values[0].width - 1) % 64)
        case .not:
            binary(.notW, unary: true)
        case .reduceOr:
            binary(.anySetW, unary: true)
        case .reduceXor:
            binary(.oddW, unary: true)
        case .reduceAnd:
            binary(.allSetW, unary: true)
            instruction.mask = lowMask((values[0].width - 1) % 64 + 1)
        case .multiply: multiply()
        case .shiftLeft, .shiftRight:
            instruction.opcode = node.operation == .shiftLeft ? .shiftLeftW : node.isSigned ? .shiftRightSignedW : .shiftRightW
            let value = block(values[0])
            instruction.count = UInt16(value.words)
            instruction.a = Int32(value.byte)
            instruction.b = Int32(amount(values[1]).byte)
            instruction.c = Int32(node.width)
        default: preconditionFailure("\(node.operation) has no wide form")
        }
        return emit(instruction, width: node.width, followsInputs: follows, at: claim)

        func binary(_ opcode: Opcode, unary: Bool = false) {
            instruction.opcode = opcode
            setOperands(&instruction, values[0], unary ? values[0] : values[1])
        }

        /// Signed factors come sign-extended to the words of the result, the product is cut there.
        func multiply() {
            instruction.opcode = .multiplyW
            let words = (node.width + 63) / 64
            let factors = values.map { value in
                let number = node.isSigned ? value.extended(to: max(value.width, words * 64), signed: true)! : value
                return block(number)
            }
            instruction.count = UInt16(words)
            instruction.a = Int32(factors[0].byte)
            instruction.b = Int32(factors[1].byte)
            // Words of each factor.
            instruction.c = Int32(factors[0].words << 16 | factors[1].words)
        }
    }

    private mutating func setOperands(_ instruction: inout Instruction, _ a: View, _ b: View) {
        let x = block(a), y = block(b)
        instruction.count = UInt16(x.words)
        instruction.a = Int32(x.byte)
        instruction.b = Int32(y.byte)
    }
}
