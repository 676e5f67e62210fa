// Self-checking bench of LeafCompletion_d64_e8_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes leaf_completion.vcd
`default_nettype none

module leaf_completion_bench #(
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
            $dumpfile("leaf_completion.vcd");
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

    // value_bits: 24 beats given.
    reg s_value_bits_valid;
    wire s_value_bits_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [3:0] s_value_bits_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_value_bits_passed;
    reg s_value_bits_failed;

    // leaf: 456 beats given.
    reg s_leaf_valid;
    wire s_leaf_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [387:0] s_leaf_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_leaf_passed;
    reg s_leaf_failed;

    // sums: 57 beats given.
    reg s_sums_valid;
    wire s_sums_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [119:0] s_sums_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_sums_passed;
    reg s_sums_failed;

    // completed: 513 beats expected.
    wire s_completed_valid;
    reg s_completed_ready;
    wire s_completed_occupied;
    wire [11:0] s_completed_reference;
    wire [30:0] s_completed_weight_sum;
    wire [335:0] s_completed_output_sums;
    wire s_completed_row_last;
    integer s_completed_passed;
    reg s_completed_failed;

    LeafCompletion_d64_e8_k1024 unit (
        .clock(clock),
            .reset(reset),
            .value_bits_valid(s_value_bits_valid),
            .value_bits_ready(s_value_bits_ready),
            .value_bits_payload(s_value_bits_beat[3:0]),
            .leaf_valid(s_leaf_valid),
            .leaf_ready(s_leaf_ready),
            .leaf_payload_occupied(s_leaf_beat[384]),
            .leaf_payload_reference(s_leaf_beat[383:372]),
            .leaf_payload_weight_sum(s_leaf_beat[370:340]),
            .leaf_payload_output_sums(s_leaf_beat[339:4]),
            .leaf_payload_row_last(s_leaf_beat[0]),
            .sums_valid(s_sums_valid),
            .sums_ready(s_sums_ready),
            .sums_payload_occupied(s_sums_beat[116]),
            .sums_payload_keeps_values(s_sums_beat[112]),
            .sums_payload_reference(s_sums_beat[111:100]),
            .sums_payload_weight_sum(s_sums_beat[98:68]),
            .sums_payload_unrefined_sum(s_sums_beat[66:36]),
            .sums_payload_dropped_sum(s_sums_beat[34:4]),
            .sums_payload_row_last(s_sums_beat[0]),
            .completed_valid(s_completed_valid),
            .completed_ready(s_completed_ready),
            .completed_payload_occupied(s_completed_occupied),
            .completed_payload_reference(s_completed_reference),
            .completed_payload_weight_sum(s_completed_weight_sum),
            .completed_payload_output_sums(s_completed_output_sums),
            .completed_payload_row_last(s_completed_row_last)
    );

    reg [3:0] s_value_bits_lines [0:23];
    integer s_value_bits_next;
    initial $readmemh("leaf_completion_value_bits.hex", s_value_bits_lines);
    wire s_value_bits_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_value_bits_next <= 0;
            s_value_bits_passed <= 0;
            s_value_bits_failed <= 1'b0;
            s_value_bits_valid <= 1'b0;
        end else begin
            if (s_value_bits_valid && s_value_bits_ready) s_value_bits_passed <= s_value_bits_passed + 1;
            if (s_value_bits_ready !== 1'b0 && s_value_bits_ready !== 1'b1) begin
                $display("cycle %0d: value_bits_ready is unknown", cycle);
                s_value_bits_failed <= 1'b1;
            end
            if (!s_value_bits_valid || s_value_bits_ready) begin
                if (s_value_bits_next < 24 && !s_value_bits_pauses) begin
                    s_value_bits_valid <= 1'b1;
                    s_value_bits_beat <= s_value_bits_lines[s_value_bits_next][3:0];
                    s_value_bits_next <= s_value_bits_next + 1;
                end else begin
                    s_value_bits_valid <= 1'b0;
                    s_value_bits_beat <= {4{1'bx}};
                end
            end
        end

    reg [387:0] s_leaf_lines [0:455];
    integer s_leaf_next;
    initial $readmemh("leaf_completion_leaf.hex", s_leaf_lines);
    wire s_leaf_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_leaf_next <= 0;
            s_leaf_passed <= 0;
            s_leaf_failed <= 1'b0;
            s_leaf_valid <= 1'b0;
        end else begin
            if (s_leaf_valid && s_leaf_ready) s_leaf_passed <= s_leaf_passed + 1;
            if (s_leaf_ready !== 1'b0 && s_leaf_ready !== 1'b1) begin
                $display("cycle %0d: leaf_ready is unknown", cycle);
                s_leaf_failed <= 1'b1;
            end
            if (!s_leaf_valid || s_leaf_ready) begin
                if (s_leaf_next < 456 && !s_leaf_pauses) begin
                    s_leaf_valid <= 1'b1;
                    s_leaf_beat <= s_leaf_lines[s_leaf_next][387:0];
                    s_leaf_next <= s_leaf_next + 1;
                end else begin
                    s_leaf_valid <= 1'b0;
                    s_leaf_beat <= {388{1'bx}};
                end
            end
        end

    reg [119:0] s_sums_lines [0:56];
    integer s_sums_next;
    initial $readmemh("leaf_completion_sums.hex", s_sums_lines);
    wire s_sums_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_sums_next <= 0;
            s_sums_passed <= 0;
            s_sums_failed <= 1'b0;
            s_sums_valid <= 1'b0;
        end else begin
            if (s_sums_valid && s_sums_ready) s_sums_passed <= s_sums_passed + 1;
            if (s_sums_ready !== 1'b0 && s_sums_ready !== 1'b1) begin
                $display("cycle %0d: sums_ready is unknown", cycle);
                s_sums_failed <= 1'b1;
            end
            if (!s_sums_valid || s_sums_ready) begin
                if (s_sums_next < 57 && !s_sums_pauses) begin
                    s_sums_valid <= 1'b1;
                    s_sums_beat <= s_sums_lines[s_sums_next][119:0];
                    s_sums_next <= s_sums_next + 1;
                end else begin
                    s_sums_valid <= 1'b0;
                    s_sums_beat <= {120{1'bx}};
                end
            end
        end

    reg [775:0] s_completed_lines [0:512];
    initial $readmemh("leaf_completion_completed.hex", s_completed_lines);
    wire [387:0] s_completed_beat = {3'd0, s_completed_occupied, s_completed_reference, 1'd0, s_completed_weight_sum, s_completed_output_sums, 3'd0, s_completed_row_last};
    wire [775:0] s_completed_line = s_completed_lines[s_completed_passed];
    reg s_completed_waits;
    reg [387:0] s_completed_waiting;
    always @(posedge clock)
        if (reset) begin
            s_completed_passed <= 0;
            s_completed_failed <= 1'b0;
            s_completed_waits <= 1'b0;
            s_completed_ready <= 1'b0;
        end else begin
            s_completed_ready <= !({26'd0, noise[20:15]} < stalls);
            s_completed_waits <= s_completed_valid && !s_completed_ready;
            s_completed_waiting <= s_completed_beat;
            if (s_completed_valid !== 1'b0 && s_completed_valid !== 1'b1) begin
                $display("cycle %0d: completed_valid is unknown", cycle);
                s_completed_failed <= 1'b1;
            end else if (s_completed_waits && (!s_completed_valid || s_completed_beat !== s_completed_waiting)) begin
                $display("cycle %0d: completed changed beat %0d before it was taken", cycle, s_completed_passed);
                s_completed_failed <= 1'b1;
            end else if (s_completed_valid && s_completed_ready) begin
                s_completed_passed <= s_completed_passed + 1;
                if (s_completed_passed == 513) begin
                    $display("cycle %0d: completed offers a beat beyond the %0d expected", cycle, 513);
                    s_completed_failed <= 1'b1;
                    end else if (((s_completed_beat ^ s_completed_line[775:388]) & s_completed_line[387:0]) !== 388'd0) begin
                        $display("MISMATCH completed beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_completed_passed, cycle, s_completed_line[775:388], s_completed_beat, s_completed_line[387:0]);
                        s_completed_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_value_bits_passed == 24 && s_leaf_passed == 456 && s_sums_passed == 57 && s_completed_passed == 513;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_value_bits_valid && s_value_bits_ready
                    || s_leaf_valid && s_leaf_ready
                    || s_sums_valid && s_sums_ready
                    || s_completed_valid && s_completed_ready) last_move <= cycle;
            if (s_value_bits_failed || s_leaf_failed || s_sums_failed || s_completed_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: value_bits=%0d/%0d leaf=%0d/%0d sums=%0d/%0d completed=%0d/%0d",
                    cycle, last_move, s_value_bits_passed, 24, s_leaf_passed, 456, s_sums_passed, 57, s_completed_passed, 513);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS leaf_completion completed=%0d cycles=%0d",
                s_completed_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL leaf_completion cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
