// Self-checking bench of SoftmaxUnit_d64_m64, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes softmax_unit.vcd
`default_nettype none

module softmax_unit_bench #(
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
            $dumpfile("softmax_unit.vcd");
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

    // scores: 386 beats given.
    reg s_scores_valid;
    wire s_scores_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [35:0] s_scores_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_scores_passed;
    reg s_scores_failed;

    // weights: 386 beats expected.
    wire s_weights_valid;
    reg s_weights_ready;
    wire [20:0] s_weights_weights;
    wire [11:0] s_weights_reference;
    wire s_weights_occupied;
    wire s_weights_tile_last;
    wire s_weights_row_last;
    integer s_weights_passed;
    reg s_weights_failed;

    SoftmaxUnit_d64_m64 unit (
        .clock(clock),
            .reset(reset),
            .scores_valid(s_scores_valid),
            .scores_ready(s_scores_ready),
            .scores_payload_scores(s_scores_beat[35:12]),
            .scores_payload_occupied(s_scores_beat[8]),
            .scores_payload_tile_last(s_scores_beat[4]),
            .scores_payload_row_last(s_scores_beat[0]),
            .weights_valid(s_weights_valid),
            .weights_ready(s_weights_ready),
            .weights_payload_weights(s_weights_weights),
            .weights_payload_reference(s_weights_reference),
            .weights_payload_occupied(s_weights_occupied),
            .weights_payload_tile_last(s_weights_tile_last),
            .weights_payload_row_last(s_weights_row_last)
    );

    reg [35:0] s_scores_lines [0:385];
    integer s_scores_next;
    initial $readmemh("softmax_unit_scores.hex", s_scores_lines);
    wire s_scores_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_scores_next <= 0;
            s_scores_passed <= 0;
            s_scores_failed <= 1'b0;
            s_scores_valid <= 1'b0;
        end else begin
            if (s_scores_valid && s_scores_ready) s_scores_passed <= s_scores_passed + 1;
            if (s_scores_ready !== 1'b0 && s_scores_ready !== 1'b1) begin
                $display("cycle %0d: scores_ready is unknown", cycle);
                s_scores_failed <= 1'b1;
            end
            if (!s_scores_valid || s_scores_ready) begin
                if (s_scores_next < 386 && !s_scores_pauses) begin
                    s_scores_valid <= 1'b1;
                    s_scores_beat <= s_scores_lines[s_scores_next][35:0];
                    s_scores_next <= s_scores_next + 1;
                end else begin
                    s_scores_valid <= 1'b0;
                    s_scores_beat <= {36{1'bx}};
                end
            end
        end

    reg [95:0] s_weights_lines [0:385];
    initial $readmemh("softmax_unit_weights.hex", s_weights_lines);
    wire [47:0] s_weights_beat = {3'd0, s_weights_weights, s_weights_reference, 3'd0, s_weights_occupied, 3'd0, s_weights_tile_last, 3'd0, s_weights_row_last};
    wire [95:0] s_weights_line = s_weights_lines[s_weights_passed];
    reg s_weights_waits;
    reg [47:0] s_weights_waiting;
    always @(posedge clock)
        if (reset) begin
            s_weights_passed <= 0;
            s_weights_failed <= 1'b0;
            s_weights_waits <= 1'b0;
            s_weights_ready <= 1'b0;
        end else begin
            s_weights_ready <= !({26'd0, noise[10:5]} < stalls);
            s_weights_waits <= s_weights_valid && !s_weights_ready;
            s_weights_waiting <= s_weights_beat;
            if (s_weights_valid !== 1'b0 && s_weights_valid !== 1'b1) begin
                $display("cycle %0d: weights_valid is unknown", cycle);
                s_weights_failed <= 1'b1;
            end else if (s_weights_waits && (!s_weights_valid || s_weights_beat !== s_weights_waiting)) begin
                $display("cycle %0d: weights changed beat %0d before it was taken", cycle, s_weights_passed);
                s_weights_failed <= 1'b1;
            end else if (s_weights_valid && s_weights_ready) begin
                s_weights_passed <= s_weights_passed + 1;
                if (s_weights_passed == 386) begin
                    $display("cycle %0d: weights offers a beat beyond the %0d expected", cycle, 386);
                    s_weights_failed <= 1'b1;
                    end else if (((s_weights_beat ^ s_weights_line[95:48]) & s_weights_line[47:0]) !== 48'd0) begin
                        $display("MISMATCH weights beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_weights_passed, cycle, s_weights_line[95:48], s_weights_beat, s_weights_line[47:0]);
                        s_weights_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_scores_passed == 386 && s_weights_passed == 386;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_scores_valid && s_scores_ready
                    || s_weights_valid && s_weights_ready) last_move <= cycle;
            if (s_scores_failed || s_weights_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: scores=%0d/%0d weights=%0d/%0d",
                    cycle, last_move, s_scores_passed, 386, s_weights_passed, 386);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS softmax_unit weights=%0d cycles=%0d",
                s_weights_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL softmax_unit cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
