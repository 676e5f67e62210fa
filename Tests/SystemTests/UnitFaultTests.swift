import Accelerator
import Configuration
import Driver
import RTL
import Session
import Simulation
import Testing

/// Faults of the hardware itself, which no descriptor, record or memory can make: small ones (`Mutant`) in units of a cluster, asleep until one
/// is woken for a launch. Where units then do not agree with one another, the device says so as of any other fault.
@Suite struct UnitFaultTests {
    /// When a fault wakes.
    private enum Waking {
        case beforeTheLaunch, whileLanesRead
    }

    /// A device with faults that can be woken one at a time.
    private final class Bench {
        let mutants: [Mutant]
        var lanes: Int { system.configuration.lanes }
        private let simulator: NativeSimulator
        private let run: SystemRun
        private let program: LaunchProgram
        private let launch: LaunchProgram.Launch
        private let system: LeanTestSystem
        private static let region = DeviceRegion(address: TestSystem.region.address, bytes: 1 << 18)

        /// - Parameter signals: Part of the names of those that are stuck.
        init(faultsOf unit: String, signals: String) throws {
            system = try LeanTestSystem.small.get()
            let design = try Design(LeanSpAtten(system.configuration))
            mutants = design.mutants().filter { $0.module.hasPrefix(unit) && $0.change.kind == "stuck" && $0.signal.contains(signals) }
            simulator = NativeSimulator(try design.mutated(by: mutants), seed: 1)
            run = try system.run(watchdog: 2_000, region: Self.region, on: simulator)
            program = try system.shortLaunch()
            launch = program.launches[0]
            try run.run(program)
        }

        /// Gives the launch, changed, with a fault awake, and looks at how the device stops. With the fault asleep again and after a soft reset
        /// it does the launch right.
        ///
        /// - Returns: Why it stops; nil: the launch is done, right or wrong, or runs on for ever.
        func stop(
            by index: Int, wakes: Waking, _ change: (inout RecordWords) throws -> Void = { _ in }
        ) throws -> SystemFault? {
            let simulation = run.simulation, reads = simulation.ports[1].memory.reads.count, interrupts = simulation.interrupts.count
            try run.load(program)
            if wakes == .beforeTheLaunch { try simulator.poke("mutant", index + 1) }
            var record = try launch.descriptor.record(for: system.configuration)
            try change(&record)
            let chain = try run.driver.submit(records: [record])
            while wakes == .whileLanesRead, simulation.ports[1].memory.reads.count == reads { try simulation.step() }
            try simulator.poke("mutant", index + 1)
            var fault: SystemFault?
            do {
                try run.driver.wait(for: chain, on: simulation, cycles: 10_000)
            } catch DriverError.stopped(let failure) {
                fault = failure.fault
                // What is outstanding comes to its end, and nothing else follows; why it stopped stays.
                try simulation.step(300)
                let writes = simulation.memory.writes.count
                try simulation.step(300)
                #expect(simulation.isIdle && simulation.memory.writes.count == writes)
                #expect(try run.driver.failure() == failure && !run.driver.isDone(chain) && simulation.interrupts.count > interrupts)
                if fault == .internalFault {
                    #expect(failure.address == chain.descriptors[0] && failure.job == launch.id, "\(mutants[index]): \(failure)")
                }
            } catch DriverError.notDone {
                // Something always moves, so the watchdog sees nothing.
            }
            try simulator.poke("mutant", 0)
            try run.driver.softReset()
            #expect(try run.driver.failure() == nil && simulation.isIdle)
            try run.host.expect(try run.host.read(launch.region.bytes, at: launch.region.address), at: launch.region.address)
            // Nothing else was written.
            try run.compare()
            try run.run(program)
            return fault
        }
    }

    @Test("parts of one output that do not belong together")
    func parts() throws {
        // Where a lane says of a part what it is a part of, and where the reduction passes that on.
        for unit in ["SegmentIssuer", "ReductionSlots"] {
            let bench = try Bench(faultsOf: unit, signals: "payload")
            let faults = try bench.mutants.indices.map { try bench.stop(by: $0, wakes: .whileLanesRead) }
            let seen = zip(bench.mutants, faults).filter { $1 == .internalFault }.map(\.0)
            #expect(seen.count >= 2, "\(seen)")
            print("\(unit): \(seen.count) of \(faults.count) faults make units disagree")
        }
    }

    @Test("a bad descriptor that its check lets through is refused by the scheduler")
    func scheduler() throws {
        let bench = try Bench(faultsOf: "LaunchCheck", signals: "_lanes")
        let faults = try bench.mutants.indices.map { index in
            try bench.stop(by: index, wakes: .beforeTheLaunch) { try $0.set("lanes", bench.lanes + 1) }
        }
        #expect(faults.contains(.internalFault) && faults.allSatisfy { $0 == .internalFault || $0 == .badField }, "\(faults)")
    }
}
