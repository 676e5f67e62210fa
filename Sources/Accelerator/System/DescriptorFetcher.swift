import Blocks
import Configuration
import RTL

/// What registers say of the ring, as whoever fetches descriptors needs it.
struct RingState: Bundle {
    /// Chains of the ring are begun.
    let enable: Bit
    let base: Unsigned
    /// log2 of the ring's slots.
    let size: Unsigned
    /// Chains that have been submitted, modulo 2^16.
    let tail: Unsigned
    /// Index of the first chain while the accelerator is cleared.
    let firstIndex: Unsigned

    static var shape: Shape<RingState> {
        Shape { fields in
            func index() -> Unsigned { fields.make(.unsigned(ControlRegisters.indexBits)) }
            return RingState(
                enable: fields.make(.bit), base: fields.make(.unsigned(MemoryPort.addressBits)), size: fields.make(.unsigned(4)),
                tail: index(), firstIndex: index())
        }
    }
}

/// Fetches descriptors: from chain to chain of the ring, and along each of them.
struct DescriptorFetcher: Module {
    let bus: BusParameters

    struct Ports {
        let ring: RingState
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        /// The descriptor at hand and its address: from `comes`, a pulse, until it is done with.
        let words, address: Unsigned
        let comes: Bit
        /// A pulse: it is done with.
        let isDone: Bit
        /// A chain is under way.
        let busy: Bit
    }

    /// All descriptors are of one length, and where the next one lies is said in one place.
    private typealias Words = JobDescriptorWords

    var suffix: String { bus.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(
            ring: io.input(RingState.shape), read: io.source(ControlRead.shape(bus)), beat: io.sink(.unsigned(bus.dataBits)),
            words: io.output(.unsigned(Words.width)), address: io.output(.unsigned(MemoryPort.addressBits)), comes: io.output(.bit),
            isDone: io.input(.bit), busy: io.output(.bit))
    }

    enum Phase: Int, CaseIterable {
        case start, idle, ask, load, atHand
    }

    func body(_ c: Circuit, _ io: Ports) {
        let phase = PhaseRegister<Phase>(c), ring = io.ring
        let index = c.register("chain_index", .unsigned(ControlRegisters.indexBits))
        let address = c.register("address_of_descriptor", .unsigned(MemoryPort.addressBits))
        let beats = Words.width / bus.dataBits
        let reader = c.instance("record_reader", RecordReader(dataBits: bus.dataBits, beats: beats))
        c.connect(io.beat, to: reader.beat)
        let next = Words(bits: reader.record.payload).address("next")

        c.when(phase.is(.start)) {
            index.next(ring.firstIndex)
            phase.go(.idle)
        }
        let hasChain = c.named("has_chain", ring.enable & (index.q != ring.tail))
        let slot = select(ring.size, (0..<ControlRegisters.indexBits).map { index.q & Unsigned((1 << $0) - 1) })
        c.when(phase.is(.idle) & hasChain) {
            let slotBits = RecordLayout.ringSlotBytes.trailingZeroBitCount
            address.next(ring.base &+ (slot << slotBits).extended(to: MemoryPort.addressBits))
            phase.go(.ask)
        }
        c.send(ControlRead(address: address.q, beats: c.constant(beats - 1, .unsigned(bus.controlBeatBits))), when: phase.is(.ask), to: io.read)
        c.when(phase.is(.ask) & io.read.ready) { phase.go(.load) }
        c.drive(reader.record.ready, phase.is(.load))
        let comes = c.named("descriptor_comes", reader.record.fires)
        c.when(comes) { phase.go(.atHand) }
        c.when(phase.is(.atHand) & io.isDone) {
            c.when(next.isNonzero) {
                address.next(next)
                phase.go(.ask)
            }.otherwise {
                index.next(index.q &+ 1)
                phase.go(.idle)
            }
        }
        c.drive(io.words, reader.record.payload)
        c.drive(io.address, address.q)
        c.drive(io.comes, comes)
        c.drive(io.busy, !phase.is(.start) & !phase.is(.idle))
    }
}
