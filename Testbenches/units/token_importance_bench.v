// Self-checking bench of TokenImportance_n524288_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes token_importance.vcd
`default_nettype none

module token_importance_bench #(
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
            $dumpfile("token_importance.vcd");
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

    // accumulates: 55 beats given.
    reg s_accumulates_valid;
    wire s_accumulates_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [3:0] s_accumulates_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_accumulates_passed;
    reg s_accumulates_failed;

    // range: 55 beats given.
    reg s_range_valid;
    wire s_range_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_range_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_range_passed;
    reg s_range_failed;

    // list: 165 beats given.
    reg s_list_valid;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [31:0] s_list_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_list_passed;
    reg s_list_failed;

    // weights: 131 beats given.
    reg s_weights_valid;
    wire s_weights_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_weights_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_weights_passed;
    reg s_weights_failed;

    // total: 55 beats given.
    reg s_total_valid;
    wire s_total_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_total_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_total_passed;
    reg s_total_failed;

    // bank_0_command: 24 beats given.
    reg s_bank_0_command_valid;
    wire s_bank_0_command_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [59:0] s_bank_0_command_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_bank_0_command_passed;
    reg s_bank_0_command_failed;

    // bank_0_load: 65 beats given.
    reg s_bank_0_load_valid;
    wire s_bank_0_load_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1007:0] s_bank_0_load_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_bank_0_load_passed;
    reg s_bank_0_load_failed;

    // bank_0_scan: 479 beats expected.
    wire s_bank_0_scan_valid;
    reg s_bank_0_scan_ready;
    wire [495:0] s_bank_0_scan_importance;
    wire [511:0] s_bank_0_scan_born;
    integer s_bank_0_scan_passed;
    reg s_bank_0_scan_failed;

    // row_done: 55 beats expected.
    wire s_row_done_valid;
    integer s_row_done_passed;
    reg s_row_done_failed;

    // row_added_0: 49 beats expected.
    wire s_row_added_0_valid;
    integer s_row_added_0_passed;
    reg s_row_added_0_failed;

    TokenImportance_n524288_k1024 unit (
        .clock(clock),
            .reset(reset),
            .accumulates_valid(s_accumulates_valid),
            .accumulates_ready(s_accumulates_ready),
            .accumulates_payload(s_accumulates_beat[0]),
            .range_valid(s_range_valid),
            .range_ready(s_range_ready),
            .range_payload_first(s_range_beat[47:28]),
            .range_payload_end(s_range_beat[27:8]),
            .range_payload_gathered(s_range_beat[4]),
            .range_payload_bank(s_range_beat[0]),
            .list_valid(s_list_valid),
            .list_payload_position(s_list_beat[30:20]),
            .list_payload_token(s_list_beat[18:0]),
            .weights_valid(s_weights_valid),
            .weights_ready(s_weights_ready),
            .weights_payload_weights(s_weights_beat[44:24]),
            .weights_payload_reference(s_weights_beat[23:12]),
            .weights_payload_occupied(s_weights_beat[8]),
            .weights_payload_tile_last(s_weights_beat[4]),
            .weights_payload_row_last(s_weights_beat[0]),
            .total_valid(s_total_valid),
            .total_ready(s_total_ready),
            .total_payload_occupied(s_total_beat[44]),
            .total_payload_highest_class(s_total_beat[42:36]),
            .total_payload_shift(s_total_beat[34:28]),
            .total_payload_reciprocal(s_total_beat[24:0]),
            .bank_0_command_valid(s_bank_0_command_valid),
            .bank_0_command_ready(s_bank_0_command_ready),
            .bank_0_command_payload_operation(s_bank_0_command_beat[57:56]),
            .bank_0_command_payload_first(s_bank_0_command_beat[54:44]),
            .bank_0_command_payload_end(s_bank_0_command_beat[42:32]),
            .bank_0_command_payload_born(s_bank_0_command_beat[31:0]),
            .bank_0_load_valid(s_bank_0_load_valid),
            .bank_0_load_ready(s_bank_0_load_ready),
            .bank_0_load_payload_importance(s_bank_0_load_beat[1007:512]),
            .bank_0_load_payload_born(s_bank_0_load_beat[511:0]),
            .bank_0_scan_valid(s_bank_0_scan_valid),
            .bank_0_scan_ready(s_bank_0_scan_ready),
            .bank_0_scan_payload_importance(s_bank_0_scan_importance),
            .bank_0_scan_payload_born(s_bank_0_scan_born),
            .row_done(s_row_done_valid),
            .row_added_0(s_row_added_0_valid)
    );

    reg [3:0] s_accumulates_lines [0:54];
    integer s_accumulates_next;
    initial $readmemh("token_importance_accumulates.hex", s_accumulates_lines);
    wire s_accumulates_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_accumulates_next <= 0;
            s_accumulates_passed <= 0;
            s_accumulates_failed <= 1'b0;
            s_accumulates_valid <= 1'b0;
        end else begin
            if (s_accumulates_valid && s_accumulates_ready) s_accumulates_passed <= s_accumulates_passed + 1;
            if (s_accumulates_ready !== 1'b0 && s_accumulates_ready !== 1'b1) begin
                $display("cycle %0d: accumulates_ready is unknown", cycle);
                s_accumulates_failed <= 1'b1;
            end
            if (!s_accumulates_valid || s_accumulates_ready) begin
                if (s_accumulates_next < 55 && !s_accumulates_pauses) begin
                    s_accumulates_valid <= 1'b1;
                    s_accumulates_beat <= s_accumulates_lines[s_accumulates_next][3:0];
                    s_accumulates_next <= s_accumulates_next + 1;
                end else begin
                    s_accumulates_valid <= 1'b0;
                    s_accumulates_beat <= {4{1'bx}};
                end
            end
        end

    reg [79:0] s_range_lines [0:54];
    integer s_range_next;
    initial $readmemh("token_importance_range.hex", s_range_lines);
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
                if (s_range_next < 55 && !s_range_pauses && s_list_passed >= s_range_lines[s_range_next][31:0]) begin
                    s_range_valid <= 1'b1;
                    s_range_beat <= s_range_lines[s_range_next][79:32];
                    s_range_next <= s_range_next + 1;
                end else begin
                    s_range_valid <= 1'b0;
                    s_range_beat <= {48{1'bx}};
                end
            end
        end

    reg [63:0] s_list_lines [0:164];
    integer s_list_next;
    initial $readmemh("token_importance_list.hex", s_list_lines);
    wire s_list_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_list_next <= 0;
            s_list_passed <= 0;
            s_list_failed <= 1'b0;
            s_list_valid <= 1'b0;
        end else begin
            if (s_list_valid) s_list_passed <= s_list_passed + 1;
            if (1'b1) begin
                if (s_list_next < 165 && !s_list_pauses && s_row_done_passed >= s_list_lines[s_list_next][31:0]) begin
                    s_list_valid <= 1'b1;
                    s_list_beat <= s_list_lines[s_list_next][63:32];
                    s_list_next <= s_list_next + 1;
                end else begin
                    s_list_valid <= 1'b0;
                    s_list_beat <= {32{1'bx}};
                end
            end
        end

    reg [79:0] s_weights_lines [0:130];
    integer s_weights_next;
    initial $readmemh("token_importance_weights.hex", s_weights_lines);
    wire s_weights_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_weights_next <= 0;
            s_weights_passed <= 0;
            s_weights_failed <= 1'b0;
            s_weights_valid <= 1'b0;
        end else begin
            if (s_weights_valid && s_weights_ready) s_weights_passed <= s_weights_passed + 1;
            if (s_weights_ready !== 1'b0 && s_weights_ready !== 1'b1) begin
                $display("cycle %0d: weights_ready is unknown", cycle);
                s_weights_failed <= 1'b1;
            end
            if (!s_weights_valid || s_weights_ready) begin
                if (s_weights_next < 131 && !s_weights_pauses && s_bank_0_command_passed >= s_weights_lines[s_weights_next][31:0]) begin
                    s_weights_valid <= 1'b1;
                    s_weights_beat <= s_weights_lines[s_weights_next][79:32];
                    s_weights_next <= s_weights_next + 1;
                end else begin
                    s_weights_valid <= 1'b0;
                    s_weights_beat <= {48{1'bx}};
                end
            end
        end

    reg [47:0] s_total_lines [0:54];
    integer s_total_next;
    initial $readmemh("token_importance_total.hex", s_total_lines);
    wire s_total_pauses = {26'd0, noise[25:20]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_total_next <= 0;
            s_total_passed <= 0;
            s_total_failed <= 1'b0;
            s_total_valid <= 1'b0;
        end else begin
            if (s_total_valid && s_total_ready) s_total_passed <= s_total_passed + 1;
            if (s_total_ready !== 1'b0 && s_total_ready !== 1'b1) begin
                $display("cycle %0d: total_ready is unknown", cycle);
                s_total_failed <= 1'b1;
            end
            if (!s_total_valid || s_total_ready) begin
                if (s_total_next < 55 && !s_total_pauses) begin
                    s_total_valid <= 1'b1;
                    s_total_beat <= s_total_lines[s_total_next][47:0];
                    s_total_next <= s_total_next + 1;
                end else begin
                    s_total_valid <= 1'b0;
                    s_total_beat <= {48{1'bx}};
                end
            end
        end

    reg [91:0] s_bank_0_command_lines [0:23];
    integer s_bank_0_command_next;
    initial $readmemh("token_importance_bank_0_command.hex", s_bank_0_command_lines);
    wire s_bank_0_command_pauses = {26'd0, noise[30:25]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_bank_0_command_next <= 0;
            s_bank_0_command_passed <= 0;
            s_bank_0_command_failed <= 1'b0;
            s_bank_0_command_valid <= 1'b0;
        end else begin
            if (s_bank_0_command_valid && s_bank_0_command_ready) s_bank_0_command_passed <= s_bank_0_command_passed + 1;
            if (s_bank_0_command_ready !== 1'b0 && s_bank_0_command_ready !== 1'b1) begin
                $display("cycle %0d: bank_0_command_ready is unknown", cycle);
                s_bank_0_command_failed <= 1'b1;
            end
            if (!s_bank_0_command_valid || s_bank_0_command_ready) begin
                if (s_bank_0_command_next < 24 && !s_bank_0_command_pauses && s_total_passed >= s_bank_0_command_lines[s_bank_0_command_next][31:0]) begin
                    s_bank_0_command_valid <= 1'b1;
                    s_bank_0_command_beat <= s_bank_0_command_lines[s_bank_0_command_next][91:32];
                    s_bank_0_command_next <= s_bank_0_command_next + 1;
                end else begin
                    s_bank_0_command_valid <= 1'b0;
                    s_bank_0_command_beat <= {60{1'bx}};
                end
            end
        end

    reg [1007:0] s_bank_0_load_lines [0:64];
    integer s_bank_0_load_next;
    initial $readmemh("token_importance_bank_0_load.hex", s_bank_0_load_lines);
    wire s_bank_0_load_pauses = {26'd0, noise[9:4]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_bank_0_load_next <= 0;
            s_bank_0_load_passed <= 0;
            s_bank_0_load_failed <= 1'b0;
            s_bank_0_load_valid <= 1'b0;
        end else begin
            if (s_bank_0_load_valid && s_bank_0_load_ready) s_bank_0_load_passed <= s_bank_0_load_passed + 1;
            if (s_bank_0_load_ready !== 1'b0 && s_bank_0_load_ready !== 1'b1) begin
                $display("cycle %0d: bank_0_load_ready is unknown", cycle);
                s_bank_0_load_failed <= 1'b1;
            end
            if (!s_bank_0_load_valid || s_bank_0_load_ready) begin
                if (s_bank_0_load_next < 65 && !s_bank_0_load_pauses) begin
                    s_bank_0_load_valid <= 1'b1;
                    s_bank_0_load_beat <= s_bank_0_load_lines[s_bank_0_load_next][1007:0];
                    s_bank_0_load_next <= s_bank_0_load_next + 1;
                end else begin
                    s_bank_0_load_valid <= 1'b0;
                    s_bank_0_load_beat <= {1008{1'bx}};
                end
            end
        end

    reg [2015:0] s_bank_0_scan_lines [0:478];
    initial $readmemh("token_importance_bank_0_scan.hex", s_bank_0_scan_lines);
    wire [1007:0] s_bank_0_scan_beat = {s_bank_0_scan_importance, s_bank_0_scan_born};
    wire [2015:0] s_bank_0_scan_line = s_bank_0_scan_lines[s_bank_0_scan_passed];
    reg s_bank_0_scan_waits;
    reg [1007:0] s_bank_0_scan_waiting;
    always @(posedge clock)
        if (reset) begin
            s_bank_0_scan_passed <= 0;
            s_bank_0_scan_failed <= 1'b0;
            s_bank_0_scan_waits <= 1'b0;
            s_bank_0_scan_ready <= 1'b0;
        end else begin
            s_bank_0_scan_ready <= !({26'd0, noise[14:9]} < stalls);
            s_bank_0_scan_waits <= s_bank_0_scan_valid && !s_bank_0_scan_ready;
            s_bank_0_scan_waiting <= s_bank_0_scan_beat;
            if (s_bank_0_scan_valid !== 1'b0 && s_bank_0_scan_valid !== 1'b1) begin
                $display("cycle %0d: bank_0_scan_valid is unknown", cycle);
                s_bank_0_scan_failed <= 1'b1;
            end else if (s_bank_0_scan_waits && (!s_bank_0_scan_valid || s_bank_0_scan_beat !== s_bank_0_scan_waiting)) begin
                $display("cycle %0d: bank_0_scan changed beat %0d before it was taken", cycle, s_bank_0_scan_passed);
                s_bank_0_scan_failed <= 1'b1;
            end else if (s_bank_0_scan_valid && s_bank_0_scan_ready) begin
                s_bank_0_scan_passed <= s_bank_0_scan_passed + 1;
                if (s_bank_0_scan_passed == 479) begin
                    $display("cycle %0d: bank_0_scan offers a beat beyond the %0d expected", cycle, 479);
                    s_bank_0_scan_failed <= 1'b1;
                    end else if (((s_bank_0_scan_beat ^ s_bank_0_scan_line[2015:1008]) & s_bank_0_scan_line[1007:0]) !== 1008'd0) begin
                        $display("MISMATCH bank_0_scan beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_bank_0_scan_passed, cycle, s_bank_0_scan_line[2015:1008], s_bank_0_scan_beat, s_bank_0_scan_line[1007:0]);
                        s_bank_0_scan_failed <= 1'b1;
                end
            end
        end

    reg [1:0] s_row_done_lines [0:54];
    initial $readmemh("token_importance_row_done.hex", s_row_done_lines);
    wire [0:0] s_row_done_beat = 1'b0;
    wire [1:0] s_row_done_line = s_row_done_lines[s_row_done_passed];
    reg s_row_done_waits;
    reg [0:0] s_row_done_waiting;
    always @(posedge clock)
        if (reset) begin
            s_row_done_passed <= 0;
            s_row_done_failed <= 1'b0;
            s_row_done_waits <= 1'b0;
        end else begin
            s_row_done_waits <= 1'b0;
            s_row_done_waiting <= s_row_done_beat;
            if (s_row_done_valid !== 1'b0 && s_row_done_valid !== 1'b1) begin
                $display("cycle %0d: row_done is unknown", cycle);
                s_row_done_failed <= 1'b1;
            end else if (s_row_done_waits && (!s_row_done_valid || s_row_done_beat !== s_row_done_waiting)) begin
                $display("cycle %0d: row_done changed beat %0d before it was taken", cycle, s_row_done_passed);
                s_row_done_failed <= 1'b1;
            end else if (s_row_done_valid) begin
                s_row_done_passed <= s_row_done_passed + 1;
                if (s_row_done_passed == 55) begin
                    $display("cycle %0d: row_done offers a beat beyond the %0d expected", cycle, 55);
                    s_row_done_failed <= 1'b1;
                    end else if (((s_row_done_beat ^ s_row_done_line[1:1]) & s_row_done_line[0:0]) !== 1'd0) begin
                        $display("MISMATCH row_done beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_row_done_passed, cycle, s_row_done_line[1:1], s_row_done_beat, s_row_done_line[0:0]);
                        s_row_done_failed <= 1'b1;
                end
            end
        end

    reg [1:0] s_row_added_0_lines [0:48];
    initial $readmemh("token_importance_row_added_0.hex", s_row_added_0_lines);
    wire [0:0] s_row_added_0_beat = 1'b0;
    wire [1:0] s_row_added_0_line = s_row_added_0_lines[s_row_added_0_passed];
    reg s_row_added_0_waits;
    reg [0:0] s_row_added_0_waiting;
    always @(posedge clock)
        if (reset) begin
            s_row_added_0_passed <= 0;
            s_row_added_0_failed <= 1'b0;
            s_row_added_0_waits <= 1'b0;
        end else begin
            s_row_added_0_waits <= 1'b0;
            s_row_added_0_waiting <= s_row_added_0_beat;
            if (s_row_added_0_valid !== 1'b0 && s_row_added_0_valid !== 1'b1) begin
                $display("cycle %0d: row_added_0 is unknown", cycle);
                s_row_added_0_failed <= 1'b1;
            end else if (s_row_added_0_waits && (!s_row_added_0_valid || s_row_added_0_beat !== s_row_added_0_waiting)) begin
                $display("cycle %0d: row_added_0 changed beat %0d before it was taken", cycle, s_row_added_0_passed);
                s_row_added_0_failed <= 1'b1;
            end else if (s_row_added_0_valid) begin
                s_row_added_0_passed <= s_row_added_0_passed + 1;
                if (s_row_added_0_passed == 49) begin
                    $display("cycle %0d: row_added_0 offers a beat beyond the %0d expected", cycle, 49);
                    s_row_added_0_failed <= 1'b1;
                    end else if (((s_row_added_0_beat ^ s_row_added_0_line[1:1]) & s_row_added_0_line[0:0]) !== 1'd0) begin
                        $display("MISMATCH row_added_0 beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_row_added_0_passed, cycle, s_row_added_0_line[1:1], s_row_added_0_beat, s_row_added_0_line[0:0]);
                        s_row_added_0_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_accumulates_passed == 55 && s_range_passed == 55 && s_list_passed == 165 && s_weights_passed == 131 && s_total_passed == 55 && s_bank_0_command_passed == 24 && s_bank_0_load_passed == 65 && s_bank_0_scan_passed == 479 && s_row_done_passed == 55 && s_row_added_0_passed == 49;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_accumulates_valid && s_accumulates_ready
                    || s_range_valid && s_range_ready
                    || s_list_valid
                    || s_weights_valid && s_weights_ready
                    || s_total_valid && s_total_ready
                    || s_bank_0_command_valid && s_bank_0_command_ready
                    || s_bank_0_load_valid && s_bank_0_load_ready
                    || s_bank_0_scan_valid && s_bank_0_scan_ready
                    || s_row_done_valid
                    || s_row_added_0_valid) last_move <= cycle;
            if (s_accumulates_failed || s_range_failed || s_list_failed || s_weights_failed || s_total_failed || s_bank_0_command_failed || s_bank_0_load_failed || s_bank_0_scan_failed || s_row_done_failed || s_row_added_0_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: accumulates=%0d/%0d range=%0d/%0d list=%0d/%0d weights=%0d/%0d total=%0d/%0d bank_0_command=%0d/%0d bank_0_load=%0d/%0d bank_0_scan=%0d/%0d row_done=%0d/%0d row_added_0=%0d/%0d",
                    cycle, last_move, s_accumulates_passed, 55, s_range_passed, 55, s_list_passed, 165, s_weights_passed, 131, s_total_passed, 55, s_bank_0_command_passed, 24, s_bank_0_load_passed, 65, s_bank_0_scan_passed, 479, s_row_done_passed, 55, s_row_added_0_passed, 49);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS token_importance bank_0_scan=%0d row_done=%0d row_added_0=%0d cycles=%0d",
                s_bank_0_scan_passed, s_row_done_passed, s_row_added_0_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL token_importance cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
