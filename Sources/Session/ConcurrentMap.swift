import Dispatch
import Synchronization

/// `body` of 0 ..< `count` on all cores, the results in order.
///
/// Throws what the lowest failing index threw, whatever the order they ran in.
package func concurrentMap<Element: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Element
) throws -> [Element] {
    let state = Mutex((elements: [Element?](repeating: nil, count: count), failure: (index: Int, error: any Error)?.none))
    DispatchQueue.concurrentPerform(iterations: count) { index in
        // A failure spares the work behind it; what lies before may still fail first.
        guard state.withLock({ index < $0.failure?.index ?? count }) else { return }
        do {
            let element = try body(index)
            state.withLock { $0.elements[index] = element }
        } catch {
            state.withLock { if index < $0.failure?.index ?? count { $0.failure = (index, error) } }
        }
    }
    let (elements, failure) = state.withLock { ($0.elements, $0.failure) }
    if let failure { throw failure.error }
    return elements.map { $0! }
}
