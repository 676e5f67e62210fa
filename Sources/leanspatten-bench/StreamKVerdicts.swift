import Configuration

/// Points of a table that miss what is aimed at: a figure of how many, and their names.
struct Verdict {
    let name, aim: String
    private var points = 0
    private var misses: [String] = []

    init(_ name: String, aim: String) {
        self.name = name
        self.aim = aim
    }

    mutating func judge(_ point: String, _ holds: Bool) {
        points += 1
        if !holds { misses.append(point) }
    }

    func add(to report: Report) {
        guard points > 0, report.wants(name) else { return }
        report.add(Figure(name, Double(misses.count), .points, peer: "not \(aim), of", peerValue: Double(points)))
        for miss in misses { print("    \(miss)") }
    }
}

/// Whether stream-K is ever slower than the best other policy by more than 1 % and 100 cycles.
struct PolicyVerdict {
    private var verdict: Verdict

    init(_ name: String) { verdict = Verdict(name, aim: "within 1 % + 100 cycles of the best other policy") }

    /// - Parameter cycles: Of the policies measured at the point; judged if stream-K is among them and another one.
    mutating func judge(_ point: StreamKPoint, _ cycles: [(policy: SchedulePolicy, cycles: Double)]) {
        guard let own = cycles.first(where: { $0.policy == .streamK }),
              let best = cycles.filter({ $0.policy != .streamK }).map(\.cycles).min() else { return }
        verdict.judge(point.name, own.cycles <= 1.01 * best + 100)
    }

    func add(to report: Report) { verdict.add(to: report) }
}
