// Self-checking bench of GatherReader_d64_m64_p64_n524288_b256_s32_s3_4_6_8_12, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes gather_reader.vcd
`default_nettype none

module gather_reader_bench #(
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
            $dumpfile("gather_reader.vcd");
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

    // row: 16 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [43:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // tokens: 142 beats given.
    reg s_tokens_valid;
    wire s_tokens_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [31:0] s_tokens_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_tokens_passed;
    reg s_tokens_failed;

    // beats_0: 120 beats given.
    reg s_beats_0_valid;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [255:0] s_beats_0_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_beats_0_passed;
    reg s_beats_0_failed;

    // beats_1: 118 beats given.
    reg s_beats_1_valid;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [255:0] s_beats_1_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_beats_1_passed;
    reg s_beats_1_failed;

    // requests_0: 45 beats expected.
    wire s_requests_0_valid;
    reg s_requests_0_ready;
    wire [39:0] s_requests_0_address;
    wire [3:0] s_requests_0_beats;
    integer s_requests_0_passed;
    reg s_requests_0_failed;

    // requests_1: 44 beats expected.
    wire s_requests_1_valid;
    reg s_requests_1_ready;
    wire [39:0] s_requests_1_address;
    wire [3:0] s_requests_1_beats;
    integer s_requests_1_passed;
    reg s_requests_1_failed;

    // vectors: 140 beats expected.
    wire s_vectors_valid;
    reg s_vectors_ready;
    wire [767:0] s_vectors_elements;
    wire s_vectors_occupied;
    wire s_vectors_row_last;
    integer s_vectors_passed;
    reg s_vectors_failed;

    GatherReader_d64_m64_p64_n524288_b256_s32_s3_4_6_8_12 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_address(s_row_beat[43:4]),
            .row_payload_bits(s_row_beat[3:0]),
            .tokens_valid(s_tokens_valid),
            .tokens_ready(s_tokens_ready),
            .tokens_payload_token(s_tokens_beat[30:12]),
            .tokens_payload_occupied(s_tokens_beat[8]),
            .tokens_payload_row_last(s_tokens_beat[4]),
            .tokens_payload_block_last(s_tokens_beat[0]),
            .beats_0_valid(s_beats_0_valid),
            .beats_0_payload(s_beats_0_beat[255:0]),
            .beats_1_valid(s_beats_1_valid),
            .beats_1_payload(s_beats_1_beat[255:0]),
            .requests_0_valid(s_requests_0_valid),
            .requests_0_ready(s_requests_0_ready),
            .requests_0_payload_address(s_requests_0_address),
            .requests_0_payload_beats(s_requests_0_beats),
            .requests_1_valid(s_requests_1_valid),
            .requests_1_ready(s_requests_1_ready),
            .requests_1_payload_address(s_requests_1_address),
            .requests_1_payload_beats(s_requests_1_beats),
            .vectors_valid(s_vectors_valid),
            .vectors_ready(s_vectors_ready),
            .vectors_payload_elements(s_vectors_elements),
            .vectors_payload_occupied(s_vectors_occupied),
            .vectors_payload_row_last(s_vectors_row_last)
    );

    reg [43:0] s_row_lines [0:15];
    integer s_row_next;
    initial $readmemh("gather_reader_row.hex", s_row_lines);
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
                if (s_row_next < 16 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][43:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {44{1'bx}};
                end
            end
        end

    reg [31:0] s_tokens_lines [0:141];
    integer s_tokens_next;
    initial $readmemh("gather_reader_tokens.hex", s_tokens_lines);
    wire s_tokens_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_tokens_next < 142 && !s_tokens_pauses) begin
                    s_tokens_valid <= 1'b1;
                    s_tokens_beat <= s_tokens_lines[s_tokens_next][31:0];
                    s_tokens_next <= s_tokens_next + 1;
                end else begin
                    s_tokens_valid <= 1'b0;
                    s_tokens_beat <= {32{1'bx}};
                end
            end
        end

    reg [287:0] s_beats_0_lines [0:119];
    integer s_beats_0_next;
    initial $readmemh("gather_reader_beats_0.hex", s_beats_0_lines);
    wire s_beats_0_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_beats_0_next <= 0;
            s_beats_0_passed <= 0;
            s_beats_0_failed <= 1'b0;
            s_beats_0_valid <= 1'b0;
        end else begin
            if (s_beats_0_valid) s_beats_0_passed <= s_beats_0_passed + 1;
            if (1'b1) begin
                if (s_beats_0_next < 120 && !s_beats_0_pauses && s_requests_0_passed >= s_beats_0_lines[s_beats_0_next][31:0]) begin
                    s_beats_0_valid <= 1'b1;
                    s_beats_0_beat <= s_beats_0_lines[s_beats_0_next][287:32];
                    s_beats_0_next <= s_beats_0_next + 1;
                end else begin
                    s_beats_0_valid <= 1'b0;
                    s_beats_0_beat <= {256{1'bx}};
                end
            end
        end

    reg [287:0] s_beats_1_lines [0:117];
    integer s_beats_1_next;
    initial $readmemh("gather_reader_beats_1.hex", s_beats_1_lines);
    wire s_beats_1_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_beats_1_next <= 0;
            s_beats_1_passed <= 0;
            s_beats_1_failed <= 1'b0;
            s_beats_1_valid <= 1'b0;
        end else begin
            if (s_beats_1_valid) s_beats_1_passed <= s_beats_1_passed + 1;
            if (1'b1) begin
                if (s_beats_1_next < 118 && !s_beats_1_pauses && s_requests_1_passed >= s_beats_1_lines[s_beats_1_next][31:0]) begin
                    s_beats_1_valid <= 1'b1;
                    s_beats_1_beat <= s_beats_1_lines[s_beats_1_next][287:32];
                    s_beats_1_next <= s_beats_1_next + 1;
                end else begin
                    s_beats_1_valid <= 1'b0;
                    s_beats_1_beat <= {256{1'bx}};
                end
            end
        end

    reg [87:0] s_requests_0_lines [0:44];
    initial $readmemh("gather_reader_requests_0.hex", s_requests_0_lines);
    wire [43:0] s_requests_0_beat = {s_requests_0_address, s_requests_0_beats};
    wire [87:0] s_requests_0_line = s_requests_0_lines[s_requests_0_passed];
    reg s_requests_0_waits;
    reg [43:0] s_requests_0_waiting;
    always @(posedge clock)
        if (reset) begin
            s_requests_0_passed <= 0;
            s_requests_0_failed <= 1'b0;
            s_requests_0_waits <= 1'b0;
            s_requests_0_ready <= 1'b0;
        end else begin
            s_requests_0_ready <= !({26'd0, noise[25:20]} < stalls);
            s_requests_0_waits <= s_requests_0_valid && !s_requests_0_ready;
            s_requests_0_waiting <= s_requests_0_beat;
            if (s_requests_0_valid !== 1'b0 && s_requests_0_valid !== 1'b1) begin
                $display("cycle %0d: requests_0_valid is unknown", cycle);
                s_requests_0_failed <= 1'b1;
            end else if (s_requests_0_waits && (!s_requests_0_valid || s_requests_0_beat !== s_requests_0_waiting)) begin
                $display("cycle %0d: requests_0 changed beat %0d before it was taken", cycle, s_requests_0_passed);
                s_requests_0_failed <= 1'b1;
            end else if (s_requests_0_valid && s_requests_0_ready) begin
                s_requests_0_passed <= s_requests_0_passed + 1;
                if (s_requests_0_passed == 45) begin
                    $display("cycle %0d: requests_0 offers a beat beyond the %0d expected", cycle, 45);
                    s_requests_0_failed <= 1'b1;
                    end else if (((s_requests_0_beat ^ s_requests_0_line[87:44]) & s_requests_0_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH requests_0 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_requests_0_passed, cycle, s_requests_0_line[87:44], s_requests_0_beat, s_requests_0_line[43:0]);
                        s_requests_0_failed <= 1'b1;
                end
            end
        end

    reg [87:0] s_requests_1_lines [0:43];
    initial $readmemh("gather_reader_requests_1.hex", s_requests_1_lines);
    wire [43:0] s_requests_1_beat = {s_requests_1_address, s_requests_1_beats};
    wire [87:0] s_requests_1_line = s_requests_1_lines[s_requests_1_passed];
    reg s_requests_1_waits;
    reg [43:0] s_requests_1_waiting;
    always @(posedge clock)
        if (reset) begin
            s_requests_1_passed <= 0;
            s_requests_1_failed <= 1'b0;
            s_requests_1_waits <= 1'b0;
            s_requests_1_ready <= 1'b0;
        end else begin
            s_requests_1_ready <= !({26'd0, noise[30:25]} < stalls);
            s_requests_1_waits <= s_requests_1_valid && !s_requests_1_ready;
            s_requests_1_waiting <= s_requests_1_beat;
            if (s_requests_1_valid !== 1'b0 && s_requests_1_valid !== 1'b1) begin
                $display("cycle %0d: requests_1_valid is unknown", cycle);
                s_requests_1_failed <= 1'b1;
            end else if (s_requests_1_waits && (!s_requests_1_valid || s_requests_1_beat !== s_requests_1_waiting)) begin
                $display("cycle %0d: requests_1 changed beat %0d before it was taken", cycle, s_requests_1_passed);
                s_requests_1_failed <= 1'b1;
            end else if (s_requests_1_valid && s_requests_1_ready) begin
                s_requests_1_passed <= s_requests_1_passed + 1;
                if (s_requests_1_passed == 44) begin
                    $display("cycle %0d: requests_1 offers a beat beyond the %0d expected", cycle, 44);
                    s_requests_1_failed <= 1'b1;
                    end else if (((s_requests_1_beat ^ s_requests_1_line[87:44]) & s_requests_1_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH requests_1 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_requests_1_passed, cycle, s_requests_1_line[87:44], s_requests_1_beat, s_requests_1_line[43:0]);
                        s_requests_1_failed <= 1'b1;
                end
            end
        end

    reg [1551:0] s_vectors_lines [0:139];
    initial $readmemh("gather_reader_vectors.hex", s_vectors_lines);
    wire [775:0] s_vectors_beat = {s_vectors_elements, 3'd0, s_vectors_occupied, 3'd0, s_vectors_row_last};
    wire [1551:0] s_vectors_line = s_vectors_lines[s_vectors_passed];
    reg s_vectors_waits;
    reg [775:0] s_vectors_waiting;
    always @(posedge clock)
        if (reset) begin
            s_vectors_passed <= 0;
            s_vectors_failed <= 1'b0;
            s_vectors_waits <= 1'b0;
            s_vectors_ready <= 1'b0;
        end else begin
            s_vectors_ready <= !({26'd0, noise[9:4]} < stalls);
            s_vectors_waits <= s_vectors_valid && !s_vectors_ready;
            s_vectors_waiting <= s_vectors_beat;
            if (s_vectors_valid !== 1'b0 && s_vectors_valid !== 1'b1) begin
                $display("cycle %0d: vectors_valid is unknown", cycle);
                s_vectors_failed <= 1'b1;
            end else if (s_vectors_waits && (!s_vectors_valid || s_vectors_beat !== s_vectors_waiting)) begin
                $display("cycle %0d: vectors changed beat %0d before it was taken", cycle, s_vectors_passed);
                s_vectors_failed <= 1'b1;
            end else if (s_vectors_valid && s_vectors_ready) begin
                s_vectors_passed <= s_vectors_passed + 1;
                if (s_vectors_passed == 140) begin
                    $display("cycle %0d: vectors offers a beat beyond the %0d expected", cycle, 140);
                    s_vectors_failed <= 1'b1;
                    end else if (((s_vectors_beat ^ s_vectors_line[1551:776]) & s_vectors_line[775:0]) !== 776'd0) begin
                        $display("MISMATCH vectors beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_vectors_passed, cycle, s_vectors_line[1551:776], s_vectors_beat, s_vectors_line[775:0]);
                        s_vectors_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 16 && s_tokens_passed == 142 && s_beats_0_passed == 120 && s_beats_1_passed == 118 && s_requests_0_passed == 45 && s_requests_1_passed == 44 && s_vectors_passed == 140;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_tokens_valid && s_tokens_ready
                    || s_beats_0_valid
                    || s_beats_1_valid
                    || s_requests_0_valid && s_requests_0_ready
                    || s_requests_1_valid && s_requests_1_ready
                    || s_vectors_valid && s_vectors_ready) last_move <= cycle;
            if (s_row_failed || s_tokens_failed || s_beats_0_failed || s_beats_1_failed || s_requests_0_failed || s_requests_1_failed || s_vectors_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d tokens=%0d/%0d beats_0=%0d/%0d beats_1=%0d/%0d requests_0=%0d/%0d requests_1=%0d/%0d vectors=%0d/%0d",
                    cycle, last_move, s_row_passed, 16, s_tokens_passed, 142, s_beats_0_passed, 120, s_beats_1_passed, 118, s_requests_0_passed, 45, s_requests_1_passed, 44, s_vectors_passed, 140);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS gather_reader requests_0=%0d requests_1=%0d vectors=%0d cycles=%0d",
                s_requests_0_passed, s_requests_1_passed, s_vectors_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL gather_reader cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
