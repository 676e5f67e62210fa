// Self-checking bench of TileBuffer_n128_w768, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes tile_buffer.vcd
`default_nettype none

module tile_buffer_bench #(
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
            $dumpfile("tile_buffer.vcd");
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

    // fill: 6 beats given.
    reg s_fill_valid;
    wire s_fill_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [15:0] s_fill_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_fill_passed;
    reg s_fill_failed;

    // words: 60 beats given.
    reg s_words_valid;
    wire s_words_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [767:0] s_words_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_words_passed;
    reg s_words_failed;

    // replay: 21 beats given.
    reg s_replay_valid;
    wire s_replay_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [23:0] s_replay_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_replay_passed;
    reg s_replay_failed;

    // output: 81 beats expected.
    wire s_output_valid;
    reg s_output_ready;
    wire [767:0] s_output_word;
    wire s_output_occupied;
    wire s_output_last;
    integer s_output_passed;
    reg s_output_failed;

    TileBuffer_n128_w768 unit (
        .clock(clock),
            .reset(reset),
            .fill_valid(s_fill_valid),
            .fill_ready(s_fill_ready),
            .fill_payload_first(s_fill_beat[14:8]),
            .fill_payload_last(s_fill_beat[6:0]),
            .words_valid(s_words_valid),
            .words_ready(s_words_ready),
            .words_payload(s_words_beat[767:0]),
            .replay_valid(s_replay_valid),
            .replay_ready(s_replay_ready),
            .replay_payload_range_first(s_replay_beat[22:16]),
            .replay_payload_range_last(s_replay_beat[14:8]),
            .replay_payload_next_bank(s_replay_beat[4]),
            .replay_payload_occupied(s_replay_beat[0]),
            .output_valid(s_output_valid),
            .output_ready(s_output_ready),
            .output_payload_word(s_output_word),
            .output_payload_occupied(s_output_occupied),
            .output_payload_last(s_output_last)
    );

    reg [15:0] s_fill_lines [0:5];
    integer s_fill_next;
    initial $readmemh("tile_buffer_fill.hex", s_fill_lines);
    wire s_fill_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_fill_next <= 0;
            s_fill_passed <= 0;
            s_fill_failed <= 1'b0;
            s_fill_valid <= 1'b0;
        end else begin
            if (s_fill_valid && s_fill_ready) s_fill_passed <= s_fill_passed + 1;
            if (s_fill_ready !== 1'b0 && s_fill_ready !== 1'b1) begin
                $display("cycle %0d: fill_ready is unknown", cycle);
                s_fill_failed <= 1'b1;
            end
            if (!s_fill_valid || s_fill_ready) begin
                if (s_fill_next < 6 && !s_fill_pauses) begin
                    s_fill_valid <= 1'b1;
                    s_fill_beat <= s_fill_lines[s_fill_next][15:0];
                    s_fill_next <= s_fill_next + 1;
                end else begin
                    s_fill_valid <= 1'b0;
                    s_fill_beat <= {16{1'bx}};
                end
            end
        end

    reg [767:0] s_words_lines [0:59];
    integer s_words_next;
    initial $readmemh("tile_buffer_words.hex", s_words_lines);
    wire s_words_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_words_next <= 0;
            s_words_passed <= 0;
            s_words_failed <= 1'b0;
            s_words_valid <= 1'b0;
        end else begin
            if (s_words_valid && s_words_ready) s_words_passed <= s_words_passed + 1;
            if (s_words_ready !== 1'b0 && s_words_ready !== 1'b1) begin
                $display("cycle %0d: words_ready is unknown", cycle);
                s_words_failed <= 1'b1;
            end
            if (!s_words_valid || s_words_ready) begin
                if (s_words_next < 60 && !s_words_pauses) begin
                    s_words_valid <= 1'b1;
                    s_words_beat <= s_words_lines[s_words_next][767:0];
                    s_words_next <= s_words_next + 1;
                end else begin
                    s_words_valid <= 1'b0;
                    s_words_beat <= {768{1'bx}};
                end
            end
        end

    reg [23:0] s_replay_lines [0:20];
    integer s_replay_next;
    initial $readmemh("tile_buffer_replay.hex", s_replay_lines);
    wire s_replay_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_replay_next <= 0;
            s_replay_passed <= 0;
            s_replay_failed <= 1'b0;
            s_replay_valid <= 1'b0;
        end else begin
            if (s_replay_valid && s_replay_ready) s_replay_passed <= s_replay_passed + 1;
            if (s_replay_ready !== 1'b0 && s_replay_ready !== 1'b1) begin
                $display("cycle %0d: replay_ready is unknown", cycle);
                s_replay_failed <= 1'b1;
            end
            if (!s_replay_valid || s_replay_ready) begin
                if (s_replay_next < 21 && !s_replay_pauses) begin
                    s_replay_valid <= 1'b1;
                    s_replay_beat <= s_replay_lines[s_replay_next][23:0];
                    s_replay_next <= s_replay_next + 1;
                end else begin
                    s_replay_valid <= 1'b0;
                    s_replay_beat <= {24{1'bx}};
                end
            end
        end

    reg [1551:0] s_output_lines [0:80];
    initial $readmemh("tile_buffer_output.hex", s_output_lines);
    wire [775:0] s_output_beat = {s_output_word, 3'd0, s_output_occupied, 3'd0, s_output_last};
    wire [1551:0] s_output_line = s_output_lines[s_output_passed];
    reg s_output_waits;
    reg [775:0] s_output_waiting;
    always @(posedge clock)
        if (reset) begin
            s_output_passed <= 0;
            s_output_failed <= 1'b0;
            s_output_waits <= 1'b0;
            s_output_ready <= 1'b0;
        end else begin
            s_output_ready <= !({26'd0, noise[20:15]} < stalls);
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
                if (s_output_passed == 81) begin
                    $display("cycle %0d: output offers a beat beyond the %0d expected", cycle, 81);
                    s_output_failed <= 1'b1;
                    end else if (((s_output_beat ^ s_output_line[1551:776]) & s_output_line[775:0]) !== 776'd0) begin
                        $display("MISMATCH output beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_output_passed, cycle, s_output_line[1551:776], s_output_beat, s_output_line[775:0]);
                        s_output_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_fill_passed == 6 && s_words_passed == 60 && s_replay_passed == 21 && s_output_passed == 81;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_fill_valid && s_fill_ready
                    || s_words_valid && s_words_ready
                    || s_replay_valid && s_replay_ready
                    || s_output_valid && s_output_ready) last_move <= cycle;
            if (s_fill_failed || s_words_failed || s_replay_failed || s_output_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: fill=%0d/%0d words=%0d/%0d replay=%0d/%0d output=%0d/%0d",
                    cycle, last_move, s_fill_passed, 6, s_words_passed, 60, s_replay_passed, 21, s_output_passed, 81);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS tile_buffer output=%0d cycles=%0d",
                s_output_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL tile_buffer cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
