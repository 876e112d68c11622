#include "account/opening.h"

#include <string.h>

#include "base/str.h"
#include "gotest/name.h"

static const struct {
	const char *function; /* that makes the call */
	enum opening opening;
} calls[] = {
	{ "syscall.openat", OPENING_FILE },
	{ "syscall.Open", OPENING_FILE },
	{ "syscall.Openat", OPENING_FILE },
	{ "internal/syscall/unix.Openat", OPENING_FILE },
	{ "golang.org/x/sys/unix.openat", OPENING_FILE },
	{ "syscall.bind", OPENING_LISTENER },
	{ "syscall.Bind", OPENING_LISTENER },
	{ "syscall.connect", OPENING_CONNECTION },
	{ "syscall.Connect", OPENING_CONNECTION },
	{ "syscall.forkExec", OPENING_CHILD },
	{ "os.NewFile", OPENING_OTHER },
};

/* Functions of the standard library that hand on what they open. */
static const char *const openers[] = {
	"os.Open",         "os.Create",         "os.NewFile",
	"os.(*Root).Open", "os.(*Root).Create", "net.Dial",
	"net.Listen",      "net.(*Dialer)",     "net.(*ListenConfig)",
	"syscall.",        "os/exec.",          "crypto/tls.",
	"os.StartProcess", "net.File",
};

static enum opening call_of(const struct trace_stack *s, uint32_t end)
{
	for (uint32_t i = 0; i < end; i++)
		for (size_t k = 0; k < ARRAY_LEN(calls); k++)
			if (!strcmp(s->frames[i].function, calls[k].function))
				return calls[k].opening;
	return OPENING_NONE;
}

static bool hands_on(const char *function)
{
	for (size_t i = 0; i < ARRAY_LEN(openers); i++)
		if (starts_with(function, openers[i]))
			return true;
	return false;
}

static uint32_t caller_of(const struct trace_stack *s)
{
	uint32_t i = 0;

	while (i < s->len && (name_is_std(s->frames[i].function) ||
			      starts_with(s->frames[i].function, "golang.org/x/sys/")))
		i++;
	return i;
}

bool opening_same(const struct trace_stack *a, const struct trace_stack *b)
{
	uint32_t i = caller_of(a), j = caller_of(b);

	if (a->len - i != b->len - j)
		return false;
	for (; i < a->len; i++, j++)
		if (a->frames[i].line != b->frames[j].line ||
		    strcmp(a->frames[i].function, b->frames[j].function) != 0)
			return false;
	return true;
}

enum opening opening_of(const struct trace_stack *s)
{
	uint32_t user = caller_of(s);
	enum opening o;

	if (!user || user == s->len || !hands_on(s->frames[user - 1].function))
		return OPENING_NONE;
	o = call_of(s, user);
	/* os/exec opens /dev/null for the child, and closes it. */
	if (o != OPENING_CHILD && starts_with(s->frames[user - 1].function, "os/exec."))
		return OPENING_NONE;
	return o;
}
