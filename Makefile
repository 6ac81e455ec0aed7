# Everything a person needs, by name. `make` alone lists it.

WINDROW := .build/release/windrow

.PHONY: help demo build man pages api dist test test-cluster test-slurm fuzz simulate chaos sanitize bench bench-peers bench-connections \
	reference reproduce reproduce-check reproduce-lab lint format proto clean

help: ## List what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 22

demo: build ## Set everything up and run the quickstart sweep
	$(WINDROW) run sweeps/quickstart.yaml

build: ## Set everything up and build the optimised program
	@scripts/setup build
	swift build -c release --product windrow

test: ## Set everything up and run the tests
	@scripts/setup test
	swift test

man: build ## Write the manual pages to .build/man
	scripts/man $(WINDROW) .build/man

pages: build ## Write docs/sweep-reference.md from the experiments' declarations
	$(WINDROW) experiments --reference > .build/sweep-reference.md
	mv .build/sweep-reference.md docs/sweep-reference.md

api: ## Build the API documentation in .build/api; DocC's warnings are errors
	@scripts/setup build
	scripts/api

dist: ## Build one file to copy to other machines, and pack it: tar.gz and .deb
	@scripts/setup build
	scripts/dist

test-cluster: ## Live a lab's day in network namespaces (root; skips without)
	@scripts/setup test
	swift build --product windrow
	scripts/test-cluster

test-slurm: ## Have a real Slurm of two nodes start workers (root, Debian's slurmctld, slurmd, munge; skips without)
	@scripts/setup test
	swift build --product windrow
	scripts/test-slurm

fuzz: ## Feed the decoders with bytes of libFuzzer's choice for a minute
	scripts/fuzz

simulate: ## Live 10,000 lives of clusters under faults (SIM_LIVES=...)
	@scripts/simulate

chaos: build ## Kill, stop and cut real daemons for two minutes, and compare the stores (CHAOS_SECONDS=...)
	scripts/chaos --seconds $${CHAOS_SECONDS:-120}

sanitize: ## Run the tests under ThreadSanitizer and AddressSanitizer
	@scripts/setup test
	scripts/sanitize

bench: ## Measure the kernels beside C, NumPy and PyTorch
	@scripts/bench

bench-peers: build ## Compare with Ray, Dask, Parsl, HyperQueue and others
	scripts/bench-peers

bench-connections: ## Measure what 1,000 connected workers cost a coordinator
	@scripts/bench-connections

reference: ## Run every method by an implementation in Python, for the tests to compare with
	python3 Tests/ReferenceRuns/generate.py

reproduce: build ## Run both papers' sweeps, judge their claims, write docs/reproduction.md (SCALE=0.1 DATA=... IMAGES=...)
	@scripts/setup test
	scripts/reproduce --scale $${SCALE:-1} $${DATA:+--data "$$DATA"} $${IMAGES:+--images "$$IMAGES"}

reproduce-lab: build ## Run the largest of them on nodes that come, go and die (root; skips without)
	scripts/reproduce-lab

reproduce-check: build ## Whether each claim that held at a small scale still does, computed twice
	scripts/reproduce --check
	scripts/recompute-claims runs/check
	scripts/test-images

lint: ## Check the sources' form
	swift format lint --strict -r Package.swift Sources Tests

format: ## Bring the sources into form
	swift format -i -r Package.swift Sources Tests

proto: ## Make the generated protobuf code anew
	scripts/proto

clean: ## Remove what was built
	swift package clean
