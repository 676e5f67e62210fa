// Self-checking bench of Fifo_w24_d8, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes fifo.vcd
`default_nettype none

module fifo_bench #(
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
            $dumpfile("fifo.vcd");
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

    // input: 400 beats given.
    reg s_input_valid;
    wire s_input_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [23:0] s_input_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_input_passed;
    reg s_input_failed;

    // output: 400 beats expected.
    wire s_output_valid;
    reg s_output_ready;
    wire [23:0] s_output_payload;
    integer s_output_passed;
    reg s_output_failed;

    Fifo_w24_d8 unit (
        .clock(clock),
            .reset(reset),
            .input_valid(s_input_valid),
            .input_ready(s_input_ready),
            .input_payload(s_input_beat[23:0]),
            .output_valid(s_output_valid),
            .output_ready(s_output_ready),
            .output_payload(s_output_payload)
    );

    reg [23:0] s_input_lines [0:399];
    integer s_input_next;
    initial $readmemh("fifo_input.hex", s_input_lines);
    wire s_input_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_input_next <= 0;
            s_input_passed <= 0;
            s_input_failed <= 1'b0;
            s_input_valid <= 1'b0;
        end else begin
            if (s_input_valid && s_input_ready) s_input_passed <= s_input_passed + 1;
            if (s_input_ready !== 1'b0 && s_input_ready !== 1'b1) begin
                $display("cycle %0d: input_ready is unknown", cycle);
                s_input_failed <= 1'b1;
            end
            if (!s_input_valid || s_input_ready) begin
                if (s_input_next < 400 && !s_input_pauses) begin
                    s_input_valid <= 1'b1;
                    s_input_beat <= s_input_lines[s_input_next][23:0];
                    s_input_next <= s_input_next + 1;
                end else begin
                    s_input_valid <= 1'b0;
                    s_input_beat <= {24{1'bx}};
                end
            end
        end

    reg [47:0] s_output_lines [0:399];
    initial $readmemh("fifo_output.hex", s_output_lines);
    wire [23:0] s_output_beat = {s_output_payload};
    wire [47:0] s_output_line = s_output_lines[s_output_passed];
    reg s_output_waits;
    reg [23:0] s_output_waiting;
    always @(posedge clock)
        if (reset) begin
            s_output_passed <= 0;
            s_output_failed <= 1'b0;
            s_output_waits <= 1'b0;
            s_output_ready <= 1'b0;
        end else begin
            s_output_ready <= !({26'd0, noise[10:5]} < stalls);
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
                if (s_output_passed == 400) begin
                    $display("cycle %0d: output offers a beat beyond the %0d expected", cycle, 400);
                    s_output_failed <= 1'b1;
                    end else if (((s_output_beat ^ s_output_line[47:24]) & s_output_line[23:0]) !== 24'd0) begin
                        $display("MISMATCH output beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_output_passed, cycle, s_output_line[47:24], s_output_beat, s_output_line[23:0]);
                        s_output_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_input_passed == 400 && s_output_passed == 400;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_input_valid && s_input_ready
                    || s_output_valid && s_output_ready) last_move <= cycle;
            if (s_input_failed || s_output_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: input=%0d/%0d output=%0d/%0d",
                    cycle, last_move, s_input_passed, 400, s_output_passed, 400);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS fifo output=%0d cycles=%0d",
                s_output_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL fifo cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
