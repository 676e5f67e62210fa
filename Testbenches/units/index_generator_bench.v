// Self-checking bench of IndexGenerator_n524288_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes index_generator.vcd
`default_nettype none

module index_generator_bench #(
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
            $dumpfile("index_generator.vcd");
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

    // range: 16 beats given.
    reg s_range_valid;
    wire s_range_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_range_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_range_passed;
    reg s_range_failed;

    // list: 80 beats given.
    reg s_list_valid;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [31:0] s_list_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_list_passed;
    reg s_list_failed;

    // tokens: 236 beats expected.
    wire s_tokens_valid;
    reg s_tokens_ready;
    wire [18:0] s_tokens_token;
    wire s_tokens_occupied;
    wire s_tokens_row_last;
    wire s_tokens_block_last;
    integer s_tokens_passed;
    reg s_tokens_failed;

    IndexGenerator_n524288_k1024 unit (
        .clock(clock),
            .reset(reset),
            .range_valid(s_range_valid),
            .range_ready(s_range_ready),
            .range_payload_first(s_range_beat[47:28]),
            .range_payload_end(s_range_beat[27:8]),
            .range_payload_gathered(s_range_beat[4]),
            .range_payload_bank(s_range_beat[0]),
            .list_valid(s_list_valid),
            .list_payload_position(s_list_beat[30:20]),
            .list_payload_token(s_list_beat[18:0]),
            .tokens_valid(s_tokens_valid),
            .tokens_ready(s_tokens_ready),
            .tokens_payload_token(s_tokens_token),
            .tokens_payload_occupied(s_tokens_occupied),
            .tokens_payload_row_last(s_tokens_row_last),
            .tokens_payload_block_last(s_tokens_block_last)
    );

    reg [79:0] s_range_lines [0:15];
    integer s_range_next;
    initial $readmemh("index_generator_range.hex", s_range_lines);
    wire s_range_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_range_next <= 0;
            s_range_passed <= 0;
            s_range_failed <= 1'b0;
            s_range_valid <= 1'b0;
        end else begin
            if (s_range_valid && s_range_ready) s_range_passed <= s_range_passed + 1;
            if (s_range_ready !== 1'b0 && s_range_ready !== 1'b1) begin
                $display("cycle %0d: range_ready is unknown", cycle);
                s_range_failed <= 1'b1;
            end
            if (!s_range_valid || s_range_ready) begin
                if (s_range_next < 16 && !s_range_pauses && s_list_passed >= s_range_lines[s_range_next][31:0]) begin
                    s_range_valid <= 1'b1;
                    s_range_beat <= s_range_lines[s_range_next][79:32];
                    s_range_next <= s_range_next + 1;
                end else begin
                    s_range_valid <= 1'b0;
                    s_range_beat <= {48{1'bx}};
                end
            end
        end

    reg [63:0] s_list_lines [0:79];
    integer s_list_next;
    initial $readmemh("index_generator_list.hex", s_list_lines);
    wire s_list_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_list_next <= 0;
            s_list_passed <= 0;
            s_list_failed <= 1'b0;
            s_list_valid <= 1'b0;
        end else begin
            if (s_list_valid) s_list_passed <= s_list_passed + 1;
            if (1'b1) begin
                if (s_list_next < 80 && !s_list_pauses && s_tokens_passed >= s_list_lines[s_list_next][31:0]) begin
                    s_list_valid <= 1'b1;
                    s_list_beat <= s_list_lines[s_list_next][63:32];
                    s_list_next <= s_list_next + 1;
                end else begin
                    s_list_valid <= 1'b0;
                    s_list_beat <= {32{1'bx}};
                end
            end
        end

    reg [63:0] s_tokens_lines [0:235];
    initial $readmemh("index_generator_tokens.hex", s_tokens_lines);
    wire [31:0] s_tokens_beat = {1'd0, s_tokens_token, 3'd0, s_tokens_occupied, 3'd0, s_tokens_row_last, 3'd0, s_tokens_block_last};
    wire [63:0] s_tokens_line = s_tokens_lines[s_tokens_passed];
    reg s_tokens_waits;
    reg [31:0] s_tokens_waiting;
    always @(posedge clock)
        if (reset) begin
            s_tokens_passed <= 0;
            s_tokens_failed <= 1'b0;
            s_tokens_waits <= 1'b0;
            s_tokens_ready <= 1'b0;
        end else begin
            s_tokens_ready <= !({26'd0, noise[15:10]} < stalls);
            s_tokens_waits <= s_tokens_valid && !s_tokens_ready;
            s_tokens_waiting <= s_tokens_beat;
            if (s_tokens_valid !== 1'b0 && s_tokens_valid !== 1'b1) begin
                $display("cycle %0d: tokens_valid is unknown", cycle);
                s_tokens_failed <= 1'b1;
            end else if (s_tokens_waits && (!s_tokens_valid || s_tokens_beat !== s_tokens_waiting)) begin
                $display("cycle %0d: tokens changed beat %0d before it was taken", cycle, s_tokens_passed);
                s_tokens_failed <= 1'b1;
            end else if (s_tokens_valid && s_tokens_ready) begin
                s_tokens_passed <= s_tokens_passed + 1;
                if (s_tokens_passed == 236) begin
                    $display("cycle %0d: tokens offers a beat beyond the %0d expected", cycle, 236);
                    s_tokens_failed <= 1'b1;
                    end else if (((s_tokens_beat ^ s_tokens_line[63:32]) & s_tokens_line[31:0]) !== 32'd0) begin
                        $display("MISMATCH tokens beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_tokens_passed, cycle, s_tokens_line[63:32], s_tokens_beat, s_tokens_line[31:0]);
                        s_tokens_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_range_passed == 16 && s_list_passed == 80 && s_tokens_passed == 236;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_range_valid && s_range_ready
                    || s_list_valid
                    || s_tokens_valid && s_tokens_ready) last_move <= cycle;
            if (s_range_failed || s_list_failed || s_tokens_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: range=%0d/%0d list=%0d/%0d tokens=%0d/%0d",
                    cycle, last_move, s_range_passed, 16, s_list_passed, 80, s_tokens_passed, 236);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS index_generator tokens=%0d cycles=%0d",
                s_tokens_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL index_generator cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
