// Self-checking bench of StreamKScheduler_d64_m64_p64_n524288_b256_e8_r8_t128_g4, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes stream_k_scheduler.vcd
`default_nettype none

module stream_k_scheduler_bench #(
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
            $dumpfile("stream_k_scheduler.vcd");
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

    // launch: 24 beats given.
    reg s_launch_valid;
    wire s_launch_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [179:0] s_launch_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_launch_passed;
    reg s_launch_failed;

    // sequences: 170 beats given.
    reg s_sequences_valid;
    wire s_sequences_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [139:0] s_sequences_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_sequences_passed;
    reg s_sequences_failed;

    // fault: 5 beats expected.
    wire s_fault_valid;
    wire s_fault_lanes;
    wire s_fault_rows;
    wire s_fault_tile_size;
    wire s_fault_splits;
    wire s_fault_context;
    integer s_fault_passed;
    reg s_fault_failed;

    // table: 170 beats expected.
    wire s_table_valid;
    wire s_table_bank;
    wire [7:0] s_table_sequence;
    wire [19:0] s_table_entry_keys;
    wire [39:0] s_table_entry_key_msb_address;
    wire [39:0] s_table_entry_key_lsb_address;
    wire [39:0] s_table_entry_value_address;
    integer s_table_passed;
    reg s_table_failed;

    // ranges_0: 24 beats expected.
    wire s_ranges_0_valid;
    reg s_ranges_0_ready;
    wire [8:0] s_ranges_0_first_head;
    wire [7:0] s_ranges_0_first_sequence;
    wire [12:0] s_ranges_0_first_tile;
    wire [8:0] s_ranges_0_end_head;
    wire [7:0] s_ranges_0_end_sequence;
    wire [12:0] s_ranges_0_end_tile;
    wire [39:0] s_ranges_0_key_msb_offset;
    wire [39:0] s_ranges_0_key_lsb_offset;
    wire [39:0] s_ranges_0_value_offset;
    wire s_ranges_0_epoch;
    wire [2:0] s_ranges_0_settings_rows;
    wire [7:0] s_ranges_0_settings_sequences;
    wire [1:0] s_ranges_0_settings_tile_size;
    wire [3:0] s_ranges_0_settings_msb_bits;
    wire [3:0] s_ranges_0_settings_lsb_bits;
    wire [3:0] s_ranges_0_settings_value_bits;
    wire [39:0] s_ranges_0_settings_key_msb_stride;
    wire [39:0] s_ranges_0_settings_key_lsb_stride;
    wire [39:0] s_ranges_0_settings_value_stride;
    integer s_ranges_0_passed;
    reg s_ranges_0_failed;

    // ranges_1: 24 beats expected.
    wire s_ranges_1_valid;
    reg s_ranges_1_ready;
    wire [8:0] s_ranges_1_first_head;
    wire [7:0] s_ranges_1_first_sequence;
    wire [12:0] s_ranges_1_first_tile;
    wire [8:0] s_ranges_1_end_head;
    wire [7:0] s_ranges_1_end_sequence;
    wire [12:0] s_ranges_1_end_tile;
    wire [39:0] s_ranges_1_key_msb_offset;
    wire [39:0] s_ranges_1_key_lsb_offset;
    wire [39:0] s_ranges_1_value_offset;
    wire s_ranges_1_epoch;
    wire [2:0] s_ranges_1_settings_rows;
    wire [7:0] s_ranges_1_settings_sequences;
    wire [1:0] s_ranges_1_settings_tile_size;
    wire [3:0] s_ranges_1_settings_msb_bits;
    wire [3:0] s_ranges_1_settings_lsb_bits;
    wire [3:0] s_ranges_1_settings_value_bits;
    wire [39:0] s_ranges_1_settings_key_msb_stride;
    wire [39:0] s_ranges_1_settings_key_lsb_stride;
    wire [39:0] s_ranges_1_settings_value_stride;
    integer s_ranges_1_passed;
    reg s_ranges_1_failed;

    // ranges_2: 24 beats expected.
    wire s_ranges_2_valid;
    reg s_ranges_2_ready;
    wire [8:0] s_ranges_2_first_head;
    wire [7:0] s_ranges_2_first_sequence;
    wire [12:0] s_ranges_2_first_tile;
    wire [8:0] s_ranges_2_end_head;
    wire [7:0] s_ranges_2_end_sequence;
    wire [12:0] s_ranges_2_end_tile;
    wire [39:0] s_ranges_2_key_msb_offset;
    wire [39:0] s_ranges_2_key_lsb_offset;
    wire [39:0] s_ranges_2_value_offset;
    wire s_ranges_2_epoch;
    wire [2:0] s_ranges_2_settings_rows;
    wire [7:0] s_ranges_2_settings_sequences;
    wire [1:0] s_ranges_2_settings_tile_size;
    wire [3:0] s_ranges_2_settings_msb_bits;
    wire [3:0] s_ranges_2_settings_lsb_bits;
    wire [3:0] s_ranges_2_settings_value_bits;
    wire [39:0] s_ranges_2_settings_key_msb_stride;
    wire [39:0] s_ranges_2_settings_key_lsb_stride;
    wire [39:0] s_ranges_2_settings_value_stride;
    integer s_ranges_2_passed;
    reg s_ranges_2_failed;

    // ranges_3: 24 beats expected.
    wire s_ranges_3_valid;
    reg s_ranges_3_ready;
    wire [8:0] s_ranges_3_first_head;
    wire [7:0] s_ranges_3_first_sequence;
    wire [12:0] s_ranges_3_first_tile;
    wire [8:0] s_ranges_3_end_head;
    wire [7:0] s_ranges_3_end_sequence;
    wire [12:0] s_ranges_3_end_tile;
    wire [39:0] s_ranges_3_key_msb_offset;
    wire [39:0] s_ranges_3_key_lsb_offset;
    wire [39:0] s_ranges_3_value_offset;
    wire s_ranges_3_epoch;
    wire [2:0] s_ranges_3_settings_rows;
    wire [7:0] s_ranges_3_settings_sequences;
    wire [1:0] s_ranges_3_settings_tile_size;
    wire [3:0] s_ranges_3_settings_msb_bits;
    wire [3:0] s_ranges_3_settings_lsb_bits;
    wire [3:0] s_ranges_3_settings_value_bits;
    wire [39:0] s_ranges_3_settings_key_msb_stride;
    wire [39:0] s_ranges_3_settings_key_lsb_stride;
    wire [39:0] s_ranges_3_settings_value_stride;
    integer s_ranges_3_passed;
    reg s_ranges_3_failed;

    StreamKScheduler_d64_m64_p64_n524288_b256_e8_r8_t128_g4 unit (
        .clock(clock),
            .reset(reset),
            .launch_valid(s_launch_valid),
            .launch_ready(s_launch_ready),
            .launch_payload_settings_rows(s_launch_beat[178:176]),
            .launch_payload_settings_sequences(s_launch_beat[175:168]),
            .launch_payload_settings_tile_size(s_launch_beat[165:164]),
            .launch_payload_settings_msb_bits(s_launch_beat[163:160]),
            .launch_payload_settings_lsb_bits(s_launch_beat[159:156]),
            .launch_payload_settings_value_bits(s_launch_beat[155:152]),
            .launch_payload_settings_key_msb_stride(s_launch_beat[151:112]),
            .launch_payload_settings_key_lsb_stride(s_launch_beat[111:72]),
            .launch_payload_settings_value_stride(s_launch_beat[71:32]),
            .launch_payload_lanes(s_launch_beat[29:24]),
            .launch_payload_heads(s_launch_beat[23:16]),
            .launch_payload_policy(s_launch_beat[13:12]),
            .launch_payload_splits(s_launch_beat[11:4]),
            .launch_payload_by_keys(s_launch_beat[0]),
            .sequences_valid(s_sequences_valid),
            .sequences_ready(s_sequences_ready),
            .sequences_payload_keys(s_sequences_beat[139:120]),
            .sequences_payload_key_msb_address(s_sequences_beat[119:80]),
            .sequences_payload_key_lsb_address(s_sequences_beat[79:40]),
            .sequences_payload_value_address(s_sequences_beat[39:0]),
            .fault_valid(s_fault_valid),
            .fault_payload_lanes(s_fault_lanes),
            .fault_payload_rows(s_fault_rows),
            .fault_payload_tile_size(s_fault_tile_size),
            .fault_payload_splits(s_fault_splits),
            .fault_payload_context(s_fault_context),
            .table_valid(s_table_valid),
            .table_payload_bank(s_table_bank),
            .table_payload_sequence(s_table_sequence),
            .table_payload_entry_keys(s_table_entry_keys),
            .table_payload_entry_key_msb_address(s_table_entry_key_msb_address),
            .table_payload_entry_key_lsb_address(s_table_entry_key_lsb_address),
            .table_payload_entry_value_address(s_table_entry_value_address),
            .ranges_0_valid(s_ranges_0_valid),
            .ranges_0_ready(s_ranges_0_ready),
            .ranges_0_payload_first_head(s_ranges_0_first_head),
            .ranges_0_payload_first_sequence(s_ranges_0_first_sequence),
            .ranges_0_payload_first_tile(s_ranges_0_first_tile),
            .ranges_0_payload_end_head(s_ranges_0_end_head),
            .ranges_0_payload_end_sequence(s_ranges_0_end_sequence),
            .ranges_0_payload_end_tile(s_ranges_0_end_tile),
            .ranges_0_payload_key_msb_offset(s_ranges_0_key_msb_offset),
            .ranges_0_payload_key_lsb_offset(s_ranges_0_key_lsb_offset),
            .ranges_0_payload_value_offset(s_ranges_0_value_offset),
            .ranges_0_payload_epoch(s_ranges_0_epoch),
            .ranges_0_payload_settings_rows(s_ranges_0_settings_rows),
            .ranges_0_payload_settings_sequences(s_ranges_0_settings_sequences),
            .ranges_0_payload_settings_tile_size(s_ranges_0_settings_tile_size),
            .ranges_0_payload_settings_msb_bits(s_ranges_0_settings_msb_bits),
            .ranges_0_payload_settings_lsb_bits(s_ranges_0_settings_lsb_bits),
            .ranges_0_payload_settings_value_bits(s_ranges_0_settings_value_bits),
            .ranges_0_payload_settings_key_msb_stride(s_ranges_0_settings_key_msb_stride),
            .ranges_0_payload_settings_key_lsb_stride(s_ranges_0_settings_key_lsb_stride),
            .ranges_0_payload_settings_value_stride(s_ranges_0_settings_value_stride),
            .ranges_1_valid(s_ranges_1_valid),
            .ranges_1_ready(s_ranges_1_ready),
            .ranges_1_payload_first_head(s_ranges_1_first_head),
            .ranges_1_payload_first_sequence(s_ranges_1_first_sequence),
            .ranges_1_payload_first_tile(s_ranges_1_first_tile),
            .ranges_1_payload_end_head(s_ranges_1_end_head),
            .ranges_1_payload_end_sequence(s_ranges_1_end_sequence),
            .ranges_1_payload_end_tile(s_ranges_1_end_tile),
            .ranges_1_payload_key_msb_offset(s_ranges_1_key_msb_offset),
            .ranges_1_payload_key_lsb_offset(s_ranges_1_key_lsb_offset),
            .ranges_1_payload_value_offset(s_ranges_1_value_offset),
            .ranges_1_payload_epoch(s_ranges_1_epoch),
            .ranges_1_payload_settings_rows(s_ranges_1_settings_rows),
            .ranges_1_payload_settings_sequences(s_ranges_1_settings_sequences),
            .ranges_1_payload_settings_tile_size(s_ranges_1_settings_tile_size),
            .ranges_1_payload_settings_msb_bits(s_ranges_1_settings_msb_bits),
            .ranges_1_payload_settings_lsb_bits(s_ranges_1_settings_lsb_bits),
            .ranges_1_payload_settings_value_bits(s_ranges_1_settings_value_bits),
            .ranges_1_payload_settings_key_msb_stride(s_ranges_1_settings_key_msb_stride),
            .ranges_1_payload_settings_key_lsb_stride(s_ranges_1_settings_key_lsb_stride),
            .ranges_1_payload_settings_value_stride(s_ranges_1_settings_value_stride),
            .ranges_2_valid(s_ranges_2_valid),
            .ranges_2_ready(s_ranges_2_ready),
            .ranges_2_payload_first_head(s_ranges_2_first_head),
            .ranges_2_payload_first_sequence(s_ranges_2_first_sequence),
            .ranges_2_payload_first_tile(s_ranges_2_first_tile),
            .ranges_2_payload_end_head(s_ranges_2_end_head),
            .ranges_2_payload_end_sequence(s_ranges_2_end_sequence),
            .ranges_2_payload_end_tile(s_ranges_2_end_tile),
            .ranges_2_payload_key_msb_offset(s_ranges_2_key_msb_offset),
            .ranges_2_payload_key_lsb_offset(s_ranges_2_key_lsb_offset),
            .ranges_2_payload_value_offset(s_ranges_2_value_offset),
            .ranges_2_payload_epoch(s_ranges_2_epoch),
            .ranges_2_payload_settings_rows(s_ranges_2_settings_rows),
            .ranges_2_payload_settings_sequences(s_ranges_2_settings_sequences),
            .ranges_2_payload_settings_tile_size(s_ranges_2_settings_tile_size),
            .ranges_2_payload_settings_msb_bits(s_ranges_2_settings_msb_bits),
            .ranges_2_payload_settings_lsb_bits(s_ranges_2_settings_lsb_bits),
            .ranges_2_payload_settings_value_bits(s_ranges_2_settings_value_bits),
            .ranges_2_payload_settings_key_msb_stride(s_ranges_2_settings_key_msb_stride),
            .ranges_2_payload_settings_key_lsb_stride(s_ranges_2_settings_key_lsb_stride),
            .ranges_2_payload_settings_value_stride(s_ranges_2_settings_value_stride),
            .ranges_3_valid(s_ranges_3_valid),
            .ranges_3_ready(s_ranges_3_ready),
            .ranges_3_payload_first_head(s_ranges_3_first_head),
            .ranges_3_payload_first_sequence(s_ranges_3_first_sequence),
            .ranges_3_payload_first_tile(s_ranges_3_first_tile),
            .ranges_3_payload_end_head(s_ranges_3_end_head),
            .ranges_3_payload_end_sequence(s_ranges_3_end_sequence),
            .ranges_3_payload_end_tile(s_ranges_3_end_tile),
            .ranges_3_payload_key_msb_offset(s_ranges_3_key_msb_offset),
            .ranges_3_payload_key_lsb_offset(s_ranges_3_key_lsb_offset),
            .ranges_3_payload_value_offset(s_ranges_3_value_offset),
            .ranges_3_payload_epoch(s_ranges_3_epoch),
            .ranges_3_payload_settings_rows(s_ranges_3_settings_rows),
            .ranges_3_payload_settings_sequences(s_ranges_3_settings_sequences),
            .ranges_3_payload_settings_tile_size(s_ranges_3_settings_tile_size),
            .ranges_3_payload_settings_msb_bits(s_ranges_3_settings_msb_bits),
            .ranges_3_payload_settings_lsb_bits(s_ranges_3_settings_lsb_bits),
            .ranges_3_payload_settings_value_bits(s_ranges_3_settings_value_bits),
            .ranges_3_payload_settings_key_msb_stride(s_ranges_3_settings_key_msb_stride),
            .ranges_3_payload_settings_key_lsb_stride(s_ranges_3_settings_key_lsb_stride),
            .ranges_3_payload_settings_value_stride(s_ranges_3_settings_value_stride)
    );

    reg [179:0] s_launch_lines [0:23];
    integer s_launch_next;
    initial $readmemh("stream_k_scheduler_launch.hex", s_launch_lines);
    wire s_launch_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_launch_next <= 0;
            s_launch_passed <= 0;
            s_launch_failed <= 1'b0;
            s_launch_valid <= 1'b0;
        end else begin
            if (s_launch_valid && s_launch_ready) s_launch_passed <= s_launch_passed + 1;
            if (s_launch_ready !== 1'b0 && s_launch_ready !== 1'b1) begin
                $display("cycle %0d: launch_ready is unknown", cycle);
                s_launch_failed <= 1'b1;
            end
            if (!s_launch_valid || s_launch_ready) begin
                if (s_launch_next < 24 && !s_launch_pauses) begin
                    s_launch_valid <= 1'b1;
                    s_launch_beat <= s_launch_lines[s_launch_next][179:0];
                    s_launch_next <= s_launch_next + 1;
                end else begin
                    s_launch_valid <= 1'b0;
                    s_launch_beat <= {180{1'bx}};
                end
            end
        end

    reg [139:0] s_sequences_lines [0:169];
    integer s_sequences_next;
    initial $readmemh("stream_k_scheduler_sequences.hex", s_sequences_lines);
    wire s_sequences_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_sequences_next <= 0;
            s_sequences_passed <= 0;
            s_sequences_failed <= 1'b0;
            s_sequences_valid <= 1'b0;
        end else begin
            if (s_sequences_valid && s_sequences_ready) s_sequences_passed <= s_sequences_passed + 1;
            if (s_sequences_ready !== 1'b0 && s_sequences_ready !== 1'b1) begin
                $display("cycle %0d: sequences_ready is unknown", cycle);
                s_sequences_failed <= 1'b1;
            end
            if (!s_sequences_valid || s_sequences_ready) begin
                if (s_sequences_next < 170 && !s_sequences_pauses) begin
                    s_sequences_valid <= 1'b1;
                    s_sequences_beat <= s_sequences_lines[s_sequences_next][139:0];
                    s_sequences_next <= s_sequences_next + 1;
                end else begin
                    s_sequences_valid <= 1'b0;
                    s_sequences_beat <= {140{1'bx}};
                end
            end
        end

    reg [39:0] s_fault_lines [0:4];
    initial $readmemh("stream_k_scheduler_fault.hex", s_fault_lines);
    wire [19:0] s_fault_beat = {3'd0, s_fault_lanes, 3'd0, s_fault_rows, 3'd0, s_fault_tile_size, 3'd0, s_fault_splits, 3'd0, s_fault_context};
    wire [39:0] s_fault_line = s_fault_lines[s_fault_passed];
    reg s_fault_waits;
    reg [19:0] s_fault_waiting;
    always @(posedge clock)
        if (reset) begin
            s_fault_passed <= 0;
            s_fault_failed <= 1'b0;
            s_fault_waits <= 1'b0;
        end else begin
            s_fault_waits <= 1'b0;
            s_fault_waiting <= s_fault_beat;
            if (s_fault_valid !== 1'b0 && s_fault_valid !== 1'b1) begin
                $display("cycle %0d: fault_valid is unknown", cycle);
                s_fault_failed <= 1'b1;
            end else if (s_fault_waits && (!s_fault_valid || s_fault_beat !== s_fault_waiting)) begin
                $display("cycle %0d: fault changed beat %0d before it was taken", cycle, s_fault_passed);
                s_fault_failed <= 1'b1;
            end else if (s_fault_valid) begin
                s_fault_passed <= s_fault_passed + 1;
                if (s_fault_passed == 5) begin
                    $display("cycle %0d: fault offers a beat beyond the %0d expected", cycle, 5);
                    s_fault_failed <= 1'b1;
                    end else if (((s_fault_beat ^ s_fault_line[39:20]) & s_fault_line[19:0]) !== 20'd0) begin
                        $display("MISMATCH fault beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_fault_passed, cycle, s_fault_line[39:20], s_fault_beat, s_fault_line[19:0]);
                        s_fault_failed <= 1'b1;
                end
            end
        end

    reg [303:0] s_table_lines [0:169];
    initial $readmemh("stream_k_scheduler_table.hex", s_table_lines);
    wire [151:0] s_table_beat = {3'd0, s_table_bank, s_table_sequence, s_table_entry_keys, s_table_entry_key_msb_address, s_table_entry_key_lsb_address, s_table_entry_value_address};
    wire [303:0] s_table_line = s_table_lines[s_table_passed];
    reg s_table_waits;
    reg [151:0] s_table_waiting;
    always @(posedge clock)
        if (reset) begin
            s_table_passed <= 0;
            s_table_failed <= 1'b0;
            s_table_waits <= 1'b0;
        end else begin
            s_table_waits <= 1'b0;
            s_table_waiting <= s_table_beat;
            if (s_table_valid !== 1'b0 && s_table_valid !== 1'b1) begin
                $display("cycle %0d: table_valid is unknown", cycle);
                s_table_failed <= 1'b1;
            end else if (s_table_waits && (!s_table_valid || s_table_beat !== s_table_waiting)) begin
                $display("cycle %0d: table changed beat %0d before it was taken", cycle, s_table_passed);
                s_table_failed <= 1'b1;
            end else if (s_table_valid) begin
                s_table_passed <= s_table_passed + 1;
                if (s_table_passed == 170) begin
                    $display("cycle %0d: table offers a beat beyond the %0d expected", cycle, 170);
                    s_table_failed <= 1'b1;
                    end else if (((s_table_beat ^ s_table_line[303:152]) & s_table_line[151:0]) !== 152'd0) begin
                        $display("MISMATCH table beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_table_passed, cycle, s_table_line[303:152], s_table_beat, s_table_line[151:0]);
                        s_table_failed <= 1'b1;
                end
            end
        end

    reg [687:0] s_ranges_0_lines [0:23];
    initial $readmemh("stream_k_scheduler_ranges_0.hex", s_ranges_0_lines);
    wire [343:0] s_ranges_0_beat = {3'd0, s_ranges_0_first_head, s_ranges_0_first_sequence, 3'd0, s_ranges_0_first_tile, 3'd0, s_ranges_0_end_head, s_ranges_0_end_sequence, 3'd0, s_ranges_0_end_tile, s_ranges_0_key_msb_offset, s_ranges_0_key_lsb_offset, s_ranges_0_value_offset, 3'd0, s_ranges_0_epoch, 1'd0, s_ranges_0_settings_rows, s_ranges_0_settings_sequences, 2'd0, s_ranges_0_settings_tile_size, s_ranges_0_settings_msb_bits, s_ranges_0_settings_lsb_bits, s_ranges_0_settings_value_bits, s_ranges_0_settings_key_msb_stride, s_ranges_0_settings_key_lsb_stride, s_ranges_0_settings_value_stride};
    wire [687:0] s_ranges_0_line = s_ranges_0_lines[s_ranges_0_passed];
    reg s_ranges_0_waits;
    reg [343:0] s_ranges_0_waiting;
    always @(posedge clock)
        if (reset) begin
            s_ranges_0_passed <= 0;
            s_ranges_0_failed <= 1'b0;
            s_ranges_0_waits <= 1'b0;
            s_ranges_0_ready <= 1'b0;
        end else begin
            s_ranges_0_ready <= !({26'd0, noise[25:20]} < stalls);
            s_ranges_0_waits <= s_ranges_0_valid && !s_ranges_0_ready;
            s_ranges_0_waiting <= s_ranges_0_beat;
            if (s_ranges_0_valid !== 1'b0 && s_ranges_0_valid !== 1'b1) begin
                $display("cycle %0d: ranges_0_valid is unknown", cycle);
                s_ranges_0_failed <= 1'b1;
            end else if (s_ranges_0_waits && (!s_ranges_0_valid || s_ranges_0_beat !== s_ranges_0_waiting)) begin
                $display("cycle %0d: ranges_0 changed beat %0d before it was taken", cycle, s_ranges_0_passed);
                s_ranges_0_failed <= 1'b1;
            end else if (s_ranges_0_valid && s_ranges_0_ready) begin
                s_ranges_0_passed <= s_ranges_0_passed + 1;
                if (s_ranges_0_passed == 24) begin
                    $display("cycle %0d: ranges_0 offers a beat beyond the %0d expected", cycle, 24);
                    s_ranges_0_failed <= 1'b1;
                    end else if (((s_ranges_0_beat ^ s_ranges_0_line[687:344]) & s_ranges_0_line[343:0]) !== 344'd0) begin
                        $display("MISMATCH ranges_0 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_ranges_0_passed, cycle, s_ranges_0_line[687:344], s_ranges_0_beat, s_ranges_0_line[343:0]);
                        s_ranges_0_failed <= 1'b1;
                end
            end
        end

    reg [687:0] s_ranges_1_lines [0:23];
    initial $readmemh("stream_k_scheduler_ranges_1.hex", s_ranges_1_lines);
    wire [343:0] s_ranges_1_beat = {3'd0, s_ranges_1_first_head, s_ranges_1_first_sequence, 3'd0, s_ranges_1_first_tile, 3'd0, s_ranges_1_end_head, s_ranges_1_end_sequence, 3'd0, s_ranges_1_end_tile, s_ranges_1_key_msb_offset, s_ranges_1_key_lsb_offset, s_ranges_1_value_offset, 3'd0, s_ranges_1_epoch, 1'd0, s_ranges_1_settings_rows, s_ranges_1_settings_sequences, 2'd0, s_ranges_1_settings_tile_size, s_ranges_1_settings_msb_bits, s_ranges_1_settings_lsb_bits, s_ranges_1_settings_value_bits, s_ranges_1_settings_key_msb_stride, s_ranges_1_settings_key_lsb_stride, s_ranges_1_settings_value_stride};
    wire [687:0] s_ranges_1_line = s_ranges_1_lines[s_ranges_1_passed];
    reg s_ranges_1_waits;
    reg [343:0] s_ranges_1_waiting;
    always @(posedge clock)
        if (reset) begin
            s_ranges_1_passed <= 0;
            s_ranges_1_failed <= 1'b0;
            s_ranges_1_waits <= 1'b0;
            s_ranges_1_ready <= 1'b0;
        end else begin
            s_ranges_1_ready <= !({26'd0, noise[30:25]} < stalls);
            s_ranges_1_waits <= s_ranges_1_valid && !s_ranges_1_ready;
            s_ranges_1_waiting <= s_ranges_1_beat;
            if (s_ranges_1_valid !== 1'b0 && s_ranges_1_valid !== 1'b1) begin
                $display("cycle %0d: ranges_1_valid is unknown", cycle);
                s_ranges_1_failed <= 1'b1;
            end else if (s_ranges_1_waits && (!s_ranges_1_valid || s_ranges_1_beat !== s_ranges_1_waiting)) begin
                $display("cycle %0d: ranges_1 changed beat %0d before it was taken", cycle, s_ranges_1_passed);
                s_ranges_1_failed <= 1'b1;
            end else if (s_ranges_1_valid && s_ranges_1_ready) begin
                s_ranges_1_passed <= s_ranges_1_passed + 1;
                if (s_ranges_1_passed == 24) begin
                    $display("cycle %0d: ranges_1 offers a beat beyond the %0d expected", cycle, 24);
                    s_ranges_1_failed <= 1'b1;
                    end else if (((s_ranges_1_beat ^ s_ranges_1_line[687:344]) & s_ranges_1_line[343:0]) !== 344'd0) begin
                        $display("MISMATCH ranges_1 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_ranges_1_passed, cycle, s_ranges_1_line[687:344], s_ranges_1_beat, s_ranges_1_line[343:0]);
                        s_ranges_1_failed <= 1'b1;
                end
            end
        end

    reg [687:0] s_ranges_2_lines [0:23];
    initial $readmemh("stream_k_scheduler_ranges_2.hex", s_ranges_2_lines);
    wire [343:0] s_ranges_2_beat = {3'd0, s_ranges_2_first_head, s_ranges_2_first_sequence, 3'd0, s_ranges_2_first_tile, 3'd0, s_ranges_2_end_head, s_ranges_2_end_sequence, 3'd0, s_ranges_2_end_tile, s_ranges_2_key_msb_offset, s_ranges_2_key_lsb_offset, s_ranges_2_value_offset, 3'd0, s_ranges_2_epoch, 1'd0, s_ranges_2_settings_rows, s_ranges_2_settings_sequences, 2'd0, s_ranges_2_settings_tile_size, s_ranges_2_settings_msb_bits, s_ranges_2_settings_lsb_bits, s_ranges_2_settings_value_bits, s_ranges_2_settings_key_msb_stride, s_ranges_2_settings_key_lsb_stride, s_ranges_2_settings_value_stride};
    wire [687:0] s_ranges_2_line = s_ranges_2_lines[s_ranges_2_passed];
    reg s_ranges_2_waits;
    reg [343:0] s_ranges_2_waiting;
    always @(posedge clock)
        if (reset) begin
            s_ranges_2_passed <= 0;
            s_ranges_2_failed <= 1'b0;
            s_ranges_2_waits <= 1'b0;
            s_ranges_2_ready <= 1'b0;
        end else begin
            s_ranges_2_ready <= !({26'd0, noise[9:4]} < stalls);
            s_ranges_2_waits <= s_ranges_2_valid && !s_ranges_2_ready;
            s_ranges_2_waiting <= s_ranges_2_beat;
            if (s_ranges_2_valid !== 1'b0 && s_ranges_2_valid !== 1'b1) begin
                $display("cycle %0d: ranges_2_valid is unknown", cycle);
                s_ranges_2_failed <= 1'b1;
            end else if (s_ranges_2_waits && (!s_ranges_2_valid || s_ranges_2_beat !== s_ranges_2_waiting)) begin
                $display("cycle %0d: ranges_2 changed beat %0d before it was taken", cycle, s_ranges_2_passed);
                s_ranges_2_failed <= 1'b1;
            end else if (s_ranges_2_valid && s_ranges_2_ready) begin
                s_ranges_2_passed <= s_ranges_2_passed + 1;
                if (s_ranges_2_passed == 24) begin
                    $display("cycle %0d: ranges_2 offers a beat beyond the %0d expected", cycle, 24);
                    s_ranges_2_failed <= 1'b1;
                    end else if (((s_ranges_2_beat ^ s_ranges_2_line[687:344]) & s_ranges_2_line[343:0]) !== 344'd0) begin
                        $display("MISMATCH ranges_2 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_ranges_2_passed, cycle, s_ranges_2_line[687:344], s_ranges_2_beat, s_ranges_2_line[343:0]);
                        s_ranges_2_failed <= 1'b1;
                end
            end
        end

    reg [687:0] s_ranges_3_lines [0:23];
    initial $readmemh("stream_k_scheduler_ranges_3.hex", s_ranges_3_lines);
    wire [343:0] s_ranges_3_beat = {3'd0, s_ranges_3_first_head, s_ranges_3_first_sequence, 3'd0, s_ranges_3_first_tile, 3'd0, s_ranges_3_end_head, s_ranges_3_end_sequence, 3'd0, s_ranges_3_end_tile, s_ranges_3_key_msb_offset, s_ranges_3_key_lsb_offset, s_ranges_3_value_offset, 3'd0, s_ranges_3_epoch, 1'd0, s_ranges_3_settings_rows, s_ranges_3_settings_sequences, 2'd0, s_ranges_3_settings_tile_size, s_ranges_3_settings_msb_bits, s_ranges_3_settings_lsb_bits, s_ranges_3_settings_value_bits, s_ranges_3_settings_key_msb_stride, s_ranges_3_settings_key_lsb_stride, s_ranges_3_settings_value_stride};
    wire [687:0] s_ranges_3_line = s_ranges_3_lines[s_ranges_3_passed];
    reg s_ranges_3_waits;
    reg [343:0] s_ranges_3_waiting;
    always @(posedge clock)
        if (reset) begin
            s_ranges_3_passed <= 0;
            s_ranges_3_failed <= 1'b0;
            s_ranges_3_waits <= 1'b0;
            s_ranges_3_ready <= 1'b0;
        end else begin
            s_ranges_3_ready <= !({26'd0, noise[14:9]} < stalls);
            s_ranges_3_waits <= s_ranges_3_valid && !s_ranges_3_ready;
            s_ranges_3_waiting <= s_ranges_3_beat;
            if (s_ranges_3_valid !== 1'b0 && s_ranges_3_valid !== 1'b1) begin
                $display("cycle %0d: ranges_3_valid is unknown", cycle);
                s_ranges_3_failed <= 1'b1;
            end else if (s_ranges_3_waits && (!s_ranges_3_valid || s_ranges_3_beat !== s_ranges_3_waiting)) begin
                $display("cycle %0d: ranges_3 changed beat %0d before it was taken", cycle, s_ranges_3_passed);
                s_ranges_3_failed <= 1'b1;
            end else if (s_ranges_3_valid && s_ranges_3_ready) begin
                s_ranges_3_passed <= s_ranges_3_passed + 1;
                if (s_ranges_3_passed == 24) begin
                    $display("cycle %0d: ranges_3 offers a beat beyond the %0d expected", cycle, 24);
                    s_ranges_3_failed <= 1'b1;
                    end else if (((s_ranges_3_beat ^ s_ranges_3_line[687:344]) & s_ranges_3_line[343:0]) !== 344'd0) begin
                        $display("MISMATCH ranges_3 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_ranges_3_passed, cycle, s_ranges_3_line[687:344], s_ranges_3_beat, s_ranges_3_line[343:0]);
                        s_ranges_3_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_launch_passed == 24 && s_sequences_passed == 170 && s_fault_passed == 5 && s_table_passed == 170 && s_ranges_0_passed == 24 && s_ranges_1_passed == 24 && s_ranges_2_passed == 24 && s_ranges_3_passed == 24;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_launch_valid && s_launch_ready
                    || s_sequences_valid && s_sequences_ready
                    || s_fault_valid
                    || s_table_valid
                    || s_ranges_0_valid && s_ranges_0_ready
                    || s_ranges_1_valid && s_ranges_1_ready
                    || s_ranges_2_valid && s_ranges_2_ready
                    || s_ranges_3_valid && s_ranges_3_ready) last_move <= cycle;
            if (s_launch_failed || s_sequences_failed || s_fault_failed || s_table_failed || s_ranges_0_failed || s_ranges_1_failed || s_ranges_2_failed || s_ranges_3_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: launch=%0d/%0d sequences=%0d/%0d fault=%0d/%0d table=%0d/%0d ranges_0=%0d/%0d ranges_1=%0d/%0d ranges_2=%0d/%0d ranges_3=%0d/%0d",
                    cycle, last_move, s_launch_passed, 24, s_sequences_passed, 170, s_fault_passed, 5, s_table_passed, 170, s_ranges_0_passed, 24, s_ranges_1_passed, 24, s_ranges_2_passed, 24, s_ranges_3_passed, 24);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS stream_k_scheduler fault=%0d table=%0d ranges_0=%0d ranges_1=%0d ranges_2=%0d ranges_3=%0d cycles=%0d",
                s_fault_passed, s_table_passed, s_ranges_0_passed, s_ranges_1_passed, s_ranges_2_passed, s_ranges_3_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL stream_k_scheduler cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
