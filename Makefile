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

# A missed aim is a figure and fails nothing. BENCH_SIZES are the results of the
# boards that are built, BENCH_PARTS which of builds, hugo and rooms is measured.
# content/docs/benchmarks.md says what the table holds.
BENCH_SIZES ?= 1000,10000$(if $(BENCH_LARGE),$(comma)100000)
BENCH_PARTS ?= builds,hugo,rooms
comma := ,
bench: build ## measure builds, pages, labels, the load client and checking, each beside its aim; BENCH_LARGE=1 adds 100,000 results
	$(GO) run ./internal/bench -go $(GO) -sizes $(BENCH_SIZES) -parts $(BENCH_PARTS)

clean: ## remove what was built
	rm -rf bin public node_modules $(VENDOR)
