import Accelerator
import Blocks
import Configuration
import Cosimulation
import Driver
import Foundation
import Session
import Testing
import TestSupport

/// The bare-metal driver of `Software/c`, compiled with the headers that are generated for a configuration, in this process: its
/// registers are those of a simulated device, its memory that of the simulation.
final class CDriver {
    private typealias Read = @convention(c) (UnsafeMutableRawPointer?, UInt32) -> UInt32
    private typealias Write = @convention(c) (UnsafeMutableRawPointer?, UInt32, UInt32) -> Void

    let simulation: SystemSimulation
    /// What a callback threw, which C cannot hand on.
    fileprivate var thrown: (any Error)?
    private let library: UnsafeMutableRawPointer
    private var device: UnsafeMutableRawPointer?

    /// What is between Swift and the driver, whose structures Swift does not see.
    private static let shim = """
        #include <stdlib.h>
        #include "leanspatten.h"

        void *cosim_new(void) { return calloc(1, sizeof(struct leanspatten)); }
        void cosim_free(void *device) { free(device); }
        int cosim_init(void *device, void *context, uint32_t (*read)(void *, uint32_t), void (*write)(void *, uint32_t, uint32_t),
                       void *ring, uint64_t address, uint32_t slots_log2, uint64_t hash, uint32_t irq_enable, uint32_t watchdog) {
            struct leanspatten_bus bus = {context, read, write};
            struct leanspatten_memory memory = {ring, address};
            return leanspatten_init(device, &bus, &memory, slots_log2, hash, irq_enable, watchdog);
        }
        /* The descriptors lie one behind another at `pointer`; all but the first are used where they lie. */
        int cosim_submit(void *device, uint32_t *pointer, uint64_t address, uint32_t count, uint32_t *chain) {
            struct leanspatten_memory rest = {
                pointer + LEANSPATTEN_JOB_DESCRIPTOR_WORDS, address + 4u * LEANSPATTEN_JOB_DESCRIPTOR_WORDS};
            return leanspatten_submit(device, pointer, count > 1 ? &rest : 0, count, chain);
        }
        int cosim_wait(void *device, uint32_t chain, uint32_t tries) { return leanspatten_wait(device, chain, tries); }
        int cosim_done(void *device, uint32_t chain) { return leanspatten_done(device, chain); }
        void cosim_interrupt(void *device) { leanspatten_interrupt(device); }
        uint32_t cosim_causes(void *device) { return ((struct leanspatten *)device)->causes; }
        int cosim_soft_reset(void *device, uint32_t tries) { return leanspatten_soft_reset(device, tries); }
        void cosim_error(void *device, uint32_t *code, uint32_t *job, uint64_t *address) {
            struct leanspatten_error error;
            leanspatten_get_error(device, &error);
            *code = error.code;
            *job = error.job;
            *address = error.address;
        }
        uint64_t cosim_jobs(void *device) { return leanspatten_counter(device, LEANSPATTEN_JOBS_LOW_OFFSET); }
        /* A descriptor of a direct job, by the functions of the driver. */
        void cosim_direct(uint32_t *descriptor, uint32_t heads, uint64_t output) {
            leanspatten_clear(descriptor);
            leanspatten_set(descriptor, LEANSPATTEN_FIELD(DIRECT), 1);
            leanspatten_set(descriptor, LEANSPATTEN_FIELD(HEADS), heads);
            leanspatten_set_address(descriptor, LEANSPATTEN_JOB_DESCRIPTOR_OUTPUT_ADDRESS_WORD, output);
        }
        /* Likewise of a launch. */
        void cosim_launch(uint32_t *descriptor, uint32_t heads, uint64_t table) {
            leanspatten_clear_launch(descriptor);
            leanspatten_set(descriptor, LEANSPATTEN_LAUNCH_FIELD(HEADS), heads);
            leanspatten_set_address(descriptor, LEANSPATTEN_LAUNCH_DESCRIPTOR_SEQUENCE_TABLE_WORD, table);
        }

        """

    /// - Parameter headers: Not those of the device, if others are to be tried.
    init(_ simulation: SystemSimulation) throws {
        self.simulation = simulation
        let sources = PackageFiles.root + "/Software/c"
        library = try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            try Files.write(RecordLayout.cHeader("leanspatten"), to: "\(directory)/leanspatten_records.h")
            try Files.write(ControlRegisters.map(simulation.configuration).cHeader, to: "\(directory)/leanspatten_registers.h")
            try Files.write(Self.shim, to: "\(directory)/shim.c")
            let flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-fPIC", "-I\(directory)", "-I\(sources)"]
            // The driver as for bare metal: without a library.
            try ToolProcess(
                "/usr/bin/gcc", flags + ["-ffreestanding", "-c", "\(sources)/leanspatten.c", "-o", "\(directory)/driver.o"]
            ).require(timeout: .seconds(60))
            try ToolProcess(
                "/usr/bin/gcc", flags + ["-shared", "\(directory)/shim.c", "\(directory)/driver.o", "-o", "\(directory)/driver.so"]
            ).require(timeout: .seconds(60))
            guard let handle = dlopen("\(directory)/driver.so", RTLD_NOW | RTLD_LOCAL) else {
                throw .cannotLoad(library: "driver.so", reason: String(cString: dlerror()))
            }
            return handle
        }
        device = symbol("cosim_new", as: (@convention(c) () -> UnsafeMutableRawPointer?).self)()
    }

    deinit {
        symbol("cosim_free", as: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)(device)
        dlclose(library)
    }

    private func symbol<F>(_ name: String, as type: F.Type) -> F { unsafeBitCast(dlsym(library, name)!, to: type) }

    /// After every call: what a callback threw.
    private func rethrow<R>(_ result: R) throws -> R {
        defer { thrown = nil }
        if let thrown { throw thrown }
        return result
    }

    private func pointer(_ address: Int) -> UnsafeMutableRawPointer {
        simulation.memory.storage.baseAddress! + (address - simulation.memory.base)
    }

    func start(ring: Int, slotsLog2: Int, hash: UInt64, interrupts: UInt32 = 7) throws -> Int32 {
        let read: Read = { context, offset in
            let driver = Unmanaged<CDriver>.fromOpaque(context!).takeUnretainedValue()
            do { return try driver.simulation.read(Int(offset)) } catch {
                driver.thrown = error
                return 0
            }
        }
        let write: Write = { context, offset, value in
            let driver = Unmanaged<CDriver>.fromOpaque(context!).takeUnretainedValue()
            do { try driver.simulation.write(Int(offset), value) } catch { driver.thrown = error }
        }
        let call = symbol("cosim_init", as: (@convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Read, Write, UnsafeMutableRawPointer?, UInt64, UInt32, UInt64, UInt32, UInt32
        ) -> Int32).self)
        return try rethrow(call(
            device, Unmanaged.passUnretained(self).toOpaque(), read, write, pointer(ring), UInt64(ring), UInt32(slotsLog2), hash, interrupts, 50_000))
    }

    /// - Parameter address: Of descriptors that lie in the device's memory one behind another.
    func submit(at address: Int, count: Int) throws -> (result: Int32, chain: UInt32) {
        var chain: UInt32 = 0
        let call = symbol("cosim_submit", as: (@convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UInt64, UInt32, UnsafeMutablePointer<UInt32>) -> Int32).self)
        let result = call(device, pointer(address), UInt64(address), UInt32(count), &chain)
        return try rethrow((result, chain))
    }

    func wait(_ chain: UInt32, tries: UInt32 = 1_000_000) throws -> Int32 {
        try rethrow(symbol("cosim_wait", as: (@convention(c) (UnsafeMutableRawPointer?, UInt32, UInt32) -> Int32).self)(device, chain, tries))
    }

    func isDone(_ chain: UInt32) -> Bool {
        symbol("cosim_done", as: (@convention(c) (UnsafeMutableRawPointer?, UInt32) -> Int32).self)(device, chain) == 0
    }

    func handleInterrupt() throws {
        try rethrow(symbol("cosim_interrupt", as: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)(device))
    }

    var causes: UInt32 { symbol("cosim_causes", as: (@convention(c) (UnsafeMutableRawPointer?) -> UInt32).self)(device) }

    func softReset(tries: UInt32 = 100_000) throws -> Int32 {
        try rethrow(symbol("cosim_soft_reset", as: (@convention(c) (UnsafeMutableRawPointer?, UInt32) -> Int32).self)(device, tries))
    }

    func error() throws -> SystemFailure {
        var code: UInt32 = 0, job: UInt32 = 0, address: UInt64 = 0
        let call = symbol("cosim_error", as: (@convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt64>) -> Void).self)
        call(device, &code, &job, &address)
        return try rethrow(SystemFailure(code: Int(code), address: Int(address), job: job))
    }

    func jobs() throws -> Int {
        Int(try rethrow(symbol("cosim_jobs", as: (@convention(c) (UnsafeMutableRawPointer?) -> UInt64).self)(device)))
    }

    /// Descriptors that C makes.
    func directDescriptor(heads: Int, output: Int) -> [UInt32] { descriptor("cosim_direct", heads, output) }
    func launchDescriptor(heads: Int, table: Int) -> [UInt32] { descriptor("cosim_launch", heads, table) }

    private func descriptor(_ function: String, _ heads: Int, _ address: Int) -> [UInt32] {
        var words = [UInt32](repeating: 0xFFFF_FFFF, count: RecordLayout.jobDescriptor.words)
        let call = symbol(function, as: (@convention(c) (UnsafeMutablePointer<UInt32>, UInt32, UInt64) -> Void).self)
        words.withUnsafeMutableBufferPointer { call($0.baseAddress!, UInt32(heads), UInt64(address)) }
        return words
    }
}
