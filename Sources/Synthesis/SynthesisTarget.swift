/// A family of FPGAs that Yosys maps to.
public enum SynthesisTarget: String, CaseIterable, Codable, Sendable {
    /// Lattice ECP5-85F, speed grade 8. The one that nextpnr places, too.
    case ecp5 = "ecp5-85k"
    /// Lattice iCE40 UltraPlus 5K.
    case ice40 = "ice40-up5k"
    /// AMD UltraScale+.
    case ultraScalePlus = "xilinx-us+"
    /// AMD series 7.
    case series7 = "xilinx-7"

    /// ECP5: without `-nowidelut` Yosys joins up to eight LUT4 into a wider function and counts them all.
    private var command: String {
        switch self {
        case .ecp5: "synth_ecp5 -nowidelut"
        case .ice40: "synth_ice40 -device u -dsp"
        case .ultraScalePlus: "synth_xilinx -family xcup -noiopad -flatten"
        case .series7: "synth_xilinx -family xc7 -noiopad -flatten"
        }
    }

    /// The commands of Yosys that make cells of a module; `byModule`: of each in it by itself, in a fraction of the time if there are many.
    func mapping(of top: String, byModule: Bool) -> String {
        byModule ? "\(command) -noflatten -top \(top); flatten; opt_clean -purge" : "\(command) -top \(top)"
    }

    /// What kinds of cells take of a resource; a kind that ends in `*` is a prefix.
    func costs(of resource: Resource) -> KeyValuePairs<String, Double> {
        switch (self, resource) {
        case (.ecp5, .lut): ["LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 4]
        case (.ecp5, .ff): ["TRELLIS_FF": 1]
        case (.ecp5, .dsp): ["MULT18X18D": 1]
        case (.ecp5, .bram): ["DP16KD": 1]
        case (.ice40, .lut): ["SB_LUT4": 1]
        case (.ice40, .ff): ["SB_DFF*": 1]
        case (.ice40, .dsp): ["SB_MAC16": 1]
        case (.ice40, .bram): ["SB_RAM40_4K*": 1]
        case (.ultraScalePlus, .lut), (.series7, .lut):
            ["LUT1": 1, "LUT2": 1, "LUT3": 1, "LUT4": 1, "LUT5": 1, "LUT6": 1, "SRL*": 1, "RAM32X1D": 2, "RAM64X1D": 2,
             "RAM128X1D": 4, "RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8]
        case (.ultraScalePlus, .ff), (.series7, .ff): ["FDRE": 1, "FDSE": 1, "FDCE": 1, "FDPE": 1]
        case (.ultraScalePlus, .dsp), (.series7, .dsp): ["DSP48*": 1]
        case (.ultraScalePlus, .bram), (.series7, .bram): ["RAMB36E*": 1, "RAMB18E*": 0.5]
        }
    }

    /// How many of a resource the device has; nil where the target is a family.
    public func available(_ resource: Resource) -> Double? {
        switch (self, resource) {
        case (.ecp5, .lut), (.ecp5, .ff): 83_640
        case (.ecp5, .dsp): 156
        case (.ecp5, .bram): 208
        case (.ice40, .lut), (.ice40, .ff): 5_280
        case (.ice40, .dsp): 8
        case (.ice40, .bram): 30
        case (.ultraScalePlus, _), (.series7, _): nil
        }
    }

    /// nextpnr can place and route what Yosys makes for it.
    public var isPlaced: Bool { placerOptions != nil }

    /// What nextpnr is told of the device, and that the design is a part of one; nil where it does not place.
    public var placerOptions: [String]? {
        guard self == .ecp5 else { return nil }
        return ["--85k", "--speed", "8", "--package", "CABGA756", "--out-of-context", "--lpf-allow-unconstrained"]
    }

    /// What it is told besides of a design with a floorplan: to spread slowly, and the router for crowds.
    static let fullDeviceOptions = ["--placer-heap-alpha", "0.05", "--router", "router2"]
}

/// What cells take of a device.
public enum Resource: String, CaseIterable, Sendable {
    /// Look-up tables, with those that carry chains and small memories occupy.
    case lut
    case ff
    /// Multipliers of 18 x 18 bits (ECP5), 16 x 16 (iCE40), DSP slices (AMD).
    case dsp
    /// Block memories of 18 kbit (ECP5), 4 kbit (iCE40), 36 kbit (AMD; half of one counts a half).
    case bram
}

/// The cells of a flattened design.
public struct CellCount: Sendable {
    public let target: SynthesisTarget
    /// By kind.
    public let cells: [String: Int]

    public init(target: SynthesisTarget, cells: [String: Int]) {
        self.target = target
        self.cells = cells
    }

    /// How much of a resource the cells take.
    public subscript(resource: Resource) -> Double {
        target.costs(of: resource).reduce(0) { sum, cost in sum + cost.value * Double(count(of: cost.key)) }
    }

    /// Cells of a kind, or of all kinds with a prefix that ends in `*`.
    public func count(of kind: String) -> Int {
        guard kind.hasSuffix("*") else { return cells[kind] ?? 0 }
        return cells.reduce(0) { $0 + ($1.key.hasPrefix(kind.dropLast()) ? $1.value : 0) }
    }
}
