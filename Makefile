# Set-up and the everyday commands. `make demo` and `make test` need only Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help demo test prove golden gallery lint format lock clean

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv

$(VENV)/.run: requirements.lock pyproject.toml | $(UV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run ## Run the whole job offline: sample feeds in, a digest in a mailbox
	$(BIN)/digest demo

test: $(VENV)/.dev ## Run the tests, in random order, on every core
	$(BIN)/python -m pytest -n $(JOBS)

prove: $(VENV)/.dev ## Run the slow proofs too
	$(BIN)/python -m pytest -n $(JOBS) --run-slow

golden: $(VENV)/.dev ## Write the expected mails of tests/golden anew, to be reviewed as a change
	$(BIN)/python -m pytest -n $(JOBS) tests/golden/test_golden_parts.py --renew-golden

gallery: $(VENV)/.dev ## Show every theme, content and device on one page, build/gallery/index.html
	$(BIN)/python -m tests.golden.gallery build/gallery

lint: $(VENV)/.dev ## Formatting, ruff, mypy and the import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code and apply safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(UV) ## Renew the lock files from pyproject.toml
	$(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade -o requirements.lock
	$(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --group dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove everything the commands above made
	rm -rf $(VENV) build dist digest-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
