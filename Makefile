# The two commands of a newcomer: make demo, make test. Needs Python >= 3.11 and nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo test torture check format bench bench-edits bench-duplicates bench-campaigns bench-lookup bench-revisit bench-noise bench-extract bench-crawl clean

help:
	@echo "make demo    the main job in a minute, on a press site of our own"
	@echo "make test    the tests"
	@echo "make torture twelve simulated years of the daemon, with everything going wrong"
	@echo "make check   lint, types, who imports whom"
	@echo "make format  put the code in shape"
	@echo "make bench   how well edits, copies and campaigns are found: bench-edits, bench-duplicates,"
	@echo "             bench-campaigns; bench-lookup: the store at 10 thousand to a million items;"
	@echo "             bench-revisit: how soon edits are noticed, for how many requests"
	@echo "make bench-extract PRESSWATCH_EXTRACT_SET=folder   labelled pages: how well they are read, beside others"
	@echo "make bench-noise PRESSWATCH_EXTRACT_SET=folder   saved pages, changed as pages change unedited: false alarms"
	@echo "make bench-crawl   what a page costs from fetch to record, beside Scrapy and a plain loop; needs nginx"
	@echo "make clean   remove what these commands made"

demo: $(VENV)/.core
	@$(BIN)/presswatch demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

torture: $(VENV)/.dev
	$(BIN)/python -m tests.torture.year --years 12

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: bench-edits bench-duplicates bench-campaigns

bench-edits: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.edit_kinds
	$(BIN)/python -m tests.benchmarks.edits

bench-duplicates: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.duplicates

bench-campaigns: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.campaigns

bench-lookup: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.lookup

bench-revisit: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.revisit

bench-extract: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.extract

bench-crawl: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.crawl

bench-noise: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks.noise

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
