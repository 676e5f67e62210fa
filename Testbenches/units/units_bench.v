// Runs 42 benches at once. Written by leanspatten.
//
// Each prints a line of its own; the last line printed begins with PASS or FAIL, and a failure ends in $stop. Any of
// them can also be the top by itself.
`default_nettype none

module units_bench;

    wire [41:0] done;
    wire [41:0] failed;
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
    index_generator_bench #(.TOGETHER(1)) index_generator (.done(done[15]), .failed(failed[15]));
    index_filter_bench #(.TOGETHER(1)) index_filter (.done(done[16]), .failed(failed[16]));
    gather_reader_bench #(.TOGETHER(1)) gather_reader (.done(done[17]), .failed(failed[17]));
    serial_multiplier_bench #(.TOGETHER(1)) serial_multiplier (.done(done[18]), .failed(failed[18]));
    key_joiner_bench #(.TOGETHER(1)) key_joiner (.done(done[19]), .failed(failed[19]));
    progressive_query_key_unit_bench #(.TOGETHER(1)) progressive_query_key_unit (.done(done[20]), .failed(failed[20]));
    score_refiner_bench #(.TOGETHER(1)) score_refiner (.done(done[21]), .failed(failed[21]));
    confidence_unit_bench #(.TOGETHER(1)) confidence_unit (.done(done[22]), .failed(failed[22]));
    local_value_selector_bench #(.TOGETHER(1)) local_value_selector (.done(done[23]), .failed(failed[23]));
    leaf_completion_bench #(.TOGETHER(1)) leaf_completion (.done(done[24]), .failed(failed[24]));
    token_importance_bench #(.TOGETHER(1)) token_importance (.done(done[25]), .failed(failed[25]));
    head_importance_bench #(.TOGETHER(1)) head_importance (.done(done[26]), .failed(failed[26]));
    token_selector_bench #(.TOGETHER(1)) token_selector (.done(done[27]), .failed(failed[27]));
    cascade_controller_bench #(.TOGETHER(1)) cascade_controller (.done(done[28]), .failed(failed[28]));
    pass_planner_bench #(.TOGETHER(1)) pass_planner (.done(done[29]), .failed(failed[29]));
    tile_buffer_bench #(.TOGETHER(1)) tile_buffer (.done(done[30]), .failed(failed[30]));
    slot_accumulator_bench #(.TOGETHER(1)) slot_accumulator (.done(done[31]), .failed(failed[31]));
    normalizer_pair_bench #(.TOGETHER(1)) normalizer_pair (.done(done[32]), .failed(failed[32]));
    segment_issuer_bench #(.TOGETHER(1)) segment_issuer (.done(done[33]), .failed(failed[33]));
    sp_atten_issuer_bench #(.TOGETHER(1)) sp_atten_issuer (.done(done[34]), .failed(failed[34]));
    sink_merger_bench #(.TOGETHER(1)) sink_merger (.done(done[35]), .failed(failed[35]));
    state_router_bench #(.TOGETHER(1)) state_router (.done(done[36]), .failed(failed[36]));
    reduction_chain_bench #(.TOGETHER(1)) reduction_chain (.done(done[37]), .failed(failed[37]));
    reduction_tree_bench #(.TOGETHER(1)) reduction_tree (.done(done[38]), .failed(failed[38]));
    serial_divider_bench #(.TOGETHER(1)) serial_divider (.done(done[39]), .failed(failed[39]));
    stream_k_scheduler_bench #(.TOGETHER(1)) stream_k_scheduler (.done(done[40]), .failed(failed[40]));
    segment_walker_bench #(.TOGETHER(1)) segment_walker (.done(done[41]), .failed(failed[41]));

    always #20
        if (&done) begin
            if (|failed) begin
                $display("FAIL units");
                $stop;
            end else begin
                $display("PASS units benches=42");
                $finish;
            end
        end

endmodule

`default_nettype wire
