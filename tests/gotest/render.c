/* Reads `go test -json` on stdin and shows it as the go test command line in
 * the arguments asks for. --inner TOOL prints the inner call instead, with TOOL
 * run around each test binary, one word a line; --status N is go's exit status;
 * --hold holds failed packages until the end; --is-flag NAME only says whether
 * go test has the flag. */
#include <stdio.h>
#include <string.h>

#include "gotest/render.h"
#include "gotest/results.h"

enum { OPT_INNER, OPT_STATUS, OPT_HOLD, OPT_IS_FLAG };
static const struct option_spec options[] = {
	[OPT_INNER] = { "inner", true },
	[OPT_STATUS] = { "status", true },
	[OPT_HOLD] = { "hold", false },
	[OPT_IS_FLAG] = { "is-flag", true },
};

static void drain(struct buf *b, FILE *to)
{
	fwrite(buf_str(b), 1, b->len, to);
	buf_reset(b);
}

static void show(struct render *r, struct results *results, const char *line, size_t n)
{
	AUTO_TEST_EVENT e = { 0 };
	bool is_event;

	if (n && line[n - 1] == '\n')
		n--;
	is_event = test_event_read(&e, line, n);
	if (is_event)
		results_add(results, &e);
	render_line(r, is_event ? &e : NULL, (struct str){ line, n });
	drain(&r->out, stdout);
	drain(&r->err, stderr);
}

static void run(const struct cmdline *c)
{
	struct render_options o = render_options(c, NULL);
	const char *status = cmdline_option(c, OPT_STATUS);
	struct results results = { 0 };
	AUTO_FREE char *line = NULL;
	struct render r;
	size_t cap = 0;
	ssize_t n;

	o.hold_failed = cmdline_option(c, OPT_HOLD) != NULL;
	r = render_new(o);
	while ((n = getline(&line, &cap, stdin)) >= 0)
		show(&r, &results, line, (size_t)n);
	render_end(&r, status && strcmp(status, "0") != 0);
	drain(&r.out, stdout);
	drain(&r.err, stderr);
	results_release(&results);
	render_free(&r);
}

static bool print_inner(const struct cmdline *c, struct err *err)
{
	const char *wrap[] = { cmdline_option(c, OPT_INNER), "exec", "--" };
	struct inner_call call = { .go = "go", .wrap = wrap, .wrap_len = ARRAY_LEN(wrap) };
	AUTO_WORDS words = { 0 };

	if (!cmdline_inner(c, &call, &words, err))
		return false;
	for (size_t i = 0; i < words.len; i++)
		puts(words.items[i]);
	return true;
}

int main(int argc, char **argv)
{
	struct cmdline_input in = { .argc = argc - 1,
				    .argv = argv + 1,
				    .options = options,
				    .options_len = ARRAY_LEN(options),
				    .goflags = getenv("GOFLAGS") };
	struct arena arena = { 0 };
	AUTO_CMDLINE c = { 0 };
	struct err err = { 0 };
	bool ok = cmdline_parse(&c, &in, &arena, &err);

	if (ok && cmdline_option(&c, OPT_IS_FLAG))
		ok = cmdline_is_go_flag(cmdline_option(&c, OPT_IS_FLAG));
	else if (ok && cmdline_option(&c, OPT_INNER))
		ok = print_inner(&c, &err);
	else if (ok)
		run(&c);
	if (err.code)
		fprintf(stderr, "%s\n", err.msg);
	arena_clear(&arena);
	return ok ? 0 : 2;
}
