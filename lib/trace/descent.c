#include "trace/descent.h"

#include <string.h>

enum root { ROOT_UNKNOWN = 1, ROOT_OF_TEST, ROOT_OF_ANOTHER };

static const char *const runners[] = {
	"testing.tRunner",
	"testing.fRunner",
	"testing.(*B).runN",
};

/* testing's goroutines start with one of these. */
static bool is_root(const struct trace_stack *start)
{
	static const char *const starts[] = {
		"testing.tRunner",
		"testing.fRunner",
		"testing.(*B).run1.func1",
		"testing.(*B).launch",
	};

	for (size_t i = 0; start && i < ARRAY_LEN(starts); i++)
		if (!strcmp(start->frames[0].function, starts[i]))
			return true;
	return false;
}

/* "example.com/p.TestX.func1" -> "TestX.func1" */
static const char *without_package(const char *function)
{
	const char *slash = strrchr(function, '/');
	const char *dot = strchr(slash ? slash : function, '.');

	return dot ? dot + 1 : function;
}

/* The function that the runner at the foot of s called; NULL: it does not show. */
static const char *test_function(const struct trace_stack *s)
{
	for (uint32_t i = s ? s->len : 0; i-- > 1;)
		for (size_t k = 0; k < ARRAY_LEN(runners); k++)
			if (!strcmp(s->frames[i].function, runners[k]))
				return s->frames[i - 1].function;
	return NULL;
}

static bool is_creation(const struct order_event *e)
{
	return e->what == ORDER_TRANSITION && !e->of_proc && e->from == ORDER_NOT_EXIST;
}

/* What a stack of one of testing's goroutines says of it. Before it runs its test, and after, it
 * calls functions of testing's own. */
static void learn_root(struct descent *d, uintptr_t *root, const struct trace_stack *s)
{
	const char *function = test_function(s);

	if (!function || starts_with(function, "testing."))
		return;
	*root = ROOT_OF_ANOTHER;
	if (strcmp(without_package(function), d->test) != 0)
		return;
	*root = ROOT_OF_TEST;
	d->found = true;
}

void descent_learn(struct descent *d, struct order_reader *r, const struct order_event *e)
{
	uintptr_t *root;

	if (is_creation(e) && is_root(order_subject_stack(r, e)))
		map_set(&d->roots, e->subject, ROOT_UNKNOWN);
	if (e->goroutine == ORDER_NONE)
		return;
	root = map_find(&d->roots, e->goroutine);
	if (root && *root == ROOT_UNKNOWN)
		learn_root(d, root, order_stack(r, e));
}

/* Whether a goroutine without a creator starts a closure of the test. */
static bool is_closure(const struct descent *d, const struct trace_stack *start)
{
	const char *name = start ? without_package(start->frames[0].function) : "";
	size_t n = strlen(d->test);

	return !strncmp(name, d->test, n) && name[n] == '.';
}

static bool is_inside(const struct descent *d, uint64_t goroutine)
{
	return goroutine != ORDER_NONE && map_find(&d->inside, goroutine);
}

static bool is_born_inside(const struct descent *d, struct order_reader *r,
			   const struct order_event *e)
{
	const uintptr_t *root = map_find(&d->roots, e->subject);

	if (root && *root == ROOT_OF_TEST)
		return true;
	if (e->goroutine == ORDER_NONE)
		return is_closure(d, order_subject_stack(r, e));
	return is_inside(d, e->goroutine);
}

bool descent_has(struct descent *d, struct order_reader *r, const struct order_event *e)
{
	bool inside;

	if (e->what != ORDER_TRANSITION)
		return is_inside(d, e->goroutine);
	if (e->of_proc)
		return false;
	if (is_creation(e) && is_born_inside(d, r, e))
		map_set(&d->inside, e->subject, 1);
	inside = is_inside(d, e->subject);
	if (e->to == ORDER_NOT_EXIST)
		map_del(&d->inside, e->subject);
	return inside;
}

void descent_release(struct descent *d)
{
	map_release(&d->roots);
	map_release(&d->inside);
}
