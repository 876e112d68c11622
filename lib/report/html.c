#include <string.h>

#include "account/comparison.h"
#include "base/texts.h"
#include "report/compared.h"
#include "report/entry.h"
#include "report/group.h"
#include "report/page.h"
#include "report/place.h"
#include "report/report.h"
#include "report/rerun.h"
#include "report/summary.h"
#include "report/text.h"
#include "json/write.h"

/*
 * The data in the page is one JSON object. Texts, places and stacks are in tables, and everything
 * else has their indices: a thousand tests may hang at one line. Members that would say nothing are
 * absent. configs/page/script.js is what reads it.
 */

/* A table, and where its items are in it. */
struct table {
	struct buf items; /* JSON, with commas between */
	struct map index; /* from the address of a text that stands for an item */
	uint64_t len;
};

struct page {
	const struct run_file *run;
	struct arena arena;
	struct texts texts;
	struct table strings, places, stacks;
	struct map classes; /* id -> index, in the order of their first use */
	struct json_writer w;
};

/* Where the item that text stands for is, *fresh: it has to be written yet. */
static uint64_t number_of(struct page *p, struct table *t, const struct buf *text, bool *fresh)
{
	const char *kept = texts_keep(&p->texts, buf_str(text), text->len);
	uintptr_t *known = map_find(&t->index, (uintptr_t)kept);

	*fresh = !known;
	if (known)
		return *known;
	map_set(&t->index, (uintptr_t)kept, t->len);
	if (t->len)
		buf_putc(&t->items, ',');
	return t->len++;
}

static uint64_t clean_index(struct page *p, const struct buf *clean)
{
	struct json_writer w = JSON_WRITER(&p->strings.items);
	bool fresh;
	uint64_t index = number_of(p, &p->strings, clean, &fresh);

	if (fresh)
		json_strn(&w, buf_str(clean), clean->len);
	return index;
}

static uint64_t string_index(struct page *p, const char *raw)
{
	AUTO_BUF clean = { 0 };

	text_clean(&clean, raw);
	return clean_index(p, &clean);
}

/* Function as the package's own code calls it, whole function, file, line, source, and whether it is
 * code of the user. */
static uint64_t place_index(struct page *p, const char *package, const struct place *place)
{
	AUTO_BUF function = { 0 }, file = { 0 }, source = { 0 }, item = { 0 };
	uint64_t index;
	bool fresh;

	place_source(&source, place);
	place_function(&function, package, place->function);
	place_file(&file, &p->run->run, place);
	buf_printf(&item, "[%ju,", (uintmax_t)string_index(p, buf_str(&function)));
	buf_printf(&item, "%ju,", (uintmax_t)string_index(p, place->function));
	buf_printf(&item, "%ju,%ju,", (uintmax_t)string_index(p, buf_str(&file)),
		   (uintmax_t)place->line);
	buf_printf(&item, "%ju,%d]", (uintmax_t)string_index(p, buf_str(&source)),
		   place_is_users(&p->run->run, place));
	index = number_of(p, &p->places, &item, &fresh);
	if (fresh)
		buf_puts(&p->places.items, buf_str(&item));
	return index;
}

static uint64_t stack_index(struct page *p, const char *package, const struct places *stack)
{
	AUTO_BUF item = { 0 };
	uint64_t index;
	bool fresh;

	for (size_t i = 0; i < stack->len; i++)
		buf_printf(&item, "%s%ju", i ? "," : "[",
			   (uintmax_t)place_index(p, package, &stack->items[i]));
	buf_puts(&item, stack->len ? "]" : "[]");
	index = number_of(p, &p->stacks, &item, &fresh);
	if (fresh)
		buf_puts(&p->stacks.items, buf_str(&item));
	return index;
}

static uint64_t class_index(struct page *p, enum class_id id)
{
	uintptr_t *known = map_find(&p->classes, id);

	if (!known)
		map_set(&p->classes, id, p->classes.len);
	return known ? *known : p->classes.len - 1;
}

static void put_number(struct page *p, const char *key, uint64_t n)
{
	json_key(&p->w, key);
	json_uint(&p->w, n);
}

static void put_text(struct page *p, const char *key, const char *raw)
{
	if (*raw)
		put_number(p, key, string_index(p, raw));
}

static void put_clean(struct page *p, const char *key, const struct buf *clean)
{
	if (clean->len)
		put_number(p, key, clean_index(p, clean));
}

/* Of times and counts 0 says nothing; -1 is not known. */
static void put_positive(struct page *p, const char *key, int64_t n)
{
	if (n > 0)
		put_number(p, key, (uint64_t)n);
}

static void put_place(struct page *p, const char *key, const char *package,
		      const struct place *place)
{
	if (place_is_known(place))
		put_number(p, key, place_index(p, package, place));
}

static void put_stack(struct page *p, const char *key, const char *package,
		      const struct places *stack)
{
	if (stack->len)
		put_number(p, key, stack_index(p, package, stack));
}

/* --- findings ------------------------------------------------------------------------- */

static void put_suspect(struct page *p, const struct suspect_commit *c)
{
	json_object(&p->w);
	put_text(p, "sha", c->sha);
	put_text(p, "author", c->author);
	put_text(p, "date", c->date);
	put_text(p, "summary", c->summary);
	json_key(&p->w, "reasons");
	json_array(&p->w);
	for (size_t i = 0; i < c->reasons.len; i++) {
		const struct suspect_reason *r = &c->reasons.items[i];

		json_object(&p->w);
		put_text(p, "text", r->text);
		put_text(p, "file", r->file);
		put_positive(p, "line", r->line);
		json_object_end(&p->w);
	}
	json_array_end(&p->w);
	json_object_end(&p->w);
}

static void put_suspects(struct page *p, const struct finding *f)
{
	put_text(p, "suspect_note", f->suspect_note);
	if (!f->suspect_commits.len)
		return;
	json_key(&p->w, "suspects");
	json_array(&p->w);
	for (size_t i = 0; i < f->suspect_commits.len; i++)
		put_suspect(p, &f->suspect_commits.items[i]);
	json_array_end(&p->w);
}

static void put_owner(struct page *p, const struct finding *f)
{
	AUTO_BUF owner = { 0 };

	entry_owner(&owner, f);
	put_clean(p, "owner", &owner);
	put_number(p, "kind", string_index(p, owner_name(f->owner)));
	put_text(p, "test", f->test);
	put_text(p, "while", f->while_tests);
}

static void put_verdict(struct page *p, const struct finding *f)
{
	AUTO_BUF cause = { 0 };

	entry_cause(&cause, f);
	put_number(p, "class", class_index(p, f->class));
	put_text(p, "cause", buf_str(&cause));
	put_text(p, "status", f->hang ? "hung" : status_name(f->status));
	put_text(p, "certainty", certainty_name(f->certainty));
	put_number(p, "count", f->count);
	put_positive(p, "waited", f->wait_ns);
	if (f->born_ns >= 0)
		put_number(p, "born", (uint64_t)f->born_ns);
	put_positive(p, "seen", f->seen);
	put_positive(p, "runs", f->runs);
	if (f->hang == HANG_SLOW)
		json_kbool(&p->w, "slow", true);
	if (f->tolerated)
		json_kbool(&p->w, "tolerated", true);
}

static void put_evidence(struct page *p, const struct finding *f)
{
	put_place(p, "created", f->package, &f->created_at);
	put_place(p, "user", f->package, &f->user_at);
	put_place(p, "blocked", f->package, &f->blocked_at);
	put_stack(p, "chain", f->package, &f->chain);
	put_stack(p, "stack", f->package, &f->stack);
	put_text(p, "started", f->started);
	put_text(p, "reason", f->wait_reason);
	put_text(p, "fact", f->fact);
	put_text(p, "why", f->why);
	put_text(p, "allowance", f->allowance);
	put_text(p, "excuse", f->reason);
	put_positive(p, "allowed", f->allowed);
}

static void put_finding(struct page *p, const struct finding *f)
{
	AUTO_BUF command = { 0 };

	rerun_command(&command, &p->run->run, f);
	json_object(&p->w);
	put_owner(p, f);
	put_verdict(p, f);
	put_evidence(p, f);
	put_suspects(p, f);
	put_clean(p, "again", &command);
	json_object_end(&p->w);
}

static void put_compared(struct page *p, const struct compared *c)
{
	put_text(p, "standing", standing_name(c->standing));
	put_number(p, "base_count", c->base_count);
	put_number(p, "here_seen", c->seen);
	put_number(p, "here_runs", c->runs);
	put_number(p, "base_seen", c->base_seen);
	put_number(p, "base_runs", c->base_runs);
	put_positive(p, "chance", c->chance_ppm);
}

static void put_group(struct page *p, const struct group *g)
{
	const struct finding *first = g->items[0];
	const struct compared *c =
	    first->status == STATUS_LEAK
		? comparison_find(p->run->compared.items, p->run->compared.len, first)
		: NULL;

	json_object(&p->w);
	put_text(p, "package", first->package);
	put_text(p, "key", first->key);
	if (c)
		put_compared(p, c);
	json_key(&p->w, "items");
	json_array(&p->w);
	for (size_t i = 0; i < g->len; i++)
		put_finding(p, g->items[i]);
	json_array_end(&p->w);
	json_object_end(&p->w);
}

static void put_groups(struct page *p, const struct groups *g)
{
	json_key(&p->w, "groups");
	json_array(&p->w);
	for (size_t i = 0; i < g->len; i++)
		put_group(p, &g->items[i]);
	json_array_end(&p->w);
}

/* Only the base has these: there is no finding of them. */
static void put_gone(struct page *p)
{
	json_key(&p->w, "gone");
	json_array(&p->w);
	for (size_t i = 0; i < p->run->compared.len; i++) {
		const struct compared *c = &p->run->compared.items[i];

		if (c->seen)
			continue;
		json_object(&p->w);
		put_text(p, "package", c->package);
		put_text(p, "test", c->test);
		put_text(p, "key", c->key);
		put_number(p, "class", class_index(p, c->class));
		put_compared(p, c);
		json_object_end(&p->w);
	}
	json_array_end(&p->w);
}

/* --- the run --------------------------------------------------------------------------- */

static void put_command(struct page *p)
{
	const struct run_record *run = &p->run->run;
	AUTO_BUF line = { 0 };

	buf_puts(&line, "straggler test");
	for (size_t i = 0; i < run->args_len; i++)
		buf_printf(&line, " %s", run->args[i]);
	put_text(p, "command", buf_str(&line));
}

static void put_run(struct page *p)
{
	const struct run_record *run = &p->run->run;
	const struct base_record *base = &p->run->base;

	put_text(p, "tool", run->tool);
	put_text(p, "go", run->go_version);
	put_text(p, "module", run->module);
	put_text(p, "dir", run->dir);
	put_text(p, "head", run->head);
	put_text(p, "began", run->started);
	put_command(p);
	json_kbool(&p->w, "ended", p->run->end.present);
	put_positive(p, "elapsed", p->run->end.elapsed_ns);
	if (!base->present)
		return;
	json_key(&p->w, "base");
	json_object(&p->w);
	put_text(p, "rev", base->rev);
	put_text(p, "commit", base->commit);
	put_number(p, "runs", base->runs);
	put_number(p, "base_runs", base->base_runs);
	json_object_end(&p->w);
}

static void put_totals(struct page *p, const struct groups *g)
{
	AUTO_BUF line = { 0 };
	struct str totals;

	summary_put_totals(&line, p->run, g);
	totals = str_of(buf_str(&line));
	str_skip(&totals, "straggler: ");
	put_text(p, "totals", totals.p);
}

static void put_numbers(struct page *p, const char *key, const struct numbers *n)
{
	json_key(&p->w, key);
	json_array(&p->w);
	for (size_t i = 0; i < n->len; i++)
		json_uint(&p->w, n->items[i]);
	json_array_end(&p->w);
}

static void put_curve(struct page *p, const struct package_record *k)
{
	if (!k->has_curve)
		return;
	json_key(&p->w, "curve");
	json_object(&p->w);
	put_positive(p, "trace", k->trace_ns);
	put_positive(p, "begin", k->curve_begin_ns);
	put_positive(p, "step", k->curve_step_ns);
	put_numbers(p, "peak", &k->curve_peak);
	put_numbers(p, "last", &k->curve_last);
	json_object_end(&p->w);
}

static void put_package(struct page *p, const struct package_record *k)
{
	static const char *const checks[] = {
		[CHECKED_YES] = "", [CHECKED_PART] = "part", [CHECKED_NO] = "no"
	};

	json_object(&p->w);
	put_text(p, "name", k->package);
	put_text(p, "result", k->result);
	put_positive(p, "elapsed", k->elapsed_ns);
	put_text(p, "checked", checks[k->checked]);
	put_text(p, "why", k->why);
	put_number(p, "goroutines", k->goroutines);
	put_positive(p, "gone", k->undecided_gone);
	put_positive(p, "open", k->undecided_open);
	put_curve(p, k);
	json_object_end(&p->w);
}

static void put_packages(struct page *p)
{
	json_key(&p->w, "packages");
	json_array(&p->w);
	for (size_t i = 0; i < p->run->packages.len; i++)
		put_package(p, &p->run->packages.items[i]);
	json_array_end(&p->w);
}

/* Package, name, result, elapsed, start, end; then the counts, where there are any. -1: not known. */
static void put_test(struct page *p, const struct test_record *t)
{
	const uint32_t counts[] = { t->before, t->after, t->started, t->peak, t->left };

	json_array(&p->w);
	json_uint(&p->w, string_index(p, t->package));
	json_uint(&p->w, string_index(p, t->test));
	json_uint(&p->w, string_index(p, t->result));
	json_int(&p->w, t->elapsed_ns);
	json_int(&p->w, t->start_ns);
	json_int(&p->w, t->end_ns);
	for (size_t i = 0; t->counted && i < ARRAY_LEN(counts); i++)
		json_uint(&p->w, counts[i]);
	json_array_end(&p->w);
}

static void put_tests(struct page *p)
{
	json_key(&p->w, "tests");
	json_array(&p->w);
	for (size_t i = 0; i < p->run->tests.len; i++)
		put_test(p, &p->run->tests.items[i]);
	json_array_end(&p->w);
}

static void put_warnings(struct page *p)
{
	json_key(&p->w, "warnings");
	json_array(&p->w);
	for (size_t i = 0; i < p->run->warnings.len; i++) {
		json_object(&p->w);
		put_text(p, "place", p->run->warnings.items[i].place);
		put_text(p, "text", p->run->warnings.items[i].text);
		json_object_end(&p->w);
	}
	json_array_end(&p->w);
}

/* --- the tables, when all is known that is in them ------------------------------------------ */

static void put_class(struct page *p, enum class_id id)
{
	const struct class_row *row = class_row(id);

	json_object(&p->w);
	put_text(p, "id", row->id);
	put_text(p, "cause", row->cause);
	put_text(p, "usually", row->usually);
	put_text(p, "known", row->known ? row->known : "");
	put_text(p, "docs", row->docs ? row->docs : "");
	put_text(p, "unit", row->unit ? row->unit : "");
	if (row->is_figure)
		json_kbool(&p->w, "figure", true);
	json_object_end(&p->w);
}

static void put_classes(struct page *p)
{
	enum class_id order[CLASS_COUNT];

	for (size_t i = 0; i < CLASS_COUNT; i++) {
		uintptr_t *index = map_find(&p->classes, i);

		if (index)
			order[*index] = (enum class_id)i;
	}
	json_key(&p->w, "classes");
	json_array(&p->w);
	for (size_t i = 0; i < p->classes.len; i++)
		put_class(p, order[i]);
	json_array_end(&p->w);
}

static void put_table(struct page *p, const char *key, const struct table *t)
{
	buf_printf(p->w.out, ",\"%s\":[", key);
	buf_put(p->w.out, buf_str(&t->items), t->items.len);
	buf_putc(p->w.out, ']');
}

static void put_data(struct page *p)
{
	AUTO_GROUPS groups;

	groups_of(&groups, p->run);
	json_object(&p->w);
	put_run(p);
	put_totals(p, &groups);
	put_packages(p);
	put_tests(p);
	put_groups(p, &groups);
	put_gone(p);
	put_warnings(p);
	put_classes(p);
	put_table(p, "strings", &p->strings);
	put_table(p, "places", &p->places);
	put_table(p, "stacks", &p->stacks);
	json_object_end(&p->w);
}

/* Within a script element nothing may end it or begin a comment; JSON has these characters in its
 * texts alone. */
static void put_escaped(struct buf *out, const struct buf *json)
{
	const char *rest = buf_str(json);

	while (*rest) {
		size_t n = strcspn(rest, "<>&");

		buf_put(out, rest, n);
		rest += n;
		if (*rest)
			buf_printf(out, "\\u%04x", (unsigned char)*rest++);
	}
}

static void release(struct page *p)
{
	struct table *tables[] = { &p->strings, &p->places, &p->stacks };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		buf_release(&tables[i]->items);
		map_release(&tables[i]->index);
	}
	map_release(&p->classes);
	texts_release(&p->texts);
	arena_clear(&p->arena);
}

static bool write_page(const struct run_file *r, const struct report_options *o, struct buf *out,
		       struct err *err)
{
	AUTO_BUF json = { 0 };
	struct page p = { .run = r, .w = JSON_WRITER(&json) };

	(void)o;
	(void)err;
	p.texts.arena = &p.arena;
	put_data(&p);
	release(&p);
	buf_put(out, page_head, page_head_size);
	put_escaped(out, &json);
	buf_putc(out, '\n');
	buf_put(out, page_tail, page_tail_size);
	return true;
}

const struct report report_html = {
	.name = "html",
	.summary = "a page to look at: time line, curves, every finding; one file",
	.write = write_page,
};
