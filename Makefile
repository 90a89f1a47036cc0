# make site builds the binary and the board; make test runs the tests. Both
# fetch what they need. Everything else is for people who work on the program.

GO     ?= go
# The NVML binding resolves the driver's symbols when they are first used. A
# linker that binds at start would make a binary that needs the driver to start.
export GOFLAGS ?= -ldflags=-extldflags=-Wl,-z,lazy
BIN    := bin/jouleboard
VENDOR := assets/vendor
ECHARTS := node_modules/echarts

.DEFAULT_GOAL := help
.PHONY: help site serve build vendor test check browser-test bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

site: build ## build bin/jouleboard and public/, and print the page to open
	@$(BIN) build --out public >/dev/null
	@echo
	@echo "open public/index.html"

serve: build ## preview the board and reload the browser while you write
	@$(BIN) serve

build: vendor ## build bin/jouleboard
	@command -v $(GO) >/dev/null || { echo "make: Go is not installed: get Go 1.26 or newer, https://go.dev/doc/install"; exit 3; }
	$(GO) build -trimpath -o $(BIN) ./cmd/jouleboard

# The chart library comes from npm, pinned by package-lock.json, and is embedded
# when it is there. Without npm the static charts stand alone.
vendor: $(VENDOR)/echarts.min.js
$(VENDOR)/echarts.min.js: package.json package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "make: npm is not installed, so charts stay static drawings"; \
	elif ! npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error; then \
	  echo "make: npm could not fetch the chart library, so charts stay static drawings"; \
	else \
	  mkdir -p $(VENDOR) && cp $(ECHARTS)/LICENSE $(VENDOR)/echarts-LICENSE && cp $(ECHARTS)/NOTICE $(VENDOR)/echarts-NOTICE && \
	  cp $(ECHARTS)/licenses/LICENSE-d3 $(VENDOR)/echarts-LICENSE-d3 && cp node_modules/zrender/LICENSE $(VENDOR)/echarts-LICENSE-zrender && \
	  cp $(ECHARTS)/dist/echarts.common.min.js $@; \
	fi

test: vendor ## run the tests
	$(GO) test -timeout 15m ./...

check: ## gofmt, go.mod, vet, staticcheck, builds for other platforms
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	$(GO) mod verify >/dev/null
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	CGO_ENABLED=0 $(GO) build ./...
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/jouleboard
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/jouleboard

browser-test: vendor ## test the built site in Chromium, and with the Nu HTML checker
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(GO) test -tags browser -count=1 -timeout 30m ./internal/site ./internal/chart ./internal/serve

# The lines of the benchmarks of pages, measuring, labels and validation stay in bin/bench.txt, for benchstat.
# The table after them holds each against its aim; a missed aim fails nothing.
BENCH := $(CURDIR)/bin/bench
bench: ## seconds, results per second and memory of a build; speed of pages; errors and speed of the load client, joules of a simulated GPU, labels per second, files checked per second
	$(GO) test -run "^$$" -bench "Build|Rebuild" -benchtime 3x ./internal/site
	@mkdir -p bin && rm -f $(BENCH).txt $(BENCH).table
	$(GO) test -run "^$$" -bench "Parser" ./internal/load | tee $(BENCH).txt
	$(GO) test -run "^$$" -bench "Flood|Fidelity|Asyncio" -benchtime 1x ./internal/load | tee -a $(BENCH).txt
	$(GO) test -run "^$$" -bench "SamplerJitter" -benchtime 1x ./internal/energy | tee -a $(BENCH).txt
	$(GO) test -tags browser -run "^$$" -bench "LongTable|Lighthouse" -benchtime 1x -timeout 30m ./internal/site | tee -a $(BENCH).txt
	$(GO) test -run "^$$" -bench "Energy" -benchtime 1x ./internal/measure | tee -a $(BENCH).txt
	$(GO) test -run "^$$" -bench "Labels|Naive" -benchtime 2s ./internal/label | tee -a $(BENCH).txt
	$(GO) test -run "^$$" -bench "Validate|Recompute" -benchtime 3x ./internal/review | tee -a $(BENCH).txt
	@JOULEBOARD_BENCH=$(BENCH).txt $(GO) test -count 1 -run "^TestBenchTable$$" -bench "^$$" ./internal/measure > $(BENCH).table || { cat $(BENCH).table; exit 1; }
	@sed '/^PASS$$/,$$d' $(BENCH).table
	@! grep -q '^FAIL' $(BENCH).txt

clean: ## remove what was built
	rm -rf bin public node_modules $(VENDOR)
