#include "account/policy.h"

#include <string.h>
#include <unistd.h>

#include "account/fields.h"
#include "account/pattern.h"
#include "base/str.h"
#include "base/vec.h"
#include "gotest/module.h"
#include "gotest/name.h"

static const char *keep(struct policy *p, const char *s)
{
	return arena_strndup(&p->arena, s, strlen(s));
}

/* --- package patterns ------------------------------------------------------------------ */

static bool is_relative(const char *pattern)
{
	return !strcmp(pattern, ".") || !strcmp(pattern, "..") || starts_with(pattern, "./") ||
	       starts_with(pattern, "../");
}

static void go_into(struct buf *dir, struct str element)
{
	const char *slash;

	if (str_is(element, ".") || !element.n)
		return;
	if (str_is(element, "..")) {
		slash = dir->len ? memrchr(dir->data, '/', dir->len) : NULL;
		dir->len = slash ? (size_t)(slash - dir->data) : dir->len;
		buf_put(dir, "", 0);
		return;
	}
	buf_putc(dir, '/');
	buf_put(dir, element.p, element.n);
}

/* Follows a relative pattern from dir as far as it names folders; returns the rest. */
static const char *walk(struct buf *dir, const char *pattern)
{
	while (*pattern) {
		struct str element = { pattern, strcspn(pattern, "/") };

		if (memchr(element.p, '*', element.n) ||
		    memmem(element.p, element.n, "...", strlen("...")))
			return pattern;
		go_into(dir, element);
		pattern += element.n + (pattern[element.n] == '/');
	}
	return pattern;
}

static bool has_workspace(const char *dir)
{
	AUTO_BUF path = { 0 };

	buf_printf(&path, "%s/go.work", dir);
	return access(buf_str(&path), F_OK) == 0;
}

static bool is_in_go(const char *dir, struct arena *a)
{
	struct module_place place;

	return has_workspace(dir) || module_locate(dir, a, &place);
}

/* A link lies where it is, not where it leads to. */
const char *policy_folder(const struct policy_place *place, const char *file, struct arena *a)
{
	const char *slash = strrchr(file, '/');
	AUTO_BUF dir = { 0 };
	AUTO_FREE char *path = NULL;

	buf_put(&dir, file, slash ? (size_t)(slash + 1 - file) : 0);
	buf_putc(&dir, '.');
	path = access(file, F_OK) == 0 ? realpath(buf_str(&dir), NULL) : NULL;
	return path && is_in_go(path, a) ? arena_strndup(a, path, strlen(path)) : place->dir;
}

/* The import path pattern of one that may begin at a file's folder. */
static const char *resolve_package(struct policy *p, const struct policy_place *place,
				   const char *file, const char *pattern)
{
	struct module_place module;
	AUTO_BUF at = { 0 }, full = { 0 };
	const char *rest, *dir;

	if (!is_relative(pattern))
		return keep(p, pattern);
	dir = policy_folder(place, file, &p->arena);
	buf_puts(&at, strcmp(dir, "/") != 0 ? dir : "");
	rest = walk(&at, pattern);
	if (!module_locate(buf_str(&at), &p->arena, &module))
		/* Below a workspace's folder are its modules, whatever they are called. */
		return keep(p, has_workspace(buf_str(&at)) ? rest : pattern);
	buf_puts(&full, module.import);
	if (full.len && *rest)
		buf_putc(&full, '/');
	buf_puts(&full, rest);
	return keep(p, buf_str(&full));
}

/* --- making ------------------------------------------------------------------------------- */

void policy_teach(struct config *c)
{
	const char **names = arena_alloc(&c->arena, CLASS_COUNT * sizeof(*names));

	for (size_t i = 0; i < CLASS_COUNT; i++)
		names[i] = class_row((enum class_id)i)->id;
	c->classes = names;
	c->classes_len = CLASS_COUNT;
}

static const char *place_of(struct policy *p, const struct origin *from)
{
	AUTO_BUF b = { 0 };

	buf_puts(&b, from->file);
	if (from->line)
		buf_printf(&b, ":%u", from->line);
	return keep(p, buf_str(&b));
}

static void add_values(struct policy *p, struct policy_scope *s, const struct config_value *values)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct policy_value v = { .id = (enum setting_id)i, .value = values[i].value };

		if (!values[i].set)
			continue;
		v.place = place_of(p, &values[i].from);
		VEC_PUSH(&s->values, v);
	}
}

static void add_classes(struct policy_scope *s, const struct config_class *classes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct policy_class c = { .status = classes[i].leak ? STATUS_LEAK : STATUS_NOTE };

		if (class_by_name(classes[i].class, &c.class))
			VEC_PUSH(&s->classes, c);
	}
}

static void add_section(struct policy *p, const struct config_section *s,
			const struct policy_place *place)
{
	struct policy_scope scope = { .package = "", .test = keep(p, s->test) };

	if (*s->match)
		scope.package = resolve_package(p, place, s->from.file, s->match);
	add_values(p, &scope, s->values);
	add_classes(&scope, s->classes.items, s->classes.len);
	VEC_PUSH(&p->scopes, scope);
}

static const char *prepare_text(struct policy *p, enum rule_key k, const char *text,
				const char *file, const struct policy_place *place)
{
	AUTO_BUF b = { 0 };

	switch (k) {
	case RULE_CREATED_BY:
	case RULE_STARTED:
	case RULE_BLOCKED_IN:
		name_normalise(&b, text);
		return keep(p, buf_str(&b));
	case RULE_PACKAGE:
		return resolve_package(p, place, file, text);
	default:
		return keep(p, text);
	}
}

static void add_rule(struct policy *p, const struct config_rule *r,
		     const struct policy_place *place)
{
	struct policy_rule rule = {
		.count = r->count,
		.reason = keep(p, r->reason),
		.place = place_of(p, &r->from),
		.expired = *r->expires && strcmp(r->expires, place->today) <= 0,
		.built_in = r->built_in,
	};

	for (size_t k = 0; k < RULE_KEYS; k++) {
		rule.match[k].len = r->match[k].len;
		rule.match[k].items =
		    arena_alloc(&p->arena, (r->match[k].len + 1) * sizeof(*rule.match[k].items));
		for (size_t i = 0; i < r->match[k].len; i++)
			rule.match[k].items[i] = prepare_text(
			    p, (enum rule_key)k, r->match[k].items[i], r->from.file, place);
	}
	VEC_PUSH(&p->rules, rule);
}

void policy_make(struct policy *p, const struct config *c, const struct policy_place *place)
{
	struct policy_scope base = { .package = "", .test = "" };
	struct policy_scope over = { .package = "", .test = "" };

	add_values(p, &base, c->values);
	add_classes(&base, c->statuses.items, c->statuses.len);
	VEC_PUSH(&p->scopes, base);
	for (size_t i = 0; i < c->sections.len; i++)
		add_section(p, &c->sections.items[i], place);
	add_values(p, &over, c->over);
	VEC_PUSH(&p->scopes, over);
	for (size_t i = 0; i < c->rules.len; i++)
		add_rule(p, &c->rules.items[i], place);
}

/* A policy that was read has its scopes in the arena: a vector must own what it grows. */
static void own_scopes(struct policy *p)
{
	const struct policy_scope *items = p->scopes.items;
	size_t len = p->scopes.len;

	if (p->scopes.cap || !len)
		return;
	p->scopes.items = NULL;
	p->scopes.len = 0;
	for (size_t i = 0; i < len; i++)
		VEC_PUSH(&p->scopes, items[i]);
}

void policy_override(struct policy *p, enum setting_id id, int64_t value)
{
	struct policy_scope over = { .package = "", .test = "" };
	struct policy_value v = { .id = id, .value = value, .place = "" };

	own_scopes(p);
	VEC_PUSH(&over.values, v);
	VEC_PUSH(&p->scopes, over);
}

void policy_release(struct policy *p)
{
	/* Of a policy that was read the items are in the arena: their cap is 0. */
	for (size_t i = 0; i < p->scopes.len; i++) {
		struct policy_scope *s = &p->scopes.items[i];

		if (s->values.cap)
			VEC_FREE(&s->values);
		if (s->classes.cap)
			VEC_FREE(&s->classes);
	}
	if (p->scopes.cap)
		VEC_FREE(&p->scopes);
	if (p->rules.cap)
		VEC_FREE(&p->rules);
	arena_clear(&p->arena);
	*p = (struct policy){ 0 };
}

/* --- on paper ------------------------------------------------------------------------------ */

static const char *setting_word(unsigned int i)
{
	return setting_row((enum setting_id)i)->key;
}

static const char *class_word(unsigned int i)
{
	return class_row((enum class_id)i)->id;
}

static const char *status_word(unsigned int i)
{
	return status_name((enum status)i);
}

static const struct words settings = { setting_word, SETTING_COUNT };
static const struct words classes = { class_word, CLASS_COUNT };
static const struct words statuses = { status_word, STATUS_NOTE + 1 };

static const struct field value_fields[] = {
	{ .key = "setting",
	  .kind = FIELD_WORD,
	  .offset = offsetof(struct policy_value, id),
	  .words = &settings },
	{ .key = "value", .kind = FIELD_I64, .offset = offsetof(struct policy_value, value) },
	{ .key = "place", .kind = FIELD_TEXT, .offset = offsetof(struct policy_value, place) },
	{ .key = NULL },
};

static const struct field class_fields[] = {
	{ .key = "class",
	  .kind = FIELD_WORD,
	  .offset = offsetof(struct policy_class, class),
	  .words = &classes },
	{ .key = "status",
	  .kind = FIELD_WORD,
	  .offset = offsetof(struct policy_class, status),
	  .words = &statuses },
	{ .key = NULL },
};

static const struct field scope_fields[] = {
	{ .key = "package", .kind = FIELD_TEXT, .offset = offsetof(struct policy_scope, package) },
	{ .key = "test", .kind = FIELD_TEXT, .offset = offsetof(struct policy_scope, test) },
	{ .key = "values",
	  .kind = FIELD_LIST,
	  .offset = offsetof(struct policy_scope, values),
	  .sub = value_fields,
	  .size = sizeof(struct policy_value) },
	{ .key = "classes",
	  .kind = FIELD_LIST,
	  .offset = offsetof(struct policy_scope, classes),
	  .sub = class_fields,
	  .size = sizeof(struct policy_class) },
	{ .key = NULL },
};

#define MATCH(name, k)                                                                            \
	{                                                                                         \
		.key = (name), .kind = FIELD_TEXTS,                                               \
		.offset = offsetof(struct policy_rule, match) + (k) * sizeof(struct config_texts) \
	}

static const struct field rule_fields[] = {
	MATCH("created_by", RULE_CREATED_BY),
	MATCH("started", RULE_STARTED),
	MATCH("blocked_in", RULE_BLOCKED_IN),
	MATCH("class", RULE_CLASS),
	MATCH("test", RULE_TEST),
	MATCH("package", RULE_PACKAGE),
	MATCH("key", RULE_FINDING),
	{ .key = "count", .kind = FIELD_I64, .offset = offsetof(struct policy_rule, count) },
	{ .key = "reason", .kind = FIELD_TEXT, .offset = offsetof(struct policy_rule, reason) },
	{ .key = "place", .kind = FIELD_TEXT, .offset = offsetof(struct policy_rule, place) },
	{ .key = "expired", .kind = FIELD_BOOL, .offset = offsetof(struct policy_rule, expired) },
	{ .key = "built_in", .kind = FIELD_BOOL, .offset = offsetof(struct policy_rule, built_in) },
	{ .key = NULL },
};

static const struct field policy_fields[] = {
	{ .key = "scopes",
	  .kind = FIELD_LIST,
	  .offset = offsetof(struct policy, scopes),
	  .sub = scope_fields,
	  .size = sizeof(struct policy_scope) },
	{ .key = "rules",
	  .kind = FIELD_LIST,
	  .offset = offsetof(struct policy, rules),
	  .sub = rule_fields,
	  .size = sizeof(struct policy_rule) },
	{ .key = NULL },
};

void policy_write(const struct policy *p, struct buf *out)
{
	struct json_writer w = JSON_WRITER(out);

	json_object(&w);
	fields_write(&w, policy_fields, p);
	json_object_end(&w);
	buf_putc(out, '\n');
}

/* What is beyond a setting's range would be beyond what the watchers can count. */
static bool check_values(const struct policy_scope *s, struct err *err)
{
	for (size_t i = 0; i < s->values.len; i++) {
		const struct policy_value *v = &s->values.items[i];
		const struct setting *row = setting_row(v->id);

		if ((v->value < row->min || v->value > row->max) &&
		    !(row->may_be_none && v->value == SETTING_NONE))
			return err_set(err, ERR_PARSE, "\"%s\" is out of range", row->key);
	}
	return true;
}

bool policy_read(struct policy *p, const char *text, size_t n, struct err *err)
{
	AUTO_JSON *root = json_parse(text, n, err);

	if (!root)
		return false;
	if (json_kind(root) != JSON_OBJECT)
		return err_set(err, ERR_PARSE, "expected an object");
	if (!fields_read(p, policy_fields, root, &p->arena, err))
		return false;
	for (size_t i = 0; i < p->scopes.len; i++)
		if (!check_values(&p->scopes.items[i], err))
			return false;
	return true;
}

/* --- settings -------------------------------------------------------------------------- */

static bool scope_matches(const struct policy_scope *s, const char *package, const char *test)
{
	if (*s->package && !pattern_package(s->package, package))
		return false;
	return !*s->test || (test && *test && pattern_test(s->test, test));
}

static const struct policy_value *find_value(const struct policy_scope *s, enum setting_id id)
{
	for (size_t i = 0; i < s->values.len; i++)
		if (s->values.items[i].id == id)
			return &s->values.items[i];
	return NULL;
}

const struct policy_value *policy_find(const struct policy *p, enum setting_id id,
				       const char *package, const char *test)
{
	for (size_t i = p->scopes.len; i-- > 0;) {
		const struct policy_scope *s = &p->scopes.items[i];
		const struct policy_value *v = find_value(s, id);

		if (v && scope_matches(s, package, test))
			return v;
	}
	return NULL;
}

int64_t policy_get(const struct policy *p, enum setting_id id, const char *package,
		   const char *test)
{
	const struct policy_value *v = policy_find(p, id, package, test);

	return v ? v->value : setting_row(id)->initial;
}

int64_t policy_settle_ns(const struct policy *p, const char *package, const char *test)
{
	int64_t longest = policy_get(p, SETTING_SETTLE, package, test);

	for (size_t i = p->scopes.len; test && *test && i-- > 0;) {
		const struct policy_scope *s = &p->scopes.items[i];
		const struct policy_value *v = find_value(s, SETTING_SETTLE);

		if (!v || (*s->package && !pattern_package(s->package, package)))
			continue;
		if (*s->test && pattern_subtest(s->test, test) && v->value > longest)
			longest = v->value;
		if (scope_matches(s, package, test))
			break; /* it comes before all that are left */
	}
	return longest;
}

enum status policy_status(const struct policy *p, const char *package, const char *test,
			  enum class_id class, enum status otherwise)
{
	for (size_t i = p->scopes.len; i-- > 0;) {
		const struct policy_scope *s = &p->scopes.items[i];

		if (!s->classes.len || !scope_matches(s, package, test))
			continue;
		for (size_t k = 0; k < s->classes.len; k++)
			if (s->classes.items[k].class == class)
				return s->classes.items[k].status;
	}
	return otherwise;
}
