import Cosimulation
import Foundation
import RTL
import Simulation
import Verilog

/// Random modules side by side in one Verilog text, so that one run of a tool checks them all.
package struct ModuleBatch {
    package let modules: [RandomModule]
    package let designs: [Design]
    package let ports: [[SimulatedPort]]
    package let stimuli: [Stimulus]
    /// The Verilog of each module with its children.
    package let texts: [String]

    /// With batches of 125 or 250 a module costs the same; larger ones leave a core idle at the end of a run.
    package static let size = 250

    /// - Parameter edit: makes the text of module number n faulty, for tests of the comparison.
    package init(_ modules: [RandomModule], edit: (Int, String) -> String = { $1 }) throws {
        self.modules = modules
        designs = try modules.map { try Design($0) }
        ports = designs.map { SimulatedPort.layout(of: $0.top) }
        stimuli = zip(modules, ports).map { Stimulus($1, seed: $0.seed) }
        texts = designs.enumerated().map { edit($0.offset, VerilogEmitter().emit($0.element).map(\.text).joined()) }
    }

    /// What the native engine makes of each module.
    package func nativeTraces() -> [Trace] {
        designs.indices.map { nativeTrace(designs[$0], stimuli[$0], seed: modules[$0].seed) }
    }

    package func interpretedTraces() -> [Trace] {
        designs.indices.map { interpretedTrace(designs[$0], stimuli[$0]) }
    }

    /// The first difference of each module that differs.
    package func mismatches(expected: [Trace], seen: [Trace]) -> [Mismatch] {
        modules.indices.compactMap { index in
            guard let (port, cycle) = firstDifference(expected[index], seen[index], ports[index]) else { return nil }
            return Mismatch(
                module: modules[index], index: index, port: port.name, cycle: cycle,
                expected: hex(expected[index], port, cycle), seen: hex(seen[index], port, cycle))
        }
    }

    // MARK: Verilator

    /// What Verilator makes of each module; state starts as noise.
    ///
    /// - Parameter keepsModel: whether the model stays in the cache.
    package func verilatorTraces(keepsModel: Bool = true, jobs: Int = 2) throws -> [Trace] {
        var declared: [(name: String, isInput: Bool, isSigned: Bool, width: Int)] = []
        for (index, ports) in ports.enumerated() {
            declared.append(("m\(index)_reset", true, false, 1))
            declared += ports.map { ("m\(index)_\($0.name)", $0.isInput, false, $0.width) }
        }
        let options = VerilatorOptions(
            optimization: .none, jobs: jobs, verilatorArguments: ["-Wno-UNSIGNED", "-Wno-CMPCONST"])
        let model = try VerilatorModel.build(
            sources: [VerilogSource(name: "batch.v", text: texts.joined() + top)], top: "batch",
            ports: SimulatedPort.layout(declared), reset: nil, options: options)
        defer {
            // What is loaded stays so without its file.
            if !keepsModel { try? FileManager.default.removeItem(at: URL(fileURLWithPath: model.library).deletingLastPathComponent()) }
        }
        let simulator = VerilatorSimulator(model, seed: modules[0].seed)
        var first = 0
        let places = ports.map { ports in
            defer { first += 1 + ports.reduce(0) { $0 + $1.wordCount } }
            return first
        }
        var traces = [Trace](repeating: [], count: modules.count)
        for cycle in 0...Stimulus.cycles {
            // The inputs of a cycle reach the modules at its end, and their outputs us in the next.
            simulator.settle()
            if cycle > Stimulus.loadCycles {
                for (index, place) in places.enumerated() {
                    traces[index].append(Array(simulator.values[place + 1..<place + 1 + stimuli[index].wordCount]))
                }
            }
            if cycle < Stimulus.cycles {
                for (index, place) in places.enumerated() {
                    let now = stimuli[index].cycles[cycle]
                    simulator.values[place] = now.reset ? 1 : 0
                    for port in ports[index] where port.isInput {
                        for word in port.firstWord..<port.firstWord + port.wordCount { simulator.values[place + 1 + word] = now.words[word] }
                    }
                }
                simulator.settle()
            }
            simulator.clockEdge()
        }
        return traces
    }

    /// A module that holds all of them, each with ports of its own. Inputs are registered, because Verilator compiles what
    /// follows an input combinationally once more for it.
    private var top: String {
        var pins = ["    input wire clock"], declarations = "", loads = "", instances = ""
        for (index, module) in designs.map(\.top).enumerated() {
            func take(_ name: String, _ range: String) {
                pins.append("    input wire \(range)\(name)")
                declarations += "    reg \(range)\(name)_taken;\n"
                loads += "        \(name)_taken <= \(name);\n"
            }
            take("m\(index)_reset", "")
            var connections: [String] = []
            for port in ports[index] {
                let name = "m\(index)_\(port.name)", range = "[\(port.width - 1):0] "
                if port.isInput { take(name, range) } else { pins.append("    output wire \(range)\(name)") }
                connections.append(".\(port.name)(\(name)\(port.isInput ? "_taken" : ""))")
            }
            if module.usesClock { connections.append(".clock(clock)") }
            if module.usesReset { connections.append(".reset(m\(index)_reset_taken)") }
            instances += "    \(module.name) m\(index) (\(connections.joined(separator: ", ")));\n"
        }
        return """
            module batch (
            \(pins.joined(separator: ",\n"))
            );
            \(declarations)
                always @(posedge clock) begin
            \(loads)    end
            \(instances)endmodule

            """
    }
}
