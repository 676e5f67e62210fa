// swift-tools-version: 6.1
import PackageDescription

/// A target imports only what its row names, all of it further up (checked by a test).
let package = Package(
    name: "leanspatten",
    targets: [
        .target(name: "FixedPoint"),
        .target(name: "Configuration", dependencies: ["FixedPoint"]),
        .target(name: "RTL"),
        .target(name: "Verilog", dependencies: ["RTL"]),
        .target(name: "Simulation", dependencies: ["RTL"]),
        .target(name: "Cosimulation", dependencies: ["Simulation", "Verilog"]),
        .target(name: "Blocks", dependencies: ["RTL"]),
        .target(name: "Accelerator", dependencies: ["Blocks", "Configuration"]),
        .target(name: "GoldenModel", dependencies: ["Configuration"]),
        .target(name: "Workloads", dependencies: ["FixedPoint"]),
        .executableTarget(name: "try", dependencies: ["Accelerator", "Simulation", "GoldenModel", "Workloads"]),
        .testTarget(name: "VerilogTests", dependencies: ["Verilog", "Blocks"]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "Blocks"]),
        .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "FixedPoint"]),
        .testTarget(name: "CosimulationTests", dependencies: ["Cosimulation", "Blocks"]),
    ]
)
