import Blocks
import Configuration
import RTL

/// Counts the `steps` beats that a key takes when the head is wider than the array; nothing when it takes one.
struct StepCounter {
    private let lane: LaneConfiguration
    private let register: Register<Unsigned>?
    /// The step of the current beat; nil if there is one step only.
    var index: Unsigned? { register?.q }
    /// This beat is the key's last; nil if every beat is.
    let isLast: Bit?

    init(_ c: Circuit, _ lane: LaneConfiguration) {
        self.lane = lane
        register = lane.steps == 1 ? nil : c.register("step", .unsigned(bitsToIndex(lane.steps)), reset: 0)
        isLast = register.map { c.named("last_step", $0.q == Unsigned(lane.steps - 1)) }
    }

    /// Moves on when a beat is taken.
    func advance(_ c: Circuit, when taken: Bit) {
        guard let register else { return }
        c.when(taken) { register.next(register.q &+ 1) }
    }

    /// `condition`, in the key's last beat.
    func atLast(_ condition: Bit) -> Bit { isLast.map { condition & $0 } ?? condition }
}
