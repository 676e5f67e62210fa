import Blocks
import Configuration

/// What a `LeanSpAtten` shows on AXI4-Lite; the one declaration from which come hardware, C header and manual.
package enum ControlRegisters {
    /// What counters count, in the order of their registers: 48 bits each.
    package enum Counter: String, CaseIterable, Sendable {
        /// Cycles in which the accelerator was busy.
        case cycles
        case jobs
        /// Rows whose output has been written, and rows of pruned heads, whose zeros have.
        case rows, skippedRows = "skipped_rows"
        /// Tokens of the lists that were selected.
        case keptTokens = "kept_tokens"
        /// Handshakes of the AXI4 masters' channels AR, R, AW and W.
        case readBursts = "read_bursts", readBeats = "read_beats", writeBursts = "write_bursts", writeBeats = "write_beats"
        /// Of the beats of R: keys' MSBs, keys' LSBs, values; descriptors and what they name.
        case keyMSBBeats = "key_msb_beats", keyLSBBeats = "key_lsb_beats", valueBeats = "value_beats"
        case controlBeats = "control_beats"
        /// Busy cycles of any read channel in which ARVALID waited; in which RREADY was set and no beat came; in which WVALID waited.
        case readAddressStalls = "read_address_stalls", readWaits = "read_waits", writeStalls = "write_stalls"

        /// Of the low half of its snapshot; the high half follows.
        package var offset: Int { 0x100 + 8 * Self.allCases.firstIndex(of: self)! }

        var description: String {
            switch self {
            case .cycles: "busy cycles"
            case .jobs: "jobs done"
            case .rows: "rows computed"
            case .skippedRows: "rows of pruned heads"
            case .keptTokens: "tokens of selected lists"
            case .readBursts: "handshakes on AR"
            case .readBeats: "handshakes on R"
            case .writeBursts: "handshakes on AW"
            case .writeBeats: "handshakes on W"
            case .keyMSBBeats: "beats of keys' MSBs on R"
            case .keyLSBBeats: "beats of keys' LSBs on R"
            case .valueBeats: "beats of values on R"
            case .controlBeats: "beats of descriptors and what they name on R"
            case .readAddressStalls: "busy cycles in which an address waited on AR"
            case .readWaits: "busy cycles in which no beat came on R"
            case .writeStalls: "busy cycles in which a beat waited on W"
            }
        }
    }

    /// Bits of a counter.
    package static let counterBits = 48
    package static let identification = 0x4C53_5041
    /// Major and minor.
    package static let version = 0x0001_0001
    /// Of ring indices.
    package static let indexBits = 16
    /// Of a window of 4 KiB.
    package static let addressBits = 12

    package static func map(_ system: some BusConfiguration) -> RegisterMap {
        let lane = system.laneGeometry
        let hash = system.configHash
        func constant(_ name: String, _ bits: ClosedRange<Int>, _ value: Int, _ description: String) -> RegisterField {
            RegisterField(name, bits, .constant, reset: value, description)
        }
        let registers = [
            ControlRegister("id", at: 0x000, "what this is", [constant("value", 0...31, identification, "\"LSPA\"")]),
            ControlRegister("version", at: 0x004, "of registers and descriptors", [
                constant("minor", 0...15, version & 0xFFFF, "what is added"), constant("major", 16...31, version >> 16, "what is changed"),
            ]),
            ControlRegister("config_hash_low", at: 0x008, "which configuration was built", [
                constant("value", 0...31, Int(hash & 0xFFFF_FFFF), "low half of the configuration's hash")]),
            ControlRegister("config_hash_high", at: 0x00C, "which configuration was built", [
                constant("value", 0...31, Int(hash >> 32), "high half of the configuration's hash")]),
            ControlRegister("geometry", at: 0x010, "what was built", [
                constant("head_size", 0...8, lane.headSize, "elements of a query"),
                constant("multipliers", 9...18, lane.multipliers, "of each array of a lane"),
                constant("lanes", 19...25, system.lanes, "lanes"), constant("slots", 26...29, system.slots, "sequences held on chip")]),
            ControlRegister("limits", at: 0x014, "what a job may ask for", [
                constant("row_keys", 0...15, system.maximumRowKeys, "tokens of a sequence with importance, entries of a list"),
                constant("heads", 16...23, system.maximumHeads & 0xFF, "heads of a layer, of a launch key-value heads; 0: 256"),
                constant("context_log2", 24...28, lane.maximumContext.trailingZeroBitCount, "keys of a direct row, or of a sequence of a launch, as a power of two")]),
            ControlRegister("memory", at: 0x018, "the memory port and records", [
                constant("port_bytes", 0...7, lane.portBytes, "of a beat"),
                constant("head_record_bytes", 8...23, system.headRecordBytes, "of a head's record, or a query's")]),
            ControlRegister("capabilities", at: 0x01C, "what jobs are", [
                constant("launches", 0...0, system.jobs == .launches ? 1 : 0, "descriptors are of launches on a cluster; 0: of layers of a sequence"),
                constant("group_rows", 8...15, system.groupRows, "rows that share keys and values, at most")]),
            ControlRegister("control", at: 0x020, "commands", [
                RegisterField("enable", 0, .readWrite, "jobs of the ring are begun"),
                RegisterField("soft_reset", 1, .pulse, "stops, forgets all jobs and errors, and is ready anew"),
                RegisterField("snapshot", 2, .pulse, "copies all counters to where they are read"),
                RegisterField("clear_counters", 3, .pulse, "sets all counters to 0")]),
            ControlRegister("status", at: 0x024, "what it is doing", [
                RegisterField("busy", 0, .readOnly, "a job is under way"),
                RegisterField("stopping", 1, .readOnly, "bursts that are outstanding come to their end"),
                RegisterField("stopped", 2, .readOnly, "an error: waits for soft_reset")]),
            ControlRegister("irq_enable", at: 0x028, "what raises the interrupt", irqFields(.readWrite)),
            ControlRegister("irq_status", at: 0x02C, "what has happened", irqFields(.writeOneToClear)),
            ControlRegister("ring_base_low", at: 0x030, "address of the ring's first slot: a multiple of 64", [
                RegisterField("value", 0...31, .readWrite, "low half")]),
            ControlRegister("ring_base_high", at: 0x034, "address of the ring's first slot", [
                RegisterField("value", 0...7, .readWrite, "bits 32 to 39")]),
            ControlRegister("ring_size", at: 0x038, "slots of the ring", [
                RegisterField("log2", 0...3, .readWrite, "as a power of two")]),
            ControlRegister("ring_head", at: 0x03C, "chains that are done", [
                RegisterField("index", 0...15, .readOnly, "counts modulo 2^16; behind doorbell.tail while there is work")]),
            ControlRegister("doorbell", at: 0x040, "chains that are to be done", [
                RegisterField("tail", 0...15, .readWrite, "counts modulo 2^16; slot i of the ring has the chains i modulo its size")]),
            ControlRegister("outstanding", at: 0x044, "bursts that may be outstanding", [
                RegisterField("reads", 0...8, .readWrite, reset: system.readOutstanding, "up to \(system.readOutstanding)"),
                RegisterField("writes", 16...24, .readWrite, reset: system.writeOutstanding, "up to \(system.writeOutstanding)")]),
            ControlRegister("watchdog", at: 0x048, "cycles without a beat or a row after which it stops", [
                RegisterField("cycles", 0...31, .readWrite, "0: never")]),
            ControlRegister("error_code", at: 0x050, "why it stopped", [
                RegisterField("code", 0...7, .readOnly, "place among the faults")]),
            ControlRegister("error_address_low", at: 0x054, "where", [RegisterField("value", 0...31, .readOnly, "low half")]),
            ControlRegister("error_address_high", at: 0x058, "where", [RegisterField("value", 0...7, .readOnly, "bits 32 to 39")]),
            ControlRegister("error_job", at: 0x05C, "which job", [RegisterField("id", 0...31, .readOnly, "of its descriptor")]),
        ] + Counter.allCases.flatMap { counter in
            [ControlRegister("\(counter.rawValue)_low", at: counter.offset, counter.description, [
                RegisterField("value", 0...31, .readOnly, "as of the last snapshot")]),
             ControlRegister("\(counter.rawValue)_high", at: counter.offset + 4, counter.description, [
                RegisterField("value", 0...15, .readOnly, "bits 32 to 47")])]
        }
        do {
            return try RegisterMap("leanspatten", addressBits: addressBits, registers)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private static func irqFields(_ access: RegisterField.Access) -> [RegisterField] {
        [RegisterField("job_done", 0, access, "a job that interrupts is done"),
         RegisterField("ring_empty", 1, access, "all chains are done"),
         RegisterField("error", 2, access, "an error: see error_code")]
    }
}
