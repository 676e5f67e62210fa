// Self-checking bench of PassPlanner_d64_m64_p64_n524288_b256_e8_r8_t128, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes pass_planner.vcd
`default_nettype none

module pass_planner_bench #(
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
            $dumpfile("pass_planner.vcd");
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

    // group: 41 beats given.
    reg s_group_valid;
    wire s_group_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [139:0] s_group_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_group_passed;
    reg s_group_failed;

    // row: 173 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [39:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // pass: 420 beats expected.
    wire s_pass_valid;
    reg s_pass_ready;
    wire [2:0] s_pass_slot;
    wire [6:0] s_pass_first;
    wire [6:0] s_pass_last;
    wire s_pass_occupied;
    wire s_pass_starts_group;
    wire s_pass_starts_tile;
    wire s_pass_opens;
    wire s_pass_closes;
    wire [3:0] s_pass_value_bits;
    integer s_pass_passed;
    reg s_pass_failed;

    // tile: 164 beats expected.
    wire s_tile_valid;
    reg s_tile_ready;
    wire [6:0] s_tile_first;
    wire [6:0] s_tile_last;
    wire [7:0] s_tile_keys;
    wire [3:0] s_tile_msb_bits;
    wire [3:0] s_tile_lsb_bits;
    wire [3:0] s_tile_value_bits;
    wire [39:0] s_tile_key_msb_address;
    wire [39:0] s_tile_key_lsb_address;
    wire [39:0] s_tile_value_address;
    integer s_tile_passed;
    reg s_tile_failed;

    PassPlanner_d64_m64_p64_n524288_b256_e8_r8_t128 unit (
        .clock(clock),
            .reset(reset),
            .group_valid(s_group_valid),
            .group_ready(s_group_ready),
            .group_payload_rows(s_group_beat[138:136]),
            .group_payload_tile_size(s_group_beat[132]),
            .group_payload_msb_bits(s_group_beat[131:128]),
            .group_payload_lsb_bits(s_group_beat[127:124]),
            .group_payload_value_bits(s_group_beat[123:120]),
            .group_payload_key_msb_address(s_group_beat[119:80]),
            .group_payload_key_lsb_address(s_group_beat[79:40]),
            .group_payload_value_address(s_group_beat[39:0]),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_first(s_row_beat[39:20]),
            .row_payload_end(s_row_beat[19:0]),
            .pass_valid(s_pass_valid),
            .pass_ready(s_pass_ready),
            .pass_payload_slot(s_pass_slot),
            .pass_payload_first(s_pass_first),
            .pass_payload_last(s_pass_last),
            .pass_payload_occupied(s_pass_occupied),
            .pass_payload_starts_group(s_pass_starts_group),
            .pass_payload_starts_tile(s_pass_starts_tile),
            .pass_payload_opens(s_pass_opens),
            .pass_payload_closes(s_pass_closes),
            .pass_payload_value_bits(s_pass_value_bits),
            .tile_valid(s_tile_valid),
            .tile_ready(s_tile_ready),
            .tile_payload_first(s_tile_first),
            .tile_payload_last(s_tile_last),
            .tile_payload_keys(s_tile_keys),
            .tile_payload_msb_bits(s_tile_msb_bits),
            .tile_payload_lsb_bits(s_tile_lsb_bits),
            .tile_payload_value_bits(s_tile_value_bits),
            .tile_payload_key_msb_address(s_tile_key_msb_address),
            .tile_payload_key_lsb_address(s_tile_key_lsb_address),
            .tile_payload_value_address(s_tile_value_address)
    );

    reg [139:0] s_group_lines [0:40];
    integer s_group_next;
    initial $readmemh("pass_planner_group.hex", s_group_lines);
    wire s_group_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_group_next <= 0;
            s_group_passed <= 0;
            s_group_failed <= 1'b0;
            s_group_valid <= 1'b0;
        end else begin
            if (s_group_valid && s_group_ready) s_group_passed <= s_group_passed + 1;
            if (s_group_ready !== 1'b0 && s_group_ready !== 1'b1) begin
                $display("cycle %0d: group_ready is unknown", cycle);
                s_group_failed <= 1'b1;
            end
            if (!s_group_valid || s_group_ready) begin
                if (s_group_next < 41 && !s_group_pauses) begin
                    s_group_valid <= 1'b1;
                    s_group_beat <= s_group_lines[s_group_next][139:0];
                    s_group_next <= s_group_next + 1;
                end else begin
                    s_group_valid <= 1'b0;
                    s_group_beat <= {140{1'bx}};
                end
            end
        end

    reg [39:0] s_row_lines [0:172];
    integer s_row_next;
    initial $readmemh("pass_planner_row.hex", s_row_lines);
    wire s_row_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_row_next < 173 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][39:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {40{1'bx}};
                end
            end
        end

    reg [87:0] s_pass_lines [0:419];
    initial $readmemh("pass_planner_pass.hex", s_pass_lines);
    wire [43:0] s_pass_beat = {1'd0, s_pass_slot, 1'd0, s_pass_first, 1'd0, s_pass_last, 3'd0, s_pass_occupied, 3'd0, s_pass_starts_group, 3'd0, s_pass_starts_tile, 3'd0, s_pass_opens, 3'd0, s_pass_closes, s_pass_value_bits};
    wire [87:0] s_pass_line = s_pass_lines[s_pass_passed];
    reg s_pass_waits;
    reg [43:0] s_pass_waiting;
    always @(posedge clock)
        if (reset) begin
            s_pass_passed <= 0;
            s_pass_failed <= 1'b0;
            s_pass_waits <= 1'b0;
            s_pass_ready <= 1'b0;
        end else begin
            s_pass_ready <= !({26'd0, noise[15:10]} < stalls);
            s_pass_waits <= s_pass_valid && !s_pass_ready;
            s_pass_waiting <= s_pass_beat;
            if (s_pass_valid !== 1'b0 && s_pass_valid !== 1'b1) begin
                $display("cycle %0d: pass_valid is unknown", cycle);
                s_pass_failed <= 1'b1;
            end else if (s_pass_waits && (!s_pass_valid || s_pass_beat !== s_pass_waiting)) begin
                $display("cycle %0d: pass changed beat %0d before it was taken", cycle, s_pass_passed);
                s_pass_failed <= 1'b1;
            end else if (s_pass_valid && s_pass_ready) begin
                s_pass_passed <= s_pass_passed + 1;
                if (s_pass_passed == 420) begin
                    $display("cycle %0d: pass offers a beat beyond the %0d expected", cycle, 420);
                    s_pass_failed <= 1'b1;
                    end else if (((s_pass_beat ^ s_pass_line[87:44]) & s_pass_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH pass beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_pass_passed, cycle, s_pass_line[87:44], s_pass_beat, s_pass_line[43:0]);
                        s_pass_failed <= 1'b1;
                end
            end
        end

    reg [311:0] s_tile_lines [0:163];
    initial $readmemh("pass_planner_tile.hex", s_tile_lines);
    wire [155:0] s_tile_beat = {1'd0, s_tile_first, 1'd0, s_tile_last, s_tile_keys, s_tile_msb_bits, s_tile_lsb_bits, s_tile_value_bits, s_tile_key_msb_address, s_tile_key_lsb_address, s_tile_value_address};
    wire [311:0] s_tile_line = s_tile_lines[s_tile_passed];
    reg s_tile_waits;
    reg [155:0] s_tile_waiting;
    always @(posedge clock)
        if (reset) begin
            s_tile_passed <= 0;
            s_tile_failed <= 1'b0;
            s_tile_waits <= 1'b0;
            s_tile_ready <= 1'b0;
        end else begin
            s_tile_ready <= !({26'd0, noise[20:15]} < stalls);
            s_tile_waits <= s_tile_valid && !s_tile_ready;
            s_tile_waiting <= s_tile_beat;
            if (s_tile_valid !== 1'b0 && s_tile_valid !== 1'b1) begin
                $display("cycle %0d: tile_valid is unknown", cycle);
                s_tile_failed <= 1'b1;
            end else if (s_tile_waits && (!s_tile_valid || s_tile_beat !== s_tile_waiting)) begin
                $display("cycle %0d: tile changed beat %0d before it was taken", cycle, s_tile_passed);
                s_tile_failed <= 1'b1;
            end else if (s_tile_valid && s_tile_ready) begin
                s_tile_passed <= s_tile_passed + 1;
                if (s_tile_passed == 164) begin
                    $display("cycle %0d: tile offers a beat beyond the %0d expected", cycle, 164);
                    s_tile_failed <= 1'b1;
                    end else if (((s_tile_beat ^ s_tile_line[311:156]) & s_tile_line[155:0]) !== 156'd0) begin
                        $display("MISMATCH tile beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_tile_passed, cycle, s_tile_line[311:156], s_tile_beat, s_tile_line[155:0]);
                        s_tile_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_group_passed == 41 && s_row_passed == 173 && s_pass_passed == 420 && s_tile_passed == 164;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_group_valid && s_group_ready
                    || s_row_valid && s_row_ready
                    || s_pass_valid && s_pass_ready
                    || s_tile_valid && s_tile_ready) last_move <= cycle;
            if (s_group_failed || s_row_failed || s_pass_failed || s_tile_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: group=%0d/%0d row=%0d/%0d pass=%0d/%0d tile=%0d/%0d",
                    cycle, last_move, s_group_passed, 41, s_row_passed, 173, s_pass_passed, 420, s_tile_passed, 164);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS pass_planner pass=%0d tile=%0d cycles=%0d",
                s_pass_passed, s_tile_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL pass_planner cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
