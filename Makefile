# Two targets do everything from a clean checkout: `make serve` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: serve test check pytest format bench soak mutants screenshots clean help

help:            ## list the targets
	@sed -n 's/^\([a-z]*\): *.*## */\1\t/p' $(MAKEFILE_LIST)

serve: $(VENV)/.base  ## run the sandbox with its demo data
	@exec $(BIN)/sequences-sandbox serve $(ARGS)

test: check pytest  ## every check and every test

check: $(VENV)/.test  ## style, types, and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(VENV)/.test  ## every test
	.ci/install-programs
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)

format: $(VENV)/.test  ## put the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test  ## measure beside Prism, Mockoon, WireMock and Moto
	$(BIN)/python sandbox/bench/compare.py $(ARGS)

soak: $(VENV)/.test  ## a quarter of an hour of mixed traffic with faults on; ARGS="--store postgresql" for the other store
	$(BIN)/python sandbox/bench/soak.py $(ARGS)

mutants: $(VENV)/.test  ## hunt every planted fault with the whole suite; writes docs/mutants.md
	$(BIN)/python contract_tests/tests/mutants.py --write $(ARGS)

screenshots: $(VENV)/.test  ## take the README's pictures of the console anew
	.ci/install-programs
	$(BIN)/python sandbox/tests/console/screenshots.py

clean:           ## remove what the other targets made
	rm -rf $(VENV) dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ...' >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "This Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.base: pyproject.toml | $(VENV)/.python
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/.python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.base
