# make demo | test | check | benchmark | campaign | lock | format | clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# The many programs that tests start would otherwise be compiled at each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test check lint benchmark campaign lock format docs clean

install: $(VENV)/installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "digest needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/installed
	$(BIN)/digest demo

test: install
	$(PYTEST) tests

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

benchmark: install
	$(BIN)/python -m tests.benchmarks

campaign: install
	$(BIN)/python -m tests.campaign

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	uv pip compile --universal --generate-hashes --no-header --quiet --upgrade --group build --python-version 3.11 pyproject.toml --output-file requirements.lock
	uv pip compile --universal --generate-hashes --no-header --quiet --group dev --extra postgres --constraint requirements.lock --python-version 3.11 pyproject.toml --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
