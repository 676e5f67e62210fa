// Self-checking bench of ScoreRefiner_d64_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes score_refiner.vcd
`default_nettype none

module score_refiner_bench #(
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
            $dumpfile("score_refiner.vcd");
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

    // row: 8 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [7:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // scores: 45 beats given.
    reg s_scores_valid;
    wire s_scores_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [43:0] s_scores_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_scores_passed;
    reg s_scores_failed;

    // decisions: 8 beats given.
    reg s_decisions_valid;
    wire s_decisions_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [7:0] s_decisions_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_decisions_passed;
    reg s_decisions_failed;

    // corrections: 3 beats given.
    reg s_corrections_valid;
    wire s_corrections_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [23:0] s_corrections_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_corrections_passed;
    reg s_corrections_failed;

    // refined: 45 beats expected.
    wire s_refined_valid;
    reg s_refined_ready;
    wire [30:0] s_refined_scores;
    wire s_refined_occupied;
    wire s_refined_tile_last;
    wire s_refined_row_last;
    integer s_refined_passed;
    reg s_refined_failed;

    // unrefined: 45 beats expected.
    wire s_unrefined_valid;
    reg s_unrefined_ready;
    wire s_unrefined_payload;
    integer s_unrefined_passed;
    reg s_unrefined_failed;

    ScoreRefiner_d64_k1024 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_decides(s_row_beat[4]),
            .row_payload_joined(s_row_beat[0]),
            .scores_valid(s_scores_valid),
            .scores_ready(s_scores_ready),
            .scores_payload_scores(s_scores_beat[42:12]),
            .scores_payload_occupied(s_scores_beat[8]),
            .scores_payload_tile_last(s_scores_beat[4]),
            .scores_payload_row_last(s_scores_beat[0]),
            .decisions_valid(s_decisions_valid),
            .decisions_ready(s_decisions_ready),
            .decisions_payload_keep(s_decisions_beat[4]),
            .decisions_payload_row_last(s_decisions_beat[0]),
            .corrections_valid(s_corrections_valid),
            .corrections_ready(s_corrections_ready),
            .corrections_payload(s_corrections_beat[22:0]),
            .refined_valid(s_refined_valid),
            .refined_ready(s_refined_ready),
            .refined_payload_scores(s_refined_scores),
            .refined_payload_occupied(s_refined_occupied),
            .refined_payload_tile_last(s_refined_tile_last),
            .refined_payload_row_last(s_refined_row_last),
            .unrefined_valid(s_unrefined_valid),
            .unrefined_ready(s_unrefined_ready),
            .unrefined_payload(s_unrefined_payload)
    );

    reg [7:0] s_row_lines [0:7];
    integer s_row_next;
    initial $readmemh("score_refiner_row.hex", s_row_lines);
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
                if (s_row_next < 8 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][7:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {8{1'bx}};
                end
            end
        end

    reg [43:0] s_scores_lines [0:44];
    integer s_scores_next;
    initial $readmemh("score_refiner_scores.hex", s_scores_lines);
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
                if (s_scores_next < 45 && !s_scores_pauses) begin
                    s_scores_valid <= 1'b1;
                    s_scores_beat <= s_scores_lines[s_scores_next][43:0];
                    s_scores_next <= s_scores_next + 1;
                end else begin
                    s_scores_valid <= 1'b0;
                    s_scores_beat <= {44{1'bx}};
                end
            end
        end

    reg [7:0] s_decisions_lines [0:7];
    integer s_decisions_next;
    initial $readmemh("score_refiner_decisions.hex", s_decisions_lines);
    wire s_decisions_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_decisions_next <= 0;
            s_decisions_passed <= 0;
            s_decisions_failed <= 1'b0;
            s_decisions_valid <= 1'b0;
        end else begin
            if (s_decisions_valid && s_decisions_ready) s_decisions_passed <= s_decisions_passed + 1;
            if (s_decisions_ready !== 1'b0 && s_decisions_ready !== 1'b1) begin
                $display("cycle %0d: decisions_ready is unknown", cycle);
                s_decisions_failed <= 1'b1;
            end
            if (!s_decisions_valid || s_decisions_ready) begin
                if (s_decisions_next < 8 && !s_decisions_pauses) begin
                    s_decisions_valid <= 1'b1;
                    s_decisions_beat <= s_decisions_lines[s_decisions_next][7:0];
                    s_decisions_next <= s_decisions_next + 1;
                end else begin
                    s_decisions_valid <= 1'b0;
                    s_decisions_beat <= {8{1'bx}};
                end
            end
        end

    reg [23:0] s_corrections_lines [0:2];
    integer s_corrections_next;
    initial $readmemh("score_refiner_corrections.hex", s_corrections_lines);
    wire s_corrections_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_corrections_next <= 0;
            s_corrections_passed <= 0;
            s_corrections_failed <= 1'b0;
            s_corrections_valid <= 1'b0;
        end else begin
            if (s_corrections_valid && s_corrections_ready) s_corrections_passed <= s_corrections_passed + 1;
            if (s_corrections_ready !== 1'b0 && s_corrections_ready !== 1'b1) begin
                $display("cycle %0d: corrections_ready is unknown", cycle);
                s_corrections_failed <= 1'b1;
            end
            if (!s_corrections_valid || s_corrections_ready) begin
                if (s_corrections_next < 3 && !s_corrections_pauses) begin
                    s_corrections_valid <= 1'b1;
                    s_corrections_beat <= s_corrections_lines[s_corrections_next][23:0];
                    s_corrections_next <= s_corrections_next + 1;
                end else begin
                    s_corrections_valid <= 1'b0;
                    s_corrections_beat <= {24{1'bx}};
                end
            end
        end

    reg [87:0] s_refined_lines [0:44];
    initial $readmemh("score_refiner_refined.hex", s_refined_lines);
    wire [43:0] s_refined_beat = {1'd0, s_refined_scores, 3'd0, s_refined_occupied, 3'd0, s_refined_tile_last, 3'd0, s_refined_row_last};
    wire [87:0] s_refined_line = s_refined_lines[s_refined_passed];
    reg s_refined_waits;
    reg [43:0] s_refined_waiting;
    always @(posedge clock)
        if (reset) begin
            s_refined_passed <= 0;
            s_refined_failed <= 1'b0;
            s_refined_waits <= 1'b0;
            s_refined_ready <= 1'b0;
        end else begin
            s_refined_ready <= !({26'd0, noise[25:20]} < stalls);
            s_refined_waits <= s_refined_valid && !s_refined_ready;
            s_refined_waiting <= s_refined_beat;
            if (s_refined_valid !== 1'b0 && s_refined_valid !== 1'b1) begin
                $display("cycle %0d: refined_valid is unknown", cycle);
                s_refined_failed <= 1'b1;
            end else if (s_refined_waits && (!s_refined_valid || s_refined_beat !== s_refined_waiting)) begin
                $display("cycle %0d: refined changed beat %0d before it was taken", cycle, s_refined_passed);
                s_refined_failed <= 1'b1;
            end else if (s_refined_valid && s_refined_ready) begin
                s_refined_passed <= s_refined_passed + 1;
                if (s_refined_passed == 45) begin
                    $display("cycle %0d: refined offers a beat beyond the %0d expected", cycle, 45);
                    s_refined_failed <= 1'b1;
                    end else if (((s_refined_beat ^ s_refined_line[87:44]) & s_refined_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH refined beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_refined_passed, cycle, s_refined_line[87:44], s_refined_beat, s_refined_line[43:0]);
                        s_refined_failed <= 1'b1;
                end
            end
        end

    reg [7:0] s_unrefined_lines [0:44];
    initial $readmemh("score_refiner_unrefined.hex", s_unrefined_lines);
    wire [3:0] s_unrefined_beat = {3'd0, s_unrefined_payload};
    wire [7:0] s_unrefined_line = s_unrefined_lines[s_unrefined_passed];
    reg s_unrefined_waits;
    reg [3:0] s_unrefined_waiting;
    always @(posedge clock)
        if (reset) begin
            s_unrefined_passed <= 0;
            s_unrefined_failed <= 1'b0;
            s_unrefined_waits <= 1'b0;
            s_unrefined_ready <= 1'b0;
        end else begin
            s_unrefined_ready <= !({26'd0, noise[30:25]} < stalls);
            s_unrefined_waits <= s_unrefined_valid && !s_unrefined_ready;
            s_unrefined_waiting <= s_unrefined_beat;
            if (s_unrefined_valid !== 1'b0 && s_unrefined_valid !== 1'b1) begin
                $display("cycle %0d: unrefined_valid is unknown", cycle);
                s_unrefined_failed <= 1'b1;
            end else if (s_unrefined_waits && (!s_unrefined_valid || s_unrefined_beat !== s_unrefined_waiting)) begin
                $display("cycle %0d: unrefined changed beat %0d before it was taken", cycle, s_unrefined_passed);
                s_unrefined_failed <= 1'b1;
            end else if (s_unrefined_valid && s_unrefined_ready) begin
                s_unrefined_passed <= s_unrefined_passed + 1;
                if (s_unrefined_passed == 45) begin
                    $display("cycle %0d: unrefined offers a beat beyond the %0d expected", cycle, 45);
                    s_unrefined_failed <= 1'b1;
                    end else if (((s_unrefined_beat ^ s_unrefined_line[7:4]) & s_unrefined_line[3:0]) !== 4'd0) begin
                        $display("MISMATCH unrefined beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_unrefined_passed, cycle, s_unrefined_line[7:4], s_unrefined_beat, s_unrefined_line[3:0]);
                        s_unrefined_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 8 && s_scores_passed == 45 && s_decisions_passed == 8 && s_corrections_passed == 3 && s_refined_passed == 45 && s_unrefined_passed == 45;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_scores_valid && s_scores_ready
                    || s_decisions_valid && s_decisions_ready
                    || s_corrections_valid && s_corrections_ready
                    || s_refined_valid && s_refined_ready
                    || s_unrefined_valid && s_unrefined_ready) last_move <= cycle;
            if (s_row_failed || s_scores_failed || s_decisions_failed || s_corrections_failed || s_refined_failed || s_unrefined_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d scores=%0d/%0d decisions=%0d/%0d corrections=%0d/%0d refined=%0d/%0d unrefined=%0d/%0d",
                    cycle, last_move, s_row_passed, 8, s_scores_passed, 45, s_decisions_passed, 8, s_corrections_passed, 3, s_refined_passed, 45, s_unrefined_passed, 45);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS score_refiner refined=%0d unrefined=%0d cycles=%0d",
                s_refined_passed, s_unrefined_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL score_refiner cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
