import RTL

/// Passes one of several streams on at a time, in turn among those that have something.
///
/// One transfer a cycle; latency 0 through a `SkidBuffer`.
public struct RoundRobinArbiter: Module {
    public let inputs: Int
    /// Width of the payload in bits.
    public let bits: Int

    public init(inputs: Int, bits: Int) {
        precondition(inputs >= 2, "an arbiter has two inputs at least")
        self.inputs = inputs
        self.bits = bits
    }

    public struct Ports {
        public let request: [Stream<Unsigned>]
        public let granted: Stream<Unsigned>
    }

    public var suffix: String { "n\(inputs)_w\(bits)" }

    public func ports(_ io: Interface) -> Ports {
        Ports(request: (0..<inputs).map { _ in io.sink(.unsigned(bits)) }, granted: io.source(.unsigned(bits)))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.granted)
        let last = c.register("last_granted", .unsigned(bitsToIndex(inputs)), reset: inputs - 1)

        // The first behind the last one granted; else the first of all.
        let later = (0..<inputs).map { i in
            c.named("later_\(i)", io.request[i].valid & (last.q < Unsigned(i)))
        }
        let anyLater = c.named("any_later", later.anySet)
        var laterTaken: Bit = false, anyTaken: Bit = false
        let grants = (0..<inputs).map { i -> Bit in
            let grant = c.named("grant_\(i)", mux(anyLater, i == 0 ? later[i] : later[i] & !laterTaken,
                                                  i == 0 ? io.request[i].valid : io.request[i].valid & !anyTaken))
            laterTaken = i == 0 ? later[i] : laterTaken | later[i]
            anyTaken = i == 0 ? io.request[i].valid : anyTaken | io.request[i].valid
            return grant
        }
        for (i, grant) in grants.enumerated() {
            c.drive(io.request[i].ready, grant & skid.ready)
            c.when(grant & skid.ready) { last.next(Unsigned(i)) }
        }
        let payload = (1..<inputs).reduce(io.request[0].payload) { other, i in
            mux(grants[i], io.request[i].payload, other)
        }
        skid.send(payload, when: grants.anySet)
    }
}
