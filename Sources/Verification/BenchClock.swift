/// Clock, reset and the noise that streams hesitate by, in every Verilog bench.
package enum BenchClock {
    /// Needs `reg clock`, `reg reset`, `integer cycle` and `integer seed`.
    package static let verilog = """
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
        """
}
