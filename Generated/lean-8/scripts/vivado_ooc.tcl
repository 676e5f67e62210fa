# vivado -mode batch -source scripts/vivado_ooc.tcl -tclargs PART
set part [expr {$argc > 0 ? [lindex $argv 0] : "xczu7ev-ffvc1156-2-e"}]
read_verilog [list \
  rtl/SerialDivider_a36_b13_s2.v \
  rtl/StreamKScheduler_d64_m64_p64_n524288_b256_e8_r1_t128_g8.v \
  rtl/Fifo_w1493_d8.v \
  rtl/Fifo_w1_d4.v \
  rtl/ReductionSlots_d64_n524288_e8_r1.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d64_n524288_e8.v \
  rtl/Fifo_w31_d4.v \
  rtl/ReductionJoin_d64_n524288_e8_r1.v \
  rtl/ReductionUnit_d64_n524288_e8_r1_g8_chain.v \
  rtl/SegmentWalker_d64_m64_p64_n524288_b256_e8_r1_t128.v \
  rtl/Fifo_w17_d4.v \
  rtl/Fifo_w30_d16.v \
  rtl/Fifo_w134_d4.v \
  rtl/Fifo_w42_d4.v \
  rtl/Fifo_w64_d2.v \
  rtl/Fifo_w768_d2.v \
  rtl/Fifo_w34_d16.v \
  rtl/SegmentIssuer_d64_m64_p64_n524288_b256_e8_r1_t128.v \
  rtl/SkidBuffer_w24.v \
  rtl/PassPlanner_d64_m64_p64_n524288_b256_e8_r1_t128.v \
  rtl/SkidBuffer_w794.v \
  rtl/TileBuffer_n2_w792.v \
  rtl/Fifo_w1_d2.v \
  rtl/Fifo_w24_d2.v \
  rtl/Fifo_w16_d4.v \
  rtl/Fifo_w4_d4.v \
  rtl/Fifo_w3_d8.v \
  rtl/Fifo_w5_d8.v \
  rtl/Fifo_w60_d8.v \
  rtl/Fifo_w25_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/JobDispatcher_d64_m64_p64_n524288_b256.v \
  rtl/SkidBuffer_w770.v \
  rtl/TileBuffer_n128_w768.v \
  rtl/Fifo_w14_d8.v \
  rtl/PlaneFetcher_d64_m64_p64_n524288_b256.v \
  rtl/Fifo_w512_d256.v \
  rtl/BitwidthConverter_d64_m64_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/PlaneReader_d64_m64_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/BitwidthConverter_d64_m64_p64_n524288_b256_u0_4_5.v \
  rtl/PlaneReader_d64_m64_p64_n524288_b256_u0_4_5.v \
  rtl/BitwidthConverter_d64_m64_p64_n524288_b256_s4_6_8_12.v \
  rtl/PlaneReader_d64_m64_p64_n524288_b256_s4_6_8_12.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SkidBuffer_w771.v \
  rtl/KeyAssembler_d64_m64_n524288.v \
  rtl/SkidBuffer_w33.v \
  rtl/QueryKeyUnit_d64_m64.v \
  rtl/SkidBuffer_w27.v \
  rtl/ScoreScaler_d64_m64.v \
  rtl/Fifo_w24_d16.v \
  rtl/Fifo_w27_d2048.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w36.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d64_m64.v \
  rtl/ProbabilityValueUnit_d64_m64_e8.v \
  rtl/SlotAccumulator_d64_n524288_e8_r1.v \
  rtl/Fifo_w1462_d8.v \
  rtl/PrefillLane_d64_m64_p64_n524288_b256_e8_r1_t128_states.v \
  rtl/SinkMerger_d64_n524288_e8.v \
  rtl/SkidBuffer_w1493.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/Normalizer_d64_n524288_e8.v \
  rtl/Fifo_w1_d8.v \
  rtl/Fifo_w4_d2.v \
  rtl/NormalizerPair_d64_n524288_e8_r1.v \
  rtl/Fifo_w17_d8.v \
  rtl/StateRouter_d64_n524288_e8_r1.v \
  rtl/LeanLane_d64_m64_p64_n524288_b256_e8_r1_t128.v \
  rtl/LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8.v \
]
read_xdc -mode out_of_context constraints/ooc.xdc
synth_design -top LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8 -part $part -mode out_of_context -flatten_hierarchy rebuilt
opt_design
place_design
route_design
report_utilization -hierarchical -file utilization.rpt
report_timing_summary -file timing.rpt
write_checkpoint -force LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8.dcp
