import Blocks
import Configuration
import FixedPoint
import RTL

/// The whole accelerator on a bus: control registers, job descriptors, a lane with the cascade, results in memory.
///
/// ```
///  s_axil -- AXILiteRegisters -- Supervisor, PerformanceCounters -- irq
///                 |
///          CommandProcessor -- DescriptorFetcher, JobCheck
///           |      |     |
///  HeadFeeder  ListLoader  StateLoader       (ControlReads: one read master for all)
///           |      |     |
///             CascadeLane ------------------ (a read master for keys and values)
///           |      |     |
///   RowWriter  ListSaver  StateSaver         (PacketArbiter: one write master for all)
///                 |
///               m_axi
/// ```
/// With a cluster of dense lanes, `LeanUnits` lies between registers and bus instead.
///
/// Docs/system.md says how software uses it, Docs/memory-layout.md what lies in memory.
package struct LeanSpAtten: Module {
    /// What computes behind the bus.
    private enum Kind: Hashable {
        case cascade(SystemConfiguration)
        case lean(LeanSystemConfiguration)
    }

    private let kind: Kind

    package init(_ system: SystemConfiguration) { kind = .cascade(system) }
    package init(_ system: LeanSystemConfiguration) { kind = .lean(system) }

    private var bus: BusParameters {
        switch kind {
        case .cascade(let system): system.bus
        case .lean(let system): system.bus
        }
    }

    private var map: RegisterMap {
        switch kind {
        case .cascade(let system): ControlRegisters.map(system)
        case .lean(let system): ControlRegisters.map(system)
        }
    }

    private func core(_ c: Circuit, clear: Register<Bit>) -> any SystemCore {
        switch kind {
        case .cascade(let system): SystemUnits(c, system, clear: clear)
        case .lean(let system): LeanUnits(c, system, clear: clear)
        }
    }

    package struct Ports {
        let sAxil: AXILitePort
        /// Level: set while an enabled bit of `irq_status` is.
        let irq: Bit
        /// Of one lane and all else; of all but the lanes if there are several.
        let mAxi: AXIPort
        /// Of each of several lanes.
        let mAxiLane: [AXIReadPort]
    }

    package var suffix: String { "" }

    package func ports(_ io: Interface) -> Ports {
        Ports(sAxil: io.axiLiteSlave(addressBits: ControlRegisters.addressBits), irq: io.output(.bit),
              mAxi: io.axiMaster(SystemMasters.port(bus)),
              mAxiLane: bus.lanes == 1 ? [] : (0..<bus.lanes).map { _ in io.axiReadMaster(bus.axi) })
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let registers = c.instance("control_registers", AXILiteRegisters(map))
        c.connect(io.sAxil, to: registers.sAxil)
        let supervisor = c.instance("supervisor", Supervisor(readers: bus.lanes + 1))
        let clear = c.register("core_clear", .bit, reset: 1)
        clear.next(supervisor.clears)
        let masters = SystemMasters(c, bus, registers, supervisor, io)
        let core = core(c, clear: clear)
        core.connect(c, to: masters)

        // Commands come from registers.
        let head = c.register("ring_head", .unsigned(ControlRegisters.indexBits), reset: 0)
        let tail = registers.value["doorbell", "tail"]
        c.drive(core.ring, RingState(
            enable: registers.value["control", "enable"][0],
            base: concatenate(registers.value["ring_base_high", "value"], registers.value["ring_base_low", "value"]),
            size: registers.value["ring_size", "log2"], tail: tail, firstIndex: head.q))
        let chainDone = c.named("chain_done", core.jobDone & core.endsChain)
        c.when(supervisor.restarts) { head.next(tail) }.elsewhen(chainDone) { head.next(head.q &+ 1) }
        c.drive(registers.read["ring_head", "index"], head.q)

        // Faults.
        let busy = c.named("busy", core.busy)
        let write = io.mAxi.write, reads = [io.mAxi.read] + io.mAxiLane
        let beats = reads.enumerated().map { c.named("read_beat_\($0)", $1.rvalid & $1.rready) }
        let writeBeat = c.named("write_beat", write.wvalid & write.wready)
        c.drive(supervisor.jobFault, core.fault)
        c.drive(supervisor.busy, busy)
        c.drive(supervisor.progress, beats.anySet | writeBeat | core.rowDone | core.rowSkipped)
        c.drive(supervisor.watchdog, registers.value["watchdog", "cycles"])
        c.drive(supervisor.descriptorAddress, core.descriptorAddress)
        c.drive(supervisor.jobID, core.faultyJob)
        c.drive(supervisor.softReset, registers.pulse["control", "soft_reset"][0])
        c.drive(registers.read["status", "busy"], busy.asUnsigned)
        c.drive(registers.read["status", "stopping"], supervisor.stopping.asUnsigned)
        c.drive(registers.read["status", "stopped"], supervisor.stopped.asUnsigned)
        c.drive(registers.read["error_code", "code"], supervisor.errorCode.extended(to: 8))
        c.drive(registers.read["error_address_low", "value"], supervisor.errorAddress[0..<32])
        c.drive(registers.read["error_address_high", "value"], supervisor.errorAddress[32..<MemoryPort.addressBits])
        c.drive(registers.read["error_job", "id"], supervisor.errorJob)

        // Interrupts.
        let raised = [
            ("job_done", core.jobDone & core.interrupts), ("ring_empty", chainDone & (head.q &+ 1 == tail)),
            ("error", supervisor.faulted),
        ]
        for (name, happens) in raised { c.drive(registers.set["irq_status", name], happens.asUnsigned) }
        c.drive(io.irq, raised.map { name, _ in
            (registers.value["irq_status", name] & registers.value["irq_enable", name])[0]
        }.anySet)

        count(c, registers, [
            .cycles: [busy], .jobs: [core.jobDone], .rows: [core.rowDone], .skippedRows: [core.rowSkipped],
            .keptTokens: [core.tokenKept], .readBursts: reads.map { $0.arvalid & $0.arready }, .readBeats: beats,
            .writeBursts: [write.awvalid & write.awready], .writeBeats: [writeBeat],
            .keyMSBBeats: masters.isOf(.keyMSB, beats), .keyLSBBeats: masters.isOf(.keyLSB, beats),
            .valueBeats: masters.isOf(.value, beats), .controlBeats: [beats[0] & masters.isOfControl],
            .readAddressStalls: reads.map { busy & $0.arvalid & !$0.arready }, .readWaits: reads.map { busy & $0.rready & !$0.rvalid },
            .writeStalls: [busy & write.wvalid & !write.wready],
        ])
    }

    private func count(_ c: Circuit, _ registers: AXILiteRegisters.Ports, _ events: [ControlRegisters.Counter: [Bit]]) {
        let most = bus.lanes == 1 ? 1 : bus.lanes + 1
        let counters = c.instance("counters", PerformanceCounters(most: most))
        c.drive(counters.happens, ControlRegisters.Counter.allCases.map { counter in
            let bits = events[counter]!.map { $0.asUnsigned.extended(to: bitsToCount(most)) }
            return bits.dropFirst().reduce(bits[0]) { $0 &+ $1 }
        })
        c.drive(counters.snapshot, registers.pulse["control", "snapshot"][0])
        c.drive(counters.clear, registers.pulse["control", "clear_counters"][0])
        for (number, counter) in ControlRegisters.Counter.allCases.enumerated() {
            let copy = counters.copies[number]
            c.drive(registers.read["\(counter.rawValue)_low", "value"], copy[0..<32])
            c.drive(registers.read["\(counter.rawValue)_high", "value"], copy[32..<ControlRegisters.counterBits])
        }
    }
}
