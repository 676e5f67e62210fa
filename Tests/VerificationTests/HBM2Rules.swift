import Verification

/// The rules of HBM2 reads, each over all pairs of commands that it ties: written apart from the controller, which only
/// keeps the first clocks it may send in.
struct HBM2Rules {
    let timing: HBM2Timing

    init(_ timing: HBM2Timing) { self.timing = timing }

    func firstViolation(_ log: [HBM2Channel.Command]) -> String? {
        for (index, command) in log.enumerated() {
            if let rule = violation(command, Array(log[..<index].suffix(400))) { return "\(rule): \(command)" }
        }
        return order(log)
    }

    private func violation(_ command: HBM2Channel.Command, _ before: [HBM2Channel.Command]) -> String? {
        let group = command.bank / timing.banksPerGroup
        func isTooClose(_ kind: HBM2Channel.Command.Kind, _ clocks: Int, where matches: (HBM2Channel.Command) -> Bool = { _ in true }) -> Bool {
            before.contains { $0.kind == kind && matches($0) && command.clock - $0.clock < clocks }
        }
        func sameBank(_ other: HBM2Channel.Command) -> Bool { other.bank == command.bank }
        func sameGroup(_ other: HBM2Channel.Command) -> Bool { other.bank / timing.banksPerGroup == group }
        switch command.kind {
        case .read:
            if isTooClose(.activate, timing.tRCD, where: sameBank) { return "tRCD" }
            if isTooClose(.read, timing.tCCDS) { return "tCCDS" }
            if isTooClose(.read, timing.tCCDL, where: sameGroup) { return "tCCDL" }
        case .activate:
            if isTooClose(.precharge, timing.tRP, where: sameBank) || isTooClose(.prechargeAll, timing.tRP) { return "tRP" }
            if isTooClose(.activate, timing.tRC, where: sameBank) { return "tRC" }
            if isTooClose(.activate, timing.tRRDS) { return "tRRDS" }
            if isTooClose(.activate, timing.tRRDL, where: sameGroup) { return "tRRDL" }
            if before.filter({ $0.kind == .activate && command.clock - $0.clock < timing.tFAW }).count >= 4 { return "tFAW" }
            if isTooClose(.refresh, timing.tRFC) { return "tRFC" }
        case .precharge:
            if isTooClose(.activate, timing.tRAS, where: sameBank) { return "tRAS" }
            if isTooClose(.read, timing.tRTP, where: sameBank) { return "tRTP" }
        case .prechargeAll:
            if isTooClose(.activate, timing.tRAS) { return "tRAS" }
            if isTooClose(.read, timing.tRTP) { return "tRTP" }
        case .refresh:
            if isTooClose(.precharge, timing.tRP) || isTooClose(.prechargeAll, timing.tRP) { return "tRP" }
            if isTooClose(.refresh, timing.tRFC) { return "tRFC" }
        }
        // One command a clock on each of the two command buses.
        let isColumn = command.kind == .read
        return before.contains { $0.clock == command.clock && ($0.kind == .read) == isColumn } ? "command bus" : nil
    }

    /// What is read is open, what is opened is closed, and refreshes come in time.
    private func order(_ log: [HBM2Channel.Command]) -> String? {
        var open: [Int: Int] = [:], refreshes = 0
        for command in log.sorted(by: { $0.clock < $1.clock }) {
            switch command.kind {
            case .activate:
                if open[command.bank] != nil { return "activates an open bank: \(command)" }
                open[command.bank] = command.row
            case .read: if open[command.bank] != command.row { return "reads another row: \(command)" }
            case .precharge: if open.removeValue(forKey: command.bank) == nil { return "closes a closed bank: \(command)" }
            case .prechargeAll: open = [:]
            case .refresh:
                if !open.isEmpty { return "refreshes open banks: \(command)" }
                refreshes += 1
                let due = refreshes * (timing.tREFI ?? 0)
                if command.clock < due || command.clock > due + timing.tRAS + timing.tRTP + timing.tRP + timing.tRCD {
                    return "refresh \(refreshes) was due in \(due): \(command)"
                }
            }
        }
        return nil
    }
}
