// Self-checking bench of PlaneFetcher_d64_m64_p64_n524288_b256, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes plane_fetcher.vcd
`default_nettype none

module plane_fetcher_bench #(
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
            $dumpfile("plane_fetcher.vcd");
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

    // command: 53 beats given.
    reg s_command_valid;
    wire s_command_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [59:0] s_command_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_command_passed;
    reg s_command_failed;

    // released: 2280 beats given.
    reg s_released_valid;
    integer s_released_passed;
    reg s_released_failed;

    // request: 170 beats expected.
    wire s_request_valid;
    reg s_request_ready;
    wire [39:0] s_request_address;
    wire [3:0] s_request_beats;
    integer s_request_passed;
    reg s_request_failed;

    PlaneFetcher_d64_m64_p64_n524288_b256 unit (
        .clock(clock),
            .reset(reset),
            .command_valid(s_command_valid),
            .command_ready(s_command_ready),
            .command_payload_address(s_command_beat[59:20]),
            .command_payload_beats(s_command_beat[19:0]),
            .released(s_released_valid),
            .request_valid(s_request_valid),
            .request_ready(s_request_ready),
            .request_payload_address(s_request_address),
            .request_payload_beats(s_request_beats)
    );

    reg [59:0] s_command_lines [0:52];
    integer s_command_next;
    initial $readmemh("plane_fetcher_command.hex", s_command_lines);
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
                if (s_command_next < 53 && !s_command_pauses) begin
                    s_command_valid <= 1'b1;
                    s_command_beat <= s_command_lines[s_command_next][59:0];
                    s_command_next <= s_command_next + 1;
                end else begin
                    s_command_valid <= 1'b0;
                    s_command_beat <= {60{1'bx}};
                end
            end
        end

    reg [35:0] s_released_lines [0:2279];
    integer s_released_next;
    initial $readmemh("plane_fetcher_released.hex", s_released_lines);
    wire s_released_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_released_next <= 0;
            s_released_passed <= 0;
            s_released_failed <= 1'b0;
            s_released_valid <= 1'b0;
        end else begin
            if (s_released_valid) s_released_passed <= s_released_passed + 1;
            if (1'b1) begin
                if (s_released_next < 2280 && !s_released_pauses && s_request_passed >= s_released_lines[s_released_next][31:0]) begin
                    s_released_valid <= 1'b1;
                    s_released_next <= s_released_next + 1;
                end else begin
                    s_released_valid <= 1'b0;
                end
            end
        end

    reg [87:0] s_request_lines [0:169];
    initial $readmemh("plane_fetcher_request.hex", s_request_lines);
    wire [43:0] s_request_beat = {s_request_address, s_request_beats};
    wire [87:0] s_request_line = s_request_lines[s_request_passed];
    reg s_request_waits;
    reg [43:0] s_request_waiting;
    always @(posedge clock)
        if (reset) begin
            s_request_passed <= 0;
            s_request_failed <= 1'b0;
            s_request_waits <= 1'b0;
            s_request_ready <= 1'b0;
        end else begin
            s_request_ready <= !({26'd0, noise[15:10]} < stalls);
            s_request_waits <= s_request_valid && !s_request_ready;
            s_request_waiting <= s_request_beat;
            if (s_request_valid !== 1'b0 && s_request_valid !== 1'b1) begin
                $display("cycle %0d: request_valid is unknown", cycle);
                s_request_failed <= 1'b1;
            end else if (s_request_waits && (!s_request_valid || s_request_beat !== s_request_waiting)) begin
                $display("cycle %0d: request changed beat %0d before it was taken", cycle, s_request_passed);
                s_request_failed <= 1'b1;
            end else if (s_request_valid && s_request_ready) begin
                s_request_passed <= s_request_passed + 1;
                if (s_request_passed == 170) begin
                    $display("cycle %0d: request offers a beat beyond the %0d expected", cycle, 170);
                    s_request_failed <= 1'b1;
                    end else if (((s_request_beat ^ s_request_line[87:44]) & s_request_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH request beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_request_passed, cycle, s_request_line[87:44], s_request_beat, s_request_line[43:0]);
                        s_request_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_command_passed == 53 && s_released_passed == 2280 && s_request_passed == 170;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_command_valid && s_command_ready
                    || s_released_valid
                    || s_request_valid && s_request_ready) last_move <= cycle;
            if (s_command_failed || s_released_failed || s_request_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: command=%0d/%0d released=%0d/%0d request=%0d/%0d",
                    cycle, last_move, s_command_passed, 53, s_released_passed, 2280, s_request_passed, 170);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS plane_fetcher request=%0d cycles=%0d",
                s_request_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL plane_fetcher cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
