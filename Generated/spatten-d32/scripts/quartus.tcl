# quartus_sh -t scripts/quartus.tcl
package require ::quartus::project
package require ::quartus::flow
project_new -overwrite SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4
set_global_assignment -name FAMILY "Arria 10"
set_global_assignment -name TOP_LEVEL_ENTITY SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4
set_global_assignment -name VERILOG_FILE rtl/Fifo_w42_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w44_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w28_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w6_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w2_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w24_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w26_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w4_d8.v
set_global_assignment -name VERILOG_FILE rtl/SpAttenDispatcher_n524288_k1024.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w22.v
set_global_assignment -name VERILOG_FILE rtl/IndexGenerator_n524288_k1024.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w48.v
set_global_assignment -name VERILOG_FILE rtl/RowLocator_d32_m32_p64_n524288_b256_s64.v
set_global_assignment -name VERILOG_FILE rtl/RowCutter_d32_m32_p64_n524288_b256_s64_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w11_d256.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w37_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w44_d2.v
set_global_assignment -name VERILOG_FILE rtl/SectorFetcher_d32_m32_p64_n524288_b256_s64.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w512_d256.v
set_global_assignment -name VERILOG_FILE rtl/GatherReader_d32_m32_p64_n524288_b256_s64_s3_4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/IndexFilter_n524288.v
set_global_assignment -name VERILOG_FILE rtl/TokenSource_n524288_k1024.v
set_global_assignment -name VERILOG_FILE rtl/RowCutter_d32_m32_p64_n524288_b256_s64_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/GatherReader_d32_m32_p64_n524288_b256_s64_u0_4_5.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w388.v
set_global_assignment -name VERILOG_FILE rtl/KeyJoiner_d32_m32_n524288_k1024.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w33_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w22_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w22_d8.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w384_d8.v
set_global_assignment -name VERILOG_FILE rtl/ProgressiveQueryKeyUnit_d32_m32.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w384_d2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w33_d2048.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w33.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1.v
set_global_assignment -name VERILOG_FILE rtl/ScoreRefiner_d32_k1024.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w27.v
set_global_assignment -name VERILOG_FILE rtl/ScoreScaler_d32_m32_doubled.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w27_d2048.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w13_d16.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w36.v
set_global_assignment -name VERILOG_FILE rtl/ExponentialUnit.v
set_global_assignment -name VERILOG_FILE rtl/SoftmaxUnit_d32_m32.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w23_d2048.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w53_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w22_d2.v
set_global_assignment -name VERILOG_FILE rtl/SerialMultiplier_a31_b25.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w2.v
set_global_assignment -name VERILOG_FILE rtl/ConfidenceUnit_k1024.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w2_d1024.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w114_d16.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w146_d2.v
set_global_assignment -name VERILOG_FILE rtl/RadixSelect_p4_n1024_w21_b2.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w89_d16.v
set_global_assignment -name VERILOG_FILE rtl/TileSelection_p4_n1024_w21_b2.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w108.v
set_global_assignment -name VERILOG_FILE rtl/LocalValueSelector_k1024.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w1_d4096.v
set_global_assignment -name VERILOG_FILE rtl/RowCutter_d32_m32_p64_n524288_b256_s64_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/GatherReader_d32_m32_p64_n524288_b256_s64_s4_6_8_12.v
set_global_assignment -name VERILOG_FILE rtl/ProbabilityValueUnit_d32_m32_e8.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w381.v
set_global_assignment -name VERILOG_FILE rtl/LeafCompletion_d32_e8_k1024.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w1462.v
set_global_assignment -name VERILOG_FILE rtl/MergeUnit_d32_n524288_e8.v
set_global_assignment -name VERILOG_FILE rtl/StateAccumulator_d32_n524288_e8_x1.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w36_d1024.v
set_global_assignment -name VERILOG_FILE rtl/Fifo_w108_d16.v
set_global_assignment -name VERILOG_FILE rtl/Reciprocal.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w17.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w32.v
set_global_assignment -name VERILOG_FILE rtl/Normalizer_d32_n524288_e8_report.v
set_global_assignment -name VERILOG_FILE rtl/SkidBuffer_w46.v
set_global_assignment -name VERILOG_FILE rtl/RoundRobinArbiter_n3_w46.v
set_global_assignment -name VERILOG_FILE rtl/SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4.v
set_global_assignment -name SDC_FILE constraints/SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4.sdc
# A core has more ports than a device has pins.
set_instance_assignment -name VIRTUAL_PIN ON -to *
set_instance_assignment -name VIRTUAL_PIN OFF -to clock
execute_flow -compile
project_close
