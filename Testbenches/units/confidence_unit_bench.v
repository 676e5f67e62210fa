// Self-checking bench of ConfidenceUnit_k1024, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes confidence_unit.vcd
`default_nettype none

module confidence_unit_bench #(
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
            $dumpfile("confidence_unit.vcd");
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

    // row: 18 beats given.
    reg s_row_valid;
    wire s_row_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [31:0] s_row_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_row_passed;
    reg s_row_failed;

    // weights: 151 beats given.
    reg s_weights_valid;
    wire s_weights_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [47:0] s_weights_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_weights_passed;
    reg s_weights_failed;

    // decisions: 151 beats expected.
    wire s_decisions_valid;
    reg s_decisions_ready;
    wire s_decisions_keep;
    wire s_decisions_row_last;
    integer s_decisions_passed;
    reg s_decisions_failed;

    ConfidenceUnit_k1024 unit (
        .clock(clock),
            .reset(reset),
            .row_valid(s_row_valid),
            .row_ready(s_row_ready),
            .row_payload_per_key(s_row_beat[28]),
            .row_payload_confidence(s_row_beat[24:0]),
            .weights_valid(s_weights_valid),
            .weights_ready(s_weights_ready),
            .weights_payload_weights(s_weights_beat[44:24]),
            .weights_payload_reference(s_weights_beat[23:12]),
            .weights_payload_occupied(s_weights_beat[8]),
            .weights_payload_tile_last(s_weights_beat[4]),
            .weights_payload_row_last(s_weights_beat[0]),
            .decisions_valid(s_decisions_valid),
            .decisions_ready(s_decisions_ready),
            .decisions_payload_keep(s_decisions_keep),
            .decisions_payload_row_last(s_decisions_row_last)
    );

    reg [31:0] s_row_lines [0:17];
    integer s_row_next;
    initial $readmemh("confidence_unit_row.hex", s_row_lines);
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
                if (s_row_next < 18 && !s_row_pauses) begin
                    s_row_valid <= 1'b1;
                    s_row_beat <= s_row_lines[s_row_next][31:0];
                    s_row_next <= s_row_next + 1;
                end else begin
                    s_row_valid <= 1'b0;
                    s_row_beat <= {32{1'bx}};
                end
            end
        end

    reg [47:0] s_weights_lines [0:150];
    integer s_weights_next;
    initial $readmemh("confidence_unit_weights.hex", s_weights_lines);
    wire s_weights_pauses = {26'd0, noise[10:5]} < stalls;
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
                if (s_weights_next < 151 && !s_weights_pauses) begin
                    s_weights_valid <= 1'b1;
                    s_weights_beat <= s_weights_lines[s_weights_next][47:0];
                    s_weights_next <= s_weights_next + 1;
                end else begin
                    s_weights_valid <= 1'b0;
                    s_weights_beat <= {48{1'bx}};
                end
            end
        end

    reg [15:0] s_decisions_lines [0:150];
    initial $readmemh("confidence_unit_decisions.hex", s_decisions_lines);
    wire [7:0] s_decisions_beat = {3'd0, s_decisions_keep, 3'd0, s_decisions_row_last};
    wire [15:0] s_decisions_line = s_decisions_lines[s_decisions_passed];
    reg s_decisions_waits;
    reg [7:0] s_decisions_waiting;
    always @(posedge clock)
        if (reset) begin
            s_decisions_passed <= 0;
            s_decisions_failed <= 1'b0;
            s_decisions_waits <= 1'b0;
            s_decisions_ready <= 1'b0;
        end else begin
            s_decisions_ready <= !({26'd0, noise[15:10]} < stalls);
            s_decisions_waits <= s_decisions_valid && !s_decisions_ready;
            s_decisions_waiting <= s_decisions_beat;
            if (s_decisions_valid !== 1'b0 && s_decisions_valid !== 1'b1) begin
                $display("cycle %0d: decisions_valid is unknown", cycle);
                s_decisions_failed <= 1'b1;
            end else if (s_decisions_waits && (!s_decisions_valid || s_decisions_beat !== s_decisions_waiting)) begin
                $display("cycle %0d: decisions changed beat %0d before it was taken", cycle, s_decisions_passed);
                s_decisions_failed <= 1'b1;
            end else if (s_decisions_valid && s_decisions_ready) begin
                s_decisions_passed <= s_decisions_passed + 1;
                if (s_decisions_passed == 151) begin
                    $display("cycle %0d: decisions offers a beat beyond the %0d expected", cycle, 151);
                    s_decisions_failed <= 1'b1;
                    end else if (((s_decisions_beat ^ s_decisions_line[15:8]) & s_decisions_line[7:0]) !== 8'd0) begin
                        $display("MISMATCH decisions beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_decisions_passed, cycle, s_decisions_line[15:8], s_decisions_beat, s_decisions_line[7:0]);
                        s_decisions_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_row_passed == 18 && s_weights_passed == 151 && s_decisions_passed == 151;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_row_valid && s_row_ready
                    || s_weights_valid && s_weights_ready
                    || s_decisions_valid && s_decisions_ready) last_move <= cycle;
            if (s_row_failed || s_weights_failed || s_decisions_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: row=%0d/%0d weights=%0d/%0d decisions=%0d/%0d",
                    cycle, last_move, s_row_passed, 18, s_weights_passed, 151, s_decisions_passed, 151);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS confidence_unit decisions=%0d cycles=%0d",
                s_decisions_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL confidence_unit cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
