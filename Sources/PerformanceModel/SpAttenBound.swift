import Configuration
import FixedPoint

/// What a lane that prunes could do at best with rows whose decisions are known.
///
/// `bound = max(beats of the busiest channel, Q.K cycles, P.V cycles)`, in sectors actually read: a row of a plane costs those
/// that it touches, once for neighbouring tokens.
public struct SpAttenBound: Sendable {
    public let configuration: SpAttenConfiguration
    /// Reads of each plane.
    public private(set) var keyMSB, keyLSB, value: GatherBound
    /// Vectors of both passes through the Q.K array, and of the P.V array.
    public private(set) var queryKeyCycles = 0, probabilityValueCycles = 0
    /// Multiplications that the results need.
    public private(set) var usefulMultiplications = 0

    public init(configuration: SpAttenConfiguration) {
        self.configuration = configuration
        keyMSB = GatherBound(configuration: configuration)
        keyLSB = keyMSB
        value = keyMSB
    }

    /// Tokens of a row by what is read of them, with their positions in the row's list.
    public struct Row: Sendable {
        public var tokens: [Int]
        /// Position of the first.
        public var first: Int
        /// Per token.
        public var isRefined, keepsValue: [Bool]

        public init(tokens: [Int], first: Int, isRefined: [Bool], keepsValue: [Bool]) {
            self.tokens = tokens
            self.first = first
            self.isRefined = isRefined
            self.keepsValue = keepsValue
        }
    }

    /// Adds a row whose planes lie at multiples of the port's width.
    public mutating func addRow(_ row: Row, settings: RowSettings, refine: RefineMode) {
        let format = settings.keyFormat, steps = configuration.lane.steps
        let joined = refine == .always || format.lsbBits == 0
        let refined = joined ? row.tokens.indices.map { $0 } : row.tokens.indices.filter { row.isRefined[$0] }
        let kept = row.tokens.indices.filter { row.keepsValue[$0] }
        func add(_ keys: [Int], _ bits: Int, to plane: inout GatherBound) {
            plane.addRow(tokens: keys.map { row.tokens[$0] }, positions: keys.map { row.first + $0 }, bits: bits)
        }
        add(Array(row.tokens.indices), format.msbBits, to: &keyMSB)
        if format.lsbBits > 0 { add(refined, format.lsbBits, to: &keyLSB) }
        add(kept, settings.valueFormat.bits, to: &value)
        // A row that is not read whole begins with its query's sum.
        queryKeyCycles += steps * (row.tokens.count + (joined ? 0 : 1 + refined.count))
        probabilityValueCycles += steps * kept.count
        usefulMultiplications += configuration.lane.headSize * (row.tokens.count + kept.count + (joined ? 0 : refined.count))
    }

    /// Sectors that all planes read through the busiest channel.
    public var portBeats: Int {
        (0..<configuration.channels).map { keyMSB.beats[$0] + keyLSB.beats[$0] + value.beats[$0] }.max()!
    }

    /// The same, as any lane's.
    public var lane: LaneBound {
        LaneBound(
            configuration: configuration.lane, portBeats: portBeats, queryKeyCycles: queryKeyCycles,
            probabilityValueCycles: probabilityValueCycles, usefulMultiplications: usefulMultiplications)
    }
}
