# Every target sets up what it needs, so each works alone on a fresh machine with Python 3.11+,
# its venv module and make. Running one again does only what is left to do.
#
#   make demo        the whole story on shipped data; leaves a Neo4j running and says how to stop it
#   make test        all tests but the slow ones          make test-slow    the slow ones
#   make test-neural those that train networks, in an environment of their own (6 GB)
#   make test-browser those before a real Chromium, which it installs where it may
#   make check       lint, format, types, arrows, layout  make format       let the formatter decide
#   make bench       what it costs, beside a hand-written loop
#   make wheel       build sdist and wheel, and test the installed wheel

PYTHON ?= python3
PYTEST ?=
VENV := .venv
BIN := $(VENV)/bin
NEURAL := .venv-neural
CHECKED := platform loaders tests bench scripts examples
# Two files of tests at a time, each beside a Neo4j of its own; one where all share a given server.
# In their own order the longest, that of the documents, begins early.
TWO := -n $(if $(NEO4J_URI),0,2) --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-slow test-neural test-browser check format bench wheel clean help

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.installed
	$(BIN)/knowloom demo

test: $(VENV)/.developing
	$(BIN)/pytest $(TWO) -m "not slow and not browser" $(PYTEST)

test-slow: $(VENV)/.developing
	$(BIN)/pytest -m "slow and not browser" $(PYTEST)

test-neural: $(NEURAL)/.installed
	$(NEURAL)/bin/pytest tests/neural $(PYTEST)

test-browser: $(VENV)/.browsing
	$(BIN)/pytest -m browser tests/browser $(PYTEST)

check: $(VENV)/.developing
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

format: $(VENV)/.developing
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

bench: $(VENV)/.installed
	$(BIN)/python bench/write.py

wheel: $(VENV)/.developing
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/python scripts/check_wheel.py dist

clean:
	rm -rf $(VENV) $(NEURAL) dist .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# What it takes to use knowloom from this checkout.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("knowloom needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[server,documents]'
	touch $@

# What it takes to change it.
$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[charts,llm,monty,py2neo,ranking,schedule,sql]' --group dev
	touch $@

# What it takes to drive a Chromium: Debian's package, and a library that speaks to it.
$(VENV)/.browsing: $(VENV)/.developing
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group browser
	command -v chromium || command -v chromium-browser || \
		{ apt-get update && apt-get install --yes --no-install-recommends chromium; } || \
		{ echo "install Chromium, then run this again" >&2; exit 1; }
	! command -v npm || npm install --silent --prefix $(VENV)/asciidoctor @asciidoctor/core@2.2.8
	touch $@

# What it takes to train networks: torch and all it brings, apart from the light environment.
$(NEURAL)/.installed: pyproject.toml
	test -x $(NEURAL)/bin/python || $(PYTHON) -m venv $(NEURAL)
	$(NEURAL)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(NEURAL)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[gliner2,neural,ranking]' --group test
	touch $@
