// Self-checking bench of SinkMerger_d64_n524288_e8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes sink_merger.vcd
`default_nettype none

module sink_merger_bench #(
    parameter TOGETHER = 0  // of several benches none ends the simulation; `done` and `failed` say how it ended
) (
    output reg done,
    output reg failed
);

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
            $dumpfile("sink_merger.vcd");
            $dumpvars;
        end
    end

    initial begin
        clock = 1'b0;
        forever #10 clock = !clock;
    end

    initial begin
        reset = 1'b1;
        #60 reset = 1'b0;
    end

    always @(posedge clock) cycle <= reset ? 0 : cycle + 1;

    // Whether each stream hesitates: xorshift32, which is the same in every simulator.
    reg [31:0] noise;
    wire [31:0] noise_a = noise ^ noise << 13;
    wire [31:0] noise_b = noise_a ^ noise_a >> 17;
    always @(posedge clock) noise <= reset ? (2 * seed + 1) * 32'h9e3779b9 : noise_b ^ noise_b << 5;

    // sink: 44 beats given.
    reg s_sink_valid;
    wire s_sink_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [39:0] s_sink_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_sink_passed;
    reg s_sink_failed;

    // state: 352 beats given.
    reg s_state_valid;
    wire s_state_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1467:0] s_state_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_state_passed;
    reg s_state_failed;

    // merged: 352 beats expected.
    wire s_merged_valid;
    reg s_merged_ready;
    wire s_merged_occupied;
    wire [6:0] s_merged_highest_class;
    wire [70:0] s_merged_weight_sum;
    wire [70:0] s_merged_weight_sum_below;
    wire [655:0] s_merged_output_sums;
    wire [655:0] s_merged_output_sums_below;
    integer s_merged_passed;
    reg s_merged_failed;

    SinkMerger_d64_n524288_e8 unit (
        .clock(clock),
            .reset(reset),
            .sink_valid(s_sink_valid),
            .sink_ready(s_sink_ready),
            .sink_payload_occupied(s_sink_beat[36]),
            .sink_payload_reference(s_sink_beat[35:24]),
            .sink_payload_weight(s_sink_beat[20:0]),
            .state_valid(s_state_valid),
            .state_ready(s_state_ready),
            .state_payload_occupied(s_state_beat[1464]),
            .state_payload_highest_class(s_state_beat[1462:1456]),
            .state_payload_weight_sum(s_state_beat[1454:1384]),
            .state_payload_weight_sum_below(s_state_beat[1382:1312]),
            .state_payload_output_sums(s_state_beat[1311:656]),
            .state_payload_output_sums_below(s_state_beat[655:0]),
            .merged_valid(s_merged_valid),
            .merged_ready(s_merged_ready),
            .merged_payload_occupied(s_merged_occupied),
            .merged_payload_highest_class(s_merged_highest_class),
            .merged_payload_weight_sum(s_merged_weight_sum),
            .merged_payload_weight_sum_below(s_merged_weight_sum_below),
            .merged_payload_output_sums(s_merged_output_sums),
            .merged_payload_output_sums_below(s_merged_output_sums_below)
    );

    reg [39:0] s_sink_lines [0:43];
    integer s_sink_next;
    initial $readmemh("sink_merger_sink.hex", s_sink_lines);
    wire s_sink_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_sink_next <= 0;
            s_sink_passed <= 0;
            s_sink_failed <= 1'b0;
            s_sink_valid <= 1'b0;
        end else begin
            if (s_sink_valid && s_sink_ready) s_sink_passed <= s_sink_passed + 1;
            if (s_sink_ready !== 1'b0 && s_sink_ready !== 1'b1) begin
                $display("cycle %0d: sink_ready is unknown", cycle);
                s_sink_failed <= 1'b1;
            end
            if (!s_sink_valid || s_sink_ready) begin
                if (s_sink_next < 44 && !s_sink_pauses) begin
                    s_sink_valid <= 1'b1;
                    s_sink_beat <= s_sink_lines[s_sink_next][39:0];
                    s_sink_next <= s_sink_next + 1;
                end else begin
                    s_sink_valid <= 1'b0;
                    s_sink_beat <= {40{1'bx}};
                end
            end
        end

    reg [1467:0] s_state_lines [0:351];
    integer s_state_next;
    initial $readmemh("sink_merger_state.hex", s_state_lines);
    wire s_state_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_state_next <= 0;
            s_state_passed <= 0;
            s_state_failed <= 1'b0;
            s_state_valid <= 1'b0;
        end else begin
            if (s_state_valid && s_state_ready) s_state_passed <= s_state_passed + 1;
            if (s_state_ready !== 1'b0 && s_state_ready !== 1'b1) begin
                $display("cycle %0d: state_ready is unknown", cycle);
                s_state_failed <= 1'b1;
            end
            if (!s_state_valid || s_state_ready) begin
                if (s_state_next < 352 && !s_state_pauses) begin
                    s_state_valid <= 1'b1;
                    s_state_beat <= s_state_lines[s_state_next][1467:0];
                    s_state_next <= s_state_next + 1;
                end else begin
                    s_state_valid <= 1'b0;
                    s_state_beat <= {1468{1'bx}};
                end
            end
        end

    reg [2935:0] s_merged_lines [0:351];
    initial $readmemh("sink_merger_merged.hex", s_merged_lines);
    wire [1467:0] s_merged_beat = {3'd0, s_merged_occupied, 1'd0, s_merged_highest_class, 1'd0, s_merged_weight_sum, 1'd0, s_merged_weight_sum_below, s_merged_output_sums, s_merged_output_sums_below};
    wire [2935:0] s_merged_line = s_merged_lines[s_merged_passed];
    reg s_merged_waits;
    reg [1467:0] s_merged_waiting;
    always @(posedge clock)
        if (reset) begin
            s_merged_passed <= 0;
            s_merged_failed <= 1'b0;
            s_merged_waits <= 1'b0;
            s_merged_ready <= 1'b0;
        end else begin
            s_merged_ready <= !({26'd0, noise[15:10]} < stalls);
            s_merged_waits <= s_merged_valid && !s_merged_ready;
            s_merged_waiting <= s_merged_beat;
            if (s_merged_valid !== 1'b0 && s_merged_valid !== 1'b1) begin
                $display("cycle %0d: merged_valid is unknown", cycle);
                s_merged_failed <= 1'b1;
            end else if (s_merged_waits && (!s_merged_valid || s_merged_beat !== s_merged_waiting)) begin
                $display("cycle %0d: merged changed beat %0d before it was taken", cycle, s_merged_passed);
                s_merged_failed <= 1'b1;
            end else if (s_merged_valid && s_merged_ready) begin
                s_merged_passed <= s_merged_passed + 1;
                if (s_merged_passed == 352) begin
                    $display("cycle %0d: merged offers a beat beyond the %0d expected", cycle, 352);
                    s_merged_failed <= 1'b1;
                    end else if (((s_merged_beat ^ s_merged_line[2935:1468]) & s_merged_line[1467:0]) !== 1468'd0) begin
                        $display("MISMATCH merged beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_merged_passed, cycle, s_merged_line[2935:1468], s_merged_beat, s_merged_line[1467:0]);
                        s_merged_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_sink_passed == 44 && s_state_passed == 352 && s_merged_passed == 352;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_sink_valid && s_sink_ready
                    || s_state_valid && s_state_ready
                    || s_merged_valid && s_merged_ready) last_move <= cycle;
            if (s_sink_failed || s_state_failed || s_merged_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: sink=%0d/%0d state=%0d/%0d merged=%0d/%0d",
                    cycle, last_move, s_sink_passed, 44, s_state_passed, 352, s_merged_passed, 352);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS sink_merger merged=%0d cycles=%0d",
                s_merged_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL sink_merger cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
