import Accelerator
import Configuration
import Cosimulation
import Driver
import FixedPoint
import GoldenModel
import LanguageModel
import Verification
import Workloads

/// A run that cannot start, for a reason that no single part of it can see.
public enum SessionError: Error, Equatable, CustomStringConvertible {
    case wrongHeadSize(workload: String, headSize: Int, preset: String, presetHeadSize: Int)
    case contextTooLong(layer: Int, row: Int, keys: Int, maximum: Int)
    /// No preset has the head size of a language model.
    case noLane(model: String, headSize: Int)
    case notQuantizable(layer: Int, head: Int, row: Int?, QuantizationError)
    /// A workload whose rows cannot be the iterations of a sequence.
    case noSequence(workload: String, reason: String)
    /// A configuration file.
    case badConfiguration(file: String, reason: String)
    /// A value of an argument that only makes sense together with others.
    case badArgument(argument: String, value: String, reason: String)
    /// A file of keys; `line` counts from 1.
    case badKeys(file: String, line: Int?, reason: String)
    case cannotWrite(path: String, reason: String)

    public var description: String {
        switch self {
        case .wrongHeadSize(let workload, let headSize, let preset, let presetHeadSize):
            "\(workload) has head size \(headSize), but \(preset) is built for \(presetHeadSize): "
                + Self.remedy(headSize: headSize)
        case .contextTooLong(let layer, let row, let keys, let maximum):
            "layer \(layer), row \(row) attends to \(keys) keys, but the lane holds at most \(maximum): shorten the context, "
                + "or use a configuration with a larger maximumContext"
        case .noLane(let model, let headSize):
            "\(model): its heads have \(headSize) elements, and no lane is built for that: " + Self.remedy(headSize: headSize)
        case .notQuantizable(let layer, let head, let row, let error):
            "layer \(layer), head \(head)\(row.map { ", row \($0)" } ?? ""): \(error)"
        case .noSequence(let workload, let reason):
            "\(workload): \(reason)"
        case .badConfiguration(let file, let reason):
            "\(file): \(reason)"
        case .badArgument(let argument, let value, let reason):
            "\(argument) '\(value)': \(reason)"
        case .badKeys(let file, let line, let reason):
            "\(file)\(line.map { ", line \($0):" } ?? "") \(reason)"
        case .cannotWrite(let path, let reason):
            "\(path): cannot be written: \(reason). Choose a path in an existing directory with write permission and free space"
        }
    }

    private static func remedy(headSize: Int) -> String {
        let fitting = Preset.all.filter { $0.configuration.lane.headSize == headSize }.map(\.name)
        return fitting.isEmpty
            ? "head sizes are \(LaneConfiguration.headSizes.map(String.init).joined(separator: ", "))"
            : "use --preset \(fitting.joined(separator: " or "))"
    }
}

/// How a command ends: its exit code.
public enum ExitStatus: Int32, Sendable {
    case success = 0
    /// The design gave other bits than the golden model, or broke its protocol.
    case designDiffers = 1
    case usage = 64
    case badInput = 65
    case toolMissing = 69
    case internalFault = 70
    case cannotWrite = 73

    /// What an error that ended a command means to its caller.
    public init(of error: any Error) {
        self =
            switch error {
            case let error as SessionError: Self.status(of: error)
            case let error as WorkloadError: error.isWriteFailure ? .cannotWrite : .badInput
            case is LanguageModelError: .badInput
            case let error as CosimulationError: Self.status(of: error)
            case is ConfigurationError, is FormatError, is ScheduleError: .usage
            case is QuantizationError, is LaneInputError: .badInput
            case is LaneRunError, is Divergence, is MemoryModelError, is StreamProtocolError, is UnknownOutputs, is AXIViolation, is SystemSimulationError:
                .designDiffers
            case let error as DriverError: if case .unsupported = error { .usage } else { .designDiffers }
            default: .internalFault
            }
    }

    private static func status(of error: SessionError) -> ExitStatus {
        switch error {
        case .badArgument: .usage
        case .wrongHeadSize, .contextTooLong, .noLane, .notQuantizable, .noSequence, .badConfiguration, .badKeys: .badInput
        case .cannotWrite: .cannotWrite
        }
    }

    private static func status(of error: CosimulationError) -> ExitStatus {
        switch error {
        case .missingTool, .unsupportedTool, .cannotStart: .toolMissing
        case .fileSystem: .cannotWrite
        case .toolFailed, .timedOut, .tooMuchOutput, .cannotLoad, .notBuiltWith, .engineLost, .badCoverage, .badInterface:
            .internalFault
        }
    }
}

extension SessionError {
    /// Says of which layer, head and row it was that `body` could not quantise.
    static func naming<Result>(
        layer: Int, head: Int, row: Int?, _ body: () throws(QuantizationError) -> Result
    ) throws(SessionError) -> Result {
        do throws(QuantizationError) {
            return try body()
        } catch {
            throw .notQuantizable(layer: layer, head: head, row: row, error)
        }
    }
}
