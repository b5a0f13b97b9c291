# make help lists what there is. Targets that need .venv make it first. CONTRIBUTING.md says what the tests hold.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
PYTEST = OMP_NUM_THREADS=1 python -m pytest -q $(if $(TIMES),--junitxml=$(TIMES)/$@.xml)

# Files that take long, each by one worker, begin first: one that needs the small repository, one that needs none while
# it is built, then others that do.
LONG = $(patsubst %,tests/pipeline/test_%.py,tour_of_comparisons launched again tour tour_of_seeds \
  tour_of_ablations)
LONG_FAULTS = $(patsubst %,tests/faults/test_%.py,soak dvc_experiments)
REST = $(filter-out $(LONG),$(wildcard tests/pipeline/test_*.py))

.PHONY: help repro faces check test test-pipeline test-faults test-faults-full test-all times soak bench clean

help:
	@echo "make repro            the whole pipeline on drawn faces; PROFILE=tiny takes minutes"
	@echo "make faces            what finds faces in photographs: dlib"
	@echo "make test             the quick tests"
	@echo "make check            format, lint, types, import layers, documents"
	@echo "make test-pipeline    DVC, MLflow, several processes, the study's page in a browser"
	@echo "make test-faults      kills, full disks, dead trackers, damaged files; test-faults-full: all combinations"
	@echo "make test-all         all four"
	@echo "make times            how long each takes: docs/testing.md"
	@echo "make bench            speed and memory: docs/performance.md"
	@echo "make soak             kill trainings at random for half an hour"
	@echo "make clean            remove .venv and checkpoints"

repro: $(BIN)/.installed
ifdef PROFILE
	python -m stargan.profiles apply $(PROFILE)
	@echo "params.yaml now holds profile $(PROFILE); to go back: git restore params.yaml metrics dvc.lock"
endif
	dvc repro

faces: $(BIN)/.faces

check: $(BIN)/.installed
	ruff check .
	ruff format --check .
	mypy -n 2 & types=$$!; $(PYTEST) tests/static && wait $$types

test: $(BIN)/.installed
	$(PYTEST) -n 2 --dist worksteal tests/engine/test_paper_setup.py tests/ranks tests/unit/test_train_stage.py tests/unit tests/property tests/golden tests/engine tests/gpu

test-pipeline: $(BIN)/.installed
	$(PYTEST) -n 4 --dist loadfile --no-loadscope-reorder $(LONG) $(REST) tests/browser

test-faults: $(BIN)/.installed
	$(PYTEST) -n 4 --dist worksteal $(LONG_FAULTS) tests/faults --table docs/reliability.md

test-faults-full: $(BIN)/.installed
	$(PYTEST) -n 3 --dist worksteal tests/faults -m "full or not full"

test-all: check test test-pipeline test-faults

times: $(BIN)/.installed
	PYTHONPATH=.:tests python -m support.times docs/testing.md

soak: $(BIN)/.installed
	OMP_NUM_THREADS=1 python -m pytest -s tests/faults/test_soak.py --minutes 30

bench: $(BIN)/.installed
	PYTHONPATH=.:tests python -m bench.run

$(BIN)/.installed: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "error: Python 3.11 or newer is needed; give one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	touch $@

$(BIN)/.faces: requirements-faces.txt $(BIN)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-faces.txt
	touch $@

clean:
	rm -rf .venv data/checkpoints
