// Self-checking bench of ScoreScaler_d64_m64, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes score_scaler.vcd
`default_nettype none

module score_scaler_bench #(
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
            $dumpfile("score_scaler.vcd");
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

    // scale: 321 beats given.
    reg s_scale_valid;
    wire s_scale_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [27:0] s_scale_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_scale_passed;
    reg s_scale_failed;

    // scores: 6741 beats given.
    reg s_scores_valid;
    wire s_scores_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [43:0] s_scores_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_scores_passed;
    reg s_scores_failed;

    // scaled: 6741 beats expected.
    wire s_scaled_valid;
    reg s_scaled_ready;
    wire [23:0] s_scaled_scores;
    wire s_scaled_occupied;
    wire s_scaled_tile_last;
    wire s_scaled_row_last;
    integer s_scaled_passed;
    reg s_scaled_failed;

    ScoreScaler_d64_m64 unit (
        .clock(clock),
            .reset(reset),
            .scale_valid(s_scale_valid),
            .scale_ready(s_scale_ready),
            .scale_payload_mantissa(s_scale_beat[25:8]),
            .scale_payload_shift(s_scale_beat[5:0]),
            .scores_valid(s_scores_valid),
            .scores_ready(s_scores_ready),
            .scores_payload_scores(s_scores_beat[41:12]),
            .scores_payload_occupied(s_scores_beat[8]),
            .scores_payload_tile_last(s_scores_beat[4]),
            .scores_payload_row_last(s_scores_beat[0]),
            .scaled_valid(s_scaled_valid),
            .scaled_ready(s_scaled_ready),
            .scaled_payload_scores(s_scaled_scores),
            .scaled_payload_occupied(s_scaled_occupied),
            .scaled_payload_tile_last(s_scaled_tile_last),
            .scaled_payload_row_last(s_scaled_row_last)
    );

    reg [27:0] s_scale_lines [0:320];
    integer s_scale_next;
    initial $readmemh("score_scaler_scale.hex", s_scale_lines);
    wire s_scale_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_scale_next <= 0;
            s_scale_passed <= 0;
            s_scale_failed <= 1'b0;
            s_scale_valid <= 1'b0;
        end else begin
            if (s_scale_valid && s_scale_ready) s_scale_passed <= s_scale_passed + 1;
            if (s_scale_ready !== 1'b0 && s_scale_ready !== 1'b1) begin
                $display("cycle %0d: scale_ready is unknown", cycle);
                s_scale_failed <= 1'b1;
            end
            if (!s_scale_valid || s_scale_ready) begin
                if (s_scale_next < 321 && !s_scale_pauses) begin
                    s_scale_valid <= 1'b1;
                    s_scale_beat <= s_scale_lines[s_scale_next][27:0];
                    s_scale_next <= s_scale_next + 1;
                end else begin
                    s_scale_valid <= 1'b0;
                    s_scale_beat <= {28{1'bx}};
                end
            end
        end

    reg [43:0] s_scores_lines [0:6740];
    integer s_scores_next;
    initial $readmemh("score_scaler_scores.hex", s_scores_lines);
    wire s_scores_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_scores_next < 6741 && !s_scores_pauses) begin
                    s_scores_valid <= 1'b1;
                    s_scores_beat <= s_scores_lines[s_scores_next][43:0];
                    s_scores_next <= s_scores_next + 1;
                end else begin
                    s_scores_valid <= 1'b0;
                    s_scores_beat <= {44{1'bx}};
                end
            end
        end

    reg [71:0] s_scaled_lines [0:6740];
    initial $readmemh("score_scaler_scaled.hex", s_scaled_lines);
    wire [35:0] s_scaled_beat = {s_scaled_scores, 3'd0, s_scaled_occupied, 3'd0, s_scaled_tile_last, 3'd0, s_scaled_row_last};
    wire [71:0] s_scaled_line = s_scaled_lines[s_scaled_passed];
    reg s_scaled_waits;
    reg [35:0] s_scaled_waiting;
    always @(posedge clock)
        if (reset) begin
            s_scaled_passed <= 0;
            s_scaled_failed <= 1'b0;
            s_scaled_waits <= 1'b0;
            s_scaled_ready <= 1'b0;
        end else begin
            s_scaled_ready <= !({26'd0, noise[15:10]} < stalls);
            s_scaled_waits <= s_scaled_valid && !s_scaled_ready;
            s_scaled_waiting <= s_scaled_beat;
            if (s_scaled_valid !== 1'b0 && s_scaled_valid !== 1'b1) begin
                $display("cycle %0d: scaled_valid is unknown", cycle);
                s_scaled_failed <= 1'b1;
            end else if (s_scaled_waits && (!s_scaled_valid || s_scaled_beat !== s_scaled_waiting)) begin
                $display("cycle %0d: scaled changed beat %0d before it was taken", cycle, s_scaled_passed);
                s_scaled_failed <= 1'b1;
            end else if (s_scaled_valid && s_scaled_ready) begin
                s_scaled_passed <= s_scaled_passed + 1;
                if (s_scaled_passed == 6741) begin
                    $display("cycle %0d: scaled offers a beat beyond the %0d expected", cycle, 6741);
                    s_scaled_failed <= 1'b1;
                    end else if (((s_scaled_beat ^ s_scaled_line[71:36]) & s_scaled_line[35:0]) !== 36'd0) begin
                        $display("MISMATCH scaled beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_scaled_passed, cycle, s_scaled_line[71:36], s_scaled_beat, s_scaled_line[35:0]);
                        s_scaled_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_scale_passed == 321 && s_scores_passed == 6741 && s_scaled_passed == 6741;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_scale_valid && s_scale_ready
                    || s_scores_valid && s_scores_ready
                    || s_scaled_valid && s_scaled_ready) last_move <= cycle;
            if (s_scale_failed || s_scores_failed || s_scaled_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: scale=%0d/%0d scores=%0d/%0d scaled=%0d/%0d",
                    cycle, last_move, s_scale_passed, 321, s_scores_passed, 6741, s_scaled_passed, 6741);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS score_scaler scaled=%0d cycles=%0d",
                s_scaled_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL score_scaler cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
