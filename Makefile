# Everything a person or a CI needs; `make help` lists it. Only Python 3.11+ and make are assumed.

SYSTEM_PYTHON := $(shell command -v python3.11 || command -v python3)
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
# Two workers; a file stays with one of them, so that what it loads for all its tests is loaded once.
# The files come in the order of tests/conftest.py.
TWO := -n 2 --dist loadfile --no-loadscope-reorder
# Python compiles a module when it is first imported: doing it beforehand for all of them, used or not,
# takes pip half of its time.
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-compile \
	--require-hashes --no-deps -r
UV_COMPILE := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
PORT ?= 8000
CATALOGUES := $(wildcard locale*/*/LC_MESSAGES/*.po)

# What a production system would have to say; `check --deploy` needs no server behind it.
PRODUCTION := EMR_MODE=production EMR_ALLOWED_HOSTS=emr.example.vn EMR_SITE_URL=https://emr.example.vn EMR_VAR=build/check \
	DATABASE_URL=postgres://emr@localhost/emr REDIS_URL=redis://localhost/0 \
	SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test test-sample test-postgres journeys properties mutants lint types style format bench \
	bench-large bench-nation chaos upgrade scan bundle screenshots messages lock clean api-cases api-client

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/base-installed build/built ## Make .venv from the hash-pinned lock, compile translations and fonts

install-dev: $(VENV)/dev-installed build/built ## The same with the tools for tests, checks and benches

$(VENV)/bin/python:
	@test -n "$(SYSTEM_PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(SYSTEM_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(SYSTEM_PYTHON) -m venv $(VENV)

$(VENV)/base-installed: requirements/base.lock | $(VENV)/bin/python
	$(PIP_INSTALL) $<
	@touch $@

$(VENV)/dev-installed: requirements/dev.lock | $(VENV)/bin/python
	$(PIP_INSTALL) $<
	@touch $@ $(VENV)/base-installed

$(VENV)/scan-installed: requirements/scan.lock | $(VENV)/dev-installed
	$(PIP_INSTALL) $<
	@touch $@

# Order only: the one of the two locks that was installed is enough.
build/built: rollout/site/build.py $(CATALOGUES) | $(VENV)/bin/python
	@test -e $(VENV)/base-installed || $(MAKE) --no-print-directory $(VENV)/base-installed
	$(PYTHON) -m rollout.site.build
	@touch $@

run: install ## Serve everything on http://127.0.0.1:8000 (PORT=, EMPTY=1, EMR_VAR=, EMR_TODAY=), Ctrl-C ends it
	@exec $(PYTHON) -m rollout.site.serve --port $(PORT) $(if $(EMPTY),--empty)

test: install-dev ## The suite on SQLite
	$(PYTEST) $(TWO) -m "not journey" $(ARGS)

test-sample: install-dev ## What SQLite may answer differently than PostgreSQL, and of the rest every sixteenth file
	$(PYTEST) $(TWO) -m "not journey" --sample 16 $(ARGS)

test-postgres: install-dev ## The suite on PostgreSQL and Redis: DATABASE_URL, REDIS_URL, or throw-away ones
	$(PYTHON) -m tests.services -- $(PYTEST) $(TWO) -m "not journey" $(ARGS)

journeys: install-dev ## People's paths through the pages in a real Chromium
	$(PYTEST) $(TWO) -m journey $(ARGS)

properties: install-dev ## What must hold in any world, tried in ten times as many (DEPTH=)
	DEPTH=$(or $(DEPTH),10) $(PYTEST) $(TWO) $(shell grep -rl "tests.examples" tests --include="test_*.py") $(ARGS)

api-cases: install-dev $(VENV)/scan-installed ## Calls of the API made up from its description, as each role, against the demo on PORT (ARGS="--cases 200")
	$(PYTHON) -m tests.api_cases --port $(PORT) $(ARGS)

api-client: install-dev $(VENV)/scan-installed ## A typed client made from the API's description, with its examples (ARGS="--port 8000" runs them against the demo)
	$(PYTHON) -m tests.api_client $(ARGS)

mutants: install-dev ## Whether a test notices when a rule is changed (ARGS="--minutes 5 --seed 2 facilities/lineage.py")
	$(PYTHON) -m tests.mutants $(ARGS)

chaos: install-dev ## What is lost when any part fails while officers write (ARGS="--minutes 10 --facts 10000 --only disk")
	$(PYTHON) -m tests.chaos $(ARGS)

upgrade: install-dev ## The code of a release before on the new schema, a takeover without a pause, and the way back (ARGS="--from v1.2")
	$(PYTHON) -m tests.upgrade $(ARGS)

scan: install-dev $(VENV)/scan-installed ## What scanners say: nought, or each answered in docs/security.md
	$(PYTHON) -m tests.scan $(ARGS)

bundle: install-dev $(VENV)/scan-installed ## Everything a machine without a network needs, and the proof of it, in build/bundle
	$(PYTHON) deploy/bundle.py
	$(PYTHON) deploy/bundle.py --prove

lint: types style ## Style, types, templates, compose file, missing migrations, deployment checks

types: install-dev
	$(VENV)/bin/mypy

style: install-dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m djlint --lint --quiet .
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	DATABASE_URL=sqlite://:memory: $(PYTHON) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

format: install-dev ## Put the Python code into its one format
	$(PYTHON) -m ruff check --fix-only --quiet .
	$(PYTHON) -m ruff format .

bench: install-dev ## Query counts, times as ratios, sizes
	$(PYTHON) -m tests.services -- $(PYTHON) -m bench $(ARGS)

bench-large: install-dev ## The same at 15,000 facilities: first readers, nights, lists, devices
	$(PYTHON) -m tests.services -- $(PYTHON) -m bench --large kept nightly lists devices $(ARGS)

bench-nation: install-dev ## 34 provinces: the night by 1, 2, 4 workers, pages, lists, beats (SCALE=0.1 for a short run)
	$(PYTHON) -m tests.services -- $(PYTHON) -m bench.nation --scale $(or $(SCALE),1) $(ARGS)

screenshots: install-dev ## Pictures of the pages into build/screenshots
	$(PYTHON) -m tests.screenshots $(ARGS)

messages: install-dev ## Collect new texts into locale/ (needs gettext)
	@command -v xgettext > /dev/null || { echo "Install gettext first (apt-get install gettext)."; exit 1; }
	$(PYTHON) manage.py makemessages --locale vi --no-location --no-wrap --no-obsolete --ignore .venv --ignore build --ignore tests

lock: install-dev ## Resolve requirements/*.in again
	cd requirements && $(UV_COMPILE:$(VENV)%=../$(VENV)%) base.in -o base.lock
	cd requirements && $(UV_COMPILE:$(VENV)%=../$(VENV)%) dev.in -o dev.lock
	cd requirements && $(UV_COMPILE:$(VENV)%=../$(VENV)%) scan.in -o scan.lock

clean: ## Remove what was made here, but not the data in var/
	rm -rf build $(VENV) .pytest_cache .ruff_cache .hypothesis .coverage htmlcov test-results
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
	rm -f locale*/*/LC_MESSAGES/*.mo
