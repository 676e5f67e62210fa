#!/bin/sh
# Out of context on an ECP5-85F, speed grade 8; SEED chooses the placement.
set -eu
yosys -q -s scripts/yosys_ecp5.ys
nextpnr-ecp5 --85k --speed 8 --package CABGA756 --out-of-context --lpf-allow-unconstrained \
  --freq 100 --seed "${SEED:-1}" --json LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.json --textcfg LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.config --report LeanCluster_d128_m64_p64_n524288_b256_e8_r4_t128_l16.report.json
