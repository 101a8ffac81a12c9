# CS2Fusion Live. `make` lists what can be done; every target sets up what it needs.

VENV   ?= .venv
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python

# What Qt and OpenCV load on Debian and Ubuntu; nothing of it comes with their wheels.
DEBIAN_LIBRARIES := libxcb1 libgl1 libglib2.0-0 libegl1 libfontconfig1 libdbus-1-3 libxkbcommon0 libxkbcommon-x11-0 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 \
	fonts-dejavu-core
APT_LINE := apt-get update && apt-get install --yes --no-install-recommends $(DEBIAN_LIBRARIES)

.DEFAULT_GOAL := help
.PHONY: help run bench test test-full int8 soak setup libraries lint format

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## the demo: a window, or without a display a fused file
	@$(PY) main.py demo

bench: setup  ## how fast this machine fuses; more with ARGS="--sizes --chart bench.png"
	@$(PY) main.py bench $(ARGS)

test: setup  ## all tests, without screen, GPU, camera or network
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest

test-full: setup  ## the same with full counts; takes long
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -m "" --reliability docs/reliability.md

PAIRS ?= msrs/train roadscene/train
int8: setup  ## measure what int8 needs of retrained compact models; PAIRS="FOLDER..."
	@$(PY) -m training.input_ranges $(wildcard assets/weights/lite-*.safetensors) $(addprefix --pairs ,$(PAIRS))

MINUTES ?= 60
soak: setup  ## an hour with live cameras and forced faults; MINUTES=5 for less
	@$(PY) -m tests.soak --minutes $(MINUTES) --page

lint: setup  ## style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: setup  ## lay out the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

setup: $(VENV)/.ready  ## virtual environment, dependencies, system libraries

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is none. Install one and say: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV); this takes a few minutes, once."
	@$(PYTHON) -m venv $(VENV) || { echo "The virtual environment could not be made. Debian and Ubuntu may lack: sudo apt-get install python3-venv"; exit 1; }
	@$(PY) -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[dev,cpu]'
	@$(MAKE) --no-print-directory libraries
	@touch $@

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
