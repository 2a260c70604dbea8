# Every command a person types. `make` lists them.
#
#   make run PORT=3001 DATA=.local-2      settings are given like this
#   make run ARGS="--cases 200"           and what has no setting of its own like this: see make run ARGS=--help

PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m operations local
SCRIPTS := deploy/bootstrap.sh
ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help ready run stop reset doctor shell manage test unit journeys permissions check fix docs bench clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

ready:
	@exec sh deploy/bootstrap.sh

run: ready ## start everything; nothing needs to be installed first
	@exec $(LOCAL) run $(ARGS)

stop: ready ## stop what runs on the data folder, from another window
	@exec $(LOCAL) stop $(ARGS)

reset: ready ## delete the data folder; the next run starts afresh
	@exec $(LOCAL) reset $(ARGS)

doctor: ready ## say whether this machine can run it, point by point
	@exec $(LOCAL) doctor $(ARGS)

shell: ready ## a Python prompt with the application, beside a running one
	@exec $(LOCAL) manage shell

manage: ready ## one of the application's commands: make manage ARGS="policy matrix"
	@exec $(LOCAL) manage $(ARGS)

test: ready ## prove it: the checks, the tests, the journeys in a browser
	@sh deploy/bootstrap.sh browser
	@$(MAKE) --no-print-directory check unit journeys

unit: ready ## the tests that need no browser: make unit ARGS=tests/rulebook
	@$(PYTHON) -m pytest -n 2 --dist loadfile --ignore tests/journeys $(ARGS)

journeys: ready ## the tests in a browser
	@$(PYTHON) -m pytest tests/journeys $(ARGS)

permissions: ready ## write the table of who may open which address anew
	@$(PYTHON) -m pytest -q tests/permissions/write.py

check: export CORRESPONDENCE_WITHOUT_SECRETS = 1
check: ready ## style, types, imports, templates, migrations, policy tables, scripts
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m djlint --lint --quiet src/correspondence/pages/templates
	@$(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --skip-checks
	@$(PYTHON) manage.py policy check
	@for script in $(SCRIPTS); do sh -n "$$script" || exit 1; done; bash -n .ci/run

fix: ready ## put the style right where that can be done by itself
	@$(PYTHON) -m ruff check --fix --quiet . || true
	@$(PYTHON) -m ruff format .

docs: export CORRESPONDENCE_WITHOUT_SECRETS = 1
docs: ready ## write the pages of docs/reference from the code
	@$(PYTHON) manage.py write_reference

bench: ready ## load 20,000 cases and measure
	@exec $(PYTHON) -m bench $(ARGS)

clean: ## delete what was installed and built; the data folder stays
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
