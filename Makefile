# The course from a bare checkout: Python 3.11 or newer, git and make are all it takes.
#
#   make lab      set up, then open the course in JupyterLab       PORT=8888  BROWSER=0 (a server)
#   make test     set up, then run every test                      JOBS=2
#   make setup    the set-up alone                                 VENV=path  PYTHON=python3.12  TORCH=cpu
#   make build    execute lessons under full, store them           NB="02 03"
#   make site     the lessons as pages to read, in build/site
#   make wheel    the package with the lessons, results and trained models in it, in dist
#   make lint     ruff: rules and format
#   make test-oldest, test-newest    the tests with the oldest and the newest versions that the bounds admit
#   make test-colab                  the lessons by Run all, with what Colab has (both: an environment of several GB)
#   make clean    remove what the commands wrote, but not the environment, nor models that were trained
#
# Set-up does what is not done yet, so it is quick the second time. VENV, PYTHON and TORCH go with every target.

VENV = .venv
PYTHON =
TORCH =
PORT = 8888
BROWSER = 1
JOBS = 2
NB =

BIN = $(VENV)/bin

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '1,14p'

setup:
	@VENV="$(VENV)" PYTHON="$(PYTHON)" TORCH="$(TORCH)" sh .ci/setup

lab: setup
	@if [ "$(BROWSER)" = 0 ]; then set -- --no-browser; else set --; fi; \
	exec "$(BIN)/tlcourse" lab --port "$(PORT)" "$$@"

# One call for all. loadfile keeps the cells of a notebook together; what takes long comes first and in this order,
# so that neither worker is left alone with it at the end.
test: setup
	@"$(BIN)/python" -m pytest -n "$(JOBS)" --dist loadfile --no-loadscope-reorder \
		--nbval-lax --nbval-current-env --nbval-cell-timeout 240 tests/notebooks tests/browser notebooks tests

test-oldest test-newest:
	@VENV="$(VENV)" PYTHON="$(PYTHON)" TORCH="$(TORCH)" JOBS="$(JOBS)" sh tests/bounds/run "$(@:test-%=%)"

test-colab: setup
	@"$(BIN)/python" tests/colab/run_all.py $(if $(PYTHON),--python "$(PYTHON)") $(NB)

build: setup
	@"$(BIN)/tlcourse" build $(NB)

site: setup
	@"$(BIN)/tlcourse" site

wheel: setup
	@rm -rf build/lib build/bdist.*  # setuptools would take along what an earlier version left there
	@TLCOURSE_WHEEL=whole "$(BIN)/python" -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir dist .

lint: setup
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .

clean:
	rm -rf build dist runs/fast runs/full runs/fast-solved runs/full-solved .pytest_cache .ruff_cache .hypothesis tlcourse.egg-info

.PHONY: help setup lab test test-oldest test-newest test-colab build site wheel lint clean
