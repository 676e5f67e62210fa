import SeededRandom
import Simulation

/// An AXI4-Lite master of 32 bits for test benches: a read or a write at a time.
///
/// A cycle: `drive`, `settle()` of the simulator, `observe`.
public final class AXILiteMaster {
    public struct Answer: Hashable, Sendable {
        /// Of a read; 0 of a write.
        public let data: UInt32
        /// `AXIResponse`.
        public let response: Int
    }

    /// Of the last access.
    public private(set) var answer: Answer?
    public private(set) var isBusy = false

    private enum Access {
        case read
        case write
    }

    private let read: AXIPins.ReadChannels
    private let write: AXIPins.WriteChannels
    private let stalls: Double
    private var random: SeededGenerator
    private var access = Access.read
    private var offset = 0, value: UInt32 = 0
    /// The address, and the data, of the access are with the slave.
    private var addressTaken = false, dataTaken = false
    private var offersAddress = false, offersData = false
    /// The pins of the access that has ended are still to be lowered.
    private var isEnding = false

    /// - Parameter stalls: How often in a cycle something is not offered or not taken.
    /// - Precondition: the pins have both halves.
    public init(_ pins: AXIPins, stalls: Double = 0, seed: UInt64 = 1) {
        guard let read = pins.read, let write = pins.write else { preconditionFailure("\(pins.prefix) cannot be both read and written") }
        (self.read, self.write, self.stalls) = (read, write, stalls)
        random = SeededGenerator(seed: seed)
        idle()
    }

    /// - Precondition: not busy; likewise below.
    public func beginRead(_ offset: Int) { begin(.read, offset, 0) }

    public func beginWrite(_ offset: Int, _ value: UInt32) { begin(.write, offset, value) }

    private func begin(_ access: Access, _ offset: Int, _ value: UInt32) {
        precondition(!isBusy, "an access is under way")
        (self.access, self.offset, self.value, answer, isBusy) = (access, offset, value, nil, true)
        (addressTaken, dataTaken, offersAddress, offersData) = (false, access == .read, false, false)
    }

    private func idle() {
        for pin in [read.address.valid, write.address.valid, write.data.valid, read.data.ready, write.response.ready] { pin.isSet = false }
    }

    private func hesitates() -> Bool { stalls > 0 && random.unit() < stalls }

    /// Before `settle()`.
    public func drive() {
        if isEnding { idle() }
        isEnding = false
        guard isBusy else { return }
        offersAddress = !addressTaken && (offersAddress || !hesitates())
        offersData = !dataTaken && (offersData || !hesitates())
        switch access {
        case .read:
            read.address.valid.isSet = offersAddress
            read.address.address.value = offset
            read.address.protection?.value = 0
            read.data.ready.isSet = !hesitates()
        case .write:
            write.address.valid.isSet = offersAddress
            write.address.address.value = offset
            write.address.protection?.value = 0
            write.data.valid.isSet = offersData
            write.data.data.value = Int(value)
            write.data.strobes.value = 15
            write.response.ready.isSet = !hesitates()
        }
    }

    /// After `settle()`.
    public func observe() {
        guard isBusy else { return }
        switch access {
        case .read:
            if offersAddress, read.address.ready.isSet { (addressTaken, offersAddress) = (true, false) }
            if read.data.valid.isSet, read.data.ready.isSet {
                end(Answer(data: UInt32(truncatingIfNeeded: read.data.data.storage[0]), response: read.data.response.value))
            }
        case .write:
            if offersAddress, write.address.ready.isSet { (addressTaken, offersAddress) = (true, false) }
            if offersData, write.data.ready.isSet { (dataTaken, offersData) = (true, false) }
            if write.response.valid.isSet, write.response.ready.isSet { end(Answer(data: 0, response: write.response.response.value)) }
        }
    }

    private func end(_ answer: Answer) {
        self.answer = answer
        isBusy = false
        isEnding = true
    }
}
