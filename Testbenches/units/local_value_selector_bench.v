// Self-checking bench of LocalValueSelector_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes local_value_selector.vcd
`default_nettype none

module local_value_selector_bench #(
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
            $dumpfile("local_value_selector.vcd");
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

    // row: 24 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [35:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // weights: 255 beats given.
    reg s_weights_valid;
    wire s_weights_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_weights_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_weights_passed;
    reg s_weights_failed;

    // unrefined: 255 beats given.
    reg s_unrefined_valid;
    wire s_unrefined_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [3:0] s_unrefined_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_unrefined_passed;
    reg s_unrefined_failed;

    // kept: 219 beats expected.
    wire s_kept_valid;
    reg s_kept_ready;
    wire [20:0] s_kept_weights;
    wire [11:0] s_kept_reference;
    wire s_kept_occupied;
    wire s_kept_tile_last;
    wire s_kept_row_last;
    integer s_kept_passed;
    reg s_kept_failed;

    // decisions: 255 beats expected.
    wire s_decisions_valid;
    reg s_decisions_ready;
    wire s_decisions_keep;
    wire s_decisions_row_last;
    integer s_decisions_passed;
    reg s_decisions_failed;

    // sums: 34 beats expected.
    wire s_sums_valid;
    reg s_sums_ready;
    wire s_sums_occupied;
    wire s_sums_keeps_values;
    wire [11:0] s_sums_reference;
    wire [30:0] s_sums_weight_sum;
    wire [30:0] s_sums_unrefined_sum;
    wire [30:0] s_sums_dropped_sum;
    wire s_sums_row_last;
    integer s_sums_passed;
    reg s_sums_failed;

    LocalValueSelector_k1024 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_rule(s_row_beat[33:32]),
            .row_payload_limit(s_row_beat[28:4]),
            .row_payload_renormalise(s_row_beat[0]),
            .weights_valid(s_weights_valid),
            .weights_ready(s_weights_ready),
            .weights_payload_weights(s_weights_beat[44:24]),
            .weights_payload_reference(s_weights_beat[23:12]),
            .weights_payload_occupied(s_weights_beat[8]),
            .weights_payload_tile_last(s_weights_beat[4]),
            .weights_payload_row_last(s_weights_beat[0]),
            .unrefined_valid(s_unrefined_valid),
            .unrefined_ready(s_unrefined_ready),
            .unrefined_payload(s_unrefined_beat[0]),
            .kept_valid(s_kept_valid),
            .kept_ready(s_kept_ready),
            .kept_payload_weights(s_kept_weights),
            .kept_payload_reference(s_kept_reference),
            .kept_payload_occupied(s_kept_occupied),
            .kept_payload_tile_last(s_kept_tile_last),
            .kept_payload_row_last(s_kept_row_last),
            .decisions_valid(s_decisions_valid),
            .decisions_ready(s_decisions_ready),
            .decisions_payload_keep(s_decisions_keep),
            .decisions_payload_row_last(s_decisions_row_last),
            .sums_valid(s_sums_valid),
            .sums_ready(s_sums_ready),
            .sums_payload_occupied(s_sums_occupied),
            .sums_payload_keeps_values(s_sums_keeps_values),
            .sums_payload_reference(s_sums_reference),
            .sums_payload_weight_sum(s_sums_weight_sum),
            .sums_payload_unrefined_sum(s_sums_unrefined_sum),
            .sums_payload_dropped_sum(s_sums_dropped_sum),
            .sums_payload_row_last(s_sums_row_last)
    );

    reg [35:0] s_row_lines [0:23];
    integer s_row_next;
    initial $readmemh("local_value_selector_row.hex", s_row_lines);
    wire s_row_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_row_next <= 0;
            s_row_passed <= 0;
            s_row_failed <= 1'b0;
            s_row_valid <= 1'b0;
        end else begin
            if (s_row_valid && s_row_ready) s_row_passed <= s_row_passed + 1;
            if (s_row_ready !== 1'b0 && s_row_ready !== 1'b1) begin
                $display("cycle %0d: row_ready is unknown", cycle);
                s_row_failed <= 1'b1;
            end
            if (!s_row_valid || s_row_ready) begin
                if (s_row_next < 24 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][35:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {36{1'bx}};
                end
            end
        end

    reg [47:0] s_weights_lines [0:254];
    integer s_weights_next;
    initial $readmemh("local_value_selector_weights.hex", s_weights_lines);
    wire s_weights_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_weights_next < 255 && !s_weights_pauses) begin
                    s_weights_valid <= 1'b1;
                    s_weights_beat <= s_weights_lines[s_weights_next][47:0];
                    s_weights_next <= s_weights_next + 1;
                end else begin
                    s_weights_valid <= 1'b0;
                    s_weights_beat <= {48{1'bx}};
                end
            end
        end

    reg [3:0] s_unrefined_lines [0:254];
    integer s_unrefined_next;
    initial $readmemh("local_value_selector_unrefined.hex", s_unrefined_lines);
    wire s_unrefined_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_unrefined_next <= 0;
            s_unrefined_passed <= 0;
            s_unrefined_failed <= 1'b0;
            s_unrefined_valid <= 1'b0;
        end else begin
            if (s_unrefined_valid && s_unrefined_ready) s_unrefined_passed <= s_unrefined_passed + 1;
            if (s_unrefined_ready !== 1'b0 && s_unrefined_ready !== 1'b1) begin
                $display("cycle %0d: unrefined_ready is unknown", cycle);
                s_unrefined_failed <= 1'b1;
            end
            if (!s_unrefined_valid || s_unrefined_ready) begin
                if (s_unrefined_next < 255 && !s_unrefined_pauses) begin
                    s_unrefined_valid <= 1'b1;
                    s_unrefined_beat <= s_unrefined_lines[s_unrefined_next][3:0];
                    s_unrefined_next <= s_unrefined_next + 1;
                end else begin
                    s_unrefined_valid <= 1'b0;
                    s_unrefined_beat <= {4{1'bx}};
                end
            end
        end

    reg [95:0] s_kept_lines [0:218];
    initial $readmemh("local_value_selector_kept.hex", s_kept_lines);
    wire [47:0] s_kept_beat = {3'd0, s_kept_weights, s_kept_reference, 3'd0, s_kept_occupied, 3'd0, s_kept_tile_last, 3'd0, s_kept_row_last};
    wire [95:0] s_kept_line = s_kept_lines[s_kept_passed];
    reg s_kept_waits;
    reg [47:0] s_kept_waiting;
    always @(posedge clock)
        if (reset) begin
            s_kept_passed <= 0;
            s_kept_failed <= 1'b0;
            s_kept_waits <= 1'b0;
            s_kept_ready <= 1'b0;
        end else begin
            s_kept_ready <= !({26'd0, noise[20:15]} < stalls);
            s_kept_waits <= s_kept_valid && !s_kept_ready;
            s_kept_waiting <= s_kept_beat;
            if (s_kept_valid !== 1'b0 && s_kept_valid !== 1'b1) begin
                $display("cycle %0d: kept_valid is unknown", cycle);
                s_kept_failed <= 1'b1;
            end else if (s_kept_waits && (!s_kept_valid || s_kept_beat !== s_kept_waiting)) begin
                $display("cycle %0d: kept changed beat %0d before it was taken", cycle, s_kept_passed);
                s_kept_failed <= 1'b1;
            end else if (s_kept_valid && s_kept_ready) begin
                s_kept_passed <= s_kept_passed + 1;
                if (s_kept_passed == 219) begin
                    $display("cycle %0d: kept offers a beat beyond the %0d expected", cycle, 219);
                    s_kept_failed <= 1'b1;
                    end else if (((s_kept_beat ^ s_kept_line[95:48]) & s_kept_line[47:0]) !== 48'd0) begin
                        $display("MISMATCH kept beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_kept_passed, cycle, s_kept_line[95:48], s_kept_beat, s_kept_line[47:0]);
                        s_kept_failed <= 1'b1;
                end
            end
        end

    reg [15:0] s_decisions_lines [0:254];
    initial $readmemh("local_value_selector_decisions.hex", s_decisions_lines);
    wire [7:0] s_decisions_beat = {3'd0, s_decisions_keep, 3'd0, s_decisions_row_last};
    wire [15:0] s_decisions_line = s_decisions_lines[s_decisions_passed];
    reg s_decisions_waits;
    reg [7:0] s_decisions_waiting;
    always @(posedge clock)
        if (reset) begin
            s_decisions_passed <= 0;
            s_decisions_failed <= 1'b0;
            s_decisions_waits <= 1'b0;
            s_decisions_ready <= 1'b0;
        end else begin
            s_decisions_ready <= !({26'd0, noise[25:20]} < stalls);
            s_decisions_waits <= s_decisions_valid && !s_decisions_ready;
            s_decisions_waiting <= s_decisions_beat;
            if (s_decisions_valid !== 1'b0 && s_decisions_valid !== 1'b1) begin
                $display("cycle %0d: decisions_valid is unknown", cycle);
                s_decisions_failed <= 1'b1;
            end else if (s_decisions_waits && (!s_decisions_valid || s_decisions_beat !== s_decisions_waiting)) begin
                $display("cycle %0d: decisions changed beat %0d before it was taken", cycle, s_decisions_passed);
                s_decisions_failed <= 1'b1;
            end else if (s_decisions_valid && s_decisions_ready) begin
                s_decisions_passed <= s_decisions_passed + 1;
                if (s_decisions_passed == 255) begin
                    $display("cycle %0d: decisions offers a beat beyond the %0d expected", cycle, 255);
                    s_decisions_failed <= 1'b1;
                    end else if (((s_decisions_beat ^ s_decisions_line[15:8]) & s_decisions_line[7:0]) !== 8'd0) begin
                        $display("MISMATCH decisions beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_decisions_passed, cycle, s_decisions_line[15:8], s_decisions_beat, s_decisions_line[7:0]);
                        s_decisions_failed <= 1'b1;
                end
            end
        end

    reg [239:0] s_sums_lines [0:33];
    initial $readmemh("local_value_selector_sums.hex", s_sums_lines);
    wire [119:0] s_sums_beat = {3'd0, s_sums_occupied, 3'd0, s_sums_keeps_values, s_sums_reference, 1'd0, s_sums_weight_sum, 1'd0, s_sums_unrefined_sum, 1'd0, s_sums_dropped_sum, 3'd0, s_sums_row_last};
    wire [239:0] s_sums_line = s_sums_lines[s_sums_passed];
    reg s_sums_waits;
    reg [119:0] s_sums_waiting;
    always @(posedge clock)
        if (reset) begin
            s_sums_passed <= 0;
            s_sums_failed <= 1'b0;
            s_sums_waits <= 1'b0;
            s_sums_ready <= 1'b0;
        end else begin
            s_sums_ready <= !({26'd0, noise[30:25]} < stalls);
            s_sums_waits <= s_sums_valid && !s_sums_ready;
            s_sums_waiting <= s_sums_beat;
            if (s_sums_valid !== 1'b0 && s_sums_valid !== 1'b1) begin
                $display("cycle %0d: sums_valid is unknown", cycle);
                s_sums_failed <= 1'b1;
            end else if (s_sums_waits && (!s_sums_valid || s_sums_beat !== s_sums_waiting)) begin
                $display("cycle %0d: sums changed beat %0d before it was taken", cycle, s_sums_passed);
                s_sums_failed <= 1'b1;
            end else if (s_sums_valid && s_sums_ready) begin
                s_sums_passed <= s_sums_passed + 1;
                if (s_sums_passed == 34) begin
                    $display("cycle %0d: sums offers a beat beyond the %0d expected", cycle, 34);
                    s_sums_failed <= 1'b1;
                    end else if (((s_sums_beat ^ s_sums_line[239:120]) & s_sums_line[119:0]) !== 120'd0) begin
                        $display("MISMATCH sums beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_sums_passed, cycle, s_sums_line[239:120], s_sums_beat, s_sums_line[119:0]);
                        s_sums_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 24 && s_weights_passed == 255 && s_unrefined_passed == 255 && s_kept_passed == 219 && s_decisions_passed == 255 && s_sums_passed == 34;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_weights_valid && s_weights_ready
                    || s_unrefined_valid && s_unrefined_ready
                    || s_kept_valid && s_kept_ready
                    || s_decisions_valid && s_decisions_ready
                    || s_sums_valid && s_sums_ready) last_move <= cycle;
            if (s_row_failed || s_weights_failed || s_unrefined_failed || s_kept_failed || s_decisions_failed || s_sums_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d weights=%0d/%0d unrefined=%0d/%0d kept=%0d/%0d decisions=%0d/%0d sums=%0d/%0d",
                    cycle, last_move, s_row_passed, 24, s_weights_passed, 255, s_unrefined_passed, 255, s_kept_passed, 219, s_decisions_passed, 255, s_sums_passed, 34);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS local_value_selector kept=%0d decisions=%0d sums=%0d cycles=%0d",
                s_kept_passed, s_decisions_passed, s_sums_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL local_value_selector cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
