# From a clean checkout: `make serve` runs the sandbox, `make test` runs everything that CI runs.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: help serve quick test check pytest format image release installation bench soak scale mutants matrix cost screenshots clean

help:            ## list the targets
	@sed -n 's/^\([a-z]*\):.*## */\1\t/p' $(MAKEFILE_LIST) | expand -t 14

serve: $(VENV)/.base  ## run the sandbox with its demo data; ARGS="--port 4210" passes options
	@exec $(BIN)/sequences-sandbox serve $(ARGS)

quick: check     ## style, types, imports and the fast tests: about a minute
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow" sandbox/tests contract_tests/tests $(ARGS)

test: check pytest  ## every check and every test

check: $(VENV)/.test  ## style, types, and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(VENV)/.test $(VENV)/.node $(VENV)/.sbom  ## every test, without the checks
	.ci/install-programs
	$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

format: $(VENV)/.test  ## format the code and fix what can be fixed automatically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

image:           ## build the container image
	docker build --tag sequences-sandbox .

release: $(VENV)/.test $(VENV)/.sbom  ## build wheels, sdists, SBOMs, release notes and checksums in dist/
	$(BIN)/python .ci/release.py

installation: $(VENV)/.test  ## after a change of .ci/installation.json: write its words into pages and hints
	$(BIN)/python .ci/installation.py

bench: $(VENV)/.test  ## measure beside Prism, Mockoon, WireMock and Moto
	$(BIN)/python sandbox/bench/compare.py $(ARGS)

scale: $(VENV)/.test  ## measure worlds of 1,000 to 100,000 runs, and 10,000 worlds
	$(BIN)/python sandbox/bench/scale.py $(ARGS)

soak: $(VENV)/.test  ## 15 minutes of mixed traffic with faults; ARGS="--store postgresql" for the other store
	$(BIN)/python sandbox/bench/soak.py $(ARGS)

mutants: $(VENV)/.test  ## try every planted fault against the whole suite; writes docs/mutants.md
	$(BIN)/python contract_tests/tests/mutants.py --write $(ARGS)

matrix: $(VENV)/.test  ## hold correct servers of other styles to the suite, near and far: none may be blamed
	$(BIN)/python -m contract_tests.tests.ordinary_servers.matrix $(ARGS)

cost: $(VENV)/.test  ## measure what a run of the suite costs, near and far; writes docs/suite-cost.md
	$(BIN)/python contract_tests/tests/cost.py --write $(ARGS)

screenshots: $(VENV)/.test  ## take the README's pictures of the console again
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

# An environment of its own: what the tool brings along makes every start of a sandbox beside it seconds slower.
$(VENV)/.sbom: | $(VENV)/.python
	@$(BIN)/python -m venv $(VENV)/sbom
	$(VENV)/sbom/bin/pip --disable-pip-version-check install --quiet 'cyclonedx-bom>=7,<8'
	@touch $@

# TypeScript and the test runners, for the tests of docs/js: where there is npm, and on a laptop only if it can install.
$(VENV)/.node: docs/js/package.json | $(VENV)/.python
	@cp $< $(VENV)/package.json
	@! command -v npm >/dev/null || \
	  npm install --prefix $(VENV) --no-package-lock --no-audit --no-fund --loglevel=error >/dev/null || [ -z "$$CI" ]
	@touch $@
