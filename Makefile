# The commands of a developer and of CI. `make demo` and `make test` are all a newcomer needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python

.PHONY: help demo up test check bench setup format wheel lock clean

help: ## Show these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: setup ## Make an invented city of 50,000 residents in ./data and serve it on port 8000
	$(BIN)/kangmai demo --data data --port 8000

up: setup ## Serve the city in ./data
	$(BIN)/kangmai up --data data --port 8000

test: setup ## Run the whole suite on its own PostgreSQL
	PYTHONHASHSEED=0 $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(PYTEST)

check: setup ## Format, lint, floors, types, migrations, translations, definitions, docs
	$(RUN) tools/check.py

bench: setup ## Run the benchmarks (minutes to hours; see benchmarks/README.md)
	$(BIN)/uv pip install --quiet splink
	$(BIN)/uv pip install --quiet --no-deps sqlonfhir
	$(RUN) benchmarks/run.py

setup: $(VENV)/.installed ## Install everything into .venv and build the front-end
	@$(RUN) tools/frontend.py
	@$(RUN) tools/translations.py compile

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "installing libraries …"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

format: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: setup ## Build the wheel into dist/, front-end and translations inside
	$(BIN)/uv build --wheel --quiet --out-dir dist

lock: ## Resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
		--group dev --output-file requirements.lock pyproject.toml
	@! grep -n '://' requirements.lock

clean: ## Remove what was built; data folders stay
	rm -rf $(VENV) dist build frontend/node_modules kangmai/portal/static/bundle .pytest_cache .mypy_cache .ruff_cache
