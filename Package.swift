// swift-tools-version: 6.1
import PackageDescription

/// A target imports only what its row names, all of it further up (checked by a test).
let package = Package(
    name: "leanspatten",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
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
        .target(name: "Verification", dependencies: ["Blocks", "Cosimulation"]),
        .target(name: "Workloads", dependencies: ["FixedPoint"]),
        .target(name: "PerformanceModel", dependencies: ["Configuration"]),
        .target(name: "Session", dependencies: ["Accelerator", "GoldenModel", "Verification", "Workloads", "PerformanceModel"]),
        .executableTarget(
            name: "leanspatten",
            dependencies: ["Session", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .executableTarget(name: "leanspatten-bench", dependencies: ["Session"]),
        .testTarget(name: "FixedPointTests", dependencies: ["FixedPoint"]),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
        .testTarget(name: "GoldenModelTests", dependencies: ["GoldenModel"]),
        .testTarget(name: "RTLTests", dependencies: ["RTL", "Blocks"]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "Blocks"]),
        .testTarget(name: "VerilogTests", dependencies: ["Verilog", "Blocks"]),
        .testTarget(name: "CosimulationTests", dependencies: ["Cosimulation", "Blocks"]),
        .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "FixedPoint"]),
        .testTarget(name: "SessionTests", dependencies: ["Session"]),
        .testTarget(name: "LaneTests", dependencies: ["Session"]),
        .testTarget(name: "StructureTests"),
        .testTarget(name: "AcceleratorTests", dependencies: ["Session"]),
        .testTarget(name: "CommandLineTests", dependencies: ["Session"]),
    ]
)
