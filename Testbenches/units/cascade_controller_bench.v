// Self-checking bench of CascadeController_n524288_k1024_d64_h16, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes cascade_controller.vcd
`default_nettype none

module cascade_controller_bench #(
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
            $dumpfile("cascade_controller.vcd");
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

    // command: 30 beats given.
    reg s_command_valid;
    wire s_command_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [167:0] s_command_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_command_passed;
    reg s_command_failed;

    // job: 78 beats given.
    reg s_job_valid;
    wire s_job_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [299:0] s_job_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_job_passed;
    reg s_job_failed;

    // query: 78 beats given.
    reg s_query_valid;
    wire s_query_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [767:0] s_query_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_query_passed;
    reg s_query_failed;

    // restored: 24 beats given.
    reg s_restored_valid;
    wire s_restored_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1027:0] s_restored_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_restored_passed;
    reg s_restored_failed;

    // output: 3072 beats given.
    reg s_output_valid;
    wire s_output_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [19:0] s_output_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_output_passed;
    reg s_output_failed;

    // row_done: 48 beats given.
    reg s_row_done_valid;
    integer s_row_done_passed;
    reg s_row_done_failed;

    // token_scan: 23 beats given.
    reg s_token_scan_valid;
    wire s_token_scan_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1007:0] s_token_scan_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_token_scan_passed;
    reg s_token_scan_failed;

    // status: 30 beats expected.
    wire s_status_valid;
    reg s_status_ready;
    wire [2:0] s_status_payload;
    integer s_status_passed;
    reg s_status_failed;

    // skipped: 30 beats expected.
    wire s_skipped_valid;
    reg s_skipped_ready;
    wire [7:0] s_skipped_layer;
    wire [7:0] s_skipped_head;
    integer s_skipped_passed;
    reg s_skipped_failed;

    // lane_job: 48 beats expected.
    wire s_lane_job_valid;
    reg s_lane_job_ready;
    wire [19:0] s_lane_job_first;
    wire [19:0] s_lane_job_end;
    wire s_lane_job_gathered;
    wire s_lane_job_loads_list;
    wire s_lane_job_accumulates;
    wire [2:0] s_lane_job_tile_size;
    wire [3:0] s_lane_job_msb_bits;
    wire [3:0] s_lane_job_lsb_bits;
    wire [3:0] s_lane_job_value_bits;
    wire [17:0] s_lane_job_scale_mantissa;
    wire [5:0] s_lane_job_scale_shift;
    wire [1:0] s_lane_job_refine;
    wire [24:0] s_lane_job_confidence;
    wire [1:0] s_lane_job_value_rule;
    wire [24:0] s_lane_job_value_limit;
    wire s_lane_job_renormalise;
    wire [39:0] s_lane_job_key_msb_address;
    wire [39:0] s_lane_job_key_lsb_address;
    wire [39:0] s_lane_job_value_address;
    integer s_lane_job_passed;
    reg s_lane_job_failed;

    // lane_query: 48 beats expected.
    wire s_lane_query_valid;
    reg s_lane_query_ready;
    wire [767:0] s_lane_query_payload;
    integer s_lane_query_passed;
    reg s_lane_query_failed;

    // list: 128 beats expected.
    wire s_list_valid;
    reg s_list_ready;
    wire [18:0] s_list_token;
    wire s_list_last;
    integer s_list_passed;
    reg s_list_failed;

    // token_command: 44 beats expected.
    wire s_token_command_valid;
    reg s_token_command_ready;
    wire [1:0] s_token_command_operation;
    wire [10:0] s_token_command_first;
    wire [10:0] s_token_command_end;
    wire [31:0] s_token_command_born;
    integer s_token_command_passed;
    reg s_token_command_failed;

    // token_load: 7 beats expected.
    wire s_token_load_valid;
    reg s_token_load_ready;
    wire [495:0] s_token_load_importance;
    wire [511:0] s_token_load_born;
    integer s_token_load_passed;
    reg s_token_load_failed;

    // saved: 16 beats expected.
    wire s_saved_valid;
    reg s_saved_ready;
    wire [511:0] s_saved_numbers;
    wire [511:0] s_saved_born;
    wire s_saved_last;
    integer s_saved_passed;
    reg s_saved_failed;

    CascadeController_n524288_k1024_d64_h16 unit (
        .clock(clock),
            .reset(reset),
            .command_valid(s_command_valid),
            .command_ready(s_command_ready),
            .command_payload_operation(s_command_beat[165:164]),
            .command_payload_context(s_command_beat[163:144]),
            .command_payload_is_new_sequence(s_command_beat[140]),
            .command_payload_layers(s_command_beat[139:132]),
            .command_payload_heads(s_command_beat[131:124]),
            .command_payload_mode(s_command_beat[121:120]),
            .command_payload_sink(s_command_beat[118:108]),
            .command_payload_recent(s_command_beat[106:96]),
            .command_payload_token_ratio_unpruned(s_command_beat[95:88]),
            .command_payload_token_ratio_start(s_command_beat[84:68]),
            .command_payload_token_ratio_step(s_command_beat[65:48]),
            .command_payload_head_ratio_unpruned(s_command_beat[47:40]),
            .command_payload_head_ratio_start(s_command_beat[36:20]),
            .command_payload_head_ratio_step(s_command_beat[17:0]),
            .job_valid(s_job_valid),
            .job_ready(s_job_ready),
            .job_payload_job_first(s_job_beat[299:280]),
            .job_payload_job_end(s_job_beat[279:260]),
            .job_payload_job_gathered(s_job_beat[256]),
            .job_payload_job_loads_list(s_job_beat[252]),
            .job_payload_job_accumulates(s_job_beat[248]),
            .job_payload_job_tile_size(s_job_beat[246:244]),
            .job_payload_job_msb_bits(s_job_beat[243:240]),
            .job_payload_job_lsb_bits(s_job_beat[239:236]),
            .job_payload_job_value_bits(s_job_beat[235:232]),
            .job_payload_job_scale_mantissa(s_job_beat[229:212]),
            .job_payload_job_scale_shift(s_job_beat[209:204]),
            .job_payload_job_refine(s_job_beat[201:200]),
            .job_payload_job_confidence(s_job_beat[196:172]),
            .job_payload_job_value_rule(s_job_beat[169:168]),
            .job_payload_job_value_limit(s_job_beat[164:140]),
            .job_payload_job_renormalise(s_job_beat[136]),
            .job_payload_job_key_msb_address(s_job_beat[135:96]),
            .job_payload_job_key_lsb_address(s_job_beat[95:56]),
            .job_payload_job_value_address(s_job_beat[55:16]),
            .job_payload_head_scale(s_job_beat[15:0]),
            .query_valid(s_query_valid),
            .query_ready(s_query_ready),
            .query_payload(s_query_beat[767:0]),
            .restored_valid(s_restored_valid),
            .restored_ready(s_restored_ready),
            .restored_payload_numbers(s_restored_beat[1027:516]),
            .restored_payload_born(s_restored_beat[515:4]),
            .restored_payload_last(s_restored_beat[0]),
            .output_valid(s_output_valid),
            .output_ready(s_output_ready),
            .output_payload_element(s_output_beat[19:4]),
            .output_payload_last(s_output_beat[0]),
            .row_done(s_row_done_valid),
            .token_scan_valid(s_token_scan_valid),
            .token_scan_ready(s_token_scan_ready),
            .token_scan_payload_importance(s_token_scan_beat[1007:512]),
            .token_scan_payload_born(s_token_scan_beat[511:0]),
            .status_valid(s_status_valid),
            .status_ready(s_status_ready),
            .status_payload(s_status_payload),
            .skipped_valid(s_skipped_valid),
            .skipped_ready(s_skipped_ready),
            .skipped_payload_layer(s_skipped_layer),
            .skipped_payload_head(s_skipped_head),
            .lane_job_valid(s_lane_job_valid),
            .lane_job_ready(s_lane_job_ready),
            .lane_job_payload_first(s_lane_job_first),
            .lane_job_payload_end(s_lane_job_end),
            .lane_job_payload_gathered(s_lane_job_gathered),
            .lane_job_payload_loads_list(s_lane_job_loads_list),
            .lane_job_payload_accumulates(s_lane_job_accumulates),
            .lane_job_payload_tile_size(s_lane_job_tile_size),
            .lane_job_payload_msb_bits(s_lane_job_msb_bits),
            .lane_job_payload_lsb_bits(s_lane_job_lsb_bits),
            .lane_job_payload_value_bits(s_lane_job_value_bits),
            .lane_job_payload_scale_mantissa(s_lane_job_scale_mantissa),
            .lane_job_payload_scale_shift(s_lane_job_scale_shift),
            .lane_job_payload_refine(s_lane_job_refine),
            .lane_job_payload_confidence(s_lane_job_confidence),
            .lane_job_payload_value_rule(s_lane_job_value_rule),
            .lane_job_payload_value_limit(s_lane_job_value_limit),
            .lane_job_payload_renormalise(s_lane_job_renormalise),
            .lane_job_payload_key_msb_address(s_lane_job_key_msb_address),
            .lane_job_payload_key_lsb_address(s_lane_job_key_lsb_address),
            .lane_job_payload_value_address(s_lane_job_value_address),
            .lane_query_valid(s_lane_query_valid),
            .lane_query_ready(s_lane_query_ready),
            .lane_query_payload(s_lane_query_payload),
            .list_valid(s_list_valid),
            .list_ready(s_list_ready),
            .list_payload_token(s_list_token),
            .list_payload_last(s_list_last),
            .token_command_valid(s_token_command_valid),
            .token_command_ready(s_token_command_ready),
            .token_command_payload_operation(s_token_command_operation),
            .token_command_payload_first(s_token_command_first),
            .token_command_payload_end(s_token_command_end),
            .token_command_payload_born(s_token_command_born),
            .token_load_valid(s_token_load_valid),
            .token_load_ready(s_token_load_ready),
            .token_load_payload_importance(s_token_load_importance),
            .token_load_payload_born(s_token_load_born),
            .saved_valid(s_saved_valid),
            .saved_ready(s_saved_ready),
            .saved_payload_numbers(s_saved_numbers),
            .saved_payload_born(s_saved_born),
            .saved_payload_last(s_saved_last)
    );

    reg [167:0] s_command_lines [0:29];
    integer s_command_next;
    initial $readmemh("cascade_controller_command.hex", s_command_lines);
    wire s_command_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_command_next <= 0;
            s_command_passed <= 0;
            s_command_failed <= 1'b0;
            s_command_valid <= 1'b0;
        end else begin
            if (s_command_valid && s_command_ready) s_command_passed <= s_command_passed + 1;
            if (s_command_ready !== 1'b0 && s_command_ready !== 1'b1) begin
                $display("cycle %0d: command_ready is unknown", cycle);
                s_command_failed <= 1'b1;
            end
            if (!s_command_valid || s_command_ready) begin
                if (s_command_next < 30 && !s_command_pauses) begin
                    s_command_valid <= 1'b1;
                    s_command_beat <= s_command_lines[s_command_next][167:0];
                    s_command_next <= s_command_next + 1;
                end else begin
                    s_command_valid <= 1'b0;
                    s_command_beat <= {168{1'bx}};
                end
            end
        end

    reg [299:0] s_job_lines [0:77];
    integer s_job_next;
    initial $readmemh("cascade_controller_job.hex", s_job_lines);
    wire s_job_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_job_next <= 0;
            s_job_passed <= 0;
            s_job_failed <= 1'b0;
            s_job_valid <= 1'b0;
        end else begin
            if (s_job_valid && s_job_ready) s_job_passed <= s_job_passed + 1;
            if (s_job_ready !== 1'b0 && s_job_ready !== 1'b1) begin
                $display("cycle %0d: job_ready is unknown", cycle);
                s_job_failed <= 1'b1;
            end
            if (!s_job_valid || s_job_ready) begin
                if (s_job_next < 78 && !s_job_pauses) begin
                    s_job_valid <= 1'b1;
                    s_job_beat <= s_job_lines[s_job_next][299:0];
                    s_job_next <= s_job_next + 1;
                end else begin
                    s_job_valid <= 1'b0;
                    s_job_beat <= {300{1'bx}};
                end
            end
        end

    reg [767:0] s_query_lines [0:77];
    integer s_query_next;
    initial $readmemh("cascade_controller_query.hex", s_query_lines);
    wire s_query_pauses = {26'd0, noise[15:10]} < stalls;
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
                if (s_query_next < 78 && !s_query_pauses) begin
                    s_query_valid <= 1'b1;
                    s_query_beat <= s_query_lines[s_query_next][767:0];
                    s_query_next <= s_query_next + 1;
                end else begin
                    s_query_valid <= 1'b0;
                    s_query_beat <= {768{1'bx}};
                end
            end
        end

    reg [1027:0] s_restored_lines [0:23];
    integer s_restored_next;
    initial $readmemh("cascade_controller_restored.hex", s_restored_lines);
    wire s_restored_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_restored_next <= 0;
            s_restored_passed <= 0;
            s_restored_failed <= 1'b0;
            s_restored_valid <= 1'b0;
        end else begin
            if (s_restored_valid && s_restored_ready) s_restored_passed <= s_restored_passed + 1;
            if (s_restored_ready !== 1'b0 && s_restored_ready !== 1'b1) begin
                $display("cycle %0d: restored_ready is unknown", cycle);
                s_restored_failed <= 1'b1;
            end
            if (!s_restored_valid || s_restored_ready) begin
                if (s_restored_next < 24 && !s_restored_pauses) begin
                    s_restored_valid <= 1'b1;
                    s_restored_beat <= s_restored_lines[s_restored_next][1027:0];
                    s_restored_next <= s_restored_next + 1;
                end else begin
                    s_restored_valid <= 1'b0;
                    s_restored_beat <= {1028{1'bx}};
                end
            end
        end

    reg [51:0] s_output_lines [0:3071];
    integer s_output_next;
    initial $readmemh("cascade_controller_output.hex", s_output_lines);
    wire s_output_pauses = {26'd0, noise[25:20]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_output_next <= 0;
            s_output_passed <= 0;
            s_output_failed <= 1'b0;
            s_output_valid <= 1'b0;
        end else begin
            if (s_output_valid && s_output_ready) s_output_passed <= s_output_passed + 1;
            if (s_output_ready !== 1'b0 && s_output_ready !== 1'b1) begin
                $display("cycle %0d: output_ready is unknown", cycle);
                s_output_failed <= 1'b1;
            end
            if (!s_output_valid || s_output_ready) begin
                if (s_output_next < 3072 && !s_output_pauses && s_lane_job_passed >= s_output_lines[s_output_next][31:0]) begin
                    s_output_valid <= 1'b1;
                    s_output_beat <= s_output_lines[s_output_next][51:32];
                    s_output_next <= s_output_next + 1;
                end else begin
                    s_output_valid <= 1'b0;
                    s_output_beat <= {20{1'bx}};
                end
            end
        end

    reg [35:0] s_row_done_lines [0:47];
    integer s_row_done_next;
    initial $readmemh("cascade_controller_row_done.hex", s_row_done_lines);
    wire s_row_done_pauses = {26'd0, noise[30:25]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_row_done_next <= 0;
            s_row_done_passed <= 0;
            s_row_done_failed <= 1'b0;
            s_row_done_valid <= 1'b0;
        end else begin
            if (s_row_done_valid) s_row_done_passed <= s_row_done_passed + 1;
            if (1'b1) begin
                if (s_row_done_next < 48 && !s_row_done_pauses && s_lane_job_passed >= s_row_done_lines[s_row_done_next][31:0]) begin
                    s_row_done_valid <= 1'b1;
                    s_row_done_next <= s_row_done_next + 1;
                end else begin
                    s_row_done_valid <= 1'b0;
                end
            end
        end

    reg [1039:0] s_token_scan_lines [0:22];
    integer s_token_scan_next;
    initial $readmemh("cascade_controller_token_scan.hex", s_token_scan_lines);
    wire s_token_scan_pauses = {26'd0, noise[9:4]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_token_scan_next <= 0;
            s_token_scan_passed <= 0;
            s_token_scan_failed <= 1'b0;
            s_token_scan_valid <= 1'b0;
        end else begin
            if (s_token_scan_valid && s_token_scan_ready) s_token_scan_passed <= s_token_scan_passed + 1;
            if (s_token_scan_ready !== 1'b0 && s_token_scan_ready !== 1'b1) begin
                $display("cycle %0d: token_scan_ready is unknown", cycle);
                s_token_scan_failed <= 1'b1;
            end
            if (!s_token_scan_valid || s_token_scan_ready) begin
                if (s_token_scan_next < 23 && !s_token_scan_pauses && s_token_command_passed >= s_token_scan_lines[s_token_scan_next][31:0]) begin
                    s_token_scan_valid <= 1'b1;
                    s_token_scan_beat <= s_token_scan_lines[s_token_scan_next][1039:32];
                    s_token_scan_next <= s_token_scan_next + 1;
                end else begin
                    s_token_scan_valid <= 1'b0;
                    s_token_scan_beat <= {1008{1'bx}};
                end
            end
        end

    reg [7:0] s_status_lines [0:29];
    initial $readmemh("cascade_controller_status.hex", s_status_lines);
    wire [3:0] s_status_beat = {1'd0, s_status_payload};
    wire [7:0] s_status_line = s_status_lines[s_status_passed];
    reg s_status_waits;
    reg [3:0] s_status_waiting;
    always @(posedge clock)
        if (reset) begin
            s_status_passed <= 0;
            s_status_failed <= 1'b0;
            s_status_waits <= 1'b0;
            s_status_ready <= 1'b0;
        end else begin
            s_status_ready <= !({26'd0, noise[14:9]} < stalls);
            s_status_waits <= s_status_valid && !s_status_ready;
            s_status_waiting <= s_status_beat;
            if (s_status_valid !== 1'b0 && s_status_valid !== 1'b1) begin
                $display("cycle %0d: status_valid is unknown", cycle);
                s_status_failed <= 1'b1;
            end else if (s_status_waits && (!s_status_valid || s_status_beat !== s_status_waiting)) begin
                $display("cycle %0d: status changed beat %0d before it was taken", cycle, s_status_passed);
                s_status_failed <= 1'b1;
            end else if (s_status_valid && s_status_ready) begin
                s_status_passed <= s_status_passed + 1;
                if (s_status_passed == 30) begin
                    $display("cycle %0d: status offers a beat beyond the %0d expected", cycle, 30);
                    s_status_failed <= 1'b1;
                    end else if (((s_status_beat ^ s_status_line[7:4]) & s_status_line[3:0]) !== 4'd0) begin
                        $display("MISMATCH status beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_status_passed, cycle, s_status_line[7:4], s_status_beat, s_status_line[3:0]);
                        s_status_failed <= 1'b1;
                end
            end
        end

    reg [31:0] s_skipped_lines [0:29];
    initial $readmemh("cascade_controller_skipped.hex", s_skipped_lines);
    wire [15:0] s_skipped_beat = {s_skipped_layer, s_skipped_head};
    wire [31:0] s_skipped_line = s_skipped_lines[s_skipped_passed];
    reg s_skipped_waits;
    reg [15:0] s_skipped_waiting;
    always @(posedge clock)
        if (reset) begin
            s_skipped_passed <= 0;
            s_skipped_failed <= 1'b0;
            s_skipped_waits <= 1'b0;
            s_skipped_ready <= 1'b0;
        end else begin
            s_skipped_ready <= !({26'd0, noise[19:14]} < stalls);
            s_skipped_waits <= s_skipped_valid && !s_skipped_ready;
            s_skipped_waiting <= s_skipped_beat;
            if (s_skipped_valid !== 1'b0 && s_skipped_valid !== 1'b1) begin
                $display("cycle %0d: skipped_valid is unknown", cycle);
                s_skipped_failed <= 1'b1;
            end else if (s_skipped_waits && (!s_skipped_valid || s_skipped_beat !== s_skipped_waiting)) begin
                $display("cycle %0d: skipped changed beat %0d before it was taken", cycle, s_skipped_passed);
                s_skipped_failed <= 1'b1;
            end else if (s_skipped_valid && s_skipped_ready) begin
                s_skipped_passed <= s_skipped_passed + 1;
                if (s_skipped_passed == 30) begin
                    $display("cycle %0d: skipped offers a beat beyond the %0d expected", cycle, 30);
                    s_skipped_failed <= 1'b1;
                    end else if (((s_skipped_beat ^ s_skipped_line[31:16]) & s_skipped_line[15:0]) !== 16'd0) begin
                        $display("MISMATCH skipped beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_skipped_passed, cycle, s_skipped_line[31:16], s_skipped_beat, s_skipped_line[15:0]);
                        s_skipped_failed <= 1'b1;
                end
            end
        end

    reg [567:0] s_lane_job_lines [0:47];
    initial $readmemh("cascade_controller_lane_job.hex", s_lane_job_lines);
    wire [283:0] s_lane_job_beat = {s_lane_job_first, s_lane_job_end, 3'd0, s_lane_job_gathered, 3'd0, s_lane_job_loads_list, 3'd0, s_lane_job_accumulates, 1'd0, s_lane_job_tile_size, s_lane_job_msb_bits, s_lane_job_lsb_bits, s_lane_job_value_bits, 2'd0, s_lane_job_scale_mantissa, 2'd0, s_lane_job_scale_shift, 2'd0, s_lane_job_refine, 3'd0, s_lane_job_confidence, 2'd0, s_lane_job_value_rule, 3'd0, s_lane_job_value_limit, 3'd0, s_lane_job_renormalise, s_lane_job_key_msb_address, s_lane_job_key_lsb_address, s_lane_job_value_address};
    wire [567:0] s_lane_job_line = s_lane_job_lines[s_lane_job_passed];
    reg s_lane_job_waits;
    reg [283:0] s_lane_job_waiting;
    always @(posedge clock)
        if (reset) begin
            s_lane_job_passed <= 0;
            s_lane_job_failed <= 1'b0;
            s_lane_job_waits <= 1'b0;
            s_lane_job_ready <= 1'b0;
        end else begin
            s_lane_job_ready <= !({26'd0, noise[24:19]} < stalls);
            s_lane_job_waits <= s_lane_job_valid && !s_lane_job_ready;
            s_lane_job_waiting <= s_lane_job_beat;
            if (s_lane_job_valid !== 1'b0 && s_lane_job_valid !== 1'b1) begin
                $display("cycle %0d: lane_job_valid is unknown", cycle);
                s_lane_job_failed <= 1'b1;
            end else if (s_lane_job_waits && (!s_lane_job_valid || s_lane_job_beat !== s_lane_job_waiting)) begin
                $display("cycle %0d: lane_job changed beat %0d before it was taken", cycle, s_lane_job_passed);
                s_lane_job_failed <= 1'b1;
            end else if (s_lane_job_valid && s_lane_job_ready) begin
                s_lane_job_passed <= s_lane_job_passed + 1;
                if (s_lane_job_passed == 48) begin
                    $display("cycle %0d: lane_job offers a beat beyond the %0d expected", cycle, 48);
                    s_lane_job_failed <= 1'b1;
                    end else if (((s_lane_job_beat ^ s_lane_job_line[567:284]) & s_lane_job_line[283:0]) !== 284'd0) begin
                        $display("MISMATCH lane_job beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_lane_job_passed, cycle, s_lane_job_line[567:284], s_lane_job_beat, s_lane_job_line[283:0]);
                        s_lane_job_failed <= 1'b1;
                end
            end
        end

    reg [1535:0] s_lane_query_lines [0:47];
    initial $readmemh("cascade_controller_lane_query.hex", s_lane_query_lines);
    wire [767:0] s_lane_query_beat = {s_lane_query_payload};
    wire [1535:0] s_lane_query_line = s_lane_query_lines[s_lane_query_passed];
    reg s_lane_query_waits;
    reg [767:0] s_lane_query_waiting;
    always @(posedge clock)
        if (reset) begin
            s_lane_query_passed <= 0;
            s_lane_query_failed <= 1'b0;
            s_lane_query_waits <= 1'b0;
            s_lane_query_ready <= 1'b0;
        end else begin
            s_lane_query_ready <= !({26'd0, noise[29:24]} < stalls);
            s_lane_query_waits <= s_lane_query_valid && !s_lane_query_ready;
            s_lane_query_waiting <= s_lane_query_beat;
            if (s_lane_query_valid !== 1'b0 && s_lane_query_valid !== 1'b1) begin
                $display("cycle %0d: lane_query_valid is unknown", cycle);
                s_lane_query_failed <= 1'b1;
            end else if (s_lane_query_waits && (!s_lane_query_valid || s_lane_query_beat !== s_lane_query_waiting)) begin
                $display("cycle %0d: lane_query changed beat %0d before it was taken", cycle, s_lane_query_passed);
                s_lane_query_failed <= 1'b1;
            end else if (s_lane_query_valid && s_lane_query_ready) begin
                s_lane_query_passed <= s_lane_query_passed + 1;
                if (s_lane_query_passed == 48) begin
                    $display("cycle %0d: lane_query offers a beat beyond the %0d expected", cycle, 48);
                    s_lane_query_failed <= 1'b1;
                    end else if (((s_lane_query_beat ^ s_lane_query_line[1535:768]) & s_lane_query_line[767:0]) !== 768'd0) begin
                        $display("MISMATCH lane_query beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_lane_query_passed, cycle, s_lane_query_line[1535:768], s_lane_query_beat, s_lane_query_line[767:0]);
                        s_lane_query_failed <= 1'b1;
                end
            end
        end

    reg [47:0] s_list_lines [0:127];
    initial $readmemh("cascade_controller_list.hex", s_list_lines);
    wire [23:0] s_list_beat = {1'd0, s_list_token, 3'd0, s_list_last};
    wire [47:0] s_list_line = s_list_lines[s_list_passed];
    reg s_list_waits;
    reg [23:0] s_list_waiting;
    always @(posedge clock)
        if (reset) begin
            s_list_passed <= 0;
            s_list_failed <= 1'b0;
            s_list_waits <= 1'b0;
            s_list_ready <= 1'b0;
        end else begin
            s_list_ready <= !({26'd0, noise[8:3]} < stalls);
            s_list_waits <= s_list_valid && !s_list_ready;
            s_list_waiting <= s_list_beat;
            if (s_list_valid !== 1'b0 && s_list_valid !== 1'b1) begin
                $display("cycle %0d: list_valid is unknown", cycle);
                s_list_failed <= 1'b1;
            end else if (s_list_waits && (!s_list_valid || s_list_beat !== s_list_waiting)) begin
                $display("cycle %0d: list changed beat %0d before it was taken", cycle, s_list_passed);
                s_list_failed <= 1'b1;
            end else if (s_list_valid && s_list_ready) begin
                s_list_passed <= s_list_passed + 1;
                if (s_list_passed == 128) begin
                    $display("cycle %0d: list offers a beat beyond the %0d expected", cycle, 128);
                    s_list_failed <= 1'b1;
                    end else if (((s_list_beat ^ s_list_line[47:24]) & s_list_line[23:0]) !== 24'd0) begin
                        $display("MISMATCH list beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_list_passed, cycle, s_list_line[47:24], s_list_beat, s_list_line[23:0]);
                        s_list_failed <= 1'b1;
                end
            end
        end

    reg [119:0] s_token_command_lines [0:43];
    initial $readmemh("cascade_controller_token_command.hex", s_token_command_lines);
    wire [59:0] s_token_command_beat = {2'd0, s_token_command_operation, 1'd0, s_token_command_first, 1'd0, s_token_command_end, s_token_command_born};
    wire [119:0] s_token_command_line = s_token_command_lines[s_token_command_passed];
    reg s_token_command_waits;
    reg [59:0] s_token_command_waiting;
    always @(posedge clock)
        if (reset) begin
            s_token_command_passed <= 0;
            s_token_command_failed <= 1'b0;
            s_token_command_waits <= 1'b0;
            s_token_command_ready <= 1'b0;
        end else begin
            s_token_command_ready <= !({26'd0, noise[13:8]} < stalls);
            s_token_command_waits <= s_token_command_valid && !s_token_command_ready;
            s_token_command_waiting <= s_token_command_beat;
            if (s_token_command_valid !== 1'b0 && s_token_command_valid !== 1'b1) begin
                $display("cycle %0d: token_command_valid is unknown", cycle);
                s_token_command_failed <= 1'b1;
            end else if (s_token_command_waits && (!s_token_command_valid || s_token_command_beat !== s_token_command_waiting)) begin
                $display("cycle %0d: token_command changed beat %0d before it was taken", cycle, s_token_command_passed);
                s_token_command_failed <= 1'b1;
            end else if (s_token_command_valid && s_token_command_ready) begin
                s_token_command_passed <= s_token_command_passed + 1;
                if (s_token_command_passed == 44) begin
                    $display("cycle %0d: token_command offers a beat beyond the %0d expected", cycle, 44);
                    s_token_command_failed <= 1'b1;
                    end else if (((s_token_command_beat ^ s_token_command_line[119:60]) & s_token_command_line[59:0]) !== 60'd0) begin
                        $display("MISMATCH token_command beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_token_command_passed, cycle, s_token_command_line[119:60], s_token_command_beat, s_token_command_line[59:0]);
                        s_token_command_failed <= 1'b1;
                end
            end
        end

    reg [2015:0] s_token_load_lines [0:6];
    initial $readmemh("cascade_controller_token_load.hex", s_token_load_lines);
    wire [1007:0] s_token_load_beat = {s_token_load_importance, s_token_load_born};
    wire [2015:0] s_token_load_line = s_token_load_lines[s_token_load_passed];
    reg s_token_load_waits;
    reg [1007:0] s_token_load_waiting;
    always @(posedge clock)
        if (reset) begin
            s_token_load_passed <= 0;
            s_token_load_failed <= 1'b0;
            s_token_load_waits <= 1'b0;
            s_token_load_ready <= 1'b0;
        end else begin
            s_token_load_ready <= !({26'd0, noise[18:13]} < stalls);
            s_token_load_waits <= s_token_load_valid && !s_token_load_ready;
            s_token_load_waiting <= s_token_load_beat;
            if (s_token_load_valid !== 1'b0 && s_token_load_valid !== 1'b1) begin
                $display("cycle %0d: token_load_valid is unknown", cycle);
                s_token_load_failed <= 1'b1;
            end else if (s_token_load_waits && (!s_token_load_valid || s_token_load_beat !== s_token_load_waiting)) begin
                $display("cycle %0d: token_load changed beat %0d before it was taken", cycle, s_token_load_passed);
                s_token_load_failed <= 1'b1;
            end else if (s_token_load_valid && s_token_load_ready) begin
                s_token_load_passed <= s_token_load_passed + 1;
                if (s_token_load_passed == 7) begin
                    $display("cycle %0d: token_load offers a beat beyond the %0d expected", cycle, 7);
                    s_token_load_failed <= 1'b1;
                    end else if (((s_token_load_beat ^ s_token_load_line[2015:1008]) & s_token_load_line[1007:0]) !== 1008'd0) begin
                        $display("MISMATCH token_load beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_token_load_passed, cycle, s_token_load_line[2015:1008], s_token_load_beat, s_token_load_line[1007:0]);
                        s_token_load_failed <= 1'b1;
                end
            end
        end

    reg [2055:0] s_saved_lines [0:15];
    initial $readmemh("cascade_controller_saved.hex", s_saved_lines);
    wire [1027:0] s_saved_beat = {s_saved_numbers, s_saved_born, 3'd0, s_saved_last};
    wire [2055:0] s_saved_line = s_saved_lines[s_saved_passed];
    reg s_saved_waits;
    reg [1027:0] s_saved_waiting;
    always @(posedge clock)
        if (reset) begin
            s_saved_passed <= 0;
            s_saved_failed <= 1'b0;
            s_saved_waits <= 1'b0;
            s_saved_ready <= 1'b0;
        end else begin
            s_saved_ready <= !({26'd0, noise[23:18]} < stalls);
            s_saved_waits <= s_saved_valid && !s_saved_ready;
            s_saved_waiting <= s_saved_beat;
            if (s_saved_valid !== 1'b0 && s_saved_valid !== 1'b1) begin
                $display("cycle %0d: saved_valid is unknown", cycle);
                s_saved_failed <= 1'b1;
            end else if (s_saved_waits && (!s_saved_valid || s_saved_beat !== s_saved_waiting)) begin
                $display("cycle %0d: saved changed beat %0d before it was taken", cycle, s_saved_passed);
                s_saved_failed <= 1'b1;
            end else if (s_saved_valid && s_saved_ready) begin
                s_saved_passed <= s_saved_passed + 1;
                if (s_saved_passed == 16) begin
                    $display("cycle %0d: saved offers a beat beyond the %0d expected", cycle, 16);
                    s_saved_failed <= 1'b1;
                    end else if (((s_saved_beat ^ s_saved_line[2055:1028]) & s_saved_line[1027:0]) !== 1028'd0) begin
                        $display("MISMATCH saved beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_saved_passed, cycle, s_saved_line[2055:1028], s_saved_beat, s_saved_line[1027:0]);
                        s_saved_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_command_passed == 30 && s_job_passed == 78 && s_query_passed == 78 && s_restored_passed == 24 && s_output_passed == 3072 && s_row_done_passed == 48 && s_token_scan_passed == 23 && s_status_passed == 30 && s_skipped_passed == 30 && s_lane_job_passed == 48 && s_lane_query_passed == 48 && s_list_passed == 128 && s_token_command_passed == 44 && s_token_load_passed == 7 && s_saved_passed == 16;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_command_valid && s_command_ready
                    || s_job_valid && s_job_ready
                    || s_query_valid && s_query_ready
                    || s_restored_valid && s_restored_ready
                    || s_output_valid && s_output_ready
                    || s_row_done_valid
                    || s_token_scan_valid && s_token_scan_ready
                    || s_status_valid && s_status_ready
                    || s_skipped_valid && s_skipped_ready
                    || s_lane_job_valid && s_lane_job_ready
                    || s_lane_query_valid && s_lane_query_ready
                    || s_list_valid && s_list_ready
                    || s_token_command_valid && s_token_command_ready
                    || s_token_load_valid && s_token_load_ready
                    || s_saved_valid && s_saved_ready) last_move <= cycle;
            if (s_command_failed || s_job_failed || s_query_failed || s_restored_failed || s_output_failed || s_row_done_failed || s_token_scan_failed || s_status_failed || s_skipped_failed || s_lane_job_failed || s_lane_query_failed || s_list_failed || s_token_command_failed || s_token_load_failed || s_saved_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: command=%0d/%0d job=%0d/%0d query=%0d/%0d restored=%0d/%0d output=%0d/%0d row_done=%0d/%0d token_scan=%0d/%0d status=%0d/%0d skipped=%0d/%0d lane_job=%0d/%0d lane_query=%0d/%0d list=%0d/%0d token_command=%0d/%0d token_load=%0d/%0d saved=%0d/%0d",
                    cycle, last_move, s_command_passed, 30, s_job_passed, 78, s_query_passed, 78, s_restored_passed, 24, s_output_passed, 3072, s_row_done_passed, 48, s_token_scan_passed, 23, s_status_passed, 30, s_skipped_passed, 30, s_lane_job_passed, 48, s_lane_query_passed, 48, s_list_passed, 128, s_token_command_passed, 44, s_token_load_passed, 7, s_saved_passed, 16);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS cascade_controller status=%0d skipped=%0d lane_job=%0d lane_query=%0d list=%0d token_command=%0d token_load=%0d saved=%0d cycles=%0d",
                s_status_passed, s_skipped_passed, s_lane_job_passed, s_lane_query_passed, s_list_passed, s_token_command_passed, s_token_load_passed, s_saved_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL cascade_controller cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
