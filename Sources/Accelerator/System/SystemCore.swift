import Blocks
import Configuration
import RTL

/// What lies between the registers and the bus, as the top of an accelerator sees it: it takes chains from the ring and says what
/// becomes of them.
protocol SystemCore {
    var ring: RingPorts { get }
    // Pulses; the last two with `jobDone`, of that job.
    var jobDone: Bit { get }
    var interrupts: Bit { get }
    var endsChain: Bit { get }
    var rowDone: Bit { get }
    var rowSkipped: Bit { get }
    /// A token of a list that was selected.
    var tokenKept: Bit { get }
    var fault: Flow<FaultReport> { get }
    var busy: Bit { get }
    /// Of the job that a fault is said of, if it has no address of its own.
    var descriptorAddress: Unsigned { get }
    var faultyJob: Unsigned { get }

    func connect(_ c: Circuit, to masters: SystemMasters)
}

/// What registers say of the ring, as whoever fetches descriptors needs it.
struct RingPorts {
    /// Chains of the ring are begun.
    let enable: Bit
    let base: Unsigned
    /// log2 of the ring's slots.
    let size: Unsigned
    /// Chains that have been submitted, modulo 2^16.
    let tail: Unsigned
    /// Index of the first chain while the accelerator is cleared.
    let firstIndex: Unsigned
}

extension SystemUnits: SystemCore {
    var ring: RingPorts {
        RingPorts(
            enable: processor.enable, base: processor.ringBase, size: processor.ringSize, tail: processor.tail,
            firstIndex: processor.firstIndex)
    }
    var jobDone: Bit { rowWriter.jobDone }
    var interrupts: Bit { rowWriter.interrupts }
    var endsChain: Bit { rowWriter.endsChain }
    var rowDone: Bit { rowWriter.rowDone }
    var rowSkipped: Bit { rowWriter.rowSkipped }
    var tokenKept: Bit { listSaver.counts }
    var fault: Flow<FaultReport> { processor.fault }
    var busy: Bit { processor.busy | rowWriter.busy | !arbiter.allWritten }
    var descriptorAddress: Unsigned { processor.descriptorAddress }
    var faultyJob: Unsigned {
        mux(rowWriter.busy & !processor.fault.valid, rowWriter.id, JobDescriptorWords(bits: processor.words)["job_id"])
    }
}
