// Self-checking bench of IndexFilter_n524288, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes index_filter.vcd
`default_nettype none

module index_filter_bench #(
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
            $dumpfile("index_filter.vcd");
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

    // tokens: 316 beats given.
    reg s_tokens_valid;
    wire s_tokens_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [31:0] s_tokens_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_tokens_passed;
    reg s_tokens_failed;

    // decisions: 316 beats given.
    reg s_decisions_valid;
    wire s_decisions_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [7:0] s_decisions_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_decisions_passed;
    reg s_decisions_failed;

    // kept: 104 beats expected.
    wire s_kept_valid;
    reg s_kept_ready;
    wire [18:0] s_kept_token;
    wire s_kept_occupied;
    wire s_kept_row_last;
    wire s_kept_block_last;
    integer s_kept_passed;
    reg s_kept_failed;

    IndexFilter_n524288 unit (
        .clock(clock),
            .reset(reset),
            .tokens_valid(s_tokens_valid),
            .tokens_ready(s_tokens_ready),
            .tokens_payload_token(s_tokens_beat[30:12]),
            .tokens_payload_occupied(s_tokens_beat[8]),
            .tokens_payload_row_last(s_tokens_beat[4]),
            .tokens_payload_block_last(s_tokens_beat[0]),
            .decisions_valid(s_decisions_valid),
            .decisions_ready(s_decisions_ready),
            .decisions_payload_keep(s_decisions_beat[4]),
            .decisions_payload_row_last(s_decisions_beat[0]),
            .kept_valid(s_kept_valid),
            .kept_ready(s_kept_ready),
            .kept_payload_token(s_kept_token),
            .kept_payload_occupied(s_kept_occupied),
            .kept_payload_row_last(s_kept_row_last),
            .kept_payload_block_last(s_kept_block_last)
    );

    reg [31:0] s_tokens_lines [0:315];
    integer s_tokens_next;
    initial $readmemh("index_filter_tokens.hex", s_tokens_lines);
    wire s_tokens_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_tokens_next <= 0;
            s_tokens_passed <= 0;
            s_tokens_failed <= 1'b0;
            s_tokens_valid <= 1'b0;
        end else begin
            if (s_tokens_valid && s_tokens_ready) s_tokens_passed <= s_tokens_passed + 1;
            if (s_tokens_ready !== 1'b0 && s_tokens_ready !== 1'b1) begin
                $display("cycle %0d: tokens_ready is unknown", cycle);
                s_tokens_failed <= 1'b1;
            end
            if (!s_tokens_valid || s_tokens_ready) begin
                if (s_tokens_next < 316 && !s_tokens_pauses) begin
                    s_tokens_valid <= 1'b1;
                    s_tokens_beat <= s_tokens_lines[s_tokens_next][31:0];
                    s_tokens_next <= s_tokens_next + 1;
                end else begin
                    s_tokens_valid <= 1'b0;
                    s_tokens_beat <= {32{1'bx}};
                end
            end
        end

    reg [7:0] s_decisions_lines [0:315];
    integer s_decisions_next;
    initial $readmemh("index_filter_decisions.hex", s_decisions_lines);
    wire s_decisions_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_decisions_next < 316 && !s_decisions_pauses) begin
                    s_decisions_valid <= 1'b1;
                    s_decisions_beat <= s_decisions_lines[s_decisions_next][7:0];
                    s_decisions_next <= s_decisions_next + 1;
                end else begin
                    s_decisions_valid <= 1'b0;
                    s_decisions_beat <= {8{1'bx}};
                end
            end
        end

    reg [63:0] s_kept_lines [0:103];
    initial $readmemh("index_filter_kept.hex", s_kept_lines);
    wire [31:0] s_kept_beat = {1'd0, s_kept_token, 3'd0, s_kept_occupied, 3'd0, s_kept_row_last, 3'd0, s_kept_block_last};
    wire [63:0] s_kept_line = s_kept_lines[s_kept_passed];
    reg s_kept_waits;
    reg [31:0] s_kept_waiting;
    always @(posedge clock)
        if (reset) begin
            s_kept_passed <= 0;
            s_kept_failed <= 1'b0;
            s_kept_waits <= 1'b0;
            s_kept_ready <= 1'b0;
        end else begin
            s_kept_ready <= !({26'd0, noise[15:10]} < stalls);
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
                if (s_kept_passed == 104) begin
                    $display("cycle %0d: kept offers a beat beyond the %0d expected", cycle, 104);
                    s_kept_failed <= 1'b1;
                    end else if (((s_kept_beat ^ s_kept_line[63:32]) & s_kept_line[31:0]) !== 32'd0) begin
                        $display("MISMATCH kept beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_kept_passed, cycle, s_kept_line[63:32], s_kept_beat, s_kept_line[31:0]);
                        s_kept_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_tokens_passed == 316 && s_decisions_passed == 316 && s_kept_passed == 104;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_tokens_valid && s_tokens_ready
                    || s_decisions_valid && s_decisions_ready
                    || s_kept_valid && s_kept_ready) last_move <= cycle;
            if (s_tokens_failed || s_decisions_failed || s_kept_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: tokens=%0d/%0d decisions=%0d/%0d kept=%0d/%0d",
                    cycle, last_move, s_tokens_passed, 316, s_decisions_passed, 316, s_kept_passed, 104);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS index_filter kept=%0d cycles=%0d",
                s_kept_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL index_filter cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
