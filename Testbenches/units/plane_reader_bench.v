// Self-checking bench of PlaneReader_d64_m64_p64_n524288_b256_s3_4_6_8_12, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes plane_reader.vcd
`default_nettype none

module plane_reader_bench #(
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
            $dumpfile("plane_reader.vcd");
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

    // fetch: 5 beats given.
    reg s_fetch_valid;
    wire s_fetch_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [59:0] s_fetch_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_fetch_passed;
    reg s_fetch_failed;

    // convert: 5 beats given.
    reg s_convert_valid;
    wire s_convert_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [27:0] s_convert_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_convert_passed;
    reg s_convert_failed;

    // beats: 217 beats given.
    reg s_beats_valid;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [511:0] s_beats_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_beats_passed;
    reg s_beats_failed;

    // request: 16 beats expected.
    wire s_request_valid;
    reg s_request_ready;
    wire [39:0] s_request_address;
    wire [3:0] s_request_beats;
    integer s_request_passed;
    reg s_request_failed;

    // vectors: 144 beats expected.
    wire s_vectors_valid;
    reg s_vectors_ready;
    wire [767:0] s_vectors_payload;
    integer s_vectors_passed;
    reg s_vectors_failed;

    PlaneReader_d64_m64_p64_n524288_b256_s3_4_6_8_12 unit (
        .clock(clock),
            .reset(reset),
            .fetch_valid(s_fetch_valid),
            .fetch_ready(s_fetch_ready),
            .fetch_payload_address(s_fetch_beat[59:20]),
            .fetch_payload_beats(s_fetch_beat[19:0]),
            .convert_valid(s_convert_valid),
            .convert_ready(s_convert_ready),
            .convert_payload_bits(s_convert_beat[27:24]),
            .convert_payload_vectors(s_convert_beat[23:4]),
            .convert_payload_last_keys(s_convert_beat[0]),
            .beats_valid(s_beats_valid),
            .beats_payload(s_beats_beat[511:0]),
            .request_valid(s_request_valid),
            .request_ready(s_request_ready),
            .request_payload_address(s_request_address),
            .request_payload_beats(s_request_beats),
            .vectors_valid(s_vectors_valid),
            .vectors_ready(s_vectors_ready),
            .vectors_payload(s_vectors_payload)
    );

    reg [59:0] s_fetch_lines [0:4];
    integer s_fetch_next;
    initial $readmemh("plane_reader_fetch.hex", s_fetch_lines);
    wire s_fetch_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_fetch_next <= 0;
            s_fetch_passed <= 0;
            s_fetch_failed <= 1'b0;
            s_fetch_valid <= 1'b0;
        end else begin
            if (s_fetch_valid && s_fetch_ready) s_fetch_passed <= s_fetch_passed + 1;
            if (s_fetch_ready !== 1'b0 && s_fetch_ready !== 1'b1) begin
                $display("cycle %0d: fetch_ready is unknown", cycle);
                s_fetch_failed <= 1'b1;
            end
            if (!s_fetch_valid || s_fetch_ready) begin
                if (s_fetch_next < 5 && !s_fetch_pauses) begin
                    s_fetch_valid <= 1'b1;
                    s_fetch_beat <= s_fetch_lines[s_fetch_next][59:0];
                    s_fetch_next <= s_fetch_next + 1;
                end else begin
                    s_fetch_valid <= 1'b0;
                    s_fetch_beat <= {60{1'bx}};
                end
            end
        end

    reg [27:0] s_convert_lines [0:4];
    integer s_convert_next;
    initial $readmemh("plane_reader_convert.hex", s_convert_lines);
    wire s_convert_pauses = {26'd0, noise[10:5]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_convert_next <= 0;
            s_convert_passed <= 0;
            s_convert_failed <= 1'b0;
            s_convert_valid <= 1'b0;
        end else begin
            if (s_convert_valid && s_convert_ready) s_convert_passed <= s_convert_passed + 1;
            if (s_convert_ready !== 1'b0 && s_convert_ready !== 1'b1) begin
                $display("cycle %0d: convert_ready is unknown", cycle);
                s_convert_failed <= 1'b1;
            end
            if (!s_convert_valid || s_convert_ready) begin
                if (s_convert_next < 5 && !s_convert_pauses) begin
                    s_convert_valid <= 1'b1;
                    s_convert_beat <= s_convert_lines[s_convert_next][27:0];
                    s_convert_next <= s_convert_next + 1;
                end else begin
                    s_convert_valid <= 1'b0;
                    s_convert_beat <= {28{1'bx}};
                end
            end
        end

    reg [543:0] s_beats_lines [0:216];
    integer s_beats_next;
    initial $readmemh("plane_reader_beats.hex", s_beats_lines);
    wire s_beats_pauses = {26'd0, noise[15:10]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_beats_next <= 0;
            s_beats_passed <= 0;
            s_beats_failed <= 1'b0;
            s_beats_valid <= 1'b0;
        end else begin
            if (s_beats_valid) s_beats_passed <= s_beats_passed + 1;
            if (1'b1) begin
                if (s_beats_next < 217 && !s_beats_pauses && s_request_passed >= s_beats_lines[s_beats_next][31:0]) begin
                    s_beats_valid <= 1'b1;
                    s_beats_beat <= s_beats_lines[s_beats_next][543:32];
                    s_beats_next <= s_beats_next + 1;
                end else begin
                    s_beats_valid <= 1'b0;
                    s_beats_beat <= {512{1'bx}};
                end
            end
        end

    reg [87:0] s_request_lines [0:15];
    initial $readmemh("plane_reader_request.hex", s_request_lines);
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
            s_request_ready <= !({26'd0, noise[20:15]} < stalls);
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
                if (s_request_passed == 16) begin
                    $display("cycle %0d: request offers a beat beyond the %0d expected", cycle, 16);
                    s_request_failed <= 1'b1;
                    end else if (((s_request_beat ^ s_request_line[87:44]) & s_request_line[43:0]) !== 44'd0) begin
                        $display("MISMATCH request beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_request_passed, cycle, s_request_line[87:44], s_request_beat, s_request_line[43:0]);
                        s_request_failed <= 1'b1;
                end
            end
        end

    reg [1535:0] s_vectors_lines [0:143];
    initial $readmemh("plane_reader_vectors.hex", s_vectors_lines);
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
            s_vectors_ready <= !({26'd0, noise[25:20]} < stalls);
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
                if (s_vectors_passed == 144) begin
                    $display("cycle %0d: vectors offers a beat beyond the %0d expected", cycle, 144);
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
    wire finished = s_fetch_passed == 5 && s_convert_passed == 5 && s_beats_passed == 217 && s_request_passed == 16 && s_vectors_passed == 144;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_fetch_valid && s_fetch_ready
                    || s_convert_valid && s_convert_ready
                    || s_beats_valid
                    || s_request_valid && s_request_ready
                    || s_vectors_valid && s_vectors_ready) last_move <= cycle;
            if (s_fetch_failed || s_convert_failed || s_beats_failed || s_request_failed || s_vectors_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: fetch=%0d/%0d convert=%0d/%0d beats=%0d/%0d request=%0d/%0d vectors=%0d/%0d",
                    cycle, last_move, s_fetch_passed, 5, s_convert_passed, 5, s_beats_passed, 217, s_request_passed, 16, s_vectors_passed, 144);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS plane_reader request=%0d vectors=%0d cycles=%0d",
                s_request_passed, s_vectors_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL plane_reader cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
