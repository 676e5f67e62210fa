# vivado -mode batch -source scripts/vivado_ooc.tcl -tclargs PART
set part [expr {$argc > 0 ? [lindex $argv 0] : "xczu7ev-ffvc1156-2-e"}]
read_verilog [list \
  rtl/SerialDivider_a36_b13_s2.v \
  rtl/StreamKScheduler_d128_m64_p64_n524288_b256_e8_r4_t128_g16.v \
  rtl/Fifo_w1494_d64.v \
  rtl/Fifo_w1_d4.v \
  rtl/ReductionSlots_d128_n524288_e8_r4.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d128_n524288_e8.v \
  rtl/Fifo_w32_d4.v \
  rtl/ReductionJoin_d128_n524288_e8_r4.v \
  rtl/ReductionUnit_d128_n524288_e8_r4_g16_chain.v \
  rtl/SegmentWalker_d128_m64_p64_n524288_b256_e8_r4_t128.v \
  rtl/Fifo_w17_d4.v \
  rtl/Fifo_w31_d16.v \
  rtl/Fifo_w135_d4.v \
  rtl/Fifo_w43_d4.v \
  rtl/Fifo_w64_d4.v \
  rtl/Fifo_w1536_d4.v \
  rtl/Fifo_w34_d64.v \
  rtl/SegmentIssuer_d128_m64_p64_n524288_b256_e8_r4_t128.v \
  rtl/SkidBuffer_w25.v \
  rtl/PassPlanner_d128_m64_p64_n524288_b256_e8_r4_t128.v \
  rtl/SkidBuffer_w1562.v \
  rtl/TileBuffer_n4_w1560.v \
  rtl/Fifo_w2_d2.v \
  rtl/Fifo_w24_d4.v \
  rtl/Fifo_w18_d16.v \
  rtl/Fifo_w6_d16.v \
  rtl/Fifo_w4_d32.v \
  rtl/Fifo_w6_d32.v \
  rtl/Fifo_w61_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/JobDispatcher_d128_m64_p64_n524288_b256.v \
  rtl/SkidBuffer_w770.v \
  rtl/TileBuffer_n256_w768.v \
  rtl/Fifo_w16_d8.v \
  rtl/PlaneFetcher_d128_m64_p64_n524288_b256.v \
  rtl/Fifo_w512_d256.v \
  rtl/BitwidthConverter_d128_m64_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/PlaneReader_d128_m64_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/BitwidthConverter_d128_m64_p64_n524288_b256_u0_4_5.v \
  rtl/PlaneReader_d128_m64_p64_n524288_b256_u0_4_5.v \
  rtl/BitwidthConverter_d128_m64_p64_n524288_b256_s4_6_8_12.v \
  rtl/PlaneReader_d128_m64_p64_n524288_b256_s4_6_8_12.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SkidBuffer_w771.v \
  rtl/KeyAssembler_d128_m64_n524288.v \
  rtl/SkidBuffer_w34.v \
  rtl/QueryKeyUnit_d128_m64.v \
  rtl/SkidBuffer_w27.v \
  rtl/ScoreScaler_d128_m64.v \
  rtl/Fifo_w24_d16.v \
  rtl/Fifo_w27_d2048.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w36.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d128_m64.v \
  rtl/ProbabilityValueUnit_d128_m64_e8.v \
  rtl/SlotAccumulator_d128_n524288_e8_r4.v \
  rtl/Fifo_w1462_d64.v \
  rtl/PrefillLane_d128_m64_p64_n524288_b256_e8_r4_t128_states.v \
  rtl/SinkMerger_d128_n524288_e8.v \
  rtl/SkidBuffer_w1494.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/Normalizer_d128_n524288_e8.v \
  rtl/Fifo_w2_d8.v \
  rtl/Fifo_w4_d2.v \
  rtl/NormalizerPair_d128_n524288_e8_r4.v \
  rtl/Fifo_w17_d8.v \
  rtl/StateRouter_d128_n524288_e8_r4.v \
  rtl/LeanLane_d128_m64_p64_n524288_b256_e8_r4_t128.v \
  rtl/LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.v \
]
read_xdc -mode out_of_context constraints/ooc.xdc
synth_design -top LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16 -part $part -mode out_of_context -flatten_hierarchy rebuilt
opt_design
place_design
route_design
report_utilization -hierarchical -file utilization.rpt
report_timing_summary -file timing.rpt
write_checkpoint -force LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.dcp
