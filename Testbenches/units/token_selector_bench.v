// Self-checking bench of TokenSelector_n524288_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes token_selector.vcd
`default_nettype none

module token_selector_bench #(
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
            $dumpfile("token_selector.vcd");
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

    // command: 5 beats given.
    reg s_command_valid;
    wire s_command_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [87:0] s_command_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_command_passed;
    reg s_command_failed;

    // scan: 12 beats given.
    reg s_scan_valid;
    wire s_scan_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [1007:0] s_scan_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_scan_passed;
    reg s_scan_failed;

    // list: 45 beats expected.
    wire s_list_valid;
    reg s_list_ready;
    wire [18:0] s_list_token;
    wire s_list_last;
    integer s_list_passed;
    reg s_list_failed;

    TokenSelector_n524288_k1024 unit (
        .clock(clock),
            .reset(reset),
            .command_valid(s_command_valid),
            .command_ready(s_command_ready),
            .command_payload_context(s_command_beat[86:76]),
            .command_payload_keep(s_command_beat[74:64]),
            .command_payload_fresh(s_command_beat[60]),
            .command_payload_sink(s_command_beat[58:48]),
            .command_payload_recent(s_command_beat[46:36]),
            .command_payload_divides(s_command_beat[32]),
            .command_payload_rows(s_command_beat[31:0]),
            .scan_valid(s_scan_valid),
            .scan_ready(s_scan_ready),
            .scan_payload_importance(s_scan_beat[1007:512]),
            .scan_payload_born(s_scan_beat[511:0]),
            .list_valid(s_list_valid),
            .list_ready(s_list_ready),
            .list_payload_token(s_list_token),
            .list_payload_last(s_list_last)
    );

    reg [87:0] s_command_lines [0:4];
    integer s_command_next;
    initial $readmemh("token_selector_command.hex", s_command_lines);
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
                if (s_command_next < 5 && !s_command_pauses) begin
                    s_command_valid <= 1'b1;
                    s_command_beat <= s_command_lines[s_command_next][87:0];
                    s_command_next <= s_command_next + 1;
                end else begin
                    s_command_valid <= 1'b0;
                    s_command_beat <= {88{1'bx}};
                end
            end
        end

    reg [1007:0] s_scan_lines [0:11];
    integer s_scan_next;
    initial $readmemh("token_selector_scan.hex", s_scan_lines);
    wire s_scan_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_scan_next <= 0;
            s_scan_passed <= 0;
            s_scan_failed <= 1'b0;
            s_scan_valid <= 1'b0;
        end else begin
            if (s_scan_valid && s_scan_ready) s_scan_passed <= s_scan_passed + 1;
            if (s_scan_ready !== 1'b0 && s_scan_ready !== 1'b1) begin
                $display("cycle %0d: scan_ready is unknown", cycle);
                s_scan_failed <= 1'b1;
            end
            if (!s_scan_valid || s_scan_ready) begin
                if (s_scan_next < 12 && !s_scan_pauses) begin
                    s_scan_valid <= 1'b1;
                    s_scan_beat <= s_scan_lines[s_scan_next][1007:0];
                    s_scan_next <= s_scan_next + 1;
                end else begin
                    s_scan_valid <= 1'b0;
                    s_scan_beat <= {1008{1'bx}};
                end
            end
        end

    reg [47:0] s_list_lines [0:44];
    initial $readmemh("token_selector_list.hex", s_list_lines);
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
            s_list_ready <= !({26'd0, noise[15:10]} < stalls);
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
                if (s_list_passed == 45) begin
                    $display("cycle %0d: list offers a beat beyond the %0d expected", cycle, 45);
                    s_list_failed <= 1'b1;
                    end else if (((s_list_beat ^ s_list_line[47:24]) & s_list_line[23:0]) !== 24'd0) begin
                        $display("MISMATCH list beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_list_passed, cycle, s_list_line[47:24], s_list_beat, s_list_line[23:0]);
                        s_list_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_command_passed == 5 && s_scan_passed == 12 && s_list_passed == 45;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_command_valid && s_command_ready
                    || s_scan_valid && s_scan_ready
                    || s_list_valid && s_list_ready) last_move <= cycle;
            if (s_command_failed || s_scan_failed || s_list_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: command=%0d/%0d scan=%0d/%0d list=%0d/%0d",
                    cycle, last_move, s_command_passed, 5, s_scan_passed, 12, s_list_passed, 45);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS token_selector list=%0d cycles=%0d",
                s_list_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL token_selector cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
