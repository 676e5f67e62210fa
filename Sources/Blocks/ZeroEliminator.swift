import RTL

/// Closes the gaps in a vector: the occupied elements come out side by side and in order (SpAtten, Fig. 10).
///
/// A prefix count gives each occupied element its slot, `start` plus the number of occupied ones before it, modulo the
/// number of slots. log2(count) layers then move it there, layer i by 2^i slots or not at all: after layer i the low i + 1
/// bits of an element's place are those of its slot. Two elements never meet, as within a block of 2^i places the slots
/// differ in their low i bits. The turn by `start` costs no layer: with it, vectors that follow each other fill beats
/// (`packedBeats`). With `start` at 0 it is the zero eliminator of the paper.
///
/// One vector a cycle while `advance` is set; latency `latency` such cycles.
public struct ZeroEliminator: Module {
    /// Elements of a vector: a power of two, at least 2.
    public let count: Int
    /// Width of an element in bits.
    public let bits: Int
    /// Layers between two registers.
    public let layersPerStage: Int

    public init(count: Int, bits: Int, layersPerStage: Int = 1) {
        precondition(count >= 2 && count & (count - 1) == 0, "a zero eliminator has a power of two of elements")
        precondition(layersPerStage >= 1, "a stage has a layer at least")
        self.count = count
        self.bits = bits
        self.layersPerStage = layersPerStage
    }

    public struct Ports {
        public let advance: Bit
        /// Slot of the first occupied element.
        public let start: Unsigned
        public let elements: Vector<Unsigned>
        public let occupied: Vector<Bit>
        /// An element that is not occupied means nothing.
        public let compacted: Vector<Unsigned>
        public let compactedOccupied: Vector<Bit>
    }

    public var suffix: String { "n\(count)_w\(bits)" + (layersPerStage == 1 ? "" : "_l\(layersPerStage)") }

    private var layers: Int { bitsToIndex(count) }

    /// Of the prefix count, then of the layers.
    public var latency: Int { 1 + (layers + layersPerStage - 1) / layersPerStage }

    public func ports(_ io: Interface) -> Ports {
        Ports(advance: io.input(.bit), start: io.input(.unsigned(layers)),
              elements: io.input(.vector(count, unsigned: bits)), occupied: io.input(.bits(count)),
              compacted: io.output(.vector(count, unsigned: bits)), compactedOccupied: io.output(.bits(count)))
    }

    /// An element on its way.
    private struct Place {
        var element: Unsigned
        var occupied: Bit
        /// The bits of its slot that no layer has used yet, the next one lowest; nil behind the last layer.
        var slot: Unsigned?
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let counts = io.occupied.elements.prefixCounts()
        var places = (0..<count).map { index -> Place in
            let before = index == 0 ? io.start : io.start &+ counts[index - 1].resized(to: layers)
            return Place(
                element: c.stage("element_\(index)", io.elements[index], enable: io.advance),
                occupied: c.stage("occupied_\(index)", io.occupied[index], enable: io.advance),
                slot: c.stage("slot_\(index)", before, enable: io.advance))
        }
        for layer in 0..<layers {
            places = places.indices.map { moved(c, places, to: $0, by: layer) }
            guard (layer + 1) % layersPerStage == 0 || layer == layers - 1 else { continue }
            for index in places.indices {
                let place = places[index], name = "layer\(layer)"
                places[index].element = c.stage("\(name)_element_\(index)", place.element, enable: io.advance)
                places[index].occupied = c.stage("\(name)_occupied_\(index)", place.occupied, enable: io.advance)
                if let slot = place.slot {
                    places[index].slot = c.stage("\(name)_slot_\(index)", slot, enable: io.advance)
                }
            }
        }
        c.drive(io.compacted, places.map(\.element))
        c.drive(io.compactedOccupied, places.map(\.occupied))
    }

    /// What is at `index` behind a layer: what was there and stays, or its partner at 2^layer places from there.
    private func moved(_ c: Circuit, _ places: [Place], to index: Int, by layer: Int) -> Place {
        let own = places[index], partner = places[index ^ 1 << layer]
        let isUpper = index >> layer & 1 == 1
        func wantsThis(_ place: Place) -> Bit { place.occupied & (isUpper ? place.slot![0] : !place.slot![0]) }
        let comes = c.named("layer\(layer)_comes_\(index)", wantsThis(partner))
        let rest = layers - layer - 1
        return Place(
            element: mux(comes, partner.element, own.element), occupied: comes | wantsThis(own),
            slot: rest == 0 ? nil : mux(comes, partner.slot![1..<rest + 1], own.slot![1..<rest + 1]))
    }
}
