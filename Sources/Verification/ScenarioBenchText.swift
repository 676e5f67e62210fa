import Simulation

/// The Verilog of a `ScenarioBench`.
struct ScenarioBenchText {
    let name: String
    let top: String
    let usesClock, usesReset: Bool
    let scenario: StreamScenario
    let comment: [String]

    var verilog: String {
        """
        // Self-checking bench of \(top), for any Verilog-2001 simulator. Written by leanspatten.
        //
        \(comment.map { "// \($0)\n" }.joined())\
        // Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
        // offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
        // PASS or FAIL, and a failure ends in $stop.
        //
        //   +stalls=N   each stream hesitates in N of 64 cycles (0)
        //   +seed=N     of the hesitation (1)
        //   +waves      writes \(name).vcd
        `default_nettype none

        module \(name)_bench #(
            parameter TOGETHER = 0  // of several benches none ends the simulation; `done` and `failed` say how it ended
        ) (
            output reg done,
            output reg failed
        );

        \(clockAndOptions)
        \((streams.map(\.declarations) + keptDeclarations).joined(separator: "\n"))
        \(instance)
        \(streams.map(\.behaviour).joined(separator: "\n"))
        \(conclusion)
        endmodule

        `default_nettype wire

        """
    }

    private var streams: [BenchStream] {
        scenario.sources.enumerated().map { BenchStream(bench: name, source: $0.element, index: $0.offset) }
            + scenario.sinks.enumerated().map {
                BenchStream(bench: name, sink: $0.element, index: scenario.sources.count + $0.offset)
            }
    }

    private var clockAndOptions: String {
        """
            reg clock;
            reg reset;
            integer cycle;  // clock edges since the reset
            integer stalls;
            integer seed;
            integer last_move;  // cycle in which something last went through a stream

            initial begin
                done = 1'b0;
                failed = 1'b0;
                if (!$value$plusargs("stalls=%d", stalls)) stalls = 0;
                if (!$value$plusargs("seed=%d", seed)) seed = 1;
                if ($test$plusargs("waves") != 0) begin
                    $dumpfile("\(name).vcd");
                    $dumpvars;
                end
            end

        \(BenchClock.verilog)
            always @(posedge clock) noise <= reset ? (2 * seed + 1) * 32'h9e3779b9 : noise_b ^ noise_b << 5;

        """
    }

    private var keptDeclarations: [String] {
        scenario.kept.map { port, _ in "    wire \(port.width == 1 ? "" : "[\(port.width - 1):0] ")\(port.name);\n" }
    }

    /// What looks at the outputs that must not change, in front of the streams' failures.
    private var keptChecks: String {
        scenario.kept.map { port, value in
            """
            if (\(port.name) !== \(port.width)'d\(value)) begin
                                $display("cycle %0d: \(port.name) is %0d instead of \(value)", cycle, \(port.name));
                                fail;
                            end else
            """ + " "
        }.joined()
    }

    private var instance: String {
        var connections: [String] = []
        if usesClock { connections.append(".clock(clock)") }
        if usesReset { connections.append(".reset(reset)") }
        connections += streams.flatMap(\.connections)
        connections += scenario.held.map { port, value in
            ".\(port.name)(\(port.width)'d\(UInt64(bitPattern: Int64(value)) & (port.width >= 64 ? .max : (1 << UInt64(port.width)) - 1)))"
        }
        connections += scenario.kept.map { ".\($0.port.name)(\($0.port.name))" }
        return """
                \(top) unit (
                    \(connections.joined(separator: ",\n            "))
                );

            """
    }

    private var conclusion: String {
        let streams = streams
        let finished = streams.map(\.finished).joined(separator: " && ")
        let fires = streams.map { "\($0.fires)" }.joined(separator: "\n                    || ")
        let failures = streams.map { "\($0.prefix)_failed" }.joined(separator: " || ")
        let counts = streams.map { "\($0.name)=%0d/%0d" }.joined(separator: " ")
        let arguments = streams.map { "\($0.prefix)_passed, \($0.count)" }.joined(separator: ", ")
        return """
                localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
                localparam QUIET = 100;  // cycles after the last beat in which no other may come
                wire finished = \(finished);
                always @(posedge clock)
                    if (reset) begin
                        last_move <= 0;
                    end else if (!done) begin
                        if (\(fires)) last_move <= cycle;
                        \(keptChecks)if (\(failures)) fail;
                        else if (finished && cycle - last_move > QUIET) conclude;
                        else if (!finished && cycle - last_move > PATIENCE) begin
                            $display("cycle %0d: nothing has moved since cycle %0d: \(counts)",
                                cycle, last_move, \(arguments));
                            fail;
                        end
                    end

                task conclude;
                    begin
                        done <= 1'b1;
                        $display("PASS \(name) \(streams.filter(\.isOutput).map { "\($0.name)=%0d" }.joined(separator: " ")) cycles=%0d",
                            \((streams.filter(\.isOutput).map { "\($0.prefix)_passed" } + ["last_move"]).joined(separator: ", ")));
                        if (TOGETHER == 0) $finish;
                    end
                endtask

                task fail;
                    begin
                        done <= 1'b1;
                        failed <= 1'b1;
                        $display("FAIL \(name) cycle=%0d", cycle);
                        if (TOGETHER == 0) $stop;
                    end
                endtask

            """
    }
}
