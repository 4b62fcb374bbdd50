# The two commands of a newcomer: make demo, make test. Needs Python >= 3.11 and nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo test check format bench clean

help:
	@echo "make demo    the main job in a minute, on a press site of our own"
	@echo "make test    the tests"
	@echo "make check   lint, types, who imports whom"
	@echo "make format  put the code in shape"
	@echo "make bench   the benchmarks that need no data of others"
	@echo "make clean   remove what these commands made"

demo: $(VENV)/.core
	@$(BIN)/presswatch demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.edits $(PRESSWATCH_DEVSETS)
	$(BIN)/python -m tests.benchmarks.duplicates $(PRESSWATCH_DEVSETS)

clean:
	rm -rf $(VENV) presswatch-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "presswatch needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,all]'
	@touch $@ $(VENV)/.core
