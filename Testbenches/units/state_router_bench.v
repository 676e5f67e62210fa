// Self-checking bench of StateRouter_d64_n524288_e8_r2, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes state_router.vcd
`default_nettype none

module state_router_bench #(
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
            $dumpfile("state_router.vcd");
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

    // tag: 12 beats given.
    reg s_tag_valid;
    wire s_tag_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [43:0] s_tag_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_tag_passed;
    reg s_tag_failed;

    // state: 168 beats given.
    reg s_state_valid;
    wire s_state_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1467:0] s_state_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_state_passed;
    reg s_state_failed;

    // merged: 104 beats given.
    reg s_merged_valid;
    wire s_merged_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1515:0] s_merged_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_merged_passed;
    reg s_merged_failed;

    // partial: 88 beats expected.
    wire s_partial_valid;
    reg s_partial_ready;
    wire [7:0] s_partial_tag_output_head;
    wire [7:0] s_partial_tag_output_sequence;
    wire s_partial_tag_opens;
    wire s_partial_tag_closes;
    wire s_partial_tag_epoch;
    wire [5:0] s_partial_tag_lane;
    wire s_partial_tag_rows;
    wire [3:0] s_partial_tag_value_bits;
    wire s_partial_state_occupied;
    wire [6:0] s_partial_state_highest_class;
    wire [70:0] s_partial_state_weight_sum;
    wire [70:0] s_partial_state_weight_sum_below;
    wire [655:0] s_partial_state_output_sums;
    wire [655:0] s_partial_state_output_sums_below;
    wire s_partial_last;
    integer s_partial_passed;
    reg s_partial_failed;

    // output: 1472 beats expected.
    wire s_output_valid;
    reg s_output_ready;
    wire [15:0] s_output_element;
    wire s_output_last;
    wire s_output_row;
    wire [7:0] s_output_output_head;
    wire [7:0] s_output_output_sequence;
    wire s_output_epoch;
    integer s_output_passed;
    reg s_output_failed;

    StateRouter_d64_n524288_e8_r2 unit (
        .clock(clock),
            .reset(reset),
            .tag_valid(s_tag_valid),
            .tag_ready(s_tag_ready),
            .tag_payload_output_head(s_tag_beat[43:36]),
            .tag_payload_output_sequence(s_tag_beat[35:28]),
            .tag_payload_opens(s_tag_beat[24]),
            .tag_payload_closes(s_tag_beat[20]),
            .tag_payload_epoch(s_tag_beat[16]),
            .tag_payload_lane(s_tag_beat[13:8]),
            .tag_payload_rows(s_tag_beat[4]),
            .tag_payload_value_bits(s_tag_beat[3:0]),
            .state_valid(s_state_valid),
            .state_ready(s_state_ready),
            .state_payload_occupied(s_state_beat[1464]),
            .state_payload_highest_class(s_state_beat[1462:1456]),
            .state_payload_weight_sum(s_state_beat[1454:1384]),
            .state_payload_weight_sum_below(s_state_beat[1382:1312]),
            .state_payload_output_sums(s_state_beat[1311:656]),
            .state_payload_output_sums_below(s_state_beat[655:0]),
            .merged_valid(s_merged_valid),
            .merged_ready(s_merged_ready),
            .merged_payload_tag_output_head(s_merged_beat[1515:1508]),
            .merged_payload_tag_output_sequence(s_merged_beat[1507:1500]),
            .merged_payload_tag_opens(s_merged_beat[1496]),
            .merged_payload_tag_closes(s_merged_beat[1492]),
            .merged_payload_tag_epoch(s_merged_beat[1488]),
            .merged_payload_tag_lane(s_merged_beat[1485:1480]),
            .merged_payload_tag_rows(s_merged_beat[1476]),
            .merged_payload_tag_value_bits(s_merged_beat[1475:1472]),
            .merged_payload_state_occupied(s_merged_beat[1468]),
            .merged_payload_state_highest_class(s_merged_beat[1466:1460]),
            .merged_payload_state_weight_sum(s_merged_beat[1458:1388]),
            .merged_payload_state_weight_sum_below(s_merged_beat[1386:1316]),
            .merged_payload_state_output_sums(s_merged_beat[1315:660]),
            .merged_payload_state_output_sums_below(s_merged_beat[659:4]),
            .merged_payload_last(s_merged_beat[0]),
            .partial_valid(s_partial_valid),
            .partial_ready(s_partial_ready),
            .partial_payload_tag_output_head(s_partial_tag_output_head),
            .partial_payload_tag_output_sequence(s_partial_tag_output_sequence),
            .partial_payload_tag_opens(s_partial_tag_opens),
            .partial_payload_tag_closes(s_partial_tag_closes),
            .partial_payload_tag_epoch(s_partial_tag_epoch),
            .partial_payload_tag_lane(s_partial_tag_lane),
            .partial_payload_tag_rows(s_partial_tag_rows),
            .partial_payload_tag_value_bits(s_partial_tag_value_bits),
            .partial_payload_state_occupied(s_partial_state_occupied),
            .partial_payload_state_highest_class(s_partial_state_highest_class),
            .partial_payload_state_weight_sum(s_partial_state_weight_sum),
            .partial_payload_state_weight_sum_below(s_partial_state_weight_sum_below),
            .partial_payload_state_output_sums(s_partial_state_output_sums),
            .partial_payload_state_output_sums_below(s_partial_state_output_sums_below),
            .partial_payload_last(s_partial_last),
            .output_valid(s_output_valid),
            .output_ready(s_output_ready),
            .output_payload_element(s_output_element),
            .output_payload_last(s_output_last),
            .output_payload_row(s_output_row),
            .output_payload_output_head(s_output_output_head),
            .output_payload_output_sequence(s_output_output_sequence),
            .output_payload_epoch(s_output_epoch)
    );

    reg [43:0] s_tag_lines [0:11];
    integer s_tag_next;
    initial $readmemh("state_router_tag.hex", s_tag_lines);
    wire s_tag_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_tag_next <= 0;
            s_tag_passed <= 0;
            s_tag_failed <= 1'b0;
            s_tag_valid <= 1'b0;
        end else begin
            if (s_tag_valid && s_tag_ready) s_tag_passed <= s_tag_passed + 1;
            if (s_tag_ready !== 1'b0 && s_tag_ready !== 1'b1) begin
                $display("cycle %0d: tag_ready is unknown", cycle);
                s_tag_failed <= 1'b1;
            end
            if (!s_tag_valid || s_tag_ready) begin
                if (s_tag_next < 12 && !s_tag_pauses) begin
                    s_tag_valid <= 1'b1;
                    s_tag_beat <= s_tag_lines[s_tag_next][43:0];
                    s_tag_next <= s_tag_next + 1;
                end else begin
                    s_tag_valid <= 1'b0;
                    s_tag_beat <= {44{1'bx}};
                end
            end
        end

    reg [1467:0] s_state_lines [0:167];
    integer s_state_next;
    initial $readmemh("state_router_state.hex", s_state_lines);
    wire s_state_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_state_next <= 0;
            s_state_passed <= 0;
            s_state_failed <= 1'b0;
            s_state_valid <= 1'b0;
        end else begin
            if (s_state_valid && s_state_ready) s_state_passed <= s_state_passed + 1;
            if (s_state_ready !== 1'b0 && s_state_ready !== 1'b1) begin
                $display("cycle %0d: state_ready is unknown", cycle);
                s_state_failed <= 1'b1;
            end
            if (!s_state_valid || s_state_ready) begin
                if (s_state_next < 168 && !s_state_pauses) begin
                    s_state_valid <= 1'b1;
                    s_state_beat <= s_state_lines[s_state_next][1467:0];
                    s_state_next <= s_state_next + 1;
                end else begin
                    s_state_valid <= 1'b0;
                    s_state_beat <= {1468{1'bx}};
                end
            end
        end

    reg [1547:0] s_merged_lines [0:103];
    integer s_merged_next;
    initial $readmemh("state_router_merged.hex", s_merged_lines);
    wire s_merged_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_merged_next <= 0;
            s_merged_passed <= 0;
            s_merged_failed <= 1'b0;
            s_merged_valid <= 1'b0;
        end else begin
            if (s_merged_valid && s_merged_ready) s_merged_passed <= s_merged_passed + 1;
            if (s_merged_ready !== 1'b0 && s_merged_ready !== 1'b1) begin
                $display("cycle %0d: merged_ready is unknown", cycle);
                s_merged_failed <= 1'b1;
            end
            if (!s_merged_valid || s_merged_ready) begin
                if (s_merged_next < 104 && !s_merged_pauses && s_state_passed >= s_merged_lines[s_merged_next][31:0]) begin
                    s_merged_valid <= 1'b1;
                    s_merged_beat <= s_merged_lines[s_merged_next][1547:32];
                    s_merged_next <= s_merged_next + 1;
                end else begin
                    s_merged_valid <= 1'b0;
                    s_merged_beat <= {1516{1'bx}};
                end
            end
        end

    reg [3031:0] s_partial_lines [0:87];
    initial $readmemh("state_router_partial.hex", s_partial_lines);
    wire [1515:0] s_partial_beat = {s_partial_tag_output_head, s_partial_tag_output_sequence, 3'd0, s_partial_tag_opens, 3'd0, s_partial_tag_closes, 3'd0, s_partial_tag_epoch, 2'd0, s_partial_tag_lane, 3'd0, s_partial_tag_rows, s_partial_tag_value_bits, 3'd0, s_partial_state_occupied, 1'd0, s_partial_state_highest_class, 1'd0, s_partial_state_weight_sum, 1'd0, s_partial_state_weight_sum_below, s_partial_state_output_sums, s_partial_state_output_sums_below, 3'd0, s_partial_last};
    wire [3031:0] s_partial_line = s_partial_lines[s_partial_passed];
    reg s_partial_waits;
    reg [1515:0] s_partial_waiting;
    always @(posedge clock)
        if (reset) begin
            s_partial_passed <= 0;
            s_partial_failed <= 1'b0;
            s_partial_waits <= 1'b0;
            s_partial_ready <= 1'b0;
        end else begin
            s_partial_ready <= !({26'd0, noise[20:15]} < stalls);
            s_partial_waits <= s_partial_valid && !s_partial_ready;
            s_partial_waiting <= s_partial_beat;
            if (s_partial_valid !== 1'b0 && s_partial_valid !== 1'b1) begin
                $display("cycle %0d: partial_valid is unknown", cycle);
                s_partial_failed <= 1'b1;
            end else if (s_partial_waits && (!s_partial_valid || s_partial_beat !== s_partial_waiting)) begin
                $display("cycle %0d: partial changed beat %0d before it was taken", cycle, s_partial_passed);
                s_partial_failed <= 1'b1;
            end else if (s_partial_valid && s_partial_ready) begin
                s_partial_passed <= s_partial_passed + 1;
                if (s_partial_passed == 88) begin
                    $display("cycle %0d: partial offers a beat beyond the %0d expected", cycle, 88);
                    s_partial_failed <= 1'b1;
                    end else if (((s_partial_beat ^ s_partial_line[3031:1516]) & s_partial_line[1515:0]) !== 1516'd0) begin
                        $display("MISMATCH partial beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_partial_passed, cycle, s_partial_line[3031:1516], s_partial_beat, s_partial_line[1515:0]);
                        s_partial_failed <= 1'b1;
                end
            end
        end

    /* verilator lint_off BLKSEQ */
    reg [87:0] s_output_lines [0:1471];
    initial $readmemh("state_router_output.hex", s_output_lines);
    wire [43:0] s_output_beat = {s_output_element, 3'd0, s_output_last, 3'd0, s_output_row, s_output_output_head, s_output_output_sequence, 3'd0, s_output_epoch};
    reg s_output_waits;
    reg [43:0] s_output_waiting;
    reg [1471:0] s_output_used;
    integer s_output_place;
    always @(posedge clock)
        if (reset) begin
            s_output_passed <= 0;
            s_output_failed <= 1'b0;
            s_output_waits <= 1'b0;
            s_output_ready <= 1'b0;
            s_output_used = {1472{1'b0}};
        end else begin
            s_output_ready <= !({26'd0, noise[25:20]} < stalls);
            s_output_waits <= s_output_valid && !s_output_ready;
            s_output_waiting <= s_output_beat;
            if (s_output_valid !== 1'b0 && s_output_valid !== 1'b1) begin
                $display("cycle %0d: output_valid is unknown", cycle);
                s_output_failed <= 1'b1;
            end else if (s_output_waits && (!s_output_valid || s_output_beat !== s_output_waiting)) begin
                $display("cycle %0d: output changed beat %0d before it was taken", cycle, s_output_passed);
                s_output_failed <= 1'b1;
            end else if (s_output_valid && s_output_ready) begin
                s_output_passed <= s_output_passed + 1;
                if (s_output_passed == 1472) begin
                    $display("cycle %0d: output offers a beat beyond the %0d expected", cycle, 1472);
                    s_output_failed <= 1'b1;
                    end else begin
                        s_output_place = 0;
                        while (s_output_place < 1472 && (s_output_used[s_output_place]
                                || (((s_output_beat ^ s_output_lines[s_output_place][87:44]) & s_output_lines[s_output_place][43:0]) !== 44'd0)))
                            s_output_place = s_output_place + 1;
                        if (s_output_place == 1472) begin
                            $display("MISMATCH output beat %0d cycle %0d: %h is not among what is expected and has not come",
                                s_output_passed, cycle, s_output_beat);
                            s_output_failed <= 1'b1;
                        end else begin
                            s_output_used[s_output_place] = 1'b1;
                        end
                end
            end
        end
    /* verilator lint_on BLKSEQ */

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_tag_passed == 12 && s_state_passed == 168 && s_merged_passed == 104 && s_partial_passed == 88 && s_output_passed == 1472;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_tag_valid && s_tag_ready
                    || s_state_valid && s_state_ready
                    || s_merged_valid && s_merged_ready
                    || s_partial_valid && s_partial_ready
                    || s_output_valid && s_output_ready) last_move <= cycle;
            if (s_tag_failed || s_state_failed || s_merged_failed || s_partial_failed || s_output_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: tag=%0d/%0d state=%0d/%0d merged=%0d/%0d partial=%0d/%0d output=%0d/%0d",
                    cycle, last_move, s_tag_passed, 12, s_state_passed, 168, s_merged_passed, 104, s_partial_passed, 88, s_output_passed, 1472);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS state_router partial=%0d output=%0d cycles=%0d",
                s_partial_passed, s_output_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL state_router cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
