// Self-checking bench of SegmentIssuer_d64_m64_p64_n524288_b256_e8_r4_t128, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes segment_issuer.vcd
`default_nettype none

module segment_issuer_bench #(
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
            $dumpfile("segment_issuer.vcd");
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

    // segment: 40 beats given.
    reg s_segment_valid;
    wire s_segment_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [335:0] s_segment_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_segment_passed;
    reg s_segment_failed;

    // query: 104 beats given.
    reg s_query_valid;
    wire s_query_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [835:0] s_query_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_query_passed;
    reg s_query_failed;

    // request: 40 beats expected.
    wire s_request_valid;
    reg s_request_ready;
    wire [7:0] s_request_output_head;
    wire [7:0] s_request_output_sequence;
    wire s_request_epoch;
    integer s_request_passed;
    reg s_request_failed;

    // group: 40 beats expected.
    wire s_group_valid;
    reg s_group_ready;
    wire [1:0] s_group_rows;
    wire s_group_tile_size;
    wire [3:0] s_group_msb_bits;
    wire [3:0] s_group_lsb_bits;
    wire [3:0] s_group_value_bits;
    wire [39:0] s_group_key_msb_address;
    wire [39:0] s_group_key_lsb_address;
    wire [39:0] s_group_value_address;
    integer s_group_passed;
    reg s_group_failed;

    // row: 104 beats expected.
    wire s_row_valid;
    reg s_row_ready;
    wire [19:0] s_row_range_first;
    wire [19:0] s_row_range_end;
    wire [17:0] s_row_scale_mantissa;
    wire [5:0] s_row_scale_shift;
    integer s_row_passed;
    reg s_row_failed;

    // row_query: 104 beats expected.
    wire s_row_query_valid;
    reg s_row_query_ready;
    wire [767:0] s_row_query_payload;
    integer s_row_query_passed;
    reg s_row_query_failed;

    // sink: 104 beats expected.
    wire s_sink_valid;
    reg s_sink_ready;
    wire s_sink_occupied;
    wire [11:0] s_sink_reference;
    wire [20:0] s_sink_weight;
    integer s_sink_passed;
    reg s_sink_failed;

    // tag: 40 beats expected.
    wire s_tag_valid;
    reg s_tag_ready;
    wire [7:0] s_tag_output_head;
    wire [7:0] s_tag_output_sequence;
    wire s_tag_opens;
    wire s_tag_closes;
    wire s_tag_epoch;
    wire [5:0] s_tag_lane;
    wire [1:0] s_tag_rows;
    wire [3:0] s_tag_value_bits;
    integer s_tag_passed;
    reg s_tag_failed;

    SegmentIssuer_d64_m64_p64_n524288_b256_e8_r4_t128 unit (
        .clock(clock),
            .reset(reset),
            .segment_valid(s_segment_valid),
            .segment_ready(s_segment_ready),
            .segment_payload_output_head(s_segment_beat[335:328]),
            .segment_payload_output_sequence(s_segment_beat[327:320]),
            .segment_payload_first(s_segment_beat[319:300]),
            .segment_payload_end(s_segment_beat[299:280]),
            .segment_payload_opens(s_segment_beat[276]),
            .segment_payload_closes(s_segment_beat[272]),
            .segment_payload_epoch(s_segment_beat[268]),
            .segment_payload_key_msb_address(s_segment_beat[267:228]),
            .segment_payload_key_lsb_address(s_segment_beat[227:188]),
            .segment_payload_value_address(s_segment_beat[187:148]),
            .segment_payload_settings_rows(s_segment_beat[145:144]),
            .segment_payload_settings_sequences(s_segment_beat[143:136]),
            .segment_payload_settings_tile_size(s_segment_beat[133:132]),
            .segment_payload_settings_msb_bits(s_segment_beat[131:128]),
            .segment_payload_settings_lsb_bits(s_segment_beat[127:124]),
            .segment_payload_settings_value_bits(s_segment_beat[123:120]),
            .segment_payload_settings_key_msb_stride(s_segment_beat[119:80]),
            .segment_payload_settings_key_lsb_stride(s_segment_beat[79:40]),
            .segment_payload_settings_value_stride(s_segment_beat[39:0]),
            .query_valid(s_query_valid),
            .query_ready(s_query_ready),
            .query_payload_query(s_query_beat[835:68]),
            .query_payload_scale_mantissa(s_query_beat[65:48]),
            .query_payload_scale_shift(s_query_beat[45:40]),
            .query_payload_sink_occupied(s_query_beat[36]),
            .query_payload_sink_reference(s_query_beat[35:24]),
            .query_payload_sink_weight(s_query_beat[20:0]),
            .request_valid(s_request_valid),
            .request_ready(s_request_ready),
            .request_payload_output_head(s_request_output_head),
            .request_payload_output_sequence(s_request_output_sequence),
            .request_payload_epoch(s_request_epoch),
            .group_valid(s_group_valid),
            .group_ready(s_group_ready),
            .group_payload_rows(s_group_rows),
            .group_payload_tile_size(s_group_tile_size),
            .group_payload_msb_bits(s_group_msb_bits),
            .group_payload_lsb_bits(s_group_lsb_bits),
            .group_payload_value_bits(s_group_value_bits),
            .group_payload_key_msb_address(s_group_key_msb_address),
            .group_payload_key_lsb_address(s_group_key_lsb_address),
            .group_payload_value_address(s_group_value_address),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_range_first(s_row_range_first),
            .row_payload_range_end(s_row_range_end),
            .row_payload_scale_mantissa(s_row_scale_mantissa),
            .row_payload_scale_shift(s_row_scale_shift),
            .row_query_valid(s_row_query_valid),
            .row_query_ready(s_row_query_ready),
            .row_query_payload(s_row_query_payload),
            .sink_valid(s_sink_valid),
            .sink_ready(s_sink_ready),
            .sink_payload_occupied(s_sink_occupied),
            .sink_payload_reference(s_sink_reference),
            .sink_payload_weight(s_sink_weight),
            .tag_valid(s_tag_valid),
            .tag_ready(s_tag_ready),
            .tag_payload_output_head(s_tag_output_head),
            .tag_payload_output_sequence(s_tag_output_sequence),
            .tag_payload_opens(s_tag_opens),
            .tag_payload_closes(s_tag_closes),
            .tag_payload_epoch(s_tag_epoch),
            .tag_payload_lane(s_tag_lane),
            .tag_payload_rows(s_tag_rows),
            .tag_payload_value_bits(s_tag_value_bits),
            .lane(6'd37)
    );

    reg [335:0] s_segment_lines [0:39];
    integer s_segment_next;
    initial $readmemh("segment_issuer_segment.hex", s_segment_lines);
    wire s_segment_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_segment_next <= 0;
            s_segment_passed <= 0;
            s_segment_failed <= 1'b0;
            s_segment_valid <= 1'b0;
        end else begin
            if (s_segment_valid && s_segment_ready) s_segment_passed <= s_segment_passed + 1;
            if (s_segment_ready !== 1'b0 && s_segment_ready !== 1'b1) begin
                $display("cycle %0d: segment_ready is unknown", cycle);
                s_segment_failed <= 1'b1;
            end
            if (!s_segment_valid || s_segment_ready) begin
                if (s_segment_next < 40 && !s_segment_pauses) begin
                    s_segment_valid <= 1'b1;
                    s_segment_beat <= s_segment_lines[s_segment_next][335:0];
                    s_segment_next <= s_segment_next + 1;
                end else begin
                    s_segment_valid <= 1'b0;
                    s_segment_beat <= {336{1'bx}};
                end
            end
        end

    reg [867:0] s_query_lines [0:103];
    integer s_query_next;
    initial $readmemh("segment_issuer_query.hex", s_query_lines);
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
                if (s_query_next < 104 && !s_query_pauses && s_request_passed >= s_query_lines[s_query_next][31:0]) begin
                    s_query_valid <= 1'b1;
                    s_query_beat <= s_query_lines[s_query_next][867:32];
                    s_query_next <= s_query_next + 1;
                end else begin
                    s_query_valid <= 1'b0;
                    s_query_beat <= {836{1'bx}};
                end
            end
        end

    reg [39:0] s_request_lines [0:39];
    initial $readmemh("segment_issuer_request.hex", s_request_lines);
    wire [19:0] s_request_beat = {s_request_output_head, s_request_output_sequence, 3'd0, s_request_epoch};
    wire [39:0] s_request_line = s_request_lines[s_request_passed];
    reg s_request_waits;
    reg [19:0] s_request_waiting;
    always @(posedge clock)
        if (reset) begin
            s_request_passed <= 0;
            s_request_failed <= 1'b0;
            s_request_waits <= 1'b0;
            s_request_ready <= 1'b0;
        end else begin
            s_request_ready <= !({26'd0, noise[15:10]} < stalls);
            s_request_waits <= s_request_valid && !s_request_ready;
            s_request_waiting <= s_request_beat;
            if (s_request_valid !== 1'b0 && s_request_valid !== 1'b1) begin
                $display("cycle %0d: request_valid is unknown", cycle);
                s_request_failed <= 1'b1;
            end else if (s_request_waits && (!s_request_valid || s_request_beat !== s_request_waiting)) begin
                $display("cycle %0d: request changed beat %0d before it was taken", cycle, s_request_passed);
                s_request_failed <= 1'b1;
            end else if (s_request_valid && s_request_ready) begin
                s_request_passed <= s_request_passed + 1;
                if (s_request_passed == 40) begin
                    $display("cycle %0d: request offers a beat beyond the %0d expected", cycle, 40);
                    s_request_failed <= 1'b1;
                    end else if (((s_request_beat ^ s_request_line[39:20]) & s_request_line[19:0]) !== 20'd0) begin
                        $display("MISMATCH request beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_request_passed, cycle, s_request_line[39:20], s_request_beat, s_request_line[19:0]);
                        s_request_failed <= 1'b1;
                end
            end
        end

    reg [279:0] s_group_lines [0:39];
    initial $readmemh("segment_issuer_group.hex", s_group_lines);
    wire [139:0] s_group_beat = {2'd0, s_group_rows, 3'd0, s_group_tile_size, s_group_msb_bits, s_group_lsb_bits, s_group_value_bits, s_group_key_msb_address, s_group_key_lsb_address, s_group_value_address};
    wire [279:0] s_group_line = s_group_lines[s_group_passed];
    reg s_group_waits;
    reg [139:0] s_group_waiting;
    always @(posedge clock)
        if (reset) begin
            s_group_passed <= 0;
            s_group_failed <= 1'b0;
            s_group_waits <= 1'b0;
            s_group_ready <= 1'b0;
        end else begin
            s_group_ready <= !({26'd0, noise[20:15]} < stalls);
            s_group_waits <= s_group_valid && !s_group_ready;
            s_group_waiting <= s_group_beat;
            if (s_group_valid !== 1'b0 && s_group_valid !== 1'b1) begin
                $display("cycle %0d: group_valid is unknown", cycle);
                s_group_failed <= 1'b1;
            end else if (s_group_waits && (!s_group_valid || s_group_beat !== s_group_waiting)) begin
                $display("cycle %0d: group changed beat %0d before it was taken", cycle, s_group_passed);
                s_group_failed <= 1'b1;
            end else if (s_group_valid && s_group_ready) begin
                s_group_passed <= s_group_passed + 1;
                if (s_group_passed == 40) begin
                    $display("cycle %0d: group offers a beat beyond the %0d expected", cycle, 40);
                    s_group_failed <= 1'b1;
                    end else if (((s_group_beat ^ s_group_line[279:140]) & s_group_line[139:0]) !== 140'd0) begin
                        $display("MISMATCH group beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_group_passed, cycle, s_group_line[279:140], s_group_beat, s_group_line[139:0]);
                        s_group_failed <= 1'b1;
                end
            end
        end

    reg [135:0] s_row_lines [0:103];
    initial $readmemh("segment_issuer_row.hex", s_row_lines);
    wire [67:0] s_row_beat = {s_row_range_first, s_row_range_end, 2'd0, s_row_scale_mantissa, 2'd0, s_row_scale_shift};
    wire [135:0] s_row_line = s_row_lines[s_row_passed];
    reg s_row_waits;
    reg [67:0] s_row_waiting;
    always @(posedge clock)
        if (reset) begin
            s_row_passed <= 0;
            s_row_failed <= 1'b0;
            s_row_waits <= 1'b0;
            s_row_ready <= 1'b0;
        end else begin
            s_row_ready <= !({26'd0, noise[25:20]} < stalls);
            s_row_waits <= s_row_valid && !s_row_ready;
            s_row_waiting <= s_row_beat;
            if (s_row_valid !== 1'b0 && s_row_valid !== 1'b1) begin
                $display("cycle %0d: row_valid is unknown", cycle);
                s_row_failed <= 1'b1;
            end else if (s_row_waits && (!s_row_valid || s_row_beat !== s_row_waiting)) begin
                $display("cycle %0d: row changed beat %0d before it was taken", cycle, s_row_passed);
                s_row_failed <= 1'b1;
            end else if (s_row_valid && s_row_ready) begin
                s_row_passed <= s_row_passed + 1;
                if (s_row_passed == 104) begin
                    $display("cycle %0d: row offers a beat beyond the %0d expected", cycle, 104);
                    s_row_failed <= 1'b1;
                    end else if (((s_row_beat ^ s_row_line[135:68]) & s_row_line[67:0]) !== 68'd0) begin
                        $display("MISMATCH row beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_row_passed, cycle, s_row_line[135:68], s_row_beat, s_row_line[67:0]);
                        s_row_failed <= 1'b1;
                end
            end
        end

    reg [1535:0] s_row_query_lines [0:103];
    initial $readmemh("segment_issuer_row_query.hex", s_row_query_lines);
    wire [767:0] s_row_query_beat = {s_row_query_payload};
    wire [1535:0] s_row_query_line = s_row_query_lines[s_row_query_passed];
    reg s_row_query_waits;
    reg [767:0] s_row_query_waiting;
    always @(posedge clock)
        if (reset) begin
            s_row_query_passed <= 0;
            s_row_query_failed <= 1'b0;
            s_row_query_waits <= 1'b0;
            s_row_query_ready <= 1'b0;
        end else begin
            s_row_query_ready <= !({26'd0, noise[30:25]} < stalls);
            s_row_query_waits <= s_row_query_valid && !s_row_query_ready;
            s_row_query_waiting <= s_row_query_beat;
            if (s_row_query_valid !== 1'b0 && s_row_query_valid !== 1'b1) begin
                $display("cycle %0d: row_query_valid is unknown", cycle);
                s_row_query_failed <= 1'b1;
            end else if (s_row_query_waits && (!s_row_query_valid || s_row_query_beat !== s_row_query_waiting)) begin
                $display("cycle %0d: row_query changed beat %0d before it was taken", cycle, s_row_query_passed);
                s_row_query_failed <= 1'b1;
            end else if (s_row_query_valid && s_row_query_ready) begin
                s_row_query_passed <= s_row_query_passed + 1;
                if (s_row_query_passed == 104) begin
                    $display("cycle %0d: row_query offers a beat beyond the %0d expected", cycle, 104);
                    s_row_query_failed <= 1'b1;
                    end else if (((s_row_query_beat ^ s_row_query_line[1535:768]) & s_row_query_line[767:0]) !== 768'd0) begin
                        $display("MISMATCH row_query beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_row_query_passed, cycle, s_row_query_line[1535:768], s_row_query_beat, s_row_query_line[767:0]);
                        s_row_query_failed <= 1'b1;
                end
            end
        end

    reg [79:0] s_sink_lines [0:103];
    initial $readmemh("segment_issuer_sink.hex", s_sink_lines);
    wire [39:0] s_sink_beat = {3'd0, s_sink_occupied, s_sink_reference, 3'd0, s_sink_weight};
    wire [79:0] s_sink_line = s_sink_lines[s_sink_passed];
    reg s_sink_waits;
    reg [39:0] s_sink_waiting;
    always @(posedge clock)
        if (reset) begin
            s_sink_passed <= 0;
            s_sink_failed <= 1'b0;
            s_sink_waits <= 1'b0;
            s_sink_ready <= 1'b0;
        end else begin
            s_sink_ready <= !({26'd0, noise[9:4]} < stalls);
            s_sink_waits <= s_sink_valid && !s_sink_ready;
            s_sink_waiting <= s_sink_beat;
            if (s_sink_valid !== 1'b0 && s_sink_valid !== 1'b1) begin
                $display("cycle %0d: sink_valid is unknown", cycle);
                s_sink_failed <= 1'b1;
            end else if (s_sink_waits && (!s_sink_valid || s_sink_beat !== s_sink_waiting)) begin
                $display("cycle %0d: sink changed beat %0d before it was taken", cycle, s_sink_passed);
                s_sink_failed <= 1'b1;
            end else if (s_sink_valid && s_sink_ready) begin
                s_sink_passed <= s_sink_passed + 1;
                if (s_sink_passed == 104) begin
                    $display("cycle %0d: sink offers a beat beyond the %0d expected", cycle, 104);
                    s_sink_failed <= 1'b1;
                    end else if (((s_sink_beat ^ s_sink_line[79:40]) & s_sink_line[39:0]) !== 40'd0) begin
                        $display("MISMATCH sink beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_sink_passed, cycle, s_sink_line[79:40], s_sink_beat, s_sink_line[39:0]);
                        s_sink_failed <= 1'b1;
                end
            end
        end

    reg [87:0] s_tag_lines [0:39];
    initial $readmemh("segment_issuer_tag.hex", s_tag_lines);
    wire [43:0] s_tag_beat = {s_tag_output_head, s_tag_output_sequence, 3'd0, s_tag_opens, 3'd0, s_tag_closes, 3'd0, s_tag_epoch, 2'd0, s_tag_lane, 2'd0, s_tag_rows, s_tag_value_bits};
    wire [87:0] s_tag_line = s_tag_lines[s_tag_passed];
    reg s_tag_waits;
    reg [43:0] s_tag_waiting;
    always @(posedge clock)
        if (reset) begin
            s_tag_passed <= 0;
            s_tag_failed <= 1'b0;
            s_tag_waits <= 1'b0;
            s_tag_ready <= 1'b0;
        end else begin
            s_tag_ready <= !({26'd0, noise[14:9]} < stalls);
            s_tag_waits <= s_tag_valid && !s_tag_ready;
            s_tag_waiting <= s_tag_beat;
            if (s_tag_valid !== 1'b0 && s_tag_valid !== 1'b1) begin
                $display("cycle %0d: tag_valid is unknown", cycle);
                s_tag_failed <= 1'b1;
            end else if (s_tag_waits && (!s_tag_valid || s_tag_beat !== s_tag_waiting)) begin
                $display("cycle %0d: tag changed beat %0d before it was taken", cycle, s_tag_passed);
                s_tag_failed <= 1'b1;
            end else if (s_tag_valid && s_tag_ready) begin
                s_tag_passed <= s_tag_passed + 1;
                if (s_tag_passed == 40) begin
                    $display("cycle %0d: tag offers a beat beyond the %0d expected", cycle, 40);
                    s_tag_failed <= 1'b1;
                    end else if (((s_tag_beat ^ s_tag_line[87:44]) & s_tag_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH tag beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_tag_passed, cycle, s_tag_line[87:44], s_tag_beat, s_tag_line[43:0]);
                        s_tag_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_segment_passed == 40 && s_query_passed == 104 && s_request_passed == 40 && s_group_passed == 40 && s_row_passed == 104 && s_row_query_passed == 104 && s_sink_passed == 104 && s_tag_passed == 40;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_segment_valid && s_segment_ready
                    || s_query_valid && s_query_ready
                    || s_request_valid && s_request_ready
                    || s_group_valid && s_group_ready
                    || s_row_valid && s_row_ready
                    || s_row_query_valid && s_row_query_ready
                    || s_sink_valid && s_sink_ready
                    || s_tag_valid && s_tag_ready) last_move <= cycle;
            if (s_segment_failed || s_query_failed || s_request_failed || s_group_failed || s_row_failed || s_row_query_failed || s_sink_failed || s_tag_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: segment=%0d/%0d query=%0d/%0d request=%0d/%0d group=%0d/%0d row=%0d/%0d row_query=%0d/%0d sink=%0d/%0d tag=%0d/%0d",
                    cycle, last_move, s_segment_passed, 40, s_query_passed, 104, s_request_passed, 40, s_group_passed, 40, s_row_passed, 104, s_row_query_passed, 104, s_sink_passed, 104, s_tag_passed, 40);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS segment_issuer request=%0d group=%0d row=%0d row_query=%0d sink=%0d tag=%0d cycles=%0d",
                s_request_passed, s_group_passed, s_row_passed, s_row_query_passed, s_sink_passed, s_tag_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL segment_issuer cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
