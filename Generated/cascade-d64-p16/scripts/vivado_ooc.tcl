# vivado -mode batch -source scripts/vivado_ooc.tcl -tclargs PART
set part [expr {$argc > 0 ? [lindex $argv 0] : "xczu7ev-ffvc1156-2-e"}]
read_verilog [list \
  rtl/SkidBuffer_w128.v \
  rtl/HeadImportance_d64_h64_l4.v \
  rtl/RadixSelect_p4_n1024_w32_c16.v \
  rtl/SkidBuffer_w43.v \
  rtl/ZeroEliminator_n4_w34_l2.v \
  rtl/RadixSelectTopK_p4_n1024_w32_c16.v \
  rtl/SkidBuffer_w13.v \
  rtl/TokenSelector_n4096_k1024_l4.v \
  rtl/HalfBuffer_w243.v \
  rtl/HalfBuffer_w768.v \
  rtl/HalfBuffer_w16.v \
  rtl/Fifo_w22_d32.v \
  rtl/SkidBuffer_w257.v \
  rtl/SkidBuffer_w252.v \
  rtl/CascadeController_n4096_k1024_l4_d64_h64.v \
  rtl/Fifo_w28_d8.v \
  rtl/Fifo_w44_d8.v \
  rtl/Fifo_w1_d8.v \
  rtl/Fifo_w21_d8.v \
  rtl/Fifo_w6_d8.v \
  rtl/Fifo_w2_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/SpAttenDispatcher_i_n4096_k1024.v \
  rtl/SkidBuffer_w15.v \
  rtl/IndexGenerator_n4096_k1024_follows.v \
  rtl/SkidBuffer_w48.v \
  rtl/RowLocator_d64_m64_p16_n4096_b256_s16.v \
  rtl/Fifo_w15_d2.v \
  rtl/Fifo_w11_d2.v \
  rtl/SerialRowCutter_d64_m64_p16_n4096_b256_s16_s3_4_6_8_12.v \
  rtl/Fifo_w8_d256.v \
  rtl/Fifo_w40_d16.v \
  rtl/Fifo_w44_d2.v \
  rtl/SectorFetcher_d64_m64_p16_n4096_b256_s16.v \
  rtl/Fifo_w128_d256.v \
  rtl/GatherReader_d64_m64_p16_n4096_b256_s16_s3_4_6_8_12.v \
  rtl/IndexFilter_n4096.v \
  rtl/TokenSource_n4096_k1024_follows.v \
  rtl/SerialRowCutter_d64_m64_p16_n4096_b256_s16_u0_4_5.v \
  rtl/GatherReader_d64_m64_p16_n4096_b256_s16_u0_4_5.v \
  rtl/KeyJoiner_d64_m64_n4096_k1024_narrow.v \
  rtl/Fifo_w34_d16.v \
  rtl/Fifo_w23_d16.v \
  rtl/Fifo_w23_d8.v \
  rtl/Fifo_w768_d8.v \
  rtl/ProgressiveQueryKeyUnit_d64_m64.v \
  rtl/Fifo_w34_d2048.v \
  rtl/SkidBuffer_w34.v \
  rtl/SkidBuffer_w1.v \
  rtl/ScoreRefiner_d64_k1024.v \
  rtl/SkidBuffer_w27.v \
  rtl/ScoreScaler_d64_m64_doubled.v \
  rtl/Fifo_w27_d2048.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w36.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d64_m64.v \
  rtl/Fifo_w23_d2048.v \
  rtl/Fifo_w53_d16.v \
  rtl/Fifo_w22_d2.v \
  rtl/SerialMultiplier_a31_b25.v \
  rtl/SkidBuffer_w2.v \
  rtl/Fifo_w23_d2.v \
  rtl/ConfidenceUnit_k1024_narrow.v \
  rtl/Fifo_w2_d1024.v \
  rtl/Fifo_w2_d2.v \
  rtl/Fifo_w114_d16.v \
  rtl/Fifo_w146_d2.v \
  rtl/RadixSelect_p1_n1024_w21_b2.v \
  rtl/Fifo_w23_d64.v \
  rtl/TileSelection_p1_n1024_w21_b2.v \
  rtl/SkidBuffer_w108.v \
  rtl/LocalValueSelector_k1024_narrow.v \
  rtl/Fifo_w34_d2.v \
  rtl/Fifo_w36_d4.v \
  rtl/Fifo_w1_d4096.v \
  rtl/Fifo_w1_d2.v \
  rtl/SerialRowCutter_d64_m64_p16_n4096_b256_s16_s4_6_8_12.v \
  rtl/GatherReader_d64_m64_p16_n4096_b256_s16_s4_6_8_12.v \
  rtl/SerialProbabilityValueUnit_d64_m64_e2.v \
  rtl/SkidBuffer_w129.v \
  rtl/LeafCompletion_d64_e2_k1024.v \
  rtl/SkidBuffer_w436.v \
  rtl/MergeUnit_d64_n4096_e2.v \
  rtl/StateAccumulator_d64_n4096_e2_x1.v \
  rtl/Fifo_w36_d1024.v \
  rtl/Fifo_w36_d2.v \
  rtl/Fifo_w108_d16.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/SkidBuffer_w32.v \
  rtl/Normalizer_d64_n4096_e2_report_p16.v \
  rtl/Fifo_w33_d2048.v \
  rtl/Fifo_w1_d16.v \
  rtl/Fifo_w33_d2.v \
  rtl/TokenBank_k1024_l4.v \
  rtl/Fifo_w28_d2.v \
  rtl/IndexGenerator_n4096_k1024.v \
  rtl/TokenImportance_n4096_k1024_l4.v \
  rtl/Fifo_w40_d4.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SpAttenLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_i.v \
  rtl/Fifo_w17_d4.v \
  rtl/CascadeLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_h64.v \
]
read_xdc -mode out_of_context constraints/ooc.xdc
synth_design -top CascadeLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_h64 -part $part -mode out_of_context -flatten_hierarchy rebuilt
opt_design
place_design
route_design
report_utilization -hierarchical -file utilization.rpt
report_timing_summary -file timing.rpt
write_checkpoint -force CascadeLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_h64.dcp
