// swift-tools-version: 6.1
import PackageDescription

/// A target imports only what its row names, all of it further up (checked by a test).
let package = Package(
    name: "leanspatten",
    targets: [
        .target(name: "FixedPoint"),
        .target(name: "RTL"),
        .target(name: "Simulation", dependencies: ["RTL"]),
        .target(name: "Blocks", dependencies: ["RTL"]),
        .target(name: "Verilog", dependencies: ["RTL"]),
        .testTarget(name: "VerilogTests", dependencies: ["Verilog", "Blocks"]),
    ]
)
