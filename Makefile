# Two words to know: `make run` and `make test`. The rest is for those who change the code.

# The first Python that is new enough; `make run PYTHON=/path/to/python` picks another.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 .venv/bin/python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif
IN_VENV = .venv/bin/python -m
JS_TOOLS = tests/js/node_modules/.package-lock.json
TRACKED = git ls-files --cached --others --exclude-standard

.PHONY: help run test coverage bench lint docs diagram metrics format lock installed installed-dev

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

run: installed ## Set up what is missing, and serve the portal until Ctrl-C
	@exec $(IN_VENV) roadshow.server.start

test: installed-dev ## Set up what is missing, and run all tests; ARGS goes to pytest, such as ARGS="-m browser" or "-m 'not start'"
	@exec $(IN_VENV) roadshow.server.embedded --throwaway $(IN_VENV) pytest -n $(AT_ONCE) --dist worksteal $(ARGS)
# One more than there are cores: tests wait for servers and browsers.
AT_ONCE = $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))

coverage: installed-dev ## Run all tests; show coverage by line and branch, and every module below 90 %
	@$(IN_VENV) roadshow.server.embedded --throwaway $(IN_VENV) pytest -n $(AT_ONCE) --dist worksteal --cov --cov-report= $(ARGS); \
		status=$$?; $(IN_VENV) coverage report --sort=cover | awk 'NR < 3 || /^TOTAL/ || $$NF + 0 < 90'; exit $$status

bench: installed-dev ## Measure what pages cost; GROWTH=1: as the portal grows, CROWD=1: while a crowd reads; SEARCH=1: searches; LIBRARY=1: links; FILES="…": imports; BOARD=1: planning; PROFILE=talk: where the time of a page goes; ANEW=1: what pages cost when nothing is cached
	@exec $(IN_VENV) tests.bench

lint: installed-dev $(JS_TOOLS) ## Check style, types, imports and their diagram, templates, JavaScript, migrations and translations
	@$(IN_VENV) ruff check .
	@$(IN_VENV) ruff format --check .
	@DATABASE_URL=postgres:/// $(IN_VENV) mypy
	@.venv/bin/python .venv/bin/lint-imports --no-cache
	@$(IN_VENV) tests.diagram --check
	@$(TRACKED) '*.py' | xargs $(IN_VENV) django_upgrade --target-version 5.2 --check
	@$(TRACKED) 'templates/*.html' | xargs .venv/bin/djade --target-version 5.2 --check
	@$(IN_VENV) roadshow.server.embedded --throwaway .venv/bin/python manage.py makemigrations --check --dry-run
	@$(IN_VENV) tests.check_translations
	@tests/js/node_modules/.bin/biome lint --config-path=tests/js/lint.json --error-on-warnings roadshow/static tests/js
	@node --test --test-reporter=dot tests/js/*.test.js

# The JavaScript linter is for development only; pages need no build step and no node.
$(JS_TOOLS): tests/js/package-lock.json
	@command -v npm >/dev/null || { echo "make lint needs Node.js 20 or newer with npm, for the JavaScript linter." >&2; exit 2; }
	@npm ci --prefix tests/js --silent --no-audit --no-fund && touch $@

docs: installed-dev ## Build the documentation site into docs/.site; broken links are errors
	@.venv/bin/zensical build --strict -f docs/zensical.toml

diagram: installed-dev ## Draw docs/imports.svg: which package imports which
	@$(IN_VENV) tests.diagram

metrics: installed-dev ## Count files, functions, complexity and lines; AT=COMMIT puts that commit beside
	@$(IN_VENV) tests.metrics $(AT)

format: installed-dev ## Format code and templates, and draw the diagram of imports
	@$(TRACKED) '*.py' | xargs $(IN_VENV) django_upgrade --target-version 5.2 --exit-zero-even-if-changed
	@$(IN_VENV) ruff check --fix --quiet .
	@$(IN_VENV) ruff format --quiet .
	@$(IN_VENV) tests.diagram
	@$(TRACKED) 'templates/*.html' | xargs .venv/bin/djade --target-version 5.2 || true

lock: installed-dev ## Write requirements.txt and requirements-dev.txt anew; ARGS=--upgrade takes new versions
	@$(IN_VENV) uv pip compile pyproject.toml $(LOCKING) -o requirements.txt $(ARGS)
	@$(IN_VENV) uv pip compile pyproject.toml $(LOCKING) --group dev -c requirements.txt -o requirements-dev.txt $(ARGS)
LOCKING = --quiet --universal --python-version 3.11 --generate-hashes --no-header

installed installed-dev:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Roadshow needs Python 3.11 or newer: install it, or name it in PYTHON=… ." >&2; exit 2; }
	@exec $(PYTHON) -m roadshow.server.install $(if $(findstring dev,$@),--dev)
