// Self-checking bench of QueryKeyUnit_d64_m64, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes query_key_unit.vcd
`default_nettype none

module query_key_unit_bench #(
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
            $dumpfile("query_key_unit.vcd");
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

    // query: 7 beats given.
    reg s_query_valid;
    wire s_query_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [767:0] s_query_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_query_passed;
    reg s_query_failed;

    // keys: 55 beats given.
    reg s_keys_valid;
    wire s_keys_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [779:0] s_keys_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_keys_passed;
    reg s_keys_failed;

    // scores: 55 beats expected.
    wire s_scores_valid;
    reg s_scores_ready;
    wire [29:0] s_scores_scores;
    wire s_scores_occupied;
    wire s_scores_tile_last;
    wire s_scores_row_last;
    integer s_scores_passed;
    reg s_scores_failed;

    QueryKeyUnit_d64_m64 unit (
        .clock(clock),
            .reset(reset),
            .query_valid(s_query_valid),
            .query_ready(s_query_ready),
            .query_payload(s_query_beat[767:0]),
            .keys_valid(s_keys_valid),
            .keys_ready(s_keys_ready),
            .keys_payload_elements(s_keys_beat[779:12]),
            .keys_payload_occupied(s_keys_beat[8]),
            .keys_payload_tile_last(s_keys_beat[4]),
            .keys_payload_row_last(s_keys_beat[0]),
            .scores_valid(s_scores_valid),
            .scores_ready(s_scores_ready),
            .scores_payload_scores(s_scores_scores),
            .scores_payload_occupied(s_scores_occupied),
            .scores_payload_tile_last(s_scores_tile_last),
            .scores_payload_row_last(s_scores_row_last)
    );

    reg [767:0] s_query_lines [0:6];
    integer s_query_next;
    initial $readmemh("query_key_unit_query.hex", s_query_lines);
    wire s_query_pauses = {26'd0, noise[5:0]} < stalls;
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
                if (s_query_next < 7 && !s_query_pauses) begin
                    s_query_valid <= 1'b1;
                    s_query_beat <= s_query_lines[s_query_next][767:0];
                    s_query_next <= s_query_next + 1;
                end else begin
                    s_query_valid <= 1'b0;
                    s_query_beat <= {768{1'bx}};
                end
            end
        end

    reg [779:0] s_keys_lines [0:54];
    integer s_keys_next;
    initial $readmemh("query_key_unit_keys.hex", s_keys_lines);
    wire s_keys_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_keys_next < 55 && !s_keys_pauses) begin
                    s_keys_valid <= 1'b1;
                    s_keys_beat <= s_keys_lines[s_keys_next][779:0];
                    s_keys_next <= s_keys_next + 1;
                end else begin
                    s_keys_valid <= 1'b0;
                    s_keys_beat <= {780{1'bx}};
                end
            end
        end

    reg [87:0] s_scores_lines [0:54];
    initial $readmemh("query_key_unit_scores.hex", s_scores_lines);
    wire [43:0] s_scores_beat = {2'd0, s_scores_scores, 3'd0, s_scores_occupied, 3'd0, s_scores_tile_last, 3'd0, s_scores_row_last};
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
            s_scores_ready <= !({26'd0, noise[15:10]} < stalls);
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
                if (s_scores_passed == 55) begin
                    $display("cycle %0d: scores offers a beat beyond the %0d expected", cycle, 55);
                    s_scores_failed <= 1'b1;
                    end else if (((s_scores_beat ^ s_scores_line[87:44]) & s_scores_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH scores beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_scores_passed, cycle, s_scores_line[87:44], s_scores_beat, s_scores_line[43:0]);
                        s_scores_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_query_passed == 7 && s_keys_passed == 55 && s_scores_passed == 55;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_query_valid && s_query_ready
                    || s_keys_valid && s_keys_ready
                    || s_scores_valid && s_scores_ready) last_move <= cycle;
            if (s_query_failed || s_keys_failed || s_scores_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: query=%0d/%0d keys=%0d/%0d scores=%0d/%0d",
                    cycle, last_move, s_query_passed, 7, s_keys_passed, 55, s_scores_passed, 55);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS query_key_unit scores=%0d cycles=%0d",
                s_scores_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL query_key_unit cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
