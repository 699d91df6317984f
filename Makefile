# The commands a person or CI runs; `make help` lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
INSTALLED := .venv/installed.txt
INSTALLED_DEV := .venv/installed-dev.txt
PAGES = $(shell find templates -name '*.html')

# With bytecode a process starts in half the time; some images forbid it.
unexport PYTHONDONTWRITEBYTECODE
# What `make check` remembers of the last run.
export TESTMON_DATAFILE := var/testmon
TESTS = $(PY) -m pytest -n $(or $(PROCESSES),2)
QUICK = -m "not journey and not slow"

# Of the campaign: its seed (random), its size, and one schedule to run again.
SCHEDULES ?= 500
CAMPAIGN = --schedules $(SCHEDULES) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) \
	$(if $(FIRST),--first $(FIRST) --stories 0)

# Everything that what we ask for pulls in; with UPGRADE=1 the newest of it.
COMPLETE = UV_CUSTOM_COMPILE_COMMAND="make requirements" .venv/bin/uv pip compile --quiet --no-emit-index-url \
	--universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade)

.PHONY: help installed run check test test-fast test-postgres test-costs proof-campaign proof-guards proof-queue lint format rooms guards requirements fonts browser

help:
	@echo "make run            the demonstration, on http://127.0.0.1:8000 (PORT=8010 make run moves it)"
	@echo "make check          lint, and for 50 seconds (SECONDS=) the quick tests that what you changed can reach"
	@echo "make test           all tests, in Chromium too: a quarter of an hour on two cores"
	@echo "make test-fast      the tests without the browser and the long ones"
	@echo "make test-postgres  on a PostgreSQL of their own, the tests that touch the database"
	@echo "make test-costs     what each test took the last time, the dearest first"
	@echo "make proof-campaign an hour: random faults against the payments, on SQLite and PostgreSQL (SEED= SCHEDULES= FIRST= ONLY=)"
	@echo "make proof-guards   half an hour: each guard of the shop switched off, one at a time; a test has to notice (ONLY=)"
	@echo "make proof-queue    a minute: the desk's queue with 50,000 prescriptions, on SQLite and PostgreSQL (QUEUE=)"
	@echo "make lint           format, lint, types, imports, templates, migrations"
	@echo "make format         format Python and templates"
	@echo "make requirements   write requirements*.txt anew, with hashes, from requirements*.in (UPGRADE=1 renews all)"
	@echo "make rooms          draw the rooms of the shop and who knows whom, docs/rooms.svg"
	@echo "make guards         write the table of guards into docs/campaign.md"

run: $(INSTALLED) fonts
	@exec $(PY) -m shop.demo.run

check: lint fonts
	$(TESTS) --testmon --within=$(or $(SECONDS),50) $(QUICK)

test: $(INSTALLED_DEV) fonts browser
	$(TESTS)

test-fast: $(INSTALLED_DEV) fonts
	$(TESTS) $(QUICK)

test-postgres: $(INSTALLED_DEV) fonts browser
	.ci/with-postgres $(TESTS) --database-only

test-costs: $(INSTALLED_DEV)
	@$(PY) -m tests.quick.costs

# Proofs take longer than a change waits for: they are run when their part of the shop changes, and
# each has a sample of a minute among the tests.
proof-campaign: $(INSTALLED_DEV)
	$(PY) -m tests.campaign $(CAMPAIGN)
	.ci/with-postgres $(PY) -m tests.campaign $(CAMPAIGN)

proof-guards: $(INSTALLED_DEV) fonts
	$(PY) -m tests.guards "$(ONLY)"

proof-queue: export QUEUE ?= 50000
proof-queue: $(INSTALLED_DEV)
	$(PY) -m pytest -n 0 -s tests/review/test_large_queue.py
	.ci/with-postgres $(PY) -m pytest -n 0 -s tests/review/test_large_queue.py

lint: $(INSTALLED_DEV)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	@.venv/bin/djade --check $(PAGES)
	@$(PY) -m djhtml --check $(PAGES)
	$(PY) -m djlint --lint --quiet templates
	$(PY) manage.py makemigrations --check --dry-run --settings=shop.settings.test

format: $(INSTALLED_DEV)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	@.venv/bin/djade $(PAGES)
	@$(PY) -m djhtml $(PAGES)

rooms: $(INSTALLED_DEV)
	@$(PY) -m tests.site.rooms > docs/rooms.svg

guards: $(INSTALLED_DEV)
	@$(PY) -m tests.guards --table

requirements: $(INSTALLED_DEV)
	@$(COMPLETE) requirements.in -o requirements.txt
	@$(COMPLETE) requirements-dev.in -c requirements.txt -o requirements-dev.txt

installed: $(INSTALLED_DEV)

fonts: $(INSTALLED)
	@$(PY) -m shop.pages.fonts

# Debian's Chromium where there is one, best the one without windows, which takes a third of the
# time; else Playwright's own; else the journeys say that there is none.
browser: $(INSTALLED_DEV)
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || \
		$(PY) -m playwright install --only-shell chromium >/dev/null 2>&1 || true

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo "Installing the shop's packages (half a minute) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@cp requirements.txt $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	@echo "Installing the tests' packages (half a minute) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@cp requirements-dev.txt $@
