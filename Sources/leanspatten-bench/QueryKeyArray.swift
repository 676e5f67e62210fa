import RTL

/// Dot products of one query with `keys` keys: a register behind every product and every level of pairwise sums.
///
/// The same array, name for name, is `Peers/array_amaranth.py` and `Peers/array_pyrtl.py`. All three are flat: a module
/// for one key would be described once and make the comparison one of hierarchies.
struct QueryKeyArray: Module {
    let keys, elements, bits: Int

    struct Ports {
        let query: Vector<Signed>
        let key: [Vector<Signed>]
        let score: [Signed]
    }

    var suffix: String { "k\(keys)_e\(elements)_w\(bits)" }
    /// A power of two of elements gives one bit a level.
    var scoreBits: Int { 2 * bits + levels }
    var levels: Int { (elements - 1).bitWidth - (elements - 1).leadingZeroBitCount }

    func ports(_ io: Interface) -> Ports {
        Ports(query: io.input(.vector(elements, signed: bits)),
              key: (0..<keys).map { _ in io.input(.vector(elements, signed: bits)) },
              score: (0..<keys).map { _ in io.output(.signed(scoreBits)) })
    }

    func body(_ c: Circuit, _ io: Ports) {
        for key in 0..<keys {
            var level: [Signed] = (0..<elements).map { element in
                c.stage("product_\(key)_\(element)", io.query[element] * io.key[key][element])
            }
            var depth = 0
            while level.count > 1 {
                depth += 1
                level = (0..<level.count / 2).map { pair -> Signed in
                    c.stage("sum\(depth)_\(key)_\(pair)", level[2 * pair] + level[2 * pair + 1])
                }
            }
            c.drive(io.score[key], level[0])
        }
    }
}
