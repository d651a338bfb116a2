# Every target is a command of bootstrap.py, which needs Python 3.11 and nothing else.
PYTHON ?= python3.11
PORT ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test stop reset status lint constraints lock dist python

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 22

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11, or name it with PYTHON=..." >&2; exit 1; }

run: export B2SHARE_PORT_WEB := $(or $(PORT),$(B2SHARE_PORT_WEB))
run: python ## set up and start the site with demo content (PORT=5000); Ctrl-C stops it
	@exec $(PYTHON) bootstrap.py run $(ARGS)

test: python ## set up what is missing and run all checks and tests (ARGS=tests/pids for a part)
	@exec $(PYTHON) bootstrap.py test $(ARGS)

stop: python ## stop the site that runs in this folder
	@$(PYTHON) bootstrap.py stop

reset: python ## delete the site's data (ARGS=--all: environment and caches, too)
	@$(PYTHON) bootstrap.py reset $(ARGS)

status: python ## say what runs, and where
	@$(PYTHON) bootstrap.py status

lint: python ## run the linters and type checks alone
	@$(PYTHON) bootstrap.py lint

dist: python ## build wheels and source distributions of all five distributions into dist/
	@$(PYTHON) bootstrap.py dist

constraints: python ## resolve constraints.txt anew from pyproject.toml
	@$(PYTHON) bootstrap.py constraints

lock: python ## make site/lock anew from the node modules that the packages ask for
	@$(PYTHON) bootstrap.py lock
