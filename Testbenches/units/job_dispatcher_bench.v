// Self-checking bench of JobDispatcher_d64_m64_p64_n524288_b256, for any Verilog-2001 simulator. Written by leanspatten.
//
// Gives each input stream the beats of its file, compares each output stream with its file, and watches that an
// offered beat stays until it is taken. The files lie in the working directory. The last line printed begins with
// PASS or FAIL, and a failure ends in $stop.
//
//   +stalls=N   each stream hesitates in N of 64 cycles (0)
//   +seed=N     of the hesitation (1)
//   +waves      writes job_dispatcher.vcd
`default_nettype none

module job_dispatcher_bench #(
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
            $dumpfile("job_dispatcher.vcd");
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

    // job: 60 beats given.
    reg s_job_valid;
    wire s_job_ready;
    /* verilator lint_off UNUSEDSIGNAL */
    reg [183:0] s_job_beat;
    /* verilator lint_on UNUSEDSIGNAL */
    integer s_job_passed;
    reg s_job_failed;

    // key_msb_fetch: 60 beats expected.
    wire s_key_msb_fetch_valid;
    reg s_key_msb_fetch_ready;
    wire [39:0] s_key_msb_fetch_address;
    wire [19:0] s_key_msb_fetch_beats;
    integer s_key_msb_fetch_passed;
    reg s_key_msb_fetch_failed;

    // key_msb_convert: 60 beats expected.
    wire s_key_msb_convert_valid;
    reg s_key_msb_convert_ready;
    wire [3:0] s_key_msb_convert_bits;
    wire [19:0] s_key_msb_convert_vectors;
    wire s_key_msb_convert_last_keys;
    integer s_key_msb_convert_passed;
    reg s_key_msb_convert_failed;

    // key_lsb_fetch: 60 beats expected.
    wire s_key_lsb_fetch_valid;
    reg s_key_lsb_fetch_ready;
    wire [39:0] s_key_lsb_fetch_address;
    wire [19:0] s_key_lsb_fetch_beats;
    integer s_key_lsb_fetch_passed;
    reg s_key_lsb_fetch_failed;

    // key_lsb_convert: 60 beats expected.
    wire s_key_lsb_convert_valid;
    reg s_key_lsb_convert_ready;
    wire [3:0] s_key_lsb_convert_bits;
    wire [19:0] s_key_lsb_convert_vectors;
    wire s_key_lsb_convert_last_keys;
    integer s_key_lsb_convert_passed;
    reg s_key_lsb_convert_failed;

    // value_fetch: 60 beats expected.
    wire s_value_fetch_valid;
    reg s_value_fetch_ready;
    wire [39:0] s_value_fetch_address;
    wire [19:0] s_value_fetch_beats;
    integer s_value_fetch_passed;
    reg s_value_fetch_failed;

    // value_convert: 60 beats expected.
    wire s_value_convert_valid;
    reg s_value_convert_ready;
    wire [3:0] s_value_convert_bits;
    wire [19:0] s_value_convert_vectors;
    wire s_value_convert_last_keys;
    integer s_value_convert_passed;
    reg s_value_convert_failed;

    // assemble: 60 beats expected.
    wire s_assemble_valid;
    reg s_assemble_ready;
    wire [19:0] s_assemble_keys;
    wire [1:0] s_assemble_tile_size;
    wire [3:0] s_assemble_lsb_bits;
    integer s_assemble_passed;
    reg s_assemble_failed;

    // scale: 60 beats expected.
    wire s_scale_valid;
    reg s_scale_ready;
    wire [17:0] s_scale_mantissa;
    wire [5:0] s_scale_shift;
    integer s_scale_passed;
    reg s_scale_failed;

    // normalize: 60 beats expected.
    wire s_normalize_valid;
    reg s_normalize_ready;
    wire [3:0] s_normalize_payload;
    integer s_normalize_passed;
    reg s_normalize_failed;

    JobDispatcher_d64_m64_p64_n524288_b256 unit (
        .clock(clock),
            .reset(reset),
            .job_valid(s_job_valid),
            .job_ready(s_job_ready),
            .job_payload_keys(s_job_beat[183:164]),
            .job_payload_tile_size(s_job_beat[161:160]),
            .job_payload_msb_bits(s_job_beat[159:156]),
            .job_payload_lsb_bits(s_job_beat[155:152]),
            .job_payload_value_bits(s_job_beat[151:148]),
            .job_payload_scale_mantissa(s_job_beat[145:128]),
            .job_payload_scale_shift(s_job_beat[125:120]),
            .job_payload_key_msb_address(s_job_beat[119:80]),
            .job_payload_key_lsb_address(s_job_beat[79:40]),
            .job_payload_value_address(s_job_beat[39:0]),
            .key_msb_fetch_valid(s_key_msb_fetch_valid),
            .key_msb_fetch_ready(s_key_msb_fetch_ready),
            .key_msb_fetch_payload_address(s_key_msb_fetch_address),
            .key_msb_fetch_payload_beats(s_key_msb_fetch_beats),
            .key_msb_convert_valid(s_key_msb_convert_valid),
            .key_msb_convert_ready(s_key_msb_convert_ready),
            .key_msb_convert_payload_bits(s_key_msb_convert_bits),
            .key_msb_convert_payload_vectors(s_key_msb_convert_vectors),
            .key_msb_convert_payload_last_keys(s_key_msb_convert_last_keys),
            .key_lsb_fetch_valid(s_key_lsb_fetch_valid),
            .key_lsb_fetch_ready(s_key_lsb_fetch_ready),
            .key_lsb_fetch_payload_address(s_key_lsb_fetch_address),
            .key_lsb_fetch_payload_beats(s_key_lsb_fetch_beats),
            .key_lsb_convert_valid(s_key_lsb_convert_valid),
            .key_lsb_convert_ready(s_key_lsb_convert_ready),
            .key_lsb_convert_payload_bits(s_key_lsb_convert_bits),
            .key_lsb_convert_payload_vectors(s_key_lsb_convert_vectors),
            .key_lsb_convert_payload_last_keys(s_key_lsb_convert_last_keys),
            .value_fetch_valid(s_value_fetch_valid),
            .value_fetch_ready(s_value_fetch_ready),
            .value_fetch_payload_address(s_value_fetch_address),
            .value_fetch_payload_beats(s_value_fetch_beats),
            .value_convert_valid(s_value_convert_valid),
            .value_convert_ready(s_value_convert_ready),
            .value_convert_payload_bits(s_value_convert_bits),
            .value_convert_payload_vectors(s_value_convert_vectors),
            .value_convert_payload_last_keys(s_value_convert_last_keys),
            .assemble_valid(s_assemble_valid),
            .assemble_ready(s_assemble_ready),
            .assemble_payload_keys(s_assemble_keys),
            .assemble_payload_tile_size(s_assemble_tile_size),
            .assemble_payload_lsb_bits(s_assemble_lsb_bits),
            .scale_valid(s_scale_valid),
            .scale_ready(s_scale_ready),
            .scale_payload_mantissa(s_scale_mantissa),
            .scale_payload_shift(s_scale_shift),
            .normalize_valid(s_normalize_valid),
            .normalize_ready(s_normalize_ready),
            .normalize_payload(s_normalize_payload)
    );

    reg [183:0] s_job_lines [0:59];
    integer s_job_next;
    initial $readmemh("job_dispatcher_job.hex", s_job_lines);
    wire s_job_pauses = {26'd0, noise[5:0]} < stalls;
    always @(posedge clock)
        if (reset) begin
            s_job_next <= 0;
            s_job_passed <= 0;
            s_job_failed <= 1'b0;
            s_job_valid <= 1'b0;
        end else begin
            if (s_job_valid && s_job_ready) s_job_passed <= s_job_passed + 1;
            if (s_job_ready !== 1'b0 && s_job_ready !== 1'b1) begin
                $display("cycle %0d: job_ready is unknown", cycle);
                s_job_failed <= 1'b1;
            end
            if (!s_job_valid || s_job_ready) begin
                if (s_job_next < 60 && !s_job_pauses) begin
                    s_job_valid <= 1'b1;
                    s_job_beat <= s_job_lines[s_job_next][183:0];
                    s_job_next <= s_job_next + 1;
                end else begin
                    s_job_valid <= 1'b0;
                    s_job_beat <= {184{1'bx}};
                end
            end
        end

    reg [119:0] s_key_msb_fetch_lines [0:59];
    initial $readmemh("job_dispatcher_key_msb_fetch.hex", s_key_msb_fetch_lines);
    wire [59:0] s_key_msb_fetch_beat = {s_key_msb_fetch_address, s_key_msb_fetch_beats};
    wire [119:0] s_key_msb_fetch_line = s_key_msb_fetch_lines[s_key_msb_fetch_passed];
    reg s_key_msb_fetch_waits;
    reg [59:0] s_key_msb_fetch_waiting;
    always @(posedge clock)
        if (reset) begin
            s_key_msb_fetch_passed <= 0;
            s_key_msb_fetch_failed <= 1'b0;
            s_key_msb_fetch_waits <= 1'b0;
            s_key_msb_fetch_ready <= 1'b0;
        end else begin
            s_key_msb_fetch_ready <= !({26'd0, noise[10:5]} < stalls);
            s_key_msb_fetch_waits <= s_key_msb_fetch_valid && !s_key_msb_fetch_ready;
            s_key_msb_fetch_waiting <= s_key_msb_fetch_beat;
            if (s_key_msb_fetch_valid !== 1'b0 && s_key_msb_fetch_valid !== 1'b1) begin
                $display("cycle %0d: key_msb_fetch_valid is unknown", cycle);
                s_key_msb_fetch_failed <= 1'b1;
            end else if (s_key_msb_fetch_waits && (!s_key_msb_fetch_valid || s_key_msb_fetch_beat !== s_key_msb_fetch_waiting)) begin
                $display("cycle %0d: key_msb_fetch changed beat %0d before it was taken", cycle, s_key_msb_fetch_passed);
                s_key_msb_fetch_failed <= 1'b1;
            end else if (s_key_msb_fetch_valid && s_key_msb_fetch_ready) begin
                s_key_msb_fetch_passed <= s_key_msb_fetch_passed + 1;
                if (s_key_msb_fetch_passed == 60) begin
                    $display("cycle %0d: key_msb_fetch offers a beat beyond the %0d expected", cycle, 60);
                    s_key_msb_fetch_failed <= 1'b1;
                    end else if (((s_key_msb_fetch_beat ^ s_key_msb_fetch_line[119:60]) & s_key_msb_fetch_line[59:0]) !== 60'd0) begin
                        $display("MISMATCH key_msb_fetch beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_key_msb_fetch_passed, cycle, s_key_msb_fetch_line[119:60], s_key_msb_fetch_beat, s_key_msb_fetch_line[59:0]);
                        s_key_msb_fetch_failed <= 1'b1;
                end
            end
        end

    reg [55:0] s_key_msb_convert_lines [0:59];
    initial $readmemh("job_dispatcher_key_msb_convert.hex", s_key_msb_convert_lines);
    wire [27:0] s_key_msb_convert_beat = {s_key_msb_convert_bits, s_key_msb_convert_vectors, 3'd0, s_key_msb_convert_last_keys};
    wire [55:0] s_key_msb_convert_line = s_key_msb_convert_lines[s_key_msb_convert_passed];
    reg s_key_msb_convert_waits;
    reg [27:0] s_key_msb_convert_waiting;
    always @(posedge clock)
        if (reset) begin
            s_key_msb_convert_passed <= 0;
            s_key_msb_convert_failed <= 1'b0;
            s_key_msb_convert_waits <= 1'b0;
            s_key_msb_convert_ready <= 1'b0;
        end else begin
            s_key_msb_convert_ready <= !({26'd0, noise[15:10]} < stalls);
            s_key_msb_convert_waits <= s_key_msb_convert_valid && !s_key_msb_convert_ready;
            s_key_msb_convert_waiting <= s_key_msb_convert_beat;
            if (s_key_msb_convert_valid !== 1'b0 && s_key_msb_convert_valid !== 1'b1) begin
                $display("cycle %0d: key_msb_convert_valid is unknown", cycle);
                s_key_msb_convert_failed <= 1'b1;
            end else if (s_key_msb_convert_waits && (!s_key_msb_convert_valid || s_key_msb_convert_beat !== s_key_msb_convert_waiting)) begin
                $display("cycle %0d: key_msb_convert changed beat %0d before it was taken", cycle, s_key_msb_convert_passed);
                s_key_msb_convert_failed <= 1'b1;
            end else if (s_key_msb_convert_valid && s_key_msb_convert_ready) begin
                s_key_msb_convert_passed <= s_key_msb_convert_passed + 1;
                if (s_key_msb_convert_passed == 60) begin
                    $display("cycle %0d: key_msb_convert offers a beat beyond the %0d expected", cycle, 60);
                    s_key_msb_convert_failed <= 1'b1;
                    end else if (((s_key_msb_convert_beat ^ s_key_msb_convert_line[55:28]) & s_key_msb_convert_line[27:0]) !== 28'd0) begin
                        $display("MISMATCH key_msb_convert beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_key_msb_convert_passed, cycle, s_key_msb_convert_line[55:28], s_key_msb_convert_beat, s_key_msb_convert_line[27:0]);
                        s_key_msb_convert_failed <= 1'b1;
                end
            end
        end

    reg [119:0] s_key_lsb_fetch_lines [0:59];
    initial $readmemh("job_dispatcher_key_lsb_fetch.hex", s_key_lsb_fetch_lines);
    wire [59:0] s_key_lsb_fetch_beat = {s_key_lsb_fetch_address, s_key_lsb_fetch_beats};
    wire [119:0] s_key_lsb_fetch_line = s_key_lsb_fetch_lines[s_key_lsb_fetch_passed];
    reg s_key_lsb_fetch_waits;
    reg [59:0] s_key_lsb_fetch_waiting;
    always @(posedge clock)
        if (reset) begin
            s_key_lsb_fetch_passed <= 0;
            s_key_lsb_fetch_failed <= 1'b0;
            s_key_lsb_fetch_waits <= 1'b0;
            s_key_lsb_fetch_ready <= 1'b0;
        end else begin
            s_key_lsb_fetch_ready <= !({26'd0, noise[20:15]} < stalls);
            s_key_lsb_fetch_waits <= s_key_lsb_fetch_valid && !s_key_lsb_fetch_ready;
            s_key_lsb_fetch_waiting <= s_key_lsb_fetch_beat;
            if (s_key_lsb_fetch_valid !== 1'b0 && s_key_lsb_fetch_valid !== 1'b1) begin
                $display("cycle %0d: key_lsb_fetch_valid is unknown", cycle);
                s_key_lsb_fetch_failed <= 1'b1;
            end else if (s_key_lsb_fetch_waits && (!s_key_lsb_fetch_valid || s_key_lsb_fetch_beat !== s_key_lsb_fetch_waiting)) begin
                $display("cycle %0d: key_lsb_fetch changed beat %0d before it was taken", cycle, s_key_lsb_fetch_passed);
                s_key_lsb_fetch_failed <= 1'b1;
            end else if (s_key_lsb_fetch_valid && s_key_lsb_fetch_ready) begin
                s_key_lsb_fetch_passed <= s_key_lsb_fetch_passed + 1;
                if (s_key_lsb_fetch_passed == 60) begin
                    $display("cycle %0d: key_lsb_fetch offers a beat beyond the %0d expected", cycle, 60);
                    s_key_lsb_fetch_failed <= 1'b1;
                    end else if (((s_key_lsb_fetch_beat ^ s_key_lsb_fetch_line[119:60]) & s_key_lsb_fetch_line[59:0]) !== 60'd0) begin
                        $display("MISMATCH key_lsb_fetch beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_key_lsb_fetch_passed, cycle, s_key_lsb_fetch_line[119:60], s_key_lsb_fetch_beat, s_key_lsb_fetch_line[59:0]);
                        s_key_lsb_fetch_failed <= 1'b1;
                end
            end
        end

    reg [55:0] s_key_lsb_convert_lines [0:59];
    initial $readmemh("job_dispatcher_key_lsb_convert.hex", s_key_lsb_convert_lines);
    wire [27:0] s_key_lsb_convert_beat = {s_key_lsb_convert_bits, s_key_lsb_convert_vectors, 3'd0, s_key_lsb_convert_last_keys};
    wire [55:0] s_key_lsb_convert_line = s_key_lsb_convert_lines[s_key_lsb_convert_passed];
    reg s_key_lsb_convert_waits;
    reg [27:0] s_key_lsb_convert_waiting;
    always @(posedge clock)
        if (reset) begin
            s_key_lsb_convert_passed <= 0;
            s_key_lsb_convert_failed <= 1'b0;
            s_key_lsb_convert_waits <= 1'b0;
            s_key_lsb_convert_ready <= 1'b0;
        end else begin
            s_key_lsb_convert_ready <= !({26'd0, noise[25:20]} < stalls);
            s_key_lsb_convert_waits <= s_key_lsb_convert_valid && !s_key_lsb_convert_ready;
            s_key_lsb_convert_waiting <= s_key_lsb_convert_beat;
            if (s_key_lsb_convert_valid !== 1'b0 && s_key_lsb_convert_valid !== 1'b1) begin
                $display("cycle %0d: key_lsb_convert_valid is unknown", cycle);
                s_key_lsb_convert_failed <= 1'b1;
            end else if (s_key_lsb_convert_waits && (!s_key_lsb_convert_valid || s_key_lsb_convert_beat !== s_key_lsb_convert_waiting)) begin
                $display("cycle %0d: key_lsb_convert changed beat %0d before it was taken", cycle, s_key_lsb_convert_passed);
                s_key_lsb_convert_failed <= 1'b1;
            end else if (s_key_lsb_convert_valid && s_key_lsb_convert_ready) begin
                s_key_lsb_convert_passed <= s_key_lsb_convert_passed + 1;
                if (s_key_lsb_convert_passed == 60) begin
                    $display("cycle %0d: key_lsb_convert offers a beat beyond the %0d expected", cycle, 60);
                    s_key_lsb_convert_failed <= 1'b1;
                    end else if (((s_key_lsb_convert_beat ^ s_key_lsb_convert_line[55:28]) & s_key_lsb_convert_line[27:0]) !== 28'd0) begin
                        $display("MISMATCH key_lsb_convert beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_key_lsb_convert_passed, cycle, s_key_lsb_convert_line[55:28], s_key_lsb_convert_beat, s_key_lsb_convert_line[27:0]);
                        s_key_lsb_convert_failed <= 1'b1;
                end
            end
        end

    reg [119:0] s_value_fetch_lines [0:59];
    initial $readmemh("job_dispatcher_value_fetch.hex", s_value_fetch_lines);
    wire [59:0] s_value_fetch_beat = {s_value_fetch_address, s_value_fetch_beats};
    wire [119:0] s_value_fetch_line = s_value_fetch_lines[s_value_fetch_passed];
    reg s_value_fetch_waits;
    reg [59:0] s_value_fetch_waiting;
    always @(posedge clock)
        if (reset) begin
            s_value_fetch_passed <= 0;
            s_value_fetch_failed <= 1'b0;
            s_value_fetch_waits <= 1'b0;
            s_value_fetch_ready <= 1'b0;
        end else begin
            s_value_fetch_ready <= !({26'd0, noise[30:25]} < stalls);
            s_value_fetch_waits <= s_value_fetch_valid && !s_value_fetch_ready;
            s_value_fetch_waiting <= s_value_fetch_beat;
            if (s_value_fetch_valid !== 1'b0 && s_value_fetch_valid !== 1'b1) begin
                $display("cycle %0d: value_fetch_valid is unknown", cycle);
                s_value_fetch_failed <= 1'b1;
            end else if (s_value_fetch_waits && (!s_value_fetch_valid || s_value_fetch_beat !== s_value_fetch_waiting)) begin
                $display("cycle %0d: value_fetch changed beat %0d before it was taken", cycle, s_value_fetch_passed);
                s_value_fetch_failed <= 1'b1;
            end else if (s_value_fetch_valid && s_value_fetch_ready) begin
                s_value_fetch_passed <= s_value_fetch_passed + 1;
                if (s_value_fetch_passed == 60) begin
                    $display("cycle %0d: value_fetch offers a beat beyond the %0d expected", cycle, 60);
                    s_value_fetch_failed <= 1'b1;
                    end else if (((s_value_fetch_beat ^ s_value_fetch_line[119:60]) & s_value_fetch_line[59:0]) !== 60'd0) begin
                        $display("MISMATCH value_fetch beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_value_fetch_passed, cycle, s_value_fetch_line[119:60], s_value_fetch_beat, s_value_fetch_line[59:0]);
                        s_value_fetch_failed <= 1'b1;
                end
            end
        end

    reg [55:0] s_value_convert_lines [0:59];
    initial $readmemh("job_dispatcher_value_convert.hex", s_value_convert_lines);
    wire [27:0] s_value_convert_beat = {s_value_convert_bits, s_value_convert_vectors, 3'd0, s_value_convert_last_keys};
    wire [55:0] s_value_convert_line = s_value_convert_lines[s_value_convert_passed];
    reg s_value_convert_waits;
    reg [27:0] s_value_convert_waiting;
    always @(posedge clock)
        if (reset) begin
            s_value_convert_passed <= 0;
            s_value_convert_failed <= 1'b0;
            s_value_convert_waits <= 1'b0;
            s_value_convert_ready <= 1'b0;
        end else begin
            s_value_convert_ready <= !({26'd0, noise[9:4]} < stalls);
            s_value_convert_waits <= s_value_convert_valid && !s_value_convert_ready;
            s_value_convert_waiting <= s_value_convert_beat;
            if (s_value_convert_valid !== 1'b0 && s_value_convert_valid !== 1'b1) begin
                $display("cycle %0d: value_convert_valid is unknown", cycle);
                s_value_convert_failed <= 1'b1;
            end else if (s_value_convert_waits && (!s_value_convert_valid || s_value_convert_beat !== s_value_convert_waiting)) begin
                $display("cycle %0d: value_convert changed beat %0d before it was taken", cycle, s_value_convert_passed);
                s_value_convert_failed <= 1'b1;
            end else if (s_value_convert_valid && s_value_convert_ready) begin
                s_value_convert_passed <= s_value_convert_passed + 1;
                if (s_value_convert_passed == 60) begin
                    $display("cycle %0d: value_convert offers a beat beyond the %0d expected", cycle, 60);
                    s_value_convert_failed <= 1'b1;
                    end else if (((s_value_convert_beat ^ s_value_convert_line[55:28]) & s_value_convert_line[27:0]) !== 28'd0) begin
                        $display("MISMATCH value_convert beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_value_convert_passed, cycle, s_value_convert_line[55:28], s_value_convert_beat, s_value_convert_line[27:0]);
                        s_value_convert_failed <= 1'b1;
                end
            end
        end

    reg [55:0] s_assemble_lines [0:59];
    initial $readmemh("job_dispatcher_assemble.hex", s_assemble_lines);
    wire [27:0] s_assemble_beat = {s_assemble_keys, 2'd0, s_assemble_tile_size, s_assemble_lsb_bits};
    wire [55:0] s_assemble_line = s_assemble_lines[s_assemble_passed];
    reg s_assemble_waits;
    reg [27:0] s_assemble_waiting;
    always @(posedge clock)
        if (reset) begin
            s_assemble_passed <= 0;
            s_assemble_failed <= 1'b0;
            s_assemble_waits <= 1'b0;
            s_assemble_ready <= 1'b0;
        end else begin
            s_assemble_ready <= !({26'd0, noise[14:9]} < stalls);
            s_assemble_waits <= s_assemble_valid && !s_assemble_ready;
            s_assemble_waiting <= s_assemble_beat;
            if (s_assemble_valid !== 1'b0 && s_assemble_valid !== 1'b1) begin
                $display("cycle %0d: assemble_valid is unknown", cycle);
                s_assemble_failed <= 1'b1;
            end else if (s_assemble_waits && (!s_assemble_valid || s_assemble_beat !== s_assemble_waiting)) begin
                $display("cycle %0d: assemble changed beat %0d before it was taken", cycle, s_assemble_passed);
                s_assemble_failed <= 1'b1;
            end else if (s_assemble_valid && s_assemble_ready) begin
                s_assemble_passed <= s_assemble_passed + 1;
                if (s_assemble_passed == 60) begin
                    $display("cycle %0d: assemble offers a beat beyond the %0d expected", cycle, 60);
                    s_assemble_failed <= 1'b1;
                    end else if (((s_assemble_beat ^ s_assemble_line[55:28]) & s_assemble_line[27:0]) !== 28'd0) begin
                        $display("MISMATCH assemble beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_assemble_passed, cycle, s_assemble_line[55:28], s_assemble_beat, s_assemble_line[27:0]);
                        s_assemble_failed <= 1'b1;
                end
            end
        end

    reg [55:0] s_scale_lines [0:59];
    initial $readmemh("job_dispatcher_scale.hex", s_scale_lines);
    wire [27:0] s_scale_beat = {2'd0, s_scale_mantissa, 2'd0, s_scale_shift};
    wire [55:0] s_scale_line = s_scale_lines[s_scale_passed];
    reg s_scale_waits;
    reg [27:0] s_scale_waiting;
    always @(posedge clock)
        if (reset) begin
            s_scale_passed <= 0;
            s_scale_failed <= 1'b0;
            s_scale_waits <= 1'b0;
            s_scale_ready <= 1'b0;
        end else begin
            s_scale_ready <= !({26'd0, noise[19:14]} < stalls);
            s_scale_waits <= s_scale_valid && !s_scale_ready;
            s_scale_waiting <= s_scale_beat;
            if (s_scale_valid !== 1'b0 && s_scale_valid !== 1'b1) begin
                $display("cycle %0d: scale_valid is unknown", cycle);
                s_scale_failed <= 1'b1;
            end else if (s_scale_waits && (!s_scale_valid || s_scale_beat !== s_scale_waiting)) begin
                $display("cycle %0d: scale changed beat %0d before it was taken", cycle, s_scale_passed);
                s_scale_failed <= 1'b1;
            end else if (s_scale_valid && s_scale_ready) begin
                s_scale_passed <= s_scale_passed + 1;
                if (s_scale_passed == 60) begin
                    $display("cycle %0d: scale offers a beat beyond the %0d expected", cycle, 60);
                    s_scale_failed <= 1'b1;
                    end else if (((s_scale_beat ^ s_scale_line[55:28]) & s_scale_line[27:0]) !== 28'd0) begin
                        $display("MISMATCH scale beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_scale_passed, cycle, s_scale_line[55:28], s_scale_beat, s_scale_line[27:0]);
                        s_scale_failed <= 1'b1;
                end
            end
        end

    reg [7:0] s_normalize_lines [0:59];
    initial $readmemh("job_dispatcher_normalize.hex", s_normalize_lines);
    wire [3:0] s_normalize_beat = {s_normalize_payload};
    wire [7:0] s_normalize_line = s_normalize_lines[s_normalize_passed];
    reg s_normalize_waits;
    reg [3:0] s_normalize_waiting;
    always @(posedge clock)
        if (reset) begin
            s_normalize_passed <= 0;
            s_normalize_failed <= 1'b0;
            s_normalize_waits <= 1'b0;
            s_normalize_ready <= 1'b0;
        end else begin
            s_normalize_ready <= !({26'd0, noise[24:19]} < stalls);
            s_normalize_waits <= s_normalize_valid && !s_normalize_ready;
            s_normalize_waiting <= s_normalize_beat;
            if (s_normalize_valid !== 1'b0 && s_normalize_valid !== 1'b1) begin
                $display("cycle %0d: normalize_valid is unknown", cycle);
                s_normalize_failed <= 1'b1;
            end else if (s_normalize_waits && (!s_normalize_valid || s_normalize_beat !== s_normalize_waiting)) begin
                $display("cycle %0d: normalize changed beat %0d before it was taken", cycle, s_normalize_passed);
                s_normalize_failed <= 1'b1;
            end else if (s_normalize_valid && s_normalize_ready) begin
                s_normalize_passed <= s_normalize_passed + 1;
                if (s_normalize_passed == 60) begin
                    $display("cycle %0d: normalize offers a beat beyond the %0d expected", cycle, 60);
                    s_normalize_failed <= 1'b1;
                    end else if (((s_normalize_beat ^ s_normalize_line[7:4]) & s_normalize_line[3:0]) !== 4'd0) begin
                        $display("MISMATCH normalize beat %0d cycle %0d: expected %h, got %h, where %h counts",
                            s_normalize_passed, cycle, s_normalize_line[7:4], s_normalize_beat, s_normalize_line[3:0]);
                        s_normalize_failed <= 1'b1;
                end
            end
        end

    localparam PATIENCE = 20000;  // cycles without a beat after which the unit counts as stuck
    localparam QUIET = 100;  // cycles after the last beat in which no other may come
    wire finished = s_job_passed == 60 && s_key_msb_fetch_passed == 60 && s_key_msb_convert_passed == 60 && s_key_lsb_fetch_passed == 60 && s_key_lsb_convert_passed == 60 && s_value_fetch_passed == 60 && s_value_convert_passed == 60 && s_assemble_passed == 60 && s_scale_passed == 60 && s_normalize_passed == 60;
    always @(posedge clock)
        if (reset) begin
            last_move <= 0;
        end else if (!done) begin
            if (s_job_valid && s_job_ready
                    || s_key_msb_fetch_valid && s_key_msb_fetch_ready
                    || s_key_msb_convert_valid && s_key_msb_convert_ready
                    || s_key_lsb_fetch_valid && s_key_lsb_fetch_ready
                    || s_key_lsb_convert_valid && s_key_lsb_convert_ready
                    || s_value_fetch_valid && s_value_fetch_ready
                    || s_value_convert_valid && s_value_convert_ready
                    || s_assemble_valid && s_assemble_ready
                    || s_scale_valid && s_scale_ready
                    || s_normalize_valid && s_normalize_ready) last_move <= cycle;
            if (s_job_failed || s_key_msb_fetch_failed || s_key_msb_convert_failed || s_key_lsb_fetch_failed || s_key_lsb_convert_failed || s_value_fetch_failed || s_value_convert_failed || s_assemble_failed || s_scale_failed || s_normalize_failed) fail;
            else if (finished && cycle - last_move > QUIET) conclude;
            else if (!finished && cycle - last_move > PATIENCE) begin
                $display("cycle %0d: nothing has moved since cycle %0d: job=%0d/%0d key_msb_fetch=%0d/%0d key_msb_convert=%0d/%0d key_lsb_fetch=%0d/%0d key_lsb_convert=%0d/%0d value_fetch=%0d/%0d value_convert=%0d/%0d assemble=%0d/%0d scale=%0d/%0d normalize=%0d/%0d",
                    cycle, last_move, s_job_passed, 60, s_key_msb_fetch_passed, 60, s_key_msb_convert_passed, 60, s_key_lsb_fetch_passed, 60, s_key_lsb_convert_passed, 60, s_value_fetch_passed, 60, s_value_convert_passed, 60, s_assemble_passed, 60, s_scale_passed, 60, s_normalize_passed, 60);
                fail;
            end
        end

    task conclude;
        begin
            done <= 1'b1;
            $display("PASS job_dispatcher key_msb_fetch=%0d key_msb_convert=%0d key_lsb_fetch=%0d key_lsb_convert=%0d value_fetch=%0d value_convert=%0d assemble=%0d scale=%0d normalize=%0d cycles=%0d",
                s_key_msb_fetch_passed, s_key_msb_convert_passed, s_key_lsb_fetch_passed, s_key_lsb_convert_passed, s_value_fetch_passed, s_value_convert_passed, s_assemble_passed, s_scale_passed, s_normalize_passed, last_move);
            if (TOGETHER == 0) $finish;
        end
    endtask

    task fail;
        begin
            done <= 1'b1;
            failed <= 1'b1;
            $display("FAIL job_dispatcher cycle=%0d", cycle);
            if (TOGETHER == 0) $stop;
        end
    endtask

endmodule

`default_nettype wire
