#include "watch/arguments.h"

/* Boolean flags of testing take no separate value: src/testing/testing.go, 1.22 to 1.27. */
static bool is_boolean(struct str name)
{
	static const char *const booleans[] = { "short",        "failfast", "benchmem",
						"paniconexit0", "fullpath", "artifacts",
						"fuzzworker",   "v" };

	for (size_t i = 0; i < ARRAY_LEN(booleans); i++)
		if (str_is(name, booleans[i]))
			return true;
	return false;
}

/* One argument as the flag package sees it. */
struct flag {
	bool test;        /* -test.something */
	struct str name;  /* without "-test." */
	struct str value; /* p NULL: none in this argument */
};

/* False: the flags end here ("--", "-", or a positional argument). */
static bool parse_flag(const char *arg, struct flag *f)
{
	struct str s = str_of(arg);
	const char *equals;

	*f = (struct flag){ 0 };
	if (!str_skip(&s, "-"))
		return false;
	str_skip(&s, "-");
	if (!s.n)
		return false;
	f->test = str_skip(&s, "test.");
	f->name = s;
	equals = memchr(s.p, '=', s.n);
	if (equals) {
		f->name.n = (size_t)(equals - s.p);
		f->value = (struct str){ .p = equals + 1, .n = s.n - f->name.n - 1 };
	}
	return true;
}

/* How many arguments the flag at i takes: 1 or 2. What is not testing's is a flag of the
 * test's own, and cmd/go and people write those with "=", or not at all knowably. */
static size_t flag_width(const struct flag *f)
{
	return f->test && !f->value.p && !is_boolean(f->name) ? 2 : 1;
}

static bool looks_like_test(const char *word)
{
	return ends_with(word, ".test");
}

void arguments_read(struct arguments *a, char *const *argv, size_t n)
{
	struct flag f;

	*a = (struct arguments){ .argv = (char **)(uintptr_t)argv, .len = n }; /* NOLINT */
	for (size_t i = 0; i < n && n && !looks_like_test(argv[0]); i++)
		if (looks_like_test(argv[i])) {
			a->binary = i;
			break;
		}
	a->rest = a->binary + 1;
	while (a->rest < n && parse_flag(argv[a->rest], &f))
		a->rest += flag_width(&f);
	if (a->rest > n)
		a->rest = n;
}

struct str arguments_flag(const struct arguments *a, const char *name)
{
	struct str value = { 0 };
	struct flag f;

	for (size_t i = a->binary + 1; i < a->rest && parse_flag(a->argv[i], &f);
	     i += flag_width(&f)) {
		if (!f.test || !str_is(f.name, name))
			continue;
		if (f.value.p)
			value = f.value;
		else if (flag_width(&f) == 2)
			value = i + 1 < a->rest ? str_of(a->argv[i + 1]) : str_of("");
		else
			value = str_of("true");
	}
	return value;
}

static bool is_dropped(const struct flag *f, const char *const *drop)
{
	for (; f->test && drop && *drop; drop++)
		if (str_is(f->name, *drop))
			return true;
	return false;
}

char **arguments_apply(const struct arguments *a, const struct arguments_change *change,
		       struct arena *arena)
{
	size_t added = 0, n = 0;
	struct flag f;
	char **out;

	while (change->add && change->add[added])
		added++;
	out = arena_alloc(arena, (a->len + added + 1) * sizeof(*out));
	for (size_t i = 0; i <= a->binary; i++)
		out[n++] = a->argv[i];
	for (size_t i = 0; i < added; i++)
		out[n++] = arena_strndup(arena, change->add[i], strlen(change->add[i]));
	for (size_t i = a->binary + 1; i < a->rest && parse_flag(a->argv[i], &f);) {
		size_t width = flag_width(&f);

		for (size_t j = i; !is_dropped(&f, change->drop) && j < i + width && j < a->rest;
		     j++)
			out[n++] = a->argv[j];
		i += width;
	}
	for (size_t i = a->rest; i < a->len; i++)
		out[n++] = a->argv[i];
	return out;
}
