# vivado -mode batch -source scripts/vivado_package_ip.tcl
create_project -in_memory -part xczu7ev-ffvc1156-2-e
add_files [list \
  rtl/Fifo_w61_d8.v \
  rtl/Fifo_w27_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/JobDispatcher_d128_m32_p64_n524288_b256.v \
  rtl/PlaneFetcher_d128_m32_p64_n524288_b256.v \
  rtl/Fifo_w512_d256.v \
  rtl/BitwidthConverter_d128_m32_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/PlaneReader_d128_m32_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/BitwidthConverter_d128_m32_p64_n524288_b256_u0_4_5.v \
  rtl/PlaneReader_d128_m32_p64_n524288_b256_u0_4_5.v \
  rtl/BitwidthConverter_d128_m32_p64_n524288_b256_s4_6_8_12.v \
  rtl/PlaneReader_d128_m32_p64_n524288_b256_s4_6_8_12.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SkidBuffer_w387.v \
  rtl/KeyAssembler_d128_m32_n524288.v \
  rtl/SkidBuffer_w34.v \
  rtl/QueryKeyUnit_d128_m32.v \
  rtl/Fifo_w1536_d2.v \
  rtl/SkidBuffer_w27.v \
  rtl/ScoreScaler_d128_m32.v \
  rtl/Fifo_w27_d2048.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w36.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d128_m32.v \
  rtl/ProbabilityValueUnit_d128_m32_e8.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d128_n524288_e8.v \
  rtl/StateAccumulator_d128_n524288_e8.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/Normalizer_d128_n524288_e8.v \
  rtl/Lane_d128_m32_p64_n524288_b256_e8.v \
]
set_property top Lane_d128_m32_p64_n524288_b256_e8 [current_fileset]
ipx::package_project -root_dir . -vendor leanspatten -library lanes -taxonomy /UserIP -force
set core [ipx::current_core]
set_property name lane_d128_m32 $core
set_property version 0.1 $core
set_property display_name "lane-d128-m32" $core
set_property description "one lane, head size 128, 32 + 32 multipliers, 64-byte port, context up to 524288" $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::save_core $core
