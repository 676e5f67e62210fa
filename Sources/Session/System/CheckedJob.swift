import Configuration
import Driver

/// Bytes that a job must write.
public struct ExpectedWrite: Sendable {
    /// For people: "output of head 3".
    public let what: String
    public let address: Int
    public let bytes: [UInt8]
}

/// A job for a simulated system whose effect on the memory is known.
public protocol CheckedJob: Sendable {
    var id: UInt32 { get }
    /// All that it may write.
    var region: DeviceRegion { get }
    var completionAddress: Int? { get }
    /// The device says when it is done.
    var interrupts: Bool { get }
    /// In order, but for the completion record.
    var writes: [ExpectedWrite] { get }
    /// Those of `writes` that are rows of output: 16 bits an element.
    var outputs: ArraySlice<ExpectedWrite> { get }
    /// Its `cycles` mean nothing.
    var completion: CompletionRecord { get }

    static func submit(_ chain: [Self], to driver: LeanSpAttenDriver) throws -> LeanSpAttenDriver.Chain
}

/// What the host writes, and then gives to the accelerator.
public struct SystemStep<Job: CheckedJob>: Sendable {
    public var hostWrites: [(address: Int, bytes: [UInt8])] = []
    public var chains: [[Job]] = []
}

/// Jobs for a simulated system and the memory that they find.
public protocol CheckedSystemProgram: Sendable {
    associatedtype System: BusConfiguration
    associatedtype Job: CheckedJob

    var configuration: System { get }
    /// Of the memory at the beginning, all of it from `base` on.
    var image: [UInt8] { get }
    var base: Int { get }
    /// The host waits for one before it goes on to the next.
    var steps: [SystemStep<Job>] { get }
    /// Which plane an address belongs to; everything else is `control`.
    var readKind: @Sendable (Int) -> SystemSimulation.ReadKind { get }
}
