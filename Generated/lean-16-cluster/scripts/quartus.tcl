# quartus_sh -t scripts/quartus.tcl
package require ::quartus::project
package require ::quartus::flow
project_new -overwrite LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16
set_global_assignment -name FAMILY "Arria 10"
set_global_assignment -name TOP_LEVEL_ENTITY LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16
set_global_assignment -name VERILOG_FILE rtl/SerialDivider_a36_b13_s2.v
set_global_assignment -name VERILOG_FILE rtl/StreamKScheduler_d128_m64_p64_n524288_b256_e8_r4_t128_g16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1494_d64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1_d4.v
set_global_assignment -name VERILOG_FILE rtl/ReductionSlots_d128_n524288_e8_r4.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1462.v
set_global_assignment -name VERILOG_FILE rtl/MergeUnit_d128_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w32_d4.v
set_global_assignment -name VERILOG_FILE rtl/ReductionJoin_d128_n524288_e8_r4.v
set_global_assignment -name VERILOG_FILE rtl/ReductionUnit_d128_n524288_e8_r4_g16_chain.v
set_global_assignment -name VERILOG_FILE rtl/SegmentWalker_d128_m64_p64_n524288_b256_e8_r4_t128.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w17_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w31_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w135_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w43_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w64_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1536_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w34_d64.v
set_global_assignment -name VERILOG_FILE rtl/SegmentIssuer_d128_m64_p64_n524288_b256_e8_r4_t128.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w25.v
set_global_assignment -name VERILOG_FILE rtl/PassPlanner_d128_m64_p64_n524288_b256_e8_r4_t128.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1562.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n4_w1560.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w2_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w18_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w6_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d32.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w6_d32.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w61_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w26_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d8.v
set_global_assignment -name VERILOG_FILE rtl/JobDispatcher_d128_m64_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w770.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n256_w768.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w16_d8.v
set_global_assignment -name VERILOG_FILE rtl/PlaneFetcher_d128_m64_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w512_d256.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d128_m64_p64_n524288_b256_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d128_m64_p64_n524288_b256_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d128_m64_p64_n524288_b256_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d128_m64_p64_n524288_b256_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d128_m64_p64_n524288_b256_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d128_m64_p64_n524288_b256_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w46.v
set_global_assignment -name VERILOG_FILE rtl/RoundRobinArbiter_n3_w46.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w771.v
set_global_assignment -name VERILOG_FILE rtl/KeyAssembler_d128_m64_n524288.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w34.v
set_global_assignment -name VERILOG_FILE rtl/QueryKeyUnit_d128_m64.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w27.v
set_global_assignment -name VERILOG_FILE rtl/ScoreScaler_d128_m64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w27_d2048.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w13_d16.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w36.v
set_global_assignment -name VERILOG_FILE rtl/ExponentialUnit.v
set_global_assignment -name VERILOG_FILE rtl/SoftmaxUnit_d128_m64.v
set_global_assignment -name VERILOG_FILE rtl/ProbabilityValueUnit_d128_m64_e8.v
set_global_assignment -name VERILOG_FILE rtl/SlotAccumulator_d128_n524288_e8_r4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1462_d64.v
set_global_assignment -name VERILOG_FILE rtl/PrefillLane_d128_m64_p64_n524288_b256_e8_r4_t128_states.v
set_global_assignment -name VERILOG_FILE rtl/SinkMerger_d128_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1494.v
set_global_assignment -name VERILOG_FILE rtl/Reciprocal.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w17.v
set_global_assignment -name VERILOG_FILE rtl/Normalizer_d128_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w2_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d2.v
set_global_assignment -name VERILOG_FILE rtl/NormalizerPair_d128_n524288_e8_r4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w17_d8.v
set_global_assignment -name VERILOG_FILE rtl/StateRouter_d128_n524288_e8_r4.v
set_global_assignment -name VERILOG_FILE rtl/LeanLane_d128_m64_p64_n524288_b256_e8_r4_t128.v
set_global_assignment -name VERILOG_FILE rtl/LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.v
set_global_assignment -name SDC_FILE constraints/LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.sdc
# A core has more ports than a device has pins.
set_instance_assignment -name VIRTUAL_PIN ON -to *
set_instance_assignment -name VIRTUAL_PIN OFF -to clock
execute_flow -compile
project_close
