# The commands of this project. Everything that they make lies in .registry/.
#   make demo    a filled registry on this machine; Ctrl-C stops it      make stop, status, clean
#   make test    all tests, with their own set-up; TESTS="tests/unit -k word" chooses some
#   make test-fast: without services    make test-suites: CKAN's own tests and those of extensions
#   make lint    style and types (make format mends)    make lock: pin anew    make up: only the servers
# PORT=5001 moves the portal, PORT_OFFSET=10 all ports; DATABASE_URL, REDIS_URL and
# ELASTICSEARCH_URL name servers to use instead of the embedded ones; ELASTICSEARCH_MAJOR=9 embeds 9.x.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; done; echo $$name)
BIN := .registry/venv/bin
STACK := $(BIN)/python -P -m migration_stack
ENVIRONMENT := PYTHONPATH=stack $(PYTHON) -m migration_stack.environment
PATHS := setup.py vocabularies schemas harvesters stack ckanext-migration examples tests benchmarks
export PORT PORT_OFFSET ELASTICSEARCH_MAJOR LANES

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-suites up stop status clean lint format lock environment

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -7

demo:
	@$(ENVIRONMENT) --with-java
	@$(STACK) demo $(if $(DEMO_ONCE),--once)

test:
	@$(ENVIRONMENT) --with-java
	@$(STACK) test $(if $(TESTS),-- $(TESTS))

test-fast:
	@$(ENVIRONMENT)
	@$(STACK) test --fast

test-suites:
	@$(ENVIRONMENT) --with-java
	@$(STACK) test --suites $(SUITE) $(if $(TESTS),-- $(TESTS))

up:
	@$(ENVIRONMENT) --with-java
	@$(STACK) up

stop status:
	@if [ -x $(BIN)/python ]; then $(STACK) $@; else echo "nothing was set up yet"; fi

clean:
	@if [ -x $(BIN)/python ]; then $(STACK) stop; fi
	@PYTHONPATH=stack $(PYTHON) -m migration_stack.places

environment:
	@$(ENVIRONMENT)

lint: environment
	$(BIN)/ruff check $(PATHS)
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/mypy vocabularies schemas harvesters stack

format: environment
	$(BIN)/ruff check --fix $(PATHS)
	$(BIN)/ruff format $(PATHS)

# psycopg2 has to be compiled; psycopg2-binary is the same library with its parts inside.
UV = .registry/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--override .registry/lock/overrides.txt --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
lock:
	@$(PYTHON) -m venv .registry/lock && .registry/lock/bin/pip install --quiet "uv>=0.9,<1"
	@echo 'psycopg2; python_version < "3"' > .registry/lock/overrides.txt
	@echo psycopg2-binary > .registry/lock/driver.in
	@$(UV) --extra dev --output-file requirements.lock setup.py
	@$(UV) --extra registry --constraint requirements.lock --output-file docker/requirements.lock \
		setup.py .registry/lock/driver.in
	@rm -rf .registry/lock
