import Configuration
import FixedPoint

/// What a lane could do at best: every utilisation figure is measured against this.
///
/// `bound = max(port beats, Q.K cycles, P.V cycles)` over the rows of a run, in beats actually moved.
public struct LaneBound: Hashable, Sendable {
    /// What a lane can run out of.
    public enum Resource: String, Sendable, CaseIterable {
        case memoryPort = "memory port"
        case queryKeyArray = "query-key array"
        case probabilityValueArray = "probability-value array"
    }

    public let configuration: LaneConfiguration
    /// Beats of the memory port.
    public private(set) var portBeats = 0
    /// Cycles of the Q.K array; the P.V array takes as many in a dense run.
    public private(set) var queryKeyCycles = 0
    public private(set) var probabilityValueCycles = 0
    /// Multiplications that the result needs: two a key and element.
    public private(set) var usefulMultiplications = 0

    public init(configuration: LaneConfiguration) { self.configuration = configuration }

    /// Rows whose work is known.
    public init(
        configuration: LaneConfiguration, portBeats: Int, queryKeyCycles: Int, probabilityValueCycles: Int,
        usefulMultiplications: Int
    ) {
        self.configuration = configuration
        self.portBeats = portBeats
        self.queryKeyCycles = queryKeyCycles
        self.probabilityValueCycles = probabilityValueCycles
        self.usefulMultiplications = usefulMultiplications
    }

    /// Adds a dense row over `keys` keys: both key planes and the values are fetched once.
    public mutating func addRow(keys: Int, settings: RowSettings) {
        let headSize = configuration.headSize
        let widths = [settings.keyFormat.msbBits, settings.keyFormat.lsbBits, settings.valueFormat.bits]
        for bits in widths { portBeats += ceilDivide(keys * headSize * bits, 8 * configuration.portBytes) }
        let vectors = ceilDivide(keys, configuration.slots) * configuration.steps
        queryKeyCycles += vectors
        probabilityValueCycles += vectors
        usefulMultiplications += 2 * keys * headSize
    }

    /// Of each of several lanes that have the rows in equal parts.
    public func shared(by lanes: Int) -> LaneBound {
        LaneBound(
            configuration: configuration, portBeats: ceilDivide(portBeats, lanes), queryKeyCycles: ceilDivide(queryKeyCycles, lanes),
            probabilityValueCycles: ceilDivide(probabilityValueCycles, lanes), usefulMultiplications: usefulMultiplications)
    }

    /// Cycles below which no schedule gets.
    public var cycles: Int { max(portBeats, queryKeyCycles, probabilityValueCycles) }

    /// The bound on a memory that moves at most so many bytes a cycle; nil: as many as the port.
    public func cycles(bytesPerCycle: Double?) -> Int {
        guard let bytesPerCycle else { return cycles }
        return max(cycles, Int((Double(portBeats * configuration.portBytes) / bytesPerCycle).rounded(.up)))
    }

    /// The resource that sets `cycles`; the port before the arrays where they tie.
    public var bindingResource: Resource {
        if cycles == portBeats { .memoryPort } else if cycles == queryKeyCycles { .queryKeyArray } else { .probabilityValueArray }
    }

    private func ceilDivide(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }
}
