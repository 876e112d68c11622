#include "watch/inventory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "guard/seal.h"
#include "proc/connection.h"

#define COMMAND_MAX 160   /* bytes of a command line that are told */
#define PIPE_BYTES  65536 /* of a pipe that nobody made larger: man 7 pipe */

void inventory_begin(struct inventory *v, int pid)
{
	v->begun = descriptors_read(&v->before, pid, &v->arena);
	task_children_read(&v->children_before, pid);
}

static const char *keep(struct inventory *v, const struct buf *b)
{
	return arena_strndup(&v->arena, buf_str(b), b->len);
}

bool holding_same(const struct holding *a, const struct holding *b)
{
	return a->child == b->child && !strcmp(a->words, b->words);
}

static void add(struct inventory *v, const struct holding *one)
{
	struct holding *known = NULL;

	for (size_t i = 0; i < v->left.len && !known; i++)
		if (holding_same(&v->left.items[i], one))
			known = &v->left.items[i];
	if (known)
		known->count++;
	else
		VEC_PUSH(&v->left, *one);
}

static bool is_ours(const struct descriptor *d, uint64_t ours)
{
	char pipe[48];

	snprintf(pipe, sizeof(pipe), "pipe:[%" PRIu64 "]", ours);
	return d->fd <= 2 || !strcmp(d->target, pipe) ||
	       starts_with(d->target, "/memfd:" SEAL_NAME);
}

/* A pipe that io.Copy between connections went through is kept for the next one: both ends in the
 * process, and made larger (src/internal/poll/splice_linux.go). */
static bool is_splice_pipe(const struct descriptors *d, const struct descriptor *one, int pid)
{
	bool whole = false;

	for (size_t i = 0; i < d->len && one->kind == DESCRIPTOR_PIPE; i++)
		whole |= &d->items[i] != one && !strcmp(d->items[i].target, one->target);
	return whole && descriptor_pipe_bytes(pid, one->fd) != PIPE_BYTES;
}

/* Whether an output is another file than when the tests began, and not because it was sealed. */
static bool moved_output(const struct inventory *v, const struct descriptors *now)
{
	for (size_t i = 0; i < now->len; i++) {
		const struct descriptor *d = &now->items[i];

		if ((d->fd == 1 || d->fd == 2) && !descriptors_have(&v->before, d) &&
		    !starts_with(d->target, "/memfd:" SEAL_NAME))
			return true;
	}
	return false;
}

static void take_descriptors(struct inventory *v, int pid, uint64_t ours)
{
	struct connection_tables nets = { 0 };
	struct descriptors now = { 0 };

	v->taken = v->begun && descriptors_read(&now, pid, &v->arena) && !moved_output(v, &now);
	for (size_t i = 0; v->taken && i < now.len; i++) {
		const struct descriptor *d = &now.items[i];
		struct holding one = { .kind = d->kind, .count = 1 };
		AUTO_BUF words = { 0 };

		if (d->kind == DESCRIPTOR_INNER || is_ours(d, ours) ||
		    descriptors_have(&v->before, d) || is_splice_pipe(&now, d, pid))
			continue;
		descriptor_put(&words, d, pid, &nets);
		one.words = keep(v, &words);
		add(v, &one);
	}
	connection_tables_release(&nets);
	descriptors_release(&now);
}

static bool had_child(const struct inventory *v, int pid)
{
	for (size_t i = 0; i < v->children_before.len; i++)
		if (v->children_before.items[i] == pid)
			return true;
	return false;
}

/* "sleep 20": its arguments with a space between. */
static void put_command(struct buf *out, int pid)
{
	AUTO_BUF raw = { 0 };

	table_read(&raw, pid, "cmdline");
	for (size_t i = 0; i < raw.len && i < COMMAND_MAX; i++)
		if (raw.data[i] || i + 1 < raw.len)
			buf_put(out, raw.data[i] ? &raw.data[i] : " ", 1);
	if (raw.len > COMMAND_MAX)
		buf_puts(out, "…");
}

static void take_children(struct inventory *v, int pid)
{
	struct task_children now = { 0 };

	task_children_read(&now, pid);
	for (size_t i = 0; i < now.len; i++) {
		struct holding one = { .child = true, .count = 1, .pid = now.items[i] };
		AUTO_BUF words = { 0 };

		if (had_child(v, one.pid))
			continue;
		put_command(&words, one.pid);
		one.words = keep(v, &words);
		add(v, &one);
	}
	task_children_release(&now);
}

void inventory_take(struct inventory *v, int pid, uint64_t ours)
{
	v->left.len = 0;
	take_descriptors(v, pid, ours);
	take_children(v, pid);
}

const struct holding *inventory_find(const struct inventory *v, const struct holding *like)
{
	for (size_t i = 0; i < v->left.len; i++)
		if (holding_same(&v->left.items[i], like))
			return &v->left.items[i];
	return NULL;
}

bool inventory_has_children(const struct inventory *v)
{
	for (size_t i = 0; i < v->left.len; i++)
		if (v->left.items[i].child)
			return true;
	return false;
}

void inventory_release(struct inventory *v)
{
	descriptors_release(&v->before);
	task_children_release(&v->children_before);
	VEC_FREE(&v->left);
	arena_clear(&v->arena);
}
