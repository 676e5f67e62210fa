import Blocks
import Configuration
import RTL

/// What lies between the registers and the bus, as the top of an accelerator sees it: it takes chains from the ring and says what
/// becomes of them.
protocol SystemCore {
    var ring: RingState { get }
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

extension SystemUnits: SystemCore {
    var ring: RingState { processor.ring }
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
