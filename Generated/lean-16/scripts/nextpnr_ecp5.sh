#!/bin/sh
# Out of context on an ECP5-85F, speed grade 8; SEED chooses the placement.
set -eu
yosys -q -s scripts/yosys_ecp5.ys
nextpnr-ecp5 --85k --speed 8 --package CABGA756 --out-of-context --lpf-allow-unconstrained \
  --freq 100 --seed "${SEED:-1}" --json LeanSpAtten.json --textcfg LeanSpAtten.config --report LeanSpAtten.report.json
