# Milestone Billing. `make` lists what there is.
# Every target sets itself up in .venv; only Python 3.11 or newer with venv and pip is needed.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for one in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$one; break; fi; done)
MILESTONES ?= 100000 1000000
RECURRING ?= 25000 250000
WORKERS ?= auto
SECONDS ?= 300
SEEDS ?= 0
FIRST ?= 1
KILLS ?= 1000
ROUNDS ?= 100
DATABASE ?= both
ENGINE ?=
ROUNDS_ON = --database $(DATABASE) $(if $(filter-out auto,$(WORKERS)),--workers $(WORKERS))

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/installed ## run the sample nights on the embedded store, under out/sample
	@$(BIN)/python sample_data/run_nights.py

test: $(VENV)/installed-dev ## run every test, PostgreSQL included (ENGINE=workers or cluster: nights by these)
	@ENGINE=$(ENGINE) $(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/installed-dev ## formatting, style, types and layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory audit

audit: $(VENV)/installed-dev ## known vulnerabilities of what is installed, where they can be asked for
	@if [ ! -x $(BIN)/pip-audit ]; then \
		echo "audit: pip-audit is not installed, so nothing was audited (pip install pip-audit)"; \
	else \
		said=$$($(BIN)/pip-audit --local --skip-editable --timeout 15 --progress-spinner off 2>&1); \
		status=$$?; \
		case "$$said" in \
			*"ound "*" known vulnerabilit"*) printf '%s\n' "$$said"; exit $$status;; \
			*"o known vulnerabilities"*) echo "audit: no known vulnerabilities";; \
			*) echo "audit: the index can't be asked from here, so nothing was audited";; \
		esac; \
	fi

bench: $(VENV)/installed-dev ## time nights of up to 1,000,000 milestones and 6,000,000 periods
	@$(BIN)/python -m benchmarks.bench $(MILESTONES) $(RECURRING:%=--recurring %)

bench-quick: $(VENV)/installed-dev ## the same with 20,000 and 200,000 milestones, in two minutes
	@$(BIN)/python -m benchmarks.bench 20000 200000 --floors 1

fuzz: $(VENV)/installed-dev ## mutate the sample files for SECONDS (or SEEDS rounds from FIRST on) and judge what is read
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seeds $(SEEDS) --first $(FIRST)

torture: $(VENV)/installed-dev ## kill nights KILLS times, with seeds from FIRST on, and run them again (DATABASE=both)
	@$(BIN)/python -m tests.kills.torture --kills $(KILLS) --seed $(FIRST) $(ROUNDS_ON)

races: $(VENV)/installed-dev ## ROUNDS of commands at once on one store, with seeds from FIRST on (DATABASE=both)
	@$(BIN)/python -m tests.kills.races --rounds $(ROUNDS) --seed $(FIRST) $(ROUNDS_ON)

docs: $(VENV)/installed-dev ## write the tables of columns and rules, and the settings, into README.md
	@$(BIN)/python -m schemas.dictionary README.md
	@$(BIN)/python -m pipeline.settings.document README.md

clean: ## remove the environment and everything that was written
	rm -rf $(VENV) out bench

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is missing: install it, or name it: make PYTHON=/path/to/python3"; \
		exit 1; fi
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv: install it (on Debian and Ubuntu: apt install python3-venv)"; \
		exit 1; }
	@echo "setting up $(VENV) with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing the program and what it needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . || { \
		echo "the packages can't be installed: is a package index reachable from here?"; exit 1; }
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "installing the program, what it needs, and what its tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' || { \
		echo "the packages can't be installed: is a package index reachable from here?"; exit 1; }
	@touch $@ $(VENV)/installed

.PHONY: help run test lint audit bench bench-quick fuzz torture races docs clean
