import Blocks
import Configuration
import RTL

/// Stops the accelerator at a fault or when software says so: bursts that are outstanding come to their end on the bus, all
/// else is reset. After a fault it stays so until a soft reset.
struct Supervisor: Module {
    /// Read masters.
    let readers: Int

    struct Ports {
        // Whoever finds a fault. The first one counts.
        let readFault: [Stream<AXIFault>]
        let writeFault: Stream<AXIFault>
        let jobFault: Flow<FaultReport>
        /// Something is under way; a beat or a row has come. Without one for `watchdog` cycles (0: for ever) it is a fault.
        let busy, progress: Bit
        let watchdog: Unsigned
        /// For a fault of the watchdog.
        let descriptorAddress: Unsigned
        let jobID: Unsigned
        /// A pulse.
        let softReset: Bit
        let mastersIdle: Bit
        /// Bursts that are outstanding are brought to their end.
        let abandon: Bit
        /// All else is reset.
        let clears: Bit
        let stopping, stopped: Bit
        /// A pulse: all is ready anew after a soft reset.
        let restarts: Bit
        /// A pulse.
        let faulted: Bit
        let errorCode, errorAddress, errorJob: Unsigned
    }

    var suffix: String { "r\(readers)" }

    func ports(_ io: Interface) -> Ports {
        let address = Shape<Unsigned>.unsigned(MemoryPort.addressBits)
        func fault() -> Stream<AXIFault> { io.sink(AXIFault.shape(addressBits: MemoryPort.addressBits)) }
        return Ports(
            readFault: (0..<readers).map { _ in fault() }, writeFault: fault(), jobFault: io.input(.flow(FaultReport.shape)),
            busy: io.input(.bit), progress: io.input(.bit), watchdog: io.input(.unsigned(32)), descriptorAddress: io.input(address),
            jobID: io.input(.unsigned(32)), softReset: io.input(.bit), mastersIdle: io.input(.bit), abandon: io.output(.bit),
            clears: io.output(.bit), stopping: io.output(.bit), stopped: io.output(.bit), restarts: io.output(.bit),
            faulted: io.output(.bit), errorCode: io.output(.unsigned(FaultReport.codeBits)), errorAddress: io.output(address),
            errorJob: io.output(.unsigned(32)))
    }

    enum State: Int, CaseIterable {
        case runs, stopping, stopped
    }

    /// Cycles for which it abandons: until the reset has reached whoever asks for bursts, and one in which the masters say that they are idle.
    private static let abandonCycles = 5

    func body(_ c: Circuit, _ io: Ports) {
        let state = PhaseRegister<State>(c, "state")

        let idle = c.register("cycles_without_progress", .unsigned(32), reset: 0)
        c.when(!io.busy | io.progress | !state.is(.runs)) { idle.next(0) }.otherwise { idle.next(idle.q &+ 1) }
        let expires = c.named("watchdog_expires", io.watchdog.isNonzero & io.busy & (idle.q >= io.watchdog))

        var fault = FaultReport(code: c.constant(SystemFault.watchdog.rawValue, .unsigned(FaultReport.codeBits)), address: io.descriptorAddress)
        var found = expires
        func report(_ valid: Bit, _ code: Unsigned, _ address: Unsigned) {
            fault = FaultReport(code: mux(valid, code, fault.code), address: mux(valid, address, fault.address))
            found = found | valid
        }
        let outside = io.writeFault.payload.code == Unsigned(AXIFault.outsideRegion)
        report(io.writeFault.valid, mux(outside, SystemFault.outsideRegion.code, c.constant(SystemFault.writeError.rawValue, .unsigned(FaultReport.codeBits))),
               io.writeFault.payload.address)
        for reader in io.readFault {
            report(reader.valid, SystemFault.readError.code, reader.payload.address)
            c.discard(reader.payload.code)
            c.drive(reader.ready, true)
        }
        c.drive(io.writeFault.ready, true)
        report(io.jobFault.valid, io.jobFault.payload.code, io.jobFault.payload.address)
        let faults = c.named("faults", found & state.is(.runs))

        let hasError = c.register("has_error", .bit, reset: 0)
        let steps = c.register("abandon_steps", .unsigned(bitsToCount(Self.abandonCycles)), reset: 0)
        let wereIdle = c.stage("masters_were_idle", io.mastersIdle)
        let settled = c.named("settled", state.is(.stopping) & !steps.q.isNonzero & wereIdle)
        c.when(settled) {
            state.go(.runs)
            c.when(hasError.q & !io.softReset) { state.go(.stopped) }
        }
        c.when(state.is(.stopping) & steps.q.isNonzero) { steps.next(steps.q &- 1) }
        c.when(faults | (io.softReset & !settled)) { state.go(.stopping) }
        c.when((faults | io.softReset) & !state.is(.stopping)) { steps.next(Unsigned(Self.abandonCycles)) }
        c.when(io.softReset) { hasError.clear() }.elsewhen(faults) { hasError.set() }

        c.drive(io.abandon, state.is(.stopping) & steps.q.isNonzero)
        c.drive(io.clears, !state.is(.runs))
        c.drive(io.stopping, state.is(.stopping))
        c.drive(io.stopped, state.is(.stopped))
        c.drive(io.restarts, settled & (!hasError.q | io.softReset))
        c.drive(io.faulted, faults & !io.softReset)
        func latched(_ name: String, _ value: Unsigned) -> Unsigned {
            let register = c.register("held_\(name)", .like(value), reset: 0)
            c.when(io.softReset) { register.next(0) }.elsewhen(faults) { register.next(value) }
            return register.q
        }
        c.drive(io.errorCode, latched("error_code", fault.code))
        c.drive(io.errorAddress, latched("error_address", fault.address))
        c.drive(io.errorJob, latched("error_job", io.jobID))
    }
}
