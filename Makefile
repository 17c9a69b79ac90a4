# The only entry point for people and CI; `make help` explains.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

.PHONY: help setup run test test-security test-chaos check fmt contracts release-contracts lock sbom audit mutate bench bench-compare bench-matters test-switch bench-telephony clean

help: ## Show what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready-dev ## Make .venv with everything, `hotline` included (nothing else is touched)

run: .venv/ready ## Start the whole hotline from nothing and drive a demonstration (ARGS=--exit ends it)
	$(BIN)/hotline up --demo $(ARGS)

test: .venv/ready-dev ## Run the tests on real servers started here (ARGS=… goes to pytest)
	$(BIN)/pytest $(ARGS)

test-security: .venv/ready-dev ## Attack it: sizes, moments, forged events, dead letters, access, marks, a bounded seeded fuzz
	$(BIN)/pytest tests/security -m "security or not security" $(ARGS)

test-chaos: .venv/ready-dev ## Kill services, stores and brokers under load and count what was lost (nothing)
	$(BIN)/pytest tests/chaos -m chaos $(ARGS)

test-switch: .venv/ready-dev ## Place real calls on a real Asterisk (Debian's packages, unpacked under ./var)
	$(BIN)/pytest tests/switch -m switch $(ARGS)

check: .venv/ready-dev ## ruff, mypy --strict, import-linter, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m contracts.generate --check
	$(BIN)/python -m hotline.coverage --check

fmt: .venv/ready-dev ## Format and fix what can be fixed
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

contracts: .venv/ready-dev ## Write samples, schemas, AsyncAPI and docs; fail on a change that breaks a released contract
	$(BIN)/python -m contracts.generate
	$(BIN)/python -m contracts.compare
	$(BIN)/python -m hotline.coverage

release-contracts: .venv/ready-dev ## Record the present schemas and samples, with the commit, as VERSION=1.1
	$(BIN)/python -m contracts.release $(VERSION)

sbom: .venv/ready-dev ## Write the bill of materials of the image, from the lock, to build/sbom.json (CycloneDX)
	mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json

audit: .venv/ready-dev ## Ask for known holes in what is locked; fails also where the advisories cannot be had
	$(BIN)/pip-audit -r requirements.lock --require-hashes --disable-pip --strict --progress-spinner off

mutate: .venv/ready-dev ## Change every number of the procedures a little and print those that no case notices
	$(BIN)/python -m hotline.mutate $(ARGS)

lock: .venv/ready-dev ## Pin every dependency again, with hashes and without addresses
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements-dev.lock

bench: .venv/ready-dev ## Measure rules, loops, events and latency to the end; fails where something could not be done
	status=0; for part in rules loops events latency; do $(BIN)/python -m bench.$$part $(ARGS) || status=1; done; exit $$status

bench-compare: .venv/ready-dev ## Set what a ticket costs, in counts, beside REV=…: calls to stores, events, bytes, calls of functions
	$(BIN)/python -m bench.compare $(REV)

bench-matters: .venv/ready-dev ## Measure "same matter" at 10,000, 100,000 and 1,000,000 past tickets
	$(BIN)/python -m bench.matters $(ARGS)

bench-telephony: .venv/ready-dev ## Measure the phone switch's messages a second, calls at once, and how soon a screen knows
	$(BIN)/python -m bench.telephony $(ARGS)

clean: ## Remove the environment, caches and everything the system kept under ./var
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/tools: requirements-setup.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r requirements-setup.lock
	touch $@

.venv/ready: .venv/tools requirements.lock pyproject.toml
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	touch $@
