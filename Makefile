# Short names for the scripts, whose --help says more. ARGS is passed on: make test ARGS="-R Inventory"
.DEFAULT_GOAL := help
.PHONY: help setup run watch build test test-unit test-integration test-coverage coverage lint lint-fix fmt bench \
	load-test migrate-up migrate-down migrate-status migrate-create seed reset-db clean clean-all

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install everything, the hook before a commit, a first build, sample events
	scripts/setup.sh

run: ## Serve sample events on http://127.0.0.1:8080; ARGS="-- --log-level debug"
	scripts/run.sh $(ARGS)

watch: ## The same, again whenever a source file changes
	scripts/watch.sh $(ARGS)

build: ## Build the program; ARGS=debug
	scripts/build.sh $(ARGS)

test: ## Every test, the sanitizers too; ARGS="--quick -R Inventory"
	scripts/test.sh $(ARGS)

test-unit: ## The tests that need neither a store nor a socket
	scripts/test.sh --quick --unit $(ARGS)

test-integration: ## The others: real journals, PostgreSQL, Redis, browsers, servers that are killed
	scripts/test.sh --quick --integration $(ARGS)

coverage: ## What share of the code the tests run, and build/coverage/html/index.html
	scripts/coverage.sh $(ARGS)

test-coverage: ## The same as coverage
	scripts/coverage.sh $(ARGS)

lint: ## Format, shellcheck, clang-tidy; ARGS=--changed or --fast
	scripts/lint.sh $(ARGS)

lint-fix: ## Mend what clang-format and clang-tidy can, and say what is left
	scripts/lint.sh --fix $(ARGS)

fmt: ## Format the C++ files
	scripts/fmt.sh $(ARGS)

bench: ## Measure it against its targets, in turns with nginx
	scripts/bench.sh $(ARGS)

load-test: ## Load the server of `make run`; ARGS="-- --rate 2000 --scenario mixed"
	scripts/load-test.sh $(ARGS)

migrate-up: ## Bring the schema of the database at FRONTROW_STORE up to date
	scripts/frontrow.sh migrate up $(ARGS)

migrate-down: ## Take its newest step back, and what it kept with it
	scripts/frontrow.sh migrate down $(ARGS)

migrate-status: ## Which steps it has
	scripts/frontrow.sh migrate status $(ARGS)

migrate-create: ## Begin a step of the schema; ARGS=add_orders
	scripts/new-migration.sh $(ARGS)

seed: ## Put the sample events into an empty store
	scripts/frontrow.sh seed $(ARGS)

reset-db: ## Forget everything that was sold, and seed; ARGS=--yes
	scripts/reset-db.sh $(ARGS)

clean: ## Delete what was built; what was sold stays
	scripts/clean.sh

clean-all: ## Delete what was built and what was sold; asks; ARGS=--yes
	scripts/clean.sh --all $(ARGS)
