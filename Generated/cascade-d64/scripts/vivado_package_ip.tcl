# vivado -mode batch -source scripts/vivado_package_ip.tcl
create_project -in_memory -part xczu7ev-ffvc1156-2-e
add_files [list \
  rtl/SkidBuffer_w512.v \
  rtl/HeadImportance_d64_h64.v \
  rtl/RadixSelect_p16_n1024_w32.v \
  rtl/SkidBuffer_w43.v \
  rtl/ZeroEliminator_n16_w36_l2.v \
  rtl/RadixSelectTopK_p16_n1024_w32.v \
  rtl/SkidBuffer_w20.v \
  rtl/TokenSelector_n524288_k1024.v \
  rtl/HalfBuffer_w257.v \
  rtl/HalfBuffer_w768.v \
  rtl/HalfBuffer_w16.v \
  rtl/Fifo_w22_d32.v \
  rtl/SkidBuffer_w1025.v \
  rtl/SkidBuffer_w1008.v \
  rtl/CascadeController_n524288_k1024_d64_h64.v \
  rtl/Fifo_w42_d8.v \
  rtl/Fifo_w44_d8.v \
  rtl/Fifo_w1_d8.v \
  rtl/Fifo_w28_d8.v \
  rtl/Fifo_w6_d8.v \
  rtl/Fifo_w2_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/SpAttenDispatcher_i_n524288_k1024.v \
  rtl/SkidBuffer_w22.v \
  rtl/IndexGenerator_n524288_k1024_follows.v \
  rtl/SkidBuffer_w47.v \
  rtl/RowLocator_d64_m64_p64_n524288_b256_s64.v \
  rtl/RowCutter_d64_m64_p64_n524288_b256_s64_s3_4_6_8_12.v \
  rtl/Fifo_w10_d256.v \
  rtl/Fifo_w37_d16.v \
  rtl/Fifo_w44_d2.v \
  rtl/SectorFetcher_d64_m64_p64_n524288_b256_s64.v \
  rtl/Fifo_w512_d256.v \
  rtl/GatherReader_d64_m64_p64_n524288_b256_s64_s3_4_6_8_12.v \
  rtl/IndexFilter_n524288.v \
  rtl/TokenSource_n524288_k1024_follows.v \
  rtl/RowCutter_d64_m64_p64_n524288_b256_s64_u0_4_5.v \
  rtl/GatherReader_d64_m64_p64_n524288_b256_s64_u0_4_5.v \
  rtl/SkidBuffer_w772.v \
  rtl/KeyJoiner_d64_m64_n524288_k1024.v \
  rtl/Fifo_w34_d16.v \
  rtl/Fifo_w23_d16.v \
  rtl/Fifo_w23_d8.v \
  rtl/Fifo_w768_d8.v \
  rtl/ProgressiveQueryKeyUnit_d64_m64.v \
  rtl/Fifo_w768_d2.v \
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
  rtl/ConfidenceUnit_k1024.v \
  rtl/Fifo_w2_d1024.v \
  rtl/Fifo_w114_d16.v \
  rtl/Fifo_w146_d2.v \
  rtl/RadixSelect_p4_n1024_w21_b2.v \
  rtl/Fifo_w89_d16.v \
  rtl/TileSelection_p4_n1024_w21_b2.v \
  rtl/SkidBuffer_w108.v \
  rtl/LocalValueSelector_k1024.v \
  rtl/Fifo_w36_d4.v \
  rtl/Fifo_w1_d4096.v \
  rtl/RowCutter_d64_m64_p64_n524288_b256_s64_s4_6_8_12.v \
  rtl/GatherReader_d64_m64_p64_n524288_b256_s64_s4_6_8_12.v \
  rtl/ProbabilityValueUnit_d64_m64_e8.v \
  rtl/SkidBuffer_w381.v \
  rtl/LeafCompletion_d64_e8_k1024.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d64_n524288_e8.v \
  rtl/StateAccumulator_d64_n524288_e8_x1.v \
  rtl/Fifo_w36_d1024.v \
  rtl/Fifo_w108_d16.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/SkidBuffer_w32.v \
  rtl/Normalizer_d64_n524288_e8_report.v \
  rtl/Fifo_w33_d2048.v \
  rtl/Fifo_w1_d16.v \
  rtl/TokenBank_k1024.v \
  rtl/IndexGenerator_n524288_k1024.v \
  rtl/TokenImportance_n524288_k1024.v \
  rtl/Fifo_w40_d4.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SpAttenLane_d64_m64_p64_n524288_b256_e8_r1024_s64_k4_i.v \
  rtl/Fifo_w17_d4.v \
  rtl/CascadeLane_d64_m64_p64_n524288_b256_e8_r1024_s64_k4_h64.v \
]
set_property top CascadeLane_d64_m64_p64_n524288_b256_e8_r1024_s64_k4_h64 [current_fileset]
ipx::package_project -root_dir . -vendor leanspatten -library lanes -taxonomy /UserIP -force
set core [ipx::current_core]
set_property name cascade_d64 $core
set_property version 0.1 $core
set_property display_name "cascade-d64" $core
set_property description "spatten-d64 with importance of tokens and heads, and the pruning by them from layer to layer" $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::save_core $core
