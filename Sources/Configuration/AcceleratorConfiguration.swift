/// The build-time parameters of whichever accelerator is generated.
public enum AcceleratorConfiguration: Hashable, Sendable {
    /// A dense lane.
    case lane(LaneConfiguration)
    /// A lane that prunes and refines.
    case spAtten(SpAttenConfiguration)
    /// The same with the cascade: token and head importance, and the controller that prunes by them.
    case cascade(SpAttenConfiguration)
    /// A dense lane whose keys and values serve several query rows each time they are read.
    case prefill(PrefillConfiguration)
    /// Lanes that share the tiles of a launch, with the scheduler and the reduction.
    case cluster(ClusterConfiguration)
    /// A lane with the cascade behind registers, job descriptors and AXI4.
    case system(SystemConfiguration)
    /// Lanes that share the tiles of a launch, behind registers, launch descriptors and AXI4.
    case leanSystem(LeanSystemConfiguration)

    /// Of the lane in it, or of each of its lanes.
    public var lane: LaneConfiguration {
        switch self {
        case .lane(let lane): lane
        case .spAtten(let configuration), .cascade(let configuration): configuration.lane
        case .prefill(let configuration): configuration.lane
        case .cluster(let configuration): configuration.lane.lane
        case .system(let configuration): configuration.lane.lane
        case .leanSystem(let configuration): configuration.laneGeometry
        }
    }

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        switch self {
        case .lane(let lane): try lane.validate()
        case .spAtten(let configuration), .cascade(let configuration): try configuration.validate()
        case .prefill(let configuration): try configuration.validate()
        case .cluster(let configuration): try configuration.validate()
        case .system(let configuration): try configuration.validate()
        case .leanSystem(let configuration): try configuration.validate()
        }
    }

    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        switch self {
        case .lane(let lane): lane.canonicalText
        case .spAtten(let configuration): configuration.canonicalText
        case .cascade(let configuration): "cascade " + configuration.canonicalText
        case .prefill(let configuration): configuration.canonicalText
        case .cluster(let configuration): configuration.canonicalText
        case .system(let configuration): configuration.canonicalText
        case .leanSystem(let configuration): configuration.canonicalText
        }
    }

    /// The same as a whole accelerator; nil if it is none.
    public var onBus: (any BusConfiguration)? {
        switch self {
        case .system(let configuration): configuration
        case .leanSystem(let configuration): configuration
        case .lane, .spAtten, .cascade, .prefill, .cluster: nil
        }
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}

/// Coded as the parameters of its kind; those of a lane that prunes are told by `maximumRowKeys`.
extension AcceleratorConfiguration: Encodable {
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .lane(let lane): try lane.encode(to: encoder)
        case .spAtten(let configuration), .cascade(let configuration): try configuration.encode(to: encoder)
        case .prefill(let configuration): try configuration.encode(to: encoder)
        case .cluster(let configuration): try configuration.encode(to: encoder)
        case .system(let configuration): try configuration.encode(to: encoder)
        case .leanSystem(let configuration): try configuration.encode(to: encoder)
        }
    }
}
