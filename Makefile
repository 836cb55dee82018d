# Works on a machine with nothing but Python (3.11 or newer) and make; uses uv when it is there.
# `make demo` computes the point contact of 1988, `make test` runs the whole suite. Everything lives in .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= 2

# One BLAS thread: small matrices run up to fifty times slower when threads fight over the cores,
# and numbers then depend on the machine. Parallelism is over points and test files instead.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export MPLBACKEND := Agg

.PHONY: help install demo test quick lint format types layers bench check clean web web-check

help:
	@echo "make demo     the point contact of 1988: staircase, data and plateaus into results/"
	@echo "make test     the whole test suite (make quick: without the slow tests)"
	@echo "make lint     formatting and lint;  make format mends what it can"
	@echo "make types    mypy --strict;        make layers checks the floors"
	@echo "make bench    time and memory against Kwant (KWANT_PYTHON=... names its interpreter)"
	@echo "make web      the studio's pages from their sources (needs node 18)"
	@echo "make check    lint, types, layers and test: what a submission must pass"

install: $(VENV)/.ok

# uv is quicker, but it may be set up for another package index than pip: then pip decides.
$(VENV)/.ok: pyproject.toml
	@rm -f $@
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "sharvin needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) \
	    || { echo "this Python has no venv (on Debian: apt install python3-venv)"; exit 1; }
	@echo "installing sharvin and its tools into $(VENV) ..."
	@{ command -v uv >/dev/null 2>&1 \
	        && uv pip install --quiet --python $(BIN)/python -e '.[test,dev]'; } \
	    || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,dev]'
	@touch $@

demo: $(VENV)/.ok
	@$(BIN)/sharvin run examples/qpc_van_wees.toml --out results --workers $(JOBS) --resume

test: $(VENV)/.ok
	@$(BIN)/python -m pytest -n $(JOBS)

quick: $(VENV)/.ok
	@$(BIN)/python -m pytest -n $(JOBS) -m "not slow"

lint: $(VENV)/.ok
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

format: $(VENV)/.ok
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

types: $(VENV)/.ok
	@$(BIN)/mypy

layers: $(VENV)/.ok
	@$(BIN)/lint-imports

bench: $(VENV)/.ok
	@$(BIN)/python benchmarks/versus_kwant.py --quick $(if $(KWANT_PYTHON),--kwant-python $(KWANT_PYTHON))

check: lint types layers test

clean:
	rm -rf $(VENV) results build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

WEB := src/sharvin/studio/web

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	@npm --prefix $(WEB) ci --silent

web: $(WEB)/node_modules/.package-lock.json
	@npm --prefix $(WEB) run --silent types && npm --prefix $(WEB) run --silent build

web-check: $(WEB)/node_modules/.package-lock.json
	@npm --prefix $(WEB) run --silent check
