# vivado -mode batch -source scripts/vivado_package_ip.tcl
create_project -in_memory -part xczu7ev-ffvc1156-2-e
add_files [list \
  rtl/Fifo_w59_d8.v \
  rtl/Fifo_w25_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/JobDispatcher_d32_m64_p64_n524288_b256.v \
  rtl/PlaneFetcher_d32_m64_p64_n524288_b256.v \
  rtl/Fifo_w512_d256.v \
  rtl/BitwidthConverter_d32_m64_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/PlaneReader_d32_m64_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/BitwidthConverter_d32_m64_p64_n524288_b256_u0_4_5.v \
  rtl/PlaneReader_d32_m64_p64_n524288_b256_u0_4_5.v \
  rtl/BitwidthConverter_d32_m64_p64_n524288_b256_s4_6_8_12.v \
  rtl/PlaneReader_d32_m64_p64_n524288_b256_s4_6_8_12.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SkidBuffer_w772.v \
  rtl/KeyAssembler_d32_m64_n524288.v \
  rtl/SkidBuffer_w62.v \
  rtl/QueryKeyUnit_d32_m64.v \
  rtl/Fifo_w384_d2.v \
  rtl/SkidBuffer_w52.v \
  rtl/ScoreScaler_d32_m64.v \
  rtl/Fifo_w52_d1024.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w57.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d32_m64.v \
  rtl/ProbabilityValueUnit_d32_m64_e8.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d32_n524288_e8.v \
  rtl/StateAccumulator_d32_n524288_e8.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/Normalizer_d32_n524288_e8.v \
  rtl/Lane_d32_m64_p64_n524288_b256_e8.v \
]
set_property top Lane_d32_m64_p64_n524288_b256_e8 [current_fileset]
ipx::package_project -root_dir . -vendor leanspatten -library lanes -taxonomy /UserIP -force
set core [ipx::current_core]
set_property name lane_d32_m64 $core
set_property version 0.1 $core
set_property display_name "lane-d32-m64" $core
set_property description "one lane, head size 32, 64 + 64 multipliers, 64-byte port, context up to 524288" $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::save_core $core
