# Two commands do all on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
ARGS ?=

.PHONY: demo test slow check docs clean bench-statistics

.venv/ready: pyproject.toml .ci/constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("vcjira needs Python 3.11 or newer; make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable ".[dev]"
	touch $@

demo: .venv/ready
	$(BIN)/vcjira demo --dir demo

test: .venv/ready
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

slow: .venv/ready
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "slow or browser" $(ARGS)

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house.py

# Tables and documents that are generated from code; read the diff before committing it.
docs: .venv/ready
	$(BIN)/python -m pytest tests/test_readme.py tests/patterns/test_patterns_company.py --regold

# Not bench/statistics.py: a script's folder comes first, and that would hide the standard library's module.
bench-statistics: .venv/ready
	$(BIN)/python bench/intervals.py

bench-%: .venv/ready
	$(BIN)/python bench/$*.py

clean:
	rm -rf .venv demo build dist *.egg-info
