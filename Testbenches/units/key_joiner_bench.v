// Self-checking bench of KeyJoiner_d64_m64_n524288_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes key_joiner.vcd
`default_nettype none

module key_joiner_bench #(
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
            $dumpfile("key_joiner.vcd");
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

    // row: 9 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [31:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // msb: 146 beats given.
    reg s_msb_valid;
    wire s_msb_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [775:0] s_msb_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_msb_passed;
    reg s_msb_failed;

    // lsb: 132 beats given.
    reg s_lsb_valid;
    wire s_lsb_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [775:0] s_lsb_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_lsb_passed;
    reg s_lsb_failed;

    // keys: 149 beats expected.
    wire s_keys_valid;
    reg s_keys_ready;
    wire [767:0] s_keys_elements;
    wire s_keys_is_sum;
    wire s_keys_occupied;
    wire s_keys_tile_last;
    wire s_keys_row_last;
    integer s_keys_passed;
    reg s_keys_failed;

    KeyJoiner_d64_m64_n524288_k1024 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_first(s_row_beat[31:12]),
            .row_payload_tile_size(s_row_beat[10:8]),
            .row_payload_lsb_bits(s_row_beat[7:4]),
            .row_payload_joined(s_row_beat[0]),
            .msb_valid(s_msb_valid),
            .msb_ready(s_msb_ready),
            .msb_payload_elements(s_msb_beat[775:8]),
            .msb_payload_occupied(s_msb_beat[4]),
            .msb_payload_row_last(s_msb_beat[0]),
            .lsb_valid(s_lsb_valid),
            .lsb_ready(s_lsb_ready),
            .lsb_payload_elements(s_lsb_beat[775:8]),
            .lsb_payload_occupied(s_lsb_beat[4]),
            .lsb_payload_row_last(s_lsb_beat[0]),
            .keys_valid(s_keys_valid),
            .keys_ready(s_keys_ready),
            .keys_payload_elements(s_keys_elements),
            .keys_payload_is_sum(s_keys_is_sum),
            .keys_payload_occupied(s_keys_occupied),
            .keys_payload_tile_last(s_keys_tile_last),
            .keys_payload_row_last(s_keys_row_last)
    );

    reg [31:0] s_row_lines [0:8];
    integer s_row_next;
    initial $readmemh("key_joiner_row.hex", s_row_lines);
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
                if (s_row_next < 9 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][31:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {32{1'bx}};
                end
            end
        end

    reg [775:0] s_msb_lines [0:145];
    integer s_msb_next;
    initial $readmemh("key_joiner_msb.hex", s_msb_lines);
    wire s_msb_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_msb_next <= 0;
            s_msb_passed <= 0;
            s_msb_failed <= 1'b0;
            s_msb_valid <= 1'b0;
        end else begin
            if (s_msb_valid && s_msb_ready) s_msb_passed <= s_msb_passed + 1;
            if (s_msb_ready !== 1'b0 && s_msb_ready !== 1'b1) begin
                $display("cycle %0d: msb_ready is unknown", cycle);
                s_msb_failed <= 1'b1;
            end
            if (!s_msb_valid || s_msb_ready) begin
                if (s_msb_next < 146 && !s_msb_pauses) begin
                    s_msb_valid <= 1'b1;
                    s_msb_beat <= s_msb_lines[s_msb_next][775:0];
                    s_msb_next <= s_msb_next + 1;
                end else begin
                    s_msb_valid <= 1'b0;
                    s_msb_beat <= {776{1'bx}};
                end
            end
        end

    reg [775:0] s_lsb_lines [0:131];
    integer s_lsb_next;
    initial $readmemh("key_joiner_lsb.hex", s_lsb_lines);
    wire s_lsb_pauses = {26'd0, noise[15:10]} < stalls;
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
                if (s_lsb_next < 132 && !s_lsb_pauses) begin
                    s_lsb_valid <= 1'b1;
                    s_lsb_beat <= s_lsb_lines[s_lsb_next][775:0];
                    s_lsb_next <= s_lsb_next + 1;
                end else begin
                    s_lsb_valid <= 1'b0;
                    s_lsb_beat <= {776{1'bx}};
                end
            end
        end

    reg [1567:0] s_keys_lines [0:148];
    initial $readmemh("key_joiner_keys.hex", s_keys_lines);
    wire [783:0] s_keys_beat = {s_keys_elements, 3'd0, s_keys_is_sum, 3'd0, s_keys_occupied, 3'd0, s_keys_tile_last, 3'd0, s_keys_row_last};
    wire [1567:0] s_keys_line = s_keys_lines[s_keys_passed];
    reg s_keys_waits;
    reg [783:0] s_keys_waiting;
    always @(posedge clock)
        if (reset) begin
            s_keys_passed <= 0;
            s_keys_failed <= 1'b0;
            s_keys_waits <= 1'b0;
            s_keys_ready <= 1'b0;
        end else begin
            s_keys_ready <= !({26'd0, noise[20:15]} < stalls);
            s_keys_waits <= s_keys_valid && !s_keys_ready;
            s_keys_waiting <= s_keys_beat;
            if (s_keys_valid !== 1'b0 && s_keys_valid !== 1'b1) begin
                $display("cycle %0d: keys_valid is unknown", cycle);
                s_keys_failed <= 1'b1;
            end else if (s_keys_waits && (!s_keys_valid || s_keys_beat !== s_keys_waiting)) begin
                $display("cycle %0d: keys changed beat %0d before it was taken", cycle, s_keys_passed);
                s_keys_failed <= 1'b1;
            end else if (s_keys_valid && s_keys_ready) begin
                s_keys_passed <= s_keys_passed + 1;
                if (s_keys_passed == 149) begin
                    $display("cycle %0d: keys offers a beat beyond the %0d expected", cycle, 149);
                    s_keys_failed <= 1'b1;
                    end else if (((s_keys_beat ^ s_keys_line[1567:784]) & s_keys_line[783:0]) !== 784'd0) begin
                        $display("MISMATCH keys beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_keys_passed, cycle, s_keys_line[1567:784], s_keys_beat, s_keys_line[783:0]);
                        s_keys_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 9 && s_msb_passed == 146 && s_lsb_passed == 132 && s_keys_passed == 149;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_msb_valid && s_msb_ready
                    || s_lsb_valid && s_lsb_ready
                    || s_keys_valid && s_keys_ready) last_move <= cycle;
            if (s_row_failed || s_msb_failed || s_lsb_failed || s_keys_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d msb=%0d/%0d lsb=%0d/%0d keys=%0d/%0d",
                    cycle, last_move, s_row_passed, 9, s_msb_passed, 146, s_lsb_passed, 132, s_keys_passed, 149);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS key_joiner keys=%0d cycles=%0d",
                s_keys_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL key_joiner cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
