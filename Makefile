# make repro: the whole pipeline on drawn faces.  make test: the test suite.  Both make .venv first.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: repro test test-faults soak bench lint clean

repro: $(BIN)/.installed
ifdef PROFILE
	python -m stargan.profiles apply $(PROFILE)
	@echo "params.yaml now holds profile $(PROFILE); to go back: git restore params.yaml metrics dvc.lock"
endif
	dvc repro

test: $(BIN)/.installed lint
	OMP_NUM_THREADS=1 python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/faults

test-faults: $(BIN)/.installed
	OMP_NUM_THREADS=1 python -m pytest -n 2 tests/faults --table docs/reliability.md

soak: $(BIN)/.installed
	OMP_NUM_THREADS=1 python -m pytest -s tests/faults/test_soak.py --minutes 30

bench: $(BIN)/.installed
	PYTHONPATH=.:tests python -m bench.run

lint: $(BIN)/.installed
	ruff check .
	ruff format --check .
	mypy

$(BIN)/.installed: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "error: Python 3.11 or newer is needed; give one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	touch $@

clean:
	rm -rf .venv data/checkpoints
