#include "config/edit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/document.h"
#include "json/write.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* A JSON string is a YAML scalar as well. */
void edit_put_scalar(struct buf *out, const char *text)
{
	struct json_writer w = JSON_WRITER(out);
	bool plain = *text && !text[strspn(text, ALNUM "_./()*-~+")] &&
		     strchr(ALNUM "/.(_", *text) && strcmp(text, "null") != 0 &&
		     strcmp(text, "...") != 0;

	if (plain)
		buf_puts(out, text);
	else
		json_str(&w, text);
}

struct edit {
	const struct edit_spec *spec;
	struct str text;
	const char *newline;
	size_t at; /* where the insertion goes */
	struct buf inserted;
};

/* --- what is inserted -------------------------------------------------------------------- */

static void put_spaces(struct buf *b, size_t n)
{
	while (n--)
		buf_putc(b, ' ');
}

static void put_block_item(struct edit *e, size_t indent)
{
	const char *dash = "- ", *comment = e->spec->comment;

	for (size_t i = 0; i < e->spec->len; i++) {
		if (!e->spec->pairs[i].value)
			continue;
		put_spaces(&e->inserted, indent);
		buf_printf(&e->inserted, "%s%s: ", dash, e->spec->pairs[i].key);
		edit_put_scalar(&e->inserted, e->spec->pairs[i].value);
		if (comment)
			buf_printf(&e->inserted, " # %s", comment);
		comment = NULL;
		buf_puts(&e->inserted, e->newline);
		dash = "  ";
	}
}

static void put_flow_item(struct edit *e)
{
	const char *before = "{";

	for (size_t i = 0; i < e->spec->len; i++) {
		if (!e->spec->pairs[i].value)
			continue;
		buf_printf(&e->inserted, "%s%s: ", before, e->spec->pairs[i].key);
		edit_put_scalar(&e->inserted, e->spec->pairs[i].value);
		before = ", ";
	}
	buf_putc(&e->inserted, '}');
}

/* --- where ---------------------------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The begin of the line after the one that `offset` is the end of something in. */
static size_t next_line(const struct edit *e, size_t offset)
{
	const char *p = e->text.p;

	while (offset > 0 && is_space(p[offset - 1]))
		offset--;
	while (offset < e->text.n && p[offset] != '\n' && p[offset] != '\r')
		offset++;
	if (offset < e->text.n && p[offset] == '\r')
		offset++;
	if (offset < e->text.n && p[offset] == '\n')
		offset++;
	return offset;
}

/* At the begin of a line: the last one may lack its end. */
static void insert_at_line(struct edit *e, size_t at)
{
	e->at = at;
	if (at > 0 && e->text.p[at - 1] != '\n' && e->text.p[at - 1] != '\r')
		buf_puts(&e->inserted, e->newline);
}

/* The item of the list that the new one comes before. */
static const struct node *successor(const struct edit *e, const struct node *list)
{
	for (const struct node *n = list->first; n && e->spec->before; n = n->next)
		if (n->at.line == e->spec->before)
			return n;
	return NULL;
}

static void add_to_flow_list(struct edit *e, const struct node *list)
{
	const struct node *last = list->first, *next = successor(e, list);

	if (next) {
		e->at = next->at.offset;
		put_flow_item(e);
		buf_puts(&e->inserted, ", ");
		return;
	}

	while (last && last->next)
		last = last->next;
	e->at = last ? last->end : list->end - 1;
	if (last)
		buf_puts(&e->inserted, ", ");
	put_flow_item(e);
}

static void add_to_flow_map(struct edit *e, const struct node *map)
{
	const struct node *last = map->first;

	while (last && last->next)
		last = last->next;
	e->at = last ? last->end : map->end - 1;
	buf_puts(&e->inserted, last ? ", allow: [" : "allow: [");
	put_flow_item(e);
	buf_putc(&e->inserted, ']');
}

static void add_to_root(struct edit *e, const struct node *root)
{
	size_t indent = root->kind == NODE_MAP ? root->at.col - 1 : 0;

	insert_at_line(e, e->text.n);
	put_spaces(&e->inserted, indent);
	buf_puts(&e->inserted, "allow:");
	buf_puts(&e->inserted, e->newline);
	put_block_item(e, indent + 2);
}

static void add_to_block_list(struct edit *e, const struct node *list)
{
	const struct node *next = successor(e, list);
	size_t at = next ? next->at.offset : next_line(e, list->end);

	while (next && at > 0 && e->text.p[at - 1] != '\n' && e->text.p[at - 1] != '\r')
		at--;
	insert_at_line(e, at);
	put_block_item(e, list->at.col - 1);
}

static void add_item(struct edit *e, const struct node *root)
{
	const struct node *allow = node_get(root, "allow");

	if (!allow && root->flow) {
		add_to_flow_map(e, root);
	} else if (!allow) {
		add_to_root(e, root);
	} else if (allow->flow) {
		add_to_flow_list(e, allow);
	} else if (allow->kind == NODE_LIST) {
		add_to_block_list(e, allow);
	} else {
		insert_at_line(e, next_line(e, allow->key->end));
		put_block_item(e, allow->key->at.col + 1);
	}
}

/* --- whether it came out well ------------------------------------------------------------- */

static bool ignore(const struct document *d, const char *path, const struct node *at)
{
	(void)d;
	(void)path;
	(void)at;
	return true;
}

static bool read_alone(struct config *c, struct str text, const char *name, struct node **root,
		       struct err *err)
{
	struct document d = { .config = c, .name = name, .err = err, .extend = ignore };

	return yaml_read(text.p, text.n, name, &c->arena, root, err) && document_read(&d, *root);
}

static bool same_texts(const struct config_texts *a, const struct config_texts *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool same_rule(const struct config_rule *a, const struct config_rule *b)
{
	for (size_t k = 0; k < RULE_KEYS; k++)
		if (!same_texts(&a->match[k], &b->match[k]))
			return false;
	return a->count == b->count && !strcmp(a->reason, b->reason) &&
	       !strcmp(a->ticket, b->ticket) && !strcmp(a->expires, b->expires) &&
	       !strcmp(a->library, b->library) && !strcmp(a->link, b->link) &&
	       !strcmp(a->first_seen, b->first_seen);
}

/* One rule is new; the others are what they were. */
static bool is_one_more(const struct config *before, const struct config *after)
{
	bool passed = false;

	if (after->rules.len != before->rules.len + 1 ||
	    after->sections.len != before->sections.len ||
	    after->statuses.len != before->statuses.len)
		return false;
	for (size_t i = 0; i < before->rules.len; i++) {
		passed |= !same_rule(&before->rules.items[i], &after->rules.items[i]);
		if (passed && !same_rule(&before->rules.items[i], &after->rules.items[i + 1]))
			return false;
	}
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (before->values[i].set != after->values[i].set ||
		    before->values[i].value != after->values[i].value)
			return false;
	return true;
}

static bool add_checked(struct edit *e, struct buf *out, struct err *err)
{
	AUTO_CONFIG before = { .classes = e->spec->classes, .classes_len = e->spec->classes_len };
	AUTO_CONFIG after = { .classes = e->spec->classes, .classes_len = e->spec->classes_len };
	const char *name = e->spec->name;
	size_t start = out->len;
	struct node *root;
	struct err ignored;

	if (!read_alone(&before, e->text, name, &root, err))
		return false;
	add_item(e, root);
	buf_put(out, e->text.p, e->at);
	buf_put(out, e->inserted.data, e->inserted.len);
	buf_put(out, e->text.p + e->at, e->text.n - e->at);
	if (read_alone(&after, (struct str){ out->data + start, out->len - start }, name, &root,
		       &ignored) &&
	    is_one_more(&before, &after))
		return true;
	out->len = start;
	err_set(err, ERR_USAGE,
		"there is no place that an allowance can be put in; write it by "
		"hand");
	return err_at(err, name, 1, 1);
}

bool edit_add_allowance(const struct edit_spec *spec, struct buf *out, struct err *err)
{
	struct edit e = { .spec = spec, .text = spec->text, .newline = "\n" };
	const char *end = spec->text.n ? memchr(spec->text.p, '\n', spec->text.n) : NULL;
	bool ok;

	if (end && end > spec->text.p && end[-1] == '\r')
		e.newline = "\r\n";
	ok = add_checked(&e, out, err);
	buf_release(&e.inserted);
	return ok;
}

/* --- changing what is there ----------------------------------------------------------- */

/* A piece of the text that something else takes the place of. */
struct cut {
	size_t from, to;
	char with[24];
};

static const struct edit_change *change_at(const struct edit_change *changes, size_t n,
					   uint32_t line)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].line == line)
			return &changes[i];
	return NULL;
}

/* The lines of an item of a block list, its dash's first. */
static struct cut cut_block_item(const struct edit *e, const struct node *item)
{
	size_t from = item->at.offset;

	while (from > 0 && e->text.p[from] != '-')
		from--;
	while (from > 0 && e->text.p[from - 1] != '\n' && e->text.p[from - 1] != '\r')
		from--;
	return (struct cut){ from, next_line(e, item->end), "" };
}

/* An item of a flow list and one of the commas beside it. */
static struct cut cut_flow_item(const struct node *before, const struct node *item)
{
	if (item->next)
		return (struct cut){ item->at.offset, item->next->at.offset, "" };
	return (struct cut){ before ? before->end : item->at.offset, item->end, "" };
}

static bool make_cut(const struct edit *e, const struct node *list, const struct node *before,
		     const struct node *item, const struct edit_change *c, struct cut *cut)
{
	const struct node *count = node_get(item, "count");

	if (!c->count) {
		*cut = list->flow ? cut_flow_item(before, item) : cut_block_item(e, item);
		return true;
	}
	if (!count)
		return false;
	*cut = (struct cut){ count->at.offset, count->end, "" };
	snprintf(cut->with, sizeof(cut->with), "%" PRId64, c->count);
	return true;
}

/* Items are in the order of the text, and so are the cuts. */
static bool put_changed(const struct edit *e, const struct node *root,
			const struct edit_change *changes, size_t n, struct buf *out)
{
	const struct node *list = node_get(root, "allow"), *before = NULL;
	size_t done = 0, made = 0;

	for (const struct node *i = list ? list->first : NULL; i; before = i, i = i->next) {
		const struct edit_change *c = change_at(changes, n, i->at.line);
		struct cut cut;

		if (!c)
			continue;
		if (!make_cut(e, list, before, i, c, &cut))
			return false;
		made++;
		if (cut.from < done)
			cut.from = done;
		buf_put(out, e->text.p + done, cut.from - done);
		buf_puts(out, cut.with);
		done = cut.to;
	}
	buf_put(out, e->text.p + done, e->text.n - done);
	return made == n;
}

/* The rules that are left are what they were, but for their counts. */
static bool is_as_changed(const struct config *before, const struct config *after,
			  const struct edit_change *changes, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < before->rules.len; i++) {
		struct config_rule want = before->rules.items[i];
		const struct edit_change *c = change_at(changes, n, want.from.line);

		if (c && !c->count)
			continue;
		if (c)
			want.count = c->count;
		if (k == after->rules.len || !same_rule(&want, &after->rules.items[k++]))
			return false;
	}
	return k == after->rules.len && after->sections.len == before->sections.len &&
	       after->statuses.len == before->statuses.len;
}

bool edit_change_allowances(const struct edit_spec *spec, const struct edit_change *changes,
			    size_t n, struct buf *out, struct err *err)
{
	AUTO_CONFIG before = { .classes = spec->classes, .classes_len = spec->classes_len };
	AUTO_CONFIG after = { .classes = spec->classes, .classes_len = spec->classes_len };
	struct edit e = { .spec = spec, .text = spec->text };
	size_t start = out->len;
	struct node *root;
	struct err ignored;

	if (!read_alone(&before, e.text, spec->name, &root, err))
		return false;
	if (put_changed(&e, root, changes, n, out) &&
	    read_alone(&after, (struct str){ out->data + start, out->len - start }, spec->name,
		       &root, &ignored) &&
	    is_as_changed(&before, &after, changes, n))
		return true;
	out->len = start;
	err_set(err, ERR_USAGE,
		"an allowance is written in a way that cannot be changed; do it by hand");
	return err_at(err, spec->name, 1, 1);
}
