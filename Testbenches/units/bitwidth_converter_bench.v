// Self-checking bench of BitwidthConverter_d64_m64_p64_n524288_b256_s4_6_8_12, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes bitwidth_converter.vcd
`default_nettype none

module bitwidth_converter_bench #(
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
            $dumpfile("bitwidth_converter.vcd");
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

    // command: 20 beats given.
    reg s_command_valid;
    wire s_command_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [27:0] s_command_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_command_passed;
    reg s_command_failed;

    // beats: 298 beats given.
    reg s_beats_valid;
    wire s_beats_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [511:0] s_beats_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_beats_passed;
    reg s_beats_failed;

    // vectors: 239 beats expected.
    wire s_vectors_valid;
    reg s_vectors_ready;
    wire [767:0] s_vectors_payload;
    integer s_vectors_passed;
    reg s_vectors_failed;

    BitwidthConverter_d64_m64_p64_n524288_b256_s4_6_8_12 unit (
        .clock(clock),
            .reset(reset),
            .command_valid(s_command_valid),
            .command_ready(s_command_ready),
            .command_payload_bits(s_command_beat[27:24]),
            .command_payload_vectors(s_command_beat[23:4]),
            .command_payload_last_keys(s_command_beat[0]),
            .beats_valid(s_beats_valid),
            .beats_ready(s_beats_ready),
            .beats_payload(s_beats_beat[511:0]),
            .vectors_valid(s_vectors_valid),
            .vectors_ready(s_vectors_ready),
            .vectors_payload(s_vectors_payload)
    );

    reg [27:0] s_command_lines [0:19];
    integer s_command_next;
    initial $readmemh("bitwidth_converter_command.hex", s_command_lines);
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
                if (s_command_next < 20 && !s_command_pauses) begin
                    s_command_valid <= 1'b1;
                    s_command_beat <= s_command_lines[s_command_next][27:0];
                    s_command_next <= s_command_next + 1;
                end else begin
                    s_command_valid <= 1'b0;
                    s_command_beat <= {28{1'bx}};
                end
            end
        end

    reg [511:0] s_beats_lines [0:297];
    integer s_beats_next;
    initial $readmemh("bitwidth_converter_beats.hex", s_beats_lines);
    wire s_beats_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_beats_next <= 0;
            s_beats_passed <= 0;
            s_beats_failed <= 1'b0;
            s_beats_valid <= 1'b0;
        end else begin
            if (s_beats_valid && s_beats_ready) s_beats_passed <= s_beats_passed + 1;
            if (s_beats_ready !== 1'b0 && s_beats_ready !== 1'b1) begin
                $display("cycle %0d: beats_ready is unknown", cycle);
                s_beats_failed <= 1'b1;
            end
            if (!s_beats_valid || s_beats_ready) begin
                if (s_beats_next < 298 && !s_beats_pauses) begin
                    s_beats_valid <= 1'b1;
                    s_beats_beat <= s_beats_lines[s_beats_next][511:0];
                    s_beats_next <= s_beats_next + 1;
                end else begin
                    s_beats_valid <= 1'b0;
                    s_beats_beat <= {512{1'bx}};
                end
            end
        end

    reg [1535:0] s_vectors_lines [0:238];
    initial $readmemh("bitwidth_converter_vectors.hex", s_vectors_lines);
    wire [767:0] s_vectors_beat = {s_vectors_payload};
    wire [1535:0] s_vectors_line = s_vectors_lines[s_vectors_passed];
    reg s_vectors_waits;
    reg [767:0] s_vectors_waiting;
    always @(posedge clock)
        if (reset) begin
            s_vectors_passed <= 0;
            s_vectors_failed <= 1'b0;
            s_vectors_waits <= 1'b0;
            s_vectors_ready <= 1'b0;
        end else begin
            s_vectors_ready <= !({26'd0, noise[15:10]} < stalls);
            s_vectors_waits <= s_vectors_valid && !s_vectors_ready;
            s_vectors_waiting <= s_vectors_beat;
            if (s_vectors_valid !== 1'b0 && s_vectors_valid !== 1'b1) begin
                $display("cycle %0d: vectors_valid is unknown", cycle);
                s_vectors_failed <= 1'b1;
            end else if (s_vectors_waits && (!s_vectors_valid || s_vectors_beat !== s_vectors_waiting)) begin
                $display("cycle %0d: vectors changed beat %0d before it was taken", cycle, s_vectors_passed);
                s_vectors_failed <= 1'b1;
            end else if (s_vectors_valid && s_vectors_ready) begin
                s_vectors_passed <= s_vectors_passed + 1;
                if (s_vectors_passed == 239) begin
                    $display("cycle %0d: vectors offers a beat beyond the %0d expected", cycle, 239);
                    s_vectors_failed <= 1'b1;
                    end else if (((s_vectors_beat ^ s_vectors_line[1535:768]) & s_vectors_line[767:0]) !== 768'd0) begin
                        $display("MISMATCH vectors beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_vectors_passed, cycle, s_vectors_line[1535:768], s_vectors_beat, s_vectors_line[767:0]);
                        s_vectors_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_command_passed == 20 && s_beats_passed == 298 && s_vectors_passed == 239;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_command_valid && s_command_ready
                    || s_beats_valid && s_beats_ready
                    || s_vectors_valid && s_vectors_ready) last_move <= cycle;
            if (s_command_failed || s_beats_failed || s_vectors_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: command=%0d/%0d beats=%0d/%0d vectors=%0d/%0d",
                    cycle, last_move, s_command_passed, 20, s_beats_passed, 298, s_vectors_passed, 239);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS bitwidth_converter vectors=%0d cycles=%0d",
                s_vectors_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL bitwidth_converter cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
