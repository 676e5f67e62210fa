// Self-checking bench of SpAttenIssuer_d64_m64_p64_n524288_b256_e8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes sp_atten_issuer.vcd
`default_nettype none

module sp_atten_issuer_bench #(
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
            $dumpfile("sp_atten_issuer.vcd");
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

    // query: 40 beats given.
    reg s_query_valid;
    wire s_query_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [871:0] s_query_beat;
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

    // job: 40 beats expected.
    wire s_job_valid;
    reg s_job_ready;
    wire [19:0] s_job_first;
    wire [19:0] s_job_end;
    wire s_job_gathered;
    wire s_job_loads_list;
    wire s_job_accumulates;
    wire [2:0] s_job_tile_size;
    wire [3:0] s_job_msb_bits;
    wire [3:0] s_job_lsb_bits;
    wire [3:0] s_job_value_bits;
    wire [17:0] s_job_scale_mantissa;
    wire [5:0] s_job_scale_shift;
    wire [1:0] s_job_refine;
    wire [24:0] s_job_confidence;
    wire [1:0] s_job_value_rule;
    wire [24:0] s_job_value_limit;
    wire s_job_renormalise;
    wire [39:0] s_job_key_msb_address;
    wire [39:0] s_job_key_lsb_address;
    wire [39:0] s_job_value_address;
    integer s_job_passed;
    reg s_job_failed;

    // row_query: 40 beats expected.
    wire s_row_query_valid;
    reg s_row_query_ready;
    wire [767:0] s_row_query_payload;
    integer s_row_query_passed;
    reg s_row_query_failed;

    // tag: 40 beats expected.
    wire s_tag_valid;
    reg s_tag_ready;
    wire [7:0] s_tag_output_head;
    wire [7:0] s_tag_output_sequence;
    wire s_tag_opens;
    wire s_tag_closes;
    wire s_tag_epoch;
    wire [5:0] s_tag_lane;
    wire s_tag_rows;
    wire [3:0] s_tag_value_bits;
    integer s_tag_passed;
    reg s_tag_failed;

    SpAttenIssuer_d64_m64_p64_n524288_b256_e8 unit (
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
            .segment_payload_settings_rows(s_segment_beat[144]),
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
            .query_payload_query(s_query_beat[871:104]),
            .query_payload_scale_mantissa(s_query_beat[101:84]),
            .query_payload_scale_shift(s_query_beat[81:76]),
            .query_payload_gathered(s_query_beat[72]),
            .query_payload_loads_list(s_query_beat[68]),
            .query_payload_refine(s_query_beat[65:64]),
            .query_payload_confidence(s_query_beat[60:36]),
            .query_payload_value_rule(s_query_beat[33:32]),
            .query_payload_value_limit(s_query_beat[28:4]),
            .query_payload_renormalise(s_query_beat[0]),
            .request_valid(s_request_valid),
            .request_ready(s_request_ready),
            .request_payload_output_head(s_request_output_head),
            .request_payload_output_sequence(s_request_output_sequence),
            .request_payload_epoch(s_request_epoch),
            .job_valid(s_job_valid),
            .job_ready(s_job_ready),
            .job_payload_first(s_job_first),
            .job_payload_end(s_job_end),
            .job_payload_gathered(s_job_gathered),
            .job_payload_loads_list(s_job_loads_list),
            .job_payload_accumulates(s_job_accumulates),
            .job_payload_tile_size(s_job_tile_size),
            .job_payload_msb_bits(s_job_msb_bits),
            .job_payload_lsb_bits(s_job_lsb_bits),
            .job_payload_value_bits(s_job_value_bits),
            .job_payload_scale_mantissa(s_job_scale_mantissa),
            .job_payload_scale_shift(s_job_scale_shift),
            .job_payload_refine(s_job_refine),
            .job_payload_confidence(s_job_confidence),
            .job_payload_value_rule(s_job_value_rule),
            .job_payload_value_limit(s_job_value_limit),
            .job_payload_renormalise(s_job_renormalise),
            .job_payload_key_msb_address(s_job_key_msb_address),
            .job_payload_key_lsb_address(s_job_key_lsb_address),
            .job_payload_value_address(s_job_value_address),
            .row_query_valid(s_row_query_valid),
            .row_query_ready(s_row_query_ready),
            .row_query_payload(s_row_query_payload),
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
    initial $readmemh("sp_atten_issuer_segment.hex", s_segment_lines);
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

    reg [903:0] s_query_lines [0:39];
    integer s_query_next;
    initial $readmemh("sp_atten_issuer_query.hex", s_query_lines);
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
                if (s_query_next < 40 && !s_query_pauses && s_request_passed >= s_query_lines[s_query_next][31:0]) begin
                    s_query_valid <= 1'b1;
                    s_query_beat <= s_query_lines[s_query_next][903:32];
                    s_query_next <= s_query_next + 1;
                end else begin
                    s_query_valid <= 1'b0;
                    s_query_beat <= {872{1'bx}};
                end
            end
        end

    reg [39:0] s_request_lines [0:39];
    initial $readmemh("sp_atten_issuer_request.hex", s_request_lines);
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

    reg [567:0] s_job_lines [0:39];
    initial $readmemh("sp_atten_issuer_job.hex", s_job_lines);
    wire [283:0] s_job_beat = {s_job_first, s_job_end, 3'd0, s_job_gathered, 3'd0, s_job_loads_list, 3'd0, s_job_accumulates, 1'd0, s_job_tile_size, s_job_msb_bits, s_job_lsb_bits, s_job_value_bits, 2'd0, s_job_scale_mantissa, 2'd0, s_job_scale_shift, 2'd0, s_job_refine, 3'd0, s_job_confidence, 2'd0, s_job_value_rule, 3'd0, s_job_value_limit, 3'd0, s_job_renormalise, s_job_key_msb_address, s_job_key_lsb_address, s_job_value_address};
    wire [567:0] s_job_line = s_job_lines[s_job_passed];
    reg s_job_waits;
    reg [283:0] s_job_waiting;
    always @(posedge clock)
        if (reset) begin
            s_job_passed <= 0;
            s_job_failed <= 1'b0;
            s_job_waits <= 1'b0;
            s_job_ready <= 1'b0;
        end else begin
            s_job_ready <= !({26'd0, noise[20:15]} < stalls);
            s_job_waits <= s_job_valid && !s_job_ready;
            s_job_waiting <= s_job_beat;
            if (s_job_valid !== 1'b0 && s_job_valid !== 1'b1) begin
                $display("cycle %0d: job_valid is unknown", cycle);
                s_job_failed <= 1'b1;
            end else if (s_job_waits && (!s_job_valid || s_job_beat !== s_job_waiting)) begin
                $display("cycle %0d: job changed beat %0d before it was taken", cycle, s_job_passed);
                s_job_failed <= 1'b1;
            end else if (s_job_valid && s_job_ready) begin
                s_job_passed <= s_job_passed + 1;
                if (s_job_passed == 40) begin
                    $display("cycle %0d: job offers a beat beyond the %0d expected", cycle, 40);
                    s_job_failed <= 1'b1;
                    end else if (((s_job_beat ^ s_job_line[567:284]) & s_job_line[283:0]) !== 284'd0) begin
                        $display("MISMATCH job beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_job_passed, cycle, s_job_line[567:284], s_job_beat, s_job_line[283:0]);
                        s_job_failed <= 1'b1;
                end
            end
        end

    reg [1535:0] s_row_query_lines [0:39];
    initial $readmemh("sp_atten_issuer_row_query.hex", s_row_query_lines);
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
            s_row_query_ready <= !({26'd0, noise[25:20]} < stalls);
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
                if (s_row_query_passed == 40) begin
                    $display("cycle %0d: row_query offers a beat beyond the %0d expected", cycle, 40);
                    s_row_query_failed <= 1'b1;
                    end else if (((s_row_query_beat ^ s_row_query_line[1535:768]) & s_row_query_line[767:0]) !== 768'd0) begin
                        $display("MISMATCH row_query beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_row_query_passed, cycle, s_row_query_line[1535:768], s_row_query_beat, s_row_query_line[767:0]);
                        s_row_query_failed <= 1'b1;
                end
            end
        end

    reg [87:0] s_tag_lines [0:39];
    initial $readmemh("sp_atten_issuer_tag.hex", s_tag_lines);
    wire [43:0] s_tag_beat = {s_tag_output_head, s_tag_output_sequence, 3'd0, s_tag_opens, 3'd0, s_tag_closes, 3'd0, s_tag_epoch, 2'd0, s_tag_lane, 3'd0, s_tag_rows, s_tag_value_bits};
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
            s_tag_ready <= !({26'd0, noise[30:25]} < stalls);
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
    wire finished = s_segment_passed == 40 && s_query_passed == 40 && s_request_passed == 40 && s_job_passed == 40 && s_row_query_passed == 40 && s_tag_passed == 40;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_segment_valid && s_segment_ready
                    || s_query_valid && s_query_ready
                    || s_request_valid && s_request_ready
                    || s_job_valid && s_job_ready
                    || s_row_query_valid && s_row_query_ready
                    || s_tag_valid && s_tag_ready) last_move <= cycle;
            if (s_segment_failed || s_query_failed || s_request_failed || s_job_failed || s_row_query_failed || s_tag_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: segment=%0d/%0d query=%0d/%0d request=%0d/%0d job=%0d/%0d row_query=%0d/%0d tag=%0d/%0d",
                    cycle, last_move, s_segment_passed, 40, s_query_passed, 40, s_request_passed, 40, s_job_passed, 40, s_row_query_passed, 40, s_tag_passed, 40);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS sp_atten_issuer request=%0d job=%0d row_query=%0d tag=%0d cycles=%0d",
                s_request_passed, s_job_passed, s_row_query_passed, s_tag_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL sp_atten_issuer cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
