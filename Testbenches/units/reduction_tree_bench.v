// Self-checking bench of ReductionUnit_d64_n524288_e8_r2_g5_tree, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes reduction_tree.vcd
`default_nettype none

module reduction_tree_bench #(
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
            $dumpfile("reduction_tree.vcd");
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

    // partial_0: 40 beats given.
    reg s_partial_0_valid;
    wire s_partial_0_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1515:0] s_partial_0_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_partial_0_passed;
    reg s_partial_0_failed;

    // partial_1: 48 beats given.
    reg s_partial_1_valid;
    wire s_partial_1_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1515:0] s_partial_1_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_partial_1_passed;
    reg s_partial_1_failed;

    // partial_2: 40 beats given.
    reg s_partial_2_valid;
    wire s_partial_2_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1515:0] s_partial_2_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_partial_2_passed;
    reg s_partial_2_failed;

    // partial_3: 40 beats given.
    reg s_partial_3_valid;
    wire s_partial_3_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1515:0] s_partial_3_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_partial_3_passed;
    reg s_partial_3_failed;

    // partial_4: 32 beats given.
    reg s_partial_4_valid;
    wire s_partial_4_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1515:0] s_partial_4_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_partial_4_passed;
    reg s_partial_4_failed;

    // merged_0: 40 beats expected.
    wire s_merged_0_valid;
    reg s_merged_0_ready;
    wire [7:0] s_merged_0_tag_output_head;
    wire [7:0] s_merged_0_tag_output_sequence;
    wire s_merged_0_tag_opens;
    wire s_merged_0_tag_closes;
    wire s_merged_0_tag_epoch;
    wire [5:0] s_merged_0_tag_lane;
    wire s_merged_0_tag_rows;
    wire [3:0] s_merged_0_tag_value_bits;
    wire s_merged_0_state_occupied;
    wire [6:0] s_merged_0_state_highest_class;
    wire [70:0] s_merged_0_state_weight_sum;
    wire [70:0] s_merged_0_state_weight_sum_below;
    wire [655:0] s_merged_0_state_output_sums;
    wire [655:0] s_merged_0_state_output_sums_below;
    wire s_merged_0_last;
    integer s_merged_0_passed;
    reg s_merged_0_failed;

    // merged_1: 8 beats expected.
    wire s_merged_1_valid;
    reg s_merged_1_ready;
    wire [7:0] s_merged_1_tag_output_head;
    wire [7:0] s_merged_1_tag_output_sequence;
    wire s_merged_1_tag_opens;
    wire s_merged_1_tag_closes;
    wire s_merged_1_tag_epoch;
    wire [5:0] s_merged_1_tag_lane;
    wire s_merged_1_tag_rows;
    wire [3:0] s_merged_1_tag_value_bits;
    wire s_merged_1_state_occupied;
    wire [6:0] s_merged_1_state_highest_class;
    wire [70:0] s_merged_1_state_weight_sum;
    wire [70:0] s_merged_1_state_weight_sum_below;
    wire [655:0] s_merged_1_state_output_sums;
    wire [655:0] s_merged_1_state_output_sums_below;
    wire s_merged_1_last;
    integer s_merged_1_passed;
    reg s_merged_1_failed;

    // merged_2: 8 beats expected.
    wire s_merged_2_valid;
    reg s_merged_2_ready;
    wire [7:0] s_merged_2_tag_output_head;
    wire [7:0] s_merged_2_tag_output_sequence;
    wire s_merged_2_tag_opens;
    wire s_merged_2_tag_closes;
    wire s_merged_2_tag_epoch;
    wire [5:0] s_merged_2_tag_lane;
    wire s_merged_2_tag_rows;
    wire [3:0] s_merged_2_tag_value_bits;
    wire s_merged_2_state_occupied;
    wire [6:0] s_merged_2_state_highest_class;
    wire [70:0] s_merged_2_state_weight_sum;
    wire [70:0] s_merged_2_state_weight_sum_below;
    wire [655:0] s_merged_2_state_output_sums;
    wire [655:0] s_merged_2_state_output_sums_below;
    wire s_merged_2_last;
    integer s_merged_2_passed;
    reg s_merged_2_failed;

    // merged_3: 24 beats expected.
    wire s_merged_3_valid;
    reg s_merged_3_ready;
    wire [7:0] s_merged_3_tag_output_head;
    wire [7:0] s_merged_3_tag_output_sequence;
    wire s_merged_3_tag_opens;
    wire s_merged_3_tag_closes;
    wire s_merged_3_tag_epoch;
    wire [5:0] s_merged_3_tag_lane;
    wire s_merged_3_tag_rows;
    wire [3:0] s_merged_3_tag_value_bits;
    wire s_merged_3_state_occupied;
    wire [6:0] s_merged_3_state_highest_class;
    wire [70:0] s_merged_3_state_weight_sum;
    wire [70:0] s_merged_3_state_weight_sum_below;
    wire [655:0] s_merged_3_state_output_sums;
    wire [655:0] s_merged_3_state_output_sums_below;
    wire s_merged_3_last;
    integer s_merged_3_passed;
    reg s_merged_3_failed;

    // merged_4: 0 beats expected.
    wire s_merged_4_valid;
    reg s_merged_4_ready;
    wire [7:0] s_merged_4_tag_output_head;
    wire [7:0] s_merged_4_tag_output_sequence;
    wire s_merged_4_tag_opens;
    wire s_merged_4_tag_closes;
    wire s_merged_4_tag_epoch;
    wire [5:0] s_merged_4_tag_lane;
    wire s_merged_4_tag_rows;
    wire [3:0] s_merged_4_tag_value_bits;
    wire s_merged_4_state_occupied;
    wire [6:0] s_merged_4_state_highest_class;
    wire [70:0] s_merged_4_state_weight_sum;
    wire [70:0] s_merged_4_state_weight_sum_below;
    wire [655:0] s_merged_4_state_output_sums;
    wire [655:0] s_merged_4_state_output_sums_below;
    wire s_merged_4_last;
    integer s_merged_4_passed;
    reg s_merged_4_failed;

    wire fault;

    ReductionUnit_d64_n524288_e8_r2_g5_tree unit (
        .clock(clock),
            .reset(reset),
            .partial_0_valid(s_partial_0_valid),
            .partial_0_ready(s_partial_0_ready),
            .partial_0_payload_tag_output_head(s_partial_0_beat[1515:1508]),
            .partial_0_payload_tag_output_sequence(s_partial_0_beat[1507:1500]),
            .partial_0_payload_tag_opens(s_partial_0_beat[1496]),
            .partial_0_payload_tag_closes(s_partial_0_beat[1492]),
            .partial_0_payload_tag_epoch(s_partial_0_beat[1488]),
            .partial_0_payload_tag_lane(s_partial_0_beat[1485:1480]),
            .partial_0_payload_tag_rows(s_partial_0_beat[1476]),
            .partial_0_payload_tag_value_bits(s_partial_0_beat[1475:1472]),
            .partial_0_payload_state_occupied(s_partial_0_beat[1468]),
            .partial_0_payload_state_highest_class(s_partial_0_beat[1466:1460]),
            .partial_0_payload_state_weight_sum(s_partial_0_beat[1458:1388]),
            .partial_0_payload_state_weight_sum_below(s_partial_0_beat[1386:1316]),
            .partial_0_payload_state_output_sums(s_partial_0_beat[1315:660]),
            .partial_0_payload_state_output_sums_below(s_partial_0_beat[659:4]),
            .partial_0_payload_last(s_partial_0_beat[0]),
            .partial_1_valid(s_partial_1_valid),
            .partial_1_ready(s_partial_1_ready),
            .partial_1_payload_tag_output_head(s_partial_1_beat[1515:1508]),
            .partial_1_payload_tag_output_sequence(s_partial_1_beat[1507:1500]),
            .partial_1_payload_tag_opens(s_partial_1_beat[1496]),
            .partial_1_payload_tag_closes(s_partial_1_beat[1492]),
            .partial_1_payload_tag_epoch(s_partial_1_beat[1488]),
            .partial_1_payload_tag_lane(s_partial_1_beat[1485:1480]),
            .partial_1_payload_tag_rows(s_partial_1_beat[1476]),
            .partial_1_payload_tag_value_bits(s_partial_1_beat[1475:1472]),
            .partial_1_payload_state_occupied(s_partial_1_beat[1468]),
            .partial_1_payload_state_highest_class(s_partial_1_beat[1466:1460]),
            .partial_1_payload_state_weight_sum(s_partial_1_beat[1458:1388]),
            .partial_1_payload_state_weight_sum_below(s_partial_1_beat[1386:1316]),
            .partial_1_payload_state_output_sums(s_partial_1_beat[1315:660]),
            .partial_1_payload_state_output_sums_below(s_partial_1_beat[659:4]),
            .partial_1_payload_last(s_partial_1_beat[0]),
            .partial_2_valid(s_partial_2_valid),
            .partial_2_ready(s_partial_2_ready),
            .partial_2_payload_tag_output_head(s_partial_2_beat[1515:1508]),
            .partial_2_payload_tag_output_sequence(s_partial_2_beat[1507:1500]),
            .partial_2_payload_tag_opens(s_partial_2_beat[1496]),
            .partial_2_payload_tag_closes(s_partial_2_beat[1492]),
            .partial_2_payload_tag_epoch(s_partial_2_beat[1488]),
            .partial_2_payload_tag_lane(s_partial_2_beat[1485:1480]),
            .partial_2_payload_tag_rows(s_partial_2_beat[1476]),
            .partial_2_payload_tag_value_bits(s_partial_2_beat[1475:1472]),
            .partial_2_payload_state_occupied(s_partial_2_beat[1468]),
            .partial_2_payload_state_highest_class(s_partial_2_beat[1466:1460]),
            .partial_2_payload_state_weight_sum(s_partial_2_beat[1458:1388]),
            .partial_2_payload_state_weight_sum_below(s_partial_2_beat[1386:1316]),
            .partial_2_payload_state_output_sums(s_partial_2_beat[1315:660]),
            .partial_2_payload_state_output_sums_below(s_partial_2_beat[659:4]),
            .partial_2_payload_last(s_partial_2_beat[0]),
            .partial_3_valid(s_partial_3_valid),
            .partial_3_ready(s_partial_3_ready),
            .partial_3_payload_tag_output_head(s_partial_3_beat[1515:1508]),
            .partial_3_payload_tag_output_sequence(s_partial_3_beat[1507:1500]),
            .partial_3_payload_tag_opens(s_partial_3_beat[1496]),
            .partial_3_payload_tag_closes(s_partial_3_beat[1492]),
            .partial_3_payload_tag_epoch(s_partial_3_beat[1488]),
            .partial_3_payload_tag_lane(s_partial_3_beat[1485:1480]),
            .partial_3_payload_tag_rows(s_partial_3_beat[1476]),
            .partial_3_payload_tag_value_bits(s_partial_3_beat[1475:1472]),
            .partial_3_payload_state_occupied(s_partial_3_beat[1468]),
            .partial_3_payload_state_highest_class(s_partial_3_beat[1466:1460]),
            .partial_3_payload_state_weight_sum(s_partial_3_beat[1458:1388]),
            .partial_3_payload_state_weight_sum_below(s_partial_3_beat[1386:1316]),
            .partial_3_payload_state_output_sums(s_partial_3_beat[1315:660]),
            .partial_3_payload_state_output_sums_below(s_partial_3_beat[659:4]),
            .partial_3_payload_last(s_partial_3_beat[0]),
            .partial_4_valid(s_partial_4_valid),
            .partial_4_ready(s_partial_4_ready),
            .partial_4_payload_tag_output_head(s_partial_4_beat[1515:1508]),
            .partial_4_payload_tag_output_sequence(s_partial_4_beat[1507:1500]),
            .partial_4_payload_tag_opens(s_partial_4_beat[1496]),
            .partial_4_payload_tag_closes(s_partial_4_beat[1492]),
            .partial_4_payload_tag_epoch(s_partial_4_beat[1488]),
            .partial_4_payload_tag_lane(s_partial_4_beat[1485:1480]),
            .partial_4_payload_tag_rows(s_partial_4_beat[1476]),
            .partial_4_payload_tag_value_bits(s_partial_4_beat[1475:1472]),
            .partial_4_payload_state_occupied(s_partial_4_beat[1468]),
            .partial_4_payload_state_highest_class(s_partial_4_beat[1466:1460]),
            .partial_4_payload_state_weight_sum(s_partial_4_beat[1458:1388]),
            .partial_4_payload_state_weight_sum_below(s_partial_4_beat[1386:1316]),
            .partial_4_payload_state_output_sums(s_partial_4_beat[1315:660]),
            .partial_4_payload_state_output_sums_below(s_partial_4_beat[659:4]),
            .partial_4_payload_last(s_partial_4_beat[0]),
            .merged_0_valid(s_merged_0_valid),
            .merged_0_ready(s_merged_0_ready),
            .merged_0_payload_tag_output_head(s_merged_0_tag_output_head),
            .merged_0_payload_tag_output_sequence(s_merged_0_tag_output_sequence),
            .merged_0_payload_tag_opens(s_merged_0_tag_opens),
            .merged_0_payload_tag_closes(s_merged_0_tag_closes),
            .merged_0_payload_tag_epoch(s_merged_0_tag_epoch),
            .merged_0_payload_tag_lane(s_merged_0_tag_lane),
            .merged_0_payload_tag_rows(s_merged_0_tag_rows),
            .merged_0_payload_tag_value_bits(s_merged_0_tag_value_bits),
            .merged_0_payload_state_occupied(s_merged_0_state_occupied),
            .merged_0_payload_state_highest_class(s_merged_0_state_highest_class),
            .merged_0_payload_state_weight_sum(s_merged_0_state_weight_sum),
            .merged_0_payload_state_weight_sum_below(s_merged_0_state_weight_sum_below),
            .merged_0_payload_state_output_sums(s_merged_0_state_output_sums),
            .merged_0_payload_state_output_sums_below(s_merged_0_state_output_sums_below),
            .merged_0_payload_last(s_merged_0_last),
            .merged_1_valid(s_merged_1_valid),
            .merged_1_ready(s_merged_1_ready),
            .merged_1_payload_tag_output_head(s_merged_1_tag_output_head),
            .merged_1_payload_tag_output_sequence(s_merged_1_tag_output_sequence),
            .merged_1_payload_tag_opens(s_merged_1_tag_opens),
            .merged_1_payload_tag_closes(s_merged_1_tag_closes),
            .merged_1_payload_tag_epoch(s_merged_1_tag_epoch),
            .merged_1_payload_tag_lane(s_merged_1_tag_lane),
            .merged_1_payload_tag_rows(s_merged_1_tag_rows),
            .merged_1_payload_tag_value_bits(s_merged_1_tag_value_bits),
            .merged_1_payload_state_occupied(s_merged_1_state_occupied),
            .merged_1_payload_state_highest_class(s_merged_1_state_highest_class),
            .merged_1_payload_state_weight_sum(s_merged_1_state_weight_sum),
            .merged_1_payload_state_weight_sum_below(s_merged_1_state_weight_sum_below),
            .merged_1_payload_state_output_sums(s_merged_1_state_output_sums),
            .merged_1_payload_state_output_sums_below(s_merged_1_state_output_sums_below),
            .merged_1_payload_last(s_merged_1_last),
            .merged_2_valid(s_merged_2_valid),
            .merged_2_ready(s_merged_2_ready),
            .merged_2_payload_tag_output_head(s_merged_2_tag_output_head),
            .merged_2_payload_tag_output_sequence(s_merged_2_tag_output_sequence),
            .merged_2_payload_tag_opens(s_merged_2_tag_opens),
            .merged_2_payload_tag_closes(s_merged_2_tag_closes),
            .merged_2_payload_tag_epoch(s_merged_2_tag_epoch),
            .merged_2_payload_tag_lane(s_merged_2_tag_lane),
            .merged_2_payload_tag_rows(s_merged_2_tag_rows),
            .merged_2_payload_tag_value_bits(s_merged_2_tag_value_bits),
            .merged_2_payload_state_occupied(s_merged_2_state_occupied),
            .merged_2_payload_state_highest_class(s_merged_2_state_highest_class),
            .merged_2_payload_state_weight_sum(s_merged_2_state_weight_sum),
            .merged_2_payload_state_weight_sum_below(s_merged_2_state_weight_sum_below),
            .merged_2_payload_state_output_sums(s_merged_2_state_output_sums),
            .merged_2_payload_state_output_sums_below(s_merged_2_state_output_sums_below),
            .merged_2_payload_last(s_merged_2_last),
            .merged_3_valid(s_merged_3_valid),
            .merged_3_ready(s_merged_3_ready),
            .merged_3_payload_tag_output_head(s_merged_3_tag_output_head),
            .merged_3_payload_tag_output_sequence(s_merged_3_tag_output_sequence),
            .merged_3_payload_tag_opens(s_merged_3_tag_opens),
            .merged_3_payload_tag_closes(s_merged_3_tag_closes),
            .merged_3_payload_tag_epoch(s_merged_3_tag_epoch),
            .merged_3_payload_tag_lane(s_merged_3_tag_lane),
            .merged_3_payload_tag_rows(s_merged_3_tag_rows),
            .merged_3_payload_tag_value_bits(s_merged_3_tag_value_bits),
            .merged_3_payload_state_occupied(s_merged_3_state_occupied),
            .merged_3_payload_state_highest_class(s_merged_3_state_highest_class),
            .merged_3_payload_state_weight_sum(s_merged_3_state_weight_sum),
            .merged_3_payload_state_weight_sum_below(s_merged_3_state_weight_sum_below),
            .merged_3_payload_state_output_sums(s_merged_3_state_output_sums),
            .merged_3_payload_state_output_sums_below(s_merged_3_state_output_sums_below),
            .merged_3_payload_last(s_merged_3_last),
            .merged_4_valid(s_merged_4_valid),
            .merged_4_ready(s_merged_4_ready),
            .merged_4_payload_tag_output_head(s_merged_4_tag_output_head),
            .merged_4_payload_tag_output_sequence(s_merged_4_tag_output_sequence),
            .merged_4_payload_tag_opens(s_merged_4_tag_opens),
            .merged_4_payload_tag_closes(s_merged_4_tag_closes),
            .merged_4_payload_tag_epoch(s_merged_4_tag_epoch),
            .merged_4_payload_tag_lane(s_merged_4_tag_lane),
            .merged_4_payload_tag_rows(s_merged_4_tag_rows),
            .merged_4_payload_tag_value_bits(s_merged_4_tag_value_bits),
            .merged_4_payload_state_occupied(s_merged_4_state_occupied),
            .merged_4_payload_state_highest_class(s_merged_4_state_highest_class),
            .merged_4_payload_state_weight_sum(s_merged_4_state_weight_sum),
            .merged_4_payload_state_weight_sum_below(s_merged_4_state_weight_sum_below),
            .merged_4_payload_state_output_sums(s_merged_4_state_output_sums),
            .merged_4_payload_state_output_sums_below(s_merged_4_state_output_sums_below),
            .merged_4_payload_last(s_merged_4_last),
            .fault(fault)
    );

    reg [1515:0] s_partial_0_lines [0:39];
    integer s_partial_0_next;
    initial $readmemh("reduction_tree_partial_0.hex", s_partial_0_lines);
    wire s_partial_0_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_partial_0_next <= 0;
            s_partial_0_passed <= 0;
            s_partial_0_failed <= 1'b0;
            s_partial_0_valid <= 1'b0;
        end else begin
            if (s_partial_0_valid && s_partial_0_ready) s_partial_0_passed <= s_partial_0_passed + 1;
            if (s_partial_0_ready !== 1'b0 && s_partial_0_ready !== 1'b1) begin
                $display("cycle %0d: partial_0_ready is unknown", cycle);
                s_partial_0_failed <= 1'b1;
            end
            if (!s_partial_0_valid || s_partial_0_ready) begin
                if (s_partial_0_next < 40 && !s_partial_0_pauses) begin
                    s_partial_0_valid <= 1'b1;
                    s_partial_0_beat <= s_partial_0_lines[s_partial_0_next][1515:0];
                    s_partial_0_next <= s_partial_0_next + 1;
                end else begin
                    s_partial_0_valid <= 1'b0;
                    s_partial_0_beat <= {1516{1'bx}};
                end
            end
        end

    reg [1515:0] s_partial_1_lines [0:47];
    integer s_partial_1_next;
    initial $readmemh("reduction_tree_partial_1.hex", s_partial_1_lines);
    wire s_partial_1_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_partial_1_next <= 0;
            s_partial_1_passed <= 0;
            s_partial_1_failed <= 1'b0;
            s_partial_1_valid <= 1'b0;
        end else begin
            if (s_partial_1_valid && s_partial_1_ready) s_partial_1_passed <= s_partial_1_passed + 1;
            if (s_partial_1_ready !== 1'b0 && s_partial_1_ready !== 1'b1) begin
                $display("cycle %0d: partial_1_ready is unknown", cycle);
                s_partial_1_failed <= 1'b1;
            end
            if (!s_partial_1_valid || s_partial_1_ready) begin
                if (s_partial_1_next < 48 && !s_partial_1_pauses) begin
                    s_partial_1_valid <= 1'b1;
                    s_partial_1_beat <= s_partial_1_lines[s_partial_1_next][1515:0];
                    s_partial_1_next <= s_partial_1_next + 1;
                end else begin
                    s_partial_1_valid <= 1'b0;
                    s_partial_1_beat <= {1516{1'bx}};
                end
            end
        end

    reg [1515:0] s_partial_2_lines [0:39];
    integer s_partial_2_next;
    initial $readmemh("reduction_tree_partial_2.hex", s_partial_2_lines);
    wire s_partial_2_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_partial_2_next <= 0;
            s_partial_2_passed <= 0;
            s_partial_2_failed <= 1'b0;
            s_partial_2_valid <= 1'b0;
        end else begin
            if (s_partial_2_valid && s_partial_2_ready) s_partial_2_passed <= s_partial_2_passed + 1;
            if (s_partial_2_ready !== 1'b0 && s_partial_2_ready !== 1'b1) begin
                $display("cycle %0d: partial_2_ready is unknown", cycle);
                s_partial_2_failed <= 1'b1;
            end
            if (!s_partial_2_valid || s_partial_2_ready) begin
                if (s_partial_2_next < 40 && !s_partial_2_pauses) begin
                    s_partial_2_valid <= 1'b1;
                    s_partial_2_beat <= s_partial_2_lines[s_partial_2_next][1515:0];
                    s_partial_2_next <= s_partial_2_next + 1;
                end else begin
                    s_partial_2_valid <= 1'b0;
                    s_partial_2_beat <= {1516{1'bx}};
                end
            end
        end

    reg [1515:0] s_partial_3_lines [0:39];
    integer s_partial_3_next;
    initial $readmemh("reduction_tree_partial_3.hex", s_partial_3_lines);
    wire s_partial_3_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_partial_3_next <= 0;
            s_partial_3_passed <= 0;
            s_partial_3_failed <= 1'b0;
            s_partial_3_valid <= 1'b0;
        end else begin
            if (s_partial_3_valid && s_partial_3_ready) s_partial_3_passed <= s_partial_3_passed + 1;
            if (s_partial_3_ready !== 1'b0 && s_partial_3_ready !== 1'b1) begin
                $display("cycle %0d: partial_3_ready is unknown", cycle);
                s_partial_3_failed <= 1'b1;
            end
            if (!s_partial_3_valid || s_partial_3_ready) begin
                if (s_partial_3_next < 40 && !s_partial_3_pauses) begin
                    s_partial_3_valid <= 1'b1;
                    s_partial_3_beat <= s_partial_3_lines[s_partial_3_next][1515:0];
                    s_partial_3_next <= s_partial_3_next + 1;
                end else begin
                    s_partial_3_valid <= 1'b0;
                    s_partial_3_beat <= {1516{1'bx}};
                end
            end
        end

    reg [1515:0] s_partial_4_lines [0:31];
    integer s_partial_4_next;
    initial $readmemh("reduction_tree_partial_4.hex", s_partial_4_lines);
    wire s_partial_4_pauses = {26'd0, noise[25:20]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_partial_4_next <= 0;
            s_partial_4_passed <= 0;
            s_partial_4_failed <= 1'b0;
            s_partial_4_valid <= 1'b0;
        end else begin
            if (s_partial_4_valid && s_partial_4_ready) s_partial_4_passed <= s_partial_4_passed + 1;
            if (s_partial_4_ready !== 1'b0 && s_partial_4_ready !== 1'b1) begin
                $display("cycle %0d: partial_4_ready is unknown", cycle);
                s_partial_4_failed <= 1'b1;
            end
            if (!s_partial_4_valid || s_partial_4_ready) begin
                if (s_partial_4_next < 32 && !s_partial_4_pauses) begin
                    s_partial_4_valid <= 1'b1;
                    s_partial_4_beat <= s_partial_4_lines[s_partial_4_next][1515:0];
                    s_partial_4_next <= s_partial_4_next + 1;
                end else begin
                    s_partial_4_valid <= 1'b0;
                    s_partial_4_beat <= {1516{1'bx}};
                end
            end
        end

    reg [3031:0] s_merged_0_lines [0:39];
    initial $readmemh("reduction_tree_merged_0.hex", s_merged_0_lines);
    wire [1515:0] s_merged_0_beat = {s_merged_0_tag_output_head, s_merged_0_tag_output_sequence, 3'd0, s_merged_0_tag_opens, 3'd0, s_merged_0_tag_closes, 3'd0, s_merged_0_tag_epoch, 2'd0, s_merged_0_tag_lane, 3'd0, s_merged_0_tag_rows, s_merged_0_tag_value_bits, 3'd0, s_merged_0_state_occupied, 1'd0, s_merged_0_state_highest_class, 1'd0, s_merged_0_state_weight_sum, 1'd0, s_merged_0_state_weight_sum_below, s_merged_0_state_output_sums, s_merged_0_state_output_sums_below, 3'd0, s_merged_0_last};
    wire [3031:0] s_merged_0_line = s_merged_0_lines[s_merged_0_passed];
    reg s_merged_0_waits;
    reg [1515:0] s_merged_0_waiting;
    always @(posedge clock)
        if (reset) begin
            s_merged_0_passed <= 0;
            s_merged_0_failed <= 1'b0;
            s_merged_0_waits <= 1'b0;
            s_merged_0_ready <= 1'b0;
        end else begin
            s_merged_0_ready <= !({26'd0, noise[30:25]} < stalls);
            s_merged_0_waits <= s_merged_0_valid && !s_merged_0_ready;
            s_merged_0_waiting <= s_merged_0_beat;
            if (s_merged_0_valid !== 1'b0 && s_merged_0_valid !== 1'b1) begin
                $display("cycle %0d: merged_0_valid is unknown", cycle);
                s_merged_0_failed <= 1'b1;
            end else if (s_merged_0_waits && (!s_merged_0_valid || s_merged_0_beat !== s_merged_0_waiting)) begin
                $display("cycle %0d: merged_0 changed beat %0d before it was taken", cycle, s_merged_0_passed);
                s_merged_0_failed <= 1'b1;
            end else if (s_merged_0_valid && s_merged_0_ready) begin
                s_merged_0_passed <= s_merged_0_passed + 1;
                if (s_merged_0_passed == 40) begin
                    $display("cycle %0d: merged_0 offers a beat beyond the %0d expected", cycle, 40);
                    s_merged_0_failed <= 1'b1;
                    end else if (((s_merged_0_beat ^ s_merged_0_line[3031:1516]) & s_merged_0_line[1515:0]) !== 1516'd0) begin
                        $display("MISMATCH merged_0 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_merged_0_passed, cycle, s_merged_0_line[3031:1516], s_merged_0_beat, s_merged_0_line[1515:0]);
                        s_merged_0_failed <= 1'b1;
                end
            end
        end

    reg [3031:0] s_merged_1_lines [0:7];
    initial $readmemh("reduction_tree_merged_1.hex", s_merged_1_lines);
    wire [1515:0] s_merged_1_beat = {s_merged_1_tag_output_head, s_merged_1_tag_output_sequence, 3'd0, s_merged_1_tag_opens, 3'd0, s_merged_1_tag_closes, 3'd0, s_merged_1_tag_epoch, 2'd0, s_merged_1_tag_lane, 3'd0, s_merged_1_tag_rows, s_merged_1_tag_value_bits, 3'd0, s_merged_1_state_occupied, 1'd0, s_merged_1_state_highest_class, 1'd0, s_merged_1_state_weight_sum, 1'd0, s_merged_1_state_weight_sum_below, s_merged_1_state_output_sums, s_merged_1_state_output_sums_below, 3'd0, s_merged_1_last};
    wire [3031:0] s_merged_1_line = s_merged_1_lines[s_merged_1_passed];
    reg s_merged_1_waits;
    reg [1515:0] s_merged_1_waiting;
    always @(posedge clock)
        if (reset) begin
            s_merged_1_passed <= 0;
            s_merged_1_failed <= 1'b0;
            s_merged_1_waits <= 1'b0;
            s_merged_1_ready <= 1'b0;
        end else begin
            s_merged_1_ready <= !({26'd0, noise[9:4]} < stalls);
            s_merged_1_waits <= s_merged_1_valid && !s_merged_1_ready;
            s_merged_1_waiting <= s_merged_1_beat;
            if (s_merged_1_valid !== 1'b0 && s_merged_1_valid !== 1'b1) begin
                $display("cycle %0d: merged_1_valid is unknown", cycle);
                s_merged_1_failed <= 1'b1;
            end else if (s_merged_1_waits && (!s_merged_1_valid || s_merged_1_beat !== s_merged_1_waiting)) begin
                $display("cycle %0d: merged_1 changed beat %0d before it was taken", cycle, s_merged_1_passed);
                s_merged_1_failed <= 1'b1;
            end else if (s_merged_1_valid && s_merged_1_ready) begin
                s_merged_1_passed <= s_merged_1_passed + 1;
                if (s_merged_1_passed == 8) begin
                    $display("cycle %0d: merged_1 offers a beat beyond the %0d expected", cycle, 8);
                    s_merged_1_failed <= 1'b1;
                    end else if (((s_merged_1_beat ^ s_merged_1_line[3031:1516]) & s_merged_1_line[1515:0]) !== 1516'd0) begin
                        $display("MISMATCH merged_1 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_merged_1_passed, cycle, s_merged_1_line[3031:1516], s_merged_1_beat, s_merged_1_line[1515:0]);
                        s_merged_1_failed <= 1'b1;
                end
            end
        end

    reg [3031:0] s_merged_2_lines [0:7];
    initial $readmemh("reduction_tree_merged_2.hex", s_merged_2_lines);
    wire [1515:0] s_merged_2_beat = {s_merged_2_tag_output_head, s_merged_2_tag_output_sequence, 3'd0, s_merged_2_tag_opens, 3'd0, s_merged_2_tag_closes, 3'd0, s_merged_2_tag_epoch, 2'd0, s_merged_2_tag_lane, 3'd0, s_merged_2_tag_rows, s_merged_2_tag_value_bits, 3'd0, s_merged_2_state_occupied, 1'd0, s_merged_2_state_highest_class, 1'd0, s_merged_2_state_weight_sum, 1'd0, s_merged_2_state_weight_sum_below, s_merged_2_state_output_sums, s_merged_2_state_output_sums_below, 3'd0, s_merged_2_last};
    wire [3031:0] s_merged_2_line = s_merged_2_lines[s_merged_2_passed];
    reg s_merged_2_waits;
    reg [1515:0] s_merged_2_waiting;
    always @(posedge clock)
        if (reset) begin
            s_merged_2_passed <= 0;
            s_merged_2_failed <= 1'b0;
            s_merged_2_waits <= 1'b0;
            s_merged_2_ready <= 1'b0;
        end else begin
            s_merged_2_ready <= !({26'd0, noise[14:9]} < stalls);
            s_merged_2_waits <= s_merged_2_valid && !s_merged_2_ready;
            s_merged_2_waiting <= s_merged_2_beat;
            if (s_merged_2_valid !== 1'b0 && s_merged_2_valid !== 1'b1) begin
                $display("cycle %0d: merged_2_valid is unknown", cycle);
                s_merged_2_failed <= 1'b1;
            end else if (s_merged_2_waits && (!s_merged_2_valid || s_merged_2_beat !== s_merged_2_waiting)) begin
                $display("cycle %0d: merged_2 changed beat %0d before it was taken", cycle, s_merged_2_passed);
                s_merged_2_failed <= 1'b1;
            end else if (s_merged_2_valid && s_merged_2_ready) begin
                s_merged_2_passed <= s_merged_2_passed + 1;
                if (s_merged_2_passed == 8) begin
                    $display("cycle %0d: merged_2 offers a beat beyond the %0d expected", cycle, 8);
                    s_merged_2_failed <= 1'b1;
                    end else if (((s_merged_2_beat ^ s_merged_2_line[3031:1516]) & s_merged_2_line[1515:0]) !== 1516'd0) begin
                        $display("MISMATCH merged_2 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_merged_2_passed, cycle, s_merged_2_line[3031:1516], s_merged_2_beat, s_merged_2_line[1515:0]);
                        s_merged_2_failed <= 1'b1;
                end
            end
        end

    reg [3031:0] s_merged_3_lines [0:23];
    initial $readmemh("reduction_tree_merged_3.hex", s_merged_3_lines);
    wire [1515:0] s_merged_3_beat = {s_merged_3_tag_output_head, s_merged_3_tag_output_sequence, 3'd0, s_merged_3_tag_opens, 3'd0, s_merged_3_tag_closes, 3'd0, s_merged_3_tag_epoch, 2'd0, s_merged_3_tag_lane, 3'd0, s_merged_3_tag_rows, s_merged_3_tag_value_bits, 3'd0, s_merged_3_state_occupied, 1'd0, s_merged_3_state_highest_class, 1'd0, s_merged_3_state_weight_sum, 1'd0, s_merged_3_state_weight_sum_below, s_merged_3_state_output_sums, s_merged_3_state_output_sums_below, 3'd0, s_merged_3_last};
    wire [3031:0] s_merged_3_line = s_merged_3_lines[s_merged_3_passed];
    reg s_merged_3_waits;
    reg [1515:0] s_merged_3_waiting;
    always @(posedge clock)
        if (reset) begin
            s_merged_3_passed <= 0;
            s_merged_3_failed <= 1'b0;
            s_merged_3_waits <= 1'b0;
            s_merged_3_ready <= 1'b0;
        end else begin
            s_merged_3_ready <= !({26'd0, noise[19:14]} < stalls);
            s_merged_3_waits <= s_merged_3_valid && !s_merged_3_ready;
            s_merged_3_waiting <= s_merged_3_beat;
            if (s_merged_3_valid !== 1'b0 && s_merged_3_valid !== 1'b1) begin
                $display("cycle %0d: merged_3_valid is unknown", cycle);
                s_merged_3_failed <= 1'b1;
            end else if (s_merged_3_waits && (!s_merged_3_valid || s_merged_3_beat !== s_merged_3_waiting)) begin
                $display("cycle %0d: merged_3 changed beat %0d before it was taken", cycle, s_merged_3_passed);
                s_merged_3_failed <= 1'b1;
            end else if (s_merged_3_valid && s_merged_3_ready) begin
                s_merged_3_passed <= s_merged_3_passed + 1;
                if (s_merged_3_passed == 24) begin
                    $display("cycle %0d: merged_3 offers a beat beyond the %0d expected", cycle, 24);
                    s_merged_3_failed <= 1'b1;
                    end else if (((s_merged_3_beat ^ s_merged_3_line[3031:1516]) & s_merged_3_line[1515:0]) !== 1516'd0) begin
                        $display("MISMATCH merged_3 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_merged_3_passed, cycle, s_merged_3_line[3031:1516], s_merged_3_beat, s_merged_3_line[1515:0]);
                        s_merged_3_failed <= 1'b1;
                end
            end
        end

    reg [3031:0] s_merged_4_lines [0:0];
    initial $readmemh("reduction_tree_merged_4.hex", s_merged_4_lines);
    wire [1515:0] s_merged_4_beat = {s_merged_4_tag_output_head, s_merged_4_tag_output_sequence, 3'd0, s_merged_4_tag_opens, 3'd0, s_merged_4_tag_closes, 3'd0, s_merged_4_tag_epoch, 2'd0, s_merged_4_tag_lane, 3'd0, s_merged_4_tag_rows, s_merged_4_tag_value_bits, 3'd0, s_merged_4_state_occupied, 1'd0, s_merged_4_state_highest_class, 1'd0, s_merged_4_state_weight_sum, 1'd0, s_merged_4_state_weight_sum_below, s_merged_4_state_output_sums, s_merged_4_state_output_sums_below, 3'd0, s_merged_4_last};
    wire [3031:0] s_merged_4_line = s_merged_4_lines[s_merged_4_passed];
    reg s_merged_4_waits;
    reg [1515:0] s_merged_4_waiting;
    always @(posedge clock)
        if (reset) begin
            s_merged_4_passed <= 0;
            s_merged_4_failed <= 1'b0;
            s_merged_4_waits <= 1'b0;
            s_merged_4_ready <= 1'b0;
        end else begin
            s_merged_4_ready <= !({26'd0, noise[24:19]} < stalls);
            s_merged_4_waits <= s_merged_4_valid && !s_merged_4_ready;
            s_merged_4_waiting <= s_merged_4_beat;
            if (s_merged_4_valid !== 1'b0 && s_merged_4_valid !== 1'b1) begin
                $display("cycle %0d: merged_4_valid is unknown", cycle);
                s_merged_4_failed <= 1'b1;
            end else if (s_merged_4_waits && (!s_merged_4_valid || s_merged_4_beat !== s_merged_4_waiting)) begin
                $display("cycle %0d: merged_4 changed beat %0d before it was taken", cycle, s_merged_4_passed);
                s_merged_4_failed <= 1'b1;
            end else if (s_merged_4_valid && s_merged_4_ready) begin
                s_merged_4_passed <= s_merged_4_passed + 1;
                if (s_merged_4_passed == 0) begin
                    $display("cycle %0d: merged_4 offers a beat beyond the %0d expected", cycle, 0);
                    s_merged_4_failed <= 1'b1;
                    end else if (((s_merged_4_beat ^ s_merged_4_line[3031:1516]) & s_merged_4_line[1515:0]) !== 1516'd0) begin
                        $display("MISMATCH merged_4 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_merged_4_passed, cycle, s_merged_4_line[3031:1516], s_merged_4_beat, s_merged_4_line[1515:0]);
                        s_merged_4_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_partial_0_passed == 40 && s_partial_1_passed == 48 && s_partial_2_passed == 40 && s_partial_3_passed == 40 && s_partial_4_passed == 32 && s_merged_0_passed == 40 && s_merged_1_passed == 8 && s_merged_2_passed == 8 && s_merged_3_passed == 24 && s_merged_4_passed == 0;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_partial_0_valid && s_partial_0_ready
                    || s_partial_1_valid && s_partial_1_ready
                    || s_partial_2_valid && s_partial_2_ready
                    || s_partial_3_valid && s_partial_3_ready
                    || s_partial_4_valid && s_partial_4_ready
                    || s_merged_0_valid && s_merged_0_ready
                    || s_merged_1_valid && s_merged_1_ready
                    || s_merged_2_valid && s_merged_2_ready
                    || s_merged_3_valid && s_merged_3_ready
                    || s_merged_4_valid && s_merged_4_ready) last_move <= cycle;
            if (fault !== 1'd0) begin
                    $display("cycle %0d: fault is %0d instead of 0", cycle, fault);
                    fail;
                end else if (s_partial_0_failed || s_partial_1_failed || s_partial_2_failed || s_partial_3_failed || s_partial_4_failed || s_merged_0_failed || s_merged_1_failed || s_merged_2_failed || s_merged_3_failed || s_merged_4_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: partial_0=%0d/%0d partial_1=%0d/%0d partial_2=%0d/%0d partial_3=%0d/%0d partial_4=%0d/%0d merged_0=%0d/%0d merged_1=%0d/%0d merged_2=%0d/%0d merged_3=%0d/%0d merged_4=%0d/%0d",
                    cycle, last_move, s_partial_0_passed, 40, s_partial_1_passed, 48, s_partial_2_passed, 40, s_partial_3_passed, 40, s_partial_4_passed, 32, s_merged_0_passed, 40, s_merged_1_passed, 8, s_merged_2_passed, 8, s_merged_3_passed, 24, s_merged_4_passed, 0);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS reduction_tree merged_0=%0d merged_1=%0d merged_2=%0d merged_3=%0d merged_4=%0d cycles=%0d",
                s_merged_0_passed, s_merged_1_passed, s_merged_2_passed, s_merged_3_passed, s_merged_4_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL reduction_tree cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
