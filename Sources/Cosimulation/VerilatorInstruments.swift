/// What a model is built with beside its logic, and what the shim then holds for it.
///
/// Without any, the shim's text is the fast one.
struct VerilatorInstruments {
    var waves = VerilatorOptions.Waves.none
    var coverage: Set<VerilatorOptions.Coverage> = []
    /// Verilog modules without counts.
    var uncounted: [String] = []
    /// Verilog modules that are compiled once for all of their instances.
    var shared: [String] = []

    /// A file that Verilator reads before the sources; nil: none.
    var configuration: (name: String, text: String)? {
        let lines = shared.map { "no_inline -module \"\($0)\"\n" }
            + (coverage.isEmpty ? [] : uncounted.map { "coverage_off -file \"\($0).v\"\n" })
        return lines.isEmpty ? nil : ("settings.vlt", "`verilator_config\n" + lines.joined())
    }

    /// Arguments of Verilator.
    var verilatorFlags: [String] {
        // By default Verilator leaves out signals of more than 256 bits.
        (waves == .fst ? ["--trace-fst", "--trace-max-width", "65536"] : [])
            + (coverage.contains(.line) ? ["--coverage-line"] : []) + (coverage.contains(.toggle) ? ["--coverage-toggle"] : [])
            + (configuration.map { [$0.name] } ?? [])
    }

    /// For all C++ that sees Verilator's headers.
    var compilerFlags: [String] {
        (waves == .fst ? ["-DVM_TRACE=1", "-DVM_TRACE_FST=1"] : []) + (coverage.isEmpty ? [] : ["-DVM_COVERAGE=1"])
    }

    /// Verilator's own sources.
    var runtimeSources: [String] {
        (waves == .fst ? ["verilated_fst_c"] : []) + (coverage.isEmpty ? [] : ["verilated_cov"])
    }

    var includes: String {
        (waves == .fst ? "#include \"verilated_fst_c.h\"\n" : "") + (coverage.isEmpty ? "" : "#include \"verilated_cov.h\"\n")
    }

    /// Of the instance: a wave file is sampled twice a cycle, when it has settled and after the edge.
    var members: String {
        waves == .none ? "" : """
                VerilatedFstC* waves = nullptr;
                uint64_t time = 0;

                void sample() {
                    if (waves) waves->dump(time);
                    time += 5;
                }
                void closeWaves() {
                    if (!waves) return;
                    waves->dump(time);
                    waves->close();
                    delete waves;
                    waves = nullptr;
                }

            """
    }

    var sample: String { waves == .none ? "" : "sample();" }
    var setUp: String { waves == .none ? "" : "context->traceEverOn(true);" }
    var tearDown: String { waves == .none ? "" : "instance->closeWaves();" }

    /// The C interface of the instruments; `scope` is the design's place in Verilator's hierarchy.
    func functions(scope: String) -> String {
        (waves == .none ? "" : """
            EXPORT void leanspatten_open_waves(void* handle, const char* path, int32_t levels, const char* below) {
                auto* instance = static_cast<Instance*>(handle);
                instance->closeWaves();
                // A new object for each file: Verilator's keeps the choice of signals of the first it has opened.
                auto* waves = instance->waves = new VerilatedFstC;
                instance->model->trace(waves, 0);
                waves->set_time_unit("1ns");
                waves->set_time_resolution("1ns");
                std::string scope = "\(scope)";
                if (*below) scope.append(".").append(below);
                waves->dumpvars(levels, scope);
                waves->open(path);
            }

            EXPORT void leanspatten_close_waves(void* handle) {
                static_cast<Instance*>(handle)->closeWaves();
            }

            """)
            + (coverage.isEmpty ? "" : """
            EXPORT void leanspatten_write_coverage(void* handle, const char* path) {
                static_cast<Instance*>(handle)->context->coveragep()->write(path);
            }

            """)
    }
}
