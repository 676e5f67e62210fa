import Blocks
import Configuration
import RTL

/// Counts the `steps` beats that a key takes when the head is wider than the array; nothing when it takes one.
struct StepCounter {
    /// The step of the current beat; nil if there is one step only.
    let index: Unsigned?
    /// This beat is the key's last; nil if every beat is.
    let isLast: Bit?
    private let register: Register<Unsigned>?

    /// - Parameter name: Begins the names of its signals, where a circuit has several.
    init(_ c: Circuit, _ lane: LaneConfiguration, _ name: String = "") {
        guard lane.steps > 1 else {
            (index, isLast, register) = (nil, nil, nil)
            return
        }
        let step = c.register(name + "step", .unsigned(bitsToIndex(lane.steps)), reset: 0)
        index = step.q
        isLast = c.named(name + "last_step", step.q == Unsigned(lane.steps - 1))
        register = step
    }

    private init(index: Unsigned?, isLast: Bit?) {
        self.index = index
        self.isLast = isLast
        register = nil
    }

    /// Moves on when a beat is taken.
    func advance(_ c: Circuit, when taken: Bit) {
        guard let register else { return }
        c.when(taken) { register.next(register.q &+ 1) }
    }

    /// The step of the beat that is `cycles` further down the pipeline.
    func delayed(_ c: Circuit, by cycles: Int, enable: Bit) -> StepCounter {
        guard let index, let isLast else { return self }
        return StepCounter(index: c.delayed("step_of", index, by: cycles, enable: enable),
                           isLast: c.delayed("last_step_of", isLast, by: cycles, enable: enable))
    }

    /// `condition`, in the key's last beat.
    func atLast(_ condition: Bit) -> Bit {
        if let isLast { condition & isLast } else { condition }
    }

    /// `condition`, in the beat of step `number`.
    func at(_ number: Int, _ condition: Bit) -> Bit {
        if let index { condition & (index == Unsigned(number)) } else { condition }
    }
}
