import RTL

/// What a body's statements say about some registers or one memory, conditions and all.
indirect enum Control {
    case assign(register: NodeID, value: TermID, SourceLocation)
    case write(address: TermID, data: TermID, SourceLocation)
    case when(SourceLocation, condition: TermID, then: [Control], otherwise: [Control])

    /// The same conditions, one by one, around the same number of assignments.
    static func sameSkeleton(_ a: [Control], _ b: [Control]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { a, b in
            switch (a, b) {
            case (.assign, .assign): true
            case (.when(_, let a, let thenA, let otherwiseA), .when(_, let b, let thenB, let otherwiseB)):
                a == b && sameSkeleton(thenA, thenB) && sameSkeleton(otherwiseA, otherwiseB)
            default: false
            }
        }
    }

    /// Adds `more`, of the same skeleton, to `base`: assignments side by side under one set of conditions.
    static func merge(_ base: [Control], _ more: [[Control]]) -> [Control] {
        base.indices.flatMap { index -> [Control] in
            guard case .when(let location, let condition, let then, let otherwise) = base[index] else {
                return [base[index]] + more.map { $0[index] }
            }
            var thens: [[Control]] = [], otherwises: [[Control]] = []
            for controls in more {
                guard case .when(_, _, let then, let otherwise) = controls[index] else { continue }
                thens.append(then)
                otherwises.append(otherwise)
            }
            return [.when(location, condition: condition, then: merge(then, thens), otherwise: merge(otherwise, otherwises))]
        }
    }

    /// The first register assigned below.
    var firstTarget: NodeID? {
        switch self {
        case .assign(let register, _, _): register
        case .write: nil
        case .when(_, _, let then, let otherwise):
            (then + otherwise).lazy.compactMap(\.firstTarget).first
        }
    }
}

/// Sorts a body's statements by what they drive.
struct ControlProjection {
    /// Whom a statement belongs to.
    enum Owner: Hashable {
        case register(NodeID)
        case memory(Int)
    }

    private var legaliser: Legaliser

    static func project(_ body: Block, legaliser: Legaliser) -> [Owner: [Control]] {
        ControlProjection(legaliser: legaliser).project(body)
    }

    private func project(_ block: Block) -> [Owner: [Control]] {
        var found: [Owner: [Control]] = [:]
        for statement in block.statements {
            switch statement {
            case .assign(let target, let value, let location):
                found[.register(target), default: []].append(
                    .assign(register: target, value: legaliser[value], location))
            case .write(let memory, let address, let data, let location):
                found[.memory(memory), default: []].append(
                    .write(address: legaliser[address], data: legaliser[data], location))
            case .when(let when):
                let then = project(when.then), otherwise = project(when.otherwise)
                for owner in Set(then.keys).union(otherwise.keys) {
                    found[owner, default: []].append(.when(
                        when.location, condition: legaliser[when.condition], then: then[owner] ?? [],
                        otherwise: otherwise[owner] ?? []))
                }
            }
        }
        return found
    }
}

extension Legaliser {
    /// Conditions without an empty branch before a full one, and none that is always or never met.
    mutating func simplified(_ controls: [Control]) -> [Control] {
        controls.flatMap { control -> [Control] in
            guard case .when(let location, let condition, let then, let otherwise) = control else { return [control] }
            let yes = simplified(then), no = simplified(otherwise)
            if let value = terms[condition].constant { return value.isZero ? no : yes }
            if yes.isEmpty && no.isEmpty { return [] }
            guard yes.isEmpty else { return [.when(location, condition: condition, then: yes, otherwise: no)] }
            let unless = negated(condition)
            if no.count == 1, case .when(let inner, let also, let then, let otherwise) = no[0], otherwise.isEmpty {
                return [.when(inner, condition: both(unless, also), then: then, otherwise: [])]
            }
            return [.when(location, condition: unless, then: no, otherwise: [])]
        }
    }
}
