# The house's commands. `make demo` to try it, `make test` to prove it; the rest is for people who work on it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo test check bench survive check-pages fuzz

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup-demo: ## Install what the demo needs and this machine lacks
	@.ci/setup demo

setup: ## Install what the tests need and this machine lacks
	@.ci/setup test

demo: setup-demo ## Everything in one process on http://127.0.0.1:8080, with letters to look at
	cargo run --release --locked -- demo

test: setup ## Every test
	cargo test --locked

check: ## Form, lints, documentation, licences
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check licenses bans sources; \
	else echo "cargo-deny is not installed: licences were not checked (cargo install cargo-deny)"; fi

bench: setup ## The figures of docs/performance.md
	cargo bench --locked --bench figures

survive: setup ## Races, crashes and outages at their full counts (long)
	PULIH_ROUNDS=full cargo test --release --locked --test it -- survive:: races:: --test-threads=1 --nocapture

check-pages: setup ## Every page in every state, language and theme in a real browser (long)
	PULIH_ROUNDS=full cargo test --release --locked --test it -- pages:: browser:: --test-threads=1 --nocapture

fuzz: ## Each parser of foreign bytes against a minute of invented ones
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is not installed: cargo install cargo-fuzz --locked" >&2; exit 1; }
	cd fuzz && for target in $$(RUSTC_BOOTSTRAP=1 cargo fuzz list); do \
		mkdir -p corpus/$$target seeds/$$target; \
		RUSTC_BOOTSTRAP=1 cargo fuzz run $$target corpus/$$target seeds/$$target -- \
			-max_total_time=$${FUZZ_SECONDS:-60} -timeout=10 -rss_limit_mb=2048 -max_len=65536; done
