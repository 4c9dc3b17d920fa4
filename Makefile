# Two commands set everything up on a machine with Python 3.11+, git and make:
#   make grade    create the environment, mark submissions/ with problems/, say where the report is
#   make test     create the environment, run the tests
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: grade test lint bench clean

grade: $(READY)
	$(BIN)/grade submissions --problems problems --out reports

test: $(READY)
	$(BIN)/python -m pytest -n 2 tests

lint: $(READY)
	$(BIN)/grade lint problems

bench: $(READY)
	$(BIN)/python benchmarks/marking.py

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version 2>&1). Name another with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $(READY)

clean:
	rm -rf $(VENV) reports
