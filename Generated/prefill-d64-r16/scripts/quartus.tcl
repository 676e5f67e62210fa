# quartus_sh -t scripts/quartus.tcl
package require ::quartus::project
package require ::quartus::flow
project_new -overwrite PrefillLane_d64_m64_p64_n524288_b256_e8_r16_t256
set_global_assignment -name FAMILY "Arria 10"
set_global_assignment -name TOP_LEVEL_ENTITY PrefillLane_d64_m64_p64_n524288_b256_e8_r16_t256
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w29.v
set_global_assignment -name VERILOG_FILE rtl/PassPlanner_d64_m64_p64_n524288_b256_e8_r16_t256.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w794.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n16_w792.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w18_d64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w10_d64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w6_d128.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w8_d128.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w60_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w25_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w26_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d8.v
set_global_assignment -name VERILOG_FILE rtl/JobDispatcher_d64_m64_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w770.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n256_w768.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w16_d8.v
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
set_global_assignment -name VERILOG_FILE rtl/Fifo_w27_d2048.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w13_d16.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w36.v
set_global_assignment -name VERILOG_FILE rtl/ExponentialUnit.v
set_global_assignment -name VERILOG_FILE rtl/SoftmaxUnit_d64_m64.v
set_global_assignment -name VERILOG_FILE rtl/ProbabilityValueUnit_d64_m64_e8.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1462.v
set_global_assignment -name VERILOG_FILE rtl/MergeUnit_d64_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/SlotAccumulator_d64_n524288_e8_r16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1462_d128.v
set_global_assignment -name VERILOG_FILE rtl/Reciprocal.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w17.v
set_global_assignment -name VERILOG_FILE rtl/Normalizer_d64_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/NormalizerPair_d64_n524288_e8_r16.v
set_global_assignment -name VERILOG_FILE rtl/PrefillLane_d64_m64_p64_n524288_b256_e8_r16_t256.v
set_global_assignment -name SDC_FILE constraints/PrefillLane_d64_m64_p64_n524288_b256_e8_r16_t256.sdc
# A core has more ports than a device has pins.
set_instance_assignment -name VIRTUAL_PIN ON -to *
set_instance_assignment -name VIRTUAL_PIN OFF -to clock
execute_flow -compile
project_close
