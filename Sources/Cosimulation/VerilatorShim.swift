import Simulation

/// The texts around a design that give every Verilator model the same C interface.
///
/// A Verilog harness renames the ports p0, p1, ..., clocks clk0, ... and resets rst0, ..., so that no name of the user's has to survive
/// Verilator's mangling; a C++ shim moves values between the harness and one buffer of 64-bit words.
struct VerilatorShim {
    let top: String
    let ports: [SimulatedPort]
    /// The top's clocks; bit n of a set of clocks stands for the nth.
    let clocks: [SimulatedClock]
    let instruments: VerilatorInstruments

    /// - Throws: `badInterface` for names and widths that cannot be a module's, and for more than 64 clocks.
    init(
        top: String, ports: [SimulatedPort], clocks: [SimulatedClock],
        instruments: VerilatorInstruments = VerilatorInstruments()
    ) throws(CosimulationError) {
        try checkInterface(top: top, ports: ports, clocks: clocks)
        (self.top, self.ports, self.clocks) = (top, ports, clocks)
        self.instruments = instruments
    }

    /// Indices of the clocks that have a reset.
    private var resets: [Int] { clocks.indices.filter { clocks[$0].reset != nil } }

    /// Words that all ports take together.
    var wordCount: Int { ports.last.map { $0.firstWord + $0.wordCount } ?? 0 }

    /// The harness, called `name`.
    func harness(named name: String) -> String {
        var declarations: [String] = []
        var connections: [String] = []
        for (index, clock) in clocks.enumerated() {
            declarations.append("input wire clk\(index)")
            connections.append(".\(clock.name)(clk\(index))")
            guard let reset = clock.reset else { continue }
            declarations.append("input wire rst\(index)")
            connections.append(".\(reset)(rst\(index))")
        }
        for (index, port) in ports.enumerated() {
            let range = port.width == 1 ? "" : "[\(port.width - 1):0] "
            declarations.append("\(port.isInput ? "input" : "output") wire \(range)p\(index)")
            connections.append(".\(port.name)(p\(index))")
        }
        return """
            `default_nettype none
            module \(name) (
                /* verilator coverage_off */
                \(declarations.joined(separator: ",\n    "))
                /* verilator coverage_on */
            );
                \(top) dut (
                    \(connections.joined(separator: ",\n        "))
                );
            endmodule
            `default_nettype wire

            """
    }

    /// The C interface over Verilator's class `model`.
    ///
    /// Instances are opaque. `settle` copies inputs in, lets logic follow with all clocks low, and copies outputs out;
    /// `edge` raises some clocks; `run` is that many of both with the inputs held and all clocks raised, outputs of the last
    /// cycle copied out; `run_until` as many as it takes; `exchange` is in `VerilatorExchange`, waves and coverage in
    /// `VerilatorInstruments`.
    func source(model: String, harness: String) -> String {
        """
        #include "\(model).h"
        #include <cstdint>
        #include <cstring>
        #include <mutex>
        \(instruments.includes)
        static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "wide ports are copied as they lie");
        #define EXPORT extern "C" __attribute__((visibility("default")))

        namespace {

        struct Instance {
            VerilatedContext* context;
            \(model)* model;
            uint64_t* words;
        \(instruments.members)
            void copyIn() {
        \(ports.enumerated().filter(\.element.isInput).map { copyIn($0.element, "model->p\($0.offset)") }.joined(separator: "\n"))
            }
            void copyOut() {
        \(ports.enumerated().filter { !$0.element.isInput }.map { copyOut($0.element, "model->p\($0.offset)") }.joined(separator: "\n"))
            }
            void low(uint64_t resets) {
                (void)resets;
                \(clocks.indices.map { "model->clk\($0) = 0;" }.joined(separator: " "))
                \(resets.map { "model->rst\($0) = resets >> \($0) & 1;" }.joined(separator: " "))
                model->eval();
            }
            void high(uint64_t clocks) {
                (void)clocks;
                \(clocks.indices.map { "if (clocks >> \($0) & 1) model->clk\($0) = 1;" }.joined(separator: " "))
                \(clocks.isEmpty ? "" : "model->eval();")
            }
            void settle(uint64_t resets) {
                copyIn();
                low(resets);
                copyOut();
            }
            // The edge of some clocks of a settled instance.
            void rise(uint64_t clocks = ~uint64_t(0)) {
                \(instruments.sample)
                high(clocks);
                \(instruments.sample)
            }
        };

        }  // namespace

        // Verilator draws the noise of `--x-initial unique` from a generator that all contexts of a thread share;
        // it is reseeded here, and the lock keeps other threads from reseeding it half-way.
        EXPORT void* leanspatten_create(uint64_t* words, int32_t seed) {
            static std::mutex creating;
            std::lock_guard<std::mutex> lock(creating);
            auto* context = new VerilatedContext;
            Verilated::threadContextp(context);
            context->randReset(2);
            context->randSeed(seed);
            \(instruments.setUp)
            auto* instance = new Instance{context, new \(model)(context, "top"), words};
            instance->copyIn();
            instance->low(~uint64_t(0));
            return instance;
        }

        EXPORT void leanspatten_destroy(void* handle) {
            auto* instance = static_cast<Instance*>(handle);
            instance->model->final();
            \(instruments.tearDown)
            delete instance->model;
            delete instance->context;
            delete instance;
        }

        EXPORT void leanspatten_settle(void* handle, uint64_t resets) {
            static_cast<Instance*>(handle)->settle(resets);
        }

        EXPORT void leanspatten_edge(void* handle, uint64_t clocks) {
            static_cast<Instance*>(handle)->rise(clocks);
        }

        EXPORT void leanspatten_run(void* handle, uint64_t resets, uint64_t count) {
            if (count == 0) return;
            auto* instance = static_cast<Instance*>(handle);
            instance->copyIn();
            for (uint64_t cycle = 1; cycle < count; ++cycle) {
                instance->low(resets);
                instance->rise();
            }
            instance->low(resets);
            instance->copyOut();
            instance->rise();
        }

        """ + VerilatorExchange.source + instruments.functions(scope: "top.\(harness).dut")
    }

    private func copyIn(_ port: SimulatedPort, _ pin: String) -> String {
        let first = "words[\(port.firstWord)]"
        if port.width <= 64 {
            let mask = port.width == 64 ? "" : " & 0x\(String(UInt64.max >> (64 - port.width), radix: 16))ULL"
            return "        \(pin) = \(first)\(mask);"
        }
        let halves = (port.width + 31) / 32
        let copy = "        std::memcpy(&\(pin)[0], &\(first), \(halves * 4));"
        let mask = UInt32.max >> (halves * 32 - port.width)
        return mask == .max ? copy : "\(copy)\n        \(pin)[\(halves - 1)] &= 0x\(String(mask, radix: 16))U;"
    }

    private func copyOut(_ port: SimulatedPort, _ pin: String) -> String {
        let first = "words[\(port.firstWord)]"
        if port.width <= 64 { return "        \(first) = \(pin);" }
        let halves = (port.width + 31) / 32
        let clear = halves % 2 == 0 ? "" : "        words[\(port.firstWord + port.wordCount - 1)] = 0;\n"
        return "\(clear)        std::memcpy(&\(first), &\(pin)[0], \(halves * 4));"
    }
}
