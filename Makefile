# `make help` lists the targets.
PROG    := straggler
VARIANT ?= debug
CC      := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
BUILD   ?= build/$(VARIANT)
PREFIX  ?= /usr/local
# Of this repository alone, whoever owns it; an unpacked archive has none.
VERSION := $(or $(shell git -c safe.directory='$(CURDIR)' --git-dir=.git describe --tags --always --dirty 2>/dev/null),0.1.0)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wcast-qual -Wvla -Wundef -Wconversion \
	-Wimplicit-fallthrough -Wformat=2 -fno-common
CPPFLAGS += -D_GNU_SOURCE -Ilib -Ibuild/proto -MMD -MP
CFLAGS   += -std=c11 -g $(WARN) $(if $(CI),-Werror)
LDLIBS   += -ljson-c -lyaml -lgit2 -lprotobuf-c -lz -lm

san = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(VARIANT),debug)
CFLAGS  += -Og
else ifeq ($(VARIANT),release)
CFLAGS  += -O3 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
else ifeq ($(VARIANT),asan)
CFLAGS  += -O1 $(san)
LDFLAGS += $(san)
else ifeq ($(VARIANT),fuzz)
CC      := clang
CFLAGS  += -O1 $(san) -fsanitize=fuzzer-no-link
LDFLAGS += $(san)
else ifeq ($(VARIANT),cov)
CFLAGS  += -O0 --coverage
LDFLAGS += --coverage
else
$(error VARIANT is one of debug, release, asan, fuzz, cov)
endif

LIB_SRC  := $(wildcard lib/*/*.c)
CMD_SRC  := $(wildcard cmd/$(PROG)/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
TOOL_SRC := tests/binary/facts.c tests/dump/echo.c tests/gotest/render.c tests/profile/print.c $(wildcard tests/trace/*.c)
HEADERS  := $(wildcard lib/*/*.h cmd/*/*.h)
SOURCES  := $(LIB_SRC) $(CMD_SRC) $(UNIT_SRC) $(FUZZ_SRC) tests/fuzz/replay.c $(TOOL_SRC)

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB    := $(BUILD)/lib.a
TOOLS  := $(TOOL_SRC:tests/%.c=$(BUILD)/tests/%)
UNITS  := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/%)
FUZZES := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%)

# Of asan's programs: what libraries lose.
export LSAN_OPTIONS := suppressions=$(CURDIR)/tests/lsan:print_suppressions=0

.PHONY: all help programs test test-go check deps build-deps demo man docs install uninstall deb compare bench bench-looks bench-suites bench-traces bench-blame transparent golden accuracy \
	lint layers style cppcheck shellcheck gofmt headers tidy analyze format setup clean
all: $(BUILD)/$(PROG)  ## build the program

help:  ## list the targets
	@sed -n 's/^\([a-z%-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The built-in catalogue is compiled in as it is.
$(BUILD)/catalogue.c: configs/catalogue.yaml
	@mkdir -p $(@D)
	@{ echo '#include "config/catalogue.h"'; echo 'const unsigned char catalogue_text[] = {'; \
		od -An -v -tx1 $< | sed 's/\([0-9a-f][0-9a-f]\) */0x\1,/g'; \
		echo '}; const size_t catalogue_size = sizeof(catalogue_text);'; } >$@

$(BUILD)/catalogue.o: $(BUILD)/catalogue.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# So is the code that explain shows: a row for each folder, its files as strings of bytes.
SAMPLES := $(wildcard configs/explain/*/*_test.go)
$(BUILD)/samples.c: $(SAMPLES)
	@mkdir -p $(@D)
	@{ echo '#include "report/sample.h"'; echo 'const struct code_sample code_samples[] = {'; \
		for d in $(sort $(dir $(SAMPLES))); do \
			echo "{ \"$$(basename $$d)\","; \
			for f in leaks fixed; do \
				od -An -v -tx1 $$d$${f}_test.go | sed 's/ \(..\)/\\x\1/g; s/.*/"&"/'; \
				echo ','; \
			done; \
			echo '},'; \
		done; \
		echo '{ NULL, NULL, NULL },'; echo '};'; } >$@

$(BUILD)/samples.o: $(BUILD)/samples.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# And the page of report html, with the hashes of what runs in it.
PAGE := $(addprefix configs/page/,page.html style.css script.js)
$(BUILD)/page.c: configs/page/bundle $(PAGE)
	@mkdir -p $(@D)
	@configs/page/bundle $(PAGE) >$@.new && mv $@.new $@

$(BUILD)/page.o: $(BUILD)/page.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What reads profile.proto is made by protobuf-c's compiler, and not held to our warnings.
PROTO := build/proto/profile.pb-c
$(PROTO).c $(PROTO).h &: lib/profile/profile.proto
	@mkdir -p build/proto
	@protoc-c --proto_path=lib/profile --c_out=build/proto $<

$(BUILD)/profile.pb-c.o: $(PROTO).c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -w -c -o $@ $<

$(call obj,$(wildcard lib/profile/*.c)): | $(PROTO).h

# Two rooms may have files of the same name: P keeps them apart by their paths.
$(LIB): $(call obj,$(LIB_SRC)) $(BUILD)/catalogue.o $(BUILD)/samples.o $(BUILD)/page.o $(BUILD)/profile.pb-c.o
	rm -f $@ && ar rcsP $@ $^

# The version is compiled into one file, and only that is built anew when it changes.
$(shell mkdir -p build; echo '$(VERSION)' | cmp -s - build/version || echo '$(VERSION)' >build/version)
$(BUILD)/cmd/$(PROG)/version.o: build/version
$(BUILD)/cmd/$(PROG)/version.o: CPPFLAGS += -DSTRAGGLER_VERSION='"$(VERSION)"'

$(BUILD)/$(PROG): $(call obj,$(CMD_SRC)) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(UNITS): $(BUILD)/%: $(BUILD)/tests/unit/%.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(TOOLS): %: %.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIB)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

REPLAYS := $(FUZZES:%=$(BUILD)/replay_%)

# Tests that every variant runs, and those that compare with Go, which one variant is enough for.
TESTS    := $(UNITS) $(REPLAYS) tests/golden/run tests/gotest/flags tests/manual/tap
GO_TESTS := tests/gotest/render_against_go tests/profile/raw_against_go $(wildcard tests/trace/*_against_go) tests/accuracy/self_check \
	tests/transparent/faults $(filter-out tests/manual/tap,$(wildcard tests/*/tap))

programs: $(BUILD)/$(PROG) $(UNITS) $(REPLAYS) $(TOOLS)  ## build the program and all that tests it

test: programs  ## run the quick tests of this VARIANT
	@BUILD=$(BUILD) CMOCKA_MESSAGE_OUTPUT=tap prove -j$(or $(JOBS),2) --timer -e '' $(TESTS)

test-go: $(BUILD)/$(PROG) $(BUILD)/test_order $(TOOLS)  ## run the tests on real Go packages with this VARIANT
	@BUILD=$(BUILD) GO_VERSIONS="$(or $(GO_VERSIONS),1.24.10)" \
		prove -j$(or $(JOBS),2) --timer -e '' $(GO_TESTS)

check: deps  ## install what is missing, build every variant and run every test and static check
	@tests/check

deps:  ## install the Debian packages that building and testing need
	@tests/deps .ci/packages-build .ci/packages-test

build-deps:  ## install the Debian packages that building needs
	@tests/deps .ci/packages-build

demo: build-deps  ## show what it finds in testdata and in a public module
	@echo 'building build/release/$(PROG)'
	@$(MAKE) -s --no-print-directory VARIANT=release
	@BUILD=build/release tests/demo

# The day of the last commit; an unpacked archive has its files'.
DAY = $(or $(shell git -c safe.directory='$(CURDIR)' --git-dir=.git log -1 --format=%cs 2>/dev/null),$(shell date -r Makefile +%F))

man: $(BUILD)/$(PROG)  ## write the man pages, one a command, to build/man
	@rm -rf build/man && mkdir -p build/man
	@for c in '' $$($(BUILD)/$(PROG) help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do \
		$(BUILD)/$(PROG) manual --date '$(DAY)' $$c >build/man/$(PROG)$${c:+-$$c}.1 || exit 1; done

docs: $(BUILD)/$(PROG)  ## write docs/reference from the program's tables
	@mkdir -p docs/reference
	@for c in $$($(BUILD)/$(PROG) manual --reference | sed 's/ .*//'); do \
		$(BUILD)/$(PROG) manual --reference $$c >docs/reference/$$c.md || exit 1; done

# Where install puts what, below DESTDIR.
SHARE    := $(PREFIX)/share
MAN_DIR  := $(SHARE)/man/man1
DOC_DIR  := $(SHARE)/doc/$(PROG)
BASH_DIR := $(SHARE)/bash-completion/completions
ZSH_DIR  ?= $(SHARE)/zsh/site-functions
FISH_DIR := $(SHARE)/fish/vendor_completions.d

install:  ## build and install below DESTDIR and PREFIX (/usr/local)
	@$(MAKE) --no-print-directory VARIANT=release all man
	install -D -m 755 build/release/$(PROG) $(DESTDIR)$(PREFIX)/bin/$(PROG)
	install -d $(addprefix $(DESTDIR),$(MAN_DIR) $(BASH_DIR) $(ZSH_DIR) $(FISH_DIR) $(DOC_DIR)/examples)
	install -m 644 build/man/*.1 $(DESTDIR)$(MAN_DIR)
	build/release/$(PROG) completion bash >$(DESTDIR)$(BASH_DIR)/$(PROG)
	build/release/$(PROG) completion zsh >$(DESTDIR)$(ZSH_DIR)/_$(PROG)
	build/release/$(PROG) completion fish >$(DESTDIR)$(FISH_DIR)/$(PROG).fish
	install -m 644 configs/ci/*.yml configs/straggler.yaml configs/catalogue.yaml $(DESTDIR)$(DOC_DIR)/examples
	install -m 644 configs/.pre-commit-hooks.yaml $(DESTDIR)$(DOC_DIR)/examples/pre-commit-hooks.yaml
	cp -R configs/ci/husky $(DESTDIR)$(DOC_DIR)/examples

uninstall:  ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/$(PROG) $(DESTDIR)$(MAN_DIR)/$(PROG).1 $(DESTDIR)$(MAN_DIR)/$(PROG)-*.1
	rm -f $(DESTDIR)$(BASH_DIR)/$(PROG) $(DESTDIR)$(ZSH_DIR)/_$(PROG) $(DESTDIR)$(FISH_DIR)/$(PROG).fish
	rm -rf $(DESTDIR)$(DOC_DIR)

deb:  ## build a Debian package in build/deb
	@configs/debian/package '$(VERSION)'

compare: $(BUILD)/test_order $(TOOLS)  ## compare with what Go itself says, for every version of Go that is there
	@BUILD=$(BUILD) prove --timer -e '' $(wildcard tests/*/*_against_go)

bench-suites: $(BUILD)/$(PROG)  ## what watching costs on suites of public modules; VARIANT=release
	cd tests/bench/suites && go build -o $(CURDIR)/build/suites .
	build/suites -straggler $(BUILD)/$(PROG) -runs $(or $(RUNS),5)

bench-looks: $(BUILD)/$(PROG)  ## what the second look costs, and --deep beside go test -count; VARIANT=release
	cd tests/bench/suites && go build -o $(CURDIR)/build/suites .
	build/suites -straggler $(BUILD)/$(PROG) -runs $(or $(RUNS),5) -compare look
	build/suites -straggler $(BUILD)/$(PROG) -runs $(or $(RUNS),3) -compare deep

bench-traces: $(BUILD)/$(PROG) $(TOOLS)  ## what reading traces costs, beside Go's own reader; VARIANT=release
	@BUILD=$(BUILD) tests/bench/run

bench-blame: $(BUILD)/$(PROG)  ## what suspects cost on a long history; VARIANT=release
	@BUILD=$(BUILD) tests/bench/blame

bench: bench-suites bench-looks bench-traces bench-blame  ## all of them; VARIANT=release

transparent: $(BUILD)/$(PROG)  ## compare tests plain and watched; ARGS='-variants all -runs 20 -heavy'
	@BUILD=$(BUILD) tests/transparent/run $(ARGS)

golden: $(BUILD)/$(PROG)  ## run the golden tests alone; UPDATE=1 rewrites them
	@BUILD=$(BUILD) tests/golden/run

# GO and PROCS are lists with commas; ACCURACY holds more flags, such as -busy or -builds race,pie.
GO    ?= 1.22.12,1.26.8,1.27.0
PROCS ?= 1,2
accuracy: $(BUILD)/$(PROG)  ## hold findings against the labels in testdata, RUNS=1 times
	cd tests/accuracy && go build -o $(CURDIR)/build/accuracy .
	build/accuracy -straggler $(BUILD)/$(PROG) -runs $(or $(RUNS),1) -go $(GO) -procs $(PROCS) $(ACCURACY)
	cd tests/goleaks && go build -o $(CURDIR)/build/goleaks.test .
	build/goleaks.test -straggler $(BUILD)/$(PROG) $(GOLEAKS)
	@BUILD=$(BUILD) tests/vcs/tap | sed -n 's/^.*ok [0-9]* - \(the commit that brought it in\)/blame: \1/p'
	@BUILD=$(BUILD) tests/vcs/bisect | sed -n 's/^not ok [0-9]* - /bisect: not found: /p; s/^# \(the commit is\)/bisect: \1/p'

fuzz-%:  ## fuzz one target for FUZZ_TIME=60 seconds
	@mkdir -p build/corpus/$*
	$(MAKE) --no-print-directory VARIANT=fuzz build/fuzz/fuzz_$*
	build/fuzz/fuzz_$* -artifact_prefix=build/fuzz/ -max_total_time=$(or $(FUZZ_TIME),60) build/corpus/$* testdata/fuzz/$*

lint: layers style cppcheck shellcheck gofmt headers tidy  ## run every static check; each has a target of its own

layers:
	@tests/lint/layers.sh

style:
	@clang-format --dry-run -Werror $(SOURCES) $(HEADERS)

cppcheck:
	@cppcheck --quiet --std=c11 --inline-suppr --error-exitcode=1 -D_GNU_SOURCE -Ilib \
		--enable=warning,portability lib cmd

shellcheck:
	@shellcheck -S warning $$(grep -rlx --exclude='*.go' '#!/bin/sh' .ci .githooks configs tests)

gofmt:
	@bad=$$(gofmt -l tests testdata) && [ -z "$$bad" ] || { echo "not in gofmt's format: $$bad"; exit 1; }

headers: $(HEADERS:%=$(BUILD)/%.ok)  ## check that each header compiles alone
$(BUILD)/%.h.ok: %.h
	@mkdir -p $(@D)
	@$(CC) $(filter-out -M%,$(CPPFLAGS)) $(CFLAGS) -fsyntax-only -x c -include $< /dev/null && touch $@

# One process a file: clang-tidy 14 reports false va_list errors from its second file on.
tidy: $(patsubst %,$(BUILD)/%.tidy,$(LIB_SRC) $(CMD_SRC))
$(BUILD)/%.c.tidy: %.c .clang-tidy $(HEADERS) | build/compile_commands.json $(PROTO).h
	@mkdir -p $(@D)
	@clang-tidy --quiet -p build $< 2>/dev/null && touch $@

analyze: $(PROTO).h  ## run gcc's analyzer
	@set -e; for f in $(LIB_SRC) $(CMD_SRC); do \
		$(CC) $(filter-out -M%,$(CPPFLAGS)) -std=c11 -O2 -fanalyzer -Werror -c -o /dev/null $$f; done

format:  ## rewrite the sources in the house format
	clang-format -i $(SOURCES) $(HEADERS)

build/compile_commands.json: Makefile $(SOURCES)
	@mkdir -p build
	@{ s='['; for f in $(SOURCES); do \
		printf '%s\n{"directory":"%s","file":"%s","command":"clang %s -c %s"}' "$$s" '$(CURDIR)' "$$f" '-D_GNU_SOURCE -Ilib -Ibuild/proto -std=c11 $(WARN)' "$$f"; s=','; \
	done; printf '\n]\n'; } >$@

setup: deps  ## prepare a checkout for work on it
	git config core.hooksPath .githooks

clean:  ## remove build/
	rm -rf build

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
