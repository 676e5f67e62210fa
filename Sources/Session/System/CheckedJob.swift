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
    /// In order, but for the completion record.
    var writes: [ExpectedWrite] { get }
    /// Its `cycles` mean nothing.
    var completion: CompletionRecord { get }

    static func submit(_ chain: [Self], to driver: LeanSpAttenDriver) throws -> LeanSpAttenDriver.Chain
}
