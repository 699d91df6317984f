# The commands a person or CI runs; `make help` lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
INSTALLED := .venv/installed.txt
INSTALLED_DEV := .venv/installed-dev.txt
PAGES = $(shell find templates -name '*.html')

# Of the campaign: its seed (random), its size, and one schedule to run again.
SCHEDULES ?= 500
CAMPAIGN = --schedules $(SCHEDULES) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# Everything that what we ask for pulls in; with UPGRADE=1 the newest of it.
COMPLETE = UV_CUSTOM_COMPILE_COMMAND="make requirements" .venv/bin/uv pip compile --quiet --no-emit-index-url \
	--universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade)

.PHONY: help run test test-fast test-postgres campaign check lint format rooms requirements fonts browser

help:
	@echo "make run            the demonstration, on http://127.0.0.1:8000 (PORT=8010 make run moves it)"
	@echo "make test           all tests, in Chromium too"
	@echo "make test-fast      the tests without the browser and the long ones"
	@echo "make test-postgres  all tests on a PostgreSQL of their own"
	@echo "make campaign       random faults against the payments, on SQLite and PostgreSQL (SEED= SCHEDULES= ONLY=)"
	@echo "make check          format, lint, types, imports, templates, migrations, fast tests"
	@echo "make format         format Python and templates"
	@echo "make requirements   write requirements*.txt anew, with hashes, from requirements*.in (UPGRADE=1 renews all)"
	@echo "make rooms          draw the rooms of the shop and who knows whom, docs/rooms.svg"

run: $(INSTALLED) fonts
	@exec $(PY) -m shop.demo.run

test: $(INSTALLED_DEV) fonts browser
	$(PY) -m pytest -n 2

test-fast: $(INSTALLED_DEV) fonts
	$(PY) -m pytest -n 2 -m "not journey and not slow"

test-postgres:
	.ci/with-postgres $(MAKE) test

campaign: $(INSTALLED_DEV)
	$(PY) -m tests.campaign $(CAMPAIGN)
	.ci/with-postgres $(PY) -m tests.campaign $(CAMPAIGN)

check: lint test-fast

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

requirements: $(INSTALLED_DEV)
	@$(COMPLETE) requirements.in -o requirements.txt
	@$(COMPLETE) requirements-dev.in -c requirements.txt -o requirements-dev.txt

fonts: $(INSTALLED)
	@$(PY) -m shop.pages.fonts

# Debian's Chromium where there is one; else Playwright's own.
browser: $(INSTALLED_DEV)
	@command -v chromium >/dev/null || $(PY) -m playwright install chromium

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@cp requirements.txt $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@cp requirements-dev.txt $@
