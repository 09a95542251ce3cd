# Every target sets up what it needs first, and does not repeat what is up to date.
#
#   make demo    the main job on real recordings          make lint      formatting, lints, documentation, types
#   make test    everything that CI checks                make bench     speed of the Rust kernel
#   make setup   all that the other targets need          make accuracy  beats and rates against references
#   make docs    Rust documentation, README's figure      make peers     the same, beside other open packages
#   make wasm    the npm package, into wasm/pkg           make clean     removes what these targets made
#
# PYTHON names the interpreter for .venv, PLETHYS_DATA a folder of recordings, CHROMIUM a browser.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV))/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
RUST_TARGETS := thumbv7em-none-eabihf wasm32-unknown-unknown

# One place for all that cargo builds, also for pip and npm, which call it.
export CARGO_TARGET_DIR := $(or $(CARGO_TARGET_DIR),$(abspath target))
# Tests must not depend on what a developer's shell sets.
unexport PYTHONPATH PYTHONHOME RUSTFLAGS

KERNEL := Cargo.toml Cargo.lock core/Cargo.toml datasets/Cargo.toml $(shell find core/src datasets/src -name '*.rs') \
	datasets/catalogue.toml
EXTENSION := $(KERNEL) python/Cargo.toml python/pyproject.toml $(shell find python/src -name '*.rs')
MODULE := $(KERNEL) wasm/Cargo.toml wasm/build.mjs wasm/tsconfig.json wasm/tsconfig.pulses.json wasm/bindgen/Cargo.toml \
	$(shell find wasm/src wasm/bindgen/src wasm/ts -type f)

TOOLS := $(VENV)/.tools
PACKAGE := $(VENV)/.plethys
NODE_MODULES := wasm/node_modules/.package-lock.json
PKG := wasm/pkg/package.json

.PHONY: help setup demo test lint bench accuracy peers wasm docs clean
.PHONY: lint-rust lint-python docs-checked no-std msrv test-rust test-python test-wasm rust-targets browser

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

setup: rust-targets $(PACKAGE) $(NODE_MODULES) $(PKG) browser

# --- the main job

demo: $(PACKAGE)
	$(BIN)/python -m plethys.demo --output demo-output

# --- what CI checks, what fails soonest first

test: lint test-rust no-std msrv test-python test-wasm

lint: lint-rust docs-checked lint-python

lint-rust: rust-targets
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy -p plethys --no-default-features --locked -- -D warnings
	cargo clippy -p plethys-wasm --no-default-features --locked -- -D warnings

docs-checked:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

test-rust:
	if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --locked; else cargo test --locked --lib --bins --tests --examples; fi
	cargo test --locked --doc

# The kernel without the standard library, as a microcontroller would use it.
no-std: rust-targets
	cargo build -p plethys --no-default-features --target thumbv7em-none-eabihf --locked

# Clippy's `incompatible_msrv` has looked at our own code; this also compiles the dependencies with the oldest compiler.
msrv:
	if rustup run $(MSRV) rustc --version 2>/dev/null || rustup toolchain install $(MSRV) --profile minimal --no-self-update; then \
		cargo +$(MSRV) check -p plethys -p plethys-datasets -p plethys-python -p plethys-wasm --locked; \
	else \
		echo "msrv: Rust $(MSRV) is not here and cannot be installed; only clippy's incompatible_msrv was checked"; \
	fi

lint-python: $(PACKAGE)
	cd python && $(BIN)/python -m ruff check . ../benches/accuracy
	cd python && $(BIN)/python -m mypy
	cd python && $(BIN)/python -m mypy.stubtest plethys._plethys

test-python: $(PACKAGE)
	cd python && $(BIN)/python -m pytest
	cd benches/accuracy && $(BIN)/python -m pytest

test-wasm: $(PKG) browser
	cd wasm && npm test

# --- measuring

bench:
	cargo bench -p plethys-benches --locked

accuracy: $(PACKAGE)
	$(BIN)/python benches/accuracy

peers: $(PACKAGE)
	$(BIN)/python benches/accuracy/make_peers.py
	$(BIN)/python benches/accuracy

# --- set-up

wasm: $(PKG)

docs: $(PACKAGE)
	cargo doc --workspace --no-deps --locked
	$(BIN)/python docs/figure.py
	$(BIN)/python docs/thermography.py
	$(BIN)/python docs/study.py
	@echo "$(CARGO_TARGET_DIR)/doc/plethys/index.html"

rust-targets:
	@installed=$$(rustup target list --installed); \
	for target in $(RUST_TARGETS); do \
		grep -qx "$$target" <<<"$$installed" || rustup target add "$$target"; \
	done

$(TOOLS): python/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=python3.x")'
	@echo "setup: a Python environment in $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --constraint python/constraints.txt maturin wfdb flyr
	@touch $@

# Installed in place: changes in python/plethys/*.py need no new installation. maturin is found through PATH.
$(PACKAGE): $(TOOLS) $(EXTENSION)
	@echo "setup: compiling the kernel and its Python extension into $(VENV); a first time takes some minutes"
	@PATH="$(BIN):$$PATH" $(PIP) install --constraint python/constraints.txt --no-build-isolation --editable 'python[dev]'
	touch $@

$(NODE_MODULES): wasm/package.json wasm/package-lock.json
	cd wasm && npm ci --no-audit --no-fund
	touch $@

$(PKG): $(NODE_MODULES) $(MODULE) | rust-targets
	cd wasm && npm run --silent build

# Debian's Chromium for the browser tests, which skip, and say so, where there is none.
browser:
	@if [[ -n "$${CHROMIUM:-}" ]] || command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	if [[ $$(id -u) = 0 ]] && command -v apt-get >/dev/null \
		&& apt-get update -qq </dev/null \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium </dev/null; then exit 0; fi; \
	echo "browser: no Chromium here and none could be installed: the browser tests will be skipped"

clean:
	cargo clean
	rm -rf $(VENV) .peers demo-output wasm/node_modules wasm/pkg python/plethys/*.so
	find python benches \( -name __pycache__ -o -name .pytest_cache -o -name .mypy_cache -o -name .ruff_cache -o -name .hypothesis \) \
		-prune -exec rm -rf {} +
