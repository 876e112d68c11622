#include "config/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/str.h"
#include "base/vec.h"

#define KEYS_MAX 32

bool document_fail(const struct document *d, const struct node *at, const char *fmt, ...)
{
	char message[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	err_set(d->err, ERR_USAGE, "%s", message);
	return err_at(d->err, d->name, at->at.line, at->at.col);
}

static struct origin origin_of(const struct document *d, const struct node *n)
{
	return (struct origin){ .file = d->name, .line = n->at.line, .col = n->at.col };
}

/* --- keys ------------------------------------------------------------------------------- */

/* The keys that a map may have. */
struct keys {
	const char *items[KEYS_MAX];
	size_t len;
};

static bool fail_key(const struct document *d, const struct node *key, const struct keys *known)
{
	const char *nearest = nearest_name(key->text, known->items, known->len);
	AUTO_BUF list = { 0 };

	if (nearest)
		return document_fail(d, key, "unknown key '%.60s': did you mean '%s'?", key->text,
				     nearest);
	for (size_t i = 0; i < known->len; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", known->items[i]);
	return document_fail(d, key, "unknown key '%.60s': there are %s", key->text,
			     buf_str(&list));
}

/* Reads one key of a map into what is being made. */
typedef bool take_fn(const struct document *d, const struct node *value, void *into);

/* A key that is no setting's. */
struct special {
	const char *key;
	take_fn *take;
};

/* What a map may hold. */
struct shape {
	const char *name; /* for messages: "an allowance" */
	const struct special *specials;
	size_t specials_len;
	const char *prefix; /* of the settings in it: "limits."; NULL: none */
	bool narrow;        /* of these only those that may be narrowed */
};

/* The setting that key is in a map of this shape. */
static bool shape_setting(const struct shape *s, const char *key, enum setting_id *id)
{
	AUTO_BUF full = { 0 };

	if (!s->prefix || strchr(key, '.'))
		return false;
	buf_printf(&full, "%s%s", s->prefix, key);
	return setting_find(buf_str(&full), id) && (!s->narrow || setting_row(*id)->narrow);
}

static void list_keys(const struct shape *s, struct keys *k)
{
	for (size_t i = 0; i < s->specials_len; i++)
		k->items[k->len++] = s->specials[i].key;
	for (size_t i = 0; s->prefix && i < SETTING_COUNT; i++) {
		const struct setting *row = setting_row((enum setting_id)i);
		enum setting_id id;

		if (starts_with(row->key, s->prefix) &&
		    shape_setting(s, row->key + strlen(s->prefix), &id))
			k->items[k->len++] = row->key + strlen(s->prefix);
	}
	assert(k->len <= KEYS_MAX);
}

static bool read_setting(const struct document *d, enum setting_id id, const struct node *value,
			 struct config_value *values)
{
	AUTO_BUF range = { 0 };
	struct err why;
	int64_t n;

	if (value->kind != NODE_TEXT) {
		setting_range(&range, id);
		return document_fail(d, value, "%s: expected %s, here is %s", value->key->text,
				     buf_str(&range), node_kind_name(value));
	}
	if (!setting_parse(id, value->text, &n, &why))
		return document_fail(d, value, "%s: %s", value->key->text, why.msg);
	values[id] =
	    (struct config_value){ .value = n, .set = true, .from = origin_of(d, value->key) };
	return true;
}

static bool take_key(const struct document *d, const struct shape *s, const struct node *value,
		     void *into, struct config_value *values)
{
	struct keys known = { 0 };
	enum setting_id id;

	for (size_t i = 0; i < s->specials_len; i++)
		if (!strcmp(s->specials[i].key, value->key->text))
			return s->specials[i].take(d, value, into);
	if (shape_setting(s, value->key->text, &id))
		return read_setting(d, id, value, values);
	list_keys(s, &known);
	return fail_key(d, value->key, &known);
}

/* Reads a map key by key: settings into values, the others into what `into` is. */
static bool read_map(const struct document *d, const struct shape *s, const struct node *map,
		     void *into, struct config_value *values)
{
	if (map->kind == NODE_NULL)
		return true;
	if (map->kind != NODE_MAP)
		return document_fail(d, map, "%s is a map, here is %s", s->name,
				     node_kind_name(map));
	for (const struct node *c = map->first; c; c = c->next)
		if (!take_key(d, s, c, into, values))
			return false;
	return true;
}

/* --- texts -------------------------------------------------------------------------------- */

static const char *keep(const struct document *d, const char *s)
{
	return arena_strndup(&d->config->arena, s, strlen(s));
}

static bool read_text(const struct document *d, const struct node *n, const char **text)
{
	if (n->kind != NODE_TEXT || !*n->text)
		return document_fail(d, n, "%s: expected a text, here is %s",
				     n->key ? n->key->text : "in this list", node_kind_name(n));
	*text = keep(d, n->text);
	return true;
}

/* What is said for people; a baseline leaves it to be filled in. */
static bool read_remark(const struct document *d, const struct node *n, const char **text)
{
	return (n->kind == NODE_TEXT && !*n->text) || read_text(d, n, text);
}

/* One text, or a list of them. */
static bool read_texts(const struct document *d, const struct node *n, struct config_texts *t)
{
	const struct node *c = n->kind == NODE_LIST ? n->first : n;
	size_t len = n->kind == NODE_LIST ? n->len : 1;

	if (!len)
		return document_fail(d, n, "%s: the list is empty", n->key->text);
	t->items = arena_alloc(&d->config->arena, len * sizeof(*t->items));
	for (t->len = 0; t->len < len; t->len++, c = c->next)
		if (!read_text(d, c, &t->items[t->len]))
			return false;
	return true;
}

/* --- classes ---------------------------------------------------------------------------- */

struct class_list {
	struct config_class *items;
	size_t len, cap;
};

static bool check_class(const struct document *d, const struct node *at, const char *name)
{
	const struct config *c = d->config;
	const char *nearest;

	for (size_t i = 0; i < c->classes_len; i++)
		if (!strcmp(c->classes[i], name))
			return true;
	nearest = nearest_name(name, c->classes, c->classes_len);
	if (nearest)
		return document_fail(d, at, "unknown class '%.60s': did you mean '%s'?", name,
				     nearest);
	return document_fail(d, at, "unknown class '%.60s'", name);
}

static bool read_class(const struct document *d, const struct node *n, struct class_list *list)
{
	struct config_class c = { .from = origin_of(d, n->key) };
	bool note = n->kind == NODE_TEXT && !strcmp(n->text, "note");

	if (!check_class(d, n->key, n->key->text))
		return false;
	c.leak = n->kind == NODE_TEXT && !strcmp(n->text, "leak");
	if (!c.leak && !note)
		return document_fail(d, n, "%s: expected leak or note", n->key->text);
	c.class = keep(d, n->key->text);
	VEC_PUSH(list, c);
	return true;
}

static bool read_classes(const struct document *d, const struct node *map, struct class_list *list)
{
	if (map->kind == NODE_NULL)
		return true;
	if (map->kind != NODE_MAP)
		return document_fail(d, map, "classes is a map from class to leak or note");
	for (const struct node *c = map->first; c; c = c->next)
		if (!read_class(d, c, list))
			return false;
	return true;
}

/* --- limits ------------------------------------------------------------------------------ */

static bool read_limits(const struct document *d, const struct node *map,
			struct config_value *values)
{
	static const struct shape shape = { .name = "limits", .prefix = "limits.", .narrow = true };

	return read_map(d, &shape, map, NULL, values);
}

/* --- sections ---------------------------------------------------------------------------- */

static bool take_match(const struct document *d, const struct node *n, void *into)
{
	return read_text(d, n, &((struct config_section *)into)->match);
}

static bool take_test(const struct document *d, const struct node *n, void *into)
{
	return read_text(d, n, &((struct config_section *)into)->test);
}

static bool take_section_limits(const struct document *d, const struct node *n, void *into)
{
	return read_limits(d, n, ((struct config_section *)into)->values);
}

static bool take_section_classes(const struct document *d, const struct node *n, void *into)
{
	struct config_section *s = into;
	struct class_list list = { s->classes.items, s->classes.len, s->classes.cap };
	bool ok = read_classes(d, n, &list);

	s->classes.items = list.items;
	s->classes.len = list.len;
	s->classes.cap = list.cap;
	return ok;
}

static bool read_section(const struct document *d, const struct node *n)
{
	static const struct special specials[] = {
		{ "match", take_match },
		{ "test", take_test },
		{ "limits", take_section_limits },
		{ "classes", take_section_classes },
	};
	static const struct shape shape = { .name = "a section of packages",
					    .specials = specials,
					    .specials_len = ARRAY_LEN(specials),
					    .prefix = "",
					    .narrow = true };
	struct config_section s = { .match = "", .test = "", .from = origin_of(d, n) };

	if (!read_map(d, &shape, n, &s, s.values)) {
		VEC_FREE(&s.classes);
		return false;
	}
	VEC_PUSH(&d->config->sections, s);
	if (!*s.match && !*s.test)
		return document_fail(d, n, "which packages? match: ./internal/...");
	return true;
}

/* --- allowances ---------------------------------------------------------------------------- */

static const char *const rule_keys[] = {
	[RULE_CREATED_BY] = "created_by",
	[RULE_STARTED] = "started",
	[RULE_BLOCKED_IN] = "blocked_in",
	[RULE_CLASS] = "class",
	[RULE_TEST] = "test",
	[RULE_PACKAGE] = "package",
	[RULE_FINDING] = "key",
};

const char *rule_key_name(enum rule_key k)
{
	return rule_keys[k];
}

static bool take_rule_match(const struct document *d, const struct node *n, void *into)
{
	struct config_rule *r = into;
	size_t k = 0;

	while (strcmp(rule_keys[k], n->key->text) != 0)
		k++;
	return read_texts(d, n, &r->match[k]);
}

static bool take_class(const struct document *d, const struct node *n, void *into)
{
	const struct node *c = n->kind == NODE_LIST ? n->first : n;

	if (!take_rule_match(d, n, into))
		return false;
	for (; c; c = n->kind == NODE_LIST ? c->next : NULL)
		if (!check_class(d, c, c->text))
			return false;
	return true;
}

static bool take_count(const struct document *d, const struct node *n, void *into)
{
	struct config_rule *r = into;
	char *end = NULL;
	bool digits = n->kind == NODE_TEXT && n->text[0] >= '0' && n->text[0] <= '9';

	r->count = digits ? strtoll(n->text, &end, 10) : -1;
	if (!digits || *end || r->count > INT64_C(1000000000))
		return document_fail(d, n, "count: expected a number, 0 to 1000000000");
	return true;
}

static bool take_expires(const struct document *d, const struct node *n, void *into)
{
	struct config_rule *r = into;

	/* A baseline leaves it to be filled in. */
	if (n->kind == NODE_TEXT && !*n->text)
		return true;
	if (n->kind != NODE_TEXT || !config_is_day(n->text))
		return document_fail(d, n, "expires: expected a day such as 2027-03-01");
	r->expires = keep(d, n->text);
	return true;
}

static bool take_reason(const struct document *d, const struct node *n, void *into)
{
	return read_remark(d, n, &((struct config_rule *)into)->reason);
}

static bool take_ticket(const struct document *d, const struct node *n, void *into)
{
	return read_remark(d, n, &((struct config_rule *)into)->ticket);
}

static bool take_library(const struct document *d, const struct node *n, void *into)
{
	return read_remark(d, n, &((struct config_rule *)into)->library);
}

static bool take_link(const struct document *d, const struct node *n, void *into)
{
	return read_remark(d, n, &((struct config_rule *)into)->link);
}

static bool take_first_seen(const struct document *d, const struct node *n, void *into)
{
	return read_remark(d, n, &((struct config_rule *)into)->first_seen);
}

static bool asks_nothing(const struct config_rule *r)
{
	for (size_t k = 0; k < RULE_KEYS; k++)
		if (r->match[k].len)
			return false;
	return true;
}

struct rule_list {
	struct config_rule *items;
	size_t len, cap;
};

static bool read_rule(const struct document *d, const struct node *n, struct rule_list *list)
{
	static const struct special specials[] = {
		{ "created_by", take_rule_match }, { "started", take_rule_match },
		{ "blocked_in", take_rule_match }, { "class", take_class },
		{ "test", take_rule_match },       { "package", take_rule_match },
		{ "count", take_count },           { "reason", take_reason },
		{ "ticket", take_ticket },         { "expires", take_expires },
		{ "library", take_library },       { "link", take_link },
		{ "key", take_rule_match },        { "first_seen", take_first_seen },
	};
	static const struct shape shape = { .name = "an allowance",
					    .specials = specials,
					    .specials_len = ARRAY_LEN(specials) };
	struct config_rule r = {
		.count = RULE_ANY_COUNT,
		.reason = "",
		.ticket = "",
		.library = "",
		.link = "",
		.first_seen = "",
		.expires = "",
		.from = origin_of(d, n),
		.built_in = d->built_in,
	};

	if (!read_map(d, &shape, n, &r, NULL))
		return false;
	if (asks_nothing(&r))
		return document_fail(d, n,
				     "an allowance needs one of created_by, started, "
				     "blocked_in, class, test, package, key");
	VEC_PUSH(list, r);
	return true;
}

/* --- the whole -------------------------------------------------------------------------- */

/* Lists may be missing behind their key. */
static bool check_list(const struct document *d, const struct node *n)
{
	return n->kind == NODE_NULL || n->kind == NODE_LIST ||
	       document_fail(d, n, "%s is a list, here is %s", n->key->text, node_kind_name(n));
}

static bool take_allow(const struct document *d, const struct node *n, void *into)
{
	struct rule_list *list = into;

	if (!check_list(d, n))
		return false;
	for (const struct node *c = n->first; c; c = c->next)
		if (!read_rule(d, c, list))
			return false;
	return true;
}

static bool take_packages(const struct document *d, const struct node *n, void *into)
{
	(void)into;
	if (!check_list(d, n))
		return false;
	for (const struct node *c = n->first; c; c = c->next)
		if (!read_section(d, c))
			return false;
	return true;
}

static bool take_limits(const struct document *d, const struct node *n, void *into)
{
	(void)into;
	return read_limits(d, n, d->config->values);
}

static bool take_classes(const struct document *d, const struct node *n, void *into)
{
	struct config *c = d->config;
	struct class_list list = { c->statuses.items, c->statuses.len, c->statuses.cap };
	bool ok = read_classes(d, n, &list);

	(void)into;
	c->statuses.items = list.items;
	c->statuses.len = list.len;
	c->statuses.cap = list.cap;
	return ok;
}

static bool take_version(const struct document *d, const struct node *n, void *into)
{
	(void)into;
	if (n->kind != NODE_TEXT || strcmp(n->text, "1") != 0)
		return document_fail(d, n, "version: expected 1, the only one there is");
	return true;
}

/* They were read before. */
static bool take_extends(const struct document *d, const struct node *n, void *into)
{
	(void)d;
	(void)n;
	(void)into;
	return true;
}

static bool read_extended(const struct document *d, const struct node *root)
{
	const struct node *n = node_get(root, "extends"), *c;
	struct config_texts paths = { 0 };

	if (!n)
		return true;
	if (!d->extend)
		return document_fail(d, n->key, "extends works in files only");
	if (!read_texts(d, n, &paths))
		return false;
	c = n->kind == NODE_LIST ? n->first : n;
	for (size_t i = 0; i < paths.len; i++, c = c->next)
		if (!d->extend(d, paths.items[i], c))
			return false;
	return true;
}

/* Puts the file's allowances before those that were read already, the catalogue's behind. */
static void add_rules(const struct document *d, const struct rule_list *list)
{
	struct config *c = d->config;

	for (size_t i = 0; i < list->len; i++)
		VEC_PUSH(&c->rules, list->items[i]);
	if (!list->len || d->built_in)
		return;
	memmove(c->rules.items + list->len, c->rules.items,
		(c->rules.len - list->len) * sizeof(*list->items));
	memcpy(c->rules.items, list->items, list->len * sizeof(*list->items));
}

bool document_read(const struct document *d, const struct node *root)
{
	static const struct special specials[] = {
		{ "version", take_version },   { "extends", take_extends },
		{ "packages", take_packages }, { "allow", take_allow },
		{ "limits", take_limits },     { "classes", take_classes },
	};
	static const struct shape shape = { .name = "a configuration",
					    .specials = specials,
					    .specials_len = ARRAY_LEN(specials),
					    .prefix = "" };
	struct rule_list list = { 0 };
	bool ok = read_extended(d, root) && read_map(d, &shape, root, &list, d->config->values);

	if (ok)
		add_rules(d, &list);
	VEC_FREE(&list);
	return ok;
}
