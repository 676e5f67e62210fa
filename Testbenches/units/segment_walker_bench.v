// Self-checking bench of SegmentWalker_d64_m64_p64_n524288_b256_e8_r8_t128, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes segment_walker.vcd
`default_nettype none

module segment_walker_bench #(
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
            $dumpfile("segment_walker.vcd");
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

    // table: 139 beats given.
    reg s_table_valid;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [151:0] s_table_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_table_passed;
    reg s_table_failed;

    // range: 24 beats given.
    reg s_range_valid;
    wire s_range_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [343:0] s_range_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_range_passed;
    reg s_range_failed;

    // segment: 167 beats expected.
    wire s_segment_valid;
    reg s_segment_ready;
    wire [7:0] s_segment_output_head;
    wire [7:0] s_segment_output_sequence;
    wire [19:0] s_segment_first;
    wire [19:0] s_segment_end;
    wire s_segment_opens;
    wire s_segment_closes;
    wire s_segment_epoch;
    wire [39:0] s_segment_key_msb_address;
    wire [39:0] s_segment_key_lsb_address;
    wire [39:0] s_segment_value_address;
    wire [2:0] s_segment_settings_rows;
    wire [7:0] s_segment_settings_sequences;
    wire [1:0] s_segment_settings_tile_size;
    wire [3:0] s_segment_settings_msb_bits;
    wire [3:0] s_segment_settings_lsb_bits;
    wire [3:0] s_segment_settings_value_bits;
    wire [39:0] s_segment_settings_key_msb_stride;
    wire [39:0] s_segment_settings_key_lsb_stride;
    wire [39:0] s_segment_settings_value_stride;
    integer s_segment_passed;
    reg s_segment_failed;

    SegmentWalker_d64_m64_p64_n524288_b256_e8_r8_t128 unit (
        .clock(clock),
            .reset(reset),
            .table_valid(s_table_valid),
            .table_payload_bank(s_table_beat[148]),
            .table_payload_sequence(s_table_beat[147:140]),
            .table_payload_entry_keys(s_table_beat[139:120]),
            .table_payload_entry_key_msb_address(s_table_beat[119:80]),
            .table_payload_entry_key_lsb_address(s_table_beat[79:40]),
            .table_payload_entry_value_address(s_table_beat[39:0]),
            .range_valid(s_range_valid),
            .range_ready(s_range_ready),
            .range_payload_first_head(s_range_beat[340:332]),
            .range_payload_first_sequence(s_range_beat[331:324]),
            .range_payload_first_tile(s_range_beat[320:308]),
            .range_payload_end_head(s_range_beat[304:296]),
            .range_payload_end_sequence(s_range_beat[295:288]),
            .range_payload_end_tile(s_range_beat[284:272]),
            .range_payload_key_msb_offset(s_range_beat[271:232]),
            .range_payload_key_lsb_offset(s_range_beat[231:192]),
            .range_payload_value_offset(s_range_beat[191:152]),
            .range_payload_epoch(s_range_beat[148]),
            .range_payload_settings_rows(s_range_beat[146:144]),
            .range_payload_settings_sequences(s_range_beat[143:136]),
            .range_payload_settings_tile_size(s_range_beat[133:132]),
            .range_payload_settings_msb_bits(s_range_beat[131:128]),
            .range_payload_settings_lsb_bits(s_range_beat[127:124]),
            .range_payload_settings_value_bits(s_range_beat[123:120]),
            .range_payload_settings_key_msb_stride(s_range_beat[119:80]),
            .range_payload_settings_key_lsb_stride(s_range_beat[79:40]),
            .range_payload_settings_value_stride(s_range_beat[39:0]),
            .segment_valid(s_segment_valid),
            .segment_ready(s_segment_ready),
            .segment_payload_output_head(s_segment_output_head),
            .segment_payload_output_sequence(s_segment_output_sequence),
            .segment_payload_first(s_segment_first),
            .segment_payload_end(s_segment_end),
            .segment_payload_opens(s_segment_opens),
            .segment_payload_closes(s_segment_closes),
            .segment_payload_epoch(s_segment_epoch),
            .segment_payload_key_msb_address(s_segment_key_msb_address),
            .segment_payload_key_lsb_address(s_segment_key_lsb_address),
            .segment_payload_value_address(s_segment_value_address),
            .segment_payload_settings_rows(s_segment_settings_rows),
            .segment_payload_settings_sequences(s_segment_settings_sequences),
            .segment_payload_settings_tile_size(s_segment_settings_tile_size),
            .segment_payload_settings_msb_bits(s_segment_settings_msb_bits),
            .segment_payload_settings_lsb_bits(s_segment_settings_lsb_bits),
            .segment_payload_settings_value_bits(s_segment_settings_value_bits),
            .segment_payload_settings_key_msb_stride(s_segment_settings_key_msb_stride),
            .segment_payload_settings_key_lsb_stride(s_segment_settings_key_lsb_stride),
            .segment_payload_settings_value_stride(s_segment_settings_value_stride)
    );

    reg [183:0] s_table_lines [0:138];
    integer s_table_next;
    initial $readmemh("segment_walker_table.hex", s_table_lines);
    wire s_table_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_table_next <= 0;
            s_table_passed <= 0;
            s_table_failed <= 1'b0;
            s_table_valid <= 1'b0;
        end else begin
            if (s_table_valid) s_table_passed <= s_table_passed + 1;
            if (1'b1) begin
                if (s_table_next < 139 && !s_table_pauses && s_range_passed >= s_table_lines[s_table_next][31:0]) begin
                    s_table_valid <= 1'b1;
                    s_table_beat <= s_table_lines[s_table_next][183:32];
                    s_table_next <= s_table_next + 1;
                end else begin
                    s_table_valid <= 1'b0;
                    s_table_beat <= {152{1'bx}};
                end
            end
        end

    reg [375:0] s_range_lines [0:23];
    integer s_range_next;
    initial $readmemh("segment_walker_range.hex", s_range_lines);
    wire s_range_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_range_next < 24 && !s_range_pauses && s_table_passed >= s_range_lines[s_range_next][31:0]) begin
                    s_range_valid <= 1'b1;
                    s_range_beat <= s_range_lines[s_range_next][375:32];
                    s_range_next <= s_range_next + 1;
                end else begin
                    s_range_valid <= 1'b0;
                    s_range_beat <= {344{1'bx}};
                end
            end
        end

    reg [671:0] s_segment_lines [0:166];
    initial $readmemh("segment_walker_segment.hex", s_segment_lines);
    wire [335:0] s_segment_beat = {s_segment_output_head, s_segment_output_sequence, s_segment_first, s_segment_end, 3'd0, s_segment_opens, 3'd0, s_segment_closes, 3'd0, s_segment_epoch, s_segment_key_msb_address, s_segment_key_lsb_address, s_segment_value_address, 1'd0, s_segment_settings_rows, s_segment_settings_sequences, 2'd0, s_segment_settings_tile_size, s_segment_settings_msb_bits, s_segment_settings_lsb_bits, s_segment_settings_value_bits, s_segment_settings_key_msb_stride, s_segment_settings_key_lsb_stride, s_segment_settings_value_stride};
    wire [671:0] s_segment_line = s_segment_lines[s_segment_passed];
    reg s_segment_waits;
    reg [335:0] s_segment_waiting;
    always @(posedge clock)
        if (reset) begin
            s_segment_passed <= 0;
            s_segment_failed <= 1'b0;
            s_segment_waits <= 1'b0;
            s_segment_ready <= 1'b0;
        end else begin
            s_segment_ready <= !({26'd0, noise[15:10]} < stalls);
            s_segment_waits <= s_segment_valid && !s_segment_ready;
            s_segment_waiting <= s_segment_beat;
            if (s_segment_valid !== 1'b0 && s_segment_valid !== 1'b1) begin
                $display("cycle %0d: segment_valid is unknown", cycle);
                s_segment_failed <= 1'b1;
            end else if (s_segment_waits && (!s_segment_valid || s_segment_beat !== s_segment_waiting)) begin
                $display("cycle %0d: segment changed beat %0d before it was taken", cycle, s_segment_passed);
                s_segment_failed <= 1'b1;
            end else if (s_segment_valid && s_segment_ready) begin
                s_segment_passed <= s_segment_passed + 1;
                if (s_segment_passed == 167) begin
                    $display("cycle %0d: segment offers a beat beyond the %0d expected", cycle, 167);
                    s_segment_failed <= 1'b1;
                    end else if (((s_segment_beat ^ s_segment_line[671:336]) & s_segment_line[335:0]) !== 336'd0) begin
                        $display("MISMATCH segment beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_segment_passed, cycle, s_segment_line[671:336], s_segment_beat, s_segment_line[335:0]);
                        s_segment_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_table_passed == 139 && s_range_passed == 24 && s_segment_passed == 167;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_table_valid
                    || s_range_valid && s_range_ready
                    || s_segment_valid && s_segment_ready) last_move <= cycle;
            if (s_table_failed || s_range_failed || s_segment_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: table=%0d/%0d range=%0d/%0d segment=%0d/%0d",
                    cycle, last_move, s_table_passed, 139, s_range_passed, 24, s_segment_passed, 167);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS segment_walker segment=%0d cycles=%0d",
                s_segment_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL segment_walker cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
