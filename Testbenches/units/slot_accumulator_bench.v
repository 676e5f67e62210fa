// Self-checking bench of SlotAccumulator_d64_n524288_e8_r8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes slot_accumulator.vcd
`default_nettype none

module slot_accumulator_bench #(
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
            $dumpfile("slot_accumulator.vcd");
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

    // owner: 22 beats given.
    reg s_owner_valid;
    wire s_owner_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [11:0] s_owner_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_owner_passed;
    reg s_owner_failed;

    // leaf: 176 beats given.
    reg s_leaf_valid;
    wire s_leaf_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [387:0] s_leaf_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_leaf_passed;
    reg s_leaf_failed;

    // state: 96 beats expected.
    wire s_state_valid;
    reg s_state_ready;
    wire s_state_occupied;
    wire [6:0] s_state_highest_class;
    wire [70:0] s_state_weight_sum;
    wire [70:0] s_state_weight_sum_below;
    wire [655:0] s_state_output_sums;
    wire [655:0] s_state_output_sums_below;
    integer s_state_passed;
    reg s_state_failed;

    SlotAccumulator_d64_n524288_e8_r8 unit (
        .clock(clock),
            .reset(reset),
            .owner_valid(s_owner_valid),
            .owner_ready(s_owner_ready),
            .owner_payload_slot(s_owner_beat[10:8]),
            .owner_payload_opens(s_owner_beat[4]),
            .owner_payload_closes(s_owner_beat[0]),
            .leaf_valid(s_leaf_valid),
            .leaf_ready(s_leaf_ready),
            .leaf_payload_occupied(s_leaf_beat[384]),
            .leaf_payload_reference(s_leaf_beat[383:372]),
            .leaf_payload_weight_sum(s_leaf_beat[370:340]),
            .leaf_payload_output_sums(s_leaf_beat[339:4]),
            .leaf_payload_row_last(s_leaf_beat[0]),
            .state_valid(s_state_valid),
            .state_ready(s_state_ready),
            .state_payload_occupied(s_state_occupied),
            .state_payload_highest_class(s_state_highest_class),
            .state_payload_weight_sum(s_state_weight_sum),
            .state_payload_weight_sum_below(s_state_weight_sum_below),
            .state_payload_output_sums(s_state_output_sums),
            .state_payload_output_sums_below(s_state_output_sums_below)
    );

    reg [11:0] s_owner_lines [0:21];
    integer s_owner_next;
    initial $readmemh("slot_accumulator_owner.hex", s_owner_lines);
    wire s_owner_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_owner_next <= 0;
            s_owner_passed <= 0;
            s_owner_failed <= 1'b0;
            s_owner_valid <= 1'b0;
        end else begin
            if (s_owner_valid && s_owner_ready) s_owner_passed <= s_owner_passed + 1;
            if (s_owner_ready !== 1'b0 && s_owner_ready !== 1'b1) begin
                $display("cycle %0d: owner_ready is unknown", cycle);
                s_owner_failed <= 1'b1;
            end
            if (!s_owner_valid || s_owner_ready) begin
                if (s_owner_next < 22 && !s_owner_pauses) begin
                    s_owner_valid <= 1'b1;
                    s_owner_beat <= s_owner_lines[s_owner_next][11:0];
                    s_owner_next <= s_owner_next + 1;
                end else begin
                    s_owner_valid <= 1'b0;
                    s_owner_beat <= {12{1'bx}};
                end
            end
        end

    reg [387:0] s_leaf_lines [0:175];
    integer s_leaf_next;
    initial $readmemh("slot_accumulator_leaf.hex", s_leaf_lines);
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
                if (s_leaf_next < 176 && !s_leaf_pauses) begin
                    s_leaf_valid <= 1'b1;
                    s_leaf_beat <= s_leaf_lines[s_leaf_next][387:0];
                    s_leaf_next <= s_leaf_next + 1;
                end else begin
                    s_leaf_valid <= 1'b0;
                    s_leaf_beat <= {388{1'bx}};
                end
            end
        end

    reg [2935:0] s_state_lines [0:95];
    initial $readmemh("slot_accumulator_state.hex", s_state_lines);
    wire [1467:0] s_state_beat = {3'd0, s_state_occupied, 1'd0, s_state_highest_class, 1'd0, s_state_weight_sum, 1'd0, s_state_weight_sum_below, s_state_output_sums, s_state_output_sums_below};
    wire [2935:0] s_state_line = s_state_lines[s_state_passed];
    reg s_state_waits;
    reg [1467:0] s_state_waiting;
    always @(posedge clock)
        if (reset) begin
            s_state_passed <= 0;
            s_state_failed <= 1'b0;
            s_state_waits <= 1'b0;
            s_state_ready <= 1'b0;
        end else begin
            s_state_ready <= !({26'd0, noise[15:10]} < stalls);
            s_state_waits <= s_state_valid && !s_state_ready;
            s_state_waiting <= s_state_beat;
            if (s_state_valid !== 1'b0 && s_state_valid !== 1'b1) begin
                $display("cycle %0d: state_valid is unknown", cycle);
                s_state_failed <= 1'b1;
            end else if (s_state_waits && (!s_state_valid || s_state_beat !== s_state_waiting)) begin
                $display("cycle %0d: state changed beat %0d before it was taken", cycle, s_state_passed);
                s_state_failed <= 1'b1;
            end else if (s_state_valid && s_state_ready) begin
                s_state_passed <= s_state_passed + 1;
                if (s_state_passed == 96) begin
                    $display("cycle %0d: state offers a beat beyond the %0d expected", cycle, 96);
                    s_state_failed <= 1'b1;
                    end else if (((s_state_beat ^ s_state_line[2935:1468]) & s_state_line[1467:0]) !== 1468'd0) begin
                        $display("MISMATCH state beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_state_passed, cycle, s_state_line[2935:1468], s_state_beat, s_state_line[1467:0]);
                        s_state_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_owner_passed == 22 && s_leaf_passed == 176 && s_state_passed == 96;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_owner_valid && s_owner_ready
                    || s_leaf_valid && s_leaf_ready
                    || s_state_valid && s_state_ready) last_move <= cycle;
            if (s_owner_failed || s_leaf_failed || s_state_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: owner=%0d/%0d leaf=%0d/%0d state=%0d/%0d",
                    cycle, last_move, s_owner_passed, 22, s_leaf_passed, 176, s_state_passed, 96);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS slot_accumulator state=%0d cycles=%0d",
                s_state_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL slot_accumulator cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
