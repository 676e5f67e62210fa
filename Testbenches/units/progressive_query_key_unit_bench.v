// Self-checking bench of ProgressiveQueryKeyUnit_d64_m64, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes progressive_query_key_unit.vcd
`default_nettype none

module progressive_query_key_unit_bench #(
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
            $dumpfile("progressive_query_key_unit.vcd");
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

    // row: 27 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [11:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // query: 27 beats given.
    reg s_query_valid;
    wire s_query_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [767:0] s_query_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_query_passed;
    reg s_query_failed;

    // keys: 68 beats given.
    reg s_keys_valid;
    wire s_keys_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [783:0] s_keys_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_keys_passed;
    reg s_keys_failed;

    // lsb: 24 beats given.
    reg s_lsb_valid;
    wire s_lsb_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [775:0] s_lsb_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_lsb_passed;
    reg s_lsb_failed;

    // scores: 50 beats expected.
    wire s_scores_valid;
    reg s_scores_ready;
    wire [30:0] s_scores_scores;
    wire s_scores_occupied;
    wire s_scores_tile_last;
    wire s_scores_row_last;
    integer s_scores_passed;
    reg s_scores_failed;

    // corrections: 18 beats expected.
    wire s_corrections_valid;
    reg s_corrections_ready;
    wire [22:0] s_corrections_payload;
    integer s_corrections_passed;
    reg s_corrections_failed;

    ProgressiveQueryKeyUnit_d64_m64 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_joined(s_row_beat[8]),
            .row_payload_refines(s_row_beat[4]),
            .row_payload_lsb_bits(s_row_beat[3:0]),
            .query_valid(s_query_valid),
            .query_ready(s_query_ready),
            .query_payload(s_query_beat[767:0]),
            .keys_valid(s_keys_valid),
            .keys_ready(s_keys_ready),
            .keys_payload_elements(s_keys_beat[783:16]),
            .keys_payload_is_sum(s_keys_beat[12]),
            .keys_payload_occupied(s_keys_beat[8]),
            .keys_payload_tile_last(s_keys_beat[4]),
            .keys_payload_row_last(s_keys_beat[0]),
            .lsb_valid(s_lsb_valid),
            .lsb_ready(s_lsb_ready),
            .lsb_payload_elements(s_lsb_beat[775:8]),
            .lsb_payload_occupied(s_lsb_beat[4]),
            .lsb_payload_row_last(s_lsb_beat[0]),
            .scores_valid(s_scores_valid),
            .scores_ready(s_scores_ready),
            .scores_payload_scores(s_scores_scores),
            .scores_payload_occupied(s_scores_occupied),
            .scores_payload_tile_last(s_scores_tile_last),
            .scores_payload_row_last(s_scores_row_last),
            .corrections_valid(s_corrections_valid),
            .corrections_ready(s_corrections_ready),
            .corrections_payload(s_corrections_payload)
    );

    reg [11:0] s_row_lines [0:26];
    integer s_row_next;
    initial $readmemh("progressive_query_key_unit_row.hex", s_row_lines);
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
                if (s_row_next < 27 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][11:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {12{1'bx}};
                end
            end
        end

    reg [767:0] s_query_lines [0:26];
    integer s_query_next;
    initial $readmemh("progressive_query_key_unit_query.hex", s_query_lines);
    wire s_query_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_query_next <= 0;
            s_query_passed <= 0;
            s_query_failed <= 1'b0;
            s_query_valid <= 1'b0;
        end else begin
            if (s_query_valid && s_query_ready) s_query_passed <= s_query_passed + 1;
            if (s_query_ready !== 1'b0 && s_query_ready !== 1'b1) begin
                $display("cycle %0d: query_ready is unknown", cycle);
                s_query_failed <= 1'b1;
            end
            if (!s_query_valid || s_query_ready) begin
                if (s_query_next < 27 && !s_query_pauses) begin
                    s_query_valid <= 1'b1;
                    s_query_beat <= s_query_lines[s_query_next][767:0];
                    s_query_next <= s_query_next + 1;
                end else begin
                    s_query_valid <= 1'b0;
                    s_query_beat <= {768{1'bx}};
                end
            end
        end

    reg [783:0] s_keys_lines [0:67];
    integer s_keys_next;
    initial $readmemh("progressive_query_key_unit_keys.hex", s_keys_lines);
    wire s_keys_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_keys_next <= 0;
            s_keys_passed <= 0;
            s_keys_failed <= 1'b0;
            s_keys_valid <= 1'b0;
        end else begin
            if (s_keys_valid && s_keys_ready) s_keys_passed <= s_keys_passed + 1;
            if (s_keys_ready !== 1'b0 && s_keys_ready !== 1'b1) begin
                $display("cycle %0d: keys_ready is unknown", cycle);
                s_keys_failed <= 1'b1;
            end
            if (!s_keys_valid || s_keys_ready) begin
                if (s_keys_next < 68 && !s_keys_pauses) begin
                    s_keys_valid <= 1'b1;
                    s_keys_beat <= s_keys_lines[s_keys_next][783:0];
                    s_keys_next <= s_keys_next + 1;
                end else begin
                    s_keys_valid <= 1'b0;
                    s_keys_beat <= {784{1'bx}};
                end
            end
        end

    reg [775:0] s_lsb_lines [0:23];
    integer s_lsb_next;
    initial $readmemh("progressive_query_key_unit_lsb.hex", s_lsb_lines);
    wire s_lsb_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_lsb_next <= 0;
            s_lsb_passed <= 0;
            s_lsb_failed <= 1'b0;
            s_lsb_valid <= 1'b0;
        end else begin
            if (s_lsb_valid && s_lsb_ready) s_lsb_passed <= s_lsb_passed + 1;
            if (s_lsb_ready !== 1'b0 && s_lsb_ready !== 1'b1) begin
                $display("cycle %0d: lsb_ready is unknown", cycle);
                s_lsb_failed <= 1'b1;
            end
            if (!s_lsb_valid || s_lsb_ready) begin
                if (s_lsb_next < 24 && !s_lsb_pauses) begin
                    s_lsb_valid <= 1'b1;
                    s_lsb_beat <= s_lsb_lines[s_lsb_next][775:0];
                    s_lsb_next <= s_lsb_next + 1;
                end else begin
                    s_lsb_valid <= 1'b0;
                    s_lsb_beat <= {776{1'bx}};
                end
            end
        end

    reg [87:0] s_scores_lines [0:49];
    initial $readmemh("progressive_query_key_unit_scores.hex", s_scores_lines);
    wire [43:0] s_scores_beat = {1'd0, s_scores_scores, 3'd0, s_scores_occupied, 3'd0, s_scores_tile_last, 3'd0, s_scores_row_last};
    wire [87:0] s_scores_line = s_scores_lines[s_scores_passed];
    reg s_scores_waits;
    reg [43:0] s_scores_waiting;
    always @(posedge clock)
        if (reset) begin
            s_scores_passed <= 0;
            s_scores_failed <= 1'b0;
            s_scores_waits <= 1'b0;
            s_scores_ready <= 1'b0;
        end else begin
            s_scores_ready <= !({26'd0, noise[25:20]} < stalls);
            s_scores_waits <= s_scores_valid && !s_scores_ready;
            s_scores_waiting <= s_scores_beat;
            if (s_scores_valid !== 1'b0 && s_scores_valid !== 1'b1) begin
                $display("cycle %0d: scores_valid is unknown", cycle);
                s_scores_failed <= 1'b1;
            end else if (s_scores_waits && (!s_scores_valid || s_scores_beat !== s_scores_waiting)) begin
                $display("cycle %0d: scores changed beat %0d before it was taken", cycle, s_scores_passed);
                s_scores_failed <= 1'b1;
            end else if (s_scores_valid && s_scores_ready) begin
                s_scores_passed <= s_scores_passed + 1;
                if (s_scores_passed == 50) begin
                    $display("cycle %0d: scores offers a beat beyond the %0d expected", cycle, 50);
                    s_scores_failed <= 1'b1;
                    end else if (((s_scores_beat ^ s_scores_line[87:44]) & s_scores_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH scores beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_scores_passed, cycle, s_scores_line[87:44], s_scores_beat, s_scores_line[43:0]);
                        s_scores_failed <= 1'b1;
                end
            end
        end

    reg [47:0] s_corrections_lines [0:17];
    initial $readmemh("progressive_query_key_unit_corrections.hex", s_corrections_lines);
    wire [23:0] s_corrections_beat = {1'd0, s_corrections_payload};
    wire [47:0] s_corrections_line = s_corrections_lines[s_corrections_passed];
    reg s_corrections_waits;
    reg [23:0] s_corrections_waiting;
    always @(posedge clock)
        if (reset) begin
            s_corrections_passed <= 0;
            s_corrections_failed <= 1'b0;
            s_corrections_waits <= 1'b0;
            s_corrections_ready <= 1'b0;
        end else begin
            s_corrections_ready <= !({26'd0, noise[30:25]} < stalls);
            s_corrections_waits <= s_corrections_valid && !s_corrections_ready;
            s_corrections_waiting <= s_corrections_beat;
            if (s_corrections_valid !== 1'b0 && s_corrections_valid !== 1'b1) begin
                $display("cycle %0d: corrections_valid is unknown", cycle);
                s_corrections_failed <= 1'b1;
            end else if (s_corrections_waits && (!s_corrections_valid || s_corrections_beat !== s_corrections_waiting)) begin
                $display("cycle %0d: corrections changed beat %0d before it was taken", cycle, s_corrections_passed);
                s_corrections_failed <= 1'b1;
            end else if (s_corrections_valid && s_corrections_ready) begin
                s_corrections_passed <= s_corrections_passed + 1;
                if (s_corrections_passed == 18) begin
                    $display("cycle %0d: corrections offers a beat beyond the %0d expected", cycle, 18);
                    s_corrections_failed <= 1'b1;
                    end else if (((s_corrections_beat ^ s_corrections_line[47:24]) & s_corrections_line[23:0]) !== 24'd0) begin
                        $display("MISMATCH corrections beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_corrections_passed, cycle, s_corrections_line[47:24], s_corrections_beat, s_corrections_line[23:0]);
                        s_corrections_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 27 && s_query_passed == 27 && s_keys_passed == 68 && s_lsb_passed == 24 && s_scores_passed == 50 && s_corrections_passed == 18;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_query_valid && s_query_ready
                    || s_keys_valid && s_keys_ready
                    || s_lsb_valid && s_lsb_ready
                    || s_scores_valid && s_scores_ready
                    || s_corrections_valid && s_corrections_ready) last_move <= cycle;
            if (s_row_failed || s_query_failed || s_keys_failed || s_lsb_failed || s_scores_failed || s_corrections_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d query=%0d/%0d keys=%0d/%0d lsb=%0d/%0d scores=%0d/%0d corrections=%0d/%0d",
                    cycle, last_move, s_row_passed, 27, s_query_passed, 27, s_keys_passed, 68, s_lsb_passed, 24, s_scores_passed, 50, s_corrections_passed, 18);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS progressive_query_key_unit scores=%0d corrections=%0d cycles=%0d",
                s_scores_passed, s_corrections_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL progressive_query_key_unit cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
