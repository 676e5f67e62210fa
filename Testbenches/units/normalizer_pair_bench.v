// Self-checking bench of NormalizerPair_d64_n524288_e8_r8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes normalizer_pair.vcd
`default_nettype none

module normalizer_pair_bench #(
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
            $dumpfile("normalizer_pair.vcd");
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

    // row: 11 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [7:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // state: 88 beats given.
    reg s_state_valid;
    wire s_state_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1467:0] s_state_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_state_passed;
    reg s_state_failed;

    // output: 704 beats expected.
    wire s_output_valid;
    reg s_output_ready;
    wire [15:0] s_output_element;
    wire s_output_last;
    wire [2:0] s_output_slot;
    integer s_output_passed;
    reg s_output_failed;

    NormalizerPair_d64_n524288_e8_r8 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_slot(s_row_beat[6:4]),
            .row_payload_value_bits(s_row_beat[3:0]),
            .state_valid(s_state_valid),
            .state_ready(s_state_ready),
            .state_payload_occupied(s_state_beat[1464]),
            .state_payload_highest_class(s_state_beat[1462:1456]),
            .state_payload_weight_sum(s_state_beat[1454:1384]),
            .state_payload_weight_sum_below(s_state_beat[1382:1312]),
            .state_payload_output_sums(s_state_beat[1311:656]),
            .state_payload_output_sums_below(s_state_beat[655:0]),
            .output_valid(s_output_valid),
            .output_ready(s_output_ready),
            .output_payload_element(s_output_element),
            .output_payload_last(s_output_last),
            .output_payload_slot(s_output_slot)
    );

    reg [7:0] s_row_lines [0:10];
    integer s_row_next;
    initial $readmemh("normalizer_pair_row.hex", s_row_lines);
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
                if (s_row_next < 11 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][7:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {8{1'bx}};
                end
            end
        end

    reg [1467:0] s_state_lines [0:87];
    integer s_state_next;
    initial $readmemh("normalizer_pair_state.hex", s_state_lines);
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
                if (s_state_next < 88 && !s_state_pauses) begin
                    s_state_valid <= 1'b1;
                    s_state_beat <= s_state_lines[s_state_next][1467:0];
                    s_state_next <= s_state_next + 1;
                end else begin
                    s_state_valid <= 1'b0;
                    s_state_beat <= {1468{1'bx}};
                end
            end
        end

    reg [47:0] s_output_lines [0:703];
    initial $readmemh("normalizer_pair_output.hex", s_output_lines);
    wire [23:0] s_output_beat = {s_output_element, 3'd0, s_output_last, 1'd0, s_output_slot};
    wire [47:0] s_output_line = s_output_lines[s_output_passed];
    reg s_output_waits;
    reg [23:0] s_output_waiting;
    always @(posedge clock)
        if (reset) begin
            s_output_passed <= 0;
            s_output_failed <= 1'b0;
            s_output_waits <= 1'b0;
            s_output_ready <= 1'b0;
        end else begin
            s_output_ready <= !({26'd0, noise[15:10]} < stalls);
            s_output_waits <= s_output_valid && !s_output_ready;
            s_output_waiting <= s_output_beat;
            if (s_output_valid !== 1'b0 && s_output_valid !== 1'b1) begin
                $display("cycle %0d: output_valid is unknown", cycle);
                s_output_failed <= 1'b1;
            end else if (s_output_waits && (!s_output_valid || s_output_beat !== s_output_waiting)) begin
                $display("cycle %0d: output changed beat %0d before it was taken", cycle, s_output_passed);
                s_output_failed <= 1'b1;
            end else if (s_output_valid && s_output_ready) begin
                s_output_passed <= s_output_passed + 1;
                if (s_output_passed == 704) begin
                    $display("cycle %0d: output offers a beat beyond the %0d expected", cycle, 704);
                    s_output_failed <= 1'b1;
                    end else if (((s_output_beat ^ s_output_line[47:24]) & s_output_line[23:0]) !== 24'd0) begin
                        $display("MISMATCH output beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_output_passed, cycle, s_output_line[47:24], s_output_beat, s_output_line[23:0]);
                        s_output_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 11 && s_state_passed == 88 && s_output_passed == 704;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_state_valid && s_state_ready
                    || s_output_valid && s_output_ready) last_move <= cycle;
            if (s_row_failed || s_state_failed || s_output_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d state=%0d/%0d output=%0d/%0d",
                    cycle, last_move, s_row_passed, 11, s_state_passed, 88, s_output_passed, 704);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS normalizer_pair output=%0d cycles=%0d",
                s_output_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL normalizer_pair cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
