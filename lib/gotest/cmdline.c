#include "gotest/cmdline.h"

#include <string.h>

#include "base/nearest.h"
#include "base/str.h"
#include "base/vec.h"

struct flag_spec {
	const char *name;
	bool takes_value;
	bool test; /* passed to the test binary: may be written "test.name", too */
	enum go_arg_role role;
};

static const struct flag_spec flags[] = {
	{ "C", true, false, GO_ARG_KEEP },
	{ "a", false, false, GO_ARG_KEEP },
	{ "artifacts", false, true, GO_ARG_WRITE },
	{ "asan", false, false, GO_ARG_KEEP },
	{ "asmflags", true, false, GO_ARG_KEEP },
	{ "bench", true, true, GO_ARG_ONCE },
	{ "benchmem", false, true, GO_ARG_KEEP },
	{ "benchtime", true, true, GO_ARG_KEEP },
	{ "blockprofile", true, true, GO_ARG_WRITE },
	{ "blockprofilerate", true, true, GO_ARG_KEEP },
	{ "buildmode", true, false, GO_ARG_KEEP },
	{ "buildvcs", false, false, GO_ARG_KEEP },
	{ "c", false, false, GO_ARG_ONCE },
	{ "compiler", true, false, GO_ARG_KEEP },
	{ "count", true, true, GO_ARG_KEEP },
	{ "cover", false, false, GO_ARG_KEEP },
	{ "covermode", true, false, GO_ARG_KEEP },
	{ "coverpkg", true, false, GO_ARG_KEEP },
	{ "coverprofile", true, true, GO_ARG_WRITE },
	{ "cpu", true, true, GO_ARG_KEEP },
	{ "cpuprofile", true, true, GO_ARG_WRITE },
	{ "debug-actiongraph", true, false, GO_ARG_WRITE },
	{ "debug-runtime-trace", true, false, GO_ARG_WRITE },
	{ "debug-trace", true, false, GO_ARG_WRITE },
	{ "exec", true, false, GO_ARG_REPLACE },
	{ "failfast", false, true, GO_ARG_KEEP },
	{ "fullpath", false, true, GO_ARG_KEEP },
	{ "fuzz", true, true, GO_ARG_ONCE },
	{ "fuzzminimizetime", true, true, GO_ARG_KEEP },
	{ "fuzztime", true, true, GO_ARG_KEEP },
	{ "gccgoflags", true, false, GO_ARG_KEEP },
	{ "gcflags", true, false, GO_ARG_KEEP },
	{ "installsuffix", true, false, GO_ARG_KEEP },
	{ "json", false, false, GO_ARG_REPLACE },
	{ "ldflags", true, false, GO_ARG_REPLACE },
	{ "linkshared", false, false, GO_ARG_KEEP },
	{ "list", true, true, GO_ARG_ONCE },
	{ "memprofile", true, true, GO_ARG_WRITE },
	{ "memprofilerate", true, true, GO_ARG_KEEP },
	{ "mod", true, false, GO_ARG_KEEP },
	{ "modcacherw", false, false, GO_ARG_KEEP },
	{ "modfile", true, false, GO_ARG_KEEP },
	{ "msan", false, false, GO_ARG_KEEP },
	{ "mutexprofile", true, true, GO_ARG_WRITE },
	{ "mutexprofilefraction", true, true, GO_ARG_KEEP },
	{ "n", false, false, GO_ARG_KEEP },
	{ "o", true, false, GO_ARG_WRITE },
	{ "outputdir", true, true, GO_ARG_KEEP },
	{ "overlay", true, false, GO_ARG_KEEP },
	{ "p", true, false, GO_ARG_KEEP },
	{ "parallel", true, true, GO_ARG_KEEP },
	{ "pgo", true, false, GO_ARG_KEEP },
	{ "pkgdir", true, false, GO_ARG_KEEP },
	{ "race", false, false, GO_ARG_KEEP },
	{ "run", true, true, GO_ARG_ONCE },
	{ "short", false, true, GO_ARG_KEEP },
	{ "shuffle", true, true, GO_ARG_KEEP },
	{ "skip", true, true, GO_ARG_ONCE },
	{ "tags", true, false, GO_ARG_KEEP },
	{ "timeout", true, true, GO_ARG_KEEP },
	{ "toolexec", true, false, GO_ARG_KEEP },
	{ "trace", true, true, GO_ARG_WRITE },
	{ "trimpath", false, false, GO_ARG_KEEP },
	{ "v", false, true, GO_ARG_REPLACE },
	{ "vet", true, false, GO_ARG_KEEP },
	{ "work", false, false, GO_ARG_KEEP },
	{ "x", false, false, GO_ARG_KEEP },
};

static const struct flag_spec *flag_find(struct str name)
{
	bool test = str_skip(&name, "test.");

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (str_is(name, flags[i].name) && (flags[i].test || !test))
			return &flags[i];
	}
	return NULL;
}

bool cmdline_is_go_flag(const char *name)
{
	return flag_find(str_of(name)) != NULL;
}

/* An argument that begins with a dash, taken apart. */
struct dashed {
	struct str name;
	const char *value; /* after '=', NULL: none */
	bool two;
};

/* Returns false for what go does not take for a flag. */
static bool dashed_read(const char *arg, struct dashed *d)
{
	size_t n;

	*d = (struct dashed){ .two = starts_with(arg, "--") };
	if (*arg != '-')
		return false;
	arg += d->two ? 2 : 1;
	if (!*arg || *arg == '-' || *arg == '=')
		return false;
	n = strcspn(arg, "=");
	d->name = (struct str){ arg, n };
	d->value = arg[n] ? arg + n + 1 : NULL;
	return true;
}

/* What the reading of the command line knows between two arguments. */
struct reader {
	struct cmdline *c;
	const struct cmdline_input *in;
	int at;
	bool in_packages;     /* the last argument named a package */
	bool packages_closed; /* no package can follow */
	bool value_may_come;  /* the last one was an unknown flag without a value */
};

static void arg_put(struct cmdline *c, const char *text, enum go_arg_role role)
{
	struct go_arg a = { .text = text, .role = role };

	VEC_PUSH(&c->args, a);
}

static void flag_put(struct cmdline *c, const struct flag_spec *f, const char *value, bool goflags)
{
	struct go_flag given = { .name = f->name,
				 .value = value ? value : "true",
				 .goflags = goflags };

	VEC_PUSH(&c->flags, given);
}

static bool unknown_option(const struct reader *r, struct str name, struct err *err)
{
	const char *word = arena_strndup(r->c->arena, name.p, name.n);
	AUTO_WORDS names = { 0 };
	const char *nearest;

	for (size_t i = 0; i < r->in->options_len; i++)
		VEC_PUSH(&names, r->in->options[i].name);
	nearest = nearest_name(word, names.items, names.len);
	if (nearest)
		return err_set(err, ERR_USAGE, "unknown option --%s: did you mean --%s?", word,
			       nearest);
	return err_set(err, ERR_USAGE,
		       "unknown option --%s; a flag of the test binary takes one dash: -%s", word,
		       word);
}

static bool read_option(struct reader *r, size_t index, const struct dashed *d, struct err *err)
{
	const struct option_spec *o = &r->in->options[index];
	struct option_given given = { .index = index, .value = d->value };

	if (o->takes_value == VALUE_NONE && d->value)
		return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
	if (o->takes_value == VALUE_NEEDED && !d->value) {
		if (r->at == r->in->argc)
			return err_set(err, ERR_USAGE, "--%s needs a value", o->name);
		given.value = r->in->argv[r->at++];
	}
	if (!given.value)
		given.value = "";
	VEC_PUSH(&r->c->options, given);
	return true;
}

/* Everything from here on is the test binary's. */
static void read_rest(struct reader *r)
{
	struct cmdline *c = r->c;
	bool flags_over = false;

	for (int i = r->at - 1; i < r->in->argc; i++) {
		const char *arg = r->in->argv[i];

		arg_put(c, arg, GO_ARG_TEST);
		flags_over |= !strcmp(arg, "--");
		if (!flags_over &&
		    (!strcmp(arg, "-h") || !strcmp(arg, "-help") || !strcmp(arg, "--help")))
			c->test_help = true;
	}
	r->at = r->in->argc;
}

static void read_plain(struct reader *r, const char *arg, bool value_may_come)
{
	struct cmdline *c = r->c;

	if (r->in_packages || (!r->packages_closed && !c->packages.len)) {
		r->in_packages = true;
		VEC_PUSH(&c->packages, arg);
		arg_put(c, arg, GO_ARG_PACKAGE);
	} else if (value_may_come) {
		arg_put(c, arg, GO_ARG_KEEP);
	} else {
		read_rest(r);
	}
}

/* go changes its directory before it reads anything else. */
static void read_dir(struct reader *r, const struct dashed *d)
{
	r->c->dir = d->value;
	if (!d->value && r->at < r->in->argc)
		r->c->dir = r->in->argv[r->at++];
}

static void read_go_flag(struct reader *r, const struct flag_spec *f, const char *arg,
			 const char *value)
{
	arg_put(r->c, arg, f->role);
	if (f->takes_value && !value) {
		if (r->at == r->in->argc)
			return; /* go says what is missing */
		value = r->in->argv[r->at++];
		arg_put(r->c, value, f->role);
	}
	flag_put(r->c, f, value, false);
}

static bool read_unknown(struct reader *r, const char *arg, const struct dashed *d, struct err *err)
{
	r->packages_closed = true;
	if (str_is(d->name, "args") && !d->value) {
		read_rest(r);
		return true;
	}
	if (d->two)
		return unknown_option(r, d->name, err);
	r->value_may_come = !d->value;
	arg_put(r->c, arg, GO_ARG_KEEP);
	return true;
}

static bool is_help(const struct dashed *d)
{
	return !d->value &&
	       (str_is(d->name, "h") || str_is(d->name, "help") || str_is(d->name, "?"));
}

static const struct option_spec *option_find(const struct cmdline_input *in, const struct dashed *d)
{
	for (size_t i = 0; d->two && i < in->options_len; i++) {
		if (str_is(d->name, in->options[i].name))
			return &in->options[i];
	}
	return NULL;
}

static bool read_arg(struct reader *r, struct err *err)
{
	const char *arg = r->in->argv[r->at++];
	bool value_may_come = r->value_may_come;
	const struct option_spec *ours;
	const struct flag_spec *f;
	struct dashed d;

	if (!strcmp(arg, "--")) {
		read_rest(r);
		return true;
	}
	if (!dashed_read(arg, &d)) {
		r->value_may_come = false;
		read_plain(r, arg, value_may_come);
		return true;
	}
	ours = option_find(r->in, &d);
	if (ours)
		return read_option(r, (size_t)(ours - r->in->options), &d, err);
	if (str_is(d.name, "C") && !r->c->args.len && !r->c->dir) {
		read_dir(r, &d);
		return true;
	}
	r->in_packages = false;
	r->value_may_come = false;
	f = flag_find(d.name);
	if (f) {
		read_go_flag(r, f, arg, d.value);
		return true;
	}
	if (is_help(&d)) {
		r->c->help = true;
		arg_put(r->c, arg, GO_ARG_KEEP);
		return true;
	}
	return read_unknown(r, arg, &d, err);
}

/* Flags that go test does not know are other commands': go skips them. */
static bool read_goflags(struct cmdline *c, const char *text, struct err *err)
{
	AUTO_WORDS words = { 0 };

	if (!quote_split(text ? text : "", c->arena, &words, err))
		return err_wrap(err, "GOFLAGS");
	for (size_t i = 0; i < words.len; i++) {
		const struct flag_spec *f;
		struct dashed d;

		if (!dashed_read(words.items[i], &d))
			return err_set(err, ERR_PARSE, "GOFLAGS: not a flag: %s", words.items[i]);
		f = flag_find(d.name);
		if (f)
			flag_put(c, f, d.value, true);
	}
	return true;
}

bool cmdline_parse(struct cmdline *c, const struct cmdline_input *in, struct arena *a,
		   struct err *err)
{
	struct reader r = { .c = c, .in = in };

	for (size_t i = 0; i < in->options_len; i++)
		assert(!cmdline_is_go_flag(in->options[i].name));
	c->arena = a;
	if (!read_goflags(c, in->goflags, err))
		return false;
	while (r.at < in->argc) {
		if (!read_arg(&r, err))
			return false;
	}
	return true;
}

void cmdline_release(struct cmdline *c)
{
	VEC_FREE(&c->options);
	VEC_FREE(&c->args);
	VEC_FREE(&c->flags);
	words_release(&c->packages);
}

const char *cmdline_option(const struct cmdline *c, size_t index)
{
	const char *value = NULL;

	for (size_t i = 0; i < c->options.len; i++) {
		if (c->options.items[i].index == index)
			value = c->options.items[i].value;
	}
	return value;
}

const char *cmdline_flag(const struct cmdline *c, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < c->flags.len; i++) {
		if (!strcmp(c->flags.items[i].name, name))
			value = c->flags.items[i].value;
	}
	return value;
}

bool cmdline_flag_on(const struct cmdline *c, const char *name)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True", "test2json" };
	const char *value = cmdline_flag(c, name);

	for (size_t i = 0; value && i < ARRAY_LEN(yes); i++) {
		if (!strcmp(value, yes[i]))
			return true;
	}
	return false;
}

static void word_put(const struct cmdline *c, struct words *out, const struct buf *text)
{
	VEC_PUSH(out, arena_strndup(c->arena, buf_str(text), text->len));
}

static bool put_exec(const struct cmdline *c, const struct inner_call *call, struct words *out,
		     struct err *err)
{
	const char *users = cmdline_flag(c, "exec");
	AUTO_BUF text = { 0 };

	if (!users && !call->wrap)
		return true;
	buf_puts(&text, "-exec=");
	if (call->wrap && !quote_join(&text, call->wrap, call->wrap_len, err))
		return err_wrap(err, "-exec");
	if (users)
		buf_printf(&text, "%s%s", call->wrap ? " " : "", users);
	word_put(c, out, &text);
	return true;
}

/* The last -ldflags whose pattern matches a package holds for it, so ours alone
 * comes first and is added to each of the user's. */
static void put_ldflags(const struct cmdline *c, const char *extra, struct words *out)
{
	AUTO_BUF text = { 0 };

	if (extra) {
		buf_printf(&text, "-ldflags=%s", extra);
		word_put(c, out, &text);
	}
	for (size_t i = 0; i < c->flags.len; i++) {
		const struct go_flag *f = &c->flags.items[i];

		if (strcmp(f->name, "ldflags") != 0 || (f->goflags && !extra))
			continue;
		buf_reset(&text);
		buf_printf(&text, "-ldflags=%s%s%s", f->value, extra ? " " : "",
			   extra ? extra : "");
		word_put(c, out, &text);
	}
}

static bool arg_stays(const struct go_arg *a, const struct inner_call *call)
{
	if (a->role == GO_ARG_REPLACE)
		return false;
	if (a->role == GO_ARG_ONCE || a->role == GO_ARG_WRITE)
		return !call->run;
	return a->role != GO_ARG_PACKAGE || !call->packages;
}

/* The flag that kept a positional argument from being a package may be gone. */
static bool needs_args(const struct cmdline *c, size_t i)
{
	const char *text = c->args.items[i].text;

	if (c->args.items[i].role != GO_ARG_TEST)
		return false;
	if (i && c->args.items[i - 1].role == GO_ARG_TEST)
		return false;
	return strcmp(text, "--") != 0 && strcmp(text, "-args") != 0 && strcmp(text, "--args") != 0;
}

static bool is_again(const struct again *again, enum go_arg_role role)
{
	return role != GO_ARG_WRITE && (!again->run || role != GO_ARG_ONCE) &&
	       (!again->package || role != GO_ARG_PACKAGE);
}

/* Of a flag that is given twice the last one holds. */
static void put_last(const struct again *again, struct words *out)
{
	for (size_t i = 0; again->flags && i < again->flags->len; i++)
		VEC_PUSH(out, again->flags->items[i]);
}

void cmdline_again(const struct cmdline *c, const struct again *again, struct words *out)
{
	size_t i = 0;

	if (again->run) {
		VEC_PUSH(out, "-run");
		VEC_PUSH(out, again->run);
	}
	if (again->package)
		VEC_PUSH(out, again->package);
	for (; i < c->args.len && c->args.items[i].role != GO_ARG_TEST; i++)
		if (is_again(again, c->args.items[i].role))
			VEC_PUSH(out, c->args.items[i].text);
	put_last(again, out);
	for (; i < c->args.len; i++) {
		if (needs_args(c, i))
			VEC_PUSH(out, "-args");
		VEC_PUSH(out, c->args.items[i].text);
	}
}

void cmdline_build_flags(const struct cmdline *c, struct words *out)
{
	static const char *const names[] = { "tags", "mod",  "modfile", "overlay",
					     "race", "msan", "asan",    "compiler" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = NULL;
		AUTO_BUF text = { 0 };

		for (size_t k = 0; k < c->flags.len; k++)
			if (!c->flags.items[k].goflags && !strcmp(c->flags.items[k].name, names[i]))
				value = c->flags.items[k].value;
		if (!value)
			continue;
		buf_printf(&text, "-%s=%s", names[i], value);
		word_put(c, out, &text);
	}
}

void cmdline_choose(struct cmdline *c, const struct words *packages)
{
	struct cmdline chosen = { 0 };
	size_t first = 0;

	while (first < c->args.len && c->args.items[first].role != GO_ARG_PACKAGE)
		first++;
	/* Where none was named they go in front: behind, they might be a flag's value. */
	if (first == c->args.len)
		first = 0;
	for (size_t i = 0; i <= c->args.len; i++) {
		for (size_t k = 0; i == first && k < packages->len; k++) {
			arg_put(&chosen, packages->items[k], GO_ARG_PACKAGE);
			VEC_PUSH(&chosen.packages, packages->items[k]);
		}
		if (i < c->args.len && c->args.items[i].role != GO_ARG_PACKAGE)
			VEC_PUSH(&chosen.args, c->args.items[i]);
	}
	VEC_FREE(&c->args);
	words_release(&c->packages);
	c->args.items = chosen.args.items;
	c->args.len = chosen.args.len;
	c->args.cap = chosen.args.cap;
	c->packages = chosen.packages;
}

static bool is_own_flag(const char *text)
{
	const char *name = text + 1 + (text[1] == '-' ? 1 : 0);
	size_t n = strcspn(name, "=");
	char word[64];

	if (n >= sizeof(word))
		return true;
	memcpy(word, name, n);
	word[n] = '\0';
	return !cmdline_is_go_flag(word);
}

void cmdline_own(const struct cmdline *c, struct words *out)
{
	bool value_may_come = false;

	for (size_t i = 0; i < c->args.len; i++) {
		const char *text = c->args.items[i].text;
		enum go_arg_role role = c->args.items[i].role;
		bool first = !i || c->args.items[i - 1].role != GO_ARG_TEST;
		bool own =
		    role == GO_ARG_TEST || (role == GO_ARG_KEEP && *text != '-' && value_may_come);

		if (role == GO_ARG_TEST && first &&
		    (!strcmp(text, "-args") || !strcmp(text, "--args")))
			continue;
		own |= role == GO_ARG_KEEP && *text == '-' && is_own_flag(text);
		value_may_come = own && *text == '-' && !strchr(text, '=');
		if (own)
			VEC_PUSH(out, text);
	}
}

bool cmdline_inner(const struct cmdline *c, const struct inner_call *call, struct words *out,
		   struct err *err)
{
	VEC_PUSH(out, call->go);
	VEC_PUSH(out, "test");
	if (c->dir) {
		VEC_PUSH(out, "-C");
		VEC_PUSH(out, c->dir);
	}
	VEC_PUSH(out, "-json");
	if (!put_exec(c, call, out, err))
		return false;
	put_ldflags(c, call->extra_ldflags, out);
	if (call->run) {
		VEC_PUSH(out, "-run");
		VEC_PUSH(out, call->run);
	}
	for (size_t i = 0; call->packages && i < call->packages_len; i++)
		VEC_PUSH(out, call->packages[i]);
	for (size_t i = 0; i < c->args.len; i++) {
		if (!arg_stays(&c->args.items[i], call))
			continue;
		if (needs_args(c, i))
			VEC_PUSH(out, "-args");
		VEC_PUSH(out, c->args.items[i].text);
	}
	return true;
}
