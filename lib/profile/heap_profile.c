#include "profile/heap_profile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/map.h"
#include "profile.pb-c.h"
#include "profile/gzip.h"

#define FILE_MAX   ((size_t)64 << 20)
#define MEMORY_MAX ((size_t)1 << 30)  /* for the message */
#define AMOUNT_MAX (INT64_C(1) << 42) /* bytes of one site */
#define DEPTH_MAX  4096 /* frames of a stack; Go itself keeps 128 and what is inlined */

/* The message's memory: an empty message of two bytes is a struct of a hundred. */
struct budget {
	struct arena arena;
	size_t left;
};

static void *budget_alloc(void *ctx, size_t size)
{
	struct budget *b = ctx;

	if (size > b->left)
		return NULL;
	b->left -= size;
	return arena_alloc(&b->arena, size);
}

static void budget_free(void *ctx, void *p)
{
	(void)ctx;
	(void)p;
}

struct reading {
	const Pprof__Profile *message;
	struct heap_profile *to;
	struct map locations, functions; /* by id */
	size_t objects, bytes;           /* which of a sample's values they are */
	const char **texts;              /* copies, in to's arena */
	struct err *err;
};

static bool misses(struct reading *r, const char *what)
{
	return err_set(r->err, ERR_PARSE, "it is damaged: it refers to a %s that is not there",
		       what);
}

static bool text_at(struct reading *r, int64_t index, const char **text)
{
	if (index < 0 || (uint64_t)index >= r->message->n_string_table)
		return misses(r, "text");
	*text = r->texts[index];
	return true;
}

static void copy_texts(struct reading *r)
{
	size_t n = r->message->n_string_table;

	r->texts = arena_alloc(&r->to->arena, (n + 1) * sizeof(*r->texts));
	for (size_t i = 0; i < n; i++) {
		const char *s = r->message->string_table[i];

		r->texts[i] = arena_strndup(&r->to->arena, s, strlen(s));
	}
}

/* Which value of a sample has the name. */
static bool find_value(struct reading *r, const char *name, size_t *index)
{
	for (size_t i = 0; i < r->message->n_sample_type; i++) {
		const char *type = "";

		if (!text_at(r, r->message->sample_type[i]->type, &type))
			return false;
		*index = i;
		if (!strcmp(type, name))
			return true;
	}
	return err_set(r->err, ERR_PARSE, "it is no heap profile: it has no %s", name);
}

static void index_ids(struct reading *r)
{
	for (size_t i = 0; i < r->message->n_location; i++)
		map_put(&r->locations, r->message->location[i]->id, r->message->location[i]);
	for (size_t i = 0; i < r->message->n_function; i++)
		map_put(&r->functions, r->message->function[i]->id, r->message->function[i]);
}

static bool put_frame(struct reading *r, const Pprof__Line *line, struct heap_frame *f)
{
	const Pprof__Function *function = map_get(&r->functions, line->function_id);

	if (!function)
		return misses(r, "function");
	f->line = line->line > 0 && line->line <= INT32_MAX ? (uint32_t)line->line : 0;
	return text_at(r, function->name, &f->function) && text_at(r, function->filename, &f->file);
}

/* Of a sample's locations, those that are inlined first. */
static bool count_frames(struct reading *r, const Pprof__Sample *s, size_t *depth)
{
	*depth = 0;
	for (size_t i = 0; i < s->n_location_id; i++) {
		const Pprof__Location *l = map_get(&r->locations, s->location_id[i]);

		if (!l)
			return misses(r, "location");
		*depth += l->n_line;
		if (*depth > DEPTH_MAX)
			return err_set(r->err, ERR_LIMIT, "a stack has more than %d frames",
				       DEPTH_MAX);
	}
	return true;
}

static bool put_frames(struct reading *r, const Pprof__Sample *s, struct heap_site *site)
{
	size_t depth;

	if (!count_frames(r, s, &depth))
		return false;
	site->frames = arena_alloc(&r->to->arena, (depth + 1) * sizeof(*site->frames));
	for (size_t i = 0; i < s->n_location_id; i++) {
		const Pprof__Location *l = map_get(&r->locations, s->location_id[i]);

		for (size_t k = 0; k < l->n_line; k++)
			if (!put_frame(r, l->line[k], &site->frames[site->depth++]))
				return false;
	}
	return true;
}

static bool find_block(struct reading *r, const Pprof__Sample *s, int64_t *bytes)
{
	for (size_t i = 0; i < s->n_label; i++) {
		const char *key = "";

		if (!text_at(r, s->label[i]->key, &key))
			return false;
		if (!strcmp(key, "bytes"))
			*bytes = s->label[i]->num;
	}
	return true;
}

/* Sums of them are numbers, too. */
static bool is_amount(int64_t n)
{
	return n >= 0 && n <= AMOUNT_MAX;
}

static bool put_site(struct reading *r, const Pprof__Sample *s, struct heap_site *site)
{
	if (s->n_value != r->message->n_sample_type)
		return err_set(r->err, ERR_PARSE, "it is damaged: a sample misses values");
	if (!is_amount(s->value[r->objects]) || !is_amount(s->value[r->bytes]))
		return err_set(r->err, ERR_PARSE, "it is damaged: a sample has no possible amount");
	site->objects = s->value[r->objects];
	site->bytes = s->value[r->bytes];
	return find_block(r, s, &site->block_bytes) && put_frames(r, s, site);
}

static bool put_sites(struct reading *r)
{
	size_t n = r->message->n_sample;
	struct heap_site *items = arena_alloc(&r->to->arena, (n + 1) * sizeof(*items));

	for (size_t i = 0; i < n; i++)
		if (!put_site(r, r->message->sample[i], &items[i]))
			return false;
	r->to->items = items;
	r->to->len = n;
	return true;
}

static bool read_message(struct heap_profile *p, const Pprof__Profile *message, struct err *err)
{
	struct reading r = { .message = message, .to = p, .err = err };
	bool ok;

	copy_texts(&r);
	index_ids(&r);
	ok = find_value(&r, "inuse_objects", &r.objects) &&
	     find_value(&r, "inuse_space", &r.bytes) && put_sites(&r);
	map_release(&r.locations);
	map_release(&r.functions);
	return ok;
}

static bool unpack(struct heap_profile *p, const struct buf *raw, struct err *err)
{
	struct budget budget = { .left = MEMORY_MAX };
	ProtobufCAllocator allocator = { .alloc = budget_alloc,
					 .free = budget_free,
					 .allocator_data = &budget };
	const Pprof__Profile *message =
	    pprof__profile__unpack(&allocator, raw->len, (const uint8_t *)buf_str(raw));
	bool ok;

	if (message)
		ok = read_message(p, message, err);
	else if (budget.left < MEMORY_MAX / 2)
		ok = err_set(err, ERR_LIMIT, "it is too large");
	else
		ok = err_set(err, ERR_PARSE, "it is no profile, or damaged");
	arena_clear(&budget.arena);
	return ok;
}

bool heap_profile_parse(struct heap_profile *p, const void *bytes, size_t n, struct err *err)
{
	AUTO_BUF raw = { 0 };

	return gzip_unpack(&raw, bytes, n, HEAP_PROFILE_MAX, err) && unpack(p, &raw, err);
}

bool heap_profile_read(struct heap_profile *p, const char *path, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	AUTO_BUF bytes = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, errno, "it cannot be opened");
	/* A pipe may never end. */
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_OS, "it is no regular file");
	if (!buf_fill(&bytes, fd, FILE_MAX))
		return err_sys(err, errno, "it cannot be read");
	return heap_profile_parse(p, buf_str(&bytes), bytes.len, err);
}

void heap_profile_release(struct heap_profile *p)
{
	arena_clear(&p->arena);
	*p = (struct heap_profile){ 0 };
}

void heap_profile_put_library(struct buf *out)
{
	buf_printf(out, "protobuf-c %s", protobuf_c_version());
}
