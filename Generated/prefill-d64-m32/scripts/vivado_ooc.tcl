# vivado -mode batch -source scripts/vivado_ooc.tcl -tclargs PART
set part [expr {$argc > 0 ? [lindex $argv 0] : "xczu7ev-ffvc1156-2-e"}]
read_verilog [list \
  rtl/SkidBuffer_w28.v \
  rtl/PassPlanner_d64_m32_p64_n524288_b256_e8_r8_t256.v \
  rtl/SkidBuffer_w794.v \
  rtl/TileBuffer_n8_w792.v \
  rtl/Fifo_w3_d2.v \
  rtl/Fifo_w24_d8.v \
  rtl/Fifo_w20_d32.v \
  rtl/Fifo_w8_d32.v \
  rtl/Fifo_w5_d64.v \
  rtl/Fifo_w7_d64.v \
  rtl/Fifo_w60_d8.v \
  rtl/Fifo_w26_d8.v \
  rtl/Fifo_w4_d8.v \
  rtl/JobDispatcher_d64_m32_p64_n524288_b256.v \
  rtl/SkidBuffer_w386.v \
  rtl/TileBuffer_n512_w384.v \
  rtl/Fifo_w18_d8.v \
  rtl/PlaneFetcher_d64_m32_p64_n524288_b256.v \
  rtl/Fifo_w512_d256.v \
  rtl/BitwidthConverter_d64_m32_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/PlaneReader_d64_m32_p64_n524288_b256_s3_4_6_8_12.v \
  rtl/BitwidthConverter_d64_m32_p64_n524288_b256_u0_4_5.v \
  rtl/PlaneReader_d64_m32_p64_n524288_b256_u0_4_5.v \
  rtl/BitwidthConverter_d64_m32_p64_n524288_b256_s4_6_8_12.v \
  rtl/PlaneReader_d64_m32_p64_n524288_b256_s4_6_8_12.v \
  rtl/SkidBuffer_w46.v \
  rtl/RoundRobinArbiter_n3_w46.v \
  rtl/SkidBuffer_w387.v \
  rtl/KeyAssembler_d64_m32_n524288.v \
  rtl/SkidBuffer_w33.v \
  rtl/QueryKeyUnit_d64_m32.v \
  rtl/SkidBuffer_w27.v \
  rtl/ScoreScaler_d64_m32.v \
  rtl/Fifo_w24_d16.v \
  rtl/Fifo_w27_d2048.v \
  rtl/Fifo_w13_d16.v \
  rtl/SkidBuffer_w36.v \
  rtl/ExponentialUnit.v \
  rtl/SoftmaxUnit_d64_m32.v \
  rtl/ProbabilityValueUnit_d64_m32_e8.v \
  rtl/SkidBuffer_w1462.v \
  rtl/MergeUnit_d64_n524288_e8.v \
  rtl/SlotAccumulator_d64_n524288_e8_r8.v \
  rtl/Fifo_w1462_d64.v \
  rtl/Reciprocal.v \
  rtl/SkidBuffer_w17.v \
  rtl/Normalizer_d64_n524288_e8.v \
  rtl/Fifo_w3_d8.v \
  rtl/Fifo_w4_d2.v \
  rtl/NormalizerPair_d64_n524288_e8_r8.v \
  rtl/PrefillLane_d64_m32_p64_n524288_b256_e8_r8_t256.v \
]
read_xdc -mode out_of_context constraints/ooc.xdc
synth_design -top PrefillLane_d64_m32_p64_n524288_b256_e8_r8_t256 -part $part -mode out_of_context -flatten_hierarchy rebuilt
opt_design
place_design
route_design
report_utilization -hierarchical -file utilization.rpt
report_timing_summary -file timing.rpt
write_checkpoint -force PrefillLane_d64_m32_p64_n524288_b256_e8_r8_t256.dcp
