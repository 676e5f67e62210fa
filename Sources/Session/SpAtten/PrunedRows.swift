import Configuration
import GoldenModel
import Verification

/// What came out of a lane that prunes.
extension StreamRun {
    /// Rows of `headSize` elements, in the order in which they came.
    func outputRows(headSize: Int) throws -> [[Int16]] {
        let elements = try self["output"].beats.map { Int16(truncatingIfNeeded: try $0.value("element")) }
        return stride(from: 0, to: elements.count, by: headSize).map { Array(elements[$0..<$0 + headSize]) }
    }

    func rowReports() throws -> [RowReport] {
        try self["report"].beats.map { RowReport(unrefinedMass: try $0.value("unrefined"), droppedMass: try $0.value("dropped")) }
    }

    /// Of all channels.
    func traffic(of configuration: SpAttenConfiguration) -> MemoryModel.Traffic {
        let channels = (0..<configuration.channels).map { traffic(of: "request_\($0)") }
        return channels.dropFirst().reduce(channels[0], +)
    }
}
