#!/bin/sh
# Out of context on an ECP5-85F, speed grade 8; SEED chooses the placement.
set -eu
yosys -q -s scripts/yosys_ecp5.ys
nextpnr-ecp5 --85k --speed 8 --package CABGA756 --out-of-context --lpf-allow-unconstrained \
  --freq 100 --seed "${SEED:-1}" --json CascadeLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_h64.json --textcfg CascadeLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_h64.config --report CascadeLane_d64_m64_p16_n4096_b256_e2_r1024_s16_k1_h64.report.json
