// Self-checking bench of MergeUnit_d64_n524288_e8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes merge_unit.vcd
`default_nettype none

module merge_unit_bench #(
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
            $dumpfile("merge_unit.vcd");
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

    // pair: 416 beats given.
    reg s_pair_valid;
    wire s_pair_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [2935:0] s_pair_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_pair_passed;
    reg s_pair_failed;

    // merged: 416 beats expected.
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

    MergeUnit_d64_n524288_e8 unit (
        .clock(clock),
            .reset(reset),
            .pair_valid(s_pair_valid),
            .pair_ready(s_pair_ready),
            .pair_payload_left_occupied(s_pair_beat[2932]),
            .pair_payload_left_highest_class(s_pair_beat[2930:2924]),
            .pair_payload_left_weight_sum(s_pair_beat[2922:2852]),
            .pair_payload_left_weight_sum_below(s_pair_beat[2850:2780]),
            .pair_payload_left_output_sums(s_pair_beat[2779:2124]),
            .pair_payload_left_output_sums_below(s_pair_beat[2123:1468]),
            .pair_payload_right_occupied(s_pair_beat[1464]),
            .pair_payload_right_highest_class(s_pair_beat[1462:1456]),
            .pair_payload_right_weight_sum(s_pair_beat[1454:1384]),
            .pair_payload_right_weight_sum_below(s_pair_beat[1382:1312]),
            .pair_payload_right_output_sums(s_pair_beat[1311:656]),
            .pair_payload_right_output_sums_below(s_pair_beat[655:0]),
            .merged_valid(s_merged_valid),
            .merged_ready(s_merged_ready),
            .merged_payload_occupied(s_merged_occupied),
            .merged_payload_highest_class(s_merged_highest_class),
            .merged_payload_weight_sum(s_merged_weight_sum),
            .merged_payload_weight_sum_below(s_merged_weight_sum_below),
            .merged_payload_output_sums(s_merged_output_sums),
            .merged_payload_output_sums_below(s_merged_output_sums_below)
    );

    reg [2935:0] s_pair_lines [0:415];
    integer s_pair_next;
    initial $readmemh("merge_unit_pair.hex", s_pair_lines);
    wire s_pair_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_pair_next <= 0;
            s_pair_passed <= 0;
            s_pair_failed <= 1'b0;
            s_pair_valid <= 1'b0;
        end else begin
            if (s_pair_valid && s_pair_ready) s_pair_passed <= s_pair_passed + 1;
            if (s_pair_ready !== 1'b0 && s_pair_ready !== 1'b1) begin
                $display("cycle %0d: pair_ready is unknown", cycle);
                s_pair_failed <= 1'b1;
            end
            if (!s_pair_valid || s_pair_ready) begin
                if (s_pair_next < 416 && !s_pair_pauses) begin
                    s_pair_valid <= 1'b1;
                    s_pair_beat <= s_pair_lines[s_pair_next][2935:0];
                    s_pair_next <= s_pair_next + 1;
                end else begin
                    s_pair_valid <= 1'b0;
                    s_pair_beat <= {2936{1'bx}};
                end
            end
        end

    reg [2935:0] s_merged_lines [0:415];
    initial $readmemh("merge_unit_merged.hex", s_merged_lines);
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
            s_merged_ready <= !({26'd0, noise[10:5]} < stalls);
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
                if (s_merged_passed == 416) begin
                    $display("cycle %0d: merged offers a beat beyond the %0d expected", cycle, 416);
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
    wire finished = s_pair_passed == 416 && s_merged_passed == 416;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_pair_valid && s_pair_ready
                    || s_merged_valid && s_merged_ready) last_move <= cycle;
            if (s_pair_failed || s_merged_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: pair=%0d/%0d merged=%0d/%0d",
                    cycle, last_move, s_pair_passed, 416, s_merged_passed, 416);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS merge_unit merged=%0d cycles=%0d",
                s_merged_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL merge_unit cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
