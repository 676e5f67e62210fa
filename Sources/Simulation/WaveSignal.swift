/// A signal that waves can show.
public struct WaveSignal {
    /// Names of the instances around it, outermost first; empty for the top.
    public let scope: [String]
    public let name: String
    /// Width in bits.
    public let width: Int
    public let isSigned: Bool
    /// Replaces the words with the settled value, least significant word first.
    public let read: (inout [UInt64]) -> Void

    public init(scope: [String] = [], name: String, width: Int, isSigned: Bool, read: @escaping (inout [UInt64]) -> Void) {
        self.scope = scope
        self.name = name
        self.width = width
        self.isSigned = isSigned
        self.read = read
    }

    /// `skid.full`
    public var path: String { (scope + [name]).joined(separator: ".") }

    /// The top's ports.
    static func ports(of simulator: any Simulator) -> [WaveSignal] {
        simulator.ports.map { port in
            let handle = PortHandle(port, of: simulator)
            return WaveSignal(name: port.name, width: port.width, isSigned: port.isSigned) { $0 = handle.words }
        }
    }
}

extension Simulator {
    public var waveSignals: [WaveSignal] { WaveSignal.ports(of: self) }
}

extension NativeSimulator {
    /// Every named signal of the hierarchy, ports included.
    public var waveSignals: [WaveSignal] {
        signals.map { signal, view in
            WaveSignal(scope: signal.scope, name: signal.name, width: signal.width, isSigned: signal.isSigned) { [self] in
                read(view, into: &$0)
            }
        }
    }
}
