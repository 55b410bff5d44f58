# The commands of the after-sales suite. Everything they need goes to .odoo/.
PYTHON ?= python3
SUITE = $(PYTHON) scripts/suite.py

.DEFAULT_GOAL := help
.PHONY: help setup demo stop clean shell import-history hint-report test core-tests
.PHONY: lint format bench i18n screenshots

help: ## this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

setup: ## Odoo, Python packages, PostgreSQL and browser, without the demo
	@$(SUITE) setup

demo: ## the suite in a browser (DEMO_PORT=8069, FRESH=1 builds the database anew)
	@$(SUITE) demo --fresh="$(FRESH)"

stop: ## end the demo
	@$(SUITE) stop

clean: ## end the demo and delete .odoo/
	@$(SUITE) clean

shell: ## Python on the demo database; reads a script from standard input
	@$(SUITE) shell

import-history: ## old cases: FILE=cases.csv CASE_DATE=YYYY-MM-DD
	@$(SUITE) import-history --file="$(FILE)" --case-date="$(CASE_DATE)"

hint-report: ## how the hints rank imported claims against their fraud label
	@$(SUITE) hint-report

test: ## every check; T=path for one
	@$(SUITE) test --target='$(T)'

core-tests: ## Odoo's own tests with the suite installed; T="stock repair" for some
	@$(SUITE) core-tests --target='$(T)'

lint: ## static checks only
	@$(SUITE) lint

format: ## let ruff mend the layout
	@$(SUITE) format

bench: ## measure against the budgets; T=path for one
	@$(SUITE) bench --target='$(T)'

i18n: ## refresh translation files, fail on missing terms
	@$(SUITE) i18n

screenshots: ## pictures for the documentation, from the running demo
	@$(SUITE) screenshots
