// Self-checking bench of SerialMultiplier_a31_b25, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes serial_multiplier.vcd
`default_nettype none

module serial_multiplier_bench #(
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
            $dumpfile("serial_multiplier.vcd");
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

    // factors: 40 beats given.
    reg s_factors_valid;
    wire s_factors_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [59:0] s_factors_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_factors_passed;
    reg s_factors_failed;

    // product: 40 beats expected.
    wire s_product_valid;
    reg s_product_ready;
    wire [55:0] s_product_payload;
    integer s_product_passed;
    reg s_product_failed;

    SerialMultiplier_a31_b25 unit (
        .clock(clock),
            .reset(reset),
            .factors_valid(s_factors_valid),
            .factors_ready(s_factors_ready),
            .factors_payload_multiplicand(s_factors_beat[58:28]),
            .factors_payload_multiplier(s_factors_beat[24:0]),
            .product_valid(s_product_valid),
            .product_ready(s_product_ready),
            .product_payload(s_product_payload)
    );

    reg [59:0] s_factors_lines [0:39];
    integer s_factors_next;
    initial $readmemh("serial_multiplier_factors.hex", s_factors_lines);
    wire s_factors_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_factors_next <= 0;
            s_factors_passed <= 0;
            s_factors_failed <= 1'b0;
            s_factors_valid <= 1'b0;
        end else begin
            if (s_factors_valid && s_factors_ready) s_factors_passed <= s_factors_passed + 1;
            if (s_factors_ready !== 1'b0 && s_factors_ready !== 1'b1) begin
                $display("cycle %0d: factors_ready is unknown", cycle);
                s_factors_failed <= 1'b1;
            end
            if (!s_factors_valid || s_factors_ready) begin
                if (s_factors_next < 40 && !s_factors_pauses) begin
                    s_factors_valid <= 1'b1;
                    s_factors_beat <= s_factors_lines[s_factors_next][59:0];
                    s_factors_next <= s_factors_next + 1;
                end else begin
                    s_factors_valid <= 1'b0;
                    s_factors_beat <= {60{1'bx}};
                end
            end
        end

    reg [111:0] s_product_lines [0:39];
    initial $readmemh("serial_multiplier_product.hex", s_product_lines);
    wire [55:0] s_product_beat = {s_product_payload};
    wire [111:0] s_product_line = s_product_lines[s_product_passed];
    reg s_product_waits;
    reg [55:0] s_product_waiting;
    always @(posedge clock)
        if (reset) begin
            s_product_passed <= 0;
            s_product_failed <= 1'b0;
            s_product_waits <= 1'b0;
            s_product_ready <= 1'b0;
        end else begin
            s_product_ready <= !({26'd0, noise[10:5]} < stalls);
            s_product_waits <= s_product_valid && !s_product_ready;
            s_product_waiting <= s_product_beat;
            if (s_product_valid !== 1'b0 && s_product_valid !== 1'b1) begin
                $display("cycle %0d: product_valid is unknown", cycle);
                s_product_failed <= 1'b1;
            end else if (s_product_waits && (!s_product_valid || s_product_beat !== s_product_waiting)) begin
                $display("cycle %0d: product changed beat %0d before it was taken", cycle, s_product_passed);
                s_product_failed <= 1'b1;
            end else if (s_product_valid && s_product_ready) begin
                s_product_passed <= s_product_passed + 1;
                if (s_product_passed == 40) begin
                    $display("cycle %0d: product offers a beat beyond the %0d expected", cycle, 40);
                    s_product_failed <= 1'b1;
                    end else if (((s_product_beat ^ s_product_line[111:56]) & s_product_line[55:0]) !== 56'd0) begin
                        $display("MISMATCH product beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_product_passed, cycle, s_product_line[111:56], s_product_beat, s_product_line[55:0]);
                        s_product_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_factors_passed == 40 && s_product_passed == 40;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_factors_valid && s_factors_ready
                    || s_product_valid && s_product_ready) last_move <= cycle;
            if (s_factors_failed || s_product_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: factors=%0d/%0d product=%0d/%0d",
                    cycle, last_move, s_factors_passed, 40, s_product_passed, 40);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS serial_multiplier product=%0d cycles=%0d",
                s_product_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL serial_multiplier cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
