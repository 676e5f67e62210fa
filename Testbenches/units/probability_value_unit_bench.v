// Self-checking bench of ProbabilityValueUnit_d64_m64_e8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes probability_value_unit.vcd
`default_nettype none

module probability_value_unit_bench #(
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
            $dumpfile("probability_value_unit.vcd");
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

    // weights: 1093 beats given.
    reg s_weights_valid;
    wire s_weights_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_weights_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_weights_passed;
    reg s_weights_failed;

    // values: 1091 beats given.
    reg s_values_valid;
    wire s_values_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [767:0] s_values_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_values_passed;
    reg s_values_failed;

    // leaf: 112 beats expected.
    wire s_leaf_valid;
    reg s_leaf_ready;
    wire s_leaf_occupied;
    wire [11:0] s_leaf_reference;
    wire [30:0] s_leaf_weight_sum;
    wire [335:0] s_leaf_output_sums;
    wire s_leaf_row_last;
    integer s_leaf_passed;
    reg s_leaf_failed;

    ProbabilityValueUnit_d64_m64_e8 unit (
        .clock(clock),
            .reset(reset),
            .weights_valid(s_weights_valid),
            .weights_ready(s_weights_ready),
            .weights_payload_weights(s_weights_beat[44:24]),
            .weights_payload_reference(s_weights_beat[23:12]),
            .weights_payload_occupied(s_weights_beat[8]),
            .weights_payload_tile_last(s_weights_beat[4]),
            .weights_payload_row_last(s_weights_beat[0]),
            .values_valid(s_values_valid),
            .values_ready(s_values_ready),
            .values_payload(s_values_beat[767:0]),
            .leaf_valid(s_leaf_valid),
            .leaf_ready(s_leaf_ready),
            .leaf_payload_occupied(s_leaf_occupied),
            .leaf_payload_reference(s_leaf_reference),
            .leaf_payload_weight_sum(s_leaf_weight_sum),
            .leaf_payload_output_sums(s_leaf_output_sums),
            .leaf_payload_row_last(s_leaf_row_last)
    );

    reg [47:0] s_weights_lines [0:1092];
    integer s_weights_next;
    initial $readmemh("probability_value_unit_weights.hex", s_weights_lines);
    wire s_weights_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_weights_next <= 0;
            s_weights_passed <= 0;
            s_weights_failed <= 1'b0;
            s_weights_valid <= 1'b0;
        end else begin
            if (s_weights_valid && s_weights_ready) s_weights_passed <= s_weights_passed + 1;
            if (s_weights_ready !== 1'b0 && s_weights_ready !== 1'b1) begin
                $display("cycle %0d: weights_ready is unknown", cycle);
                s_weights_failed <= 1'b1;
            end
            if (!s_weights_valid || s_weights_ready) begin
                if (s_weights_next < 1093 && !s_weights_pauses) begin
                    s_weights_valid <= 1'b1;
                    s_weights_beat <= s_weights_lines[s_weights_next][47:0];
                    s_weights_next <= s_weights_next + 1;
                end else begin
                    s_weights_valid <= 1'b0;
                    s_weights_beat <= {48{1'bx}};
                end
            end
        end

    reg [767:0] s_values_lines [0:1090];
    integer s_values_next;
    initial $readmemh("probability_value_unit_values.hex", s_values_lines);
    wire s_values_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_values_next <= 0;
            s_values_passed <= 0;
            s_values_failed <= 1'b0;
            s_values_valid <= 1'b0;
        end else begin
            if (s_values_valid && s_values_ready) s_values_passed <= s_values_passed + 1;
            if (s_values_ready !== 1'b0 && s_values_ready !== 1'b1) begin
                $display("cycle %0d: values_ready is unknown", cycle);
                s_values_failed <= 1'b1;
            end
            if (!s_values_valid || s_values_ready) begin
                if (s_values_next < 1091 && !s_values_pauses) begin
                    s_values_valid <= 1'b1;
                    s_values_beat <= s_values_lines[s_values_next][767:0];
                    s_values_next <= s_values_next + 1;
                end else begin
                    s_values_valid <= 1'b0;
                    s_values_beat <= {768{1'bx}};
                end
            end
        end

    reg [775:0] s_leaf_lines [0:111];
    initial $readmemh("probability_value_unit_leaf.hex", s_leaf_lines);
    wire [387:0] s_leaf_beat = {3'd0, s_leaf_occupied, s_leaf_reference, 1'd0, s_leaf_weight_sum, s_leaf_output_sums, 3'd0, s_leaf_row_last};
    wire [775:0] s_leaf_line = s_leaf_lines[s_leaf_passed];
    reg s_leaf_waits;
    reg [387:0] s_leaf_waiting;
    always @(posedge clock)
        if (reset) begin
            s_leaf_passed <= 0;
            s_leaf_failed <= 1'b0;
            s_leaf_waits <= 1'b0;
            s_leaf_ready <= 1'b0;
        end else begin
            s_leaf_ready <= !({26'd0, noise[15:10]} < stalls);
            s_leaf_waits <= s_leaf_valid && !s_leaf_ready;
            s_leaf_waiting <= s_leaf_beat;
            if (s_leaf_valid !== 1'b0 && s_leaf_valid !== 1'b1) begin
                $display("cycle %0d: leaf_valid is unknown", cycle);
                s_leaf_failed <= 1'b1;
            end else if (s_leaf_waits && (!s_leaf_valid || s_leaf_beat !== s_leaf_waiting)) begin
                $display("cycle %0d: leaf changed beat %0d before it was taken", cycle, s_leaf_passed);
                s_leaf_failed <= 1'b1;
            end else if (s_leaf_valid && s_leaf_ready) begin
                s_leaf_passed <= s_leaf_passed + 1;
                if (s_leaf_passed == 112) begin
                    $display("cycle %0d: leaf offers a beat beyond the %0d expected", cycle, 112);
                    s_leaf_failed <= 1'b1;
                    end else if (((s_leaf_beat ^ s_leaf_line[775:388]) & s_leaf_line[387:0]) !== 388'd0) begin
                        $display("MISMATCH leaf beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_leaf_passed, cycle, s_leaf_line[775:388], s_leaf_beat, s_leaf_line[387:0]);
                        s_leaf_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_weights_passed == 1093 && s_values_passed == 1091 && s_leaf_passed == 112;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_weights_valid && s_weights_ready
                    || s_values_valid && s_values_ready
                    || s_leaf_valid && s_leaf_ready) last_move <= cycle;
            if (s_weights_failed || s_values_failed || s_leaf_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: weights=%0d/%0d values=%0d/%0d leaf=%0d/%0d",
                    cycle, last_move, s_weights_passed, 1093, s_values_passed, 1091, s_leaf_passed, 112);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS probability_value_unit leaf=%0d cycles=%0d",
                s_leaf_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL probability_value_unit cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
