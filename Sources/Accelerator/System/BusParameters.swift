import Blocks
import Configuration
import RTL

/// What the units know that every accelerator on a bus has: AXI4, and the lengths of what is read and written over it.
struct BusParameters: Hashable {
    /// Tells accelerators apart in the names of modules.
    let suffix: String
    let lanes: Int
    let dataBits: Int
    let readOutstanding, writeOutstanding: Int
    /// Bursts of descriptors and what they name that may be outstanding, besides the lanes', and beats that they have room for.
    let controlOutstanding, controlBuffer: Int
    /// Of the length in beats of a read beside keys and values, less one.
    let controlBeatBits: Int
    /// Of the bytes of a packet that is written, less one.
    let packetLengthBits: Int

    /// Of an AXI4 master behind its arbiter.
    var axi: AXIParameters { AXIParameters(addressBits: MemoryPort.addressBits, dataBits: dataBits, idBits: MemoryPort.tagBits) }

    /// - Parameters:
    ///   - longestRead, longestPacket: Bytes.
    ///   - controlOutstanding, controlBursts: Bursts; the longest that there is room for.
    init(
        _ configuration: some BusConfiguration, suffix: String, longestRead: Int, longestPacket: Int, controlOutstanding: Int,
        controlBursts: Int
    ) {
        self.suffix = suffix
        (lanes, dataBits) = (configuration.lanes, configuration.dataBits)
        (readOutstanding, writeOutstanding) = (configuration.readOutstanding, configuration.writeOutstanding)
        let bytes = configuration.dataBits / 8
        controlBeatBits = bitsToIndex(longestRead / bytes)
        packetLengthBits = bitsToIndex(max(longestPacket, bytes))
        self.controlOutstanding = controlOutstanding
        controlBuffer = controlBursts * AXIParameters(
            addressBits: MemoryPort.addressBits, dataBits: configuration.dataBits, idBits: MemoryPort.tagBits).burstBeats
    }
}

/// Has those parameters.
protocol OnBus {
    var bus: BusParameters { get }
}

extension BusParameters: OnBus {
    var bus: BusParameters { self }
}

extension OnBus {
    var suffix: String { bus.suffix }
    var axi: AXIParameters { bus.axi }
    var controlBeatBits: Int { bus.controlBeatBits }
    var packetLengthBits: Int { bus.packetLengthBits }
}

extension SystemConfiguration: OnBus {
    var bus: BusParameters {
        BusParameters(
            self, suffix: "\(lane.suffix)_h\(maximumHeads)" + (lanes > 1 ? "_l\(lanes)" : "") + slotsSuffix(slots),
            // A list; a row or a word of a state.
            longestRead: max(4 * lane.maximumRowKeys, max(headRecordBytes, RecordLayout.jobDescriptor.bytes)),
            longestPacket: max(max(2 * lane.lane.headSize, stateWordBytes), RecordLayout.completionRecord.bytes),
            controlOutstanding: 4, controlBursts: 1)
    }
}

extension LeanSystemConfiguration: OnBus {
    var bus: BusParameters {
        BusParameters(
            self, suffix: cluster.suffix,
            longestRead: max(
                ClusterConfiguration.maximumSequences * RecordLayout.sequenceRecord.bytes,
                max(headRecordBytes, RecordLayout.launchDescriptor.bytes)),
            longestPacket: max(2 * laneGeometry.headSize, RecordLayout.completionRecord.bytes),
            // All lanes ask for their first queries at once, each of them a short burst.
            controlOutstanding: 16, controlBursts: 2)
    }
}
