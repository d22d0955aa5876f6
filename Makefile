# `make` shows what there is. Each target sets up what it needs by itself, in .venv.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
SET_UP := .venv/.set-up

.DEFAULT_GOAL := help
.PHONY: help demo test check faults quirks bench docs package package-test lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(SET_UP) ## a virtual home that lives, with the gateway in it (ARGS="--for 60s --plain")
	@$(BIN)/heimvakt demo $(ARGS)

# Most tests wait for something most of the time: two at a time take half as long. What one file
# holds stays together, so that what is made once for it is made once; ARGS="-n 0" takes one by one.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

test: $(SET_UP) ## everything: needs, lint, types, contracts, then the tests (ARGS="-k lock")
	@tools/test-needs
	@$(MAKE) --no-print-directory check
	@echo "== tests"
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

check: $(SET_UP) ## lint, types and architecture contracts only
	@echo "== lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== contracts"
	@$(BIN)/lint-imports --no-logo

# What these count is said in docs/reliability.md; each may be set on the command line.
faults: export HEIMVAKT_KILLS ?= 1000
faults: export HEIMVAKT_POWER_CUTS ?= 300
faults: export HEIMVAKT_BROKER_KILLS ?= 100
faults: export HEIMVAKT_RETURNS ?= 20
faults: export HEIMVAKT_CUTS ?= 20
faults: export HEIMVAKT_HOSTILE ?= 10000
faults: export HEIMVAKT_FRAMES ?= 100000
faults: export HEIMVAKT_WIRE_CUTS ?= 500
faults: export HEIMVAKT_DOSE_KILLS ?= 200
faults: export HEIMVAKT_DISPENSER_KILLS ?= 200
faults: export HEIMVAKT_UNPLUGS ?= 100
faults: export HEIMVAKT_DISK_EVENTS ?= 6000
faults: export HEIMVAKT_WEEKS ?= 100
faults: export HEIMVAKT_ROGUE_S ?= 60
faults: export HEIMVAKT_FROZEN_S ?= 100
faults: $(SET_UP) ## the faults in full size, three hours, with their figures at the end (ARGS="-k sigkill")
	@tools/test-needs
	@$(BIN)/python -m pytest tests/faults -v -rP --timeout 1200 $(ARGS)

quirks: .venv-quirks/.set-up ## the table of Zigbee devices with zha-quirks, on Python 3.12 or newer
	@.venv-quirks/bin/python tools/quirks-index --check
	@.venv-quirks/bin/python -m pytest tests/integration/test_zigbee_table.py \
	    tests/unit/drivers/zigbee/test_quirks.py $(ARGS)

bench: $(SET_UP) ## measure, side by side with peers (ARGS="--help")
	@$(BIN)/python -m benchmarks $(ARGS)

docs: .venv-docs/.set-up ## the documentation site, for reading without a network, in build/docs
	@.venv-docs/bin/python tools/docs/make_site.py build/docs

package: $(SET_UP) ## the Debian package, in dist (ARGS="--arch arm64")
	@$(BIN)/python tools/package $(ARGS)

package-test: $(SET_UP) ## the package in a clean Debian under systemd: as root, some minutes
	@HEIMVAKT_MACHINE=1 $(BIN)/python -m pytest -n 0 -rP tests/system/test_machine.py \
	    tests/system/test_updates.py tests/system/test_page_unit.py $(ARGS)

lock: ## write the lock files anew from pyproject.toml (ARGS=--upgrade takes the newest)
	@tools/lock $(ARGS)

clean: ## remove what make made: .venv, caches, builds, peers of the benchmarks
	@rm -rf .venv .venv-lock .venv-quirks .venv-docs .cache build dist examples/receivers/node_modules \
	    .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(SET_UP): requirements.lock pyproject.toml tools/set-up
	@tools/set-up $(PYTHON)
	@touch $@

.venv-quirks/.set-up: requirements-quirks.lock requirements.lock pyproject.toml tools/set-up-quirks
	@PYTHON="$(PYTHON)" tools/set-up-quirks
	@touch $@

.venv-docs/.set-up: tools/docs/requirements.lock tools/set-up-docs
	@PYTHON="$(PYTHON)" tools/set-up-docs
	@touch $@
