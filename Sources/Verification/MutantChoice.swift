import RTL
import SeededRandom

extension Design {
    /// One mutant of each Swift line and kind of change at most, then a seeded choice of `count` among those; nil: all.
    ///
    /// Bypassed registers may close a loop, alone or together: those that do are left out.
    package func chosenMutants(_ count: Int?, where isWanted: (Mutant) -> Bool = { _ in true }) -> [Mutant] {
        struct Group: Hashable {
            let location: RTL.SourceLocation
            let kind: String
        }
        var random = SeededGenerator(seed: 1, name: "mutants")
        var groups: [Group: Int] = [:], pool: [[Mutant]] = []
        for mutant in mutants() where isWanted(mutant) {
            let group = Group(location: mutant.location, kind: mutant.kind)
            if let known = groups[group] {
                pool[known].append(mutant)
            } else {
                groups[group] = pool.count
                pool.append([mutant])
            }
        }
        let shuffled = random.shuffled(pool.map { $0[random.below($0.count)] })
        var chosen: [Mutant] = [], bypassed: [Mutant] = []
        for mutant in shuffled where chosen.count < count ?? .max {
            if mutant.change == .bypassed {
                guard (try? mutated(by: bypassed + [mutant])) != nil else { continue }
                bypassed.append(mutant)
            }
            chosen.append(mutant)
        }
        return chosen
    }
}
