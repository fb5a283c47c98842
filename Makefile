# Two commands matter: `make interview` opens the app, `make test` runs every test.
VENV := .venv
PYTHON ?= python3
WORKERS ?= 2
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
NEEDED := pyproject.toml constraints.txt

.PHONY: interview setup test browser lint check audit format clean

interview: $(VENV)/.app
	@$(VENV)/bin/interviewer serve

setup: $(VENV)/.test

test: browser
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal

browser: $(VENV)/.test
	@$(VENV)/bin/python scripts/find_browser.py --install

lint: $(VENV)/.test
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

# A browser is fetched while the type checker thinks.
check: $(VENV)/.test
	$(MAKE) -j2 lint browser
	$(MAKE) test

# Known faults in what is pinned. Its tool has an environment of its own, so that it is not taken for a dependency.
audit: $(VENV)/.app
	@test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install --quiet pip-audit; }
	@$(VENV)/bin/python scripts/audit.py --tool $(VENV)/audit/bin/pip-audit

format: $(VENV)/.test
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache

# torch comes first and alone: whatever depends on it then takes the build that is there.
$(VENV)/.app: $(NEEDED)
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Interviewer needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a few minutes, once)"
	@$(PIP) torch==2.13.0
	@$(PIP) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.app
	@echo "Installing the test tools"
	@$(PIP) -e '.[test]'
	@touch $@
