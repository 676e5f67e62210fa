import FixedPoint
import Workloads

/// Where a workload comes from: a file, or a synthetic family.
public enum WorkloadSource: Hashable, Sendable {
    /// A safetensors file or a directory of .npy files.
    case file(String)
    case synthetic(SyntheticDescription)

    /// Reads the value of `--workload`; what does not start with `synthetic:` is a path.
    public init(_ text: String) throws(SessionError) {
        if text.hasPrefix(SyntheticDescription.marker) {
            self = .synthetic(try SyntheticDescription(text))
        } else {
            self = .file(text)
        }
    }

    /// As the user wrote it.
    public var name: String {
        switch self {
        case .file(let path): path
        case .synthetic(let description): description.text
        }
    }

    /// - Parameters:
    ///   - layers: Indices to take; nil: all.
    ///   - rows: At most so many rows of each head; nil: all.
    ///   - headSize: Of a synthetic workload; a file has its own.
    ///   - seed: Of a synthetic workload.
    public func load(layers: [Int]?, rows: Int?, headSize: Int, seed: UInt64) throws -> AttentionWorkload {
        switch self {
        case .file(let path):
            return try AttentionWorkload(path: path, layers: layers, rowLimit: rows)
        case .synthetic(let description):
            return try description.workload(layers: layers, rows: rows, headSize: headSize, seed: seed)
        }
    }
}

/// `synthetic:FAMILY[,keys=N][,rows=N][,heads=N][,kv-heads=N][,layers=N][,lengths=causal|full|ragged]`.
public struct SyntheticDescription: Hashable, Sendable {
    static let marker = "synthetic:"

    let text: String
    private let family: SyntheticWorkload.Family
    private var lengths = SyntheticWorkload.Lengths.causal
    private var numbers = ["keys": 1024, "rows": 32, "heads": 4, "kv-heads": 4, "layers": 1]
    private static let limits = [
        "keys": 0...1_048_576, "rows": 1...65_536, "heads": 1...1_024,
        "kv-heads": 1...1_024, "layers": 1...1_024,
    ]
    /// Floating-point elements a tensor may have: 1 GiB.
    private static let largestTensor = 1 << 28

    /// Names that can be given, in the order of the manual.
    public static let families = SyntheticWorkload.Family.all.map(\.name)

    init(_ text: String) throws(SessionError) {
        func bad(_ reason: String) -> SessionError { .badArgument(argument: "--workload", value: text, reason: reason) }
        self.text = text
        let parts = text.dropFirst(Self.marker.count).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard let family = SyntheticWorkload.Family.all.first(where: { $0.name == parts[0] }) else {
            throw bad("there is no family '\(parts[0])': use one of \(Self.families.joined(separator: ", "))")
        }
        self.family = family
        var given: Set<String> = []
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, given.insert(pair[0]).inserted else { throw bad("'\(part)' is not a new name=value") }
            if pair[0] == "lengths" {
                switch pair[1] {
                case "causal": lengths = .causal
                case "full": lengths = .full
                case "ragged": lengths = .ragged
                default: throw bad("lengths are causal, full or ragged")
                }
            } else if let limits = Self.limits[pair[0]] {
                guard let number = Int(pair[1]), limits.contains(number) else {
                    throw bad("\(pair[0]) must be in \(limits.lowerBound)...\(limits.upperBound)")
                }
                numbers[pair[0]] = number
            } else {
                throw bad("there is no '\(pair[0])': use keys, rows, heads, kv-heads, layers, lengths")
            }
        }
        if !given.contains("kv-heads") { numbers["kv-heads"] = numbers["heads"] }
        guard numbers["heads"]! % numbers["kv-heads"]! == 0 else { throw bad("heads must be a multiple of kv-heads") }
    }

    func workload(layers: [Int]?, rows: Int?, headSize: Int, seed: UInt64) throws(SessionError) -> AttentionWorkload {
        let count = numbers["layers"]!
        let selected = layers.map { $0.sorted() } ?? Array(0..<count)
        if let absent = selected.first(where: { !(0..<count).contains($0) }) {
            throw .badArgument(
                argument: "--layers", value: "\(absent)", reason: "the workload has layers 0...\(count - 1)")
        }
        let shape = SyntheticWorkload.Shape(
            heads: numbers["heads"]!, kvHeads: numbers["kv-heads"]!, rows: numbers["rows"]!, keys: numbers["keys"]!,
            headSize: headSize)
        guard max(shape.kvHeads * shape.keys, shape.heads * shape.rows) * headSize <= Self.largestTensor else {
            throw .badArgument(
                argument: "--workload", value: text, reason: "a tensor would exceed 1 GiB: use fewer heads, keys or rows")
        }
        let synthetic = SyntheticWorkload(family, shape: shape, lengths: lengths)
        return AttentionWorkload(layers: selected.map {
            synthetic.layer(index: $0, seed: seed).prefix(rows: rows ?? .max)
        })
    }
}
