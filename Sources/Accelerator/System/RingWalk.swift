import Configuration
import RTL

/// From chain to chain of the ring, and along each of them: the address of the descriptor at hand.
///
/// The functions are for the body of a `when`.
struct RingWalk {
    let address: Register<Unsigned>
    /// A chain has been submitted and not begun.
    let hasChain: Bit
    private let index: Register<Unsigned>
    private let ring: RingPorts

    init(_ c: Circuit, _ ring: RingPorts) {
        self.ring = ring
        index = c.register("chain_index", .unsigned(ControlRegisters.indexBits))
        address = c.register("address_of_descriptor", .unsigned(MemoryPort.addressBits))
        hasChain = c.named("has_chain", ring.enable & (index.q != ring.tail))
    }

    /// While the accelerator is cleared.
    func start() { index.next(ring.firstIndex) }

    /// To the first descriptor of the next chain.
    func beginChain() {
        let slot = select(ring.size, (0..<ControlRegisters.indexBits).map { index.q & Unsigned((1 << $0) - 1) })
        let slotBytes = RecordLayout.ringSlotBytes
        address.next(ring.base &+ (slot << slotBytes.trailingZeroBitCount).extended(to: MemoryPort.addressBits))
    }

    /// To the next descriptor of the chain.
    func goOn(to next: Unsigned) { address.next(next) }

    func endChain() { index.next(index.q &+ 1) }
}
