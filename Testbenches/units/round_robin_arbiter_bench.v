// Self-checking bench of RoundRobinArbiter_n3_w46, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes round_robin_arbiter.vcd
`default_nettype none

module round_robin_arbiter_bench #(
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
            $dumpfile("round_robin_arbiter.vcd");
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

    // request_0: 100 beats given.
    reg s_request_0_valid;
    wire s_request_0_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_request_0_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_request_0_passed;
    reg s_request_0_failed;

    // request_1: 137 beats given.
    reg s_request_1_valid;
    wire s_request_1_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_request_1_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_request_1_passed;
    reg s_request_1_failed;

    // request_2: 174 beats given.
    reg s_request_2_valid;
    wire s_request_2_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_request_2_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_request_2_passed;
    reg s_request_2_failed;

    // granted: 411 beats expected.
    wire s_granted_valid;
    reg s_granted_ready;
    wire [45:0] s_granted_payload;
    integer s_granted_passed;
    reg s_granted_failed;

    RoundRobinArbiter_n3_w46 unit (
        .clock(clock),
            .reset(reset),
            .request_0_valid(s_request_0_valid),
            .request_0_ready(s_request_0_ready),
            .request_0_payload(s_request_0_beat[45:0]),
            .request_1_valid(s_request_1_valid),
            .request_1_ready(s_request_1_ready),
            .request_1_payload(s_request_1_beat[45:0]),
            .request_2_valid(s_request_2_valid),
            .request_2_ready(s_request_2_ready),
            .request_2_payload(s_request_2_beat[45:0]),
            .granted_valid(s_granted_valid),
            .granted_ready(s_granted_ready),
            .granted_payload(s_granted_payload)
    );

    reg [47:0] s_request_0_lines [0:99];
    integer s_request_0_next;
    initial $readmemh("round_robin_arbiter_request_0.hex", s_request_0_lines);
    wire s_request_0_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_request_0_next <= 0;
            s_request_0_passed <= 0;
            s_request_0_failed <= 1'b0;
            s_request_0_valid <= 1'b0;
        end else begin
            if (s_request_0_valid && s_request_0_ready) s_request_0_passed <= s_request_0_passed + 1;
            if (s_request_0_ready !== 1'b0 && s_request_0_ready !== 1'b1) begin
                $display("cycle %0d: request_0_ready is unknown", cycle);
                s_request_0_failed <= 1'b1;
            end
            if (!s_request_0_valid || s_request_0_ready) begin
                if (s_request_0_next < 100 && !s_request_0_pauses) begin
                    s_request_0_valid <= 1'b1;
                    s_request_0_beat <= s_request_0_lines[s_request_0_next][47:0];
                    s_request_0_next <= s_request_0_next + 1;
                end else begin
                    s_request_0_valid <= 1'b0;
                    s_request_0_beat <= {48{1'bx}};
                end
            end
        end

    reg [47:0] s_request_1_lines [0:136];
    integer s_request_1_next;
    initial $readmemh("round_robin_arbiter_request_1.hex", s_request_1_lines);
    wire s_request_1_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_request_1_next <= 0;
            s_request_1_passed <= 0;
            s_request_1_failed <= 1'b0;
            s_request_1_valid <= 1'b0;
        end else begin
            if (s_request_1_valid && s_request_1_ready) s_request_1_passed <= s_request_1_passed + 1;
            if (s_request_1_ready !== 1'b0 && s_request_1_ready !== 1'b1) begin
                $display("cycle %0d: request_1_ready is unknown", cycle);
                s_request_1_failed <= 1'b1;
            end
            if (!s_request_1_valid || s_request_1_ready) begin
                if (s_request_1_next < 137 && !s_request_1_pauses) begin
                    s_request_1_valid <= 1'b1;
                    s_request_1_beat <= s_request_1_lines[s_request_1_next][47:0];
                    s_request_1_next <= s_request_1_next + 1;
                end else begin
                    s_request_1_valid <= 1'b0;
                    s_request_1_beat <= {48{1'bx}};
                end
            end
        end

    reg [47:0] s_request_2_lines [0:173];
    integer s_request_2_next;
    initial $readmemh("round_robin_arbiter_request_2.hex", s_request_2_lines);
    wire s_request_2_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_request_2_next <= 0;
            s_request_2_passed <= 0;
            s_request_2_failed <= 1'b0;
            s_request_2_valid <= 1'b0;
        end else begin
            if (s_request_2_valid && s_request_2_ready) s_request_2_passed <= s_request_2_passed + 1;
            if (s_request_2_ready !== 1'b0 && s_request_2_ready !== 1'b1) begin
                $display("cycle %0d: request_2_ready is unknown", cycle);
                s_request_2_failed <= 1'b1;
            end
            if (!s_request_2_valid || s_request_2_ready) begin
                if (s_request_2_next < 174 && !s_request_2_pauses) begin
                    s_request_2_valid <= 1'b1;
                    s_request_2_beat <= s_request_2_lines[s_request_2_next][47:0];
                    s_request_2_next <= s_request_2_next + 1;
                end else begin
                    s_request_2_valid <= 1'b0;
                    s_request_2_beat <= {48{1'bx}};
                end
            end
        end

    /* verilator lint_off BLKSEQ */
    reg [95:0] s_granted_lines [0:410];
    initial $readmemh("round_robin_arbiter_granted.hex", s_granted_lines);
    wire [47:0] s_granted_beat = {2'd0, s_granted_payload};
    reg s_granted_waits;
    reg [47:0] s_granted_waiting;
    reg [410:0] s_granted_used;
    integer s_granted_place;
    always @(posedge clock)
        if (reset) begin
            s_granted_passed <= 0;
            s_granted_failed <= 1'b0;
            s_granted_waits <= 1'b0;
            s_granted_ready <= 1'b0;
            s_granted_used = {411{1'b0}};
        end else begin
            s_granted_ready <= !({26'd0, noise[20:15]} < stalls);
            s_granted_waits <= s_granted_valid && !s_granted_ready;
            s_granted_waiting <= s_granted_beat;
            if (s_granted_valid !== 1'b0 && s_granted_valid !== 1'b1) begin
                $display("cycle %0d: granted_valid is unknown", cycle);
                s_granted_failed <= 1'b1;
            end else if (s_granted_waits && (!s_granted_valid || s_granted_beat !== s_granted_waiting)) begin
                $display("cycle %0d: granted changed beat %0d before it was taken", cycle, s_granted_passed);
                s_granted_failed <= 1'b1;
            end else if (s_granted_valid && s_granted_ready) begin
                s_granted_passed <= s_granted_passed + 1;
                if (s_granted_passed == 411) begin
                    $display("cycle %0d: granted offers a beat beyond the %0d expected", cycle, 411);
                    s_granted_failed <= 1'b1;
                    end else begin
                        s_granted_place = 0;
                        while (s_granted_place < 411 && (s_granted_used[s_granted_place]
                                || (((s_granted_beat ^ s_granted_lines[s_granted_place][95:48]) & s_granted_lines[s_granted_place][47:0]) !== 48'd0)))
                            s_granted_place = s_granted_place + 1;
                        if (s_granted_place == 411) begin
                            $display("MISMATCH granted beat %0d cycle %0d: %h is not among what is expected and has not come",
                                s_granted_passed, cycle, s_granted_beat);
                            s_granted_failed <= 1'b1;
                        end else begin
                            s_granted_used[s_granted_place] = 1'b1;
                        end
                end
            end
        end
    /* verilator lint_on BLKSEQ */

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_request_0_passed == 100 && s_request_1_passed == 137 && s_request_2_passed == 174 && s_granted_passed == 411;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_request_0_valid && s_request_0_ready
                    || s_request_1_valid && s_request_1_ready
                    || s_request_2_valid && s_request_2_ready
                    || s_granted_valid && s_granted_ready) last_move <= cycle;
            if (s_request_0_failed || s_request_1_failed || s_request_2_failed || s_granted_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: request_0=%0d/%0d request_1=%0d/%0d request_2=%0d/%0d granted=%0d/%0d",
                    cycle, last_move, s_request_0_passed, 100, s_request_1_passed, 137, s_request_2_passed, 174, s_granted_passed, 411);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS round_robin_arbiter granted=%0d cycles=%0d",
                s_granted_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL round_robin_arbiter cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
