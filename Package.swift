// swift-tools-version: 6.1
import PackageDescription

/// A target imports only what its row names, all of it further up (checked by a test).
let package = Package(
    name: "leanspatten",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        .target(name: "SeededRandom"),
        .target(name: "FixedPoint"),
        .target(name: "Configuration", dependencies: ["FixedPoint"]),
        .target(name: "RTL"),
        .target(name: "Verilog", dependencies: ["RTL"]),
        .target(name: "Simulation", dependencies: ["RTL", "SeededRandom"]),
        .target(name: "Cosimulation", dependencies: ["Simulation", "Verilog"]),
        .target(name: "Blocks", dependencies: ["RTL"]),
        .target(name: "Accelerator", dependencies: ["Blocks", "Configuration"]),
        .target(name: "GoldenModel", dependencies: ["Configuration"]),
        .target(name: "Verification", dependencies: ["Blocks", "Cosimulation"]),
        .target(name: "UnitScenarios", dependencies: ["Accelerator", "GoldenModel", "Verification"]),
        .target(name: "Workloads", dependencies: ["FixedPoint", "SeededRandom"]),
        .target(name: "LanguageModel", dependencies: ["Workloads"]),
        .target(name: "PerformanceModel", dependencies: ["Configuration"]),
        .target(name: "Synthesis", dependencies: ["Cosimulation"]),
        .target(name: "Handoff", dependencies: ["Synthesis"]),
        .target(name: "Session", dependencies: ["UnitScenarios", "LanguageModel", "PerformanceModel", "Handoff"]),
        .executableTarget(
            name: "leanspatten",
            dependencies: ["Session", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .executableTarget(
            name: "leanspatten-bench",
            dependencies: ["Session", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            exclude: ["Peers"]),
        .executableTarget(
            name: "leanspatten-results", dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .target(name: "TestSupport", dependencies: ["SeededRandom"], path: "Tests/Support"),
        .target(name: "RandomModules", dependencies: ["Cosimulation", "TestSupport"], path: "Tests/RandomModules"),
        .testTarget(name: "FixedPointTests", dependencies: ["FixedPoint", "TestSupport"]),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
        .testTarget(name: "GoldenModelTests", dependencies: ["GoldenModel", "Workloads", "TestSupport"]),
        .testTarget(name: "RTLTests", dependencies: ["RTL", "Blocks"]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "Blocks", "TestSupport", "RandomModules"]),
        .testTarget(name: "VerilogTests", dependencies: ["Verilog", "Blocks", "TestSupport", "RandomModules"]),
        .testTarget(name: "CosimulationTests", dependencies: ["Cosimulation", "Accelerator", "TestSupport", "RandomModules"]),
        .testTarget(name: "AXITests", dependencies: ["Verification", "TestSupport"]),
        .testTarget(name: "VerificationTests", dependencies: ["UnitScenarios", "TestSupport"]),
        .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "FixedPoint", "TestSupport"]),
        .testTarget(name: "LanguageModelTests", dependencies: ["LanguageModel", "TestSupport"]),
        .testTarget(name: "PerformanceModelTests", dependencies: ["PerformanceModel"]),
        .testTarget(name: "SynthesisTests", dependencies: ["Synthesis", "Blocks"]),
        .testTarget(name: "HandoffTests", dependencies: ["Session"]),
        .testTarget(name: "SessionTests", dependencies: ["Session", "TestSupport"]),
        .testTarget(name: "LaneTests", dependencies: ["Session", "TestSupport"]),
        .testTarget(name: "LaneCoverageTests", dependencies: ["Session", "TestSupport"], exclude: ["waivers.txt"]),
        .testTarget(name: "StructureTests"),
        .testTarget(name: "AcceleratorTests", dependencies: ["Session", "TestSupport"]),
        .testTarget(name: "TopKTests", dependencies: ["Session", "TestSupport"]),
        .testTarget(name: "ClusterTests", dependencies: ["Session", "TestSupport"]),
        .testTarget(name: "CommandLineTests", dependencies: ["Session", "TestSupport"]),
    ]
)
