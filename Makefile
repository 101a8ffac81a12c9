# CS2Fusion Live. `make` lists what can be done; every target sets up what it needs.

VENV   ?= .venv
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
PIP := $(PY) -m pip install --disable-pip-version-check
LOCK := requirements.lock
TESTED := $(shell sed -n 's/.*Programming Language :: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml)
NEWEST := $(lastword $(TESTED))
UV_COMPILE := $(VENV)-lock/$(notdir $(BIN))/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
	--no-annotate --custom-compile-command 'make lock' pyproject.toml

# What Qt and OpenCV load on Debian and Ubuntu; nothing of it comes with their wheels.
DEBIAN_LIBRARIES := libxcb1 libgl1 libglib2.0-0 libegl1 libfontconfig1 libdbus-1-3 libxkbcommon0 libxkbcommon-x11-0 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 \
	fonts-dejavu-core
APT_LINE := apt-get update && apt-get install --yes --no-install-recommends $(DEBIAN_LIBRARIES)

.DEFAULT_GOAL := help
.PHONY: help run bench test test-full test-lowest int8 soak monkey screenshots animation bundle release model-cards metrics-wheel setup tested python libraries lock lint format translations

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## the demo: a window, or without a display a fused file
	@$(PY) main.py demo

bench: setup  ## how fast this machine fuses; more with ARGS="--sizes --chart bench.png"
	@$(PY) main.py bench $(ARGS)

WORKERS ?= 2
PYTEST := QT_QPA_PLATFORM=offscreen $(PY) -m pytest
# Real videos play and real processes are killed in these tests: on a busy machine one may come too late. It gets a second
# try with nothing beside it, in view of all, and counts as failed if it fails again.
test: setup  ## all tests, without screen, GPU, camera or network; some with TESTS="tests/unit"; one at a time with WORKERS=0
	@$(PYTEST) --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS) || { code=$$?; [ $$code = 1 ] || exit $$code; \
		echo "What failed is tried once more, alone. A test that passes now depends on the machine's speed: please report it."; \
		$(PYTEST) --numprocesses 0 --last-failed --last-failed-no-failures none $(TESTS); }

test-full: setup  ## the same with full counts; takes long
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -m "" --reliability docs/reliability.md

test-lowest:  ## the tests with the lowest versions that pyproject.toml allows
	@$(MAKE) --no-print-directory VENV=$(VENV)-lowest LOCK=requirements-lowest.lock test

PAIRS ?= msrs/train roadscene/train
int8: setup  ## measure what int8 needs of retrained compact models; PAIRS="FOLDER..."
	@$(PY) -m training.input_ranges $(wildcard assets/weights/lite-*.safetensors) --data $(PAIRS)

MINUTES ?= 60
soak: setup  ## an hour with live cameras and forced faults; MINUTES=5 for less
	@$(PY) -m tests.soak --minutes $(MINUTES) --page

LOCALES ?= en zh_CN
screenshots: setup  ## the window in its states, both themes and languages, into build/screenshots; LOCALES="en", ONLY="sources export"
	@QT_QPA_PLATFORM=offscreen $(PY) -m tests.screenshots --locales $(LOCALES) $(if $(ONLY),--only $(ONLY))

animation: setup  ## twenty seconds of the window at work, into build/screenshots/window.webp
	@QT_QPA_PLATFORM=offscreen $(PY) -m tests.screenshots.animation

bundle: setup  ## one folder in dist/ that runs without Python
	@$(PY) -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/bundle release/bundle.spec
	@echo "made: dist/cs2fusion-live"

release:  ## wheel, bundle, licences and checksums of a version; refuses a dirty tree
	@$(PYTHON) release/release.py --check
	@$(MAKE) --no-print-directory bundle
	@$(PY) release/release.py

model-cards: setup  ## the networks as model hubs take them, in build/model-cards
	@$(PY) release/model_cards.py

metrics-wheel: setup  ## the metrics as a small wheel of their own, in build/metrics-wheel
	@$(PY) release/metrics_wheel.py

SEED ?= 1
monkey: MINUTES = 10
monkey: setup  ## user actions by chance on the real window; MINUTES=2 SEED=7
	@QT_QPA_PLATFORM=offscreen $(PY) -m tests.monkey --minutes $(MINUTES) --seed $(SEED)

translations: setup  ## the texts of the window into assets/languages, a list of those that lack a translation, and the .qm files
	@test -x $(VENV)-languages/$(notdir $(BIN))/pyside6-lrelease || { $(PYTHON) -m venv $(VENV)-languages && \
		$(VENV)-languages/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check pyside6-essentials; }
	@$(PY) release/translations.py --lrelease $(VENV)-languages/$(notdir $(BIN))/pyside6-lrelease

lint: setup  ## style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: setup  ## lay out the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

setup: $(VENV)/.ready  ## virtual environment, dependencies, system libraries

# The lock is given as constraints: it fixes every version and asks for none, so a CPU build of torch gets no CUDA.
$(VENV)/.ready: pyproject.toml $(LOCK)
	@$(MAKE) --no-print-directory python
	@echo "Setting up $(VENV); this takes a few minutes, once."
	@$(PYTHON) -m venv $(VENV) || { echo "The virtual environment could not be made. Debian and Ubuntu may lack: sudo apt-get install python3-venv"; exit 1; }
	@$(PIP) --constraint $(LOCK) setuptools
	@$(PIP) --constraint $(LOCK) --no-build-isolation --editable '.[dev,cpu]'
	@$(MAKE) --no-print-directory libraries
	@touch $@

tested:
	@echo $(TESTED)

python:
	@version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])') || { \
		echo "$(PYTHON) does not start. Install Python $(NEWEST) and say: make PYTHON=python$(NEWEST) ..."; exit 1; }; \
	case " $(TESTED) " in *" $$version "*) exit 0;; esac; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is $$version. Install one and say: make PYTHON=python$(NEWEST) ..."; \
		exit 1; }; \
	echo "Note: nothing here has been run with Python $$version yet, only with $(TESTED)." \
		"Should something fail, say: make PYTHON=python$(NEWEST) ..."

lock:  ## the newest versions of all dependencies into requirements.lock, the lowest into requirements-lowest.lock
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/$(notdir $(BIN))/python -m pip install --quiet uv
	@$(UV_COMPILE) --constraint constraints.txt --output-file requirements.lock
	@$(UV_COMPILE) --resolution lowest-direct --output-file requirements-lowest.lock

# Ask the loader, not the package list: what matters is whether OpenCV and Qt's window plugin start.
libraries:
	@if [ "$$(uname -s)" = Linux ]; then \
		plugin=$$($(PY) -c 'import PyQt6, pathlib; print(pathlib.Path(PyQt6.__path__[0]) / "Qt6/plugins/platforms/libqxcb.so")'); \
		if ! $(PY) -c 'import cv2; from PyQt6 import QtWidgets' 2>/dev/null || ldd "$$plugin" | grep -q 'not found'; then \
			if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
				echo "Installing the libraries that Qt needs."; DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; $(APT_LINE); \
			else \
				echo "Qt needs a few system libraries. On Debian and Ubuntu, type this line, then make again:"; \
				echo "sudo sh -c '$(APT_LINE)'"; exit 1; \
			fi; \
		fi; \
	fi
