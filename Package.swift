// swift-tools-version: 6.1
import PackageDescription

/// A target imports only what its row names, all of it further up (checked by a test).
let package = Package(
    name: "leanspatten",
    targets: [
        .target(name: "FixedPoint"),
        .target(name: "RTL"),
        .target(name: "Simulation", dependencies: ["RTL"]),
        .target(name: "Cosimulation", dependencies: ["Simulation"]),
        .target(name: "Blocks", dependencies: ["RTL"]),
        .testTarget(name: "CosimulationTests", dependencies: ["Cosimulation"]),
    ]
)
