/// What a top-k engine is built for.
public struct TopKConfiguration: Hashable, Codable, Sendable {
    /// How the k-th largest key is found. The result does not depend on it, only cycles and area do.
    public enum Algorithm: String, CaseIterable, Codable, Sendable {
        /// Digits of the key from the top, by counting: cycles depend on n alone.
        case radix
        /// The paper's: pivots drawn at random, the keys parted around them.
        case quickSelect = "quick-select"
    }

    public let algorithm: Algorithm
    /// Keys a cycle, in and out.
    public let parallelism: Int
    /// Largest n.
    public let capacity: Int
    /// Width of a key, unsigned.
    public let keyBits: Int
    /// Sets of keys that the engine holds: with 2, one comes in while another is selected from.
    public let buffers: Int
    /// Where the pivots of quick-select come from; not 0.
    public let pivotSeed: UInt32
    /// Keys that a pass of radix selection compares a cycle, `parallelism` if that is more.
    public let passKeys: Int

    public static let parallelisms = [1, 2, 4, 8, 16, 32]
    public static let capacities = [128, 256, 512, 1024, 2048, 4096]
    public static let keyWidths = 8...32
    /// Of a pass of radix selection.
    public static let passWidths = [8, 16, 32, 64]

    /// - Throws: `ConfigurationError` for what cannot be built.
    public init(
        _ algorithm: Algorithm, parallelism: Int = 16, capacity: Int = 1024, keyBits: Int = 12, buffers: Int = 1,
        pivotSeed: UInt32 = 1, passKeys: Int = 64
    ) throws(ConfigurationError) {
        func check(_ parameter: String, _ value: Int, _ legal: Bool, _ remedy: String) throws(ConfigurationError) {
            if !legal { throw .unsupported(parameter: parameter, value: "\(value)", remedy: remedy) }
        }
        func list(_ values: [Int]) -> String { values.map(String.init).joined(separator: ", ") }
        try check("parallelism", parallelism, Self.parallelisms.contains(parallelism), "use one of \(list(Self.parallelisms))")
        try check("capacity", capacity, Self.capacities.contains(capacity), "use one of \(list(Self.capacities))")
        try check("key width", keyBits, Self.keyWidths.contains(keyBits), "use 8 ... 32 bits")
        try check("number of buffers", buffers, (1...2).contains(buffers), "use 1 or 2")
        try check("pivot seed", Int(pivotSeed), pivotSeed != 0, "use any other number of 32 bits")
        try check("keys of a pass", passKeys, Self.passWidths.contains(passKeys), "use one of \(list(Self.passWidths))")
        self.algorithm = algorithm
        self.parallelism = parallelism
        self.capacity = capacity
        self.keyBits = keyBits
        self.buffers = buffers
        self.pivotSeed = pivotSeed
        self.passKeys = passKeys
    }
}
