# vivado -mode batch -source scripts/vivado_ooc.tcl -tclargs PART
set part [expr {$argc > 0 ? [lindex $argv 0] : "xczu7ev-ffvc1156-2-e"}]
read_verilog [list \
  rtl/Fifo_w42_d8.v \
  rtl/Fifo_w44_d8.v \
  rtl/Fifo_w1_d8.v \
  rtl/Fifo_w28_d8.v \
  rtl/Fifo_w6_d8.v \
  rtl/Fifo_w2_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/SpAttenDispatcher_n524288_k1024.v \
  rtl/SkidBuffer_w22.v \
  rtl/IndexGenerator_n524288_k1024.v \
  rtl/SkidBuffer_w48.v \
  rtl/RowLocator_d32_m32_p64_n524288_b256_s64.v \
  rtl/RowCutter_d32_m32_p64_n524288_b256_s64_s3_4_6_8_12.v \
  rtl/Fifo_w11_d256.v \
  rtl/Fifo_w37_d16.v \
  rtl/Fifo_w44_d2.v \
  rtl/SectorFetcher_d32_m32_p64_n524288_b256_s64.v \
  rtl/Fifo_w512_d256.v \
  rtl/GatherReader_d32_m32_p64_n524288_b256_s64_s3_4_6_8_12.v \
  rtl/IndexFilter_n524288.v \
  rtl/TokenSource_n524288_k1024.v \
  rtl/RowCutter_d32_m32_p64_n524288_b256_s64_u0_4_5.v \
  rtl/GatherReader_d32_m32_p64_n524288_b256_s64_u0_4_5.v \
  rtl/SkidBuffer_w388.v \
  rtl/KeyJoiner_d32_m32_n524288_k1024.v \
  rtl/Fifo_w33_d16.v \
  rtl/Fifo_w22_d16.v \
  rtl/Fifo_w22_d8.v \
  rtl/Fifo_w384_d8.v \
  rtl/ProgressiveQueryKeyUnit_d32_m32.v \
  rtl/Fifo_w384_d2.v \
  rtl/Fifo_w33_d2048.v \
  rtl/SkidBuffer_w33.v \
  rtl/SkidBuffer_w1.v \
  rtl/ScoreRefiner_d32_k1024.v \
  rtl/SkidBuffer_w27.v \
  rtl/ScoreScaler_d32_m32_doubled.v \
  rtl/Fifo_w27_d2048.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w36.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d32_m32.v \
  rtl/Fifo_w23_d2048.v \
  rtl/Fifo_w53_d16.v \
  rtl/Fifo_w22_d2.v \
  rtl/SerialMultiplier_a31_b25.v \
  rtl/SkidBuffer_w2.v \
  rtl/ConfidenceUnit_k1024.v \
  rtl/Fifo_w2_d1024.v \
  rtl/Fifo_w114_d16.v \
  rtl/Fifo_w146_d2.v \
  rtl/RadixSelect_p4_n1024_w21_b2.v \
  rtl/Fifo_w89_d16.v \
  rtl/TileSelection_p4_n1024_w21_b2.v \
  rtl/SkidBuffer_w108.v \
  rtl/LocalValueSelector_k1024.v \
  rtl/Fifo_w1_d4096.v \
  rtl/RowCutter_d32_m32_p64_n524288_b256_s64_s4_6_8_12.v \
  rtl/GatherReader_d32_m32_p64_n524288_b256_s64_s4_6_8_12.v \
  rtl/ProbabilityValueUnit_d32_m32_e8.v \
  rtl/SkidBuffer_w381.v \
  rtl/LeafCompletion_d32_e8_k1024.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d32_n524288_e8.v \
  rtl/StateAccumulator_d32_n524288_e8_x1.v \
  rtl/Fifo_w36_d1024.v \
  rtl/Fifo_w108_d16.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/SkidBuffer_w32.v \
  rtl/Normalizer_d32_n524288_e8_report.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4.v \
]
read_xdc -mode out_of_context constraints/ooc.xdc
synth_design -top SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4 -part $part -mode out_of_context -flatten_hierarchy rebuilt
opt_design
place_design
route_design
report_utilization -hierarchical -file utilization.rpt
report_timing_summary -file timing.rpt
write_checkpoint -force SpAttenLane_d32_m32_p64_n524288_b256_e8_r1024_s64_k4.dcp
