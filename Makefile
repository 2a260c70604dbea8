# Every command a person types. `make` lists them.
#
#   make run PORT=3001 DATA=.local-2      settings are given like this
#   make run ARGS="--cases 200"           and what has no setting of its own like this: see make run ARGS=--help

PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m operations local
SCRIPTS := deploy/bootstrap.sh deploy/engine.sh $(wildcard deploy/compose/*.sh deploy/images/*.sh deploy/images/*/*.sh)
ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help ready run stop reset doctor shell manage test unit journeys test-platform permissions check fix docs dev dev-down dev-people images site render lock-localstack bench clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

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
	@$(PYTHON) -m pytest -n 2 --dist loadfile --ignore tests/journeys --ignore tests/platform/lab $(ARGS)

journeys: ready ## the tests in a browser
	@$(PYTHON) -m pytest tests/journeys $(ARGS)

test-platform: ready ## prove the platform: images, dev stack, production site, faults under load. Needs root
	@exec sh deploy/engine.sh run $(PYTHON) -m tests.platform $(ARGS)

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
	@$(PYTHON) -m operations render --check
	@.venv/bin/shellcheck $(SCRIPTS) .ci/run

fix: ready ## put the style right where that can be done by itself
	@$(PYTHON) -m ruff check --fix --quiet . || true
	@$(PYTHON) -m ruff format .

docs: export CORRESPONDENCE_WITHOUT_SECRETS = 1
docs: ready ## write the pages of docs/reference from the code
	@$(PYTHON) manage.py write_reference

dev: ## start the developer's stack in containers; its source is this checkout
	@exec sh deploy/compose/dev.sh up

dev-down: ## stop the developer's stack and forget what it held
	@exec sh deploy/compose/dev.sh down

dev-people: ## who can sign in to the developer's stack
	@exec sh deploy/compose/dev.sh people

images: ready ## build all images: make images ARGS="app web"
	@exec $(PYTHON) -m operations build $(ARGS)

site: ready ## bring up the production site, or bring it up to date: make site ARGS=--host=foi.example.org
	@exec $(PYTHON) -m operations up production $(ARGS)

render: ready ## write what Compose needs of deploy/platform.toml anew
	@exec $(PYTHON) -m operations render

lock-localstack: ## fix the versions in the image of LocalStack anew, after a change of its requirements.in
	@cd deploy/images/localstack && uv pip compile --quiet --generate-hashes --python-version 3.13 --no-emit-index-url \
		--custom-compile-command "make lock-localstack" requirements.in --output-file requirements.txt

bench: ready ## load 20,000 cases and measure
	@exec $(PYTHON) -m bench $(ARGS)

clean: ## delete what was installed and built; the data folder stays
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
