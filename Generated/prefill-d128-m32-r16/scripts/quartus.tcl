# quartus_sh -t scripts/quartus.tcl
package require ::quartus::project
package require ::quartus::flow
project_new -overwrite PrefillLane_d128_m32_p64_n524288_b256_e8_r16_t128
set_global_assignment -name FAMILY "Arria 10"
set_global_assignment -name TOP_LEVEL_ENTITY PrefillLane_d128_m32_p64_n524288_b256_e8_r16_t128
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w27.v
set_global_assignment -name VERILOG_FILE rtl/PassPlanner_d128_m32_p64_n524288_b256_e8_r16_t128.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1562.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n16_w1560.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w20_d64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w10_d64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w6_d128.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w8_d128.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w61_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w27_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w26_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d8.v
set_global_assignment -name VERILOG_FILE rtl/JobDispatcher_d128_m32_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w386.v
set_global_assignment -name VERILOG_FILE rtl/TileBuffer_n512_w384.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w18_d8.v
set_global_assignment -name VERILOG_FILE rtl/PlaneFetcher_d128_m32_p64_n524288_b256.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w512_d256.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d128_m32_p64_n524288_b256_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d128_m32_p64_n524288_b256_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d128_m32_p64_n524288_b256_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d128_m32_p64_n524288_b256_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/BitwidthConverter_d128_m32_p64_n524288_b256_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/PlaneReader_d128_m32_p64_n524288_b256_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w46.v
set_global_assignment -name VERILOG_FILE rtl/RoundRobinArbiter_n3_w46.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w387.v
set_global_assignment -name VERILOG_FILE rtl/KeyAssembler_d128_m32_n524288.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w34.v
set_global_assignment -name VERILOG_FILE rtl/QueryKeyUnit_d128_m32.v
set_global_assignment -name VERILOG_FILE rtl/ScoreScaler_d128_m32.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w27_d2048.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w13_d16.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w36.v
set_global_assignment -name VERILOG_FILE rtl/ExponentialUnit.v
set_global_assignment -name VERILOG_FILE rtl/SoftmaxUnit_d128_m32.v
set_global_assignment -name VERILOG_FILE rtl/ProbabilityValueUnit_d128_m32_e8.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1462.v
set_global_assignment -name VERILOG_FILE rtl/MergeUnit_d128_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/SlotAccumulator_d128_n524288_e8_r16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1462_d256.v
set_global_assignment -name VERILOG_FILE rtl/Reciprocal.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w17.v
set_global_assignment -name VERILOG_FILE rtl/Normalizer_d128_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/NormalizerPair_d128_n524288_e8_r16.v
set_global_assignment -name VERILOG_FILE rtl/PrefillLane_d128_m32_p64_n524288_b256_e8_r16_t128.v
set_global_assignment -name SDC_FILE constraints/PrefillLane_d128_m32_p64_n524288_b256_e8_r16_t128.sdc
# A core has more ports than a device has pins.
set_instance_assignment -name VIRTUAL_PIN ON -to *
set_instance_assignment -name VIRTUAL_PIN OFF -to clock
execute_flow -compile
project_close
