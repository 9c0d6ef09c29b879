# The words a newcomer types. Each works as the first one on a machine with Python 3.11,
# make and the package registries.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo digest test test-faults lint bench-browse bench-search bench-digest messages lock clean environment browser

PYTHON := .venv/bin/python
# Settings with which commands run that need no database and no secrets
CHECKING := EFUS_ENVIRONMENT=demonstration SECRET_KEY=only-for-checks \
	SITE_URL=http://127.0.0.1:8000

help:  ## list these words
	@sed -n 's/^\([a-z-]*\):.*  ## /\1	/p' Makefile | while IFS='	' read -r word meaning; do \
		printf '  make %-12s %s\n' "$$word" "$$meaning"; done

demo: environment  ## start everything at http://127.0.0.1:8000 (PORT=, HOST=; RESET=1 begins anew)
	@exec $(PYTHON) -m efus.embedded.demo

digest: environment  ## have the running demonstration send its daily digest now
	@exec $(PYTHON) -m efus.embedded.manage open_edition daily

test: environment browser  ## check everything: lint, then the tests
	@$(MAKE) --no-print-directory lint
	@# three workers on two cores: many tests wait for processes they started
	@exec $(PYTHON) -m pytest -rs -n 3 --dist loadfile

test-faults: environment  ## kill, restart and upset everything during runs of 2,000 mails (FAULT_MAILS=)
	@FAULT_MAILS=$${FAULT_MAILS:-2000} exec $(PYTHON) -m pytest -v tests/faults

lint: environment  ## check style, templates, imports, migrations and messages
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m djlint templates --lint --quiet
	@if grep -q '^\[tool\.importlinter' pyproject.toml; then \
		$(PYTHON) -c 'from importlinter.cli import lint_imports_command as lint; lint()'; fi
	$(CHECKING) $(PYTHON) manage.py check
	@# Only the remark is silenced that no database was there to compare the history with.
	$(CHECKING) $(PYTHON) -W 'ignore:Got an error checking a consistent migration history:RuntimeWarning' \
		manage.py makemigrations --check
	$(CHECKING) $(PYTHON) manage.py check_messages

bench-browse: environment  ## time browsing at 10,000, 100,000 and 1,000,000 practices (SIZES=, RESET=1)
	@exec $(PYTHON) -m efus.embedded.bench

bench-search: environment  ## measure how well searches find, within and across languages
	@exec $(PYTHON) -m efus.embedded.bench search

bench-digest: environment  ## time opening and sending digests to 1,000, 10,000 and 100,000 subscriptions (SIZES=)
	@exec $(PYTHON) -m efus.embedded.bench digest

messages: environment  ## gather the texts to translate into locale/
	$(CHECKING) $(PYTHON) manage.py update_messages

lock: .venv-lock/bin/pip-compile  ## write the lock files anew from pyproject.toml
	$(LOCK_WITH_HASHES) --output-file requirements.lock pyproject.toml
	$(LOCK_WITH_HASHES) --extra embedded --extra development --constraint requirements.lock \
		--output-file requirements-development.lock pyproject.toml

clean:  ## remove what was installed, built or kept here
	@exec sh -c 'if [ -d .data ] && [ -x $(PYTHON) ]; then \
		if [ -d .data/bench ]; then $(PYTHON) -m efus.embedded.bench remove || exit 1; fi; \
		$(PYTHON) -m efus.embedded.demo --remove || exit 1; fi; \
		rm -rf .venv .venv-lock .pytest_cache .ruff_cache .import_linter_cache staticfiles; \
		find . -name __pycache__ -type d -prune -exec rm -rf {} +; \
		find locale -name "*.mo" -delete'

LOCK_WITH_HASHES = .venv-lock/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	--no-header --annotation-style=line --allow-unsafe

.venv-lock/bin/pip-compile:
	$(FIND_PYTHON) -m venv --clear .venv-lock
	echo '*' > .venv-lock/.gitignore
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools

# python3.11, else python3 where that is 3.11 (a name on the path may be an empty promise)
FIND_PYTHON = for python in python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && break; \
	python=; done; \
	[ "$$python" ] || { echo 'Python 3.11 is needed, and there is no python3.11 here.' >&2; \
		exit 1; }; exec "$$python"

environment:
	@$(FIND_PYTHON) -I efus/embedded/install.py

# The browser journey needs a browser; without one it is skipped.
browser:
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Installing chromium for the browser journey …'; \
		{ apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install \
			--quiet=2 --yes --no-install-recommends chromium >/dev/null; } \
		|| echo 'chromium could not be installed: the browser journey is skipped.'; \
	else echo 'No chromium here: the browser journey is skipped.'; fi
