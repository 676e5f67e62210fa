# quartus_sh -t scripts/quartus.tcl
package require ::quartus::project
package require ::quartus::flow
project_new -overwrite LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8
set_global_assignment -name FAMILY "Arria 10"
set_global_assignment -name TOP_LEVEL_ENTITY LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8
set_global_assignment -name VERILOG_FILE rtl/SerialDivider_a36_b13_s2.v
set_global_assignment -name VERILOG_FILE rtl/StreamKScheduler_d64_m64_p64_n524288_b256_e8_r1_t128_g8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1493_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1_d4.v
set_global_assignment -name VERILOG_FILE rtl/ReductionSlots_d64_n524288_e8_r1.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1462.v
set_global_assignment -name VERILOG_FILE rtl/MergeUnit_d64_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w31_d4.v
set_global_assignment -name VERILOG_FILE rtl/ReductionJoin_d64_n524288_e8_r1.v
set_global_assignment -name VERILOG_FILE rtl/ReductionUnit_d64_n524288_e8_r1_g8_chain.v
set_global_assignment -name VERILOG_FILE rtl/SegmentWalker_d64_m64_p64_n524288_b256_e8_r1_t128.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w17_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w30_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w134_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w42_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w64_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w768_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w34_d16.v
set_global_assignment -name VERILOG_FILE rtl/SegmentIssuer_d64_m64_p64_n524288_b256_e8_r1_t128.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w24.v
set_global_assignment -name VERILOG_FILE rtl/PassPlanner_d64_m64_p64_n524288_b256_e8_r1_t128.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w794.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n2_w792.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w16_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d4.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w3_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w5_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w60_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w25_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w26_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d8.v
set_global_assignment -name VERILOG_FILE rtl/JobDispatcher_d64_m64_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w770.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n128_w768.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w14_d8.v
set_global_assignment -name VERILOG_FILE rtl/PlaneFetcher_d64_m64_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w512_d256.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d64_m64_p64_n524288_b256_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d64_m64_p64_n524288_b256_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d64_m64_p64_n524288_b256_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d64_m64_p64_n524288_b256_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d64_m64_p64_n524288_b256_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d64_m64_p64_n524288_b256_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w46.v
set_global_assignment -name VERILOG_FILE rtl/RoundRobinArbiter_n3_w46.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w771.v
set_global_assignment -name VERILOG_FILE rtl/KeyAssembler_d64_m64_n524288.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w33.v
set_global_assignment -name VERILOG_FILE rtl/QueryKeyUnit_d64_m64.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w27.v
set_global_assignment -name VERILOG_FILE rtl/ScoreScaler_d64_m64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w27_d2048.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w13_d16.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w36.v
set_global_assignment -name VERILOG_FILE rtl/ExponentialUnit.v
set_global_assignment -name VERILOG_FILE rtl/SoftmaxUnit_d64_m64.v
set_global_assignment -name VERILOG_FILE rtl/ProbabilityValueUnit_d64_m64_e8.v
set_global_assignment -name VERILOG_FILE rtl/SlotAccumulator_d64_n524288_e8_r1.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1462_d8.v
set_global_assignment -name VERILOG_FILE rtl/PrefillLane_d64_m64_p64_n524288_b256_e8_r1_t128_states.v
set_global_assignment -name VERILOG_FILE rtl/SinkMerger_d64_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1493.v
set_global_assignment -name VERILOG_FILE rtl/Reciprocal.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w17.v
set_global_assignment -name VERILOG_FILE rtl/Normalizer_d64_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d2.v
set_global_assignment -name VERILOG_FILE rtl/NormalizerPair_d64_n524288_e8_r1.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w17_d8.v
set_global_assignment -name VERILOG_FILE rtl/StateRouter_d64_n524288_e8_r1.v
set_global_assignment -name VERILOG_FILE rtl/LeanLane_d64_m64_p64_n524288_b256_e8_r1_t128.v
set_global_assignment -name VERILOG_FILE rtl/LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8.v
set_global_assignment -name SDC_FILE constraints/LeanCluster_d64_m64_p64_n524288_b256_e8_r1_t128_l8.sdc
# A core has more ports than a device has pins.
set_instance_assignment -name VIRTUAL_PIN ON -to *
set_instance_assignment -name VIRTUAL_PIN OFF -to clock
execute_flow -compile
project_close
