// Self-checking bench of SerialDivider_a36_b13_s2, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes serial_divider.vcd
`default_nettype none

module serial_divider_bench #(
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
            $dumpfile("serial_divider.vcd");
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

    // numbers: 40 beats given.
    reg s_numbers_valid;
    wire s_numbers_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [51:0] s_numbers_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_numbers_passed;
    reg s_numbers_failed;

    // result: 40 beats expected.
    wire s_result_valid;
    reg s_result_ready;
    wire [35:0] s_result_quotient;
    wire [12:0] s_result_remainder;
    integer s_result_passed;
    reg s_result_failed;

    SerialDivider_a36_b13_s2 unit (
        .clock(clock),
            .reset(reset),
            .numbers_valid(s_numbers_valid),
            .numbers_ready(s_numbers_ready),
            .numbers_payload_dividend(s_numbers_beat[51:16]),
            .numbers_payload_divisor(s_numbers_beat[12:0]),
            .result_valid(s_result_valid),
            .result_ready(s_result_ready),
            .result_payload_quotient(s_result_quotient),
            .result_payload_remainder(s_result_remainder)
    );

    reg [51:0] s_numbers_lines [0:39];
    integer s_numbers_next;
    initial $readmemh("serial_divider_numbers.hex", s_numbers_lines);
    wire s_numbers_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_numbers_next <= 0;
            s_numbers_passed <= 0;
            s_numbers_failed <= 1'b0;
            s_numbers_valid <= 1'b0;
        end else begin
            if (s_numbers_valid && s_numbers_ready) s_numbers_passed <= s_numbers_passed + 1;
            if (s_numbers_ready !== 1'b0 && s_numbers_ready !== 1'b1) begin
                $display("cycle %0d: numbers_ready is unknown", cycle);
                s_numbers_failed <= 1'b1;
            end
            if (!s_numbers_valid || s_numbers_ready) begin
                if (s_numbers_next < 40 && !s_numbers_pauses) begin
                    s_numbers_valid <= 1'b1;
                    s_numbers_beat <= s_numbers_lines[s_numbers_next][51:0];
                    s_numbers_next <= s_numbers_next + 1;
                end else begin
                    s_numbers_valid <= 1'b0;
                    s_numbers_beat <= {52{1'bx}};
                end
            end
        end

    reg [103:0] s_result_lines [0:39];
    initial $readmemh("serial_divider_result.hex", s_result_lines);
    wire [51:0] s_result_beat = {s_result_quotient, 3'd0, s_result_remainder};
    wire [103:0] s_result_line = s_result_lines[s_result_passed];
    reg s_result_waits;
    reg [51:0] s_result_waiting;
    always @(posedge clock)
        if (reset) begin
            s_result_passed <= 0;
            s_result_failed <= 1'b0;
            s_result_waits <= 1'b0;
            s_result_ready <= 1'b0;
        end else begin
            s_result_ready <= !({26'd0, noise[10:5]} < stalls);
            s_result_waits <= s_result_valid && !s_result_ready;
            s_result_waiting <= s_result_beat;
            if (s_result_valid !== 1'b0 && s_result_valid !== 1'b1) begin
                $display("cycle %0d: result_valid is unknown", cycle);
                s_result_failed <= 1'b1;
            end else if (s_result_waits && (!s_result_valid || s_result_beat !== s_result_waiting)) begin
                $display("cycle %0d: result changed beat %0d before it was taken", cycle, s_result_passed);
                s_result_failed <= 1'b1;
            end else if (s_result_valid && s_result_ready) begin
                s_result_passed <= s_result_passed + 1;
                if (s_result_passed == 40) begin
                    $display("cycle %0d: result offers a beat beyond the %0d expected", cycle, 40);
                    s_result_failed <= 1'b1;
                    end else if (((s_result_beat ^ s_result_line[103:52]) & s_result_line[51:0]) !== 52'd0) begin
                        $display("MISMATCH result beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_result_passed, cycle, s_result_line[103:52], s_result_beat, s_result_line[51:0]);
                        s_result_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_numbers_passed == 40 && s_result_passed == 40;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_numbers_valid && s_numbers_ready
                    || s_result_valid && s_result_ready) last_move <= cycle;
            if (s_numbers_failed || s_result_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: numbers=%0d/%0d result=%0d/%0d",
                    cycle, last_move, s_numbers_passed, 40, s_result_passed, 40);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS serial_divider result=%0d cycles=%0d",
                s_result_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL serial_divider cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
