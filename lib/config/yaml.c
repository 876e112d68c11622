#include "config/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/str.h"
#include "base/utf8.h"
#include "base/vec.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct frame {
	struct node *node;
	struct node *last; /* child */
	struct node *key;  /* of the child to come */
};

struct reader {
	const char *name;
	struct str text;
	size_t start;        /* of the text, behind a byte order mark */
	struct arena *arena; /* borrowed */
	struct err *err;
	struct {
		size_t *items; /* where each line begins */
		size_t len, cap;
	} lines;
	yaml_parser_t parser;
	struct frame stack[YAML_DEPTH_MAX];
	size_t depth;
	size_t nodes;
	struct node *root;
	bool ended; /* the document is over */
};

static bool fail_at(struct reader *r, size_t offset, const char *message)
{
	size_t line = r->lines.len;

	while (line > 1 && r->lines.items[line - 1] > offset)
		line--;
	err_set(r->err, ERR_USAGE, "%s", message);
	return err_at(r->err, r->name, (uint32_t)line,
		      (uint32_t)(offset - r->lines.items[line - 1]) + 1);
}

/* --- before the parser sees it ------------------------------------------------------ */

static bool is_shown(uint32_t c)
{
	return c == '\n' || c == '\r' || c == '\t' || !utf8_is_unsafe(c);
}

static bool refuse(struct reader *r, size_t at, uint32_t c)
{
	struct err message;

	if (c == UTF8_BAD)
		return fail_at(r, at, "this is not UTF-8");
	err_set(&message, ERR_USAGE, "the character U+%04X cannot be seen: write it as an escape",
		c);
	return fail_at(r, at, message.msg);
}

/* Finds the lines, and what no configuration has a use for. */
static bool scan(struct reader *r)
{
	const char *p = r->text.p;
	size_t at = r->start;

	VEC_PUSH(&r->lines, at);
	while (at < r->text.n) {
		uint32_t c;
		size_t n = utf8_decode(p + at, r->text.n - at, &c);

		if (!is_shown(c))
			return refuse(r, at, c);
		at += n;
		if (c == '\n' || (c == '\r' && (at == r->text.n || p[at] != '\n')))
			VEC_PUSH(&r->lines, at);
	}
	return true;
}

/* --- positions ---------------------------------------------------------------------- */

/* libyaml counts characters, and puts the end of a last line without its end in a line more. */
static size_t offset_of(const struct reader *r, const yaml_mark_t *mark)
{
	size_t at;

	if (mark->line >= r->lines.len)
		return r->text.n;
	at = r->lines.items[mark->line];
	for (size_t i = 0; i < mark->column && at < r->text.n; i++) {
		uint32_t c;

		at += utf8_decode(r->text.p + at, r->text.n - at, &c);
	}
	return at;
}

static struct spot spot_of(const struct reader *r, const yaml_mark_t *mark)
{
	size_t line = mark->line < r->lines.len ? mark->line : r->lines.len - 1;
	size_t at = offset_of(r, mark);

	return (struct spot){
		.line = (uint32_t)line + 1,
		.col = (uint32_t)(at - r->lines.items[line]) + 1,
		.offset = at,
	};
}

/* --- the tree ------------------------------------------------------------------------- */

static bool is_nothing(const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;

	return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*text || !strcmp(text, "~") || !strcmp(text, "null"));
}

static bool check_key(struct reader *r, const struct frame *f, const struct node *key)
{
	struct err message;

	if (key->kind != NODE_TEXT)
		return fail_at(r, key->at.offset, "a key is a text");
	if (f->node->len >= YAML_KEYS_MAX)
		return fail_at(r, key->at.offset, "too many keys in one map");
	for (const struct node *c = f->node->first; c; c = c->next) {
		if (strcmp(c->key->text, key->text) != 0)
			continue;
		err_set(&message, ERR_USAGE, "duplicate key '%.60s', it is in line %u already",
			key->text, c->key->at.line);
		return fail_at(r, key->at.offset, message.msg);
	}
	return true;
}

/* Puts a node where it belongs. */
static bool place(struct reader *r, struct node *n)
{
	struct frame *f = r->depth ? &r->stack[r->depth - 1] : NULL;

	if (!f) {
		r->root = n;
		return true;
	}
	if (f->node->kind == NODE_MAP && !f->key) {
		f->key = n;
		return check_key(r, f, n);
	}
	n->key = f->key;
	f->key = NULL;
	if (f->last)
		f->last->next = n;
	else
		f->node->first = n;
	f->last = n;
	f->node->len++;
	return true;
}

static struct node *new_node(struct reader *r, enum node_kind kind, const yaml_event_t *e)
{
	struct node *n = ARENA_NEW(r->arena, struct node);

	*n = (struct node){ .kind = kind, .at = spot_of(r, &e->start_mark), .text = "" };
	n->end = n->at.offset;
	return n;
}

static bool add_text(struct reader *r, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	struct node *n = new_node(r, is_nothing(e) ? NODE_NULL : NODE_TEXT, e);

	if (memchr(text, '\0', e->data.scalar.length))
		return fail_at(r, n->at.offset, "there is a NUL in this text");
	if (n->kind == NODE_TEXT)
		n->text = arena_strndup(r->arena, text, e->data.scalar.length);
	n->end = offset_of(r, &e->end_mark);
	return place(r, n);
}

static bool open_node(struct reader *r, enum node_kind kind, bool flow, const yaml_event_t *e)
{
	struct node *n = new_node(r, kind, e);

	n->flow = flow;
	if (r->depth == YAML_DEPTH_MAX)
		return fail_at(r, n->at.offset, "nested too deeply");
	if (!place(r, n))
		return false;
	r->stack[r->depth++] = (struct frame){ .node = n };
	return true;
}

static void close_node(struct reader *r, const yaml_event_t *e)
{
	struct frame *f = &r->stack[--r->depth];

	/* libyaml ends a block where the next thing begins, behind all comments. */
	f->node->end = f->node->flow ? offset_of(r, &e->end_mark)
		       : f->last     ? f->last->end
				     : f->node->at.offset;
}

/* Anchors without aliases do no harm. */
static bool has_tag(const yaml_event_t *e)
{
	return (e->type == YAML_SCALAR_EVENT && e->data.scalar.tag) ||
	       (e->type == YAML_SEQUENCE_START_EVENT && e->data.sequence_start.tag) ||
	       (e->type == YAML_MAPPING_START_EVENT && e->data.mapping_start.tag);
}

static bool take(struct reader *r, const yaml_event_t *e)
{
	size_t at = offset_of(r, &e->start_mark);

	if (has_tag(e))
		return fail_at(r, at, "tags are not supported");
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return !r->ended || fail_at(r, at, "expected one document, here is another");
	case YAML_DOCUMENT_END_EVENT:
		r->ended = true;
		return true;
	case YAML_ALIAS_EVENT:
		return fail_at(r, at, "aliases are not supported: write it out");
	case YAML_SCALAR_EVENT:
		return add_text(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(r, NODE_LIST,
				 e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE, e);
	case YAML_MAPPING_START_EVENT:
		return open_node(r, NODE_MAP,
				 e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_node(r, e);
		return true;
	default:
		return true;
	}
}

/* libyaml's own words; their context only repeats what is there. */
static bool fail_parser(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct err message;

	if (p->error != YAML_SCANNER_ERROR && p->error != YAML_PARSER_ERROR)
		return fail_at(r, r->start, p->problem ? p->problem : "it cannot be read");
	err_set(&message, ERR_USAGE, "%s%s%s", p->context ? p->context : "", p->context ? ": " : "",
		p->problem);
	return fail_at(r, offset_of(r, &p->problem_mark), message.msg);
}

static bool read_events(struct reader *r)
{
	bool ok = true, over = false;

	while (ok && !over) {
		yaml_event_t e;

		if (!yaml_parser_parse(&r->parser, &e))
			return fail_parser(r);
		over = e.type == YAML_STREAM_END_EVENT;
		if (++r->nodes > (size_t)2 * YAML_NODES_MAX)
			ok = fail_at(r, offset_of(r, &e.start_mark), "too much of everything");
		ok = ok && take(r, &e);
		yaml_event_delete(&e);
	}
	return ok;
}

static bool parse(struct reader *r)
{
	bool ok;

	if (!yaml_parser_initialize(&r->parser))
		abort();
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.p + r->start,
				     r->text.n - r->start);
	ok = read_events(r);
	yaml_parser_delete(&r->parser);
	return ok;
}

bool yaml_read(const char *text, size_t n, const char *name, struct arena *arena,
	       struct node **root, struct err *err)
{
	static const struct node nothing = { .kind = NODE_NULL, .at = { 1, 1, 0 }, .text = "" };
	struct reader r = { .name = name, .text = { text, n }, .arena = arena, .err = err };
	bool ok;

	r.start = str_starts(r.text, BYTE_ORDER_MARK) ? strlen(BYTE_ORDER_MARK) : 0;
	if (n > YAML_BYTES_MAX) {
		err_set(err, ERR_USAGE, "it is larger than %d MiB", YAML_BYTES_MAX >> 20);
		return err_at(err, name, 1, 1);
	}
	ok = scan(&r) && parse(&r);
	VEC_FREE(&r.lines);
	if (!ok)
		return false;
	if (!r.root) {
		r.root = ARENA_NEW(arena, struct node);
		*r.root = nothing;
	}
	*root = r.root;
	return true;
}

struct node *node_get(const struct node *map, const char *key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (struct node *c = map->first; c; c = c->next)
		if (!strcmp(c->key->text, key))
			return c;
	return NULL;
}

const char *node_kind_name(const struct node *n)
{
	static const char *const names[] = {
		[NODE_NULL] = "nothing",
		[NODE_TEXT] = "a text",
		[NODE_LIST] = "a list",
		[NODE_MAP] = "a map",
	};

	return names[n->kind];
}

void yaml_put_library(struct buf *out)
{
	buf_printf(out, "libyaml %s", yaml_get_version_string());
}
