import Verification

/// The Verilog of a lane's bench.
struct LaneBenchText {
    let moduleName: String
    let ports: LanePorts
    let rows: Int
    let headSize: Int
    let memoryBeats: Int

    var verilog: String {
        """
        // Self-checking bench of \(ports.topName), for any Verilog-2001 simulator. Written by leanspatten.
        //
        // Gives the lane the rows of jobs.hex and queries.hex one behind another, serves its memory port from memory.hex
        // and compares every output element with expected.hex; the files lie in the working directory. The last line
        // printed begins with PASS or FAIL, and a failure ends in $stop.
        //
        //   +latency=N  cycles from a request to its first beat, at least 1 (100)
        //   +stalls=N   each stream hesitates in N of 64 cycles (0)
        //   +seed=N     of the hesitation (1)
        //   +observe    prints the outputs instead of comparing them
        //   +waves      writes waves.vcd
        `default_nettype none

        module \(moduleName);

            localparam ROWS = \(rows);
            localparam HEAD_SIZE = \(headSize);
            localparam MEMORY_BEATS = \(memoryBeats);
            localparam BEAT_BYTES = \(ports.dataBits / 8);

        \(clockAndOptions)
        \(streams)
        \(instance)
        \(drivers)
        \(memory)
        \(checks)
        endmodule

        `default_nettype wire

        """
    }

    private var streams: String {
        """
            // The streams of the lane.
            reg job_valid;
            wire job_ready;
            /* verilator lint_off UNUSEDSIGNAL */  // its fields begin at whole digits
            reg [\(ports.jobBits - 1):0] job;
            /* verilator lint_on UNUSEDSIGNAL */
            reg query_valid;
            wire query_ready;
            reg [\(ports.queryBits - 1):0] query;
            wire request_valid;
            reg request_ready;
            wire [\(ports.addressBits - 1):0] request_address;
            wire [\(ports.burstBits - 1):0] request_beats;  // less one
            wire [\(ports.tagBits - 1):0] request_tag;
            reg response_valid;
            wire response_ready;
            reg [\(ports.dataBits - 1):0] response_data;
            reg [\(ports.tagBits - 1):0] response_tag;
            wire output_valid;
            reg output_ready;
            wire signed [\(ports.elementBits - 1):0] output_element;
            wire output_last;

        """
    }

    private var instance: String {
        let jobFields = ports.jobFields.map { field in
            "        .job_payload_\(field.name)(job[\(field.position + field.width - 1):\(field.position)]),\n"
        }.joined()
        return """
                \(ports.topName) lane (
                    .clock(clock),
                    .reset(reset),
                    .job_valid(job_valid),
                    .job_ready(job_ready),
            \(jobFields)\
                    .query_valid(query_valid),
                    .query_ready(query_ready),
                    .query_payload(query),
                    .request_valid(request_valid),
                    .request_ready(request_ready),
                    .request_payload_address(request_address),
                    .request_payload_beats(request_beats),
                    .request_payload_tag(request_tag),
                    .response_valid(response_valid),
                    .response_ready(response_ready),
                    .response_payload_data(response_data),
                    .response_payload_tag(response_tag),
                    .output_valid(output_valid),
                    .output_ready(output_ready),
                    .output_payload_element(output_element),
                    .output_payload_last(output_last)
                );

            """
    }

    private var clockAndOptions: String {
        """
            reg clock;
            reg reset;
            integer cycle;  // clock edges since the reset
            integer latency;
            integer stalls;
            integer seed;

            initial begin
                if (!$value$plusargs("latency=%d", latency)) latency = 100;
                if (!$value$plusargs("stalls=%d", stalls)) stalls = 0;
                if (!$value$plusargs("seed=%d", seed)) seed = 1;
                if ($test$plusargs("waves") != 0) begin
                    $dumpfile("waves.vcd");
                    $dumpvars;
                end
            end

        \(BenchClock.verilog)
            wire job_pauses = {26'd0, noise[5:0]} < stalls;
            wire query_pauses = {26'd0, noise[11:6]} < stalls;
            wire request_pauses = {26'd0, noise[17:12]} < stalls;
            wire response_pauses = {26'd0, noise[23:18]} < stalls;
            wire output_pauses = {26'd0, noise[29:24]} < stalls;
            always @(posedge clock) noise <= reset ? (2 * seed + 1) * 32'h9e3779b9 : noise_b ^ noise_b << 5;

        """
    }

    private var drivers: String {
        """
            // Jobs and queries; what is offered stays until it is taken.
            reg [\(ports.jobBits - 1):0] jobs [0:ROWS-1];
            reg [\(ports.queryBits - 1):0] queries [0:ROWS-1];
            integer next_job;
            integer next_query;

            initial begin
                $readmemh("jobs.hex", jobs);
                $readmemh("queries.hex", queries);
            end

            always @(posedge clock)
                if (reset) begin
                    next_job <= 0;
                    job_valid <= 1'b0;
                end else if (!job_valid || job_ready) begin
                    job_valid <= next_job < ROWS && !job_pauses;
                    if (next_job < ROWS && !job_pauses) begin
                        job <= jobs[next_job];
                        next_job <= next_job + 1;
                    end
                end

            always @(posedge clock)
                if (reset) begin
                    next_query <= 0;
                    query_valid <= 1'b0;
                end else if (!query_valid || query_ready) begin
                    query_valid <= next_query < ROWS && !query_pauses;
                    if (next_query < ROWS && !query_pauses) begin
                        query <= queries[next_query];
                        next_query <= next_query + 1;
                    end
                end

        """
    }

    private var memory: String {
        """
            // The memory: requests wait in a ring; a request's first beat is offered `latency` cycles after it, then a beat
            // a cycle.
            localparam RING = 1024;
            reg [\(ports.dataBits - 1):0] memory [0:MEMORY_BEATS-1];
            initial $readmemh("memory.hex", memory);

            wire [\(ports.addressBits - 1):0] first_beat = request_address / BEAT_BYTES;
            wire [\(ports.addressBits - 1):0] final_beat =
                first_beat + {\(ports.addressBits - ports.burstBits)'d0, request_beats};
            integer ring_next [0:RING-1];  // the next beat to send
            integer ring_final [0:RING-1];
            integer ring_due [0:RING-1];  // cycle
            reg [\(ports.tagBits - 1):0] ring_tag [0:RING-1];
            integer asked;  // requests so far
            integer served;
            integer slot;
            integer first_request;  // cycle
            integer last_beat;  // cycle
            integer beats_of_tag [0:\(tags.upperBound - 1)];

            /* verilator lint_off BLKSEQ */  // a request that is due at once goes through the ring in its own cycle
            always @(posedge clock)
                if (reset) begin
                    asked = 0;
                    served = 0;
                    for (slot = 0; slot < \(tags.upperBound); slot = slot + 1) beats_of_tag[slot] = 0;
                    request_ready <= 1'b0;
                    response_valid <= 1'b0;
                end else begin
                    if (response_valid && response_ready) begin
                        beats_of_tag[response_tag] = beats_of_tag[response_tag] + 1;
                        last_beat = cycle;
                    end
                    if (request_valid && request_ready) begin
                        if (asked == 0) first_request = cycle;
                        slot = asked % RING;
                        ring_next[slot] = first_beat[31:0];
                        ring_final[slot] = final_beat[31:0];
                        ring_due[slot] = cycle + latency;
                        ring_tag[slot] = request_tag;
                        asked = asked + 1;
                    end
                    request_ready <= asked - served < RING && !request_pauses;

                    if (!response_valid || response_ready) begin
                        slot = served % RING;
                        response_valid <= 1'b0;
                        if (served != asked && ring_due[slot] <= cycle + 1 && !response_pauses) begin
                            response_valid <= 1'b1;
                            response_data <= memory[ring_next[slot]];
                            response_tag <= ring_tag[slot];
                            if (ring_next[slot] == ring_final[slot]) served = served + 1;
                            ring_next[slot] = ring_next[slot] + 1;
                        end
                    end
                end
            /* verilator lint_on BLKSEQ */

        """
    }

    private var checks: String {
        """
            // The checks. A broken promise ends the run; a wrong element is counted.
            localparam QUIET = 200;  // cycles after the last element in which no other may come
            reg signed [\(ports.elementBits - 1):0] expected [0:ROWS*HEAD_SIZE-1];
            reg observes;
            initial begin
                observes = $test$plusargs("observe") != 0;
                if (!observes) $readmemh("expected.hex", expected);
            end

            integer elements;
            integer mismatches;
            integer last_output;  // cycle
            integer last_move;  // cycle in which something last went through a stream
            wire [\(requestBits - 1):0] request = {request_address, request_beats, request_tag};
            wire [\(ports.elementBits):0] offered = {output_element, output_last};
            reg request_waits;
            reg [\(requestBits - 1):0] waiting_request;
            reg output_waits;
            reg [\(ports.elementBits):0] waiting_output;

            always @(posedge clock)
                if (reset) begin
                    output_ready <= 1'b0;
                    request_waits <= 1'b0;
                    output_waits <= 1'b0;
                    elements <= 0;
                    mismatches <= 0;
                    last_output <= 0;
                    last_move <= 0;
                end else begin
                    output_ready <= !output_pauses;
                    request_waits <= request_valid && !request_ready;
                    waiting_request <= request;
                    output_waits <= output_valid && !output_ready;
                    waiting_output <= offered;
                    if (job_valid && job_ready || request_valid && request_ready || response_valid && response_ready
                            || output_valid && output_ready) last_move <= cycle;

                    if (^{job_ready, query_ready, request_valid, response_ready, output_valid} === 1'bx) begin
                        $display("cycle %0d: unknown among job_ready %b, query_ready %b, request_valid %b, ",
                            cycle, job_ready, query_ready, request_valid,
                            "response_ready %b, output_valid %b", response_ready, output_valid);
                        fail;
                    end else if (request_valid && ^request === 1'bx) begin
                        $display("cycle %0d: unknown in a request: address %h, beats %h, tag %h",
                            cycle, request_address, request_beats, request_tag);
                        fail;
                    end else if (output_valid && ^offered === 1'bx) begin
                        $display("cycle %0d: unknown in element %0d of row %0d: %h, last %b",
                            cycle, elements % HEAD_SIZE, elements / HEAD_SIZE, output_element, output_last);
                        fail;
                    end else if (request_waits && (!request_valid || request != waiting_request)) begin
                        $display("cycle %0d: a request changed before it was taken", cycle);
                        fail;
                    end else if (output_waits && (!output_valid || offered != waiting_output)) begin
                        $display("cycle %0d: an element changed before it was taken", cycle);
                        fail;
                    end else if (request_valid && (request_address % BEAT_BYTES != 0 || final_beat >= MEMORY_BEATS)) begin
                        $display("cycle %0d: bytes %0d to %0d are not whole beats of the memory",
                            cycle, request_address, final_beat * BEAT_BYTES + BEAT_BYTES - 1);
                        fail;
                    end else if (output_valid && output_ready) begin
                        if (elements == ROWS * HEAD_SIZE) begin
                            $display("cycle %0d: an element behind the last row: %0d", cycle, output_element);
                            fail;
                        end else if (output_last != (elements % HEAD_SIZE == HEAD_SIZE - 1)) begin
                            $display("cycle %0d: last is %b at element %0d of row %0d",
                                cycle, output_last, elements % HEAD_SIZE, elements / HEAD_SIZE);
                            fail;
                        end else if (observes) begin
                            $display("OUTPUT %0d", output_element);
                        end else if (output_element !== expected[elements]) begin
                            mismatches <= mismatches + 1;
                            $display("MISMATCH row %0d element %0d: expected %0d, got %0d",
                                elements / HEAD_SIZE, elements % HEAD_SIZE, expected[elements], output_element);
                        end
                        elements <= elements + 1;
                        last_output <= cycle;
                    end else if (elements == ROWS * HEAD_SIZE && cycle - last_output == QUIET) begin
                        conclude;
                    end else if (elements != ROWS * HEAD_SIZE && cycle - last_move > 20000 + 20 * latency) begin
                        $display("cycle %0d: nothing has moved since cycle %0d, and row %0d is due",
                            cycle, last_move, elements / HEAD_SIZE);
                        fail;
                    end
                end

            task conclude;
                begin
                    $display("READ requests=%0d\(tags.map { " beats\($0)=%0d" }.joined()) first=%0d last=%0d", asked,
                        \(tags.map { "beats_of_tag[\($0)], " }.joined())first_request, last_beat);
                    if (mismatches != 0) begin
                        fail;
                    end else begin
                        if (observes) $write("OBSERVED");
                        else $write("PASS");
                        $display(" rows=%0d elements=%0d cycles=%0d", ROWS, elements,
                            asked == 0 ? 0 : last_output - first_request + 1);
                        $finish;
                    end
                end
            endtask

            task fail;
                begin
                    $display("FAIL rows=%0d elements=%0d cycle=%0d mismatches=%0d", elements / HEAD_SIZE, elements, cycle,
                        mismatches);
                    $stop;
                end
            endtask

        """
    }

    private var requestBits: Int { ports.addressBits + ports.burstBits + ports.tagBits }
    private var tags: Range<Int> { 0..<1 << ports.tagBits }
}
