#!/bin/sh
# Out of context on an ECP5-85F, speed grade 8; SEED chooses the placement.
set -eu
yosys -q -s scripts/yosys_ecp5.ys
nextpnr-ecp5 --85k --speed 8 --package CABGA756 --out-of-context --lpf-allow-unconstrained \
  --freq 100 --seed "${SEED:-1}" --json Lane_d128_m64_p64_n524288_b256_e8.json --textcfg Lane_d128_m64_p64_n524288_b256_e8.config --report Lane_d128_m64_p64_n524288_b256_e8.report.json
