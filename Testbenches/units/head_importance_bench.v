// Self-checking bench of HeadImportance_d64_h16, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes head_importance.vcd
`default_nettype none

module head_importance_bench #(
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
            $dumpfile("head_importance.vcd");
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

    // row: 24 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [19:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // output: 1536 beats given.
    reg s_output_valid;
    wire s_output_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [19:0] s_output_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_output_passed;
    reg s_output_failed;

    // command: 24 beats given.
    reg s_command_valid;
    wire s_command_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [23:0] s_command_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_command_passed;
    reg s_command_failed;

    // load: 2 beats given.
    reg s_load_valid;
    wire s_load_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [511:0] s_load_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_load_passed;
    reg s_load_failed;

    // saved: 4 beats expected.
    wire s_saved_valid;
    reg s_saved_ready;
    wire [511:0] s_saved_payload;
    integer s_saved_passed;
    reg s_saved_failed;

    // kept: 16 beats expected.
    wire s_kept_valid;
    reg s_kept_ready;
    wire [15:0] s_kept_payload;
    integer s_kept_passed;
    reg s_kept_failed;

    // row_done: 24 beats expected.
    wire s_row_done_valid;
    integer s_row_done_passed;
    reg s_row_done_failed;

    HeadImportance_d64_h16 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_head(s_row_beat[19:16]),
            .row_payload_scale(s_row_beat[15:0]),
            .output_valid(s_output_valid),
            .output_ready(s_output_ready),
            .output_payload_element(s_output_beat[19:4]),
            .output_payload_last(s_output_beat[0]),
            .command_valid(s_command_valid),
            .command_ready(s_command_ready),
            .command_payload_operation(s_command_beat[21:20]),
            .command_payload_heads(s_command_beat[16:12]),
            .command_payload_keep(s_command_beat[8:4]),
            .command_payload_fresh(s_command_beat[0]),
            .load_valid(s_load_valid),
            .load_ready(s_load_ready),
            .load_payload(s_load_beat[511:0]),
            .saved_valid(s_saved_valid),
            .saved_ready(s_saved_ready),
            .saved_payload(s_saved_payload),
            .kept_valid(s_kept_valid),
            .kept_ready(s_kept_ready),
            .kept_payload(s_kept_payload),
            .row_done(s_row_done_valid)
    );

    reg [51:0] s_row_lines [0:23];
    integer s_row_next;
    initial $readmemh("head_importance_row.hex", s_row_lines);
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
                if (s_row_next < 24 && !s_row_pauses && s_command_passed >= s_row_lines[s_row_next][31:0]) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][51:32];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {20{1'bx}};
                end
            end
        end

    reg [19:0] s_output_lines [0:1535];
    integer s_output_next;
    initial $readmemh("head_importance_output.hex", s_output_lines);
    wire s_output_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_output_next < 1536 && !s_output_pauses) begin
                    s_output_valid <= 1'b1;
                    s_output_beat <= s_output_lines[s_output_next][19:0];
                    s_output_next <= s_output_next + 1;
                end else begin
                    s_output_valid <= 1'b0;
                    s_output_beat <= {20{1'bx}};
                end
            end
        end

    reg [55:0] s_command_lines [0:23];
    integer s_command_next;
    initial $readmemh("head_importance_command.hex", s_command_lines);
    wire s_command_pauses = {26'd0, noise[15:10]} < stalls;
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
                if (s_command_next < 24 && !s_command_pauses && s_output_passed >= s_command_lines[s_command_next][31:0]) begin
                    s_command_valid <= 1'b1;
                    s_command_beat <= s_command_lines[s_command_next][55:32];
                    s_command_next <= s_command_next + 1;
                end else begin
                    s_command_valid <= 1'b0;
                    s_command_beat <= {24{1'bx}};
                end
            end
        end

    reg [511:0] s_load_lines [0:1];
    integer s_load_next;
    initial $readmemh("head_importance_load.hex", s_load_lines);
    wire s_load_pauses = {26'd0, noise[20:15]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_load_next <= 0;
            s_load_passed <= 0;
            s_load_failed <= 1'b0;
            s_load_valid <= 1'b0;
        end else begin
            if (s_load_valid && s_load_ready) s_load_passed <= s_load_passed + 1;
            if (s_load_ready !== 1'b0 && s_load_ready !== 1'b1) begin
                $display("cycle %0d: load_ready is unknown", cycle);
                s_load_failed <= 1'b1;
            end
            if (!s_load_valid || s_load_ready) begin
                if (s_load_next < 2 && !s_load_pauses) begin
                    s_load_valid <= 1'b1;
                    s_load_beat <= s_load_lines[s_load_next][511:0];
                    s_load_next <= s_load_next + 1;
                end else begin
                    s_load_valid <= 1'b0;
                    s_load_beat <= {512{1'bx}};
                end
            end
        end

    reg [1023:0] s_saved_lines [0:3];
    initial $readmemh("head_importance_saved.hex", s_saved_lines);
    wire [511:0] s_saved_beat = {s_saved_payload};
    wire [1023:0] s_saved_line = s_saved_lines[s_saved_passed];
    reg s_saved_waits;
    reg [511:0] s_saved_waiting;
    always @(posedge clock)
        if (reset) begin
            s_saved_passed <= 0;
            s_saved_failed <= 1'b0;
            s_saved_waits <= 1'b0;
            s_saved_ready <= 1'b0;
        end else begin
            s_saved_ready <= !({26'd0, noise[25:20]} < stalls);
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
                if (s_saved_passed == 4) begin
                    $display("cycle %0d: saved offers a beat beyond the %0d expected", cycle, 4);
                    s_saved_failed <= 1'b1;
                    end else if (((s_saved_beat ^ s_saved_line[1023:512]) & s_saved_line[511:0]) !== 512'd0) begin
                        $display("MISMATCH saved beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_saved_passed, cycle, s_saved_line[1023:512], s_saved_beat, s_saved_line[511:0]);
                        s_saved_failed <= 1'b1;
                end
            end
        end

    reg [31:0] s_kept_lines [0:15];
    initial $readmemh("head_importance_kept.hex", s_kept_lines);
    wire [15:0] s_kept_beat = {s_kept_payload};
    wire [31:0] s_kept_line = s_kept_lines[s_kept_passed];
    reg s_kept_waits;
    reg [15:0] s_kept_waiting;
    always @(posedge clock)
        if (reset) begin
            s_kept_passed <= 0;
            s_kept_failed <= 1'b0;
            s_kept_waits <= 1'b0;
            s_kept_ready <= 1'b0;
        end else begin
            s_kept_ready <= !({26'd0, noise[30:25]} < stalls);
            s_kept_waits <= s_kept_valid && !s_kept_ready;
            s_kept_waiting <= s_kept_beat;
            if (s_kept_valid !== 1'b0 && s_kept_valid !== 1'b1) begin
                $display("cycle %0d: kept_valid is unknown", cycle);
                s_kept_failed <= 1'b1;
            end else if (s_kept_waits && (!s_kept_valid || s_kept_beat !== s_kept_waiting)) begin
                $display("cycle %0d: kept changed beat %0d before it was taken", cycle, s_kept_passed);
                s_kept_failed <= 1'b1;
            end else if (s_kept_valid && s_kept_ready) begin
                s_kept_passed <= s_kept_passed + 1;
                if (s_kept_passed == 16) begin
                    $display("cycle %0d: kept offers a beat beyond the %0d expected", cycle, 16);
                    s_kept_failed <= 1'b1;
                    end else if (((s_kept_beat ^ s_kept_line[31:16]) & s_kept_line[15:0]) !== 16'd0) begin
                        $display("MISMATCH kept beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_kept_passed, cycle, s_kept_line[31:16], s_kept_beat, s_kept_line[15:0]);
                        s_kept_failed <= 1'b1;
                end
            end
        end

    reg [1:0] s_row_done_lines [0:23];
    initial $readmemh("head_importance_row_done.hex", s_row_done_lines);
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
                if (s_row_done_passed == 24) begin
                    $display("cycle %0d: row_done offers a beat beyond the %0d expected", cycle, 24);
                    s_row_done_failed <= 1'b1;
                    end else if (((s_row_done_beat ^ s_row_done_line[1:1]) & s_row_done_line[0:0]) !== 1'd0) begin
                        $display("MISMATCH row_done beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_row_done_passed, cycle, s_row_done_line[1:1], s_row_done_beat, s_row_done_line[0:0]);
                        s_row_done_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 24 && s_output_passed == 1536 && s_command_passed == 24 && s_load_passed == 2 && s_saved_passed == 4 && s_kept_passed == 16 && s_row_done_passed == 24;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_output_valid && s_output_ready
                    || s_command_valid && s_command_ready
                    || s_load_valid && s_load_ready
                    || s_saved_valid && s_saved_ready
                    || s_kept_valid && s_kept_ready
                    || s_row_done_valid) last_move <= cycle;
            if (s_row_failed || s_output_failed || s_command_failed || s_load_failed || s_saved_failed || s_kept_failed || s_row_done_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d output=%0d/%0d command=%0d/%0d load=%0d/%0d saved=%0d/%0d kept=%0d/%0d row_done=%0d/%0d",
                    cycle, last_move, s_row_passed, 24, s_output_passed, 1536, s_command_passed, 24, s_load_passed, 2, s_saved_passed, 4, s_kept_passed, 16, s_row_done_passed, 24);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS head_importance saved=%0d kept=%0d row_done=%0d cycles=%0d",
                s_saved_passed, s_kept_passed, s_row_done_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL head_importance cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
