# Every target is one line of the supervisor, which needs nothing but Python 3.11 or newer: without make, type that line.
PYTHON ?= python3
ARGS ?=
LOCKED = --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header

.PHONY: demo test test-pg15 smoke access fuzz long pages oracle replay bench-import bench-scoring bench-official bench-whatif bench-consortium bench-matching bench-signoff faults tamper ocds messages manage services lock

demo:       ## The portal with sample data; PORT=8000, RESET=1 begins anew
	@$(PYTHON) portal/local demo

test:       ## Every check and test; ARGS="tests/portal -k enterprise" for pytest alone with those
	@$(PYTHON) portal/local test $(ARGS)

test-pg15:  ## The same on the system's PostgreSQL 15
	@MITRAPASOK_POSTGRES=/usr/lib/postgresql/15/bin $(PYTHON) portal/local test-pg15 $(ARGS)

smoke:      ## The main job over HTTP on a stack of its own
	@$(PYTHON) portal/local smoke

access:     ## The access matrix, with its totals
	@$(PYTHON) portal/local test -m long -n 0 -qq -s tests/access/test_matrix.py

fuzz:       ## Each operation of the API, FUZZ_EXAMPLES=300 times at random
	@$(PYTHON) portal/local test -m long -n 0 -q tests/access/test_api.py

long:       ## What each run does a part of or leaves out: the demo started three times, whole samples, lives, old migrations
	@$(PYTHON) portal/local test -m long -n 0 -q tests/local tests/partnerships tests/portal

pages:      ## Every page as every role in a browser, with its totals
	@$(PYTHON) portal/local pages $(ARGS)

oracle:     ## The scoring statement against plain Python, on 20,000 pairs of criteria and evidence
	@SCORING_PAIRS=$${SCORING_PAIRS:-20000} $(PYTHON) portal/local test -n 0 -q tests/curation/test_scoring_oracle.py

replay:     ## Every stored score again from its snapshot and criteria version
	@$(PYTHON) portal/local replay

bench-import: ## 50,000 products by list, beside saving them one at a time
	@$(PYTHON) portal/local bench-import

bench-scoring: ## A pool run of ROWS=1000000 enterprises, beside a COPY of the same rows
	@$(PYTHON) portal/local bench-scoring

bench-official: ## APPLICATIONS=100000 in one official run, each mark checked
	@$(PYTHON) portal/local bench-official

bench-whatif: ## Other weights and shapes over ROWS=1000000 enterprises, beside a sum of the same points
	@$(PYTHON) portal/local bench-whatif

bench-consortium: ## 48 consortia among 500 enterprises each, against the optimum
	@$(PYTHON) portal/local bench-consortium

bench-matching: ## The search over PRODUCTS=3000000 products, beside tantivy in the same run
	@$(PYTHON) portal/local bench-matching

bench-signoff: ## 16 hands at each of CONTRACTS=100, 4,800 attempts: who signed twice, for themselves, or an old text
	@$(PYTHON) portal/local bench-signoff

tamper:     ## Signed PDFs changed in 500 places: which of them are still taken
	@$(PYTHON) portal/local tamper

faults:     ## 100,000 enterprises scored while workers, broker and scheduler are killed
	@$(PYTHON) portal/local faults

ocds:       ## PARTNERSHIPS=200 in every state, exported as open contracting data and checked offline with the standard's tools
	@$(PYTHON) portal/local ocds

messages:   ## Collect the translatable strings and compile the catalogues
	@$(PYTHON) portal/local manage messages extract
	@$(PYTHON) portal/local manage messages compile

manage:     ## manage.py with ARGS, on the running demo or on services of its own
	@$(PYTHON) portal/local manage $(ARGS)

services:   ## PostgreSQL and the broker alone, until Ctrl-C
	@$(PYTHON) portal/local services

lock:       ## The requirements files anew, from pyproject.toml
	uv pip compile pyproject.toml $(LOCKED) -o requirements.txt
	uv pip compile --group dev $(LOCKED) -c requirements.txt -o tests/requirements.txt
	uv pip compile --group services $(LOCKED) --no-deps -o portal/local/requirements.txt
