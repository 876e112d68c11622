#include "config/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_in_range(const struct config_value *values)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = setting_row((enum setting_id)i);
		int64_t v = values[i].value;

		assert(!values[i].set || (v == SETTING_NONE && s->may_be_none) ||
		       (v >= s->min && v <= s->max));
	}
}

static void assert_whole(const struct config *c)
{
	assert_in_range(c->values);
	for (size_t i = 0; i < c->sections.len; i++)
		assert_in_range(c->sections.items[i].values);
	for (size_t i = 0; i < c->rules.len; i++) {
		const struct config_rule *r = &c->rules.items[i];
		size_t texts = 0;

		for (size_t k = 0; k < RULE_KEYS; k++)
			texts += r->match[k].len;
		assert(texts && r->from.line && r->from.col && r->count >= RULE_ANY_COUNT);
	}
}

static const char *const classes[] = { "chan-send", "ticker" };

/* Whatever people wrote: an allowance is put in, all else stays, or nothing is done. */
static void assert_edit(struct str text)
{
	static const struct edit_pair pairs[] = { { "created_by", "a.b/c.(*T).run" },
						  { "reason", "it's: so" } };
	struct edit_spec spec = { .text = text,
				  .name = "x",
				  .pairs = pairs,
				  .len = ARRAY_LEN(pairs),
				  .classes = classes,
				  .classes_len = ARRAY_LEN(classes) };
	size_t front = 0, back = 0;
	AUTO_BUF out = { 0 };
	struct err err;

	if (!edit_add_allowance(&spec, &out, &err)) {
		assert(!out.len);
		return;
	}
	assert(out.len > text.n);
	while (front < text.n && out.data[front] == text.p[front])
		front++;
	while (back < text.n - front && out.data[out.len - back - 1] == text.p[text.n - back - 1])
		back++;
	assert(front + back == text.n);
}

/* The first allowance taken out, or its count changed. */
static void assert_change(struct str text, const struct config *c)
{
	struct edit_spec spec = {
		.text = text, .name = "x", .classes = classes, .classes_len = ARRAY_LEN(classes)
	};

	for (int64_t count = 0; c->rules.len && count < 2; count++) {
		struct edit_change change = { c->rules.items[0].from.line, count };
		AUTO_BUF out = { 0 };
		struct err err;

		if (!edit_change_allowances(&spec, &change, 1, &out, &err))
			assert(!out.len);
	}
}

/* A configuration is taken whole, or refused with a place that is in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_CONFIG c = { .classes = classes, .classes_len = ARRAY_LEN(classes) };
	struct err err = { 0 };

	if (config_read_text(&c, (const char *)data, size, "x", &err)) {
		assert_whole(&c);
		assert_edit((struct str){ (const char *)data, size });
		assert_change((struct str){ (const char *)data, size }, &c);
		return 0;
	}
	assert(err.code == ERR_USAGE && err.msg[0]);
	assert(err.line && err.line <= size + 1 && err.col && err.col <= size + 1);
	return 0;
}
