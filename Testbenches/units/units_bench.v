// Runs 19 benches at once. Written by leanspatten.
//
// Each prints a line of its own; the last line printed begins with PASS or FAIL, and a failure ends in $stop. Any of
// them can also be the top by itself.
`default_nettype none

module units_bench;

    wire [18:0] done;
    wire [18:0] failed;
    skid_buffer_bench #(.TOGETHER(1)) skid_buffer (.done(done[0]), .failed(failed[0]));
    fifo_bench #(.TOGETHER(1)) fifo (.done(done[1]), .failed(failed[1]));
    round_robin_arbiter_bench #(.TOGETHER(1)) round_robin_arbiter (.done(done[2]), .failed(failed[2]));
    job_dispatcher_bench #(.TOGETHER(1)) job_dispatcher (.done(done[3]), .failed(failed[3]));
    plane_fetcher_bench #(.TOGETHER(1)) plane_fetcher (.done(done[4]), .failed(failed[4]));
    bitwidth_converter_bench #(.TOGETHER(1)) bitwidth_converter (.done(done[5]), .failed(failed[5]));
    plane_reader_bench #(.TOGETHER(1)) plane_reader (.done(done[6]), .failed(failed[6]));
    key_assembler_bench #(.TOGETHER(1)) key_assembler (.done(done[7]), .failed(failed[7]));
    query_key_unit_bench #(.TOGETHER(1)) query_key_unit (.done(done[8]), .failed(failed[8]));
    score_scaler_bench #(.TOGETHER(1)) score_scaler (.done(done[9]), .failed(failed[9]));
    softmax_unit_bench #(.TOGETHER(1)) softmax_unit (.done(done[10]), .failed(failed[10]));
    probability_value_unit_bench #(.TOGETHER(1)) probability_value_unit (.done(done[11]), .failed(failed[11]));
    merge_unit_bench #(.TOGETHER(1)) merge_unit (.done(done[12]), .failed(failed[12]));
    state_accumulator_bench #(.TOGETHER(1)) state_accumulator (.done(done[13]), .failed(failed[13]));
    normalizer_bench #(.TOGETHER(1)) normalizer (.done(done[14]), .failed(failed[14]));
    pass_planner_bench #(.TOGETHER(1)) pass_planner (.done(done[15]), .failed(failed[15]));
    tile_buffer_bench #(.TOGETHER(1)) tile_buffer (.done(done[16]), .failed(failed[16]));
    slot_accumulator_bench #(.TOGETHER(1)) slot_accumulator (.done(done[17]), .failed(failed[17]));
    normalizer_pair_bench #(.TOGETHER(1)) normalizer_pair (.done(done[18]), .failed(failed[18]));

    always #20
        if (&done) begin
            if (|failed) begin
                $display("FAIL units");
                $stop;
            end else begin
                $display("PASS units benches=19");
                $finish;
            end
        end

endmodule

`default_nettype wire
