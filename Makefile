# Every word sets up what it needs: a clone, Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo check test bench bench-drift lock

help: ## say what the words are
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "make %-11s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv from the hash-locked requirements (once; again when they change)

demo: $(READY) ## run the whole loop on the demo data and write its report
	$(BIN)/trueup demo

check: $(READY) ## lint, format, types, import contracts, size budget
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/architecture

test: $(READY) ## run all tests; a single one may take a few minutes
	$(BIN)/python -m pytest -n 2

bench: $(READY) ## measure what we promise, and say on which machine
	$(BIN)/python -m bench

bench-drift: $(READY) ## measure trueup drift beside its peers; PEERS=--install makes a venv for each in bench/.drift
	$(BIN)/python -m bench.drift $(PEERS)

lock: $(READY) ## write requirements.lock anew from pyproject.toml, without addresses
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
		--output-file requirements.lock pyproject.toml
	$(BIN)/python -c 'import pathlib, re; p = pathlib.Path("requirements.lock"); p.write_text(re.sub(r"(?m)^--.*\n", "", p.read_text()).lstrip())'

# the lock is whole, so nothing is resolved again (--no-deps): a release made after it cannot change or break an install
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d; try: make PYTHON=python3.12 setup" % sys.version_info[:2])'
	@test -x $(BIN)/python || { echo "making $(VENV) with $(PYTHON)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing $$(grep -c '==' requirements.lock) hash-locked packages into $(VENV); this takes a minute or two, once"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements.lock
	@echo "installing trueup itself, editable"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@
	@echo "ready: $(BIN)/trueup --help, or make demo"
